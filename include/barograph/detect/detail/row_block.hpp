// row_block: 512 rows of a matrix, column by column in one piece of memory that fits a cache, so that loops
// run along rows: eight lanes at a time, in an order that no compiler and no instruction set changes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../matrix_view.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

constexpr std::size_t block_rows = 512;
constexpr std::size_t block_lanes = 8;
constexpr double largest_cell = 1e140;  // squares of it can be added up

/// a + b as a double and what its rounding took off (Knuth).
inline void sum_in_two(double a, double b, double& sum, double& rest) noexcept {
  const double s = a + b;
  const double of_b = s - a;
  rest = (a - (s - of_b)) + (b - of_b);
  sum = s;
}

class row_block {
 public:
  explicit row_block(std::size_t columns) : columns_(columns), cells_(columns * block_rows) {}

  double* column(std::size_t j) noexcept { return cells_.data() + j * block_rows; }
  const double* column(std::size_t j) const noexcept { return cells_.data() + j * block_rows; }

  /// Takes the complete ones of `n` rows from `at` on, less their mean (and its rest); zeros follow. Gives
  /// their number.
  std::size_t load_complete(const matrix_view& x, const std::vector<std::size_t>& which, std::size_t at,
                            std::size_t n, double* mean, double* rest) noexcept {
    copy(x, which, at, n);
    std::size_t kept = n;
    for (std::size_t j = 0; j < columns_ && kept == n; ++j)
      if (!(largest(column(j)) <= largest_cell)) kept = drop_incomplete(n);
    if (kept == 0) return 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      double* c = column(j);
      // The first row as a pivot: constant columns have their value as mean, to the bit.
      const double pivot = c[0];
      for (std::size_t i = 0; i < kept; ++i) c[i] -= pivot;
      const double m = sum(c) / static_cast<double>(kept);
      for (std::size_t i = 0; i < kept; ++i) c[i] -= m;
      sum_in_two(pivot, m, mean[j], rest[j]);
    }
    return kept;
  }

  /// Sums of products of each two columns: the lower triangle, row by row.
  void products(double* out) const noexcept {
    for (std::size_t j = 0; j < columns_; ++j) {
      std::size_t k = 0;
      for (; k + 2 <= j + 1; k += 2, out += 2) two_products(column(j), column(k), column(k + 1), out);
      if (k <= j) {
        double pair[2];
        two_products(column(j), column(k), column(k), pair);
        *out++ = pair[0];
      }
    }
  }

  /// Takes `n` rows from `at` on as (x - mean) * unit, missing cells as 0; `present` is how many cells of a
  /// row are there.
  void load_standardised(const matrix_view& x, const std::vector<std::size_t>& which, std::size_t at,
                         std::size_t n, const double* mean, const double* unit, double* present) noexcept {
    copy(x, which, at, n);
    // Nearly always all cells are there, and too small for anything to leave the range.
    constexpr double small = 1e60;
    bool plain = true;
    for (std::size_t j = 0; j < columns_; ++j)
      plain = plain && unit[j] <= small && std::fabs(mean[j]) <= small && largest(column(j)) <= small;
    std::fill(present, present + block_rows, plain ? static_cast<double>(columns_) : 0.0);
    for (std::size_t j = 0; j < columns_; ++j) {
      double* c = column(j);
      const double m = mean[j], u = unit[j];
      if (plain) {
        for (std::size_t i = 0; i < block_rows; ++i) c[i] = (c[i] - m) * u;
        continue;
      }
      for (std::size_t i = 0; i < block_rows; ++i) {
        double z = (c[i] - m) * u;
        present[i] += z == z ? 1.0 : 0.0;
        z = z == z ? z : 0.0;
        z = z < largest_cell ? z : largest_cell;
        c[i] = z > -largest_cell ? z : -largest_cell;
      }
    }
  }

 private:
  void copy(const matrix_view& x, const std::vector<std::size_t>& which, std::size_t at,
            std::size_t n) noexcept {
    for (std::size_t j = 0; j < columns_; ++j) {
      const double* from = &x.data[static_cast<std::ptrdiff_t>(at) * x.row_stride +
                                   static_cast<std::ptrdiff_t>(which[j]) * x.column_stride];
      double* c = column(j);
      for (std::size_t i = 0; i < n; ++i) c[i] = from[static_cast<std::ptrdiff_t>(i) * x.row_stride];
      std::fill(c + n, c + block_rows, 0.0);
    }
  }

  /// The largest magnitude; NaN where a cell is NaN or infinite.
  static double largest(const double* c) noexcept {
    double lane[block_lanes] = {0};
    double odd[block_lanes] = {0};
    for (std::size_t i = 0; i < block_rows; i += block_lanes)
      for (std::size_t l = 0; l < block_lanes; ++l) {
        const double a = std::fabs(c[i + l]);
        lane[l] = lane[l] > a ? lane[l] : a;
        odd[l] += a - a;  // NaN from then on
      }
    double most = lane[0];
    for (const double a : lane) most = most > a ? most : a;
    return most + folded(odd);
  }

  std::size_t drop_incomplete(std::size_t n) noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < n; ++i) {
      bool complete = true;
      for (std::size_t j = 0; j < columns_; ++j) complete &= std::fabs(column(j)[i]) <= largest_cell;
      if (!complete) continue;
      for (std::size_t j = 0; j < columns_; ++j) column(j)[kept] = column(j)[i];
      ++kept;
    }
    for (std::size_t j = 0; j < columns_; ++j) std::fill(column(j) + kept, column(j) + n, 0.0);
    return kept;
  }

  static double folded(const double* l) noexcept {
    return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
  }

  static double sum(const double* c) noexcept {
    double lane[block_lanes] = {0};
    for (std::size_t i = 0; i < block_rows; i += block_lanes)
      for (std::size_t l = 0; l < block_lanes; ++l) lane[l] += c[i + l];
    return folded(lane);
  }

  static void two_products(const double* a, const double* b, const double* c, double* out) noexcept {
    double first[block_lanes] = {0};
    double second[block_lanes] = {0};
    for (std::size_t i = 0; i < block_rows; i += block_lanes)
      for (std::size_t l = 0; l < block_lanes; ++l) {
        first[l] += a[i + l] * b[i + l];
        second[l] += a[i + l] * c[i + l];
      }
    out[0] = folded(first);
    out[1] = folded(second);
  }

  std::size_t columns_;
  std::vector<double> cells_;
};

}  // namespace detail
BAROGRAPH_NAMESPACE_END
