// text_dictionary: strings to codes 0, 1, 2 ... in order of first appearance, and a column of codes.
//
// Law: class I. Codes depend on the order of the strings alone. Open addressing over one byte buffer;
// ill-formed UTF-8 is kept as key and shown as U+FFFD.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/errors.hpp"
#include "../core/hash_seed.hpp"
#include "../core/serial_executor.hpp"
#include "../core/utf8.hpp"
#include "text_column.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class text_dictionary {
 public:
  /// The code of text, given a new one when it was not there.
  std::int32_t code(std::string_view text) {
    if (4 * (size() + 1) > slots_.size()) grow();
    const std::uint64_t h = hash(text);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = static_cast<std::size_t>(h) & mask;; at = (at + 1) & mask) {
      slot& s = slots_[at];
      if (s.code < 0) {
        if (size() >= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
          raise<invalid_argument>("text: more than 2,147,483,647 different values in one column");
        s.code = static_cast<std::int32_t>(size());
        s.tag = static_cast<std::uint32_t>(h >> 32);
        bytes_.append(text);
        ends_.push_back(bytes_.size());
        valid_.push_back(is_utf8(text));
        return s.code;
      }
      if (s.tag == static_cast<std::uint32_t>(h >> 32) && same((*this)[s.code], text)) return s.code;
    }
  }

  bool contains(std::string_view text) const noexcept {
    if (slots_.empty()) return false;
    const std::uint64_t h = hash(text);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = static_cast<std::size_t>(h) & mask; slots_[at].code >= 0; at = (at + 1) & mask)
      if ((*this)[slots_[at].code] == text) return true;
    return false;
  }

  std::size_t size() const noexcept { return ends_.size(); }

  /// As it was given.
  std::string_view operator[](std::int32_t code) const noexcept {
    const auto i = static_cast<std::size_t>(code);
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

  bool valid_utf8(std::int32_t code) const noexcept { return valid_[static_cast<std::size_t>(code)]; }

  /// As valid UTF-8.
  std::string shown(std::int32_t code) const {
    return valid_utf8(code) ? std::string((*this)[code]) : to_utf8((*this)[code]);
  }

 private:
  struct slot {
    std::int32_t code = -1;
    std::uint32_t tag = 0;
  };

  static std::uint64_t word_at(const char* text) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, text, 8);
    return word;
  }

  /// Equality word by word, the last two of which overlap: texts are short, a call costs more.
  static bool same(std::string_view a, std::string_view b) noexcept {
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    if (size < 8) return last_bytes(a.data(), size) == last_bytes(b.data(), size);
    for (std::size_t i = 0; i + 8 < size; i += 8)
      if (word_at(a.data() + i) != word_at(b.data() + i)) return false;
    return word_at(a.data() + size - 8) == word_at(b.data() + size - 8);
  }

  /// Up to seven bytes as a number; the reads overlap, for a copy of unknown length costs more.
  static std::uint64_t last_bytes(const char* text, std::size_t size) noexcept {
    if (size >= 4) {
      std::uint32_t low = 0;
      std::uint32_t high = 0;
      std::memcpy(&low, text, 4);
      std::memcpy(&high, text + size - 4, 4);
      return low | (std::uint64_t{high} << 32);
    }
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < size; ++k)
      word |= std::uint64_t{static_cast<unsigned char>(text[k])} << (8 * k);
    return word;
  }

  std::uint64_t hash(std::string_view text) const noexcept {
    std::uint64_t h = seed_ ^ text.size();
    const auto mix = [&h](std::uint64_t word) { h = detail::mixed_hash(h, word); };
    const std::size_t size = text.size();
    if (size < 8) {
      mix(last_bytes(text.data(), size));
    } else {
      for (std::size_t i = 0; i + 8 < size; i += 8) mix(word_at(text.data() + i));
      mix(word_at(text.data() + size - 8));
    }
    return h;
  }

  void grow() {
    std::vector<slot> old(slots_.empty() ? 512 : slots_.size() * 2);
    old.swap(slots_);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < size(); ++i) {
      const std::uint64_t h = hash((*this)[static_cast<std::int32_t>(i)]);
      std::size_t at = static_cast<std::size_t>(h) & mask;
      while (slots_[at].code >= 0) at = (at + 1) & mask;
      slots_[at].code = static_cast<std::int32_t>(i);
      slots_[at].tag = static_cast<std::uint32_t>(h >> 32);
    }
  }

  std::string bytes_;
  std::vector<std::size_t> ends_;
  std::vector<bool> valid_;
  std::vector<slot> slots_;
  std::uint64_t seed_ = detail::hash_seed();  // codes do not depend on it
};

/// A text column as codes into a dictionary; -1 is missing.
struct coded_text {
  std::vector<std::int32_t> codes;
  text_dictionary categories;
};

/// Dictionary-codes a column; empty text is a value, null is -1. Parts of the rows get dictionaries of
/// their own, which are merged in the order of the rows: threads do not change codes.
template <class Executor = serial_executor>
coded_text encode_text(const text_column& text, const Executor& executor = {}) {
  coded_text out;
  out.codes.resize(text.rows(), -1);
  const std::size_t part_rows = text.rows() / executor.threads() + 1;
  std::vector<text_dictionary> parts(text.rows() / part_rows + 1);
  executor.for_each_chunk(text.rows(), part_rows, [&](std::size_t begin, std::size_t end) {
    text_dictionary& own = parts[begin / part_rows];
    for (std::size_t i = begin; i < end; ++i) {
      if (i % rows_between_checks == 0) check_interrupt();
      if (text.present(i)) out.codes[i] = own.code(text[i]);
    }
  });
  out.categories = std::move(parts.front());
  if (parts.size() == 1) return out;
  std::vector<std::vector<std::int32_t>> merged(parts.size());
  for (std::size_t p = 1; p < parts.size(); ++p)
    for (std::size_t c = 0; c < parts[p].size(); ++c)
      merged[p].push_back(out.categories.code(parts[p][static_cast<std::int32_t>(c)]));
  executor.for_each_chunk(text.rows(), part_rows, [&](std::size_t begin, std::size_t end) {
    const std::vector<std::int32_t>& codes = merged[begin / part_rows];
    if (begin == 0) return;
    for (std::size_t i = begin; i < end; ++i)
      if (out.codes[i] >= 0) out.codes[i] = codes[static_cast<std::size_t>(out.codes[i])];
  });
  return out;
}

BAROGRAPH_NAMESPACE_END
