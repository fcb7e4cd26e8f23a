// slow_changes: what goes wrong slowly in a series: a level that shifts and stays, a leak, a season that is
// lost or grows.
//
// Rows are looked at in blocks, of which the level and the strength of the season (by regression on what is
// usual) are a course of some hundred values. detail/change_fit.hpp finds what in it is beyond a straight
// line and beyond the course's own wandering. So growth from the start on is no finding, nor is a random
// walk, a calendar of which too few weekends are known neither. Evidence is capped by how large the change
// is: 2.2 and 0.75 a standard deviation of the rows, however sure. Of few days a change must lie apart from
// the same hours of other days. Class F; O(n) and the square of the blocks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"
#include "detail/change_fit.hpp"
#include "detail/order.hpp"
#include "detail/slow_calendar.hpp"
#include "detail/slow_rows.hpp"
#include "slow_change.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

namespace detail {

/// The slow changes of one series.
class slow_search : slow_rows {
 public:
  /// @param y         finite, at most 1e300 from 0
  /// @param expected  what is usual at the time of each
  /// @param per_day   rows of a cycle of what is usual, 0 where it has none
  /// @param spread    how far rows usually are from it, at their time; empty where that is the same for all
  /// @param clock     seconds by the clocks whose days matter, where too few weeks show what is usual on
  ///                  which day; else empty
  /// @param silent    1 where a row is missing or stuck, and says nothing here
  /// @param few_days  whether the days are too few to know their hours well: a change is then compared with
  ///                  the same hours of other days
  slow_search(const std::vector<double>& y, const std::vector<double>& expected,
              const std::vector<double>& spread, std::size_t per_day, span<const std::int64_t> clock,
              const std::vector<std::uint8_t>& silent, bool few_days = false)
      : slow_rows(y, expected, spread),
        per_day_(per_day),
        few_days_(few_days),
        clock_(clock),
        usual_(expected),
        silent_(silent) {}

  /// @param spread_alone  whether levels and seasons are left out
  std::vector<slow_change> all(bool spread_alone = false) {
    std::vector<slow_change> found;
    if (rest_.size() < least_rows) return found;
    const slow_calendar calendar(clock_, rest_, silent_);
    for (int round = 0; round < most; ++round) {
      bool any = false;
      const auto take = [&](const slow_change& c) {
        if (c.evidence < least_evidence) return;
        any = true;
        if (calendar.is_weekend(c) || (few_days_ && calendar.is_of_hours(c, rest_, slope_))) return;
        found.push_back(c);
      };
      if (!spread_alone) {
        take(of_level());
        take(of_season());
      }
      take(of_spread());
      if (!any) break;
    }
    return found;
  }

 private:
  static constexpr std::size_t least_rows = 160;
  static constexpr int most = 3;
  static constexpr double least_evidence = 3.0, sure = 6.0;

  /// Of few days more evidence is asked for: they are searched after all else found nothing.
  double least_sure() const { return few_days_ ? 9.0 : sure; }

  /// Rows of a block: some 200 blocks, whole ones a day where there are days.
  std::size_t block_rows() const {
    const std::size_t n = rest_.size(), wanted = std::max<std::size_t>(4, (n + 199) / 200);
    if (per_day_ < wanted) return wanted;
    std::size_t parts = per_day_ / wanted;
    while (per_day_ % parts != 0 && parts > 1) --parts;
    const std::size_t whole = per_day_ / parts;
    return whole <= 2 * wanted ? whole : wanted;
  }

  static double capped(double evidence, double deviations) {
    return evidence < sure ? 0.0 : std::min({evidence, 2.2 + 0.75 * std::abs(deviations), 12.0});
  }

  /// The same for a size in the units of the values, when the change has been taken away: before, it adds to
  /// the deviation itself.
  double capped_now(double evidence, double size, double before) {
    const double sigma = scale();
    return capped(evidence, size / (sigma > 0 ? std::min(sigma, before) : before));
  }

  /// Blocks of a day that is to be reckoned with, where times cover too few days to know it: else 0.
  double wave(std::size_t rows) const {
    const std::size_t n = rest_.size();
    if (clock_.empty() || few_days_) return 0.0;
    const double covered = static_cast<double>(clock_[n - 1]) - static_cast<double>(clock_[0]);
    if (!(covered > 0 && covered < 4 * 86400.0)) return 0.0;
    const double blocks = 86400.0 / covered * static_cast<double>(n) / static_cast<double>(rows);
    return blocks < 4.0 * static_cast<double>(n / rows) ? blocks : 0.0;
  }

  slow_change of_level() {
    slow_change out{slow_kind::level, 0, 0, 0.0, 0.0};
    const std::size_t n = rest_.size();
    const double sigma = scale();
    if (!(sigma > 0)) return out;
    const std::vector<double> deviation = deviations(), r = tamed(sigma, deviation, few_days_ ? 2.0 : 1.0);
    const std::size_t rows = block_rows(), blocks = n / rows;
    std::vector<double> z(blocks, 0.0), w(blocks, 0.0);
    for (std::size_t k = 0; k < blocks; ++k) {
      for (std::size_t i = k * rows; i < (k + 1) * rows; ++i) {
        if (silent_[i] != 0) continue;
        const double weight = 1.0 / (deviation[i] * deviation[i]);
        z[k] += weight * r[i];
        w[k] += weight;
      }
      z[k] = w[k] > 0 ? z[k] / w[k] : 0.0;
    }
    const fitted_change c =
        change_fit(z, w, {true, true, 3, std::max<std::size_t>(3, blocks / 10), wave(rows)}).best();
    const std::size_t end = c.end == blocks ? n : c.end * rows;
    const double last = static_cast<double>(c.end - c.begin) - 1.0;
    const double mean = c.kink ? c.size * last / 2 : c.size;
    if (c.evidence < least_sure()) return out;
    slope_ = c.slope * sigma / static_cast<double>(rows);
    out.kind = c.kink ? slow_kind::drift : slow_kind::level;
    out.begin = c.begin * rows;
    out.end = end;
    if (c.kink) {
      out.size = c.size * last * sigma;
      for (std::size_t i = out.begin; i < n; ++i)
        rest_[i] -= c.size * sigma * (static_cast<double>(i - out.begin) / static_cast<double>(rows));
      out.evidence = wanders(out) ? 0.0 : capped_now(c.evidence, mean * sigma, sigma);
      return out;
    }
    out.size = c.size * sigma;
    double base = 0.0;  // the level outside
    std::size_t count = 0;
    const auto outside = [&](std::size_t b, std::size_t e) {
      for (std::size_t k = b; k < e; ++k, ++count) base += z[k];
    };
    outside(c.begin - std::min<std::size_t>(c.begin, 10), c.begin);
    outside(c.end, std::min(blocks, c.end + 10));
    const double half = (count != 0 ? base / static_cast<double>(count) : 0.0) + c.size / 2;
    between_rows(out, 2 * rows, [&](std::size_t i) { return c.size > 0 ? half - r[i] : r[i] - half; });
    const bool began = stepped(out);
    for (std::size_t i = out.begin; i < out.end; ++i) rest_[i] -= out.size;
    out.evidence = began || !wanders(out) ? capped_now(c.evidence, out.size, sigma) : 0.0;
    return out;
  }

  /// Whether a level began with a step, within a few rows.
  bool stepped(const slow_change& c) const {
    const std::size_t first = c.begin - std::min<std::size_t>(c.begin, 3);
    double most_far = 0.0;
    for (std::size_t i = first + 1; i < std::min(c.begin + 3, rest_.size()); ++i)
      most_far = std::max(most_far, std::abs(rest_[i] - rest_[i - 1]));
    return 2 * most_far > std::abs(c.size);
  }

  /// Whether what is left goes step by step as far as the change is large: so does a random walk, of which
  /// medians by the hour explain a part.
  bool wanders(const slow_change& c) {
    const double step = usual_step();
    return step < (c.kind == slow_kind::drift ? 0.25 : 0.5) * scale() &&
           std::abs(c.size) < 2 * step * std::sqrt(static_cast<double>(rest_.size()));
  }

  slow_change of_season() {
    slow_change out{slow_kind::season, 0, 0, 0.0, 0.0};
    const std::size_t n = rest_.size();
    const double sigma = scale();
    if (per_day_ < 4 || n < 4 * per_day_ || !(sigma > 0)) return out;
    double mean = 0.0;
    for (std::size_t i = 0; i < n; ++i) mean += (usual_[i] - mean) / static_cast<double>(i + 1);
    const std::vector<double> deviation = deviations(), r = tamed(sigma, deviation, few_days_ ? 2.0 : 1.0);
    const std::size_t parts = std::min<std::size_t>(per_day_, 4 * n / per_day_ > 400 ? 1 : 4);
    const std::size_t blocks = n * parts / per_day_;
    const auto row = [&](std::size_t k) { return k * per_day_ / parts; };
    std::vector<double> z(blocks, 0.0), w(blocks, 0.0);
    double all = 0.0;
    for (std::size_t k = 0; k < blocks; ++k) {
      for (std::size_t i = row(k); i < row(k + 1); ++i) {
        const double p = (usual_[i] - mean) / sigma;
        if (silent_[i] != 0) continue;
        const double weight = 1.0 / (deviation[i] * deviation[i]);
        z[k] += weight * p * r[i];
        w[k] += weight * p * p;
      }
      all += w[k];
      z[k] = w[k] > 0 ? z[k] / w[k] : 0.0;
    }
    const double strength = std::sqrt(all / static_cast<double>(row(blocks)));
    if (!(strength > 0.3)) return out;
    const fitted_change c = change_fit(z, w, {false, false, parts, parts}).best();
    if (std::abs(c.size) < 0.25) return out;
    out.evidence = capped(c.evidence, c.size * strength);
    if (!(out.evidence > 0)) return out;
    out.begin = row(c.begin);
    out.end = c.end == blocks ? n : row(c.end);
    out.size = c.size;
    between_rows(out, per_day_ / 2, [&](std::size_t i) {
      const double p = (usual_[i] - mean) / sigma, other = r[i] - c.size * p;
      return other * other - r[i] * r[i];
    });
    for (std::size_t i = out.begin; i < out.end; ++i) rest_[i] -= out.size * (usual_[i] - mean);
    double sum = 0.0, base = 0.0;  // how strong it is beside the change, which is what the share is of
    for (std::size_t k = 0; k < blocks; ++k) {
      if (k >= c.begin && k < c.end) continue;
      sum += w[k];
      base += w[k] * z[k];
    }
    if (sum > 0 && base / sum > -0.5) out.size /= 1.0 + base / sum;
    return out;
  }

  slow_change of_spread() {
    slow_change out{slow_kind::spread, 0, 0, 0.0, 0.0};
    const std::size_t n = rest_.size();
    const double sigma = scale();
    if (!(sigma > 0) || most_equal_ || wave(1) > 0) return out;
    const std::vector<double> deviation = deviations(), r = tamed(sigma, deviation, few_days_ ? 2.0 : 1.0);
    const std::size_t rows = block_rows(), blocks = n / rows;
    std::vector<double> z(blocks, 0.0), steps(blocks, 0.0), w(blocks, 0.0);
    const auto log_size = [&](double size, std::size_t i) {
      return math::log(std::max(std::abs(size) / deviation[i], 0.1));
    };
    for (std::size_t k = 0; k < blocks; ++k) {
      for (std::size_t i = k * rows; i < (k + 1) * rows; ++i) {
        if (silent_[i] != 0) continue;
        z[k] += log_size(r[i], i);
        steps[k] += log_size(r[i] - r[i == 0 ? 1 : i - 1], i);
        w[k] += 1.0;
      }
      z[k] = w[k] > 0 ? z[k] / w[k] : 0.0;
      steps[k] = math::exp(w[k] > 0 ? steps[k] / w[k] : 0.0);
    }
    change_rules rules{true, false, 3, std::max<std::size_t>(3, blocks / 10), wave(rows)};
    const fitted_change c = change_fit(z, w, rules).best();
    out.begin = c.begin * rows;
    out.end = c.end == blocks ? n : c.end * rows;
    out.size = math::exp(c.size);
    double growth = 0.0;  // a block
    if (c.evidence <
        least_sure()) {  // or it grows: by steps from row to row, to which a level that bends adds nothing
      rules.kinks = true;
      const fitted_change grown = change_fit(steps, w, rules).best();
      if (!grown.kink || !(grown.size > 0) || grown.evidence < least_sure()) return out;
      double before = 0.0;
      for (std::size_t k = 0; k < grown.begin; ++k) before += steps[k] / static_cast<double>(grown.begin);
      growth = grown.size / before;
      out.begin = grown.begin * rows;
      out.end = n;
      out.size = 1.0 + growth * static_cast<double>(blocks - grown.begin);
      out.evidence = grown.evidence;
    } else {
      // of what wanders the distance changes, and not the steps
      double of_log[2] = {}, known[2] = {};
      for (std::size_t k = 0; k < blocks; ++k) {
        if (!(w[k] > 0)) continue;
        const std::size_t changed = k >= c.begin && k < c.end ? 1 : 0;
        of_log[changed] += math::log(steps[k]);
        known[changed] += 1.0;
      }
      const double of_steps = of_log[1] / std::max(known[1], 1.0) - of_log[0] / std::max(known[0], 1.0);
      if (usual_step() < 0.5 * sigma && !(of_steps * c.size > 0.3 * c.size * c.size)) return out;
      out.evidence = c.evidence;
    }
    const double times = std::max(out.size, 1.0 / out.size);
    out.evidence = times < (few_days_ ? 2.0 : 1.6) ? 0.0 : capped(out.evidence, times - 1.0);
    for (std::size_t i = out.begin; out.evidence > 0 && i < out.end; ++i)
      rest_[i] /= growth > 0 ? 1.0 + growth * static_cast<double>(i - out.begin) / static_cast<double>(rows)
                             : out.size;
    return out;
  }

  std::size_t per_day_;
  bool few_days_;
  double slope_ = 0.0;  ///< a row, of the line beside the last change of level
  span<const std::int64_t> clock_;
  std::vector<double> usual_;
  std::vector<std::uint8_t> silent_;
};

}  // namespace detail

/// The slow changes of a series without gaps, the strongest of each kind first.
///
/// @param y         finite, at most 1e300 from 0
/// @param expected  what is usual at the time of each
/// @param period    rows of a cycle of what is usual, 0 where it has none
inline std::vector<slow_change> slow_changes(const std::vector<double>& y,
                                             const std::vector<double>& expected, std::size_t period = 0) {
  if (y.size() != expected.size())
    raise<invalid_argument>("expected: " + std::to_string(expected.size()) + " given, expected " +
                            std::to_string(y.size()) + ", one for each value");
  return detail::slow_search(y, expected, {}, period, {}, std::vector<std::uint8_t>(y.size())).all();
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
