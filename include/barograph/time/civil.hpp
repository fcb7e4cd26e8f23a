// The civil calendar: days since 1970-01-01 to year, month, day and back, proleptic Gregorian.
//
// Law: class I; exact for every day whose year fits int64 arithmetic (|year| < 10^15). The count of
// days runs over 400-year eras that begin on 1 March, so that the leap day ends a year and month
// lengths become a linear formula: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2021).
#pragma once

#include <cstdint>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

inline constexpr std::int64_t ns_per_second = 1'000'000'000;
inline constexpr std::int64_t ns_per_minute = 60 * ns_per_second;
inline constexpr std::int64_t ns_per_hour = 60 * ns_per_minute;
inline constexpr std::int64_t ns_per_day = 24 * ns_per_hour;

/// The missing timestamp (numpy's NaT); every time function hands it through.
inline constexpr std::int64_t not_a_time = INT64_MIN;

/// A day of the calendar; month 1..12, day 1..31.
struct civil_date {
  std::int64_t year = 1970;
  int month = 1;
  int day = 1;

  friend constexpr bool operator==(const civil_date& a, const civil_date& b) noexcept {
    return a.year == b.year && a.month == b.month && a.day == b.day;
  }
};

/// Quotient rounded towards minus infinity; b > 0.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept { return a / b - (a % b < 0); }

/// The remainder that goes with `floor_div`: 0 <= floor_mod(a, b) < b.
constexpr std::int64_t floor_mod(std::int64_t a, std::int64_t b) noexcept {
  const std::int64_t r = a % b;
  return r < 0 ? r + b : r;
}

constexpr bool is_leap_year(std::int64_t year) noexcept {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/// 28..31; 0 for a month outside 1..12.
constexpr int days_in_month(std::int64_t year, int month) noexcept {
  if (month < 1 || month > 12) return 0;
  if (month == 2) return is_leap_year(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

constexpr bool is_valid(const civil_date& date) noexcept {
  return date.day >= 1 && date.day <= days_in_month(date.year, date.month);
}

/// Days since 1970-01-01; the date must be valid.
constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) noexcept {
  const std::int64_t march_year = month <= 2 ? year - 1 : year;
  const int march_month = month <= 2 ? month + 9 : month - 3;  // March is 0
  const std::int64_t era = floor_div(march_year, 400);
  const std::int64_t of_era = march_year - era * 400;
  const std::int64_t day_of_year = (153 * march_month + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

constexpr std::int64_t days_from_civil(const civil_date& date) noexcept {
  return days_from_civil(date.year, date.month, date.day);
}

/// The date of a day number.
constexpr civil_date civil_from_days(std::int64_t days) noexcept {
  const std::int64_t shifted = days + 719468;  // days since 0000-03-01
  const std::int64_t era = floor_div(shifted, 146097);
  const std::int64_t day = shifted - era * 146097;
  const std::int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  const std::int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  civil_date date;
  date.day = static_cast<int>(day_of_year - (153 * march_month + 2) / 5 + 1);
  date.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
  date.year = year + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

/// Day of the week as in ISO 8601 less one: 0 Monday .. 6 Sunday.
constexpr int weekday_from_days(std::int64_t days) noexcept {
  return static_cast<int>(floor_mod(days + 3, 7));  // 1970-01-01 was a Thursday
}

/// Year and week as in ISO 8601: week 1 holds the year's first Thursday.
struct iso_week {
  std::int64_t year = 1970;
  int week = 1;
};

constexpr iso_week iso_week_from_days(std::int64_t days) noexcept {
  const std::int64_t thursday = days - weekday_from_days(days) + 3;
  const std::int64_t year = civil_from_days(thursday).year;
  return {year, static_cast<int>((thursday - days_from_civil(year, 1, 1)) / 7 + 1)};
}

BAROGRAPH_NAMESPACE_END
