#include "barograph/time/truncate.hpp"

#include "catch.hpp"
#include "zone_of_rule.hpp"

using namespace barograph;

namespace {
std::int64_t at(int year, int month, int day, int hour = 0, int minute = 0) {
  return days_from_civil(year, month, day) * ns_per_day + hour * ns_per_hour + minute * ns_per_minute;
}

const char* const berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
const char* const lord_howe = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";
const char* const midnight = "AAA3BBB,M10.3.6/24,M2.3.6/24";  // clocks go forward over 00:00

std::int64_t down(std::int64_t ns, const char* freq, const zone& z) {
  zone_clock clock(z);
  return truncate(ns, parse_frequency(freq), clock);
}
}  // namespace

TEST_CASE("frequencies are read, and refused by name") {
  CHECK(parse_frequency("15min").ns == 15 * ns_per_minute);
  CHECK(parse_frequency("h").ns == ns_per_hour);
  CHECK(parse_frequency("100000s").ns == 100000 * ns_per_second);
  CHECK(parse_frequency("3D").count == 3);
  CHECK(parse_frequency("3D").kind == frequency::unit::day);
  for (const char* text : {"", "0min", "5", "-1h", "1.5h", "5 min", "2W", "2MS", "1H", "100001s",
                           "99999999999999999999s", "5minx", "d"})
    CHECK_THROWS_AS(parse_frequency(text), invalid_argument);
}

TEST_CASE("an hour that comes twice is two hours, a day of 25 hours is one day") {
  const zone z = zone_of_rule(berlin);
  CHECK(down(at(2050, 10, 30, 0, 30), "1h", z) == at(2050, 10, 30, 0));  // 02:30 the first time
  CHECK(down(at(2050, 10, 30, 1, 30), "1h", z) == at(2050, 10, 30, 1));  // 02:30 the second time
  CHECK(down(at(2050, 10, 30, 22, 59), "D", z) == at(2050, 10, 29, 22));
  CHECK(down(at(2050, 10, 30, 23), "D", z) == at(2050, 10, 30, 23));
  CHECK(down(at(2050, 10, 30, 1, 30), "2h", z) == at(2050, 10, 30, 0));
  CHECK(down(at(2050, 11, 15), "MS", z) == at(2050, 10, 31, 23));
  CHECK(down(at(2050, 3, 31), "MS", z) == at(2050, 2, 28, 23));  // another offset at the month's start
}

TEST_CASE("a period whose start the clocks jump over begins after the gap") {
  const zone z = zone_of_rule(midnight);
  const std::int64_t jump = at(2050, 10, 16, 3);  // Sunday 00:00 does not exist, 01:00 follows 23:59
  CHECK(down(jump, "D", z) == jump);
  CHECK(down(jump + 5 * ns_per_hour, "D", z) == jump);
  CHECK(down(jump - 1, "D", z) == at(2050, 10, 15, 3));
  const zone howe = zone_of_rule(lord_howe);  // 02:00 to 02:29 are left out
  CHECK(down(at(2050, 10, 1, 15, 40), "1h", howe) == at(2050, 10, 1, 15, 30));
}

TEST_CASE("in every zone truncation is idempotent, in order and never later, at wall clock starts") {
  for (const char* rule : {berlin, lord_howe, midnight, "<-0330>3:30"}) {
    const zone z = zone_of_rule(rule);
    zone_clock clock(z);
    for (const char* freq : {"7min", "30min", "45min", "1h", "90min", "2h", "6h", "1D", "2D", "W", "MS"}) {
      const frequency f = parse_frequency(freq);
      std::int64_t before = INT64_MIN;
      for (std::int64_t t = at(2050, 1, 1); t < at(2051, 1, 1); t += 97 * ns_per_minute) {
        const std::int64_t start = truncate(t, f, clock);
        INFO(rule << ' ' << freq << ' ' << t);
        REQUIRE(start <= t);
        REQUIRE(start >= before);
        REQUIRE(truncate(start, f, clock) == start);
        before = start;
      }
    }
  }
}

TEST_CASE("weeks begin on Monday and runs of days at 1970, before it too") {
  const zone utc = zone::utc();
  CHECK(down(at(2024, 2, 29, 23), "W", utc) == at(2024, 2, 26));
  CHECK(down(at(2024, 2, 26), "W", utc) == at(2024, 2, 26));
  CHECK(down(-1, "2D", utc) == at(1969, 12, 30));
  CHECK(down(at(1968, 2, 29, 1), "MS", utc) == at(1968, 2, 1));
  CHECK(down(not_a_time, "D", utc) == not_a_time);
  CHECK(down(INT64_MIN + 1, "D", utc) == not_a_time);
  CHECK(down(INT64_MIN + 1, "MS", utc) == not_a_time);
  CHECK(down(INT64_MAX, "MS", utc) == at(2262, 4, 1));
  CHECK(down(INT64_MAX, "D", zone_of_rule("XXX-14")) <= INT64_MAX);
}

TEST_CASE("a column is truncated row by row into one of its size") {
  const std::int64_t ns[] = {at(2050, 1, 1, 5), not_a_time, -1};
  std::int64_t out[3] = {};
  truncate(ns, parse_frequency("1D"), zone::utc(), out);
  CHECK(out[0] == at(2050, 1, 1));
  CHECK(out[1] == not_a_time);
  CHECK(out[2] == -ns_per_day);
  CHECK_THROWS_AS(truncate(ns, parse_frequency("1D"), zone::utc(), span<std::int64_t>(out, 2)),
                  invalid_argument);
}
