// smoothing: a series without gaps, and what its neighbours make of each row.
//
// What goes wrong lasts: distances are smoothed over 1, 3 and 10 rows; and a few rows that
// stand out count as far as they do beyond usual steps, below which that is noise. Class F; O(n).
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

/// Of each row two fifths of how far a peak of up to three rows, in which it is or beside which it lies,
/// stands above or below both its sides, beyond five usual steps, fewer where few rows tell what is usual.
inline std::vector<double> peaks_beyond_usual(const std::vector<double>& x) {
  const std::size_t n = x.size();
  std::vector<double> out(n, 0.0), steps;
  if (n < 2) return out;
  for (std::size_t i = 1; i < n; ++i) steps.push_back(std::abs(x[i] - x[i - 1]));
  const double rows = static_cast<double>(n), usual = 5.0 * rows / (rows + 600.0) * median(steps);
  for (std::size_t i = 0; i < n; ++i) {
    double least = x[i], most = x[i];
    for (std::size_t end = i + 1; end <= std::min(n, i + 3) && end - i < n; ++end) {
      least = std::min(least, x[end - 1]);
      most = std::max(most, x[end - 1]);
      const double before = i == 0 ? x[end] : x[i - 1], after = end == n ? before : x[end];
      const double height = std::max(least - std::max(before, after), std::min(before, after) - most) - usual;
      for (std::size_t k = i - std::min<std::size_t>(i, 1); height > 0 && k < std::min(n, end + 1); ++k)
        out[k] = std::max(out[k], 0.4 * height);
    }
  }
  return out;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
