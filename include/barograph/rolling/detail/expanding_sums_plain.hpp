// Sums over windows that all begin at the first row (plain code, see src/kernels).
//
// Law F. Rows are summed up in blocks at multiples of their length (absolute index), as if nothing came
// before; what did is added to each. So four blocks go side by side, a lane each, and the bits do not tell
// whether they did or rows came one by one. Powers of one series are summed up about their first value until
// there are values enough for growing_moments_plain.hpp.
#pragma once

#include <cstdint>

#include "growing_moments_plain.hpp"
#include "running_sums_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

constexpr std::int64_t rows_of_growing_block = 32, rows_of_four_blocks = 4 * rows_of_growing_block;

/// The sums over all rows up to the row `high`.
template <class S>
struct sums_so_far {
  running<S, double, true> before, local;  ///< of the rows before the block, and of its rows
  double pivot, pivot_y;
  std::int64_t high;
  bool begun;       ///< there is a pivot
  bool about_mean;  ///< the rows to come are for growing_moments

  BAROGRAPH_LANES void clear() noexcept {
    before.clear();
    local.clear();
    pivot = pivot_y = 0.0;
    high = 0;
    begun = about_mean = false;
  }
  BAROGRAPH_LANES running<S, double, true> all() const noexcept {
    running<S, double, true> sums = local;
    sums.merge(before);
    return sums;
  }
  /// The next row; the first that has a value is the pivot of all.
  BAROGRAPH_LANES void take_in(const sums_job& j) noexcept {
    if (S::pivoted && !begun && !is_missing(j, high)) {
      begun = true;
      pivot = j.x[high];
      if constexpr (S::pair) pivot_y = j.y[high];
    }
    if (high % rows_of_growing_block == 0) {
      before = all();
      local.clear();
    }
    local.take_in(j.x[high], S::pair ? j.y[high] : 0.0, pivot, pivot_y);
    ++high;
  }
};

/// One lane of sums, and back.
template <class S>
BAROGRAPH_LANES inline running<S, double, true> lane_of(const running<S, lanes, true>& four, int k) noexcept {
  running<S, double, true> one;
  for (int p = 0; p < S::sums; ++p) one.sum[p] = {four.sum[p].hi[k], four.sum[p].lo[k]};
  one.n = four.n[k];
  return one;
}
template <class S>
BAROGRAPH_LANES inline running<S, lanes, true> lanes_of(const running<S, double, true>* one) noexcept {
  running<S, lanes, true> four;
  for (int p = 0; p < S::sums; ++p) {
    four.sum[p].hi = {one[0].sum[p].hi, one[1].sum[p].hi, one[2].sum[p].hi, one[3].sum[p].hi};
    four.sum[p].lo = {one[0].sum[p].lo, one[1].sum[p].lo, one[2].sum[p].lo, one[3].sum[p].lo};
  }
  four.n = {one[0].n, one[1].n, one[2].n, one[3].n};
  return four;
}

/// The next four blocks, each row of which is the last of its window; i is the first one's.
template <class S>
BAROGRAPH_LANES_KERNEL inline void four_growing_blocks(const sums_job& j, std::int64_t i,
                                                       sums_so_far<S>& now) noexcept {
  constexpr std::int64_t rows = rows_of_growing_block;
  running<S, lanes, true> local[rows], sums;
  lanes x[4], y[4];
  sums.clear();
  for (std::int64_t r = 0; r < rows; r += 4) {
    for (int k = 0; k < 4; ++k) {
      x[k] = loaded(j.x + now.high + k * rows + r);
      if constexpr (S::pair) y[k] = loaded(j.y + now.high + k * rows + r);
    }
    transpose(x);
    if constexpr (S::pair) transpose(y);
    for (int k = 0; k < 4; ++k) {
      sums.take_in(x[k], S::pair ? y[k] : lanes(0.0), lanes(now.pivot), lanes(now.pivot_y));
      local[r + k] = sums;
    }
  }
  running<S, double, true> before[4];
  before[0] = now.all();
  for (int k = 1; k < 4; ++k) {
    before[k] = lane_of<S>(sums, k - 1);
    before[k].merge(before[k - 1]);
  }
  const running<S, lanes, true> start = lanes_of<S>(before);
  for (std::int64_t r = 0; r < rows; r += 4) {
    for (int k = 0; k < 4; ++k) {
      running<S, lanes, true> window = local[r + k];
      window.merge(start);
      x[k] = result_of<S>(window.sum, window.n, j.min_periods, j.ddof);
    }
    transpose(x);
    for (int k = 0; k < 4; ++k) stored(x[k], j.out + i + k * rows + r);
  }
  now.before = before[3];
  now.local = lane_of<S>(sums, 3);
  now.high += 4 * rows;
}

/// Whether the rows to come are for growing_moments; asked wherever four blocks may begin.
template <class S>
BAROGRAPH_LANES inline bool are_many(const sums_so_far<S>& now) noexcept {
  return has_growing_moments<S> && now.high % rows_of_four_blocks == 0 && now.all().n >= fewest_about_mean;
}

/// The windows from i on while results are made of sums about the first value; the first that is left.
template <class S>
BAROGRAPH_LANES_KERNEL inline std::int64_t growing_rows(const sums_job& j, std::int64_t i,
                                                        sums_so_far<S>& now) noexcept {
  while (i < j.to && !are_many(now)) {
    if (now.high == i + j.shift && now.high % rows_of_four_blocks == 0 && i + rows_of_four_blocks <= j.to &&
        now.high + rows_of_four_blocks <= j.rows && (now.begun || !S::pivoted)) {
      four_growing_blocks<S>(j, i, now);
      i += rows_of_four_blocks;
      continue;
    }
    const std::int64_t stop = i + j.shift + 1, e = stop < j.rows ? stop : j.rows;
    while (now.high < e) now.take_in(j);
    const running<S, double, true> sums = now.all();
    j.out[i++] = result_of<S>(sums.sum, sums.n, j.min_periods, j.ddof);
  }
  return i;
}

/// Windows that all begin at the first row; from one call to the next the sums so far stay in j.scratch.
template <class S>
BAROGRAPH_LANES_KERNEL inline void expanding_sums(const sums_job& j) noexcept {
  static_assert(sizeof(sums_so_far<S>) <= 64 * sizeof(double), "what run_sums gives as scratch");
  sums_so_far<S>* const kept = reinterpret_cast<sums_so_far<S>*>(j.scratch);
  sums_so_far<S> now;
  if (j.from == 0)
    now.clear();
  else
    now = *kept;
  if constexpr (has_growing_moments<S>) {
    static_assert(sizeof now + sizeof(growing_moments<S::sums>) <= 64 * sizeof(double), "the same");
    growing_moments<S::sums>* const later = reinterpret_cast<growing_moments<S::sums>*>(kept + 1);
    std::int64_t i = j.from;
    if (!now.about_mean) {
      i = growing_rows<S>(j, i, now);
      if (are_many(now)) {
        const running<S, double, true> all = now.all();
        later->begin(all.sum, all.n, now.pivot, now.high);
        now.about_mean = true;
      }
    }
    if (i < j.to) rows_about_mean<S>(j, i, *later);
  } else {
    growing_rows<S>(j, j.from, now);
  }
  *kept = now;
}

BAROGRAPH_KERNEL_END
