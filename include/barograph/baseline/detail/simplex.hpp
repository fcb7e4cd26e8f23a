// The least value of a function of a few numbers within a box, without derivatives.
//
// Source: J. A. Nelder, R. Mead, "A simplex method for function minimization", Computer Journal 7 (1965),
// with its own coefficients; points outside the box are moved to its edge. Ends when the simplex is small.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {
namespace detail {

using valued_point = std::pair<double, std::vector<double>>;

/// The least value found and where, from a start within [low, high]; at most `most` values are asked for.
template <class F>
valued_point simplex_minimum(const F& value, const std::vector<double>& start, const std::vector<double>& low,
                             const std::vector<double>& high, int most = 400, double small = 1e-6) {
  const std::size_t n = start.size();
  int asked = 0;
  const auto at = [&](std::vector<double> p) {
    for (std::size_t k = 0; k < n; ++k) p[k] = std::min(std::max(p[k], low[k]), high[k]);
    ++asked;
    const double v = value(p);
    return valued_point(v, std::move(p));
  };
  std::vector<valued_point> corners = {at(start)};
  for (std::size_t k = 0; k < n; ++k) {
    std::vector<double> p = start;
    const double step = 0.25 * (high[k] - low[k]);
    p[k] += p[k] + step <= high[k] ? step : -step;
    corners.push_back(at(std::move(p)));
  }
  while (asked < most) {
    std::sort(corners.begin(), corners.end());
    double size = 0.0;
    for (std::size_t k = 0; k < n; ++k)
      for (const valued_point& c : corners)
        size = std::max(size, std::fabs(c.second[k] - corners[0].second[k]));
    if (size < small) break;
    std::vector<double> center(n);
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t c = 0; c < n; ++c) center[k] += corners[c].second[k];
      center[k] /= static_cast<double>(n);
    }
    const auto along = [&](double t) {  // from the center to the worst corner
      std::vector<double> p(n);
      for (std::size_t k = 0; k < n; ++k) p[k] = center[k] + t * (corners[n].second[k] - center[k]);
      return at(std::move(p));
    };
    valued_point next = along(-1.0);
    if (next.first < corners[0].first) {
      valued_point further = along(-2.0);
      corners[n] = further.first < next.first ? std::move(further) : std::move(next);
    } else if (next.first < corners[n - 1].first) {
      corners[n] = std::move(next);
    } else {
      valued_point inner = along(next.first < corners[n].first ? -0.5 : 0.5);
      if (inner.first < std::min(next.first, corners[n].first)) {
        corners[n] = std::move(inner);
      } else {
        for (std::size_t c = 1; c <= n; ++c) {
          std::vector<double> p(n);
          for (std::size_t k = 0; k < n; ++k) p[k] = 0.5 * (corners[0].second[k] + corners[c].second[k]);
          corners[c] = at(std::move(p));
        }
      }
    }
  }
  return *std::min_element(corners.begin(), corners.end());
}

}  // namespace detail
}  // namespace baseline
BAROGRAPH_NAMESPACE_END
