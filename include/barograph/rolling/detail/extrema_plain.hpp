// Minimum and maximum over windows (plain code, see src/kernels).
//
// Law I: a selection, no arithmetic. Fixed length: van Herk's suffixes and prefixes as in
// sums_plain.hpp. Moving bounds: a monotonic queue of candidates.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::series_job;

/// The larger of the two where Max, else the smaller; missing values are the neutral infinity.
template <bool Max>
inline double better(double a, double b) noexcept {
  return Max ? (a > b ? a : b) : (a < b ? a : b);
}

template <bool Max>
constexpr double neutral() noexcept {
  return Max ? -__builtin_huge_val() : __builtin_huge_val();
}

/// x: values with missing ones neutral; out: m extrema of the windows (e - length, e]; scratch: 4 * length.
template <bool Max>
inline void fixed_extrema(const double* x, std::ptrdiff_t m, std::ptrdiff_t length, double* scratch,
                          double* out) noexcept {
  constexpr std::ptrdiff_t side = 4;  // blocks side by side
  const std::ptrdiff_t whole = m / length;
  std::ptrdiff_t block = 0;
  for (; block + side <= whole; block += side) {
    double r[side];
    for (std::ptrdiff_t k = 0; k < side; ++k) r[k] = neutral<Max>();
    for (std::ptrdiff_t j = length - 1; j >= 1; --j)
      for (std::ptrdiff_t k = 0; k < side; ++k) {
        if (block + k > 0) r[k] = better<Max>(r[k], x[(block + k - 1) * length + j]);
        scratch[j * side + k] = r[k];
      }
    for (std::ptrdiff_t k = 0; k < side; ++k) r[k] = neutral<Max>();
    for (std::ptrdiff_t i = 0; i < length; ++i)
      for (std::ptrdiff_t k = 0; k < side; ++k) {
        const std::ptrdiff_t e = (block + k) * length + i;
        r[k] = better<Max>(r[k], x[e]);
        out[e] = i + 1 < length ? better<Max>(scratch[(i + 1) * side + k], r[k]) : r[k];
      }
  }
  for (; block * length < m; ++block) {
    double r = neutral<Max>();
    for (std::ptrdiff_t j = length - 1; j >= 1; --j) {
      if (block > 0) r = better<Max>(r, x[(block - 1) * length + j]);
      scratch[j] = r;
    }
    r = neutral<Max>();
    for (std::ptrdiff_t i = 0; i < length && block * length + i < m; ++i) {
      r = better<Max>(r, x[block * length + i]);
      out[block * length + i] = i + 1 < length ? better<Max>(scratch[i + 1], r) : r;
    }
  }
}

/// Extrema of windows [start[i], end[i]) whose bounds never go back; queue: room for the longest window.
template <bool Max>
inline void moving_extrema(const double* x, const std::int64_t* start, const std::int64_t* end,
                           std::int64_t windows, std::int64_t* queue, std::int64_t room,
                           double* out) noexcept {
  // Candidates, best first, in a ring of positions: `front` is the slot of the first, `count` how many.
  std::int64_t front = 0, count = 0, high = 0;
  const auto slot = [&](std::int64_t i) noexcept { return front + i < room ? front + i : front + i - room; };
  for (std::int64_t i = 0; i < windows; ++i) {
    const std::int64_t s = start[i], e = end[i];
    while (count > 0 && queue[front] < s) {
      front = slot(1);
      --count;
    }
    if (high < s) high = s;
    for (; high < e; ++high) {
      while (count > 0 && better<Max>(x[high], x[queue[slot(count - 1)]]) == x[high]) --count;
      queue[slot(count)] = high;
      ++count;
    }
    out[i] = count > 0 && s < e ? x[queue[front]] : neutral<Max>();
  }
}

/// The job for minimum or maximum; windows with too few values become NaN.
template <bool Max>
inline void run_extrema_of(const series_job& j) noexcept {
  if (j.start == nullptr)
    fixed_extrema<Max>(j.x, j.windows, j.length, j.scratch, j.out);
  else
    moving_extrema<Max>(j.x, j.start, j.end, j.windows, reinterpret_cast<std::int64_t*>(j.scratch),
                        j.length + 1, j.out);
  for (std::int64_t i = 0; i < j.windows; ++i) {
    std::int64_t s = i + 1 > j.length ? i + 1 - j.length : 0, e = i + 1;
    if (j.start != nullptr) s = j.start[i], e = j.end[i] > s ? j.end[i] : s;
    const std::int64_t n = j.valid_before != nullptr ? j.valid_before[e] - j.valid_before[s] : e - s;
    if (n == 0 || n < j.min_periods) j.out[i] = __builtin_nan("");
  }
}

inline void run_extrema(const series_job& j) noexcept {
  if (j.what == rolling::reduction::maximum)
    run_extrema_of<true>(j);
  else
    run_extrema_of<false>(j);
}

BAROGRAPH_KERNEL_END
