// shaped_tail: how far a tail goes of which few values are known and not the shape.
//
// A generalised Pareto's of shape 0 to 3/2 beyond the quantile .85 or the 400 largest values; where most
// values are one, as of flags and rare counts, of all beyond the median, from three on. A share of these, the
// largest, may be what is looked for, so only that they are so large is used (a censored likelihood). Few
// values fit many tails: what is to come is judged by the mean of all of them, each weighed by its likelihood
// (Geisser, "Predictive Inference", 1993) and by how usual such a shape is, which other tails of the same
// table tell (empirical Bayes: Efron and Morris, JASA 68, 1973). Class F.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../config.hpp"
#include "../../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// The shapes a tail may have, and of each how likely it makes what was seen, or how usual it is.
inline constexpr std::array<double, 10> tail_shapes{0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.1, 1.5};
using shape_likelihood = std::array<double, tail_shapes.size()>;

/// How usual each shape is among tails: what makes all of them likeliest, and beforehand as much as two
/// tails' worth of light ones.
inline shape_likelihood usual_shapes(const std::vector<shape_likelihood>& told = {}) {
  constexpr std::size_t m = tail_shapes.size();
  constexpr double worth = 2.0;
  shape_likelihood before{}, usual{};
  double all = 0.0;
  for (std::size_t s = 0; s < m; ++s) {  // by what stretch of shapes each stands for
    const double width = (tail_shapes[std::min(s + 1, m - 1)] - tail_shapes[s == 0 ? 0 : s - 1]) / 2;
    all += before[s] = width * math::exp(-6.0 * tail_shapes[s]);
  }
  for (double& b : before) b /= all;
  usual = before;
  for (int round = 0; round < 30 && !told.empty(); ++round) {  // expectation and maximisation
    shape_likelihood next = before;
    for (double& n : next) n *= worth;
    for (const shape_likelihood& one : told) {
      double sum = 0.0;
      for (std::size_t s = 0; s < m; ++s) sum += one[s] * usual[s];
      for (std::size_t s = 0; s < m; ++s) next[s] += one[s] * usual[s] / sum;
    }
    for (std::size_t s = 0; s < m; ++s) usual[s] = next[s] / (worth + static_cast<double>(told.size()));
  }
  return usual;
}

class shaped_tail {
 public:
  /// @param v         in order, finite, on a scale on which a light tail is exponential
  /// @param most      how many of them are in the tail, fewer than half
  /// @param lightest  the mean excess of the lightest tail that is believed
  /// @param strange   the share of the tail that may be what is looked for
  void learn(const std::vector<double>& v, std::size_t most, double lightest, double strange) {
    const std::size_t n = v.size();
    if (most < least || most >= n / 2) return;
    from_ = v[n - 1 - most];
    std::vector<double> y(std::upper_bound(v.begin(), v.end(), from_), v.end());
    const bool rare = from_ == v[n / 2] || y.size() < least;
    if (rare) {  // most values are one: the tail is of all that are farther
      from_ = v[n / 2];
      y.assign(std::upper_bound(v.begin(), v.end(), from_), v.end());
    }
    if (y.size() < fewest) return;
    log_share_ = math::log(static_cast<double>(y.size()) / static_cast<double>(n));
    const auto strangest = static_cast<std::size_t>(static_cast<double>(y.size()) * strange);
    const std::size_t censored = std::max<std::size_t>(y.size() < least ? 1 : 2, strangest),
                      seen = y.size() - censored;
    y.resize(seen);
    tells_ = !rare || y.front() < y[seen / 2];
    double sum = 0.0;
    for (double& one : y) sum += one -= from_;
    const double limit = y.back(),
                 mean = (sum + static_cast<double>(censored) * limit) / static_cast<double>(seen);
    double most_likely = -HUGE_VAL;
    for (std::size_t s = 0; s < shapes; ++s)
      for (std::size_t k = 0; k < scales; ++k) {
        // a tail of that shape has a scale of about so much less than the mean, give or take three errors
        const double off = static_cast<double>(k) / (scales - 1) * 2.0 - 1.0;
        const double scale =
            std::max(lightest, mean / (1.0 + tail_shapes[s]) *
                                   math::exp(3.0 * off / std::sqrt(static_cast<double>(seen))));
        scale_[s][k] = scale;
        weight_[s][k] = log_likelihood(y, limit, static_cast<double>(censored), tail_shapes[s], scale);
        most_likely = std::max(most_likely, weight_[s][k]);
      }
    for (auto& of_shape : weight_)
      for (double& w : of_shape) w = math::exp(w - most_likely);
    known_ = mean > 0;
  }

  /// Whether there were enough values for a tail.
  bool known() const noexcept { return known_; }

  /// Whether the values tell of a shape: where most of them are equal they do not.
  bool tells() const noexcept { return known_ && tells_; }

  /// How likely each shape makes the values, by all scales.
  shape_likelihood likelihood() const noexcept {
    shape_likelihood out{};
    for (std::size_t s = 0; s < shapes; ++s)
      for (const double w : weight_[s]) out[s] += w;
    return out;
  }

  /// The tail by what is usual among tails, without which evidence() is not.
  void settle(const shape_likelihood& usual) {
    if (!known_) return;
    double all = 0.0;
    for (std::size_t s = 0; s < shapes; ++s)
      for (double& w : weight_[s]) all += w *= usual[s];
    for (auto& of_shape : weight_)
      for (double& w : of_shape) w /= all;
    for (std::size_t i = 0; i < nodes; ++i) {
      at_[i] = math::exp(static_cast<double>(i) / per_unit) - 1.0;
      log_p_[i] = predicted(at_[i] * unit());
    }
  }

  /// -log10 of the chance of v or more; 0 where the tail does not begin.
  double evidence(double v) const noexcept {
    if (!known_ || !(v > from_)) return 0.0;
    const double y = (v - from_) / unit();
    // nodes lie the farther apart the farther out, where log p is nearly straight
    const auto i = static_cast<std::size_t>(std::min(math::log(1.0 + y) * per_unit, nodes - 2.0));
    const double part = std::min(1.0, (y - at_[i]) / (at_[i + 1] - at_[i]));
    return -(log_share_ + log_p_[i] + (log_p_[i + 1] - log_p_[i]) * part) * 0x1.bcb7b1526e50ep-2;  // / ln 10
  }

 private:
  static constexpr std::size_t shapes = tail_shapes.size(), scales = 5, least = 8, fewest = 3, nodes = 45;
  static constexpr double per_unit = 2.0;  // nodes for each factor of e

  /// What the nodes are counted in.
  double unit() const noexcept { return scale_[0][scales / 2]; }

  static double log_tail(double y, double shape, double scale) noexcept {
    return shape > 0 ? -math::log(1.0 + shape * y / scale) / shape : -y / scale;
  }

  static double log_likelihood(const std::vector<double>& y, double limit, double censored, double shape,
                               double scale) noexcept {
    double sum = 0.0;
    for (const double v : y) sum += log_tail(v, shape, scale);
    return (1.0 + shape) * sum - static_cast<double>(y.size()) * math::log(scale) +
           censored * log_tail(limit, shape, scale);
  }

  double predicted(double y) const noexcept {
    double most = -HUGE_VAL, sum = 0.0;
    for (std::size_t s = 0; s < shapes; ++s)
      for (std::size_t k = 0; k < scales; ++k) {
        if (!(weight_[s][k] > 1e-300)) continue;
        const double log_p = math::log(weight_[s][k]) + log_tail(y, tail_shapes[s], scale_[s][k]);
        if (log_p > most) {
          sum = sum * math::exp(most - log_p) + 1.0;
          most = log_p;
        } else {
          sum += math::exp(log_p - most);
        }
      }
    return sum > 0 ? most + math::log(sum) : 0.0;
  }

  bool known_ = false, tells_ = false;
  double from_ = 0, log_share_ = 0;
  std::array<std::array<double, scales>, shapes> scale_{}, weight_{};
  std::array<double, nodes> at_{}, log_p_{};
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
