// scattered_tail: how far the strangeness of a series goes where nothing lasts.
//
// What goes wrong comes in few stretches; heavy tails, random spikes and rare counts come everywhere. So the
// tail beyond the quantile .9 is fitted (generalised Pareto, by maximum likelihood in one variable) to all
// rows but those of the strongest tenth of stretches, of which only that they are so large is used
// (censored). The shape is believed as far as the number of stretches carries it: less half a standard error.
// Class F; O(n log n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../config.hpp"
#include "../../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

class scattered_tail {
 public:
  /// @param r  finite
  explicit scattered_tail(const std::vector<double>& r) {
    if (r.size() < 60) return;
    std::vector<double> sorted(r);
    const auto tenth = static_cast<std::ptrdiff_t>(0.9 * static_cast<double>(r.size() - 1));
    std::nth_element(sorted.begin(), sorted.begin() + tenth, sorted.end());
    from_ = sorted[static_cast<std::size_t>(tenth)];
    std::vector<double> peaks;  // of stretches beyond, which end after three rows within
    std::size_t last = 0;
    double above = 0.0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      if (!(r[i] > from_)) continue;
      above += 1.0;
      if (peaks.empty() || i - last > 3) peaks.push_back(0.0);
      peaks.back() = std::max(peaks.back(), r[i] - from_);
      last = i;
    }
    if (peaks.size() < least_peaks) return;
    const std::size_t censored = std::max<std::size_t>(2, peaks.size() / 10);
    const auto at = peaks.begin() + static_cast<std::ptrdiff_t>(peaks.size() - 1 - censored);
    std::nth_element(peaks.begin(), at, peaks.end());
    const double limit = *at;
    std::vector<double> y;
    double beyond = 0.0, sum = 0.0;
    for (const double v : r) {
      if (!(v > from_)) continue;
      if (v - from_ > limit)
        beyond += 1.0;
      else
        sum += (y.emplace_back(v - from_));
    }
    const double m = static_cast<double>(y.size());
    exponential_ = (sum + beyond * limit) / m;
    if (!(exponential_ > 0)) return;
    log_share_ = math::log(above / static_cast<double>(r.size()));
    // with theta = shape / scale the best shape is known, and the likelihood is one of theta alone
    struct fit {
      double shape, likelihood;
    };
    const auto of = [&](double theta) {
      double all = 0.0;
      for (const double v : y) all += math::log(1.0 + theta * v);
      const double shape = (all + beyond * math::log(1.0 + theta * limit)) / m;
      return fit{shape, -m * math::log(shape / theta) - all};
    };
    double best = -m * math::log(exponential_), theta = 0.0, shape = 0.0;
    for (double t = 0.01 / exponential_; t < 1e4 / exponential_; t *= 1.3) {
      const fit f = of(t);
      if (!(f.likelihood > best)) continue;
      best = f.likelihood;
      theta = t;
      shape = f.shape;
    }
    const double believed =
        shape - 0.5 * (1.0 + shape) / std::sqrt(static_cast<double>(peaks.size() - censored));
    if (theta > 0 && believed > 0.02) {
      double low = 0.0, high = theta;  // the shape that is best grows with theta
      for (int i = 0; i < 40; ++i) {
        const double middle = (low + high) / 2;
        (of(middle).shape < believed ? low : high) = middle;
      }
      shape_ = believed;
      theta_ = (low + high) / 2;
    }
    known_ = true;
  }

  bool known() const noexcept { return known_; }
  double from() const noexcept { return from_; }

  /// log of the chance of so much, above from().
  double log_tail(double v) const noexcept {
    const double y = v - from_;
    return log_share_ - (shape_ > 0 ? math::log(1.0 + theta_ * y) / shape_ : y / exponential_);
  }

 private:
  static constexpr std::size_t least_peaks = 8;

  bool known_ = false;
  double from_ = 0.0, log_share_ = 0.0, exponential_ = 0.0, shape_ = 0.0, theta_ = 0.0;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
