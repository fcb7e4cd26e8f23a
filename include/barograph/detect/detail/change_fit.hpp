// change_fit: whether a course of block means has a stretch of its own, or a kink, beyond a straight line,
// and how likely that would be by chance.
//
// Least squares over all stretches and kinks at once, by running sums. The chance counts only as many blocks
// as there are independent ones, by how far what is left depends on itself (both the ratio of an AR(1) and
// Bartlett's sum of Newey and West, Econometrica 55 (1987), whichever leaves fewer), so that a series that
// wanders by itself proves nothing; and it counts every stretch that was tried (Bonferroni). Class F; O(n^2).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../config.hpp"
#include "../../core/math.hpp"
#include "../../stats/tails.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// A stretch [begin, end) of blocks that lies higher by `size`, or rises from `begin` on by `size` a block.
struct fitted_change {
  bool kink = false;
  std::size_t begin = 0, end = 0;
  double size = 0.0;
  double slope = 0.0;     ///< of the line beside it
  double evidence = 0.0;  ///< -log10 of the chance, of all that was tried
};

struct change_rules {
  bool line = true;    ///< whether all may lie on a straight line
  bool kinks = true;   ///< whether kinks are looked for
  std::size_t least;   ///< blocks of a stretch
  std::size_t margin;  ///< blocks before the first change
  double wave = 0.0;   ///< blocks of a wave that may be there too, or 0
};

class change_fit {
 public:
  /// @param z  means of blocks, finite
  /// @param w  what each weighs, 0 or more
  change_fit(const std::vector<double>& z, const std::vector<double>& w, const change_rules& rules)
      : w_(w), rules_(rules), n_(z.size()) {
    double sum = 0.0, sum_z = 0.0, sum_t = 0.0;
    for (std::size_t k = 0; k < n_; ++k) {
      sum += w[k];
      sum_z += w[k] * z[k];
      sum_t += w[k] * static_cast<double>(k);
    }
    if (!(sum > 0)) return;
    weight_ = sum;
    middle_ = sum_t / sum;
    const double mean = sum_z / sum;
    double tt = 0.0, tz = 0.0;
    for (std::size_t k = 0; k < n_; ++k) {
      const double t = static_cast<double>(k) - middle_;
      tt += w[k] * t * t;
      tz += w[k] * t * (z[k] - mean);
    }
    line_ = rules.line && tt > 0 ? tt : 0.0;
    slope_ = line_ > 0 ? tz / tt : 0.0;
    rest_.resize(n_);
    for (auto* sums : {&s0_, &s1_, &s2_, &r0_, &r1_}) sums->assign(n_ + 1, 0.0);
    for (std::size_t k = 0; k < n_; ++k) {
      const double t = static_cast<double>(k) - middle_;
      rest_[k] = z[k] - mean - slope_ * t;
      s0_[k + 1] = s0_[k] + w[k];
      s1_[k + 1] = s1_[k] + w[k] * t;
      s2_[k + 1] = s2_[k] + w[k] * t * t;
      r0_[k + 1] = r0_[k] + w[k] * rest_[k];
      r1_[k + 1] = r1_[k] + w[k] * t * rest_[k];
    }
  }

  /// The change that explains most; evidence 0 where there is none.
  fitted_change best() const {
    fitted_change found;
    if (!(weight_ > 0) || n_ < 8) return found;
    double most = 0.0, own = 0.0, with_it = 0.0;
    const auto take = [&](bool kink, std::size_t b, std::size_t e, double ff, double fz) {
      if (!(ff > 0) || !(fz * fz > most * ff)) return;
      most = fz * fz / ff;
      own = ff;
      with_it = fz;
      found.kink = kink;
      found.begin = b;
      found.end = e;
    };
    for (std::size_t b = rules_.margin; b + rules_.least <= n_; ++b) {
      // a stretch in the middle takes two fifths of all at most; one up to the end begins anywhere
      const std::size_t last = std::min(n_, b + 2 * n_ / 5);
      for (std::size_t e = b + rules_.least; e <= n_; e = e >= last && e < n_ ? n_ : e + 1) {
        const double f0 = s0_[e] - s0_[b], f1 = s1_[e] - s1_[b];
        const double ff = f0 - f0 * f0 / weight_ - (line_ > 0 ? f1 * f1 / line_ : 0.0);
        if (ff > 1e-6 * f0) take(false, b, e, ff, r0_[e] - r0_[b]);
      }
    }
    if (rules_.kinks && line_ > 0) {
      const std::size_t edge = std::max<std::size_t>(rules_.margin, n_ / 20);
      for (std::size_t b = edge; b + edge < n_; ++b) {
        const double from = static_cast<double>(b) - middle_;
        const double f0 = s0_[n_] - s0_[b], f1 = s1_[n_] - s1_[b], f2 = s2_[n_] - s2_[b];
        const double square = f2 - 2 * from * f1 + from * from * f0, of_one = f1 - from * f0,
                     of_line = f2 - from * f1;
        const double ff = square - of_one * of_one / weight_ - of_line * of_line / line_;
        const double fz = r1_[n_] - r1_[b] - from * (r0_[n_] - r0_[b]);
        if (!(ff > 1e-6 * square)) continue;
        // a line that bends back or goes on a little faster is none that began to rise
        const double by = fz / ff;
        const double before = slope_ - by * of_line / line_;
        if (std::abs(before + by) > 2 * std::abs(before)) take(true, b, n_, ff, fz);
      }
    }
    if (!(own > 0)) return found;
    found.size = with_it / own;
    found.slope = slope_ - found.size * along_line(found);
    found.evidence = evidence_of(found, most);
    return found;
  }

 private:
  /// The slope that the line takes from the change.
  double along_line(const fitted_change& c) const {
    if (!(line_ > 0)) return 0.0;
    double sum = 0.0;
    for (std::size_t k = c.begin; k < c.end; ++k)
      sum += w_[k] * (static_cast<double>(k) - middle_) * shape(c, k);
    return sum / line_;
  }

  /// What a parabola, and a wave where there may be one, explain beyond the line.
  double by_growth() const {
    std::vector<std::vector<double>> known{std::vector<double>(n_, 1.0), std::vector<double>(n_)};
    const auto time = [&](std::size_t k) { return static_cast<double>(k) - middle_; };
    for (std::size_t k = 0; k < n_; ++k) known[1][k] = time(k);
    double explained = 0.0;
    const auto add = [&](std::vector<double> v) {  // less what those before it have of it
      double own = 0.0, with = 0.0, before = 0.0;
      for (std::size_t k = 0; k < n_; ++k) before += w_[k] * v[k] * v[k];
      for (const std::vector<double>& u : known) {
        double uv = 0.0, uu = 0.0;
        for (std::size_t k = 0; k < n_; ++k) {
          uv += w_[k] * u[k] * v[k];
          uu += w_[k] * u[k] * u[k];
        }
        for (std::size_t k = 0; uu > 0 && k < n_; ++k) v[k] -= uv / uu * u[k];
      }
      for (std::size_t k = 0; k < n_; ++k) {
        own += w_[k] * v[k] * v[k];
        with += w_[k] * v[k] * rest_[k];
      }
      if (!(own > 1e-9 * before)) return;
      explained += with * with / own;
      known.push_back(std::move(v));
    };
    std::vector<double> v(n_);
    for (std::size_t k = 0; k < n_; ++k) v[k] = time(k) * time(k);
    add(v);
    for (const double phase : {0.0, 0.25})
      if (rules_.wave > 0) {
        for (std::size_t k = 0; k < n_; ++k) v[k] = wave(static_cast<double>(k) / rules_.wave + phase);
        add(v);
      }
    return explained;
  }

  /// A sine of so many turns, within 0.1 %.
  static double wave(double turns) {
    const double x = 2.0 * (turns - std::floor(turns)) - 1.0;  // -1 to 1
    const double y = 4.0 * x * (1.0 - std::abs(x));
    return -(0.775 * y + 0.225 * y * std::abs(y));
  }

  static double shape(const fitted_change& c, std::size_t k) {
    if (k < c.begin || k >= c.end) return 0.0;
    return c.kink ? static_cast<double>(k - c.begin) : 1.0;
  }

  double evidence_of(const fitted_change& c, double explained) const {
    double f_mean = 0.0;
    const double f_slope = along_line(c);
    for (std::size_t k = c.begin; k < c.end; ++k) f_mean += w_[k] * shape(c, k) / weight_;
    std::vector<double> left(n_);
    double squares = 0.0;
    for (std::size_t k = 0; k < n_; ++k) {
      const double t = static_cast<double>(k) - middle_;
      left[k] = std::sqrt(w_[k]) * (rest_[k] - c.size * (shape(c, k) - f_mean - f_slope * t));
      squares += left[k] * left[k];
    }
    const double n = static_cast<double>(n_), parameters = line_ > 0 ? 3.0 : 2.0;
    const double independent = n * share_independent(left, squares);
    const double degrees = independent - parameters;
    if (!(degrees >= 1.0)) return 0.0;
    // a parabola that explains as much says that there was no change, but growth
    if (line_ > 0 && (explained - by_growth()) * degrees < 12.0 * squares) return 0.0;
    // where nothing is left rounding is
    const double least = 1e-12 * (explained + squares);
    const double t = std::sqrt(explained * degrees / std::max(squares, least));
    constexpr double log10_e = 0x1.bcb7b1526e50ep-2;
    const double tried = 2.0 * math::log(independent) * log10_e;
    return std::max(0.0, -log_t_tail(t, degrees, true) * log10_e - tried);
  }

  /// How many of n blocks are independent, as a share.
  double share_independent(const std::vector<double>& left, double squares) const {
    if (!(squares > 0)) return 1.0;
    const double n = static_cast<double>(n_);
    const auto correlation = [&](std::size_t lag) {
      double sum = 0.0;
      for (std::size_t k = lag; k < n_; ++k) sum += left[k] * left[k - lag];
      return sum / squares;
    };
    const double first = correlation(1);
    const double mended = std::clamp(first + (1.0 + 4.0 * first) / n, 0.0, 0.99);  // it comes out too small
    const std::size_t reach = std::max<std::size_t>(2, n_ / 10);
    double sum = 1.0;
    for (std::size_t lag = 1; lag < reach; ++lag)
      sum += 2.0 * (1.0 - static_cast<double>(lag) / static_cast<double>(reach)) * correlation(lag);
    return std::min({1.0, (1.0 - mended) / (1.0 + mended), 1.0 / std::max(sum, 1e-3)});
  }

  const std::vector<double>& w_;
  change_rules rules_;
  std::size_t n_;
  double weight_ = 0.0, middle_ = 0.0, line_ = 0.0, slope_ = 0.0;
  std::vector<double> rest_, s0_, s1_, s2_, r0_, r1_;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
