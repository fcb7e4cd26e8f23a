// local_fields: what the wall clock and the calendar of a zone show at instants: hour, weekday, hour
// of the week, day.
//
// Law: class I; a missing instant has fields of -1 and a missing day.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../core/span.hpp"
#include "zone.hpp"

BAROGRAPH_NAMESPACE_BEGIN

struct local_field_columns {
  std::vector<std::int8_t> hour;           ///< 0..23
  std::vector<std::int8_t> weekday;        ///< 0 Monday .. 6 Sunday
  std::vector<std::int16_t> hour_of_week;  ///< 0 Monday 00:00 .. 167
  std::vector<std::int64_t> day;           ///< days since 1970-01-01 on the zone's calendar
};

inline local_field_columns local_fields(span<const std::int64_t> ns, const zone& z) {
  local_field_columns out;
  out.hour.resize(ns.size(), -1);
  out.weekday.resize(ns.size(), -1);
  out.hour_of_week.resize(ns.size(), -1);
  out.day.resize(ns.size(), not_a_time);
  zone_clock clock(z);
  for (std::size_t i = 0; i < ns.size(); ++i) {
    if (ns[i] == not_a_time) continue;
    const std::int64_t hours = floor_div(clock.to_local(ns[i]), ns_per_hour);
    const std::int64_t day = floor_div(hours, 24);
    const int hour = static_cast<int>(hours - day * 24);
    const int weekday = weekday_from_days(day);
    out.hour[i] = static_cast<std::int8_t>(hour);
    out.weekday[i] = static_cast<std::int8_t>(weekday);
    out.hour_of_week[i] = static_cast<std::int16_t>(weekday * 24 + hour);
    out.day[i] = day;
  }
  return out;
}

BAROGRAPH_NAMESPACE_END
