#include "barograph/time/local_fields.hpp"

#include "catch.hpp"
#include "zone_of_rule.hpp"

using namespace barograph;

namespace {
std::int64_t at(int year, int month, int day, int hour = 0, int minute = 0) {
  return days_from_civil(year, month, day) * ns_per_day + hour * ns_per_hour + minute * ns_per_minute;
}
}  // namespace

TEST_CASE("no instants give no fields, a missing one gives -1") {
  CHECK(local_fields({}, zone::utc()).hour.empty());
  const std::int64_t ns[] = {not_a_time};
  const local_field_columns f = local_fields(ns, zone::fixed(3600));
  CHECK(f.hour[0] == -1);
  CHECK(f.weekday[0] == -1);
  CHECK(f.hour_of_week[0] == -1);
  CHECK(f.day[0] == not_a_time);
}

TEST_CASE("the zone decides hour, weekday and day, east and west, before 1970 and at half hours") {
  const std::int64_t ns[] = {at(2024, 1, 7, 18, 30), -1, 0};  // a Sunday; 1969-12-31 was a Wednesday
  const local_field_columns india = local_fields(ns, zone::fixed(19800));
  CHECK(india.hour == std::vector<std::int8_t>{0, 5, 5});
  CHECK(india.weekday == std::vector<std::int8_t>{0, 3, 3});
  CHECK(india.hour_of_week == std::vector<std::int16_t>{0, 77, 77});
  CHECK(india.day == std::vector<std::int64_t>{days_from_civil(2024, 1, 8), 0, 0});
  const local_field_columns west = local_fields(ns, zone::fixed(-3600));
  CHECK(west.hour == std::vector<std::int8_t>{17, 22, 23});
  CHECK(west.weekday == std::vector<std::int8_t>{6, 2, 2});
  CHECK(west.hour_of_week == std::vector<std::int16_t>{161, 70, 71});
  CHECK(west.day == std::vector<std::int64_t>{days_from_civil(2024, 1, 7), -1, -1});
}

TEST_CASE("the ends of int64 have fields, too") {
  const std::int64_t ns[] = {INT64_MAX, INT64_MIN + 1};  // 2262-04-11 23:47 Friday, 1677-09-21 00:12 Tuesday
  const local_field_columns f = local_fields(ns, zone::utc());
  CHECK(f.hour == std::vector<std::int8_t>{23, 0});
  CHECK(f.weekday == std::vector<std::int8_t>{4, 1});
  CHECK(f.day == std::vector<std::int64_t>{106751, -106752});
}

TEST_CASE("a day of two offsets shows 2 o'clock twice or not at all") {
  const zone z = zone_of_rule("CET-1CEST,M3.5.0,M10.5.0/3");
  std::vector<std::int64_t> hours;
  for (int h = 0; h < 4; ++h) hours.push_back(at(2024, 10, 26, 23) + h * ns_per_hour);
  CHECK(local_fields(hours, z).hour == std::vector<std::int8_t>{1, 2, 2, 3});
  for (std::size_t h = 0; h < 4; ++h)
    hours[h] = at(2024, 3, 30, 23) + static_cast<std::int64_t>(h) * ns_per_hour;
  CHECK(local_fields(hours, z).hour == std::vector<std::int8_t>{0, 1, 3, 4});
  CHECK(local_fields(hours, z).weekday == std::vector<std::int8_t>{6, 6, 6, 6});
}
