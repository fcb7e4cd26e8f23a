// Rolling minimum and maximum.
//
// Law I: a selection, no arithmetic. Time is O(1) a row, for any window. Source: detail/extrema_plain.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "detail/extrema_plain.hpp"
#include "detail/pieces.hpp"
#include "series.hpp"
#include "windows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernel as compiled with the caller's own flags; kernels::compiled has that chosen at run time.
struct inline_extrema {
  static void extrema(const detail::series_job& job) noexcept { kernel::run_extrema(job); }
};

/// Minimum or maximum over all windows.
///
/// @param what  minimum or maximum
/// @param x     the series
/// @param w     its windows, made for x.size() rows
/// @param how   min_periods and what is missing
/// @param out   w.size() results; NaN where a window holds fewer than min_periods values
/// @throws invalid_argument if sizes do not agree
template <class Kernels = inline_extrema>
inline void reduce_extrema(reduction what, span<const double> x, const windows& w, const options& how,
                           span<double> out) {
  if (w.rows != static_cast<std::int64_t>(x.size()))
    raise<invalid_argument>("windows: made for " + std::to_string(w.rows) + " rows, the series has " +
                            std::to_string(x.size()));
  if (out.size() != w.size())
    raise<invalid_argument>("out: " + std::to_string(out.size()) + " rows given, expected " +
                            std::to_string(w.size()));
  if (x.empty()) return;
  const double infinity = std::numeric_limits<double>::infinity();
  const double filler = what == reduction::minimum ? infinity : -infinity;
  const bool fixed = w.length > 0 && w.shift <= w.rows;
  // Fixed windows end at every row, and, where labels stand before their last row, at some more.
  const std::int64_t padding = fixed && w.shift > 0 ? w.shift : 0;
  const series s(x, how, filler, padding);

  detail::series_job job{};
  job.what = what;
  job.x = s.values();
  job.missing = s.missing();
  job.valid_before = s.valid_before();
  job.min_periods = s.has_loud() && how.min_periods > 0 ? 0 : how.min_periods;
  std::vector<double> results;
  windows spelled;
  if (fixed) {
    job.windows = w.rows + padding;
    job.length = w.length < job.windows ? w.length : job.windows;
    if (w.shift != 0) results.resize(static_cast<std::size_t>(job.windows));
    job.out = w.shift != 0 ? results.data() : out.data();
  } else {
    spelled = w.spelled_out();
    job.start = spelled.start.data();
    job.end = spelled.end.data();
    job.windows = static_cast<std::int64_t>(w.size());
    job.length = w.longest();
    job.out = out.data();
  }
  // Blocks go side by side only where there are enough of them.
  const std::int64_t lanes = fixed && 4 * job.length <= job.windows ? 8 : 1;
  std::vector<double> scratch(static_cast<std::size_t>(4 * lanes * (job.length + 1)));
  job.scratch = scratch.data();
  detail::run_in_pieces(job, &Kernels::extrema);

  if (fixed && w.shift != 0) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    for (std::int64_t i = 0; i < w.rows; ++i) {
      const std::int64_t e = i + w.shift;
      out[static_cast<std::size_t>(i)] =
          e < 0 || e >= job.windows ? none : results[static_cast<std::size_t>(e)];
    }
  }
  if (!s.has_loud()) return;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  s.for_each_window(w, [&](std::size_t i, std::int64_t loud, double sum, double least, double most) {
    double& r = out[i];
    if (s.quiet_in(w, i) + loud < how.min_periods) {
      r = nan;
    } else if (loud > 0) {
      const bool a_nan = sum != sum && !(least < 0.0 && most > 0.0);
      if (a_nan)
        r = nan;
      else if (what == reduction::minimum)
        r = least < 0.0 || r != r ? (least < 0.0 ? least : most) : r;
      else
        r = most > 0.0 || r != r ? (most > 0.0 ? most : least) : r;
    }
  });
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
