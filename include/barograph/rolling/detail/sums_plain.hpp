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

/// The number of blocks that go side by side.
constexpr std::ptrdiff_t lanes = 4;

/// One result from the sums of a window that holds n > 0 values.
inline double reduced(reduction what, twofold d, twofold d2, double n, double ddof) noexcept {
  if (what == reduction::sum) return rounded(d);
  if (what == reduction::mean) return divided(d, n);
  if (!(n > ddof)) return __builtin_nan("");
  const double v = squared_deviations(d, d2, n) / (n - ddof);
  return what == reduction::variance ? v : __builtin_sqrt(v);
}

/// Results of the windows (e - length, e] that end in blocks first .. first + Lanes - 1.
///
/// x: values, missing ones 0; m: how many there are (a block may reach past the end in its last lane
/// only when Lanes is 1); valid_before: how many of x[0..i) are not missing, or null when all are;
/// missing: 1 where a value is missing, or null; scratch: 4 * Lanes * length doubles; out: m results.
template <std::ptrdiff_t Lanes, bool Squares>
inline void fixed_sums_group(const double* x, std::ptrdiff_t m, std::ptrdiff_t length, std::ptrdiff_t first,
                             const unsigned char* missing, const std::int64_t* valid_before, reduction what,
                             std::int64_t min_periods, double ddof, double* scratch, double* out) noexcept {
  double* const s1h = scratch;
  double* const s1l = s1h + Lanes * length;
  double* const s2h = s1l + Lanes * length;
  double* const s2l = s2h + Lanes * length;
  double pivot[Lanes];
  double h1[Lanes], l1[Lanes], h2[Lanes], l2[Lanes];
  for (std::ptrdiff_t k = 0; k < Lanes; ++k) {
    // The first value of the block is in every window that ends in it.
    pivot[k] = Squares ? x[(first + k) * length] : 0.0;
    h1[k] = l1[k] = h2[k] = l2[k] = 0.0;
  }
  const bool has_previous = first > 0;
  // Suffixes of the blocks before, longest last; entry j is the sum of x[block - length + j ..].
  for (std::ptrdiff_t j = length - 1; j >= 1; --j) {
    for (std::ptrdiff_t k = 0; k < Lanes; ++k) {
      const std::ptrdiff_t at = (first + k - 1) * length + j;
      const bool there = (has_previous || k > 0) && (missing == nullptr || missing[at] == 0);
      const double d = there ? x[at] - pivot[k] : 0.0;
      const twofold a = two_sum(h1[k], d);
      h1[k] = a.hi;
      l1[k] += a.lo;
      s1h[j * Lanes + k] = h1[k];
      s1l[j * Lanes + k] = l1[k];
      if (Squares) {
        const double p = d * d;
        const twofold b = two_sum(h2[k], p);
        h2[k] = b.hi;
        l2[k] += b.lo + product_error(d, d, p);
        s2h[j * Lanes + k] = h2[k];
        s2l[j * Lanes + k] = l2[k];
      }
    }
  }
  for (std::ptrdiff_t k = 0; k < Lanes; ++k) h1[k] = l1[k] = h2[k] = l2[k] = 0.0;
  const std::ptrdiff_t steps = Lanes == 1 && (first + 1) * length > m ? m - first * length : length;
  for (std::ptrdiff_t i = 0; i < steps; ++i) {
    for (std::ptrdiff_t k = 0; k < Lanes; ++k) {
      const std::ptrdiff_t e = (first + k) * length + i;
      const bool there = missing == nullptr || missing[e] == 0;
      const double d = there ? x[e] - pivot[k] : 0.0;
      const twofold a = two_sum(h1[k], d);
      h1[k] = a.hi;
      l1[k] += a.lo;
      if (Squares) {
        const double p = d * d;
        const twofold b = two_sum(h2[k], p);
        h2[k] = b.hi;
        l2[k] += b.lo + product_error(d, d, p);
      }
    }
    for (std::ptrdiff_t k = 0; k < Lanes; ++k) {
      const std::ptrdiff_t e = (first + k) * length + i;
      twofold d{h1[k], l1[k]}, d2{h2[k], l2[k]};
      if (i + 1 < length) {
        const std::ptrdiff_t j = (i + 1) * Lanes + k;
        d = plus(twofold{s1h[j], s1l[j]}, d);
        if (Squares) d2 = plus(twofold{s2h[j], s2l[j]}, d2);
      }
      const std::ptrdiff_t begin = e + 1 > length ? e + 1 - length : 0;
      const std::int64_t n =
          valid_before != nullptr ? valid_before[e + 1] - valid_before[begin] : e + 1 - begin;
      out[e] = n >= min_periods && (n > 0 || what == reduction::sum)
                   ? reduced(what, d, d2, static_cast<double>(n), ddof)
                   : __builtin_nan("");
    }
  }
}

/// Results of all windows of one length; see `fixed_sums_group`. scratch: 4 * lanes * length doubles.
template <bool Squares>
inline void fixed_sums(const double* x, std::ptrdiff_t m, std::ptrdiff_t length, const unsigned char* missing,
                       const std::int64_t* valid_before, reduction what, std::int64_t min_periods,
                       double ddof, double* scratch, double* out) noexcept {
  const std::ptrdiff_t whole = m / length;
  std::ptrdiff_t block = 0;
  for (; block + lanes <= whole; block += lanes)
    fixed_sums_group<lanes, Squares>(x, m, length, block, missing, valid_before, what, min_periods, ddof,
                                     scratch, out);
  for (; block * length < m; ++block)
    fixed_sums_group<1, Squares>(x, m, length, block, missing, valid_before, what, min_periods, ddof, scratch,
                                 out);
}

/// Results of windows [start[i], end[i]) whose bounds never go back. scratch: 4 doubles for each value
/// of the longest window.
template <bool Squares>
inline void moving_sums(const double* x, const unsigned char* missing, const std::int64_t* start,
                        const std::int64_t* end, std::ptrdiff_t windows, reduction what,
                        std::int64_t min_periods, double ddof, double* scratch, double* out) noexcept {
  std::int64_t low = 0, middle = 0, high = 0;  // suffixes cover [low, middle), the prefix [middle, high)
  std::int64_t valid_front = 0, valid_back = 0;
  double pivot = 0.0;
  twofold b1, b2;
  for (std::ptrdiff_t i = 0; i < windows; ++i) {
    const std::int64_t s = start[i], e = end[i] > start[i] ? end[i] : start[i];
    if (s >= middle) {  // a new boundary: the whole window becomes suffixes
      low = s;
      middle = high = e;
      pivot = 0.0;
      for (std::int64_t j = e - 1; j >= s; --j)
        if (missing == nullptr || missing[j] == 0) {
          pivot = Squares ? x[j] : 0.0;
          break;
        }
      twofold d, d2;
      valid_front = 0;
      for (std::int64_t j = e - 1; j >= s; --j) {
        if (missing == nullptr || missing[j] == 0) {
          const double v = x[j] - pivot;
          d = plus(d, v);
          if (Squares) {
            const double p = v * v;
            d2 = plus(d2, p);
            d2.lo += product_error(v, v, p);
          }
          ++valid_front;
        }
        double* const at = scratch + 4 * (j - low);
        at[0] = d.hi, at[1] = d.lo, at[2] = d2.hi, at[3] = d2.lo;
      }
      b1 = b2 = twofold{};
      valid_back = 0;
    } else {
      for (std::int64_t j = i > 0 ? start[i - 1] : low; j < s; ++j)
        if (missing == nullptr || missing[j] == 0) --valid_front;
      for (; high < e; ++high) {
        if (missing != nullptr && missing[high] != 0) continue;
        const double v = x[high] - pivot;
        b1 = plus(b1, v);
        if (Squares) {
          const double p = v * v;
          b2 = plus(b2, p);
          b2.lo += product_error(v, v, p);
        }
        ++valid_back;
      }
    }
    twofold d = b1, d2 = b2;
    if (s < middle) {
      const double* const at = scratch + 4 * (s - low);
      d = plus(twofold{at[0], at[1]}, b1);
      if (Squares) d2 = plus(twofold{at[2], at[3]}, b2);
    }
    const std::int64_t n = valid_front + valid_back;
    out[i] = n >= min_periods && (n > 0 || what == reduction::sum)
                 ? reduced(what, d, d2, static_cast<double>(n), ddof)
                 : __builtin_nan("");
  }
}

/// The job for sum, mean, variance or deviation.
inline void run_sums(const series_job& j) noexcept {
  const bool squares = j.what == reduction::variance || j.what == reduction::deviation;
  if (j.start == nullptr) {
    if (squares)
      fixed_sums<true>(j.x, j.windows, j.length, j.missing, j.valid_before, j.what, j.min_periods, j.ddof,
                       j.scratch, j.out);
    else
      fixed_sums<false>(j.x, j.windows, j.length, j.missing, j.valid_before, j.what, j.min_periods, j.ddof,
                        j.scratch, j.out);
  } else if (squares) {
    moving_sums<true>(j.x, j.missing, j.start, j.end, j.windows, j.what, j.min_periods, j.ddof, j.scratch,
                      j.out);
  } else {
    moving_sums<false>(j.x, j.missing, j.start, j.end, j.windows, j.what, j.min_periods, j.ddof, j.scratch,
                       j.out);
  }
}

BAROGRAPH_KERNEL_END
