// Rolling count, sum, mean, variance, standard deviation and error, skewness, kurtosis, minimum and
// maximum: exact windows, nothing ever subtracted from a running sum.
//
// Law F (extrema and count: I), as rolling/sums.hpp and rolling/extrema.hpp state it.
#pragma once

#include <cstdint>
#include <limits>

#include "extrema.hpp"
#include "sums.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernels as compiled with the caller's own flags; kernels::compiled has those chosen at run time.
struct inline_kernels : inline_sums, inline_extrema {};

/// One reduction over all windows of one series: reduce_sums or reduce_extrema.
///
/// @param what      any reduction but covariance and correlation (reduce_pairs)
/// @param x         the series
/// @param w         its windows, made for x.size() rows
/// @param how       min_periods and what is missing
/// @param ddof      variance, deviation and standard_error divide by n - ddof
/// @param out       w.size() results, which may not overlap x;
///                  NaN where a window holds fewer than min_periods values
/// @param executor  runs the pieces; their number does not change the results
/// @throws invalid_argument if sizes do not agree
template <class Kernels = inline_kernels, class Executor = serial_executor>
inline void reduce(reduction what, const number_span& x, const windows& w, const options& how, double ddof,
                   span<double> out, const Executor& executor = {}) {
  if (what == reduction::minimum || what == reduction::maximum)
    reduce_extrema<Kernels>(what, x, w, how, out, executor);
  else
    reduce_sums<Kernels>(what, x, w, how, ddof, out, executor);
}

/// How many values each window holds, infinities among them, as in pandas: min_periods is the number of
/// rows, missing or not, below which a window gives NaN.
inline void count(const number_span& x, const windows& w, const options& how, span<double> out) {
  if (out.size() != w.size() || w.rows != static_cast<std::int64_t>(x.size()))
    raise<invalid_argument>("out: " + std::to_string(out.size()) + " rows given, expected " +
                            std::to_string(w.size()));
  if (!how.mask.empty() && how.mask.size() != x.size())
    raise<invalid_argument>("mask: " + std::to_string(how.mask.size()) + " rows given, expected " +
                            std::to_string(x.size()));
  const auto tell = [&](std::size_t i, std::int64_t values) {
    out[i] = w.stop(i) - w.first(i) >= how.min_periods ? static_cast<double>(values)
                                                       : std::numeric_limits<double>::quiet_NaN();
  };
  bool any_missing = !how.mask.empty();
  if (x.kind() != number_span::type::int64)
    x.for_each_block([&](std::size_t, span<const double> block) {
      for (const double v : block) any_missing |= v != v;
    });
  if (!any_missing || (how.mask.empty() && how.nan == treatment::propagate)) {
    for (std::size_t i = 0; i < w.size(); ++i) tell(i, w.stop(i) - w.first(i));
    return;
  }
  const auto here = [&](std::size_t row) {
    const bool null = !how.mask.empty() && how.mask[row] != 0;
    return static_cast<std::int64_t>(!null && (x[row] == x[row] || how.nan == treatment::propagate));
  };
  detail::count_in_windows(w, here, tell);
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
