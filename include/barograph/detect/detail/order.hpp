// order: quantiles and medians of a column that may be reordered.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// The q-quantile by rank floor(q (n - 1)); the values are reordered.
inline double quantile(std::vector<double>& v, double q) {
  if (v.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto k = static_cast<std::ptrdiff_t>(q * static_cast<double>(v.size() - 1));
  std::nth_element(v.begin(), v.begin() + k, v.end());
  return v[static_cast<std::size_t>(k)];
}

inline double median(std::vector<double>& v) {
  if (v.size() % 2 != 0) return quantile(v, 0.5);
  const auto half = static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), v.begin() + half, v.end());
  const double upper = v[static_cast<std::size_t>(half)];
  return *std::max_element(v.begin(), v.begin() + half) / 2 + upper / 2;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
