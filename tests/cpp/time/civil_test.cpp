#include "barograph/time/civil.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("days and dates are inverse over 800 years, one day apart, and weekdays turn") {
  civil_date before = civil_from_days(days_from_civil(1599, 12, 31));
  for (std::int64_t day = days_from_civil(1600, 1, 1); day <= days_from_civil(2400, 1, 1); ++day) {
    const civil_date date = civil_from_days(day);
    REQUIRE(is_valid(date));
    REQUIRE(days_from_civil(date) == day);
    const bool same_month = date.month == before.month && date.day == before.day + 1;
    const bool next_month = date.day == 1 && before.day == days_in_month(before.year, before.month) &&
                            (date.month == before.month + 1 ||
                             (date.month == 1 && before.month == 12 && date.year == before.year + 1));
    REQUIRE((same_month || next_month));
    REQUIRE(weekday_from_days(day) == (weekday_from_days(day - 1) + 1) % 7);
    before = date;
  }
}

TEST_CASE("known days") {
  CHECK(days_from_civil(1970, 1, 1) == 0);
  CHECK(days_from_civil(2000, 3, 1) == 11017);
  CHECK(days_from_civil(-4713, 11, 24) == -2440588);  // day 0 of the Julian day count
  CHECK(weekday_from_days(days_from_civil(2024, 1, 1)) == 0);
  CHECK(civil_from_days(days_from_civil(200000, 2, 29)) == civil_date{200000, 2, 29});
}

TEST_CASE("ISO weeks of the examples in ISO 8601") {
  CHECK(iso_week_from_days(days_from_civil(2005, 1, 1)).year == 2004);
  CHECK(iso_week_from_days(days_from_civil(2005, 1, 1)).week == 53);
  CHECK(iso_week_from_days(days_from_civil(2007, 1, 1)).week == 1);
  CHECK(iso_week_from_days(days_from_civil(2008, 12, 31)).year == 2009);
}

TEST_CASE("the calendar knows its impossible dates") {
  CHECK_FALSE(is_valid({2023, 2, 29}));
  CHECK(is_valid({2000, 2, 29}));
  CHECK_FALSE(is_valid({1900, 2, 29}));
  CHECK_FALSE(is_valid({2024, 13, 1}));
  CHECK_FALSE(is_valid({2024, 4, 31}));
  CHECK_FALSE(is_valid({2024, 4, 0}));
}
