#include "barograph/time/posix_rule.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
/// Seconds since the epoch, UTC.
std::int64_t at(int year, int month, int day, int hour = 0, int minute = 0) {
  return days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60;
}
}  // namespace

TEST_CASE("a rule without summer time has one interval, west of Greenwich being positive in it") {
  const zone_interval i = posix_rule("EST5").at(at(2050, 7, 1));
  CHECK(i.offset == -5 * 3600);
  CHECK(i.begin == INT64_MIN);
  CHECK(i.end == INT64_MAX);
  CHECK(posix_rule("<+0545>-5:45").at(0).offset == 20700);
  CHECK(posix_rule("LMT-0:53:28").at(0).offset == 3208);
  CHECK(posix_rule("<-00>+0").at(0).offset == 0);
}

TEST_CASE("intervals end where the next begins, at the instants the law says") {
  // New York since 2007: second Sunday of March, first Sunday of November, at 2:00 of the wall clock.
  const posix_rule rule("EST5EDT,M3.2.0,M11.1.0");
  const zone_interval summer = rule.at(at(2024, 7, 4));
  CHECK(summer.begin == at(2024, 3, 10, 7));
  CHECK(summer.end == at(2024, 11, 3, 6));
  CHECK(summer.offset == -4 * 3600);
  CHECK(rule.at(summer.begin - 1).end == summer.begin);
  CHECK(rule.at(summer.begin - 1).begin == at(2023, 11, 5, 6));
  CHECK(rule.at(summer.end).begin == summer.end);
  CHECK(rule.at(summer.end).offset == -5 * 3600);
  CHECK(rule.at(at(2025, 1, 1)).end == at(2025, 3, 9, 7));
}

TEST_CASE("a southern summer spans the new year") {
  const posix_rule rule("AEST-10AEDT,M10.1.0,M4.1.0/3");  // Sydney
  const zone_interval summer = rule.at(at(2025, 1, 1));
  CHECK(summer.begin == at(2024, 10, 5, 16));
  CHECK(summer.end == at(2025, 4, 5, 16));
  CHECK(summer.offset == 39600);
}

TEST_CASE("half an hour of summer, negative summer time and hours before the day") {
  const posix_rule howe("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0");
  CHECK(howe.at(at(2025, 1, 1)).offset == 39600);
  CHECK(howe.at(at(2025, 1, 1)).end == at(2025, 4, 5, 15));
  const posix_rule dublin("IST-1GMT0,M10.5.0,M3.5.0/1");  // winter is the exception there
  CHECK(dublin.at(at(2025, 1, 1)).offset == 0);
  CHECK(dublin.at(at(2025, 7, 1)).offset == 3600);
  const posix_rule nuuk("<-02>2<-01>,M3.5.0/-1,M10.5.0/0");  // 23:00 of the day before
  CHECK(nuuk.at(at(2025, 7, 1)).begin == at(2025, 3, 30, 1));
}

TEST_CASE("days of the year with and without the leap day") {
  CHECK(posix_rule("AAA0BBB,J59/0,J60/0").at(at(2048, 2, 28, 12)).end == at(2048, 3, 1) - 3600);
  CHECK(posix_rule("AAA0BBB,58/0,60/0").at(at(2048, 2, 28, 12)).end == at(2048, 3, 1) - 3600);
  CHECK(posix_rule("AAA0BBB,58/0,60/0").at(at(2049, 2, 28, 12)).end == at(2049, 3, 2) - 3600);
}

TEST_CASE("the days of change agree with a calendar that is walked day by day") {
  for (int week = 1; week <= 5; ++week)
    for (int weekday = 0; weekday <= 6; ++weekday) {
      const posix_rule rule("AAA0BBB,M2." + std::to_string(week) + '.' + std::to_string(weekday) +
                            "/0,M9.1.0");
      for (int year = 2019; year < 2031; ++year) {
        int found = 0;
        for (int day = 1, seen = 0; day <= days_in_month(year, 2); ++day)
          if ((weekday_from_days(days_from_civil(year, 2, day)) + 1) % 7 == weekday && ++seen <= week)
            found = day;
        REQUIRE(rule.at(at(year, 6, 1)).begin == at(year, 2, found));
      }
    }
}

TEST_CASE("a rule that is cut off anywhere is refused or another whole rule") {
  const std::string whole = "<+1030>-10:30<+11>-11,M10.1.0/2:00,J100/-1";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(whole.substr(0, size));
    const bool a_rule = size == 9 || size == 10 || size == 12 || size == 13 ||  // offsets
                        (size >= 37 && size <= 39) || size == whole.size();
    if (a_rule)
      CHECK_NOTHROW(posix_rule(std::string_view(whole).substr(0, size)));
    else
      CHECK_THROWS_AS(posix_rule(std::string_view(whole).substr(0, size)), bad_bytes);
  }
  CHECK_THROWS_AS(posix_rule(std::string_view("CET\0-1", 6)), bad_bytes);
  CHECK_THROWS_AS(posix_rule("CET-1:60"), bad_bytes);
  CHECK_THROWS_AS(posix_rule("CET-1CEST,M3.5.7,M10.5.0"), bad_bytes);
}
