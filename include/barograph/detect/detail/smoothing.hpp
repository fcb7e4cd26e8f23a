// smoothing: a series without gaps, and what its neighbours make of each row.
//
// What goes wrong lasts: distances are smoothed over 1, 3 and 10 rows; and it begins: the larger step to a
// neighbour counts as far as it is beyond what is usual, below which it is noise. Class F; O(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../core/math.hpp"
#include "../../core/span.hpp"
#include "order.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// Missing values by straight lines between their neighbours, ends by the nearest; nothing known: 0.
inline std::vector<double> filled(span<const double> x) {
  std::vector<double> y(x.begin(), x.end());
  std::size_t last = y.size();
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!std::isfinite(y[i])) continue;
    const std::size_t from = last == y.size() ? 0 : last + 1;
    for (std::size_t k = from; k < i; ++k) {
      const double w = last == y.size() ? 1.0 : static_cast<double>(k - last) / static_cast<double>(i - last);
      y[k] = last == y.size() ? y[i] : y[last] * (1.0 - w) + y[i] * w;
    }
    last = i;
  }
  const double rest = last == y.size() ? 0.0 : y[last];
  for (std::size_t k = last == y.size() ? 0 : last + 1; k < y.size(); ++k) y[k] = rest;
  return y;
}
/// The mean of r smoothed with Gaussians of 1, 3 and 10 rows; its ends go on as they are.
inline std::vector<double> smoothed(const std::vector<double>& r) {
  const auto n = static_cast<std::ptrdiff_t>(r.size());
  constexpr std::ptrdiff_t reach = 40;
  double weight[2 * reach + 1] = {};
  for (const int width : {1, 3, 10}) {
    double kernel[2 * reach + 1] = {}, sum = 0.0;
    for (std::ptrdiff_t k = -4 * width; k <= 4 * width; ++k) {
      const double z = static_cast<double>(k) / width;
      sum += kernel[k + reach] = math::exp(-0.5 * z * z);
    }
    for (std::ptrdiff_t k = 0; k <= 2 * reach; ++k) weight[k] += kernel[k] / (3.0 * sum);
  }
  std::vector<double> padded(r.size() + 2 * reach);
  for (std::ptrdiff_t i = -reach; i < n + reach; ++i)
    padded[static_cast<std::size_t>(i + reach)] =
        r[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i, 0, n - 1))];
  std::vector<double> out(r.size(), 0.0);
  for (std::size_t k = 0; k <= 2 * reach; ++k)  // a weight at a time: rows lie side by side
    for (std::size_t i = 0; i < r.size(); ++i) out[i] += weight[k] * padded[i + k];
  return out;
}

/// Of each row two fifths of the larger step to a neighbour, beyond five usual ones, fewer where few rows
/// tell what is usual.
inline std::vector<double> steps_beyond_usual(const std::vector<double>& x) {
  std::vector<double> out(x.size(), 0.0), steps;
  for (std::size_t i = 1; i < x.size(); ++i) steps.push_back(std::abs(x[i] - x[i - 1]));
  std::vector<double> scratch(steps);
  const double n = static_cast<double>(x.size());
  const double usual = 5.0 * n / (n + 300.0) * (steps.empty() ? 0.0 : median(scratch));
  for (std::size_t i = 1; i < x.size(); ++i) {
    const double step = 0.4 * std::max(0.0, steps[i - 1] - usual);
    out[i - 1] = std::max(out[i - 1], step);
    out[i] = step;
  }
  return out;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
