// Rolling first and last: the oldest and the newest value of each window that is not missing.
//
// Law I: a selection, the bits of the value.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "detail/order_job.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// Which end of a window.
enum class window_end { first, last };

/// "first" or "last" as a `window_end`.
inline window_end parse_window_end(const std::string& text) {
  if (text == "first") return window_end::first;
  if (text == "last") return window_end::last;
  raise<invalid_argument>("which: '" + text + "' given, expected 'first' or 'last'");
}

/// The first or the last value of each window. Values that are to propagate are values here.
///
/// @param which  first or last
/// @param x      the series
/// @param w      its windows, made for x.size() rows
/// @param how    min_periods and what is missing
/// @param out    w.size() results; NaN where a window holds no value, or fewer than min_periods
/// @param run    where stretches of windows are done; their number changes no bit
/// @throws invalid_argument if sizes do not agree
template <class Executor = serial_executor>
inline void value_at(window_end which, const number_span& x, const windows& w, const options& how,
                     span<double> out, const Executor& run = Executor()) {
  detail::check_sizes(x, w, how, 1, out);
  if (out.empty()) return;
  const auto is_value = [&](std::size_t i, double v) {
    if (!how.mask.empty() && how.mask[i] != 0) return false;
    if (v != v) return how.nan == treatment::propagate;
    return v - v == 0.0 || how.inf == treatment::propagate;
  };
  const auto n = static_cast<std::int64_t>(x.size());
  bool all = true;
  x.for_each_block([&](std::size_t first, span<const double> block) {
    for (std::size_t i = 0; i < block.size(); ++i) all &= is_value(first + i, block[i]);
  });
  // Where some are missing: by row, how many values stand before it, and the nearest value from it on
  // (for the first), or the nearest up to the row before it (for the last).
  std::vector<std::int64_t> before, nearest;
  if (!all) {
    before.assign(x.size() + 1, 0);
    nearest.assign(x.size() + 1, which == window_end::first ? n : -1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool here = is_value(i, x[i]);
      before[i + 1] = before[i] + here;
      if (which == window_end::last) nearest[i + 1] = here ? static_cast<std::int64_t>(i) : nearest[i];
    }
    if (which == window_end::first)
      for (std::size_t i = x.size(); i-- > 0;)
        nearest[i] = before[i + 1] != before[i] ? static_cast<std::int64_t>(i) : nearest[i + 1];
  }
  run.for_each_chunk(w.size(), 65536, [&](std::size_t begin, std::size_t stop) {
    for (std::size_t i = begin; i < stop; ++i) {
      const std::int64_t s = w.first(i), e = w.stop(i);
      std::int64_t values = e - s, row = which == window_end::first ? s : e - 1;
      if (!all) {
        values = before[static_cast<std::size_t>(e)] - before[static_cast<std::size_t>(s)];
        row = nearest[static_cast<std::size_t>(which == window_end::first ? s : e)];
      }
      out[i] = values > 0 && values >= how.min_periods ? x[static_cast<std::size_t>(row)]
                                                       : std::numeric_limits<double>::quiet_NaN();
    }
  });
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
