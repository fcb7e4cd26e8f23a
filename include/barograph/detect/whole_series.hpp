// whole_series: how strange each value of a series is, by all of it.
//
// The distance from the median and from what is usual at that time, in equal parts (the latter more where the
// season is strong), smoothed over 1, 3 and 10 rows, because what goes wrong lasts, and a part of the height
// of short peaks, as far as it is beyond usual steps. Usual is the median by hour of the day, of weekends
// apart or by hour of the week where that fits better (detail/usual_course.hpp). Evidence is the tail beyond
// what is usual, exponential through the quantiles .5, .8 and .9, which up to a tenth of anomalies do not
// move, or as heavy as what is scattered everywhere shows it to be. A single value far from what is usual at
// its time, values that are stuck, rows that did not come and slow changes are evidence of their own. Class
// F; O(n log n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"
#include "detail/order.hpp"
#include "detail/recurring.hpp"
#include "detail/scattered_tail.hpp"
#include "detail/slow_beside_levels.hpp"
#include "detail/smoothing.hpp"
#include "detail/tail_evidence.hpp"
#include "detail/unlike_constant.hpp"
#include "detail/usual_course.hpp"
#include "missing_rows.hpp"
#include "slow_changes.hpp"
#include "stuck_value.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// What whole_series found, one of each a row.
struct series_strangeness {
  std::vector<double> evidence;   ///< -log10 of the chance of so much; of slow changes what ranks their rows
  std::vector<double> tests;      ///< part of it that is a row's own, one of as many tests as there are rows
  std::vector<double> stretches;  ///< part of it that is of a stretch, tested once: above 0 a finding
  std::vector<double> expected;   ///< what is usual at that time
  std::vector<double> level;      ///< part of that evidence by the distance from the median, smoothed
  std::vector<double> season;     ///< part of it by the distance from what is usual, smoothed
  std::vector<double> step;       ///< part of it by the height of short peaks
  std::vector<double> stuck;      ///< evidence that the value no longer moved
  std::vector<double> missing;    ///< evidence that rows which were due did not come
  std::vector<double> shift;      ///< evidence that the level is another, for longer
  std::vector<double> drift;      ///< evidence that the level rises or falls, for longer
  std::vector<double> strength;   ///< evidence that the season is weaker or stronger
  std::vector<double> spread;     ///< evidence that it is spread wider or less wide, for longer
  std::vector<slow_change> slow;  ///< those changes: of which those are
  /// Whether the value itself is among the fifth farthest from the median and what is usual: what is strange
  /// only by its neighbours, through the smoothing, is not.
  std::vector<std::uint8_t> stands_out;
  double margin = 0;  ///< about three standard deviations from what is usual
  std::int64_t cycle =
      0;  ///< of what is usual: 86,400 s, twice that where weekends are apart, 604,800 s; 0: of no time
  std::size_t period = 0;  ///< of what is usual in rows, or 0
};

namespace detail {

/// The slow changes beside what is usual; where there are none, those that a season beside levels shows, and
/// in few days those that tear medians by the hour in two, and hide behind a wave of a day, and a spread of
/// steps.
///
/// @param spread  of the season by the hour; empty where there is none
/// @param silent  1 where a row is missing or stuck
inline std::vector<slow_change> slow_changes_of(span<const std::int64_t> seconds,
                                                span<const std::int64_t> clock, const std::vector<double>& y,
                                                const usual_course& usually, double middle,
                                                const std::vector<double>& spread, const series_times& times,
                                                const std::vector<std::uint8_t>& silent) {
  constexpr std::int64_t day = 86400;
  const std::vector<double> none, flat(y.size(), middle);
  const bool repeats = usually.is_season || usually.period != 0;
  const bool by_week = usually.is_season && usually.cycle == 7 * day;  // each day is known
  std::vector<slow_change> found =
      slow_search(y, repeats ? usually.expected : flat, spread, repeats ? usually.rows : 0,
                  by_week ? span<const std::int64_t>() : clock, silent)
          .all();
  if (found.empty() && usually.cycle != 0)
    found =
        slow_beside_levels(seconds, clock, y, usually.is_season ? usually.expected : none, times.gap, silent);
  if (!found.empty() || usually.cycle == 0 || times.whole() > 4 * day) return found;
  found = slow_search(y, flat, none, 0, clock, silent, true).all();
  if (!found.empty()) return found;
  std::vector<double> steps(y);  // to which a season adds little
  std::adjacent_difference(y.begin(), y.end(), steps.begin());
  steps[0] = 0.0;
  return slow_search(steps, std::vector<double>(y.size()), none, 0, clock, silent, true).all(true);
}

}  // namespace detail

/// How strange each value is.
///
/// @param seconds  of each value, ascending; empty where times are unknown
/// @param x        what is not finite is missing
/// @param period   where times are unknown: rows after which the series may repeat, below 2 for none
/// @param clock    seconds by the clocks whose days matter, where they are others
/// @throws invalid_argument when there are times, but not one for each value
inline series_strangeness whole_series(span<const std::int64_t> seconds, span<const double> x,
                                       std::size_t period = 0, span<const std::int64_t> clock = {}) {
  namespace d = detail;
  if (!seconds.empty() && seconds.size() != x.size())
    raise<invalid_argument>("seconds: " + std::to_string(seconds.size()) + " given, expected " +
                            std::to_string(x.size()) + ", one for each value");
  if (!clock.empty() && clock.size() != seconds.size())
    raise<invalid_argument>("clock: " + std::to_string(clock.size()) + " given, expected " +
                            std::to_string(seconds.size()) + ", one for each time");
  if (clock.empty()) clock = seconds;
  series_strangeness out;
  const std::size_t n = x.size();
  if (n == 0) return out;
  constexpr double largest = 1e300;  // whose differences and sums of weights stay finite
  std::vector<double> y = d::filled(x);
  for (double& v : y) v = std::clamp(v, -largest, largest);
  std::vector<double> scratch(y);
  const double middle = d::median(scratch);
  const d::series_times times(seconds);
  d::usual_course usually(clock, y, middle, times, period);
  out.expected = usually.expected;
  out.cycle = usually.cycle;
  out.period = usually.period;
  // what comes at the same time again and again is as usual as what never changes
  std::vector<std::size_t> cycles;
  if (usually.rows != 0) cycles.push_back(usually.rows);
  if (seconds.empty() && period <= n / 2) cycles.push_back(period);
  if (times.gap > 0) cycles.push_back(static_cast<std::size_t>(3600.0 / times.gap + 0.5));
  std::vector<double> off(n), tame(y), level(n), season = usually.off;
  for (std::size_t i = 0; i < n; ++i) level[i] = std::abs(off[i] = y[i] - middle);
  const std::vector<std::uint8_t> again = d::recurring(off, cycles);
  const std::vector<double> unlike = d::unlike_constant(off, again);
  for (std::size_t i = 0; i < n; ++i)
    if (again[i] != 0) {
      level[i] = 0.0;
      tame[i] = middle;
    }
  for (std::size_t i = 0; i < n; ++i) off[i] = y[i] - out.expected[i];
  const std::vector<std::uint8_t> of_season = d::recurring(off, cycles);
  for (std::size_t i = 0; i < n; ++i)
    if (of_season[i] != 0) season[i] = 0.0;
  std::vector<double> alone = season;
  scratch = season;
  out.margin = 3 * 1.4826 * d::median(scratch);
  const double part = d::part_of_season(level, season);
  for (double& v : level) v *= 1.0 - part;
  for (double& v : season) v *= part;
  std::vector<double> own(n);
  for (std::size_t i = 0; i < n; ++i) own[i] = level[i] + season[i];
  scratch = own;
  const double far = d::quantile(scratch, 0.8), half = d::median(scratch);
  out.stands_out.resize(n);
  for (std::size_t i = 0; i < n; ++i) out.stands_out[i] = own[i] >= far && own[i] > half ? 1 : 0;
  out.level = d::smoothed(level);
  out.season = d::smoothed(season);
  out.step = d::peaks_beyond_usual(tame);
  std::vector<double> r(n);
  for (std::size_t i = 0; i < n; ++i) r[i] = out.level[i] + out.season[i] + out.step[i];
  out.evidence = d::tail_evidence(r, 1.0);
  constexpr double log10_e = 0x1.bcb7b1526e50ep-2, seldom = 3.0;
  const d::scattered_tail tail(r);
  if (tail.known())
    for (std::size_t i = 0; i < n; ++i)
      if (r[i] > tail.from())
        out.evidence[i] = std::max(0.0, std::min(out.evidence[i], -tail.log_tail(r[i]) * log10_e));
  // a value by itself, nothing smoothed, beside how far others are from what is usual at its time
  std::vector<double> by_hour;
  if (usually.is_season) {
    by_hour = d::usual(clock, alone, 86400, true, 0.0);
    scratch = by_hour;
    const double mostly = d::median(scratch);
    if (mostly > 0)
      for (std::size_t i = 0; i < n; ++i) alone[i] /= std::max(by_hour[i] / mostly, 1.0 / 3);
  }
  // a weekend whose usual is unknown would hide all that is far off on other days
  const bool unknown = usually.is_season && usually.cycle == 86400 && d::weekends_unlike(clock, usually.off);
  std::vector<double> of_others;
  for (std::size_t i = 0; unknown && i < n; ++i)
    if (!d::on_weekend(clock[i])) of_others.push_back(alone[i]);
  const d::scattered_tail of_all(alone), of_weekdays(of_others);
  for (std::size_t i = 0; i < n; ++i) {
    const d::scattered_tail& of_alone = unknown && !d::on_weekend(clock[i]) ? of_weekdays : of_all;
    if (!(of_alone.known() && alone[i] > of_alone.from())) continue;
    const double e = -of_alone.log_tail(alone[i]) * log10_e - log10_e * math::log(2.0);  // two chances
    if (!(e > seldom && e > out.evidence[i])) continue;
    if (!d::recurs(off, i, usually.rows)) out.evidence[i] = e;
  }
  for (std::size_t i = 0; i < n; ++i) out.evidence[i] = std::max(out.evidence[i], unlike[i]);
  d::spare_what_is_anywhere(off, out.evidence);
  out.stuck = d::stuck_runs(x);
  out.missing = missing_runs(seconds, x);
  std::vector<std::uint8_t> silent(n);
  for (std::size_t i = 0; i < n; ++i)
    silent[i] = !std::isfinite(x[i]) || out.stuck[i] > 0 || out.missing[i] > 0 ? 1 : 0;
  out.slow = d::slow_changes_of(seconds, clock, y, usually, middle, by_hour, times, silent);
  std::vector<double> begins(n, 0.0);
  for (auto* of : {&out.shift, &out.drift, &out.strength, &out.spread}) of->assign(n, 0.0);
  for (const slow_change& c : out.slow) {
    std::vector<double>& of = c.kind == slow_kind::level    ? out.shift
                              : c.kind == slow_kind::drift  ? out.drift
                              : c.kind == slow_kind::season ? out.strength
                                                            : out.spread;
    for (std::size_t i = c.begin; i < c.end; ++i) of[i] = std::max(of[i], c.evidence);
    const std::size_t first = c.kind == slow_kind::drift ? 0 : std::max<std::size_t>(12, n / 100);
    for (std::size_t i = c.begin; i < std::min(c.end, c.begin + first); ++i) begins[i] = seldom;
  }
  out.tests.resize(n);
  out.stretches.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const bool here = std::isfinite(x[i]);
    if (!here) out.evidence[i] = 0.0;
    out.tests[i] = out.evidence[i];
    const double share = r[i] > 0 ? out.evidence[i] / r[i] : 0.0;
    for (double* of : {&out.level[i], &out.season[i], &out.step[i]}) *of *= share;
    if (out.stuck[i] > 0 || out.missing[i] > 0) out.stands_out[i] = 1;
    // what is strange by itself stands before a slow change, but for where it begins, and the row after a gap
    const double slow = std::max({out.shift[i], out.drift[i], out.strength[i], out.spread[i]});
    const double gone = here ? 0.0 : out.missing[i], beside = std::max(slow, here ? out.missing[i] : 0.0);
    out.stretches[i] = std::max({out.stuck[i], out.missing[i], slow});
    out.evidence[i] = std::max(
        {out.tests[i], out.stuck[i], gone, std::min(beside, std::max(begins[i], 2.0 + out.tests[i]))});
  }
  return out;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
