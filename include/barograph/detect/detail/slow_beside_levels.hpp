// slow_beside_levels: the slow changes of a series whose season shows only when its level is taken away.
//
// Class F; O(n) and the square of the blocks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/span.hpp"
#include "../slow_changes.hpp"
#include "order.hpp"
#include "steady_usual.hpp"
#include "usual_course.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

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
}  // namespace detect
BAROGRAPH_NAMESPACE_END
