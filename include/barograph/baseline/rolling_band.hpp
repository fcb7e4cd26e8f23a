// rolling_band: location, scale and limits from the window of each row, exact.
//
// Law: that of the rolling functions it is made of: medians, deviations and quantiles I, means and standard
// deviations F. Windows that leave the current row out (closed::left) give what was known before it, which is
// what a detector may compare it with; rolling_stream.hpp gives the same of a stream.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/serial_executor.hpp"
#include "../rolling/exponential.hpp"
#include "../rolling/median_deviation.hpp"
#include "../rolling/order_statistics.hpp"
#include "../rolling/sums.hpp"
#include "band.hpp"
#include "estimator.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

/// The kernels as compiled with the caller's own flags; kernels::compiled has those chosen at run time.
struct inline_baselines : rolling::inline_sums,
                          rolling::inline_order_statistics,
                          rolling::inline_deviations,
                          rolling::inline_exponential {};

/// A band from windows.
///
/// @param x    the series
/// @param w    its windows, made for x.size() rows
/// @param how  median, mean or quantile, and how wide
/// @param of   min_periods and what is missing; rows to be left out are those of its mask
/// @param run  where pieces are done; their number changes no bit
/// @return w.size() rows; NaN where a window holds fewer than min_periods values, and a mean's scale where it
///         holds one. A constant window has scale 0 and both limits at its value.
/// @throws invalid_argument for method::ewma (exponential_band), wrong quantiles, or sizes that do not agree
template <class Kernels = inline_baselines, class Executor = serial_executor>
inline band rolling_band(const number_span& x, const rolling::windows& w, const estimator& how,
                         const rolling::options& of, const Executor& run = Executor()) {
  how.check();
  const std::size_t n = w.size();
  band out(n);
  double* const columns = out.expected().data();
  const span<double> scale = out.scale();
  switch (how.what) {
    case method::median:
      rolling::median_deviation<Kernels>(x, w, of, span<double>(columns, 2 * n), run);
      for (std::size_t i = 0; i < n; ++i) scale[i] *= mad_to_deviation;
      break;
    case method::mean:
      rolling::reduce_sums<Kernels>(rolling::reduction::mean, x, w, of, 1.0, out.expected(), run);
      rolling::reduce_sums<Kernels>(rolling::reduction::deviation, x, w, of, 1.0, scale, run);
      break;
    case method::quantile: {
      const double q[3] = {how.middle, how.low, how.high};
      const auto place = how.of_next ? rolling::interpolation::weibull : rolling::interpolation::linear;
      rolling::quantiles<Kernels>(x, w, q, place, of, span<double>(columns + n, 3 * n), run);
      const double unit = how.deviation_of_unit();
      for (std::size_t i = 0; i < n; ++i) {
        out.expected()[i] = scale[i];
        scale[i] = (out.upper()[i] - out.lower()[i]) * unit;
      }
      return out;
    }
    default:
      raise<invalid_argument>("method: ewma given, expected one that has windows (exponential_band)");
  }
  out.widen(how.width);
  return out;
}

/// A band from exponentially weighted mean and standard deviation.
///
/// @param x        the series
/// @param d        how fast weights fall
/// @param weights  how they are counted; its `least` is min_periods
/// @param of       what is missing; rows to be left out are those of its mask
/// @param elapsed  by row, half-lives since the row before; empty: 1
/// @param before   each row shows what was known before it, else its own value is in
/// @param width    limits are expected -+ width scales
/// @return x.size() rows; the scale of a single value is NaN
/// @throws invalid_argument for times that go back, or sizes that do not agree
template <class Kernels = inline_baselines>
inline band exponential_band(const number_span& x, const rolling::decay& d, const rolling::weighting& weights,
                             const rolling::options& of, span<const double> elapsed, bool before,
                             double width) {
  estimator how;
  how.width = width;
  how.check();
  if (!of.mask.empty()) rolling::detail::check_rows("mask", of.mask.size(), x.size());
  band out(x.size());
  if (elapsed.empty() && !x.empty()) {
    using rolling::reduction;
    rolling::exponential<Kernels>(reduction::mean, x, d, weights, of, {}, out.expected());
    rolling::exponential<Kernels>(reduction::deviation, x, d, weights, of, {}, out.scale());
    for (const span<double> column : {out.expected(), out.scale()})
      if (before) {
        std::copy_backward(column.begin(), column.end() - 1, column.end());
        column[0] = std::numeric_limits<double>::quiet_NaN();
      }
    out.widen(width);
    return out;
  }
  rolling::exponential_moments state(d, weights);
  const auto show = [&](std::size_t i) {
    out.set(i, expectation::within(state.mean(), state.deviation(), width));
  };
  rolling::detail::for_each_row(x.size(), elapsed, [&](std::size_t i, double passed) {
    const double v = x[i];
    if (before && i > 0 && passed == 0.0)
      out.set(i, out[i - 1]);  // rows of one time do not know each other
    else if (before)
      show(i);
    state.update(v, rolling::detail::has_value(v, i, of), passed);
    if (!before) show(i);
  });
  return out;
}

/// The same where weights have the centre of mass of a window of `rows` rows: pandas' ewm(span=rows).
template <class Kernels = inline_baselines>
inline band exponential_band(const number_span& x, std::int64_t rows, const rolling::options& of, bool before,
                             double width) {
  rolling::weighting weights;
  weights.least = of.min_periods;
  return exponential_band<Kernels>(x, rolling::decay::from_span(static_cast<double>(rows)), weights, of, {},
                                   before, width);
}

/// The same where weights have the centre of mass of a window of time, in the unit of `times`.
/// @throws invalid_argument also for a window that is not above 0
inline band exponential_band(const number_span& x, span<const std::int64_t> times, std::int64_t window,
                             const rolling::options& of, bool before, double width) {
  if (window <= 0)
    raise<invalid_argument>("window: " + std::to_string(window) + " given, expected a time above 0");
  rolling::detail::check_rows("times", times.size(), x.size());
  std::vector<double> elapsed(times.size());
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] < times[i - 1])
      raise<invalid_argument>("on: row " + std::to_string(i) + " goes back (sort first)");
    elapsed[i] =
        static_cast<double>(static_cast<std::uint64_t>(times[i]) - static_cast<std::uint64_t>(times[i - 1])) /
        half_life_of(window);
  }
  rolling::weighting weights;
  weights.least = of.min_periods;
  return exponential_band(x, rolling::decay::from_alpha(0.5), weights, of, elapsed, before, width);
}

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
