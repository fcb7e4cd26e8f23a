// lead_lag: which metrics move with a target, how long before or after it, and what is left of that when
// others are given.
//
// For each metric Pearson's correlation with the target at every lag, of the rows where both are there; the
// lag of the largest one. Its p-value is Fisher's, of as many rows as are worth independent ones (Bretherton
// and others, "The effective number of spatial degrees of freedom of a time-varying field", 1999, eq. 31:
// n (1 - ab) / (1 + ab) for first autocorrelations a, b), times the lags that were tried. The partial
// correlation is that at the same lag, given the other metrics that correlate most, each at its own lag.
//
// Class F: sums in eight lanes by absolute row; threads change no bit.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/errors.hpp"
#include "../core/serial_executor.hpp"
#include "../core/span.hpp"
#include "detail/correlation.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

struct lead_lag_options {
  std::size_t max_lag = 24;  ///< rows, either way
  std::size_t given = 10;    ///< how many other metrics a partial correlation is given
  std::size_t least = 8;     ///< pairs of values without which there is no correlation
  bool changes = false;      ///< of the changes from row to row instead of the values
};

/// How a metric moves with the target.
struct association {
  std::size_t column;
  std::int64_t lag;    ///< rows from the metric to the target: above 0 the metric leads
  double correlation;  ///< at that lag; NaN where there is none
  double p_value;      ///< of so large a correlation at any lag, were there nothing
  double partial;      ///< at that lag, given the others; NaN where there is none
};

/// Every metric's association with the target, the strongest correlation first, those without at the end.
///
/// @param columns  the metrics, of the length of target; NaN and infinities are missing
/// @param target   what they are to have moved with
/// @param how      lags and conditions
/// @param run      where columns are done
/// @throws invalid_argument if lengths differ
template <class Executor = serial_executor>
std::vector<association> lead_lag(span<const span<const double>> columns, span<const double> target,
                                  const lead_lag_options& how = {}, const Executor& run = Executor()) {
  for (const auto& c : columns)
    if (c.size() != target.size())
      raise<invalid_argument>("columns: " + std::to_string(c.size()) + " rows given, expected " +
                              std::to_string(target.size()) + ", as many as target");
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const std::size_t n = columns.size();
  const std::size_t longest = std::min(how.max_lag, target.size() < 2 ? 0 : target.size() - 2);
  const detail::standard_series y(target, how.changes);
  std::vector<detail::standard_series> series(n);
  std::vector<association> found(n);
  run.for_each_chunk(n, 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t c = begin; c < end; ++c) {
      series[c] = detail::standard_series(columns[c], how.changes);
      const detail::lagged best = detail::best_lag(series[c], y, longest, how.least);
      found[c] = association{c, best.lag, best.r, none, none};
      if (best.r != best.r) continue;
      const double both = std::max(0.0, series[c].first_autocorrelation() * y.first_autocorrelation());
      const double rows = best.pairs * (1 - both) / (1 + both);
      found[c].p_value = detail::p_of_correlation(best.r, rows, static_cast<double>(2 * longest + 1));
    }
  });
  std::stable_sort(found.begin(), found.end(), [](const association& a, const association& b) {
    const double x = std::fabs(a.correlation), z = std::fabs(b.correlation);
    return x == x && (z != z || x > z);
  });

  if (how.given == 0) return found;

  // Given are the strongest; one more of them, so that each has others. All at their own lags, of the rows
  // that are in reach of every lag, missing values taken for the mean.
  std::int64_t earliest = 0, latest = 0;
  for (const association& a : found) {
    if (a.correlation != a.correlation) break;
    earliest = std::max(earliest, a.lag);
    latest = std::min(latest, a.lag);
  }
  const std::int64_t between = static_cast<std::int64_t>(target.size()) + latest - earliest;
  if (between < static_cast<std::int64_t>(how.given) + 4) return found;
  const auto rows = static_cast<std::size_t>(between);
  const std::vector<double> own = detail::unit_part(y, earliest, rows);
  if (own.empty()) return found;
  std::vector<std::vector<double>> strongest;
  std::vector<std::size_t> which;
  for (const association& a : found) {
    if (strongest.size() > how.given || a.correlation != a.correlation) break;
    std::vector<double> part = detail::unit_part(series[a.column], earliest - a.lag, rows);
    if (part.empty()) continue;
    strongest.push_back(std::move(part));
    which.push_back(a.column);
  }
  const std::size_t m = strongest.size();
  std::vector<double> with_target(m), among(m * m);
  for (std::size_t i = 0; i < m; ++i) {
    with_target[i] = detail::dot(strongest[i].data(), own.data(), rows);
    for (std::size_t j = 0; j <= i; ++j)
      among[i * m + j] = detail::dot(strongest[i].data(), strongest[j].data(), rows);
  }
  run.for_each_chunk(n, 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      association& a = found[i];
      if (a.correlation != a.correlation) continue;
      const std::vector<double> part = detail::unit_part(series[a.column], earliest - a.lag, rows);
      if (part.empty()) continue;
      std::vector<std::size_t> others;
      for (std::size_t o = 0; o < m && others.size() < how.given; ++o)
        if (which[o] != a.column) others.push_back(o);
      const std::size_t k = others.size() + 2;
      std::vector<double> r(k * k, 1.0);
      for (std::size_t b = 0; b < others.size(); ++b) {
        for (std::size_t c = 0; c < b; ++c) r[b * k + c] = among[others[b] * m + others[c]];
        r[(k - 2) * k + b] = with_target[others[b]];
        r[(k - 1) * k + b] = detail::dot(part.data(), strongest[others[b]].data(), rows);
      }
      r[(k - 1) * k + k - 2] = detail::dot(part.data(), own.data(), rows);
      a.partial = detail::partial_of_last_two(r, k);
    }
  });
  return found;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
