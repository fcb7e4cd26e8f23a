// strangeness_calibration: what a strangeness is worth as evidence: the chance of so much where all is well.
//
// By the last 5,000: the conformal rank below their largest tenth; above, an exponential tail with the mean
// excess of that tenth, as a predictive probability, (1 + excess / (k mean))^-k, which owns up to having seen
// k excesses only. So evidence is not bounded by how long one has looked, as ranks are. -log10 p, 0 to 12;
// the first 100 (50 of means) give 0. The predictive form: Geisser, "Predictive Inference" (1993). The tail
// of a distance, given as its logarithm, may be heavy: it is a generalised Pareto's, by the moments of the
// logarithms (Dekkers, Einmahl and de Haan, Annals of Statistics 17, 1989), as heavy as one standard error
// allows. Of means of tail probabilities the tail is known before any is seen, near enough to be worth 1,000
// of them: so as much is worth about the same early and late, and rows keep their order. A mean stranger than
// one in a thousand is learnt as if it were one in a thousand, lest one incident hide the next. Class F;
// O(sqrt n) a value.
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
    double log_chance = 0.0;
    if (kind_ == kind::mean_of_tails) {
      const double given = s;
      log_chance = of_mean(s);
      if (s != given) at = recent_.sorted().find(s);
    } else {
      log_chance = of_any(s, at.below);
    }
    recent_.push(s, at);
    return std::clamp(log_chance * -0x1.bcb7b1526e50ep-2, 0.0, 12.0);  // / ln 10
  }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const { recent_.write(w); }
  void read(byte_reader& r) { recent_.read(r); }

 private:
  static constexpr std::size_t window = 5000;
  static constexpr double largest = 1e300;

  /// What is beyond the begin of the largest k.
  struct excesses {
    double sum = 0.0, squares = 0.0;
  };
  excesses of_largest(std::size_t k, double from) const {
    excesses all;
    recent_.sorted().largest(k, [&](const double* y, std::size_t count) {
      excesses some;
      for (std::size_t i = 0; i < count; ++i) {
        const double excess = y[i] - from;
        some.sum += excess;
        some.squares += excess * excess;
      }
      all.sum += some.sum;
      all.squares += some.squares;
    });
    return all;
  }

  /// The logarithm of the chance of a mean of tails, which is drawn in where it is stranger than one in a
  /// thousand. A tenth exceeds about 0.7, by 0.15 to 0.35 on average, whatever the series.
  double of_mean(double& s) const {
    constexpr double ln_10 = 0x1.26bb1bbb55516p+1, ln_100 = 0x1.26bb1bbb55516p+2;
    const std::size_t n = recent_.sorted().size(), tail = n / 10;
    if (n < 50) return 0.0;
    const double own = recent_.sorted().from_top(tail), rows = static_cast<double>(n);
    const double from = (rows * own + 1000 * 0.7) / (rows + 1000);
    if (s <= from) {  // close to their law, and as steady as it
      const double part = std::max(s, 0.0) / from;
      return -ln_10 * part * std::sqrt(part);
    }
    const double k = static_cast<double>(tail) + 100, sum = of_largest(tail, own).sum + 100 * 0.3;
    const double log_chance = -ln_10 - k * math::log(1.0 + (s - from) / sum);
    s = std::min(s, from + sum * (math::exp(ln_100 / k) - 1.0));
    return log_chance;
  }

  /// The same of any strangeness, which is above so many.
  double of_any(double s, std::size_t below) const {
    const detail::sorted_blocks& sorted = recent_.sorted();
    const std::size_t n = sorted.size(), tail = n / 10;
    if (n < 100) return 0.0;
    const double rows = static_cast<double>(n) + 1.0, k = static_cast<double>(tail);
    if (n - below <= tail) {
      const double from = sorted.from_top(tail);
      const excesses of = of_largest(tail, from);
      // the sum is 0 where the tenth are all equal: then ranks are all there is; where most are, no shape is
      // told
      if (of.sum > 1e-9 * k)
        return math::log(k / rows) + (kind_ == kind::strangeness || from == sorted.from_top(n / 2)
                                          ? -k * math::log(1.0 + (s - from) / of.sum)
                                          : log_of_distance(s - from, of.sum / k, of.squares / k, k));
    }
    return math::log((static_cast<double>(n - below) + 0.5) / rows);
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
