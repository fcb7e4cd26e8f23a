// whole_series: how strange each value of a series is, by all of it.
//
// The distance from the median and from what is usual at that time, in equal parts (the latter more where the
// season is strong), smoothed over 1, 3 and 10 rows, because what goes wrong lasts, and a part of the larger
// step to a neighbour, because what goes wrong begins. Usual is the median by hour of the day, or by hour of
// the week where three weeks show that it fits better; between the middles of hours it is interpolated.
// Evidence is the tail beyond what is usual, exponential through the quantiles .5, .8 and .9, which up to a
// tenth of anomalies do not move, or as heavy as what is scattered everywhere shows it to be. A single value
// far from what is usual at its time, values that are stuck, rows that did not come and slow changes are
// evidence of their own. Class F; O(n log n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"
#include "detail/order.hpp"
#include "detail/recurring.hpp"
#include "detail/scattered_tail.hpp"
#include "detail/steady_usual.hpp"
#include "missing_rows.hpp"
#include "slow_changes.hpp"
#include "stuck_value.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// What whole_series found, one of each a row.
struct series_strangeness {
  std::vector<double> evidence;   ///< -log10 of the chance of so much
  std::vector<double> tests;      ///< part of it that is a row's own, one of as many tests as there are rows
  std::vector<double> stretches;  ///< part of it that is of a stretch, tested once: from 3 on a finding
  std::vector<double> expected;   ///< what is usual at that time
  std::vector<double> level;      ///< part of that evidence by the distance from the median, smoothed
  std::vector<double> season;     ///< part of it by the distance from what is usual, smoothed
  std::vector<double> step;       ///< part of it by the steps to its neighbours
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
  double margin = 0;       ///< about three standard deviations from what is usual
  std::int64_t cycle = 0;  ///< of what is usual: 86,400 s, 604,800 s, or 0 where it is of no time
  std::size_t period = 0;  ///< of what is usual in rows, or 0
};

namespace detail {

/// Missing values by straight lines between their neighbours, ends by the nearest; nothing known: 0.
inline std::vector<double> filled(span<const double> x) {
  std::vector<double> y(x.begin(), x.end());
  std::size_t last = y.size();
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!std::isfinite(y[i])) continue;
    const std::size_t from = last == y.size() ? 0 : last + 1;
    for (std::size_t k = from; k < i; ++k) {
      const double w = last == y.size() ? 1.0 : static_cast<double>(k - last) / static_cast<double>(i - last);
      y[k] = last == y.size() ? y[i] : y[last] * (1.0 - w) + y[i] * w;
    }
    last = i;
  }
  const double rest = last == y.size() ? 0.0 : y[last];
  for (std::size_t k = last == y.size() ? 0 : last + 1; k < y.size(); ++k) y[k] = rest;
  return y;
}

/// Medians of x by hour of a cycle, or another middle of them, read off at each time.
inline std::vector<double> usual(span<const std::int64_t> seconds, span<const double> x, std::int64_t cycle,
                                 bool interpolate, double all,
                                 double (*middle_of)(std::vector<double>&) = median) {
  const auto hours = static_cast<std::size_t>(cycle / 3600);
  std::vector<std::vector<double>> by_hour(hours);
  const auto place = [&](std::int64_t t) { return ((t % cycle) + cycle) % cycle; };
  for (std::size_t i = 0; i < x.size(); ++i)
    by_hour[static_cast<std::size_t>(place(seconds[i]) / 3600)].push_back(x[i]);
  std::vector<double> middle(hours, all);
  for (std::size_t h = 0; h < hours; ++h)
    if (!by_hour[h].empty()) middle[h] = middle_of(by_hour[h]);
  std::vector<double> out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int64_t second = place(seconds[i]);
    if (!interpolate) {
      out[i] = middle[static_cast<std::size_t>(second / 3600)];
      continue;
    }
    const std::int64_t from_middle = (second + cycle - 1800) % cycle;
    const auto before = static_cast<std::size_t>(from_middle / 3600);
    const double w = static_cast<double>(from_middle % 3600) / 3600.0;
    out[i] = middle[before] * (1.0 - w) + middle[(before + 1) % hours] * w;
  }
  return out;
}

/// The mean of r smoothed with Gaussians of 1, 3 and 10 rows; its ends go on as they are.
inline std::vector<double> smoothed(const std::vector<double>& r) {
  const auto n = static_cast<std::ptrdiff_t>(r.size());
  constexpr std::ptrdiff_t reach = 40;
  double weight[2 * reach + 1] = {};
  for (const int width : {1, 3, 10}) {
    double kernel[2 * reach + 1] = {}, sum = 0.0;
    for (std::ptrdiff_t k = -4 * width; k <= 4 * width; ++k) {
      const double z = static_cast<double>(k) / width;
      sum += kernel[k + reach] = math::exp(-0.5 * z * z);
    }
    for (std::ptrdiff_t k = 0; k <= 2 * reach; ++k) weight[k] += kernel[k] / (3.0 * sum);
  }
  std::vector<double> padded(r.size() + 2 * reach);
  for (std::ptrdiff_t i = -reach; i < n + reach; ++i)
    padded[static_cast<std::size_t>(i + reach)] =
        r[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(i, 0, n - 1))];
  std::vector<double> out(r.size(), 0.0);
  for (std::size_t k = 0; k <= 2 * reach; ++k)  // a weight at a time: rows lie side by side
    for (std::size_t i = 0; i < r.size(); ++i) out[i] += weight[k] * padded[i + k];
  return out;
}

inline std::vector<double> distances(const std::vector<double>& x, const std::vector<double>& from) {
  std::vector<double> d(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) d[i] = std::abs(x[i] - from[i]);
  return d;
}

/// Whether medians by the place in a cycle, seen so many times, leave so much less than chance would.
inline bool cycle_fits(std::vector<double> without, std::vector<double> with, double times) {
  // a median of few values lies close to each of them: what is left is too small by about this factor
  const double optimism = std::sqrt((1.0 + 1.57 / times) / (1.0 - 1.0 / times));
  return median(with) * optimism < 0.9 * median(without);
}

/// What medians by the place in a cycle leave of the squares of distances, those drawn in to six usual ones.
inline double squares_left(const std::vector<double>& without, const std::vector<double>& with) {
  std::vector<double> sorted(without);
  const double limit = 6.0 * median(sorted);
  double before = 0.0, after = 0.0;
  for (std::size_t i = 0; i < with.size(); ++i) {
    const double a = std::min(without[i], limit) / limit, b = std::min(with[i], limit) / limit;
    before += a * a;
    after += b * b;
  }
  return limit > 0 && before > 0 ? after / before : 1.0;
}

/// Whether it also leaves less where it does not fit, as a pattern that only looks like this cycle does not.
inline bool squares_fit(const std::vector<double>& without, const std::vector<double>& with) {
  return squares_left(without, with) < 0.9;
}

/// How much the distance from what is usual counts against that from the median: a half, and up to nine
/// tenths where it is much the smaller, so that a strong season hides nothing.
inline double part_of_season(std::vector<double> level, std::vector<double> season) {
  const double rest = median(season), all = median(level);
  return rest > 0 && all > 0 ? std::clamp(1.0 - rest / all, 0.5, 0.9) : 0.5;
}

/// The distance of two of n values in order (numbers 0 to n - 1) in an exponential tail of scale 1, in the
/// mean, and the degrees of what is divided by it: its square over its variance.
struct spacing {
  double mean = 0, degrees = 0;

  spacing(std::size_t n, std::size_t from, std::size_t to) {
    double squares = 0;
    for (std::size_t i = from + 1; i <= to; ++i) {
      const double one = 1.0 / static_cast<double>(n - i);
      mean += one;
      squares += one * one;
    }
    degrees = squares > 0 ? mean * mean / squares : 0.0;
  }
};

/// -log10 p by a tail p = exp(-((r - median) / scale)^shape) / 2; below the median p is the rank.
///
/// Scale and shape are read off the quantiles .5, .8 and .9; the fewer rows, the closer to what is believed
/// beforehand the shape stays, and the heavier is the tail of what is to come: of a scale that k degrees tell
/// (1 + z / k)^-k.
///
/// @param lightest  the largest shape that is believed: 1 is an exponential tail, 2 a normal one
/// @param before    the one that is believed where rows do not tell it
inline std::vector<double> tail_evidence(const std::vector<double>& r, double lightest, double before = 1.0) {
  if (r.empty()) return {};
  std::vector<double> sorted(r);
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(r.size());
  const auto place = [&](double q) { return static_cast<std::size_t>(q * (n - 1)); };
  const double half = sorted[place(0.5)];
  const double fifth = sorted[place(0.8)] - half, tenth = sorted[place(0.9)] - half;
  const spacing of_fifth(r.size(), place(0.5), place(0.8)), of_tenth(r.size(), place(0.5), place(0.9));
  const double ln10 = math::log(10.0);
  double shape = lightest;
  if (tenth > fifth && fifth > 0) shape = math::log(of_tenth.mean / of_fifth.mean) / math::log(tenth / fifth);
  if (shape > 1.25 * lightest) shape = 1.0;  // quantiles on one of few levels: no tail is so light
  shape = before + (std::clamp(shape, 0.4, lightest) - before) * n / (n + 200.0);
  const auto power = [](double x, double k) { return k == 1.0 ? x : math::exp(k * math::log(x)); };
  double scale = 0.0;
  if (of_tenth.mean > 0) scale = tenth / power(of_tenth.mean, 1.0 / shape);
  if (of_fifth.mean > 0) scale = std::max(scale, fifth / power(of_fifth.mean, 1.0 / shape));
  const double degrees = std::max(1.0, of_tenth.degrees / (shape * shape));
  std::vector<double> out(r.size());
  for (std::size_t i = 0; i < r.size(); ++i) {
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), r[i]) - sorted.begin();
    const double rank = (n - static_cast<double>(below) + 0.5) / (n + 1.0);
    double log_p = math::log(std::min(rank, 1.0));
    // where most are equal there is no scale, and ranks are all there is
    if (r[i] > half && scale > 1e-9 * std::abs(half))
      log_p = -math::log(2.0) - degrees * math::log(1.0 + power((r[i] - half) / scale, shape) / degrees);
    out[i] = std::max(0.0, -log_p / ln10);
  }
  return out;
}

/// The evidence of a slow change in one of its rows. All of it where it begins (of a drift, where it ends);
/// in the other rows what makes them findings, so that they do not stand before what is worse by itself.
inline double weight_of(const slow_change& c, std::size_t row, std::size_t rows) {
  constexpr double least = 3.0;
  const double part = static_cast<double>(row - c.begin) / static_cast<double>(c.end - c.begin);
  if (c.kind == slow_kind::drift) return least + (c.evidence - least) * part;
  return row - c.begin < std::max<std::size_t>(12, rows / 100) ? c.evidence : least;
}

/// The parabola that fits best, by squares.
inline std::vector<double> parabola(const std::vector<double>& y) {
  const auto n = static_cast<double>(y.size());
  const auto first = [&](std::size_t i) { return (2.0 * static_cast<double>(i) + 1.0 - n) / n; };
  double one = 0.0, by1 = 0.0, by2 = 0.0, of1 = 0.0, of2 = 0.0, mean2 = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    one += y[i] / n;
    mean2 += first(i) * first(i) / n;
  }
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double t = first(i), u = t * t - mean2;
    by1 += t * (y[i] / n);
    of1 += t * t / n;
    by2 += u * (y[i] / n);
    of2 += u * u / n;
  }
  std::vector<double> out(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double t = first(i);
    out[i] = one + by1 / of1 * t + by2 / of2 * (t * t - mean2);
  }
  return out;
}

/// The slow changes of a series whose season shows only when its level is taken away.
///
/// @param known  what was found to be usual, where that is a season; else empty
/// @param gap    seconds from row to row
inline std::vector<slow_change> slow_beside_levels(span<const std::int64_t> seconds,
                                                   span<const std::int64_t> clock,
                                                   const std::vector<double>& y,
                                                   const std::vector<double>& known, double gap,
                                                   const std::vector<std::uint8_t>& silent) {
  constexpr std::int64_t day = 86400, week = 7 * day;
  const std::size_t n = y.size();
  const double covered = static_cast<double>(seconds[n - 1]) - static_cast<double>(seconds[0]);
  const series_hours hours = by_hours(seconds, clock, y);
  const std::size_t m = hours.value.size();
  const std::vector<double> flat(m, 0.0);
  std::vector<double> by_hour, level, off;
  std::int64_t of = 0;
  for (const std::int64_t cycle : {day, week}) {
    const double times = covered / static_cast<double>(cycle);
    if (times + gap / static_cast<double>(cycle) < (cycle == day ? 2.0 : 3.0)) continue;
    std::vector<double> usually(m, 0.0), at(m), beside(m);
    for (int round = 0; round < 6; ++round) {  // each is known better without the other
      for (std::size_t k = 0; k < m; ++k) at[k] = hours.value[k] - usually[k];
      at = level_of_cycles(hours, at, cycle);
      for (std::size_t k = 0; k < m; ++k) beside[k] = hours.value[k] - at[k];
      usually = usual(hours.clock, beside, cycle, false, 0.0, drawn_in_mean);
    }
    std::vector<double> with = distances(beside, usually), without = distances(beside, flat);
    // a season that is lost for half of the time fits the squares, not the median
    const double by_chance = (1.0 - 1.0 / times) / (1.0 + 1.0 / times);
    const bool in_part = squares_left(without, with) < 0.8 * by_chance;
    if (cycle == day && !in_part && !(cycle_fits(without, with, times) && squares_fit(without, with)))
      continue;
    if (cycle == week && !cycle_fits(off.empty() ? without : off, with, times)) continue;
    by_hour = std::move(usually);
    off = std::move(with);
    level = std::move(at);
    of = cycle;
  }
  if (of == 0) return {};
  std::vector<double> beside(n);
  for (std::size_t k = 0; k < m; ++k)
    for (std::size_t i = hours.begins[k]; i < hours.begins[k + 1]; ++i) beside[i] = y[i] - level[k];
  if (!known.empty()) {  // as it was known already: all that is slow would have been found
    std::vector<double> other(m);
    for (std::size_t k = 0; k < m; ++k)
      other[k] = known[hours.begins[k] + (hours.begins[k + 1] - hours.begins[k]) / 2] - by_hour[k];
    std::vector<double> scratch(other);
    const double middle = median(scratch);
    for (double& v : other) v = std::abs(v - middle);
    std::vector<double> rest(n);
    for (std::size_t k = 0; k < m; ++k)
      for (std::size_t i = hours.begins[k]; i < hours.begins[k + 1]; ++i)
        rest[i] = std::abs(beside[i] - by_hour[k]);
    if (!(median(other) > 0.3 * median(rest))) return {};
  }
  const std::vector<double> expected = usual(clock, beside, of, gap < 3500, 0.0, drawn_in_mean);
  const std::vector<double> left = distances(beside, expected),
                            all = distances(beside, std::vector<double>(n));
  // a pattern shorter than a day may look like one by hours, and does not row by row; what wanders has,
  // beside its level, a little of any
  std::vector<double> a(left), b(all);
  const double squares = squares_left(all, left);
  if (squares > 0.7 && !(median(a) < 0.7 * median(b) && squares < 0.9)) return {};
  if (covered + gap <= 4 * day) {  // of few days growth looks like a season beside levels
    b = distances(y, parabola(y));
    if (median(b) < 2 * median(a)) return {};
  }
  const std::vector<double> spread = usual(clock, left, day, true, 0.0);
  const auto per_day = static_cast<std::size_t>(static_cast<double>(day) / std::max(1.0, gap) + 0.5);
  return slow_search(y, expected, spread, per_day, of == day ? clock : span<const std::int64_t>(), silent,
                     covered + gap <= 4 * day)
      .all();
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
  std::vector<double> level = d::distances(y, std::vector<double>(n, middle));
  out.expected.assign(n, middle);
  std::vector<double> season = level;
  std::size_t per_day = 0;  // rows of a cycle
  bool has_season = false;  // whether the cycle is more than chance
  constexpr std::int64_t day = 86400, week = 7 * day;
  const auto instant = [&](std::size_t i) { return static_cast<double>(seconds[i]); };  // any difference fits
  double gap = 0.0;  // seconds from row to row
  const double covered = seconds.empty() ? 0.0 : instant(n - 1) - instant(0);
  if (!seconds.empty() && n > 1) {
    std::vector<double> gaps(n - 1);
    for (std::size_t i = 1; i < n; ++i) gaps[i - 1] = instant(i) - instant(i - 1);
    gap = d::median(gaps);
  }
  if (covered + gap >= 2 * day) {  // the last row has its step, too
    const bool within_hours = gap < 3500;
    out.expected = d::usual(clock, y, day, within_hours, middle);
    out.cycle = day;
    per_day = static_cast<std::size_t>(static_cast<double>(day) / std::max(1.0, gap) + 0.5);
    season = d::distances(y, out.expected);
    has_season =
        d::cycle_fits(level, season, covered / static_cast<double>(day)) && d::squares_fit(level, season);
    if (covered >= 3 * week) {
      std::vector<double> weekly = d::usual(clock, y, week, within_hours, middle);
      std::vector<double> off = d::distances(y, weekly);
      if (d::cycle_fits(season, off, covered / static_cast<double>(week))) {
        out.expected = std::move(weekly);
        season = std::move(off);
        out.cycle = week;
        has_season = true;
      }
    }
  }
  if (seconds.empty() && period >= 2 && period <= n / 2) {  // a row is an hour, a period a cycle
    std::vector<std::int64_t> rows(n);
    for (std::size_t i = 0; i < n; ++i) rows[i] = static_cast<std::int64_t>(i) * 3600;
    std::vector<double> periodic = d::usual(rows, y, static_cast<std::int64_t>(period) * 3600, false, middle);
    std::vector<double> off = d::distances(y, periodic);
    const double times = static_cast<double>(n) / static_cast<double>(period);
    if (times >= 3 && d::cycle_fits(season, off, times)) {
      out.expected = std::move(periodic);
      season = std::move(off);
      out.period = period;
      per_day = period;
    }
  }
  // what comes at the same time again and again is as usual as what never changes
  std::vector<std::size_t> cycles;
  if (per_day != 0) cycles.push_back(per_day);
  if (seconds.empty() && period <= n / 2) cycles.push_back(period);
  if (gap > 0) cycles.push_back(static_cast<std::size_t>(3600.0 / gap + 0.5));
  std::vector<double> off(n), tame(y), alone = season;
  for (std::size_t i = 0; i < n; ++i) off[i] = y[i] - middle;
  const std::vector<std::uint8_t> again = d::recurring(off, cycles);
  for (std::size_t i = 0; i < n; ++i)
    if (again[i] != 0) {
      level[i] = 0.0;
      tame[i] = middle;
    }
  for (std::size_t i = 0; i < n; ++i) off[i] = y[i] - out.expected[i];
  const std::vector<std::uint8_t> of_season = d::recurring(off, cycles);
  for (std::size_t i = 0; i < n; ++i)
    if (of_season[i] != 0) season[i] = alone[i] = 0.0;
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
  out.step.assign(n, 0.0);
  for (std::size_t i = 1; i < n; ++i) {
    const double step = 0.3 * std::abs(tame[i] - tame[i - 1]);
    out.step[i - 1] = std::max(out.step[i - 1], step);
    out.step[i] = step;
  }
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
  if (out.cycle != 0 && has_season) {
    by_hour = d::usual(clock, alone, day, true, 0.0);
    scratch = by_hour;
    const double usually = d::median(scratch);
    if (usually > 0)
      for (std::size_t i = 0; i < n; ++i) alone[i] /= std::max(by_hour[i] / usually, 1.0 / 3);
  }
  const d::scattered_tail of_alone(alone);
  for (std::size_t i = 0; of_alone.known() && i < n; ++i) {
    if (!(alone[i] > of_alone.from())) continue;
    const double e = -of_alone.log_tail(alone[i]) * log10_e - log10_e * math::log(2.0);  // two chances
    if (!(e > seldom && e > out.evidence[i])) continue;
    if (!d::recurs(off, i, per_day)) out.evidence[i] = e;
  }
  d::spare_what_is_anywhere(off, out.evidence);
  out.stuck = d::stuck_runs(x);
  out.missing = missing_runs(seconds, x);
  std::vector<std::uint8_t> silent(n);
  for (std::size_t i = 0; i < n; ++i)
    silent[i] = !std::isfinite(x[i]) || out.stuck[i] > 0 || out.missing[i] > 0 ? 1 : 0;
  const std::vector<double> none, flat(n, middle);
  if (out.cycle != 0 && has_season) {
    out.slow = d::slow_search(y, out.expected, by_hour, per_day,
                              out.cycle == day ? clock : span<const std::int64_t>(), silent)
                   .all();
  } else if (out.period != 0) {
    out.slow = d::slow_search(y, out.expected, none, per_day, {}, silent).all();
  } else {
    out.slow = d::slow_search(y, flat, none, 0, clock, silent).all();
  }
  if (out.slow.empty() && out.cycle != 0)
    out.slow = d::slow_beside_levels(seconds, clock, y, has_season ? out.expected : none, gap, silent);
  // a large change tears medians by the hour of few days in two, and a wave of a day hides it
  if (out.slow.empty() && out.cycle != 0 && covered + gap <= 4 * day)
    out.slow = d::slow_search(y, flat, none, 0, clock, silent, true).all();
  for (auto* of : {&out.shift, &out.drift, &out.strength, &out.spread}) of->assign(n, 0.0);
  for (const slow_change& c : out.slow) {
    std::vector<double>& of = c.kind == slow_kind::level    ? out.shift
                              : c.kind == slow_kind::drift  ? out.drift
                              : c.kind == slow_kind::season ? out.strength
                                                            : out.spread;
    for (std::size_t i = c.begin; i < c.end; ++i) of[i] = std::max(of[i], d::weight_of(c, i, n));
  }
  out.tests.resize(n);
  out.stretches.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(x[i])) out.evidence[i] = 0.0;
    out.tests[i] = out.evidence[i];
    const double share = r[i] > 0 ? out.evidence[i] / r[i] : 0.0;
    for (double* of : {&out.level[i], &out.season[i], &out.step[i]}) *of *= share;
    if (out.stuck[i] > 0 || out.missing[i] > 0) out.stands_out[i] = 1;
    out.stretches[i] =
        std::max({out.stuck[i], out.missing[i], out.shift[i], out.drift[i], out.strength[i], out.spread[i]});
    out.evidence[i] = std::max(out.evidence[i], out.stretches[i]);
  }
  return out;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
