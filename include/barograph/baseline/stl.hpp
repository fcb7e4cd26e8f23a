// stl: a series as trend + season + remainder, by local regression; robust where outliers are to be left
// aside.
//
// Law F in the order written here. Source: R. B. Cleveland, W. S. Cleveland, J. E. McRae, I. Terpenning,
// "STL: A Seasonal-Trend Decomposition Procedure Based on Loess", Journal of Official Statistics 6 (1990),
// with the names and defaults of statsmodels' STL, whose figures come out for the same parameters. Beyond it:
// missing rows have no weight, and all components are there for them; a remainder that is rounding makes no
// outlier (where all of it is 0 but for outliers, statsmodels weighs all rows alike).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/number_span.hpp"
#include "../core/span.hpp"
#include "../rolling/sums.hpp"
#include "band.hpp"
#include "detail/loess.hpp"
#include "detail/medians.hpp"
#include "estimator.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

struct stl_options {
  std::int64_t seasonal = 7;  ///< values of a slot in a smooth of it: odd, 3 or more
  std::int64_t trend =
      0;  ///< rows: odd, above the period; 0: the least odd of 1.5 period / (1 - 1.5 / seasonal)
  std::int64_t low_pass = 0;  ///< rows: odd, above the period; 0: the least of these
  int seasonal_deg = 1, trend_deg = 1, low_pass_deg = 1;  ///< 0: locally constant, 1: locally linear
  std::int64_t seasonal_jump = 1, trend_jump = 1, low_pass_jump = 1;  ///< smooth each so many, join by lines
  bool robust = true;                                                 ///< weigh rows by their remainders
  std::int64_t inner_iter = 0;                                        ///< 0: 2 where robust, else 5
  std::int64_t outer_iter = -1;  ///< rounds of weighing; negative: 15 where robust, else 0
};

/// The components; value = trend + seasonal + resid.
struct decomposition {
  std::vector<double> trend, seasonal;
  std::vector<double> resid;            ///< NaN where a value is missing
  std::vector<double> weights;          ///< of each row in the last round, 0 to 1; 0 where it is missing
  std::vector<unsigned char> left_out;  ///< 1 where nothing was learned from a row

  /// 1.4826 times the median absolute deviation of the remainder, rows left out apart.
  double scale() const {
    std::vector<double> r;
    for (std::size_t i = 0; i < resid.size(); ++i)
      if (resid[i] == resid[i] && left_out[i] == 0) r.push_back(resid[i]);
    return detail::median_deviation_of(r) * mad_to_deviation;
  }

  /// What the components expect, with limits so many scales from it.
  /// @throws invalid_argument for a width below 0
  band expected(double width = 3.0) const {
    estimator how;
    how.width = width;
    how.check();
    const double s = scale();
    band out(trend.size());
    for (std::size_t i = 0; i < trend.size(); ++i)
      out.set(i, expectation::within(trend[i] + seasonal[i], s, width));
    return out;
  }
};

namespace detail {

/// The parameters of a decomposition, checked and complete.
inline stl_options completed(stl_options o, std::int64_t period, std::int64_t rows) {
  const auto odd = [](const char* name, std::int64_t given, std::int64_t least) {
    if (given < least || given % 2 == 0)
      raise<invalid_argument>(std::string(name) + ": " + std::to_string(given) +
                              " given, expected an odd number of at least " + std::to_string(least));
  };
  if (period < 2)
    raise<invalid_argument>("period: " + std::to_string(period) + " given, expected at least 2 rows");
  if (rows < 2 * period)
    raise<invalid_argument>("x: " + std::to_string(rows) + " rows given, expected at least two periods of " +
                            std::to_string(period));
  odd("seasonal", o.seasonal, 3);
  if (o.trend == 0) {
    const double least = 1.5 * static_cast<double>(period) / (1.0 - 1.5 / static_cast<double>(o.seasonal));
    o.trend = static_cast<std::int64_t>(std::ceil(least));
    o.trend += o.trend % 2 == 0;
  }
  if (o.low_pass == 0) o.low_pass = period + 1 + period % 2;
  odd("trend", o.trend, period + 1);
  odd("low_pass", o.low_pass, period + 1);
  for (const int degree : {o.seasonal_deg, o.trend_deg, o.low_pass_deg})
    if (degree != 0 && degree != 1)
      raise<invalid_argument>("seasonal_deg, trend_deg, low_pass_deg: " + std::to_string(degree) +
                              " given, expected 0 or 1");
  for (const std::int64_t jump : {o.seasonal_jump, o.trend_jump, o.low_pass_jump})
    if (jump < 1)
      raise<invalid_argument>("seasonal_jump, trend_jump, low_pass_jump: " + std::to_string(jump) +
                              " given, expected 1 or more");
  if (o.inner_iter == 0) o.inner_iter = o.robust ? 2 : 5;
  if (o.outer_iter < 0) o.outer_iter = o.robust ? 15 : 0;
  if (o.inner_iter < 1)
    raise<invalid_argument>("inner_iter: " + std::to_string(o.inner_iter) + " given, expected 1 or more");
  return o;
}

/// Moving averages of `length`, x.size() - length + 1 of them.
inline std::vector<double> moving_averages(const std::vector<double>& x, std::int64_t length) {
  const auto n = static_cast<std::int64_t>(x.size());
  std::vector<double> means(x.size());
  rolling::options of;
  of.min_periods = length;
  rolling::reduce_sums(rolling::reduction::mean, x, rolling::fixed_windows(n, length), of, 1.0, means);
  means.erase(means.begin(), means.begin() + static_cast<std::ptrdiff_t>(length - 1));
  return means;
}

/// The smooth of each slot, one season longer at both ends.
inline std::vector<double> cycles(const std::vector<double>& x, std::int64_t period, const stl_options& o,
                                  const std::vector<double>* weights, loess& smooth) {
  const auto n = static_cast<std::int64_t>(x.size());
  std::vector<double> out(static_cast<std::size_t>(n + 2 * period)), part, kept, ys;
  for (std::int64_t j = 0; j < period; ++j) {
    const std::int64_t k = (n - 1 - j) / period + 1;
    part.resize(static_cast<std::size_t>(k));
    kept.resize(weights == nullptr ? 0 : part.size());
    for (std::int64_t i = 0; i < k; ++i) {
      part[static_cast<std::size_t>(i)] = x[static_cast<std::size_t>(i * period + j)];
      if (weights != nullptr)
        kept[static_cast<std::size_t>(i)] = (*weights)[static_cast<std::size_t>(i * period + j)];
    }
    const std::vector<double>* const w = weights == nullptr ? nullptr : &kept;
    ys = smooth.extended(part, o.seasonal, o.seasonal_deg, o.seasonal_jump, w);
    for (std::int64_t m = 0; m < k + 2; ++m)
      out[static_cast<std::size_t>(m * period + j)] = ys[static_cast<std::size_t>(m)];
  }
  return out;
}

}  // namespace detail

/// Decomposes a series.
///
/// @param x       the series, evenly spaced; NaN and infinities are missing
/// @param period  rows of a season, 2 or more; at least two seasons
/// @param mask    1 for rows that nothing is to be learned from; their remainder is there. Empty: none
/// @throws invalid_argument for a period or parameters that cannot be, or if no row is left
inline decomposition stl(const number_span& x, std::int64_t period, const stl_options& options = {},
                         span<const unsigned char> mask = {}) {
  const auto rows = static_cast<std::int64_t>(x.size());
  const stl_options o = detail::completed(options, period, rows);
  if (!mask.empty() && mask.size() != x.size())
    raise<invalid_argument>("exclude: " + std::to_string(mask.size()) + " rows given, expected " +
                            std::to_string(x.size()));
  const std::size_t n = x.size();
  std::vector<double> y = x.as_doubles(), there(n, 1.0);
  std::size_t left = 0;
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(y[i] - y[i] == 0.0) || (!mask.empty() && mask[i] != 0)) there[i] = y[i] = 0.0;
    left += there[i] != 0.0;
    largest = std::max(largest, std::fabs(y[i]));
  }
  if (left == 0) raise<invalid_argument>("x: no value is left, expected some that are not missing");
  decomposition out;
  out.trend.assign(n, 0.0);
  out.seasonal.assign(n, 0.0);
  out.resid.assign(n, 0.0);
  out.weights = there;
  for (const double t : there) out.left_out.push_back(t == 0.0);
  const bool gaps = left < n;
  detail::loess smooth(gaps);
  std::vector<double> work(n), residuals;
  for (std::int64_t round = 0;; ++round) {
    const std::vector<double>* const weights = gaps || round > 0 ? &out.weights : nullptr;
    for (std::int64_t k = 0; k < o.inner_iter; ++k) {
      check_interrupt();
      for (std::size_t i = 0; i < n; ++i) work[i] = there[i] == 0.0 ? 0.0 : y[i] - out.trend[i];
      const std::vector<double> season = detail::cycles(work, period, o, weights, smooth);
      const std::vector<double> low = detail::moving_averages(
          detail::moving_averages(detail::moving_averages(season, period), period), 3);
      const std::vector<double> pass =
          smooth.smoothed(low, o.low_pass, o.low_pass_deg, o.low_pass_jump, nullptr);
      for (std::size_t i = 0; i < n; ++i)
        out.seasonal[i] = season[i + static_cast<std::size_t>(period)] - pass[i];
      for (std::size_t i = 0; i < n; ++i) work[i] = there[i] == 0.0 ? 0.0 : y[i] - out.seasonal[i];
      out.trend = smooth.smoothed(work, o.trend, o.trend_deg, o.trend_jump, weights);
    }
    residuals.clear();
    for (std::size_t i = 0; i < n; ++i) {
      out.resid[i] = x[i] - (out.trend[i] + out.seasonal[i]);
      if (there[i] != 0.0) residuals.push_back(std::fabs(y[i] - (out.trend[i] + out.seasonal[i])));
    }
    if (round == o.outer_iter) break;
    // Bisquare weights: none beyond six medians of the remainder; what is rounding is no outlier.
    const double reach = std::max(6.0 * detail::median_of(residuals), 1e-12 * largest);
    for (std::size_t i = 0; i < n; ++i) {
      const double r = std::fabs(out.resid[i]), u = r / reach;
      if (there[i] != 0.0)
        out.weights[i] = r <= 0.001 * reach ? 1.0 : r <= 0.999 * reach ? (1.0 - u * u) * (1.0 - u * u) : 0.0;
    }
  }
  for (std::size_t i = 0; i < n; ++i)
    if (!(x[i] - x[i] == 0.0)) out.resid[i] = std::numeric_limits<double>::quiet_NaN();
  return out;
}

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
