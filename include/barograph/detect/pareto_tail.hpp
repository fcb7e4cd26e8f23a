// pareto_tail: generalised Pareto distributions of what exceeds a threshold: the one of largest likelihood,
// and what all that may be say of an excess to come.
//
// P(excess > y) = (1 + shape y / scale)^(-1 / shape), which all tails near above a high threshold (Pickands,
// Balkema and de Haan). The likelihood is maximised by Grimshaw's reduction to one variable ("Computing
// maximum likelihood estimates for the generalized Pareto distribution", Technometrics 35, 1993), searched on
// a grid and then refined. Few excesses fit many shapes, and far out these differ by orders of magnitude: so
// an excess to come is judged by the mean of their tails, each weighed by its likelihood (a Bayesian
// prediction: Geisser, "Predictive Inference", 1993). Class F.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// A generalised Pareto distribution of what exceeds a threshold.
struct pareto_tail {
  double shape = 0;
  double scale = 0;

  /// log P(excess > y).
  double log_tail(double y) const noexcept {
    if (!(y > 0)) return y != y ? y : 0.0;
    if (!(scale > 0)) return -1000 - std::min(y, 1e300);  // nothing ever went beyond
    const double t = shape * y / scale;
    if (std::fabs(t) < 1e-8) return -y / scale * (1 - t / 2);
    const double inside = 1 + t;
    // Beyond the end of a bounded tail nothing is likely, and still more is less likely.
    return inside > 1e-300 ? std::max(-math::log(inside) / shape, -1000 - y / scale) : -1000 - y / scale;
  }

  /// The excess with that log P.
  double excess(double log_p) const noexcept {
    const double t = -shape * log_p;
    if (std::fabs(t) < 1e-8) return -scale * log_p * (1 + t / 2);
    return scale / shape * (math::exp(t) - 1);
  }
};

/// The tail of largest likelihood for positive excesses. Shapes are kept in [-0.5, 1]: below, likelihood has
/// no maximum; above, a tail has no mean, and a few values would forgive everything.
inline pareto_tail fit_pareto_tail(span<const double> excesses) {
  const auto n = static_cast<double>(excesses.size());
  double mean = 0;
  double largest = 0;
  for (std::size_t i = 0; i < excesses.size(); ++i) {
    if (!(excesses[i] >= 0 && excesses[i] <= 1e300))
      raise<invalid_argument>("excesses: " + decimal(excesses[i]) + " given, expected finite numbers from 0");
    mean += (excesses[i] - mean) / static_cast<double>(i + 1);
    largest = std::max(largest, excesses[i]);
  }
  if (excesses.empty() || !(mean > 0)) return {};
  // With theta = shape / scale the best shape is the mean of log(1 + theta y), and the likelihood is a
  // function of theta alone.
  const auto sum_of_logs = [&](double theta) {
    double sum = 0;
    for (std::size_t i = 0; i < excesses.size(); ++i) sum += math::log(1 + theta * excesses[i]);
    return sum;
  };
  const auto shape_of = [&](double sum) { return std::min(1.0, std::max(-0.5, sum / n)); };
  const auto likelihood = [&](double theta) {
    check_interrupt();
    if (std::fabs(theta * mean) < 1e-7) return -n * (math::log(mean) + 1);
    const double sum = sum_of_logs(theta);
    const double shape = shape_of(sum);
    const double scale = shape / theta;
    if (!(scale > 0)) return -HUGE_VAL;
    return -n * math::log(scale) - (1 + 1 / shape) * sum;
  };
  double best = 0;
  double most = likelihood(0);
  double width = 0;
  const auto consider = [&](double theta, double around) {
    const double l = likelihood(theta);
    if (l > most) {
      most = l;
      best = theta;
      width = around;
    }
  };
  for (int i = 1; i < 20; ++i) consider(-(1 - 1e-6) / largest * i / 20, 1 / largest / 20);
  for (double theta = 1e-3 / mean; theta < 1e4 / mean; theta *= 1.5) consider(theta, theta / 2);
  if (best == 0) return {0, mean};
  double low = best - width;
  double high = best + width;
  if (best < 0) low = std::max(low, -(1 - 1e-9) / largest);
  constexpr double golden = 0.6180339887498949;
  double a = high - golden * (high - low);
  double b = low + golden * (high - low);
  double at_a = likelihood(a);
  double at_b = likelihood(b);
  for (int i = 0; i < 60 && high - low > 1e-9 * std::fabs(best); ++i) {  // one of the two stays each time
    if (at_a < at_b) {
      low = a;
      a = b;
      at_a = at_b;
      b = low + golden * (high - low);
      at_b = likelihood(b);
    } else {
      high = b;
      b = a;
      at_b = at_a;
      a = high - golden * (high - low);
      at_a = likelihood(a);
    }
  }
  const double theta = (low + high) / 2;
  const double shape = shape_of(sum_of_logs(theta));
  if (std::fabs(theta * mean) < 1e-7 || !(shape / theta > 0)) return {0, mean};
  return {shape, shape / theta};
}

/// How likely an excess to come is, by those seen: over shapes from 0, for a tail is never taken to end (a
/// few hundred values often look as if theirs did), to 3/2, which has no mean; over all scales.
///
/// Of fewer than 50 excesses heavy tails are believed less, by exp(-3 shape) of none: else nothing that is to
/// come could be told from few values.
class predictive_tail {
 public:
  predictive_tail() = default;
  explicit predictive_tail(span<const double> excesses) : best_(fit_pareto_tail(excesses)) {
    if (!(best_.scale > 0)) return;
    const auto m = static_cast<double>(excesses.size());
    if (best_.shape < 0) {  // at shape 0 the likelihood is largest for the mean as scale
      double mean = 0;
      for (std::size_t i = 0; i < excesses.size(); ++i) mean += excesses[i] / m;
      best_ = {0, mean};
    }
    // a grid about the best: of the shape some standard errors, of the scale some of what it leaves open
    const double error = (1 + best_.shape) / std::sqrt(m);
    const double low = std::max(0.0, best_.shape - 4 * error);
    const double high = std::min(heaviest, best_.shape + 5 * error);
    const double doubt = 3 * std::max(0.0, 1 - m / 50);
    const double width = 4 * std::sqrt((1 + 2 * best_.shape) / m);
    double most = -HUGE_VAL;
    for (int i = 0; i < shapes; ++i) {
      check_interrupt();
      const double shape = low + (high - low) * i / (shapes - 1);
      const double middle = math::log(best_.scale) - (shape - best_.shape) / (1 + best_.shape);
      for (int k = -scales; k <= scales; ++k) {
        const double log_scale = middle + width * k / scales;
        const pareto_tail t{shape, math::exp(log_scale)};
        double sum = -m * log_scale - doubt * shape;
        for (std::size_t j = 0; j < excesses.size(); ++j) sum += (1 + shape) * t.log_tail(excesses[j]);
        may_be_.push_back({t, sum});
        most = std::max(most, sum);
      }
    }
    double all = 0;
    for (weighed& w : may_be_) all += w.weight = math::exp(w.weight - most);
    for (weighed& w : may_be_) w.weight /= all;
    // what is next to impossible costs time and tells nothing
    may_be_.erase(
        std::remove_if(may_be_.begin(), may_be_.end(), [](const weighed& w) { return w.weight < 1e-8; }),
        may_be_.end());
  }

  /// log P(excess > y).
  double log_tail(double y) const noexcept {
    if (may_be_.empty() || !(y > 0)) return best_.log_tail(y);
    double sum = 0;
    for (const weighed& w : may_be_) sum += w.weight * math::exp(w.tail.log_tail(y));
    if (sum > 1e-280) return math::log(sum);
    double most = -HUGE_VAL;  // less than doubles can hold
    for (const weighed& w : may_be_) most = std::max(most, math::log(w.weight) + w.tail.log_tail(y));
    return most;
  }

  /// The excess with that log P, 0 or less.
  double excess(double log_p) const noexcept {
    if (may_be_.empty() || !(log_p < 0)) return best_.excess(log_p);
    // false position in log P; an end that stays is drawn in by halves (Illinois)
    double low = 0, at_low = -log_p, high = best_.scale, at_high = log_tail(high) - log_p;
    while (at_high > 0 && high < 1e300) {
      low = high;
      at_low = at_high;
      high *= 2;
      at_high = log_tail(high) - log_p;
    }
    for (int i = 0, side = 0; i < 100 && high - low > 1e-12 * high; ++i) {
      const double y = low + (high - low) * std::clamp(at_low / (at_low - at_high), 1e-3, 1 - 1e-3);
      const double at = log_tail(y) - log_p;
      if (at > 0) {
        low = y;
        at_low = at;
        if (side == 1) at_high /= 2;
        side = 1;
      } else {
        high = y;
        at_high = at;
        if (side == -1) at_low /= 2;
        side = -1;
      }
    }
    return high;
  }

  /// The one of largest likelihood, of those whose shape is not below 0.
  const pareto_tail& best() const noexcept { return best_; }

 private:
  struct weighed {
    pareto_tail tail;
    double weight;
  };
  static constexpr double heaviest = 1.5;
  static constexpr int shapes = 13, scales = 8;

  pareto_tail best_;
  std::vector<weighed> may_be_;
};

BAROGRAPH_NAMESPACE_END
