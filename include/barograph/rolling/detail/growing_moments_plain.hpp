// Moments over windows that all begin at the first row, once they hold many values (plain code, see
// src/kernels).
//
// Law F. Powers are of deviations from the mean of the rows before a chunk of 64. The rows of a chunk are so
// few among all that they hardly move the mean, so what is subtracted is small beside what it is subtracted
// from, and doubles do: a moment is as exact as its rows' powers are, but for some units in the last place of
// sum |d|^k. From chunk to chunk sums are kept, and moved to the new mean, in twice the precision. A chunk is
// four blocks (absolute index) that go side by side, a lane each; rows one by one give the same bits. The
// moments about another mean are those of the binomial theorem (Pebay 2008, "Formulas for robust, one-pass
// parallel computation of covariances and arbitrary-order statistical moments", section 2).
#pragma once

#include <cstdint>

#include "moments_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::sums_job;

constexpr int rows_of_mean_block = 16;
constexpr std::int64_t rows_about_one_mean = 4 * rows_of_mean_block;
/// Fewer values are not many: of a chunk's sums one part in 16 cancels at most.
constexpr double fewest_about_mean = 16.0 * rows_about_one_mean;

template <class S>
constexpr bool has_growing_moments = S::pivoted && !S::pair;

/// Central moments times n, of sums of powers of deviations from a number near the mean.
template <int Order, class V>
struct moments_near_mean {
  V m2, m3, m4;

  BAROGRAPH_LANES moments_near_mean(const V* s, V one_over_n) noexcept {
    const V off = s[0] * one_over_n, moved = off * s[0];
    m2 = s[1] - moved;
    if constexpr (Order > 2) m3 = s[2] - off * (s[1] * 3.0 - moved * 2.0);
    if constexpr (Order > 3) m4 = s[3] - off * (s[2] * 4.0 - off * (s[1] * 6.0 - moved * 3.0));
  }
};

/// Sums of powers about another number, `by` higher.
template <int Order>
BAROGRAPH_LANES inline void move_sums(twofold<double>* s, double n, twofold<double> by) noexcept {
  const twofold<double> nb = tidied(times(by, n));
  const auto less = [&](twofold<double> from, twofold<double> inner)
                        BAROGRAPH_LANES { return tidied(minus(from, times(by, tidied(inner)))); };
  const auto multiple = [](twofold<double> a, double k) BAROGRAPH_LANES { return times(a, k); };
  const twofold<double> s1 = s[0], s2 = s[1];
  if constexpr (Order > 3) {
    const twofold<double> a = less(multiple(s2, 6.0), minus(multiple(s1, 4.0), nb));
    s[3] = less(s[3], less(multiple(s[2], 4.0), a));
  }
  if constexpr (Order > 2) s[2] = less(s[2], less(multiple(s2, 3.0), minus(multiple(s1, 3.0), nb)));
  s[1] = less(s2, minus(multiple(s1, 2.0), nb));
  s[0] = tidied(minus(s1, nb));
}

/// The sums of powers over all rows up to the row `high`.
template <int Order>
struct growing_moments {
  twofold<double> sum[Order];         ///< of the rows before the block, about `mean`
  double start[Order], local[Order];  ///< the same in the chunk's order, and of the block's rows
  double n, mean;                     ///< values up to now; near the mean of the rows before the chunk
  std::int64_t high;

  /// @param s, values  of the rows up to `row`, where a chunk begins, about `pivot`
  BAROGRAPH_LANES void begin(const twofold<double>* s, double values, double pivot,
                             std::int64_t row) noexcept {
    for (int k = 0; k < Order; ++k) {
      sum[k] = tidied(s[k]);
      start[k] = local[k] = 0.0;
    }
    n = values;
    mean = pivot;
    high = row;
    end_block();
  }
  /// The block has ended; at the end of a chunk the mean is taken anew.
  BAROGRAPH_LANES void end_block() noexcept {
    for (int k = 0; k < Order; ++k) {
      sum[k] = plus(sum[k], local[k]);
      start[k] += local[k];
      local[k] = 0.0;
    }
    if (high % rows_about_one_mean != 0) return;
    for (int k = 0; k < Order; ++k) sum[k] = tidied(sum[k]);
    const double next = mean + sum[0].hi / n;
    move_sums<Order>(sum, n, two_sum(next, -mean));
    mean = next;
    for (int k = 0; k < Order; ++k) start[k] = sum[k].hi;
  }
  BAROGRAPH_LANES void take_in(double x) noexcept {
    if (high % rows_of_mean_block == 0) end_block();
    const bool there = x == x;
    const double d = there ? x - mean : 0.0, square = d * d;
    n += there;
    local[0] += d;
    local[1] += square;
    if constexpr (Order > 2) local[2] += square * d;
    if constexpr (Order > 3) local[3] += square * square;
    ++high;
  }
};

/// The results of some windows, of the sums of their values' powers.
template <class S, class V>
BAROGRAPH_LANES inline V result_near_mean(const V* s, V n, double min_periods, double ddof) noexcept {
  const moments_near_mean<S::sums, V> m(s, 1.0 / n);
  return choose(n >= min_periods, S::of_growing(m, n, ddof), V(__builtin_nan("")));
}

/// The next chunk, each row of which is the last of its window; the first one's result goes to `out`.
template <class S>
BAROGRAPH_LANES_KERNEL inline void chunk_about_mean(const sums_job& j, double* out,
                                                    growing_moments<S::sums>& now) noexcept {
  constexpr int order = S::sums, rows = rows_of_mean_block;
  now.end_block();
  lanes local[rows][order], count[rows], x[4];
  lanes sums[order], n = lanes(0.0);
  for (int p = 0; p < order; ++p) sums[p] = lanes(0.0);
  const double* const from = j.x + now.high;
  const lanes mean = lanes(now.mean);
  for (int r = 0; r < rows; r += 4) {
    for (int k = 0; k < 4; ++k) x[k] = loaded(from + k * rows + r);
    transpose(x);
    for (int k = 0; k < 4; ++k) {
      const lane_mask there = x[k] == x[k];
      const lanes d = choose(there, x[k] - mean, lanes(0.0)), square = d * d;
      count[r + k] = n += choose(there, lanes(1.0), lanes(0.0));
      local[r + k][0] = sums[0] += d;
      local[r + k][1] = sums[1] += square;
      if constexpr (order > 2) local[r + k][2] = sums[2] += square * d;
      if constexpr (order > 3) local[r + k][3] = sums[3] += square * square;
    }
  }
  lanes start[order], before;
  for (int k = 0; k < 4; ++k) {
    for (int p = 0; p < order; ++p) {
      start[p].set(k, now.start[p]);
      now.local[p] = sums[p][k];
      if (k == 3) continue;  // its end is that of the chunk
      now.sum[p] = plus(now.sum[p], now.local[p]);
      now.start[p] += now.local[p];
    }
    before.set(k, now.n);
    now.n += n[k];
  }
  now.high += 4 * rows;
  for (int r = 0; r < rows; r += 4) {
    for (int k = 0; k < 4; ++k) {
      lanes s[order];
      for (int p = 0; p < order; ++p) s[p] = start[p] + local[r + k][p];
      x[k] = result_near_mean<S>(s, before + count[r + k], j.min_periods, j.ddof);
    }
    transpose(x);
    for (int k = 0; k < 4; ++k) stored(x[k], out + k * rows + r);
  }
}

/// The windows from i to j.to.
template <class S>
BAROGRAPH_LANES_KERNEL inline void rows_about_mean(const sums_job& j, std::int64_t i,
                                                   growing_moments<S::sums>& kept) noexcept {
  growing_moments<S::sums> now = kept;
  while (i < j.to) {
    if (now.high == i + j.shift && now.high % rows_about_one_mean == 0 && i + rows_about_one_mean <= j.to &&
        now.high + rows_about_one_mean <= j.rows) {
      chunk_about_mean<S>(j, j.out + i, now);
      i += rows_about_one_mean;
      continue;
    }
    const std::int64_t stop = i + j.shift + 1, e = stop < j.rows ? stop : j.rows;
    while (now.high < e) now.take_in(j.x[now.high]);
    double s[S::sums];
    for (int p = 0; p < S::sums; ++p) s[p] = now.start[p] + now.local[p];
    j.out[i++] = result_near_mean<S>(s, now.n, j.min_periods, j.ddof);
  }
  kept = now;
}

BAROGRAPH_KERNEL_END
