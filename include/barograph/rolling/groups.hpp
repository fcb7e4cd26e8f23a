// Windows and exponential weights that stay within groups of rows: what a group's rows alone would give.
//
// Law I for the windows; the statistics over them have the law of their own header. Rows stand group by
// group; each group is told by the row after its last.
#pragma once

#include <cstdint>
#include <string>

#include "../core/number_span.hpp"
#include "exponential.hpp"
#include "windows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// Calls f(first row, rows) for each group.
///
/// @param ends  of each group the row after its last, never falling
/// @param rows  rows of all
/// @throws invalid_argument if ends go back, or the last is not `rows`
template <class F>
inline void for_each_group(span<const std::int64_t> ends, std::int64_t rows, F f) {
  std::int64_t first = 0;
  for (std::size_t g = 0; g < ends.size(); ++g) {
    const std::int64_t end = ends[g];  // read once: another thread may write the array
    if (end < first || end > rows)
      raise<invalid_argument>("ends: " + std::to_string(end) + " given for group " + std::to_string(g) +
                              ", expected rows from " + std::to_string(first) + " to " +
                              std::to_string(rows));
    f(first, end - first);
    first = end;
  }
  if (first != rows)
    raise<invalid_argument>("ends: the last is " + std::to_string(first) + ", expected " +
                            std::to_string(rows) + ", the rows of all groups");
}

namespace detail {

/// The windows that make(first row, rows) gives for each group, as windows over all rows.
template <class Make>
inline windows in_groups(span<const std::int64_t> ends, std::int64_t rows, const Make& make) {
  windows all;
  all.rows = rows;
  all.start.reserve(static_cast<std::size_t>(rows));
  all.end.reserve(static_cast<std::size_t>(rows));
  std::int64_t checked = 0;
  for_each_group(ends, rows, [&](std::int64_t first, std::int64_t count) {
    if (first >= checked) {
      check_interrupt();
      checked = first + static_cast<std::int64_t>(rows_between_checks);
    }
    const windows own = make(first, count);
    for (std::size_t i = 0; i < own.size(); ++i) {
      all.start.push_back(first + own.first(i));
      all.end.push_back(first + own.stop(i));
    }
  });
  return all;
}

}  // namespace detail

/// Windows of `window` rows of one group.
///
/// @param ends    of each group the row after its last
/// @param rows    rows of all groups
/// @param window  rows of a window, at least 0
/// @throws invalid_argument for a negative window, or as for_each_group
inline windows grouped_windows(span<const std::int64_t> ends, std::int64_t rows, std::int64_t window,
                               bool center = false, closed side = closed::right) {
  return detail::in_groups(ends, rows, [&](std::int64_t, std::int64_t count) {
    return fixed_windows(count, window, center, side);
  });
}

/// Windows as long as `width` in time, of rows of one group.
///
/// @param times  of all rows; in each group never falling, or never rising
/// @tparam Kernels  which code finds them: kernels::compiled has that chosen at run time
/// @throws invalid_argument if times of a group are not monotonic, for a width of 0 or less, or as
/// for_each_group
template <class Kernels = inline_times>
inline windows grouped_time_windows(span<const std::int64_t> ends, span<const std::int64_t> times,
                                    std::int64_t width, bool center = false, closed side = closed::right) {
  const auto rows = static_cast<std::int64_t>(times.size());
  return detail::in_groups(ends, rows, [&](std::int64_t first, std::int64_t count) {
    return time_windows<Kernels>(
        times.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)), width, center, side);
  });
}

namespace detail {

/// Part of an array that may be empty for "none".
template <class T>
inline span<const T> part(span<const T> all, std::int64_t first, std::int64_t count) {
  return all.empty() ? all : all.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

inline number_span part(const number_span& all, std::int64_t first, std::int64_t count) {
  return all.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

inline options part(options how, std::int64_t first, std::int64_t count) {
  how.mask = part(how.mask, first, count);
  return how;
}

}  // namespace detail

/// As exponential(), begun anew with each group.
template <class Kernels = inline_exponential>
inline void grouped_exponential(span<const std::int64_t> ends, reduction what, const number_span& x,
                                const decay& d, const weighting& weights, const options& how,
                                span<const double> elapsed, span<double> out) {
  detail::check_rows("out", out.size(), x.size());
  if (!how.mask.empty()) detail::check_rows("mask", how.mask.size(), x.size());
  if (!elapsed.empty()) detail::check_rows("elapsed", elapsed.size(), x.size());
  const auto rows = static_cast<std::int64_t>(x.size());
  for_each_group(ends, rows, [&](std::int64_t first, std::int64_t count) {
    exponential<Kernels>(what, detail::part(x, first, count), d, weights, detail::part(how, first, count),
                         detail::part(elapsed, first, count),
                         out.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
  });
}

/// As exponential_pairs(), begun anew with each group.
template <class Kernels = inline_exponential>
inline void grouped_exponential_pairs(span<const std::int64_t> ends, reduction what, const number_span& x,
                                      const number_span& y, const decay& d, const weighting& weights,
                                      const options& how, const options& how_y, span<const double> elapsed,
                                      span<double> out) {
  detail::check_rows("y", y.size(), x.size());
  detail::check_rows("out", out.size(), x.size());
  if (!how.mask.empty()) detail::check_rows("mask", how.mask.size(), x.size());
  if (!how_y.mask.empty()) detail::check_rows("mask of y", how_y.mask.size(), x.size());
  if (!elapsed.empty()) detail::check_rows("elapsed", elapsed.size(), x.size());
  const auto rows = static_cast<std::int64_t>(x.size());
  for_each_group(ends, rows, [&](std::int64_t first, std::int64_t count) {
    exponential_pairs<Kernels>(what, detail::part(x, first, count), detail::part(y, first, count), d, weights,
                               detail::part(how, first, count), detail::part(how_y, first, count),
                               detail::part(elapsed, first, count),
                               out.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
  });
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
