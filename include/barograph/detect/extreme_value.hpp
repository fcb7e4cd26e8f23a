// extreme_value: how likely a value beyond all usual ones is, from the law that all tails near.
//
// Above a high quantile u, what exceeds it is fitted by a generalised Pareto distribution (Pickands, Balkema
// and de Haan): P(X > x) = n_u / n (1 + shape (x - u) / scale)^(-1 / shape). The limit for a probability q
// follows (Siffer, Fouque, Termier and Largouet, "Anomaly detection in streams with extreme value theory",
// KDD 2017: POT for a batch; SPOT for a stream, whose limit learns from all values but those beyond it). The
// likelihood is maximised by Grimshaw's reduction to one variable ("Computing maximum likelihood estimates
// for the generalized Pareto distribution", Technometrics 35, 1993), searched on a grid and then refined.
//
// Limits hold for a value to come, of which few known ones tell little: it exceeds the k-th of n with chance
// k / (n + 1), and of a tail whose scale m values tell, its excess has a shape larger by 1 / m (exact for an
// exponential one: Likes, "Prediction of s-th ordered observation for the two-parameter exponential
// distribution", Technometrics 16, 1974); the shape that is told as well takes about as much again.
//
// Law: ordered, bounded. No merge: which values a limit kept out depends on their order. Values must not
// drift: DSPOT is this on what a baseline leaves (x - expected).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
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
  const auto at = [&](double theta) {
    double shape = 0;
    for (std::size_t i = 0; i < excesses.size(); ++i) shape += math::log(1 + theta * excesses[i]);
    shape /= n;
    shape = std::min(1.0, std::max(-0.5, shape));
    return shape;
  };
  const auto likelihood = [&](double theta) {
    if (std::fabs(theta * mean) < 1e-7) return -n * (math::log(mean) + 1);
    const double shape = at(theta);
    const double scale = shape / theta;
    if (!(scale > 0)) return -HUGE_VAL;
    double sum = 0;
    for (std::size_t i = 0; i < excesses.size(); ++i) sum += math::log(1 + theta * excesses[i]);
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
  for (int i = 0; i < 60 && high - low > 1e-9 * std::fabs(best); ++i) {
    const double a = high - golden * (high - low);
    const double b = low + golden * (high - low);
    (likelihood(a) < likelihood(b) ? low : high) = likelihood(a) < likelihood(b) ? a : b;
  }
  const double theta = (low + high) / 2;
  const double shape = at(theta);
  if (std::fabs(theta * mean) < 1e-7 || !(shape / theta > 0)) return {0, mean};
  return {shape, shape / theta};
}

/// The upper tail of values: exact counts below a high quantile, Pareto's law with a shape from 0 above it.
class extreme_value {
 public:
  /// @param values  what is normal; NaN is missing, at least 20 finite values
  /// @param level   above which quantile the law is fitted; 0.5 <= level < 1
  extreme_value(span<const double> values, double level = 0.98) {
    if (!(level >= 0.5 && level < 1))
      raise<invalid_argument>("level: " + decimal(level) + " given, expected 0.5 to below 1");
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::fabs(values[i]) <= 1e300) sorted_.push_back(values[i]);
    if (sorted_.size() < 20)
      raise<invalid_argument>("values: " + std::to_string(sorted_.size()) +
                              " finite values given, expected at least 20");
    std::sort(sorted_.begin(), sorted_.end());
    // At least ten values carry the fit.
    const std::size_t n = sorted_.size();
    const auto above =
        std::max<std::size_t>(std::min<std::size_t>(10, n / 2),
                              static_cast<std::size_t>((1 - level) * static_cast<double>(n) + 0.5));
    threshold_ = sorted_[n - 1 - above];
    count_ = n;
    excesses_.clear();
    for (std::size_t i = n - above; i < n; ++i) excesses_.push_back(sorted_[i] - threshold_);
    fit();
  }

  /// log P(X > x) for a normal value: by rank below the threshold, by the law above it.
  double log_tail(double x) const noexcept {
    if (x != x) return x;
    if (x > threshold_) return math::log(beyond_share()) + tail_.log_tail(x - threshold_);
    const auto from = std::lower_bound(sorted_.begin(), sorted_.end(), x);
    const auto n = static_cast<double>(sorted_.size());
    return math::log((static_cast<double>(sorted_.end() - from) + 1) / (n + 1));
  }

  /// What a normal value passes with probability q; below the threshold a quantile.
  double limit(double q) const {
    if (!(q > 0 && q < 1)) raise<invalid_argument>("q: " + decimal(q) + " given, expected 0 < q < 1");
    const double beyond = beyond_share();
    if (q < beyond) return threshold_ + tail_.excess(math::log(q / beyond));
    const auto n = static_cast<double>(sorted_.size());
    const double from_top = std::min(n, std::max(1.0, std::floor(q * (n + 1))));
    return sorted_[sorted_.size() - static_cast<std::size_t>(from_top)];
  }

  /// A value of a stream (SPOT): it is learnt from unless it is beyond limit(q), an alarm. The law is fitted
  /// anew after each tenth part of new excesses. Gives log P(X > x) before it is learnt.
  double update(double x, double q) {
    const double p = log_tail(x);
    if (q != limit_q_) {
      limit_now_ = limit(q);
      limit_q_ = q;
    }
    if (!(x <= limit_now_)) return p;
    ++count_;
    if (x > threshold_) {
      excesses_.push_back(x - threshold_);
      if (++fresh_ * 10 >= excesses_.size()) {
        fit();
        fresh_ = 0;
        limit_q_ = 0;
      }
    }
    return p;
  }

  std::uint64_t count() const noexcept { return count_; }
  std::size_t beyond() const noexcept { return excesses_.size(); }
  double threshold() const noexcept { return threshold_; }  ///< u
  /// Of the excess of a value to come: its shape is larger than the one fitted.
  const pareto_tail& tail() const noexcept { return tail_; }

 private:
  /// How likely the next value is to exceed the threshold.
  double beyond_share() const noexcept {
    return static_cast<double>(excesses_.size() + 1) / static_cast<double>(count_ + 1);
  }

  /// A tail is never taken to end: a few hundred values often look as if theirs did, and what is a little
  /// beyond would count as impossible. At shape 0 the likelihood is largest for the mean as scale.
  void fit() {
    const auto m = static_cast<double>(excesses_.size());
    tail_ = fit_pareto_tail(span<const double>(excesses_));
    if (tail_.shape < 0) {
      double mean = 0;
      for (const double y : excesses_) mean += y / m;
      tail_ = {0, mean};
    }
    if (tail_.scale > 0) tail_.shape = std::min(1.0, tail_.shape + 2 / m);
  }

  std::vector<double> sorted_;
  double threshold_ = 0;
  std::uint64_t count_ = 0;
  std::vector<double> excesses_;
  std::size_t fresh_ = 0;
  double limit_q_ = 0;  // of what limit_now_ is the limit; 0: of nothing
  double limit_now_ = 0;
  pareto_tail tail_;
};

BAROGRAPH_NAMESPACE_END
