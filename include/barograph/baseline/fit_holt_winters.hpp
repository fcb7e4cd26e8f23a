// fit_holt_winters: smoothing and first parts of holt_winters from a series, by its one-step errors.
//
// Law F: the same steps in the same order give the same model. The parts before the first row come from the
// first seasons by medians; the smoothing that is not given minimises the mean squared one-step error
// (robust: a bounded one) over [0, 1], damping over [0.8, 1], by the simplex of J. A. Nelder and R. Mead, "A
// simplex method for function minimization", Computer Journal 7 (1965), from the best points of a coarse
// grid.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/number_span.hpp"
#include "../core/span.hpp"
#include "detail/medians.hpp"
#include "detail/simplex.hpp"
#include "estimator.hpp"
#include "holt_winters.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

/// What is to be fitted.
struct holt_winters_options {
  seasonality seasonal = seasonality::additive;
  std::int64_t period = 0;  ///< rows of a season; 2 or more where there is one
  bool trend = true;        ///< whether there is a trend
  bool damped = false;      ///< whether it fades
  bool robust = false;      ///< an error beyond two scales counts as two
  double width = 3.0;       ///< limits are expected -+ width scales
  double memory = 0.0;      ///< span of the scale in rows; 0: ten seasons, at least 500
  /// NaN: to be fitted
  smoothing by = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(),
                  std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
};

namespace detail {

/// The slope of the first rows, free of the season: the median of rises over `lag` rows.
inline double first_slope(const std::vector<double>& x, std::size_t lag, std::size_t rows) {
  std::vector<double> rises;
  for (std::size_t i = 0; i + lag < rows; ++i) {
    const double d = x[i + lag] - x[i];
    if (d - d == 0.0) rises.push_back(d / static_cast<double>(lag));
  }
  return rises.empty() ? 0.0 : median_of(rises);
}

/// The parts before the first row, from up to four seasons (without one: ten rows); x has NaN where missing.
inline components first_parts(const std::vector<double>& x, const holt_winters_options& o) {
  components c;
  const auto period = static_cast<std::size_t>(o.period);
  const bool seasonal = o.seasonal != seasonality::none;
  const std::size_t rows =
      seasonal ? std::min(x.size() / period, std::size_t{4}) * period : std::min(x.size(), std::size_t{10});
  c.trend = o.trend ? first_slope(x, seasonal ? period : 1, rows) : 0.0;
  const std::size_t slots = seasonal ? period : 1;
  const auto line = [&](std::size_t i) { return c.trend * static_cast<double>(i + 1); };
  // Of each slot the median of what is left without the trend, or of its ratio to the level.
  const auto medians = [&](bool ratio) {
    std::vector<double> out(slots, std::numeric_limits<double>::quiet_NaN()), some;
    for (std::size_t j = 0; j < slots; ++j) {
      some.clear();
      for (std::size_t i = j; i < rows; i += slots) {
        const double v = ratio ? x[i] / (c.level + line(i)) : x[i] - line(i);
        if (v - v == 0.0) some.push_back(v);
      }
      if (!some.empty()) out[j] = median_of(some);
    }
    return out;
  };
  const auto mean_of = [](const std::vector<double>& v) {
    double sum = 0.0, n = 0.0;
    for (const double d : v)
      if (d == d) {
        sum += d;
        n += 1.0;
      }
    return n > 0.0 ? sum / n : std::numeric_limits<double>::quiet_NaN();
  };
  c.season = medians(false);
  c.level = mean_of(c.season);
  if (!(c.level - c.level == 0.0))
    raise<invalid_argument>("x: no value in the first " + std::to_string(rows) + " rows, expected some");
  if (!seasonal) {
    c.season.clear();
  } else if (o.seasonal == seasonality::additive) {
    for (double& s : c.season) s = s == s ? s - c.level : 0.0;
  } else {
    c.season = medians(true);
    const double mean = mean_of(c.season);
    for (double& s : c.season) s = s > 0.0 && mean > 0.0 ? s / mean : 1.0;
  }
  return c;
}

/// The mean squared one-step error; robust: the square of a scale that bounds each (tau).
inline double one_step_loss(const std::vector<double>& x, holt_winters model, bool robust,
                            std::vector<double>& errors) {
  double sum = 0.0;
  std::size_t n = 0;
  errors.clear();
  for (const double v : x) {
    const double e = v - model.follow(v);
    if (e != e) continue;
    ++n;
    sum += e * e;
    if (robust) errors.push_back(std::fabs(e));
  }
  if (n == 0 || !(sum - sum == 0.0)) return std::numeric_limits<double>::infinity();
  if (!robust) return sum / static_cast<double>(n);
  std::vector<double> sorted = errors;
  const double s = median_of(sorted) * mad_to_deviation;
  if (!(s > 0.0)) return sum / static_cast<double>(n) * 1e-12;  // more than half are exact
  double bounded = 0.0;
  for (const double e : errors) {
    const double u = e / (2.0 * s), v = 1.0 - u * u;
    bounded += u > 1.0 ? 1.0 : 1.0 - v * v * v;
  }
  return s * s * bounded / static_cast<double>(n);
}

}  // namespace detail

/// A model that has not yet seen the series: take its rows in by update().
///
/// @param x     the series, evenly spaced; NaN and infinities are missing
/// @param mask  1 where nothing is to be learned from a row; empty: nowhere
/// @throws invalid_argument for a period or smoothing that cannot be, less than two seasons, values that are
/// not
///         above 0 where the season multiplies, or a series without values
inline holt_winters fit_holt_winters(const number_span& x, const holt_winters_options& o,
                                     span<const unsigned char> mask = {}) {
  const bool seasonal = o.seasonal != seasonality::none;
  if (seasonal && o.period < 2)
    raise<invalid_argument>("period: " + std::to_string(o.period) + " given, expected at least 2 rows");
  if (seasonal && static_cast<std::int64_t>(x.size()) / 2 < o.period)
    raise<invalid_argument>("x: " + std::to_string(x.size()) +
                            " rows given, expected at least two periods of " + std::to_string(o.period));
  if (!mask.empty() && mask.size() != x.size())
    raise<invalid_argument>("exclude: " + std::to_string(mask.size()) + " rows given, expected " +
                            std::to_string(x.size()));
  std::vector<double> y = x.as_doubles();
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!(y[i] - y[i] == 0.0) || (!mask.empty() && mask[i] != 0))
      y[i] = std::numeric_limits<double>::quiet_NaN();
    if (o.seasonal == seasonality::multiplicative && y[i] <= 0.0)
      raise<invalid_argument>("x: " + std::to_string(y[i]) + " given in row " + std::to_string(i) +
                              ", expected values above 0 where the season multiplies");
  }
  const components start = detail::first_parts(y, o);
  const double memory =
      o.memory > 0.0 ? o.memory : std::max(500.0, 10.0 * static_cast<double>(seasonal ? o.period : 1));
  smoothing by = o.by;
  if (!o.trend) by.trend = 0.0;
  if (!seasonal) by.season = 0.0;
  if (!o.damped || !o.trend) by.damping = 1.0;
  struct free_number {
    double* at;
    double low, high;
    std::vector<double> first;
  };
  std::vector<free_number> free;
  if (by.level != by.level) free.push_back({&by.level, 0.0, 1.0, {0.05, 0.2, 0.5, 0.9}});
  if (by.trend != by.trend) free.push_back({&by.trend, 0.0, 1.0, {0.01, 0.1}});
  if (by.season != by.season) free.push_back({&by.season, 0.0, 1.0, {0.05, 0.3}});
  if (by.damping != by.damping) free.push_back({&by.damping, 0.8, 1.0, {0.98}});
  const auto made = [&] { return holt_winters(o.seasonal, by, start, o.width, memory, o.robust); };
  if (free.empty()) return made();
  std::vector<double> errors;
  const auto loss = [&](const std::vector<double>& at) {
    check_interrupt();
    for (std::size_t k = 0; k < free.size(); ++k)
      *free[k].at = at[k] < free[k].low ? free[k].low : at[k] > free[k].high ? free[k].high : at[k];
    return detail::one_step_loss(y, made(), o.robust, errors);
  };
  std::vector<std::pair<double, std::vector<double>>> grid = {{0.0, {}}};
  for (const free_number& f : free) {
    std::vector<std::pair<double, std::vector<double>>> wider;
    for (const auto& point : grid)
      for (const double v : f.first) {
        wider.push_back(point);
        wider.back().second.push_back(v);
      }
    grid = std::move(wider);
  }
  for (auto& point : grid) point.first = loss(point.second);
  std::sort(grid.begin(), grid.end());
  std::vector<double> low, high;
  for (const free_number& f : free) {
    low.push_back(f.low);
    high.push_back(f.high);
  }
  std::pair<double, std::vector<double>> best = grid[0];
  for (std::size_t k = 0; k < std::min<std::size_t>(2, grid.size()); ++k)
    best = std::min(best, detail::simplex_minimum(loss, grid[k].second, low, high));
  loss(best.second);  // which sets what was free
  return made();
}

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
