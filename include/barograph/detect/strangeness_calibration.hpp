// strangeness_calibration: what a strangeness is worth as evidence: the chance of so much where all is well.
//
// By the last 5,000: the conformal rank below their largest tenth; above, an exponential tail with the mean
// excess of that tenth, as a predictive probability, (1 + excess / (k mean))^-k, which owns up to having seen
// k excesses only. So evidence is not bounded by how long one has looked, as ranks are. -log10 p, 0 to 12;
// the first 100 give 0. The predictive form: Geisser, "Predictive Inference" (1993). The tail of a distance,
// given as its logarithm, may be heavy: it is a generalised Pareto's, by the moments of the logarithms
// (Dekkers, Einmahl and de Haan, Annals of Statistics 17, 1989), as heavy as one standard error allows.
// Of means of tail probabilities the tail is known before any is seen, near enough to be worth 1,000 of them:
// so as much is worth about the same early and late, and rows keep their order. A mean stranger than one in a
// thousand is learnt as if it were one in a thousand, lest one incident hide the next. Class F; O(sqrt n) a
// value.
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
  enum class kind {
    strangeness,    ///< on a scale of its own, learnt as it is
    mean_of_tails,  ///< of many -log10 p
    log_distance
  };

  explicit strangeness_calibration(kind of = kind::strangeness) noexcept : kind_(of) {}

  /// -log10 of the chance of s or more by the values before it; then s is one of them. NaN, which differences
  /// of the largest doubles may give, says nothing.
  double push(double s) {
    if (s != s) return 0.0;
    s = std::clamp(s, -largest, largest);
    detail::sorted_blocks::place at = recent_.sorted().find(s);
    const std::size_t n = recent_.sorted().size();
    double evidence = 0.0;
    if (n >= (kind_ == kind::mean_of_tails ? 50 : 100)) {
      const tail_fit tail = fit(n);
      evidence = std::clamp(of(s, at.below, tail) * -0x1.bcb7b1526e50ep-2, 0.0, 12.0);  // / ln 10
      if (kind_ == kind::mean_of_tails && evidence > 3.0) {
        s = tail.from + tail.excess * (math::exp(0x1.26bb1bbb55516p+2 / tail.k) - 1.0);  // ln 100
        at = recent_.sorted().find(s);
      }
    }
    recent_.push(s, at);
    return evidence;
  }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const { recent_.write(w); }
  void read(byte_reader& r) { recent_.read(r); }

 private:
  static constexpr std::size_t window = 5000;
  static constexpr double largest = 1e300;

  /// The largest tenth: where it begins, and the law of what is beyond.
  struct tail_fit {
    std::size_t rows;  ///< 0: there is none, ranks are all that is known
    double from, log_share;
    double k, excess;     ///< so many excesses, and their sum
    double shape, scale;  ///< of a Pareto's; a shape of 0 is none

    double log_chance(double s) const {
      const double beyond = s - from;
      if (shape == 0.0) return log_share - k * math::log(1.0 + beyond / excess);
      return log_share - math::log(1.0 + shape * (math::exp(std::min(beyond, 600.0)) - 1.0) / scale) / shape;
    }
  };

  tail_fit fit(std::size_t n) const {
    const detail::sorted_blocks& sorted = recent_.sorted();
    tail_fit t{n / 10, sorted.from_top(n / 10), 0.0, static_cast<double>(n / 10), 0.0, 0.0, 0.0};
    double squares = 0.0;
    sorted.largest(t.rows, [&](const double* y, std::size_t count) {
      double sum = 0.0, sum_of_squares = 0.0;
      for (std::size_t i = 0; i < count; ++i) {
        const double beyond = y[i] - t.from;
        sum += beyond;
        sum_of_squares += beyond * beyond;
      }
      t.excess += sum;
      squares += sum_of_squares;
    });
    const double rows = static_cast<double>(n);
    if (kind_ == kind::mean_of_tails) {
      // a tenth exceeds about 0.7, by 0.2 to 0.35 on average, whatever the series: the higher figure errs
      // least
      t.from = (rows * t.from + 1000 * 0.7) / (rows + 1000);
      t.k += 100;
      t.excess += 100 * 0.3;
      t.log_share = -0x1.26bb1bbb55516p+1;  // ln 1/10
      return t;
    }
    t.log_share = math::log(t.k / (rows + 1.0));
    // where the tenth are all equal ranks are all there is; where most are, no shape is told
    if (!(t.excess > 1e-9 * t.k)) t.rows = 0;
    if (kind_ == kind::log_distance && t.rows != 0 && t.from != sorted.from_top(n / 2)) {
      const double mean = t.excess / t.k, square = squares / t.k;
      const double light = 1.0 - 0.5 / std::max(1.0 - mean * mean / square, 1e-3);
      t.scale = mean * (1.0 - std::min(light, 0.0));
      const double heavy = mean + light;
      t.shape = std::max(heavy + std::sqrt((1.0 + heavy * heavy) / t.k), 1.0 / t.k);
    }
    return t;
  }

  /// The logarithm of the chance of s, which is above so many.
  double of(double s, std::size_t below, const tail_fit& tail) const {
    if (kind_ == kind::mean_of_tails) {
      if (s > tail.from) return tail.log_chance(s);
      const double part = std::max(s, 0.0) / tail.from;
      return tail.log_share * part * std::sqrt(part);  // close to their law below, and as steady as it
    }
    const std::size_t n = recent_.sorted().size();
    if (tail.rows != 0 && n - below <= tail.rows) return tail.log_chance(s);
    return math::log((static_cast<double>(n - below) + 0.5) / (static_cast<double>(n) + 1.0));
  }

  kind kind_;
  detail::sorted_window recent_{window};
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
