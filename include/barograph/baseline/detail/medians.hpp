// Medians of values that may be reordered: of an even number the mean of the middle two. Law I but for that.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {
namespace detail {

/// NaN for none; v is left in another order.
inline double median_of(std::vector<double>& v) {
  if (v.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return v.size() % 2 == 1 ? *middle : (*std::max_element(v.begin(), middle) + *middle) / 2.0;
}

/// The median of |v - median|; v is not kept.
inline double median_deviation_of(std::vector<double>& v) {
  const double m = median_of(v);
  for (double& x : v) x = std::fabs(x - m);
  return median_of(v);
}

}  // namespace detail
}  // namespace baseline
BAROGRAPH_NAMESPACE_END
