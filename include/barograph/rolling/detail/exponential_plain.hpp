// Exponentially weighted means and products of deviations, of stretches of rows at once (plain code, see
// src/kernels).
//
// Law F. Sums in which a row keeps a share k of all before it are linear recurrences, v = k v + term, and a
// processor waits for each step of them. So a stretch of rows is cut into four blocks that go side by side,
// a lane each, as if nothing came before; what did is added when it is known, times the power of k. Rows one
// by one are added up in the same order, so that the bits do not tell how rows came. Terms are deviations
// from the mean before the stretch: equal values have exactly their value as mean. The longest stretch keeps
// a 32nd of the weight of that mean, so that its digits cost the results no more than those of the means of
// West's update would (D. H. D. West, "Updating mean and variance estimates: an improved method", CACM 22(9),
// 1979), which are rounded in each row.
#pragma once

#include <cstdint>

#include "jobs_plain.hpp"
#include "lanes_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::reduction;
using rolling::detail::exponential_job;

constexpr int most_rows_of_lane = 32;

/// Rows of each of the four blocks of a stretch; 0: weights fall too fast for any.
inline int exponential_rows_of_lane(double keep) noexcept {
  double kept = keep * keep;
  kept *= kept;
  kept *= kept;
  int rows = 4;
  for (kept *= kept; rows <= most_rows_of_lane; rows *= 2, kept *= kept)
    if (kept < 0x1p-5) break;
  return rows == 4 ? 0 : rows / 2;
}

/// The sum of the weights, and of the products of every two of them: their sum's square less their squares',
/// in which nothing is cancelled. The newest weight is `fresh`.
struct weight_sums {
  double sum, pairs;

  void fade(double keep) noexcept {
    sum *= keep;
    pairs *= keep * keep;
  }
  /// The share that those there are keep when a new one comes. After a long gap it is small, and 1 less the
  /// share of the new one would have lost its digits.
  double kept(double fresh) const noexcept { return sum > 0.0 ? sum / (sum + fresh) : 0.0; }
  /// A new weight; the share that it has of all. Without adjust all are 1 together.
  double take_in(double fresh, bool adjust) noexcept {
    const double whole = sum + fresh, share = whole > 0.0 ? fresh / whole : 1.0;
    pairs += 2.0 * fresh * sum;
    sum = whole;
    if (!adjust) {
      pairs /= whole * whole;
      sum = 1.0;
    }
    return share;
  }
  /// What a mean squared deviation is multiplied by.
  double correction() const noexcept { return pairs > 0.0 ? sum * sum / pairs : __builtin_nan(""); }
};

/// v = keep v + term over the rows of a stretch, from terms to values.
BAROGRAPH_LANES inline void run_recurrence(lanes* v, int rows, double keep, const double* powers,
                                           double& carried) noexcept {
  lanes local = v[0];
  for (int r = 1; r < rows; ++r) v[r] = local = local * keep + v[r];
  const double power = powers[rows - 1];
  const double b = power * carried + local[0], c = power * b + local[1], d = power * c + local[2];
  const lanes start = {carried, b, c, d};
  carried = power * d + local[3];
  for (int r = 0; r < rows; ++r) v[r] = start * powers[r] + v[r];
}

/// Four blocks of `rows` rows each as lanes, less what is taken from each.
BAROGRAPH_LANES inline void load_blocks(const double* x, int rows, double less, lanes* v) noexcept {
  for (int r = 0; r < rows; r += 4) {
    for (int k = 0; k < 4; ++k) v[r + k] = loaded(x + k * rows + r);
    transpose(v + r);
    for (int k = 0; k < 4; ++k) v[r + k] = v[r + k] - less;
  }
}

/// And back.
BAROGRAPH_LANES inline void store_blocks(lanes* v, int rows, double* to) noexcept {
  for (int r = 0; r < rows; r += 4) {
    transpose(v + r);
    for (int k = 0; k < 4; ++k) stored(v[r + k], to + k * rows + r);
  }
}

/// By row, the share of the newest weight, the rest, and what a mean squared deviation is multiplied by.
struct weights_of_stretch {
  lanes share[most_rows_of_lane], rest[most_rows_of_lane], correction[most_rows_of_lane];
};

/// Deviations from the mean before the row, from those from the mean before the stretch and of the means.
BAROGRAPH_LANES inline void from_last_mean(lanes* d, const lanes* mean, int rows) noexcept {
  const lanes last = mean[rows - 1];
  for (int r = rows - 1; r > 0; --r) d[r] = d[r] - mean[r - 1];
  d[0] = d[0] - lanes(0.0, last[0], last[1], last[2]);
}

/// Mean squares or products of deviations by row; `square` is that of the stretch's last row.
BAROGRAPH_LANES inline void mean_products(const lanes* d, const lanes* e, const weights_of_stretch& w,
                                          int rows, const exponential_job& j, double before, double& square,
                                          lanes* q) noexcept {
  double carried = square * before;
  for (int r = 0; r < rows; ++r) q[r] = d[r] * e[r] * w.rest[r];
  run_recurrence(q, rows, j.keep, j.powers, carried);
  for (int r = 0; r < rows; ++r) q[r] = q[r] * w.share[r];
  square = q[rows - 1][3];
}

/// Whether the mean's deviation after the stretch is finite, as it is not after a NaN or an infinity.
BAROGRAPH_LANES inline bool mean_of(const double* x, double anchor, const weights_of_stretch& w, int rows,
                                    const exponential_job& j, lanes* d, lanes* mean) noexcept {
  load_blocks(x, rows, anchor, d);
  double carried = 0.0;
  for (int r = 0; r < rows; ++r) mean[r] = d[r];
  run_recurrence(mean, rows, j.keep, j.powers, carried);
  for (int r = 0; r < rows; ++r) mean[r] = mean[r] * w.share[r];
  return carried - carried == 0.0;
}

/// The stretches from the job's first row on, up to one with a value that is not finite; j.done rows.
template <reduction What>
BAROGRAPH_LANES_KERNEL inline void exponential_stretches_of(exponential_job& j) noexcept {
  constexpr bool pair = What == reduction::covariance || What == reduction::correlation;
  const int rows = j.rows_of_lane;
  weight_sums sums = {j.sum, j.pairs};
  const double settled_share = j.adjust ? 1.0 - j.keep : j.fresh;
  weights_of_stretch w;
  bool settled = j.settled, known = false;
  lanes d[most_rows_of_lane], mean[most_rows_of_lane], q[most_rows_of_lane];
  lanes e[pair ? most_rows_of_lane : 1], mean_y[pair ? most_rows_of_lane : 1];
  lanes xx[pair ? most_rows_of_lane : 1], yy[pair ? most_rows_of_lane : 1];
  for (j.done = 0; j.done + 4 * rows <= j.rows; j.done += 4 * rows) {
    const double before = settled ? 1.0 / settled_share : sums.sum / j.fresh;
    const weight_sums last = sums;
    const bool were_settled = settled;
    for (int k = 0; k < 4 && !known; ++k)
      for (int r = 0; r < rows; ++r) {
        const weight_sums old = sums;
        double share = settled_share, rest = 1.0 - settled_share;
        if (!settled) {
          sums.fade(j.keep);
          rest = sums.kept(j.fresh);
          share = sums.take_in(j.fresh, j.adjust);
          settled = old.sum == sums.sum && old.pairs == sums.pairs;
          if (settled) {
            share = settled_share;
            rest = 1.0 - settled_share;
          }
        }
        w.share[r].set(k, share);
        w.rest[r].set(k, rest);
        if (What != reduction::mean && What != reduction::correlation)
          w.correction[r].set(k, j.bias ? 1.0 : sums.correction());
      }
    known = were_settled;
    bool finite = mean_of(j.x + j.done, j.mean, w, rows, j, d, mean);
    if constexpr (pair) finite = mean_of(j.y + j.done, j.mean_y, w, rows, j, e, mean_y) && finite;
    if (!finite) {
      sums = last;
      settled = were_settled;
      break;
    }
    double* const out = j.out + j.done;
    if constexpr (What != reduction::mean) from_last_mean(d, mean, rows);
    if constexpr (pair) {
      from_last_mean(e, mean_y, rows);
      j.mean_y += mean_y[rows - 1][3];
      mean_products(d, e, w, rows, j, before, j.xy, q);
      mean_products(d, d, w, rows, j, before, j.xx, xx);
      mean_products(e, e, w, rows, j, before, j.yy, yy);
    } else if constexpr (What != reduction::mean) {
      mean_products(d, d, w, rows, j, before, j.xx, q);
    }
    const double next = j.mean + mean[rows - 1][3];
    for (int r = 0; r < rows; ++r) {
      if constexpr (What == reduction::mean) {
        q[r] = mean[r] + j.mean;
      } else if constexpr (What == reduction::correlation) {
        const lanes c = q[r] / (root(xx[r]) * root(yy[r]));
        q[r] = choose(c > 1.0, lanes(1.0), choose(c < -1.0, lanes(-1.0), c));
      } else {
        q[r] = w.correction[r] * q[r];
        if constexpr (What == reduction::deviation) q[r] = root(q[r]);
      }
    }
    j.mean = next;
    store_blocks(q, rows, out);
  }
  j.sum = sums.sum;
  j.pairs = sums.pairs;
  j.settled = settled;
}

/// The job for what it says: mean, variance, deviation, covariance or correlation.
template <class Job>
inline void run_exponential(Job& j) noexcept {
  switch (j.what) {
    case reduction::mean:
      return exponential_stretches_of<reduction::mean>(j);
    case reduction::variance:
      return exponential_stretches_of<reduction::variance>(j);
    case reduction::deviation:
      return exponential_stretches_of<reduction::deviation>(j);
    case reduction::covariance:
      return exponential_stretches_of<reduction::covariance>(j);
    default:
      return exponential_stretches_of<reduction::correlation>(j);
  }
}

BAROGRAPH_KERNEL_END
