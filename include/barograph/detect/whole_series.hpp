// whole_series: how strange each value of a series is, by all of it.
//
// The distance from the median and from what is usual at that time, in equal parts (the latter more where the
// season is strong), smoothed over 1, 3 and 10 rows, because what goes wrong lasts, and a part of the larger
// step to a neighbour, because what goes wrong begins. Usual is the median by hour of the day, or by hour of
// the week where three weeks show that it fits better; between the middles of hours it is interpolated.
// Evidence is an exponential tail through the quantiles .5, .8 and .9, which up to a tenth of anomalies do
// not move; values that are stuck and rows that did not come are evidence of
// their own. Class F; O(n log n).
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
#include "missing_rows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// What whole_series found, one of each a row.
struct series_strangeness {
  std::vector<double> evidence;  ///< -log10 of the chance of so much
  std::vector<double> expected;  ///< what is usual at that time
  std::vector<double> level;     ///< part of that evidence by the distance from the median, smoothed
  std::vector<double> season;    ///< part of it by the distance from what is usual, smoothed
  std::vector<double> step;      ///< part of it by the steps to its neighbours
  std::vector<double> stuck;     ///< evidence that the value no longer moved
  std::vector<double> missing;   ///< evidence that rows which were due did not come
  /// Whether the value itself is among the fifth farthest from the median and what is usual: what is strange
  /// only by its neighbours, through the smoothing, is not.
  std::vector<std::uint8_t> stands_out;
  double margin = 0;       ///< about three standard deviations from what is usual
  std::int64_t cycle = 0;  ///< of what is usual: 86,400 s, 604,800 s, or 0 where it is of no time
  std::size_t period = 0;  ///< of what is usual in rows, or 0
};

namespace detail {

/// The q-quantile by rank floor(q (n - 1)); the values are reordered.
inline double quantile(std::vector<double>& v, double q) {
  if (v.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto k = static_cast<std::ptrdiff_t>(q * static_cast<double>(v.size() - 1));
  std::nth_element(v.begin(), v.begin() + k, v.end());
  return v[static_cast<std::size_t>(k)];
}

inline double median(std::vector<double>& v) {
  if (v.size() % 2 != 0) return quantile(v, 0.5);
  const auto half = static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), v.begin() + half, v.end());
  const double upper = v[static_cast<std::size_t>(half)];
  return *std::max_element(v.begin(), v.begin() + half) / 2 + upper / 2;
}

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

/// Medians of x by hour of a cycle, read off at each time.
inline std::vector<double> usual(span<const std::int64_t> seconds, span<const double> x, std::int64_t cycle,
                                 bool interpolate, double all) {
  const auto hours = static_cast<std::size_t>(cycle / 3600);
  std::vector<std::vector<double>> by_hour(hours);
  const auto place = [&](std::int64_t t) { return ((t % cycle) + cycle) % cycle; };
  for (std::size_t i = 0; i < x.size(); ++i)
    by_hour[static_cast<std::size_t>(place(seconds[i]) / 3600)].push_back(x[i]);
  std::vector<double> middle(hours, all);
  for (std::size_t h = 0; h < hours; ++h)
    if (!by_hour[h].empty()) middle[h] = median(by_hour[h]);
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

/// How much the distance from what is usual counts against that from the median: a half, and up to nine
/// tenths where it is much the smaller, so that a strong season hides nothing.
inline double part_of_season(std::vector<double> level, std::vector<double> season) {
  const double rest = median(season), all = median(level);
  return rest > 0 && all > 0 ? std::clamp(1.0 - rest / all, 0.5, 0.9) : 0.5;
}

/// -log10 p by a tail p = exp(-((r - median) / scale)^shape) / 2; below the median p is the rank.
///
/// Scale and shape are read off the quantiles .5, .8 and .9; the fewer rows, the closer to 1 the shape stays.
///
/// @param lightest  the largest shape that is believed: 1 is an exponential tail, 2 a normal one
inline std::vector<double> tail_evidence(const std::vector<double>& r, double lightest) {
  if (r.empty()) return {};
  std::vector<double> sorted(r);
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(r.size());
  const auto at = [&](double q) { return sorted[static_cast<std::size_t>(q * (n - 1))]; };
  const double half = at(0.5), fifth = at(0.8) - half, tenth = at(0.9) - half;
  const double ln10 = math::log(10.0), ln5 = math::log(5.0), ln25 = math::log(2.5);
  double shape = lightest;
  if (tenth > fifth && fifth > 0) shape = math::log(ln5 / ln25) / math::log(tenth / fifth);
  if (shape > 1.25 * lightest) shape = 1.0;  // quantiles on one of few levels: no tail is so light
  shape = 1.0 + (std::clamp(shape, 0.4, lightest) - 1.0) * n / (n + 200.0);
  const auto power = [](double x, double k) { return k == 1.0 ? x : math::exp(k * math::log(x)); };
  const double scale = std::max(tenth / power(ln5, 1.0 / shape), fifth / power(ln25, 1.0 / shape));
  std::vector<double> out(r.size());
  for (std::size_t i = 0; i < r.size(); ++i) {
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), r[i]) - sorted.begin();
    const double rank = (n - static_cast<double>(below) + 0.5) / (n + 1.0);
    double log_p = math::log(std::min(rank, 1.0));
    // where most are equal there is no scale, and ranks are all there is
    if (r[i] > half && scale > 1e-9 * std::abs(half))
      log_p = -math::log(2.0) - power((r[i] - half) / scale, shape);
    out[i] = std::max(0.0, -log_p / ln10);
  }
  return out;
}

/// Evidence of values that are stuck, in all rows of a run: how much longer it is than the third longest,
/// by how often values, and this one, repeat outside of it; below one in a thousand it is none.
inline std::vector<double> stuck_runs(span<const double> x) {
  struct run {
    std::size_t begin, repeats;
  };
  std::vector<run> runs;
  std::size_t repeats = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || x[i] != x[i - 1]) continue;
    if (i >= 2 && x[i - 1] == x[i - 2] && !runs.empty())
      ++runs.back().repeats;
    else
      runs.push_back({i - 1, 1});
    ++repeats;
  }
  std::vector<double> out(x.size(), 0.0);
  std::vector<std::size_t> lengths;
  for (const run& one : runs) lengths.push_back(one.repeats);
  std::sort(lengths.begin(), lengths.end());
  const std::size_t usual = lengths.size() < 3 ? 0 : lengths[lengths.size() - 3];
  for (const run& one : runs) {
    const double others = static_cast<double>(x.size() - one.repeats);
    if (one.repeats <= usual || others < 10) continue;
    const double value = x[one.begin];
    double seen = 0.0, repeated = 0.0;  // this value outside of the run, and how often the next was the same
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      if (x[i] != value || (i >= one.begin && i <= one.begin + one.repeats)) continue;
      seen += 1.0;
      repeated += x[i + 1] == value ? 1.0 : 0.0;
    }
    const double any = (static_cast<double>(repeats - one.repeats) + 1.0) / (others + 2.0);
    // how often this one repeats is known from few rows: as often as may well be
    const double often = std::min(1.0, (repeated + 2.0 * any) / (seen + 2.0));
    double evidence = 0.0;
    for (std::size_t k = usual; k < one.repeats && evidence < 12.0; ++k) {
      // what was seen of the run itself counts too: values that rest begin to do so at some time
      const double more = static_cast<double>(k);
      const double of_any = (any * (others + 2.0) + more) / (others + 2.0 + more);
      const double of_this = often + 2.0 * std::sqrt(often * (1.0 - often) / (seen + 2.0));
      evidence -= math::log(std::min(std::max({of_any, of_this, 0.1}), 1.0)) / math::log(10.0);
    }
    if (evidence < 3.0) continue;
    for (std::size_t i = one.begin; i <= one.begin + one.repeats; ++i) out[i] = std::min(evidence, 12.0);
  }
  return out;
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
  constexpr std::int64_t day = 86400, week = 7 * day;
  const auto instant = [&](std::size_t i) { return static_cast<double>(seconds[i]); };  // any difference fits
  const double covered = seconds.empty() ? 0.0 : instant(n - 1) - instant(0);
  if (covered >= 2 * day) {
    std::vector<double> gaps(n - 1);
    for (std::size_t i = 1; i < n; ++i) gaps[i - 1] = instant(i) - instant(i - 1);
    const bool within_hours = d::median(gaps) < 3500;
    out.expected = d::usual(clock, y, day, within_hours, middle);
    out.cycle = day;
    season = d::distances(y, out.expected);
    if (covered >= 3 * week) {
      std::vector<double> weekly = d::usual(clock, y, week, within_hours, middle);
      std::vector<double> off = d::distances(y, weekly);
      if (d::cycle_fits(season, off, covered / static_cast<double>(week))) {
        out.expected = std::move(weekly);
        season = std::move(off);
        out.cycle = week;
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
    }
  }
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
    const double step = 0.3 * std::abs(y[i] - y[i - 1]);
    out.step[i - 1] = std::max(out.step[i - 1], step);
    out.step[i] = step;
  }
  std::vector<double> r(n);
  for (std::size_t i = 0; i < n; ++i) r[i] = out.level[i] + out.season[i] + out.step[i];
  out.evidence = d::tail_evidence(r, 1.0);
  out.stuck = d::stuck_runs(x);
  out.missing = missing_runs(seconds, x);
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(x[i])) out.evidence[i] = 0.0;
    const double share = r[i] > 0 ? out.evidence[i] / r[i] : 0.0;
    for (double* of : {&out.level[i], &out.season[i], &out.step[i]}) *of *= share;
    if (out.stuck[i] > 0 || out.missing[i] > 0) out.stands_out[i] = 1;
    out.evidence[i] = std::max({out.evidence[i], out.stuck[i], out.missing[i]});
  }
  return out;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
