// slow_calendar: whether a slow change is the calendar's: a weekend of which too few are known, or hours that
// are like this on other days.
//
// Class F; O(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/math.hpp"
#include "../../core/span.hpp"
#include "../slow_change.hpp"
#include "order.hpp"
#include "usual_course.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

class slow_calendar {
 public:
  /// @param clock   seconds by the clocks whose days matter; empty where no change is the calendar's
  /// @param first   the series without what is usual, changes still in it
  /// @param silent  1 where a row is missing or stuck; both are to outlive this
  slow_calendar(span<const std::int64_t> clock, std::vector<double> first,
                const std::vector<std::uint8_t>& silent)
      : clock_(clock), first_(std::move(first)), silent_(silent) {}

  /// Whether a change is that of a weekend, where too few are known to say what is usual then.
  bool is_weekend(const slow_change& c) const {
    if (clock_.empty()) return false;
    constexpr std::int64_t day = 86400, about = day / 6;
    const auto edge = [&](std::size_t row) {  // of which both sides are known
      return on_weekend(std::max(clock_[row] - about, clock_[0])) !=
             on_weekend(std::min(clock_[row] + about, clock_[clock_.size() - 1]));
    };
    std::size_t odd = 0;
    for (std::size_t i = c.begin; i < c.end; ++i) odd += on_weekend(clock_[i]) ? 1 : 0;
    const double share = static_cast<double>(odd) / static_cast<double>(c.end - c.begin);
    const bool begins = edge(c.begin), ends = c.end == first_.size() || edge(c.end);
    const double lasts = static_cast<double>(clock_[c.end - 1]) - static_cast<double>(clock_[c.begin]);
    const bool long_enough = lasts > static_cast<double>(day) || c.end == first_.size();
    const bool like_weekend = share > 0.85 && (begins || (ends && c.end != first_.size())) && long_enough;
    const bool like_weekdays = share < 0.15 && begins && ends;
    if (!like_weekend && !like_weekdays) return false;
    const bool is_step = c.kind == slow_kind::level || c.kind == slow_kind::drift;
    return !(is_step && other_weekends_differ(c, like_weekend ? c.size : -c.size));
  }

  /// Whether a change is what its hours are like on other days, too: then these lie apart now that it has
  /// been taken away.
  ///
  /// @param rest   the series without what is usual and without the change
  /// @param slope  a row, of the line beside it
  bool is_of_hours(const slow_change& c, const std::vector<double>& rest, double slope) const {
    if (c.kind == slow_kind::season) return false;
    const bool is_spread = c.kind == slow_kind::spread;
    const std::size_t n = rest.size(), changed = c.end - c.begin;
    std::vector<double> scratch(rest);
    const double middle = median(scratch);
    std::vector<double> within[24], beside[24];
    for (std::size_t i = 0; i < n; ++i) {
      if (silent_[i] != 0) continue;
      const auto hour = static_cast<std::size_t>((((clock_[i] % 86400) + 86400) % 86400) / 3600);
      const double along =
          rest[i] - middle -
          (is_spread ? 0.0 : slope) * (static_cast<double>(i) - static_cast<double>(c.begin));
      (i >= c.begin && i < c.end ? within : beside)[hour].push_back(is_spread ? std::abs(along) : along);
    }
    std::vector<double> off;  // one for each row of the change that another day tells of
    for (std::size_t h = 0; h < 24; ++h) {
      const std::size_t rows = within[h].size();
      if (rows == 0 || beside[h].empty()) continue;
      const double now = median(within[h]), then = median(beside[h]);
      off.insert(off.end(), rows,
                 is_spread ? std::abs(math::log(std::max(now, 1e-300) / std::max(then, 1e-300)))
                           : std::abs(now - then));
    }
    if (2 * off.size() < changed) return true;
    return !(median(off) < 0.5 * std::abs(is_spread ? math::log(c.size) : c.size));
  }

 private:
  /// Whether two other weekends or more are known, which mostly do not lie beside their weekdays as a change
  /// of `size` would have them.
  bool other_weekends_differ(const slow_change& c, double size) const {
    constexpr std::int64_t day = 86400, week = 7 * day;
    std::vector<double> beside, within;
    std::size_t known = 0, like = 0;
    const std::size_t n = first_.size();
    const auto saturday = [](std::int64_t t) { return t - (((t - 2 * day) % week) + week) % week; };
    for (std::size_t i = 0; i < n;) {  // a Saturday and the Friday before, a Sunday and the Monday after
      const std::int64_t from = saturday(clock_[i] + day) - day, to = from + 4 * day;
      beside.clear();
      within.clear();
      bool changed = false;
      for (; i < n && saturday(clock_[i] + day) - day == from; ++i) {
        if (clock_[i] >= to || silent_[i] != 0) continue;
        const bool weekend = clock_[i] >= from + day && clock_[i] < from + 3 * day;
        changed = changed || (i >= c.begin && i < c.end);
        (weekend ? within : beside).push_back(first_[i]);
      }
      if (changed || within.size() < 4 || beside.size() < 4) continue;
      ++known;
      if ((median(within) - median(beside)) / size > 0.3) ++like;
    }
    return known >= 2 && 3 * like < known;
  }

  span<const std::int64_t> clock_;
  std::vector<double> first_;
  const std::vector<std::uint8_t>& silent_;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
