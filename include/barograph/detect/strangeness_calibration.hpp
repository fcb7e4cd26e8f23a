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

#include "../core/math.hpp"
#include "detail/sorted_window.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class strangeness_calibration {
 public:
  /// -log10 of the chance of s or more by the values before it; then s is one of them. NaN, which differences
  /// of the largest doubles may give, says nothing.
  double push(double s) {
    if (s != s) return 0.0;
    s = std::clamp(s, -largest, largest);
    const detail::sorted_blocks::place at = recent_.sorted().find(s);
    const double evidence = of(s, at.below);
    recent_.push(s, at);
    return evidence;
  }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const { recent_.write(w); }
  void read(byte_reader& r) { recent_.read(r); }

 private:
  static constexpr std::size_t window = 5000, warm_up = 100;
  static constexpr double largest = 1e300;

  double of(double s, std::size_t below) const {
    const detail::sorted_blocks& sorted = recent_.sorted();
    const std::size_t n = sorted.size();
    if (n < warm_up) return 0.0;
    const double rows = static_cast<double>(n) + 1.0;
    const std::size_t tail = n / 10;
    double log_p = math::log((static_cast<double>(n - below) + 0.5) / rows);
    if (n - below <= tail) {
      const double from = sorted.from_top(tail);
      double excess = 0.0;
      sorted.largest(tail, [&](const double* y, std::size_t count) {
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

  detail::sorted_window recent_{window};
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
