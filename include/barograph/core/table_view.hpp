// table_view: columns of numbers where they lie, doubles or floats, each with a stride of its own.
//
// One type for a matrix in C or in column order and for the columns of a frame; nothing is copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "errors.hpp"
#include "span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class table_view {
 public:
  /// One column: where its first number is, how many bytes lie between two of them, which type they are.
  struct column {
    const unsigned char* data;
    std::ptrdiff_t stride;
    bool is_double;
  };

  table_view(std::vector<column> columns, std::size_t rows) : columns_(std::move(columns)), rows_(rows) {}

  /// Columns of doubles, one after the other.
  /// @throws invalid_argument if their lengths differ
  static table_view of_columns(const std::vector<span<const double>>& columns) {
    std::vector<column> c;
    for (const auto& one : columns) {
      if (one.size() != columns[0].size())
        raise<invalid_argument>("columns: " + std::to_string(one.size()) + " rows given, expected " +
                                std::to_string(columns[0].size()) + " as in the first");
      c.push_back({reinterpret_cast<const unsigned char*>(one.data()), sizeof(double), true});
    }
    return {std::move(c), columns.empty() ? 0 : columns[0].size()};
  }

  /// A matrix of rows x columns, row after row.
  /// @throws invalid_argument if the size is not that
  static table_view of_rows(span<const double> x, std::size_t rows, std::size_t columns) {
    return of_matrix(x.data(), x.size(), rows, columns);
  }
  static table_view of_rows(span<const float> x, std::size_t rows, std::size_t columns) {
    return of_matrix(x.data(), x.size(), rows, columns);
  }

  std::size_t rows() const noexcept { return rows_; }
  std::size_t columns() const noexcept { return columns_.size(); }

  /// Each step-th row, from the first one on.
  table_view every(std::size_t step) const {
    table_view some = *this;
    for (column& c : some.columns_) c.stride *= static_cast<std::ptrdiff_t>(step);
    some.rows_ = rows_ / step + (rows_ % step != 0 ? 1 : 0);
    return some;
  }
  /// The first rows, `count` of them at most.
  table_view first(std::size_t count) const {
    table_view some = *this;
    some.rows_ = count < rows_ ? count : rows_;
    return some;
  }

  /// The number, as a double.
  double at(std::size_t row, std::size_t c) const noexcept {
    const column& from = columns_[c];
    return from.is_double ? read<double>(from, row) : static_cast<double>(read<float>(from, row));
  }

  /// The number rounded to the nearest float; beyond the floats an infinity.
  float nearest_float(std::size_t row, std::size_t c) const noexcept {
    const column& from = columns_[c];
    return from.is_double ? static_cast<float>(read<double>(from, row)) : read<float>(from, row);
  }

  /// Says that a number will be read soon.
  void prefetch(std::size_t row, std::size_t c) const noexcept {
    const column& from = columns_[c];
    __builtin_prefetch(from.data + static_cast<std::ptrdiff_t>(row) * from.stride);
  }
  /// Columns to `prefetch` so that the numbers of all are on their way: neighbours in memory come together.
  std::vector<std::size_t> apart() const {
    constexpr std::ptrdiff_t line = 64;
    std::vector<std::size_t> some;
    for (std::size_t c = 0; c < columns(); ++c) {
      const auto beside = [&](std::size_t other) {
        const std::ptrdiff_t away = columns_[other].data - columns_[some.back()].data;
        return columns_[other].stride == columns_[some.back()].stride && away >= 0 && away <= line;
      };
      if (some.empty() || !beside(c) || c + 1 == columns() || !beside(c + 1)) some.push_back(c);
    }
    return some;
  }

  /// The same of some rows and columns: out[c * rows.size() + i] is of the i-th row.
  void nearest_floats(const std::vector<std::size_t>& rows, const std::vector<std::uint32_t>& which,
                      float* out) const noexcept {
    for (const std::uint32_t c : which) {
      const column& from = columns_[c];
      float* const to = out + c * rows.size();
      if (from.is_double)
        for (std::size_t i = 0; i < rows.size(); ++i) to[i] = static_cast<float>(read<double>(from, rows[i]));
      else
        for (std::size_t i = 0; i < rows.size(); ++i) to[i] = read<float>(from, rows[i]);
    }
  }

  /// The same of the rows [first, first + count) of a column.
  void nearest_floats(std::size_t first, std::size_t count, std::size_t c, float* out) const noexcept {
    const column& from = columns_[c];
    if (from.is_double)
      for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(read<double>(from, first + i));
    else
      for (std::size_t i = 0; i < count; ++i) out[i] = read<float>(from, first + i);
  }

 private:
  template <class T>
  static T read(const column& from, std::size_t row) noexcept {
    T value;
    std::memcpy(&value, from.data + static_cast<std::ptrdiff_t>(row) * from.stride, sizeof value);
    return value;
  }

  template <class T>
  static table_view of_matrix(const T* data, std::size_t size, std::size_t rows, std::size_t columns) {
    if (columns != 0 ? size / columns != rows || size % columns != 0 : size != 0)
      raise<invalid_argument>("x: " + std::to_string(size) + " values given, expected " +
                              std::to_string(rows) + " rows of " + std::to_string(columns));
    std::vector<column> c;
    for (std::size_t k = 0; k < columns; ++k)
      c.push_back({reinterpret_cast<const unsigned char*>(data + k),
                   static_cast<std::ptrdiff_t>(columns * sizeof(T)), sizeof(T) == sizeof(double)});
    return {std::move(c), rows};
  }

  std::vector<column> columns_;
  std::size_t rows_;
};

BAROGRAPH_NAMESPACE_END
