// matrix_view: rows and columns of doubles where they are, by rows, by columns or overlapping.
//
// Element (i, j) is data[i * row_stride + j * column_stride]. With both strides 1 the rows are the windows
// of one series, without a copy.
#pragma once

#include <cstddef>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "detail/row_jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN

struct matrix_view {
  const double* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::ptrdiff_t row_stride = 0;
  std::ptrdiff_t column_stride = 1;

  double operator()(std::size_t i, std::size_t j) const noexcept {
    return data[static_cast<std::ptrdiff_t>(i) * row_stride + static_cast<std::ptrdiff_t>(j) * column_stride];
  }

  /// For the kernels: `count` rows from `at` on, of these columns.
  detail::row_source from(std::size_t at, const std::vector<std::size_t>& which,
                          std::size_t count) const noexcept {
    return {data + static_cast<std::ptrdiff_t>(at) * row_stride,
            row_stride,
            column_stride,
            which.data(),
            static_cast<std::int64_t>(which.size()),
            static_cast<std::int64_t>(count)};
  }

  /// Rows one after the other in memory.
  static matrix_view by_rows(span<const double> values, std::size_t columns) {
    if (columns == 0 || values.size() % columns != 0)
      raise<invalid_argument>("values: " + std::to_string(values.size()) + " given, expected a multiple of " +
                              std::to_string(columns) + ", the number of columns");
    return {values.data(), values.size() / columns, columns, static_cast<std::ptrdiff_t>(columns), 1};
  }

  /// The windows of `length` successive values of a series, one a row.
  static matrix_view windows(span<const double> series, std::size_t length) {
    if (length == 0 || length > series.size())
      raise<invalid_argument>("window: " + std::to_string(length) + " given, expected 1 to " +
                              std::to_string(series.size()) + ", the length of the series");
    return {series.data(), series.size() - length + 1, length, 1, 1};
  }
};

BAROGRAPH_NAMESPACE_END
