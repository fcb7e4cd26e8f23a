#include "barograph/time/zone.hpp"

#include <cstdlib>

#include "barograph/time/local_fields.hpp"
#include "barograph/time/truncate.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
std::int64_t at(int year, int month, int day, int hour = 0, int minute = 0) {
  return days_from_civil(year, month, day) * ns_per_day + hour * ns_per_hour + minute * ns_per_minute;
}

/// A TZif file of version 2 that says nothing but its rule.
std::string file_of(const std::string& rule) {
  const auto block = [](char version) {
    std::string out = std::string("TZif") + version + std::string(15, '\0');
    for (int n : {0, 0, 0, 0, 1, 4}) out += std::string(3, '\0') + static_cast<char>(n);
    return out + std::string(6, '\0') + std::string("ABC\0", 4);
  };
  return block('2') + block('2') + "\n" + rule + "\n";
}
std::int32_t offset(const std::string& rule, std::int64_t ns) {
  const zone z = zone::from_tzif(file_of(rule));
  return zone_clock(z).offset(ns);
}
}  // namespace

TEST_CASE("rules say when summer is, north and south, by month, day of the year and extended hours") {
  CHECK(offset("CET-1CEST,M3.5.0,M10.5.0/3", at(2050, 3, 27, 0, 59)) == 3600);
  CHECK(offset("CET-1CEST,M3.5.0,M10.5.0/3", at(2050, 3, 27, 1)) == 7200);
  CHECK(offset("CET-1CEST,M3.5.0,M10.5.0/3", at(2050, 10, 30, 1)) == 3600);
  CHECK(offset("AEST-10AEDT,M10.1.0,M4.1.0/3", at(2050, 1, 1)) == 39600);
  CHECK(offset("AEST-10AEDT,M10.1.0,M4.1.0/3", at(2050, 7, 1)) == 36000);
  CHECK(offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2050, 3, 27, 0, 59)) == -7200);
  CHECK(offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2050, 3, 27, 1)) == -3600);
  CHECK(offset("AAA0BBB,J60/0,300/0", at(2048, 2, 29, 23)) == 0);  // J60 is 1 March in leap years too
  CHECK(offset("AAA0BBB,J60/0,300/0", at(2048, 3, 1)) == 3600);
  CHECK(offset("AAA0BBB,59/0,300/0", at(2048, 2, 29)) == 3600);
  CHECK(offset("XXX3EDT4,0/0,J365/23", at(2051, 1, 1, 3)) == -4 * 3600);  // always summer: RFC 9636, 3.3.2
  CHECK(offset("XXX3EDT4,0/0,J365/23", at(2051, 7, 1)) == -4 * 3600);
  CHECK(offset("<+0330>-3:30", at(2051, 7, 1)) == 12600);
}

TEST_CASE("text that is no rule is refused") {
  for (const char* rule :
       {"C", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-25", "<+03",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,J0,J1", "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1 ",
        "CET-1CEST,M3.5.0,M10.5.0/3x", "CET99999999999"})
    CHECK_THROWS_AS(zone::from_tzif(file_of(rule)), bad_bytes);
}

TEST_CASE("fixed zones shift and stay") {
  const zone z = zone::fixed(-19800);
  zone_clock clock(z);
  CHECK(clock.to_local(0) == -19800 * ns_per_second);
  CHECK(clock.to_utc(clock.to_local(12345)) == 12345);
  CHECK(clock.to_utc(not_a_time) == not_a_time);
  CHECK_THROWS_AS(zone::fixed(86400), invalid_argument);
}

TEST_CASE("instants survive the way to the wall clock and back, but for the hour that comes twice") {
  const zone z = zone::from_tzif(file_of("CET-1CEST,M3.5.0,M10.5.0/3"));
  zone_clock clock(z);
  for (std::int64_t t = at(2050, 1, 1); t < at(2051, 1, 1); t += 20 * ns_per_minute) {
    const std::int64_t back = clock.to_utc(clock.to_local(t));
    const bool twice = t >= at(2050, 10, 30, 1) && t < at(2050, 10, 30, 2);
    REQUIRE(back == (twice ? t - ns_per_hour : t));
    REQUIRE(clock.to_utc(clock.to_local(t), ambiguous_time::latest) ==
            (t >= at(2050, 10, 30, 0) && t < at(2050, 10, 30, 1) ? t + ns_per_hour : t));
  }
}

TEST_CASE("zones are found by name, never outside their folder") {
  CHECK_THROWS_AS(zone::load("../../etc/passwd"), invalid_argument);
  CHECK_THROWS_AS(zone::load("/etc/passwd"), invalid_argument);
  CHECK_THROWS_AS(zone::load("Mars/Olympus"), invalid_argument);
  CHECK_THROWS_AS(zone::load(""), invalid_argument);
  const zone utc = zone::load("UTC");
  CHECK(zone_clock(utc).offset(0) == 0);
}

TEST_CASE("periods of before 1970 begin before their instants") {
  const zone utc = zone::utc();
  zone_clock clock(utc);
  CHECK(truncate(-1, parse_frequency("1min"), clock) == -ns_per_minute);
  CHECK(truncate(-ns_per_minute, parse_frequency("1min"), clock) == -ns_per_minute);
  CHECK(truncate(-1, parse_frequency("MS"), clock) == at(1969, 12, 1));
  CHECK(truncate(at(1969, 12, 28), parse_frequency("W"), clock) == at(1969, 12, 22));
  CHECK(truncate(INT64_MIN + 1, parse_frequency("1h"), clock) == not_a_time);  // its hour began too early
}

TEST_CASE("the hour of the week counts from Monday") {
  const std::int64_t ns[] = {at(2024, 1, 1), at(2024, 1, 7, 23, 59), not_a_time, -1};
  const local_field_columns f = local_fields(ns, zone::utc());
  CHECK(f.hour_of_week == std::vector<std::int16_t>{0, 167, -1, 2 * 24 + 23});
  CHECK(f.day[3] == -1);
  CHECK(f.day[2] == not_a_time);
}
