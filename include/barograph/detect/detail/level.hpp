// level: where the values of a stretch of a metric lie, infinities and missing ones left out.
//
// Class F: means are plain sums in row order, order statistics are selections, quantiles numpy's.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../core/span.hpp"
#include "../../stats/order_statistic.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// The finite values of rows [begin, end), times `unit`, into `out`.
inline void finite_values(span<const double> x, std::size_t begin, std::size_t end, double unit,
                          std::vector<double>& out) {
  out.clear();
  for (std::size_t i = begin; i < end; ++i)
    if (x[i] - x[i] == 0.0) out.push_back(x[i] * unit);
}

/// A power of two that brings huge values to where their squares and sums are finite, and minute ones to
/// where they count; else 1.
inline double unit_of(span<const double> x) noexcept {
  double largest = 0;
  for (const double v : x)
    if (v - v == 0.0) largest = std::max(largest, std::fabs(v));
  return largest > 1e140 ? 0x1p-600 : largest < 1e-140 && largest > 0 ? 0x1p600 : 1.0;
}

/// The q-th quantile of n >= 1 values as numpy has it; from `from` on they are still in any order,
/// before it they are at most what follows.
inline double quantile_from(std::vector<double>& v, double q, std::size_t& from) {
  const quantile_position p = position_of(q, v.size());
  const auto at = v.begin() + static_cast<std::ptrdiff_t>(p.rank);
  if (p.rank >= from) std::nth_element(v.begin() + static_cast<std::ptrdiff_t>(from), at, v.end());
  const double a = *at;
  const double b = p.rank + 1 < v.size() ? *std::min_element(at + 1, v.end()) : a;
  from = p.rank;
  return combine(combiner::numpy_linear, a, b, p.fraction);
}

/// Where values lie and how far they spread.
struct level {
  std::size_t count = 0;
  double mean = 0, deviation = 0;  ///< numpy's mean and std (ddof 0)
  double p10 = 0, p25 = 0, median = 0, p75 = 0, p90 = 0;
};

/// The level of `values`, which are put in another order.
inline level level_of(std::vector<double>& values) {
  level l;
  l.count = values.size();
  if (l.count == 0) return l;
  const auto n = static_cast<double>(l.count);
  double sum = 0;
  for (const double v : values) sum += v;
  l.mean = sum / n;
  double squares = 0;
  for (const double v : values) squares += (v - l.mean) * (v - l.mean);
  l.deviation = std::sqrt(squares / n);
  std::size_t from = 0;
  l.p10 = quantile_from(values, 0.1, from);
  l.p25 = quantile_from(values, 0.25, from);
  l.median = quantile_from(values, 0.5, from);
  l.p75 = quantile_from(values, 0.75, from);
  l.p90 = quantile_from(values, 0.9, from);
  return l;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
