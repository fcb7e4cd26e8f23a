// strangeness_calibration: what a strangeness is worth as evidence: the chance of so much where all is well.
//
// By the last 5,000: the conformal rank below their largest tenth; above, an exponential tail with the mean
// excess of that tenth, as a predictive probability, (1 + excess / (k mean))^-k, which owns up to having seen
// k excesses only. So evidence is not bounded by how long one has looked, as ranks are. -log10 p, 0 to 12;
// the first 100 give 0. The predictive form: Geisser, "Predictive Inference" (1993). The tail of a distance,
// given as its logarithm, may be heavy: it is a generalised Pareto's, by the moments of the logarithms
// (Dekkers, Einmahl and de Haan, Annals of Statistics 17, 1989), as heavy as one standard error allows. Class
// F; O(sqrt n) a value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "../core/math.hpp"
#include "detail/sorted_window.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class strangeness_calibration {
 public:
  enum class kind { strangeness, log_distance };

  explicit strangeness_calibration(kind of = kind::strangeness) noexcept : kind_(of) {}

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
      double excess = 0.0, squares = 0.0;
      sorted.largest(tail, [&](const double* y, std::size_t count) {
        double sum = 0.0, sum_of_squares = 0.0;
        for (std::size_t i = 0; i < count; ++i) {
          const double beyond = y[i] - from;
          sum += beyond;
          sum_of_squares += beyond * beyond;
        }
        excess += sum;
        squares += sum_of_squares;
      });
      const double k = static_cast<double>(tail);
      // excess is 0 where the tenth are all equal: then ranks are all there is; where most are, no shape is
      // told
      if (excess > 1e-9 * k)
        log_p = math::log(k / rows) + (kind_ == kind::strangeness || from == sorted.from_top(n / 2)
                                           ? -k * math::log(1.0 + (s - from) / excess)
                                           : log_of_distance(s - from, excess / k, squares / k, k));
    }
    return std::clamp(log_p * -0x1.bcb7b1526e50ep-2, 0.0, 12.0);  // / ln 10
  }

  /// log of the chance that a distance goes beyond by so much on the scale of logarithms, of which k did, by
  /// `mean` and mean `square`.
  static double log_of_distance(double beyond, double mean, double square, double k) {
    const double light = 1.0 - 0.5 / std::max(1.0 - mean * mean / square, 1e-3);
    const double scale = mean * (1.0 - std::min(light, 0.0));
    const double heavy = mean + light;
    const double shape = std::max(heavy + std::sqrt((1.0 + heavy * heavy) / k), 1.0 / k);
    return -math::log(1.0 + shape * (math::exp(std::min(beyond, 600.0)) - 1.0) / scale) / shape;
  }

  kind kind_;
  detail::sorted_window recent_{window};
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
