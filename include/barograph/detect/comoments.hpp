// comoments: means and covariances of rows of several columns, in one pass.
//
// Law: bounded. Rows are taken in blocks of 512 about the block's own mean, and blocks and states merged by
// Chan, Golub and LeVeque's formula ("Algorithms for computing the sample variance", American Statistician
// 37, 1983): an offset costs nothing, and a covariance is within 1e-12 of the root of the two variances'
// product, of the exact one. The same rows in one call give the same bits, whatever the number of threads
// (lanes and block origins are fixed).
// A row with a missing cell (NaN) or one beyond 1e140 is left out and counted.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/serial_executor.hpp"
#include "detail/row_block_plain.hpp"
#include "matrix_view.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// The kernels as compiled with the caller's own flags; kernels::compiled has those chosen at run time.
struct inline_rows {
  static std::int64_t block_comoments(const detail::comoments_job& job) noexcept {
    return kernel::block_comoments(job);
  }
  static void plane_distances(const detail::plane_distance_job& job) noexcept {
    kernel::plane_distances(job);
  }
};

namespace detail {
/// a + b as a double and what its rounding took off (Knuth).
inline void sum_in_two(double a, double b, double& sum, double& rest) noexcept {
  const double s = a + b;
  const double of_b = s - a;
  rest = (a - (s - of_b)) + (b - of_b);
  sum = s;
}
}  // namespace detail

class comoments {
 public:
  static constexpr std::size_t most_columns = 4096;

  explicit comoments(std::size_t columns)
      : mean_(columns, 0.0), rest_(columns, 0.0), products_(columns * (columns + 1) / 2, 0.0) {
    if (columns == 0 || columns > most_columns)
      raise<invalid_argument>("columns: " + std::to_string(columns) + " given, expected 1 to " +
                              std::to_string(most_columns));
  }

  /// Adds rows: of `x`, the columns of `which`, in this order.
  template <class Kernels = inline_rows, class Executor = serial_executor>
  void update(const matrix_view& x, const std::vector<std::size_t>& which, const Executor& executor = {}) {
    // Partial sums of all chunks are kept until they are merged in order: within 64 MB.
    const std::size_t fit = std::max<std::size_t>(2, (std::size_t{8} << 20) / (products_.size() + 1));
    constexpr auto block = static_cast<std::size_t>(detail::block_rows);
    const std::size_t blocks = x.rows / fit / block + 1;
    const std::size_t grain = block * std::max<std::size_t>(16, blocks);
    std::vector<comoments> parts(x.rows / grain + 1, comoments(columns()));
    executor.for_each_chunk(x.rows, grain, [&](std::size_t begin, std::size_t end) {
      parts[begin / grain].template add_chunk<Kernels>(x, which, begin, end);
    });
    for (const comoments& part : parts) merge(part);
  }

  void merge(const comoments& o) {
    if (o.columns() != columns())
      raise<invalid_argument>("merge: other has " + std::to_string(o.columns()) + " columns, expected " +
                              std::to_string(columns()));
    incomplete_ += o.incomplete_;
    if (o.count_ == 0) return;
    const auto n = static_cast<double>(count_);
    const auto m = static_cast<double>(o.count_);
    std::vector<double> delta(columns());
    for (std::size_t j = 0; j < columns(); ++j) delta[j] = (o.mean_[j] - mean_[j]) + (o.rest_[j] - rest_[j]);
    const double weight = n * (m / (n + m));
    for (std::size_t j = 0, at = 0; j < columns(); ++j) {
      const double w = weight * delta[j];
      for (std::size_t k = 0; k <= j; ++k, ++at) products_[at] += o.products_[at] + w * delta[k];
    }
    const double share = m / (n + m);
    for (std::size_t j = 0; j < columns(); ++j)
      if (count_ == 0) {
        mean_[j] = o.mean_[j];
        rest_[j] = o.rest_[j];
      } else {
        detail::sum_in_two(mean_[j], rest_[j] + share * delta[j], mean_[j], rest_[j]);
      }
    count_ += o.count_;
  }

  std::size_t columns() const noexcept { return mean_.size(); }
  std::uint64_t count() const noexcept { return count_; }            ///< rows that were taken
  std::uint64_t incomplete() const noexcept { return incomplete_; }  ///< rows that were left out
  double mean(std::size_t j) const noexcept { return mean_[j]; }
  const std::vector<double>& means() const noexcept { return mean_; }

  /// With divisor n - 1; of two rows at least.
  double covariance(std::size_t j, std::size_t k) const noexcept {
    const std::size_t high = std::max(j, k);
    return products_[high * (high + 1) / 2 + std::min(j, k)] / static_cast<double>(count_ - 1);
  }

  void write(byte_writer& w) const {
    w.varint(columns());
    w.varint(count_);
    w.varint(incomplete_);
    if (count_ == 0) return;
    for (const double m : mean_) w.f64(m);
    for (const double m : rest_) w.f64(m);
    for (const double p : products_) w.f64(p);
  }

  static comoments read(byte_reader& r) {
    const std::uint64_t columns = r.varint();
    if (columns == 0 || columns > most_columns) raise<bad_bytes>("bytes: a number of columns that cannot be");
    const std::uint64_t most = std::uint64_t{1} << 53;
    const std::uint64_t count = r.varint();
    const std::uint64_t incomplete = r.varint();
    if (count > most || incomplete > most) raise<bad_bytes>("bytes: a count of rows that cannot be");
    const std::uint64_t numbers = columns * (columns + 5) / 2;
    if (count != 0 && r.remaining() < numbers * 8) raise<bad_bytes>("bytes: truncated");
    comoments c(static_cast<std::size_t>(columns));
    c.count_ = count;
    c.incomplete_ = incomplete;
    if (count == 0) return c;
    for (double& m : c.mean_) m = r.f64();
    for (double& m : c.rest_) m = r.f64();
    for (double& p : c.products_) p = r.f64();
    if (!c.possible()) raise<bad_bytes>("bytes: covariances that no rows can have");
    return c;
  }

 private:
  /// Finite, and no correlation beyond 1 but for rounding.
  bool possible() const noexcept {
    for (const double m : mean_)
      if (!(std::fabs(m) <= detail::largest_cell)) return false;
    for (std::size_t j = 0; j < columns(); ++j)
      if (!(std::fabs(rest_[j]) <= std::fabs(mean_[j]))) return false;
    std::vector<double> root(columns());
    for (std::size_t j = 0; j < columns(); ++j) {
      const double square = products_[j * (j + 1) / 2 + j];
      if (!(square >= 0.0 && square <= 1e300)) return false;
      root[j] = std::sqrt(square);
    }
    for (std::size_t j = 0, at = 0; j < columns(); ++j)
      for (std::size_t k = 0; k <= j; ++k, ++at)
        if (!(std::fabs(products_[at]) <= root[j] * root[k] * 1.000001 + 1e-300)) return false;
    return true;
  }

  template <class Kernels>
  void add_chunk(const matrix_view& x, const std::vector<std::size_t>& which, std::size_t begin,
                 std::size_t end) {
    constexpr auto block = static_cast<std::size_t>(detail::block_rows);
    std::vector<double> cells(columns() * static_cast<std::size_t>(detail::block_stride));
    comoments part(columns());
    for (std::size_t at = begin; at < end; at += block) {
      const std::size_t given = std::min(end - at, block);
      const auto complete = static_cast<std::uint64_t>(
          Kernels::block_comoments({x.from(at, which, given), cells.data(), part.mean_.data(),
                                    part.rest_.data(), part.products_.data()}));
      part.count_ = complete;
      part.incomplete_ = given - complete;
      merge(part);
    }
  }

  std::uint64_t count_ = 0;
  std::uint64_t incomplete_ = 0;
  std::vector<double> mean_;
  std::vector<double> rest_;      // what the rounding of the mean took off
  std::vector<double> products_;  // of deviations: the lower triangle, row by row
};

BAROGRAPH_NAMESPACE_END
