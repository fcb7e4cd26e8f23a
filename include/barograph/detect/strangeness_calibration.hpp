// strangeness_calibration: what a strangeness is worth as evidence: the chance of so much where all is well.
//
// By the last 5,000: the conformal rank below their largest tenth; above, an exponential tail with the mean
// excess of that tenth, as a predictive probability, (1 + excess / (k mean))^-k, which owns up to having seen
// k excesses only. So evidence is not bounded by how long one has looked, as ranks are. -log10 p, 0 to 12;
// the first 100 give 0. Class F; O(sqrt n) a value. The predictive form: Geisser, "Predictive Inference"
// (1993).
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "../core/math.hpp"
#include "detail/sorted_blocks.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class strangeness_calibration {
 public:
  /// -log10 of the chance of s or more by the values before it; then s is one of them. s is finite.
  double push(double s) {
    const detail::sorted_blocks::place at = sorted_.find(s);
    const double evidence = of(s, at.below);
    sorted_.insert(s, at);
    if (recent_.size() == window) {
      sorted_.erase(recent_[next_]);
      recent_[next_] = s;
      next_ = next_ + 1 == window ? 0 : next_ + 1;
    } else {
      recent_.push_back(s);
    }
    return evidence;
  }

 private:
  static constexpr std::size_t window = 5000, warm_up = 100;

  double of(double s, std::size_t below) const {
    const std::size_t n = sorted_.size();
    if (n < warm_up) return 0.0;
    const double rows = static_cast<double>(n) + 1.0;
    const std::size_t tail = n / 10;
    double log_p = math::log((static_cast<double>(n - below) + 0.5) / rows);
    if (n - below <= tail) {
      const double from = sorted_.from_top(tail);
      double excess = 0.0;
      sorted_.largest(tail, [&](const double* y, std::size_t count) {
        double sum = 0.0;
        for (std::size_t i = 0; i < count; ++i) sum += y[i] - from;
        excess += sum;
      });
      const double k = static_cast<double>(tail);
      // excess is 0 where the tenth are all equal: then ranks are all there is
      if (excess > 1e-9 * k) log_p = math::log(k / rows) - k * math::log(1.0 + (s - from) / excess);
    }
    return std::clamp(log_p * -0x1.bcb7b1526e50ep-2, 0.0, 12.0);  // / ln 10
  }

  detail::sorted_blocks sorted_;
  std::vector<double> recent_;  // a ring, the oldest at next_ once it is full
  std::size_t next_ = 0;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
