// slow_rows: the rows of a series without what is usual, how far they usually are from it, and between which
// of them a change lies.
//
// Class F; O(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../slow_change.hpp"
#include "order.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

class slow_rows {
 protected:
  /// @param spread  how far rows usually are from what is usual, at their time; empty where that is the same
  ///                for all
  slow_rows(const std::vector<double>& y, const std::vector<double>& expected,
            const std::vector<double>& spread)
      : rest_(y.size()), spread_(spread) {
    for (std::size_t i = 0; i < y.size(); ++i) rest_[i] = y[i] - expected[i];
  }

  /// A standard deviation of the rows that a tenth of odd ones do not move.
  double scale() {
    std::vector<double> a(rest_);
    const double middle = median(a);
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] = std::abs(rest_[i] - middle);
    const double by_half = 1.4826 * median(a);
    most_equal_ = !(by_half > 0);
    return most_equal_ ? sum / static_cast<double>(a.size()) : by_half;  // or their mean distance
  }

  /// Of each row its deviation in units of the usual one, a third at least.
  std::vector<double> deviations() const {
    std::vector<double> a(rest_.size(), 1.0);
    if (spread_.empty()) return a;
    std::vector<double> sorted(spread_);
    const double middle = median(sorted);
    if (middle > 0)
      for (std::size_t i = 0; i < a.size(); ++i) a[i] = std::clamp(spread_[i] / middle, 1.0 / 3, 10.0);
    return a;
  }

  /// The rest in units of sigma about its median, drawn in to six of the deviations of their rows, or to
  /// `reach` times what a tenth exceeds: a large change is not cut off to a small one.
  std::vector<double> tamed(double sigma, const std::vector<double>& deviation, double reach) const {
    std::vector<double> a(rest_);
    const double middle = median(a);
    std::vector<double> far(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      a[i] = (rest_[i] - middle) / sigma;
      far[i] = std::abs(a[i]) / deviation[i];
    }
    const double most_far = std::max(6.0, reach * quantile(far, 0.9));
    for (std::size_t i = 0; i < a.size(); ++i)
      a[i] = std::clamp(a[i], -most_far * deviation[i], most_far * deviation[i]);
    return a;
  }

  /// How far a row usually is from the one before, as a standard deviation.
  double usual_step() const {
    std::vector<double> steps(rest_.size() - 1);
    for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = std::abs(rest_[i + 1] - rest_[i]);
    return 1.4826 * median(steps);
  }

  /// Moves the ends of a change, known by blocks, to the rows between which it fits best.
  ///
  /// @param reach    rows by which an end may move, either way
  /// @param outside  how much better row i fits without the change than with it
  template <class Outside>
  void between_rows(slow_change& c, std::size_t reach, Outside outside) const {
    const std::size_t n = rest_.size();
    const auto best_end = [&](std::size_t at, double sign) {
      std::size_t where = at - std::min(at, reach);
      double sum = 0.0, best = 0.0;
      for (std::size_t i = where; i < std::min(n, at + reach); ++i) {
        sum += sign * outside(i);
        if (!(sum > best)) continue;
        best = sum;
        where = i + 1;
      }
      return where;
    };
    c.begin = best_end(c.begin, 1.0);
    if (c.end != n) c.end = std::max(c.begin + 1, best_end(c.end, -1.0));
  }

  std::vector<double> rest_;  ///< without the changes found so far
  std::vector<double> spread_;
  bool most_equal_ = false;  ///< whether the deviation is the mean distance, for most are in the middle
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
