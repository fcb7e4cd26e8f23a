// Minimum and maximum over windows (plain code, see src/kernels).
//
// Law I: a selection, no arithmetic; of equal values (zeros of both signs) the newest, as in pandas.
// Fixed length: out = the better of a block's suffix and the next block's prefix, four blocks side by
// side. Bounds of their own: a window is two or a few of one length that overlap; where lengths differ too
// much, halves about a boundary that is set anew whenever a window has left it behind (two stacks). Source:
// M. van Herk (1992), "A fast algorithm for local minimum and maximum filters on rectangular and octagonal
// kernels".
#pragma once

#include <cstddef>
#include <cstdint>

#include "bounds_plain.hpp"
#include "work_meter_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::extrema_job;

/// The better of an older value and a newer one; of equal ones the newer.
template <bool Max>
inline double better(double older, double newer) noexcept {
  return Max ? (older > newer ? older : newer) : (older < newer ? older : newer);
}

template <bool Max>
constexpr double neutral() noexcept {
  return Max ? -__builtin_huge_val() : __builtin_huge_val();
}

/// out[i] = the best of v[i .. i + length), i below m; v holds m + length - 1 values; scratch: 4 * length.
template <bool Max>
inline void fixed_extrema(const double* v, std::ptrdiff_t m, std::ptrdiff_t length, double* scratch,
                          double* out) noexcept {
  constexpr std::ptrdiff_t abreast = 4;  // blocks side by side
  std::ptrdiff_t at = 0;
  for (; at + abreast * length <= m; at += abreast * length) {
    const double *a = v + at, *b = a + length, *c = b + length, *d = c + length, *e = d + length;
    double r0 = neutral<Max>(), r1 = r0, r2 = r0, r3 = r0;
    for (std::ptrdiff_t j = length - 1; j >= 0; --j) {
      r0 = better<Max>(a[j], r0);
      r1 = better<Max>(b[j], r1);
      r2 = better<Max>(c[j], r2);
      r3 = better<Max>(d[j], r3);
      scratch[abreast * j] = r0;
      scratch[abreast * j + 1] = r1;
      scratch[abreast * j + 2] = r2;
      scratch[abreast * j + 3] = r3;
    }
    double *o0 = out + at, *o1 = o0 + length, *o2 = o1 + length, *o3 = o2 + length;
    o0[0] = r0;
    o1[0] = r1;
    o2[0] = r2;
    o3[0] = r3;
    r0 = r1 = r2 = r3 = neutral<Max>();
    for (std::ptrdiff_t j = 1; j < length; ++j) {
      const double* const s = scratch + abreast * j;
      r0 = better<Max>(r0, b[j - 1]);
      r1 = better<Max>(r1, c[j - 1]);
      r2 = better<Max>(r2, d[j - 1]);
      r3 = better<Max>(r3, e[j - 1]);
      o0[j] = better<Max>(s[0], r0);
      o1[j] = better<Max>(s[1], r1);
      o2[j] = better<Max>(s[2], r2);
      o3[j] = better<Max>(s[3], r3);
    }
  }
  for (; at < m; at += length) {  // one block by itself, the last one short
    double r = neutral<Max>();
    for (std::ptrdiff_t j = length - 1; j >= 0; --j) scratch[j] = r = better<Max>(v[at + j], r);
    const std::ptrdiff_t here = m - at < length ? m - at : length;
    out[at] = r;
    r = neutral<Max>();
    for (std::ptrdiff_t j = 1; j < here; ++j) {
      r = better<Max>(r, v[at + length + j - 1]);
      out[at + j] = better<Max>(scratch[j], r);
    }
  }
}

/// Whether row i of the series has a value; a NaN that is one is told apart by `loud`.
inline bool has_value(const extrema_job& job, std::int64_t i, double v, bool& loud) noexcept {
  loud = false;
  if (job.mask != nullptr && job.mask[i] != 0) return false;
  if (v != v) {
    loud = job.nan_is_loud;
    return false;
  }
  return !job.inf_is_missing || v - v == 0.0;
}

/// Whether some row of [begin, stop) is NaN, infinite or masked; x: those rows.
inline bool any_odd(const extrema_job& job, const double* x, std::int64_t begin, std::int64_t stop) noexcept {
  std::uint64_t odd = 0;
  for (std::int64_t i = 0; i < stop - begin; ++i)
    odd |= x[i] - x[i] == 0.0 ? std::uint64_t{0} : std::uint64_t{1};
  if (job.mask != nullptr)
    for (std::int64_t i = begin; i < stop; ++i) odd |= job.mask[i];
  return odd != 0;
}

/// The windows [from, to) of one length; what they need of the series fits into job.values.
template <bool Max>
inline void fixed_stretch(const extrema_job& job, std::int64_t from, std::int64_t to) noexcept {
  const std::int64_t begin = from + job.shift + 1 - job.length, stop = to + job.shift;
  const std::int64_t first = begin < 0 ? 0 : begin < job.rows ? begin : job.rows;
  const std::int64_t last = stop < first ? first : stop < job.rows ? stop : job.rows;
  const double* x = job.x + first;
  if (job.read != nullptr) {  // to where a copy of them would go
    job.read(job.series, first, last, job.values + (first - begin));
    x = job.values + (first - begin);
  }
  const bool odd = any_odd(job, x, first, last), cut = begin < 0 || stop > job.rows;
  double* const out = job.out + from;
  const std::ptrdiff_t m = to - from;
  if (!odd && !cut) {
    fixed_extrema<Max>(x, m, job.length, job.scratch, out);
    if (job.length < job.min_periods)
      for (std::ptrdiff_t i = 0; i < m; ++i) out[i] = __builtin_nan("");
    return;
  }
  // A copy in which what is missing, or beyond the series, is neutral; and how many values precede.
  std::int64_t values = 0, louds = 0;
  const std::ptrdiff_t n = stop - begin;
  for (std::ptrdiff_t k = 0; k < n; ++k) {
    const std::int64_t i = begin + k;
    bool loud = false;
    const bool inside = i >= first && i < last;
    const double v = inside ? x[i - first] : 0.0;
    const bool here = inside && has_value(job, i, v, loud);
    job.values[k] = here ? v : neutral<Max>();
    job.before[k] = values;
    job.loud_before[k] = louds;
    values += here;
    louds += loud;
  }
  job.before[n] = values;
  job.loud_before[n] = louds;
  fixed_extrema<Max>(job.values, m, job.length, job.scratch, out);
  for (std::ptrdiff_t i = 0; i < m; ++i) {
    const std::int64_t inside = job.before[i + job.length] - job.before[i];
    if (inside == 0 || inside < job.min_periods || job.loud_before[i + job.length] != job.loud_before[i])
      out[i] = __builtin_nan("");
  }
}

/// The result of window i, of rows [s, e) with the best value `best`.
inline double known_extreme(const extrema_job& job, std::int64_t s, std::int64_t e, double best) noexcept {
  const std::int64_t inside = job.before != nullptr ? job.before[e] - job.before[s] : e - s;
  const bool loud = job.loud_before != nullptr && job.loud_before[e] != job.loud_before[s];
  return inside <= 0 || inside < job.min_periods || loud ? __builtin_nan("") : best;
}

/// The windows [from, to) by a boundary between the suffixes and what has been taken in since. Where bounds
/// go back, or have left the boundary behind, a new one is set at the window's end. False where it left.
template <bool Max>
inline bool stacked_extrema(const extrema_job& job, std::int64_t from, std::int64_t to,
                            work_meter& meter) noexcept {
  double* const suffix = job.values;  // of [low, middle)
  double since = neutral<Max>();      // the best of [middle, high)
  std::int64_t low = 0, middle = 0, high = 0;
  bounds_of_some b;
  for (std::int64_t i = from; i < to; ++i) {
    const std::int64_t at = (i - from) % windows_at_once, left = to - i;
    if (at == 0) b.read(job, i, left < windows_at_once ? left : windows_at_once);
    const std::int64_t s = b.start[at], e = b.end[at];
    if (e == s) {
      job.out[i] = __builtin_nan("");
      continue;
    }
    if (s >= middle || s < low || e < high) {
      low = s;
      middle = high = e;
      since = neutral<Max>();
      if (meter.leaves_after(e - s)) return false;
      double best = neutral<Max>();
      for (std::int64_t row = e - 1; row >= s; --row) suffix[row - s] = best = better<Max>(job.x[row], best);
    }
    for (; high < e; ++high) since = better<Max>(since, job.x[high]);
    job.out[i] = known_extreme(job, s, e, better<Max>(suffix[s - low], since));
  }
  return true;
}

/// The windows [from, to), none empty, each as `parts` windows of `length` rows, of which the last ends with
/// it; scratch: 4 length and as many as there are of these from the row r.low on.
template <bool Max>
inline void overlapping_extrema(const extrema_job& job, std::int64_t from, std::int64_t to,
                                const rows_of_windows& r, std::int64_t length, std::int64_t parts) noexcept {
  double* const best = job.values + 4 * length;  // best[row - r.low] is of the rows [row, row + length)
  fixed_extrema<Max>(job.x + r.low, r.high - r.low - length + 1, length, job.values, best);
  const double *const from_row = best - r.low, *const to_row = from_row - length;
  bounds_of_some b;
  for (std::int64_t i = from; i < to; i += windows_at_once) {
    const std::int64_t n = to - i < windows_at_once ? to - i : windows_at_once;
    b.read(job, i, n);
    double* const out = job.out + i;
    for (std::int64_t k = 0; k < n; ++k) {
      double v = from_row[b.start[k]];
      for (std::int64_t p = 1; p + 1 < parts; ++p) {  // from older to newer ones
        const std::int64_t row = b.start[k] + p * length, last = b.end[k] - length;
        v = better<Max>(v, from_row[row < last ? row : last]);
      }
      out[k] = better<Max>(v, to_row[b.end[k]]);
    }
    if (job.before != nullptr || r.fewest < job.min_periods)
      for (std::int64_t k = 0; k < n; ++k) out[k] = known_extreme(job, b.start[k], b.end[k], out[k]);
  }
}

/// Windows with bounds of their own.
template <bool Max>
inline void moving_extrema(const extrema_job& job) noexcept {
  const std::int64_t chunk = rolling::detail::extrema_windows_at_once(job.room);
  const std::int64_t most = rolling::detail::extrema_rows_at_once(job.room, job.rows);
  work_meter meter{job.leave};
  for (std::int64_t i = job.first; i < job.stop; i += chunk) {
    const std::int64_t next = job.stop - i < chunk ? job.stop : i + chunk;
    const rows_of_windows r = rows_of(job, i, next);
    const std::int64_t half = (r.most + 1) / 2, length = half < r.fewest ? half : r.fewest;
    const std::int64_t parts = length > 0 ? (r.most + length - 1) / length : 0;
    if (parts > 0 && parts <= 8 && r.high - r.low <= most)
      overlapping_extrema<Max>(job, i, next, r, length, parts);
    else if (!stacked_extrema<Max>(job, i, next, meter))
      return;
  }
}

template <bool Max>
inline void run_extrema_of(const extrema_job& job) noexcept {
  if (job.start != nullptr || job.back != nullptr) return moving_extrema<Max>(job);
  for (std::int64_t i = job.first; i < job.stop; i += job.stretch)
    fixed_stretch<Max>(job, i, job.stop - i < job.stretch ? job.stop : i + job.stretch);
}

inline void run_extrema(const extrema_job& job) noexcept {
  if (job.maximum)
    run_extrema_of<true>(job);
  else
    run_extrema_of<false>(job);
}

BAROGRAPH_KERNEL_END
