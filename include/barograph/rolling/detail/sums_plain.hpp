// Sums over windows without ever subtracting from a running sum (plain code, see src/kernels).
//
// Law F. Windows of one fixed length: van Herk (1992) and Gil and Werman (1993): the series is cut into
// blocks of the window's length at multiples of it (absolute index); a window is a suffix of one block
// and a prefix of the next, so a spike cannot leak into windows that do not hold it. Several blocks go
// side by side to hide the latency of the additions. Windows with moving bounds: the same idea with a
// boundary that is set anew whenever a window has left it behind (two stacks).
#pragma once

#include <cstddef>
#include <cstdint>

#include "double_double_plain.hpp"
#include "jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::reduction;
using rolling::detail::series_job;

using rolling::reduction;
using rolling::detail::series_job;

/// One result from the sums of a window that holds n > 0 values.
template <reduction What>
inline double reduced(twofold d, twofold d2, double n, double ddof) noexcept {
  if (What == reduction::sum) return rounded(d);
  if (What == reduction::mean) return divided(d, n);
  if (!(n > ddof)) return __builtin_nan("");
  const double v = squared_deviations(d, d2, n) / (n - ddof);
  return What == reduction::variance ? v : __builtin_sqrt(v);
}

/// The result of a window that may hold too few values.
template <reduction What>
inline double reduced_if_enough(const series_job& j, twofold d, twofold d2, std::int64_t n) noexcept {
  return n >= j.min_periods && (n > 0 || What == reduction::sum)
             ? reduced<What>(d, d2, static_cast<double>(n), j.ddof)
             : __builtin_nan("");
}

constexpr bool has_squares(reduction what) noexcept {
  return what == reduction::variance || what == reduction::deviation;
}

/// Adds a value to its sums: the deviation from the pivot, and that squared.
template <bool Squares>
inline void take_in(twofold& d, twofold& d2, double x, double pivot) noexcept {
  const double v = Squares ? x - pivot : x;
  d = plus(d, v);
  if (Squares) {
    const double p = v * v;
    d2 = plus(d2, p);
    d2.lo += product_error(v, v, p);
  }
}

/// Windows (e - length, e] that end in one block; any block, missing values allowed.
template <reduction What>
inline void fixed_sums_block(const series_job& j, std::int64_t block) noexcept {
  constexpr bool squares = has_squares(What);
  const std::int64_t length = j.length, begin = block * length;
  const std::int64_t stop = begin + length < j.windows ? begin + length : j.windows;
  const double pivot = squares ? j.x[begin] : 0.0;  // in every window that ends here
  twofold* const suffix = reinterpret_cast<twofold*>(j.scratch);
  twofold d, d2;
  for (std::int64_t i = length - 1; i >= 1; --i) {
    const std::int64_t at = begin - length + i;
    if (at >= 0 && (j.missing == nullptr || j.missing[at] == 0)) take_in<squares>(d, d2, j.x[at], pivot);
    suffix[2 * i] = d;
    suffix[2 * i + 1] = d2;
  }
  d = d2 = twofold{};
  for (std::int64_t e = begin; e < stop; ++e) {
    if (j.missing == nullptr || j.missing[e] == 0) take_in<squares>(d, d2, j.x[e], pivot);
    const std::int64_t i = e - begin + 1;
    const std::int64_t first = e + 1 > length ? e + 1 - length : 0;
    const std::int64_t n =
        j.valid_before != nullptr ? j.valid_before[e + 1] - j.valid_before[first] : e + 1 - first;
    const bool whole = i == length;
    j.out[e] = reduced_if_enough<What>(j, whole ? d : plus(suffix[2 * i], d),
                                       whole || !squares ? d2 : plus(suffix[2 * i + 1], d2), n);
  }
}

/// Two lanes of doubles; the operators act on each lane as they do on a double.
typedef double two_lanes __attribute__((vector_size(16)));
/// Pairs of blocks that go side by side, to hide the latency of the additions.
constexpr int side = 4;

inline two_lanes two_sum_error(two_lanes a, two_lanes b, two_lanes s) noexcept {
  const two_lanes t = s - a;
  return (a - (s - t)) + (b - t);
}

inline two_lanes square_error(two_lanes v, two_lanes p) noexcept {
  return two_lanes{product_error(v[0], v[0], p[0]), product_error(v[1], v[1], p[1])};
}

/// Sums of 2 * side blocks, lane by lane what `take_in` does.
template <bool Squares>
struct lane_sums {
  two_lanes h1[side], l1[side], h2[side], l2[side];

  void clear() noexcept {
    for (int k = 0; k < side; ++k) h1[k] = l1[k] = h2[k] = l2[k] = two_lanes{0.0, 0.0};
  }

  void take_in(const double* x, std::int64_t length, const two_lanes* pivot) noexcept {
    for (int k = 0; k < side; ++k) {
      two_lanes v = {x[2 * k * length], x[(2 * k + 1) * length]};
      if (Squares) v -= pivot[k];
      const two_lanes s = h1[k] + v;
      l1[k] += two_sum_error(h1[k], v, s);
      h1[k] = s;
      if (Squares) {
        const two_lanes p = v * v;
        const two_lanes s2 = h2[k] + p;
        l2[k] += two_sum_error(h2[k], p, s2);
        l2[k] += square_error(v, p);
        h2[k] = s2;
      }
    }
  }

  void store(two_lanes* at) const noexcept {
    for (int k = 0; k < side; ++k) {
      at[k] = h1[k];
      at[side + k] = l1[k];
      if (Squares) {
        at[2 * side + k] = h2[k];
        at[3 * side + k] = l2[k];
      }
    }
  }
};

/// Windows that end in the blocks first .. first + 2 * side - 1, all whole, none the first of the series,
/// no value missing: the bits of `fixed_sums_block`, several times as fast.
template <reduction What>
inline void fixed_sums_blocks(const series_job& j, std::int64_t first) noexcept {
  constexpr bool squares = has_squares(What);
  constexpr int parts = squares ? 4 * side : 2 * side;
  const std::int64_t length = j.length;
  const double* const x = j.x + first * length;
  double* const out = j.out + first * length;
  two_lanes* const suffix = reinterpret_cast<two_lanes*>(j.scratch);
  two_lanes pivot[side];
  for (int k = 0; k < side; ++k) pivot[k] = two_lanes{x[2 * k * length], x[(2 * k + 1) * length]};
  lane_sums<squares> sums;
  sums.clear();
  for (std::int64_t i = length - 1; i >= 1; --i) {
    sums.take_in(x - length + i, length, pivot);
    sums.store(suffix + i * parts);
  }
  sums.clear();
  const auto n = static_cast<double>(length);
  const bool enough = length >= j.min_periods;
  for (std::int64_t i = 0; i < length; ++i) {
    sums.take_in(x + i, length, pivot);
    const two_lanes* const before = i + 1 < length ? suffix + (i + 1) * parts : nullptr;
    for (int k = 0; k < side; ++k) {
      two_lanes h = sums.h1[k], l = sums.l1[k], h2 = sums.h2[k], l2 = sums.l2[k];
      if (before != nullptr) {
        h = before[k] + sums.h1[k];
        l = two_sum_error(before[k], sums.h1[k], h) + (before[side + k] + sums.l1[k]);
        if (squares) {
          h2 = before[2 * side + k] + sums.h2[k];
          l2 = two_sum_error(before[2 * side + k], sums.h2[k], h2) + (before[3 * side + k] + sums.l2[k]);
        }
      }
      for (int lane = 0; lane < 2; ++lane) {
        const double r = reduced<What>(twofold{h[lane], l[lane]}, twofold{h2[lane], l2[lane]}, n, j.ddof);
        out[(2 * k + lane) * length + i] = enough ? r : __builtin_nan("");
      }
    }
  }
}

/// All windows of one length.
template <reduction What>
inline void fixed_sums(const series_job& j) noexcept {
  const std::int64_t whole = j.missing == nullptr ? j.windows / j.length : 0;
  std::int64_t block = 0;
  if (whole > 0) fixed_sums_block<What>(j, block++);
  for (; block + 2 * side <= whole; block += 2 * side) fixed_sums_blocks<What>(j, block);
  for (; block * j.length < j.windows; ++block) fixed_sums_block<What>(j, block);
}

/// Windows [start[i], end[i]) whose bounds never go back.
template <reduction What>
inline void moving_sums(const series_job& j) noexcept {
  constexpr bool squares = has_squares(What);
  const auto missing = [&j](std::int64_t row) noexcept {
    return j.missing != nullptr && j.missing[row] != 0;
  };
  twofold* const suffix = reinterpret_cast<twofold*>(j.scratch);
  std::int64_t low = 0, middle = 0, high = 0;  // suffixes cover [low, middle), the prefix [middle, high)
  std::int64_t valid_front = 0, valid_back = 0;
  double pivot = 0.0;
  twofold b1, b2;
  for (std::int64_t i = 0; i < j.windows; ++i) {
    const std::int64_t s = j.start[i], e = j.end[i] > s ? j.end[i] : s;
    if (s >= middle) {  // a new boundary: the whole window becomes suffixes
      low = s;
      middle = high = e;
      std::int64_t last = e - 1;
      while (last >= s && missing(last)) --last;
      pivot = squares && last >= s ? j.x[last] : 0.0;  // in every window until the next boundary
      twofold d, d2;
      valid_front = 0;
      for (std::int64_t row = e - 1; row >= s; --row) {
        if (!missing(row)) {
          take_in<squares>(d, d2, j.x[row], pivot);
          ++valid_front;
        }
        suffix[2 * (row - low)] = d;
        suffix[2 * (row - low) + 1] = d2;
      }
      b1 = b2 = twofold{};
      valid_back = 0;
    } else {
      for (std::int64_t row = i > 0 ? j.start[i - 1] : low; row < s; ++row)
        if (!missing(row)) --valid_front;
      for (; high < e; ++high) {
        if (missing(high)) continue;
        take_in<squares>(b1, b2, j.x[high], pivot);
        ++valid_back;
      }
    }
    twofold d = b1, d2 = b2;
    if (s < middle) {
      d = plus(suffix[2 * (s - low)], b1);
      if (squares) d2 = plus(suffix[2 * (s - low) + 1], b2);
    }
    j.out[i] = reduced_if_enough<What>(j, d, d2, valid_front + valid_back);
  }
}

template <reduction What>
inline void run_sums_of(const series_job& j) noexcept {
  if (j.start == nullptr)
    fixed_sums<What>(j);
  else
    moving_sums<What>(j);
}

/// The job for sum, mean, variance or deviation.
inline void run_sums(const series_job& j) noexcept {
  switch (j.what) {
    case reduction::sum:
      return run_sums_of<reduction::sum>(j);
    case reduction::mean:
      return run_sums_of<reduction::mean>(j);
    case reduction::variance:
      return run_sums_of<reduction::variance>(j);
    default:
      return run_sums_of<reduction::deviation>(j);
  }
}

BAROGRAPH_KERNEL_END
