// usual_course: what is usual at the time of each row: the median by hour of the day, of weekends apart
// where two show that they are otherwise, or by hour of the week where three weeks show that it fits better,
// or by the place in a period of rows.
//
// Between the middles of hours it is interpolated. Class F; O(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/span.hpp"
#include "order.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

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

/// How many different hours of a cycle have rows.
inline double hours_in_use(span<const std::int64_t> clock, std::int64_t cycle) {
  std::vector<bool> seen(static_cast<std::size_t>(cycle / 3600));
  for (const std::int64_t t : clock)
    seen[static_cast<std::size_t>(((t % cycle) + cycle) % cycle / 3600)] = true;
  return static_cast<double>(std::count(seen.begin(), seen.end(), true));
}

inline bool on_weekend(std::int64_t t) {  // 1970 began on a Thursday
  constexpr std::int64_t day = 86400;
  const std::int64_t place = ((t % (7 * day)) + 7 * day) % (7 * day);
  return place >= 2 * day && place < 4 * day;
}

/// Medians by hour of the day, of weekends and of other days.
inline std::vector<double> usual_of_weekends(span<const std::int64_t> clock, const std::vector<double>& x,
                                             bool interpolate, double all) {
  std::vector<double> out(x.size());
  for (const bool odd : {false, true}) {
    std::vector<std::int64_t> at;
    std::vector<double> of;
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (on_weekend(clock[i]) != odd) continue;
      at.push_back(clock[i]);
      of.push_back(x[i]);
      rows.push_back(i);
    }
    of = usual(at, of, 86400, interpolate, all);
    for (std::size_t k = 0; k < rows.size(); ++k) out[rows[k]] = of[k];
  }
  return out;
}

/// Whether medians of weekends leave far less of the squares there than those of all days, beyond what chance
/// would and an incident on half of the weekends.
///
/// @param per_day  rows
inline bool weekends_fit(span<const std::int64_t> clock, const std::vector<double>& without,
                         const std::vector<double>& with, double per_day) {
  std::vector<double> sorted(without);
  const double limit = 6.0 * median(sorted);
  double before = 0.0, after = 0.0;
  std::vector<std::int64_t> at;
  for (std::size_t i = 0; limit > 0 && i < with.size(); ++i) {
    if (!on_weekend(clock[i])) continue;
    const double a = std::min(without[i], limit) / limit, b = std::min(with[i], limit) / limit;
    before += a * a;
    after += b * b;
    at.push_back(clock[i]);
  }
  // days that have not a row in each hour do not show each hour once a day
  const double days = static_cast<double>(at.size()) / std::max({1.0, per_day, hours_in_use(at, 86400)});
  return days >= 3.0 && after * (1.0 + 1.0 / days) / (1.0 - 1.0 / days) < 0.3 * before;
}

/// Whether weekends are mostly twice as far off as other days.
inline bool weekends_unlike(span<const std::int64_t> clock, const std::vector<double>& off) {
  std::vector<double> weekends, others;
  for (std::size_t i = 0; i < off.size(); ++i) (on_weekend(clock[i]) ? weekends : others).push_back(off[i]);
  return !weekends.empty() && !others.empty() && median(weekends) > 2 * median(others);
}

/// How far apart the rows of a series are, and what they cover.
struct series_times {
  double gap = 0.0, covered = 0.0;  ///< seconds from row to row, and from the first to the last

  explicit series_times(span<const std::int64_t> seconds) {
    const std::size_t n = seconds.size();
    if (n < 2) return;
    const auto instant = [&](std::size_t i) {
      return static_cast<double>(seconds[i]);
    };  // any difference fits
    covered = instant(n - 1) - instant(0);
    std::vector<double> gaps(n - 1);
    for (std::size_t i = 1; i < n; ++i) gaps[i - 1] = instant(i) - instant(i - 1);
    gap = median(gaps);
  }

  /// The last row has its step, too.
  double whole() const noexcept { return covered + gap; }
  std::size_t rows_of_day() const noexcept {
    return static_cast<std::size_t>(86400.0 / std::max(1.0, gap) + 0.5);
  }
};

/// What is usual at the time of each row.
struct usual_course {
  std::vector<double> expected, off;  ///< and how far each row is from it
  std::int64_t cycle = 0;             ///< its seconds, or 0; of two days where weekends are known apart
  std::size_t period = 0;             ///< its rows where times are unknown, or 0
  std::size_t rows = 0;               ///< of a cycle, or of a day where that is a week
  bool is_season = false;             ///< whether the cycle of times is more than chance

  /// @param middle  the median of y, which is usual where nothing else is
  /// @param period  where times are unknown: rows after which it may repeat
  usual_course(span<const std::int64_t> clock, const std::vector<double>& y, double middle,
               const series_times& times, std::size_t may_repeat) {
    constexpr std::int64_t day = 86400, week = 7 * day;
    expected.assign(y.size(), middle);
    const std::vector<double> level = distances(y, expected);
    off = level;
    const auto take = [&](std::vector<double> other, std::vector<double> left) {
      expected = std::move(other);
      off = std::move(left);
    };
    if (clock.empty()) {
      if (may_repeat < 2 || 3 * may_repeat > y.size()) return;
      std::vector<std::int64_t> rows_as_hours(y.size());
      for (std::size_t i = 0; i < y.size(); ++i) rows_as_hours[i] = static_cast<std::int64_t>(i) * 3600;
      std::vector<double> periodic =
          usual(rows_as_hours, y, static_cast<std::int64_t>(may_repeat) * 3600, false, middle);
      std::vector<double> left = distances(y, periodic);
      if (!cycle_fits(off, left, static_cast<double>(y.size()) / static_cast<double>(may_repeat))) return;
      take(std::move(periodic), std::move(left));
      period = rows = may_repeat;
      return;
    }
    if (!(times.whole() >= 2 * day)) return;
    const bool within_hours = times.gap < 3500;
    std::vector<double> daily = usual(clock, y, day, within_hours, middle);
    std::vector<double> left = distances(y, daily);
    take(std::move(daily), std::move(left));
    cycle = day;
    rows = times.rows_of_day();
    is_season = cycle_fits(level, off, times.covered / static_cast<double>(day)) && squares_fit(level, off);
    std::vector<double> apart = usual_of_weekends(clock, y, within_hours, middle);
    left = distances(y, apart);
    if (weekends_fit(clock, off, left, static_cast<double>(rows))) {
      take(std::move(apart), std::move(left));
      cycle = 2 * day;
      is_season = true;
    }
    if (times.covered < 3 * week) return;
    std::vector<double> weekly = usual(clock, y, week, within_hours, middle);
    left = distances(y, weekly);
    const double seen = std::min(times.covered / static_cast<double>(week),
                                 static_cast<double>(y.size()) / hours_in_use(clock, week));
    if (seen < 2.0 || !cycle_fits(off, left, seen)) return;  // a row alone in its hour is its own median
    take(std::move(weekly), std::move(left));
    cycle = week;
    is_season = true;
  }
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
