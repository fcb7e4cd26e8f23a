// Sums over windows without ever subtracting from a running sum (plain code, see src/kernels).
//
// Law F. Windows of one fixed length: van Herk (1992) and Gil and Werman (1993): the series is cut into
// blocks of the window's length at multiples of it (absolute index); a window is a suffix of one block
// and a prefix of the next, so a spike cannot leak into windows that do not hold it. Four blocks go
// side by side, one a lane. Short windows are added up one by one, four side by side. Windows with
// bounds of their own: the same idea with a boundary that is set anew whenever a window has left it
// behind (two stacks). All this holds for any values, and is what is left for those of too different sizes;
// most series take a faster way with the same accuracy: split_sums_plain.hpp for sums of one length,
// whole_sums_plain.hpp for higher moments and for bounds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "expanding_sums_plain.hpp"
#include "split_moments_plain.hpp"
#include "split_sums_plain.hpp"
#include "whole_sums_plain.hpp"
#include "work_meter_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

/// Windows up to this length are added up one by one.
constexpr std::int64_t short_window = 8;

/// Four blocks of the series, one a lane, well inside it.
struct inner_blocks {
  const double* x;
  std::int64_t length;

  BAROGRAPH_LANES lanes row(std::int64_t i) const noexcept {
    return {x[i], x[length + i], x[2 * length + i], x[3 * length + i]};
  }
  BAROGRAPH_LANES void four_rows(std::int64_t i, lanes* r) const noexcept {
    for (int k = 0; k < 4; ++k) r[k] = loaded(x + k * length + i);
    transpose(r);
  }
};

/// Four blocks of which some rows are before or past the series: missing.
struct edge_blocks {
  const double* x;
  std::int64_t rows, first, length;

  BAROGRAPH_LANES lanes row(std::int64_t i) const noexcept {
    lanes v;
    for (int k = 0; k < 4; ++k) v.set(k, value_at(x, rows, first + k * length + i));
    return v;
  }
  BAROGRAPH_LANES void four_rows(std::int64_t i, lanes* r) const noexcept {
    for (int k = 0; k < 4; ++k) r[k] = row(i + k);
  }
};

/// A row whose value most windows that end in the block hold: its first one; where that is missing, the
/// middle one in size of the last value before it and the first two after, or -1.
inline std::int64_t pivot_row(const sums_job& j, std::int64_t begin, std::int64_t length) noexcept {
  if (!is_missing(j, begin)) return begin;
  std::int64_t found[3];
  int n = 0;
  for (std::int64_t row = begin - 1; row > begin - length && row >= 0 && n < 1; --row)
    if (!is_missing(j, row)) found[n++] = row;
  const int most = n + 2;
  for (std::int64_t row = begin + 1; row < begin + length && row < j.rows && n < most; ++row)
    if (!is_missing(j, row)) found[n++] = row;
  if (n < 3) return n == 0 ? -1 : found[0];
  const double a = j.x[found[0]], b = j.x[found[1]], c = j.x[found[2]];
  if ((a <= b) == (b <= c)) return found[1];
  return (b <= a) == (a <= c) ? found[0] : found[2];
}

/// The result of the window that ends at row e, to its place where it has one.
inline void store_checked(const sums_job& j, std::int64_t e, double r) noexcept {
  const std::int64_t at = e - j.shift;
  if (at >= 0 && at < j.windows) j.out[at] = r;
}

/// Windows of one length that end in the blocks first .. first + 3; inner: all of them, the block
/// before them and their results are there.
template <class S, bool Missing, bool Inner>
BAROGRAPH_LANES_KERNEL inline void fixed_sums_blocks(const sums_job& j, std::int64_t first) noexcept {
  const std::int64_t length = j.length, begin = first * length;
  const auto blocks_of = [&](const double* of) noexcept {
    if constexpr (Inner)
      return inner_blocks{of + begin, length};
    else
      return edge_blocks{of, j.rows, begin, length};
  };
  const auto x = blocks_of(j.x), y = blocks_of(S::pair ? j.y : j.x);
  running<S, lanes, Missing>* const suffix = reinterpret_cast<running<S, lanes, Missing>*>(j.scratch);

  lanes pivot = lanes(0.0), pivot_y = pivot;
  if constexpr (S::pivoted) {
    for (int k = 0; k < 4; ++k) {
      const std::int64_t row = Missing ? pivot_row(j, begin + k * length, length) : begin + k * length;
      pivot.set(k, row < 0 ? 0.0 : j.x[row]);
      if (S::pair) pivot_y.set(k, row < 0 ? 0.0 : j.y[row]);
    }
  }

  const std::int64_t quads = length & ~std::int64_t{3};
  running<S, lanes, Missing> sums;
  sums.clear();
  suffix[length] = sums;
  for (std::int64_t i = length - 1; i >= quads; --i) {
    sums.take_in(x.row(i - length), S::pair ? y.row(i - length) : pivot, pivot, pivot_y);
    suffix[i] = sums;
  }
  lanes r[4], s[4];
  for (std::int64_t i = quads - 4; i >= 0; i -= 4) {
    x.four_rows(i - length, r);
    if constexpr (S::pair) y.four_rows(i - length, s);
    for (int k = 3; k >= 0; --k) {
      sums.take_in(r[k], S::pair ? s[k] : pivot, pivot, pivot_y);
      suffix[i + k] = sums;
    }
  }

  sums.clear();
  const lanes none = lanes(__builtin_nan(""));
  const auto whole = static_cast<double>(length);
  const divisors<lanes> d = S::of_count(lanes(whole), j.ddof);
  const bool enough = whole >= j.min_periods && whole >= d.least[0];
  const auto step = [&](std::int64_t i, lanes vx, lanes vy) BAROGRAPH_LANES {
    sums.take_in(vx, vy, pivot, pivot_y);
    running<S, lanes, Missing> window = sums;
    window.merge(suffix[i + 1]);
    if constexpr (Missing)
      return result_of<S>(window.sum, window.n, j.min_periods, j.ddof);
    else
      return enough ? S::result(window.sum, d) : none;
  };
  double* const out = j.out + (begin - j.shift);
  for (std::int64_t i = 0; i < quads; i += 4) {
    x.four_rows(i, r);
    if constexpr (S::pair) y.four_rows(i, s);
    for (int k = 0; k < 4; ++k) r[k] = step(i + k, r[k], S::pair ? s[k] : pivot);
    if constexpr (Inner) {
      transpose(r);
      for (int k = 0; k < 4; ++k) stored(r[k], out + k * length + i);
    } else {
      for (int k = 0; k < 16; ++k)
        store_checked(j, begin + (k & 3) * length + i + (k >> 2), r[k >> 2][k & 3]);
    }
  }
  for (std::int64_t i = quads; i < length; ++i) {
    const lanes result = step(i, x.row(i), S::pair ? y.row(i) : pivot);
    for (int k = 0; k < 4; ++k) store_checked(j, begin + k * length + i, result[k]);
  }
}

/// Short windows that end at the rows e .. e + 3.
template <class S, bool Missing, bool Inner>
BAROGRAPH_LANES_KERNEL inline void short_sums(const sums_job& j, std::int64_t e) noexcept {
  const auto four = [&](const double* x, std::int64_t row) BAROGRAPH_LANES -> lanes {
    if constexpr (Inner) return loaded(x + row);
    return {value_at(x, j.rows, row), value_at(x, j.rows, row + 1), value_at(x, j.rows, row + 2),
            value_at(x, j.rows, row + 3)};
  };
  lanes pivot = four(j.x, e), pivot_y = S::pair ? four(j.y, e) : pivot;
  if constexpr (Missing && S::pivoted) {
    for (std::int64_t back = 1; back < j.length; ++back) {
      const lanes both = S::pair ? pivot + pivot_y : pivot;
      pivot = choose(both == both, pivot, four(j.x, e - back));
      if constexpr (S::pair) pivot_y = choose(both == both, pivot_y, four(j.y, e - back));
    }
  }
  running<S, lanes, Missing> sums;
  sums.clear();
  for (std::int64_t back = 0; back < j.length; ++back)
    sums.take_in(four(j.x, e - back), S::pair ? four(j.y, e - back) : pivot, pivot, pivot_y);
  lanes n = lanes(static_cast<double>(j.length));
  if constexpr (Missing) n = sums.n;
  const lanes r = result_of<S>(sums.sum, n, j.min_periods, j.ddof);
  if constexpr (Inner)
    stored(r, j.out + (e - j.shift));
  else
    for (int k = 0; k < 4; ++k) store_checked(j, e + k, r[k]);
}

/// One group of four blocks, or of four rows where short, whatever its values.
template <class S>
BAROGRAPH_LANES_KERNEL inline void fixed_group(const sums_job& j, std::int64_t group, bool inner) noexcept {
  constexpr bool or_none = !S::pair;  // series of one kind seldom come here without a missing value
  if (j.length <= short_window)
    !inner                 ? short_sums<S, true, false>(j, 4 * group)
    : or_none || j.missing ? short_sums<S, true, true>(j, 4 * group)
                           : short_sums<S, or_none, true>(j, 4 * group);
  else
    !inner                 ? fixed_sums_blocks<S, true, false>(j, 4 * group)
    : or_none || j.missing ? fixed_sums_blocks<S, true, true>(j, 4 * group)
                           : fixed_sums_blocks<S, or_none, true>(j, 4 * group);
}

/// Whether rows of [low, high), as far as they are in the series, are odd: where the job is to be told that,
/// it is.
template <class S>
inline bool tell_odd(const sums_job& j, std::int64_t low, std::int64_t high) noexcept {
  if (j.odd == nullptr) return false;
  low = low > 0 ? low : 0;
  high = high < j.rows ? high : j.rows;
  double least, greatest;
  const bool nan = extent(j.x + low, high > low ? high - low : 0, least, greatest);
  return are_odd<S::pivoted>(least, greatest, nan) && (*j.odd = true);
}

/// Windows of one length; j.from and j.to count groups of four blocks, or of four rows where short.
template <class S>
BAROGRAPH_LANES_KERNEL inline void fixed_sums(const sums_job& j) noexcept {
  const bool is_short = j.length <= short_window;
  const std::int64_t rows = 4 * (is_short ? 1 : j.length);
  const std::int64_t chunk = rolling::detail::groups_in_chunk(rows);
  const auto is_inner = [&](std::int64_t group) noexcept {
    const std::int64_t begin = group * rows, end = begin + rows;
    return begin >= j.length && end <= j.rows && begin >= j.shift && end - j.shift <= j.windows;
  };
  if (is_short && tell_odd<S>(j, j.from * rows - j.length, j.to * rows)) return;
  extents_of_blocks extents;
  for (std::int64_t group = j.from; group < j.to;) {
    std::int64_t next = group + 1;
    bool done = false;
    if constexpr (!S::pair) {
      const bool inner = is_inner(group);
      bool split = inner && !is_short;
      if (split) {
        extents.take(j.x, j.length, 4 * group);
        if (j.odd != nullptr && extents.odd<S::pivoted>()) {
          *j.odd = true;
          return;
        }
        split = !extents.any_nan();  // others may be missing elsewhere
        if constexpr (S::sums < 3)
          done = split && split_sums<S>(j, 4 * group, extents);
        else
          done = split && split_shapes<S>(j, 4 * group, extents);
      } else if (!is_short && tell_odd<S>(j, group * rows - j.length, group * rows + rows)) {
        return;
      }
      if (!done && inner && S::pivoted && (S::sums > 2 || !split) &&
          j.length <= rolling::detail::longest_of_wholes) {
        const std::int64_t stop = group - group % chunk + chunk;
        while (!split && next < stop && next < j.to && is_inner(next)) ++next;
        const std::int64_t begin = group * rows, end = next * rows;
        done = whole_sums<S>(j, begin - j.shift, end - j.shift, begin - j.length + 1, end);
      }
    }
    for (; !done && group < next; ++group) fixed_group<S>(j, group, is_inner(group));
    group = next;
  }
}

/// Windows with bounds of their own, for i from `from` to `to`; best where bounds do not go back. False where
/// it left.
template <class S>
BAROGRAPH_LANES_KERNEL inline bool stacked_sums(const sums_job& j, std::int64_t from, std::int64_t to,
                                                work_meter& meter) noexcept {
  running<S, double, true>* const suffix = reinterpret_cast<running<S, double, true>*>(j.scratch);
  running<S, double, true> back;
  back.clear();
  std::int64_t low = 0, middle = 0, high = 0;  // suffixes cover [low, middle), `back` [middle, high)
  double pivot = 0.0, pivot_y = 0.0;
  bool pivoted = false;
  const auto take_pivot = [&](std::int64_t row) noexcept {
    pivoted = true;
    pivot = j.x[row];
    if constexpr (S::pair) pivot_y = j.y[row];
  };
  bounds_of_some b;
  for (std::int64_t i = from; i < to; ++i) {
    const std::int64_t at = (i - from) % windows_at_once, left = to - i;
    if (at == 0) b.read(j, i, left < windows_at_once ? left : windows_at_once);
    const std::int64_t s = b.start[at], e = b.end[at];
    if (i == from || s >= middle || s < low || e < high) {  // a new boundary: all becomes suffixes
      if (meter.leaves_after(e - s)) return false;
      low = s;
      middle = high = e;
      std::int64_t last = e - 1;
      if constexpr (S::pivoted) {
        while (last >= s && is_missing(j, last)) --last;
        pivoted = false;
        if (last >= s) {
          take_pivot(last);  // in every window until the next boundary: rows up to e are missing
          middle = last + 1;
        }
      }
      back.clear();
      running<S, double, true> sums = back;
      for (std::int64_t row = e - 1; row >= s; --row) {
        sums.take_in(j.x[row], S::pair ? j.y[row] : 0.0, pivot, pivot_y);
        suffix[row - low] = sums;
      }
    } else {
      for (; high < e; ++high) {
        if (S::pivoted && !pivoted && !is_missing(j, high)) take_pivot(high);  // sums are still of nothing
        back.take_in(j.x[high], S::pair ? j.y[high] : 0.0, pivot, pivot_y);
      }
    }
    running<S, double, true> window = back;
    if (s < middle) window.merge(suffix[s - low]);
    j.out[i] = result_of<S>(window.sum, window.n, j.min_periods, j.ddof);
  }
  return true;
}

/// Windows with bounds of their own; chunks of them as differences of sums so far where they overlap.
template <class S>
BAROGRAPH_LANES_KERNEL inline void moving_sums(const sums_job& j) noexcept {
  work_meter meter{j.leave};
  if (S::pair || j.length > rolling::detail::longest_of_wholes) {
    if (j.odd != nullptr) {
      const rows_of_windows r = rows_of(j, j.from, j.to);
      if (tell_odd<S>(j, r.low, r.high)) return;
    }
    stacked_sums<S>(j, j.from, j.to, meter);
    return;
  }
  const std::int64_t chunk = rolling::detail::windows_in_chunk(j.length);
  const std::int64_t most = rolling::detail::rows_in_chunk(j.length);
  for (std::int64_t i = j.from; i < j.to;) {
    const std::int64_t last = i - i % chunk + chunk;
    std::int64_t next = last < j.to ? last : j.to;
    rows_of_windows r = rows_of(j, i, next);
    while (next - i > 64 && r.high - r.low > most) {  // far apart: fewer
      next = i + (next - i) / 2;
      r = rows_of(j, i, next);
    }
    bool done = false;
    if constexpr (!S::pair) {
      if (r.high - r.low <= most && r.held >= r.high - r.low) {
        done = whole_sums<S>(j, i, next, r.low, r.high);
        if (j.odd != nullptr && *j.odd) return;
      } else if (tell_odd<S>(j, r.low, r.high)) {
        return;
      }
    }
    if (!done && !stacked_sums<S>(j, i, next, meter)) return;
    i = next;
  }
}

template <class S>
BAROGRAPH_LANES_KERNEL inline void run_sums_of(const sums_job& j) noexcept {
  if (!j.has_bounds() && j.length - j.shift >= j.rows)
    expanding_sums<S>(j);
  else if (!j.has_bounds())
    fixed_sums<S>(j);
  else
    moving_sums<S>(j);
}

/// The job for a statistic of sums. A template, so that who includes this for one statistic compiles no
/// other.
template <class Job>
inline void run_sums(const Job& j) noexcept {
  switch (j.what) {
    case reduction::sum:
      return run_sums_of<statistic<reduction::sum>>(j);
    case reduction::mean:
      return run_sums_of<statistic<reduction::mean>>(j);
    case reduction::variance:
      return run_sums_of<statistic<reduction::variance>>(j);
    case reduction::deviation:
      return run_sums_of<statistic<reduction::deviation>>(j);
    case reduction::standard_error:
      return run_sums_of<statistic<reduction::standard_error>>(j);
    case reduction::skewness:
      return run_sums_of<statistic<reduction::skewness>>(j);
    case reduction::kurtosis:
      return run_sums_of<statistic<reduction::kurtosis>>(j);
    case reduction::covariance:
      return run_sums_of<statistic<reduction::covariance>>(j);
    case reduction::correlation:
      return run_sums_of<statistic<reduction::correlation>>(j);
    default:
      return;  // extrema have a kernel of their own
  }
}

BAROGRAPH_KERNEL_END
