// extreme_value: how likely a value beyond all usual ones is, from the law that all tails near.
//
// Above a high quantile u, what exceeds it follows a generalised Pareto law (pareto_tail.hpp): P(X >= x) is
// the share of values above u times that of the excess. The limit for a probability q follows (Siffer,
// Fouque, Termier and Largouet, "Anomaly detection in streams with extreme value theory", KDD 2017: POT for a
// batch; SPOT for a stream, whose limit learns from all values but those beyond it, of which it learns from
// no more than are normal). Limits hold for a value to come: it exceeds the k-th of n with chance k / (n +
// 1), and its excess is judged by all laws that those seen allow.
//
// Counts, and what is rounded, have equal values. Each then stands for its cell, as wide as two different
// values are apart at least: the law is fitted to values spread over their cells, u is an edge between two,
// and P(X >= x) is that of the lower edge of x's.
//
// Where fewer than some 1 in 100 values differ from all the rest, the excesses are too few for their law, and
// normal values pass limits more often than q says: 3 to 8 times for 500 to 1,000 counts of Poisson's law
// with mean .002, 8 to 15 times for zeros with .3 % of exponential values, at q = 1e-4. Where all values are
// equal any other one is beyond the limit.
//
// Law: ordered, bounded. No merge: which values a limit kept out depends on their order. Values must not
// drift: DSPOT is this on what a baseline leaves (x - expected).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"
#include "pareto_tail.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// The upper tail of values: exact counts below a high quantile, Pareto's law with a shape from 0 above it.
class extreme_value {
 public:
  /// @param values  what is normal, at least 20 from -1e300 to 1e300; others and NaN are missing
  /// @param level   above which quantile the law is fitted; 0.5 <= level < 1. Of few values lower: at least a
  ///                tenth of them, up to 50, and at least ten carry the fit.
  extreme_value(span<const double> values, double level = 0.98) {
    if (!(level >= 0.5 && level < 1))
      raise<invalid_argument>("level: " + decimal(level) + " given, expected 0.5 to below 1");
    for (std::size_t i = 0; i < values.size(); ++i)
      if (std::fabs(values[i]) <= 1e300) sorted_.push_back(values[i]);
    if (sorted_.size() < 20)
      raise<invalid_argument>("values: " + std::to_string(sorted_.size()) +
                              " from -1e300 to 1e300 given, expected at least 20");
    std::sort(sorted_.begin(), sorted_.end());
    const std::size_t n = sorted_.size();
    const std::size_t least = std::min<std::size_t>(10, n / 2);
    const std::size_t above =
        std::max({least, std::min<std::size_t>(50, n / 10),
                  static_cast<std::size_t>((1 - level) * static_cast<double>(n) + 0.5)});
    // as many are above it, or fewer where others equal it, unless too few are
    auto first = std::upper_bound(sorted_.begin(), sorted_.end(), sorted_[n - 1 - above]);
    while (static_cast<std::size_t>(sorted_.end() - first) < least) {
      const auto equal = std::lower_bound(sorted_.begin(), first, *(first - 1));
      if (equal == sorted_.begin()) break;
      first = equal;
    }
    threshold_ = *(first - 1);
    count_ = n;
    cell_ = cell_of(first - 1);
    for (; first != sorted_.end(); ++first) learn_excess(*first);
    tail_ = predictive_tail(span<const double>(excesses_));
  }

  /// log P(X >= x) for a normal value: by rank up to the threshold, by the law above it.
  double log_tail(double x) const noexcept {
    if (x != x) return x;
    if (x > threshold_)
      return math::log(beyond_share()) + tail_.log_tail(std::max(0.0, x - threshold_ - cell_));
    const auto from = std::lower_bound(sorted_.begin(), sorted_.end(), x);
    const auto n = static_cast<double>(sorted_.size());
    return math::log((static_cast<double>(sorted_.end() - from) + 1) / (n + 1));
  }

  /// What a normal value reaches with probability q; up to the threshold a quantile.
  double limit(double q) const {
    if (!(q > 0 && q < 1)) raise<invalid_argument>("q: " + decimal(q) + " given, expected 0 < q < 1");
    const double beyond = beyond_share();
    if (q < beyond) return threshold_ + cell_ + tail_.excess(math::log(q / beyond));
    const auto n = static_cast<double>(sorted_.size());
    const double from_top = std::min(n, std::max(1.0, std::floor(q * (n + 1))));
    return sorted_[sorted_.size() - static_cast<std::size_t>(from_top)];
  }

  /// A value of a stream (SPOT): it is learnt from unless it is beyond limit(q), an alarm. Of normal values,
  /// too, a share q is beyond: without them the tail would grow lighter and the alarms more and more. So as
  /// many alarms as that are learnt, as far out as limit(q / 10) at most. The law is fitted anew after each
  /// tenth part of new excesses. Gives log P(X >= x) before it is learnt.
  double update(double x, double q) {
    const double p = log_tail(x);
    if (!(std::fabs(x) <= 1e300)) return p;  // missing, as for the first values
    if (q != limit_q_) {
      limit_now_ = limit(q);
      farthest_now_ = limit(std::max(q / 10, std::min(q, 1e-300)));
      limit_q_ = q;
    }
    ++streamed_;
    if (x > limit_now_) {
      if (static_cast<double>(alarms_learnt_ + 1) > q * static_cast<double>(streamed_)) return p;
      ++alarms_learnt_;
      x = std::min(x, farthest_now_);
    }
    ++count_;
    if (x > threshold_) {
      learn_excess(x);
      if (++fresh_ * 10 >= excesses_.size()) {
        tail_ = predictive_tail(span<const double>(excesses_));
        fresh_ = 0;
        limit_q_ = 0;
      }
    }
    return p;
  }

  std::uint64_t count() const noexcept { return count_; }
  std::size_t beyond() const noexcept { return excesses_.size(); }
  double threshold() const noexcept { return threshold_; }  ///< u
  /// The law of largest likelihood; limits are those of all that may be.
  const pareto_tail& tail() const noexcept { return tail_.best(); }

 private:
  /// How likely the next value is to exceed the threshold.
  double beyond_share() const noexcept {
    return static_cast<double>(excesses_.size() + 1) / static_cast<double>(count_ + 1);
  }

  /// The least distance of two values from there on, if any are equal; 0 if none are.
  double cell_of(std::vector<double>::const_iterator from) const noexcept {
    bool equal = from != sorted_.begin() && *(from - 1) == *from;
    double least = HUGE_VAL;
    for (auto next = from + 1; next < sorted_.end(); ++next) {
      const double apart = *next - *(next - 1);
      equal |= apart == 0;
      if (apart > 0) least = std::min(least, apart);
    }
    return equal && least < HUGE_VAL ? least : 0.0;
  }

  /// One more excess, at a place in its cell that is another each time: multiples of the golden ratio.
  void learn_excess(double x) {
    const double turn = static_cast<double>(excesses_.size()) * 0.6180339887498949;
    const double place = cell_ > 0 ? cell_ * (turn - std::floor(turn)) - cell_ : 0.0;
    excesses_.push_back(std::max(0.0, x - threshold_ + place));
  }

  std::vector<double> sorted_;
  double threshold_ = 0;
  double cell_ = 0;  // how wide those of equal values are
  std::uint64_t count_ = 0;
  std::vector<double> excesses_;  // of the lower edges of cells
  std::size_t fresh_ = 0;
  double limit_q_ = 0;  // of what limit_now_ is the limit; 0: of nothing
  double limit_now_ = 0;
  double farthest_now_ = 0;     // of an alarm that is learnt
  std::uint64_t streamed_ = 0;  // values that update has seen
  std::uint64_t alarms_learnt_ = 0;
  predictive_tail tail_;
};

BAROGRAPH_NAMESPACE_END
