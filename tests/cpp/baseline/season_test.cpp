#include "barograph/baseline/season.hpp"

#include <cstdint>
#include <vector>

#include "../time/zone_of_rule.hpp"
#include "barograph/time/local_fields.hpp"
#include "catch.hpp"

using namespace barograph;
using baseline::season;

namespace {

/// Central European time, with its rule for summers.
zone rome() { return zone_of_rule("CET-1CEST,M3.5.0,M10.5.0/3"); }

}  // namespace

TEST_CASE("hours of the week are those of local_fields, through both changes of the clock") {
  const zone z = rome();
  const season week = season::hours_of_week(z), day = season::hours_of_day(z);
  CHECK(week.slots() == 168);
  CHECK(day.slots() == 24);
  std::vector<std::int64_t> times;
  for (std::int64_t h = 0; h < 2 * 8784; ++h)
    times.push_back((1'704'067'200 + 1800 * h) * ns_per_second);  // 2024
  times.push_back(not_a_time);
  times.push_back(-1);
  const local_field_columns fields = local_fields(times, z);
  std::vector<std::int32_t> hours(times.size()), hours_of_day(times.size());
  week.slots(times, hours);
  day.slots(times, hours_of_day);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < times.size(); ++i)
    wrong += hours[i] != fields.hour_of_week[i] || hours_of_day[i] != fields.hour[i] ||
             week.slot(times[i]) != hours[i];
  CHECK(wrong == 0);
}

TEST_CASE("the hour that clocks leave out has no row, the one that comes twice has two") {
  const season week = season::hours_of_week(rome());
  int spring = 0, autumn = 0;  // Sunday 02:00, slot 146
  for (std::int64_t h = 0; h < 24; ++h) {
    spring += week.slot((1'711'843'200 + 3600 * h) * ns_per_second - 2 * ns_per_hour) == 146;  // 2024-03-31
    autumn += week.slot((1'729'987'200 + 3600 * h) * ns_per_second - 2 * ns_per_hour) == 146;  // 2024-10-27
  }
  CHECK(spring == 0);
  CHECK(autumn == 2);
}

TEST_CASE("other periods and slots begin on Monday, rows take turns") {
  const season shift = season::of_time(8 * ns_per_hour, 4 * ns_per_hour);
  CHECK(shift.slots() == 2);
  CHECK(shift.slot(5 * ns_per_hour) == 1);
  CHECK(shift.slot(-ns_per_hour) == 1);
  const season five_days = season::of_time(5 * ns_per_day, ns_per_day);
  CHECK(five_days.slot(-3 * ns_per_day) == 0);  // Monday, 1969-12-29
  CHECK(five_days.slot(0) == 3);
  CHECK(season::of_rows(7).slot(15) == 1);
  CHECK(season::of_rows(7).slot(-1) == 6);
}

TEST_CASE("seasons that cannot be are refused") {
  CHECK_THROWS_AS(season::of_rows(0), invalid_argument);
  CHECK_THROWS_AS(season::of_rows(season::most_slots + 1), invalid_argument);
  CHECK_THROWS_AS(season::of_time(ns_per_day, 7 * ns_per_hour), invalid_argument);
  CHECK_THROWS_AS(season::of_time(ns_per_day, 0), invalid_argument);
  CHECK_THROWS_AS(season::of_time(ns_per_day, 2 * ns_per_day), invalid_argument);
  CHECK_THROWS_AS(season::of_time(7 * ns_per_day, ns_per_second), invalid_argument);
  std::vector<std::int32_t> out(2);
  CHECK_THROWS_AS(season::of_rows(3).slots(std::vector<std::int64_t>{1}, out), invalid_argument);
}
