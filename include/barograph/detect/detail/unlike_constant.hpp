// unlike_constant: the few rows of a series that are not the constant all others are.
//
// A constant has no scale, and ranks say no more than how many rows there are, which is never enough where
// each row is a test. Class F; O(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// Evidence that rows are not the constant that all others are, up to five stretches of them, 200 rows for
/// each, and a twentieth of the rows, enough for a finding at any length; else 0. What comes oftener may be
/// what a rare count does.
///
/// @param from  distances from the median, with their sign
/// @param like  1 for what comes again at its time
inline std::vector<double> unlike_constant(const std::vector<double>& from,
                                           const std::vector<std::uint8_t>& like) {
  constexpr std::size_t rows_for_each = 200, most = 5, apart = 3;
  const std::size_t n = from.size();
  std::vector<double> out(n, 0.0);
  std::size_t rows = 0, stretches = 0, last = 0;
  double largest = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    if (from[i] == 0.0) continue;
    if (rows == 0 || i - last > apart) ++stretches;
    last = i;
    ++rows;
    largest = std::max(largest, std::abs(from[i]));
  }
  if (rows == 0 || stretches > std::min(most, n / rows_for_each) || 20 * rows > n) return out;
  const double of_many = 2.0 + math::log(static_cast<double>(n)) / math::log(10.0);
  for (std::size_t i = 0; i < n; ++i)
    if (from[i] != 0.0 && like[i] == 0) out[i] = of_many + std::abs(from[i]) / largest;
  return out;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
