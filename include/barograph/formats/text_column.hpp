// text_column: a view of many strings in Arrow's layout, one byte buffer and n + 1 offsets.
//
// Offsets are int32 (Arrow string) or int64 (large_string); validity is Arrow's bitmap, least
// significant bit first, 1 = present (Arrow columnar format, "Variable-size Binary Layout"). Every
// access is bounds-checked, for the buffers come from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../core/errors.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class text_column {
 public:
  text_column(span<const char> data, span<const std::int32_t> offsets) : data_(data), narrow_(offsets) {
    set_rows(offsets.size());
  }
  text_column(span<const char> data, span<const std::int64_t> offsets) : data_(data), wide_(offsets) {
    set_rows(offsets.size());
  }

  /// With a bitmap of at least offset + rows() bits; bit `offset + i` belongs to row i.
  text_column& with_validity(span<const std::uint8_t> bitmap, std::size_t offset = 0) {
    const std::size_t bits = bitmap.size() * 8;
    if (offset > bits || bits - offset < rows_)
      raise<invalid_argument>("validity: given " + std::to_string(bits) + " bits, expected at least " +
                              std::to_string(rows_) + " after offset " + std::to_string(offset));
    validity_ = bitmap.data();
    validity_offset_ = offset;
    return *this;
  }

  std::size_t rows() const noexcept { return rows_; }

  bool present(std::size_t i) const noexcept {
    if (validity_ == nullptr) return true;
    const std::size_t bit = validity_offset_ + i;
    return ((validity_[bit / 8] >> (bit % 8)) & 1u) != 0u;
  }

  std::string_view operator[](std::size_t i) const {
    const std::int64_t begin = wide_.empty() ? narrow_[i] : wide_[i];
    const std::int64_t end = wide_.empty() ? narrow_[i + 1] : wide_[i + 1];
    if (begin < 0 || end < begin || static_cast<std::uint64_t>(end) > data_.size())
      raise<invalid_argument>("offsets: row " + std::to_string(i) + " runs from " + std::to_string(begin) +
                              " to " + std::to_string(end) + ", expected ascending offsets within " +
                              std::to_string(data_.size()) + " bytes");
    return {data_.data() + begin, static_cast<std::size_t>(end - begin)};
  }

 private:
  void set_rows(std::size_t offsets) {
    if (offsets == 0) raise<invalid_argument>("offsets: given none, expected one more than there are rows");
    rows_ = offsets - 1;
  }

  span<const char> data_;
  span<const std::int32_t> narrow_;
  span<const std::int64_t> wide_;
  std::size_t rows_ = 0;
  const std::uint8_t* validity_ = nullptr;
  std::size_t validity_offset_ = 0;
};

/// What became of one field.
enum class field_status : std::uint8_t {
  ok = 0,
  missing = 1,    ///< null, empty, or a word for it: NA, N/A, NaN, NaT, null, None, -
  bad = 2,        ///< text that is not a value
  ambiguous = 3,  ///< a date such as 05/07/2015 whose order nothing proves
};

/// Without blanks, tabs and line ends on either side.
inline std::string_view trimmed(std::string_view text) noexcept {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether trimmed text is a word for "no value", in any case.
inline bool is_missing_word(std::string_view text) noexcept {
  if (text.empty()) return true;
  if (text.size() > 4) return false;
  const char first = text.front();
  if (first != '-' && (first | 0x20) != 'n') return false;
  char lower[4] = {};
  for (std::size_t i = 0; i < 4 && i < text.size(); ++i)
    lower[i] = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
  const std::string_view word(lower, text.size());
  return word == "-" || word == "na" || word == "n/a" || word == "nan" || word == "nat" || word == "null" ||
         word == "none";
}

BAROGRAPH_NAMESPACE_END
