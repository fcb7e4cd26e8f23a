// posix_rule: the rule for all later years at the end of a TZif file, e.g. "CET-1CEST,M3.5.0,M10.5.0/3".
//
// Source: POSIX.1-2024, Base Definitions 8.3 (TZ), with the hours -167..167 of RFC 9636, section
// 3.3.2. Law: class I.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "../core/errors.hpp"
#include "civil.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// A stretch of time with one offset: [begin, end) in seconds since the epoch, UTC.
struct zone_interval {
  std::int64_t begin = INT64_MIN;
  std::int64_t end = INT64_MAX;
  std::int32_t offset = 0;  ///< seconds east of Greenwich
};

class posix_rule {
 public:
  /// Raises `bad_bytes` unless all of text is a rule.
  explicit posix_rule(std::string_view text) : text_(text) {
    name();
    standard_ = -duration(24);
    has_summer_ = !rest().empty();
    if (has_summer_) {
      name();
      summer_ = standard_ + 3600;
      if (!rest().empty() && rest().front() != ',') summer_ = -duration(24);
      begins_ = date();
      ends_ = date();
      if (!rest().empty()) refuse("text after its end");
    }
    text_ = {};
  }

  /// The interval that holds an instant. Years within +-10^9.
  zone_interval at(std::int64_t seconds) const noexcept {
    if (!has_summer_) return {INT64_MIN, INT64_MAX, standard_};
    const std::int64_t year = civil_from_days(floor_div(seconds, 86400)).year;
    struct change {
      std::int64_t at;
      std::int32_t offset;
    };
    std::array<change, 8> changes{};
    std::size_t n = 0;
    for (std::int64_t y = year - 2; y < year + 2; ++y) {
      changes[n++] = {instant(begins_, y) - standard_, summer_};
      changes[n++] = {instant(ends_, y) - summer_, standard_};
    }
    // at the same instant summer wins: so a rule can say that it is always summer
    const auto before = [this](const change& a, const change& b) {
      return a.at != b.at ? a.at < b.at : a.offset == standard_ && b.offset != standard_;
    };
    for (std::size_t i = 1; i < n; ++i)  // eight are sorted by insertion
      for (std::size_t j = i; j > 0 && before(changes[j], changes[j - 1]); --j)
        std::swap(changes[j], changes[j - 1]);
    zone_interval out{changes[0].at, INT64_MAX, changes[0].offset};
    for (std::size_t i = 1; i < n; ++i) {
      if (changes[i].at <= seconds) {
        if (changes[i].offset != out.offset) out = {changes[i].at, INT64_MAX, changes[i].offset};
      } else if (changes[i].offset != out.offset &&
                 !(i + 1 < n && changes[i + 1].at == changes[i].at && changes[i + 1].offset == out.offset)) {
        out.end = changes[i].at;
        return out;
      }
    }
    out.end = changes[n - 1].at;  // constant over the years looked at: ask again there
    return out;
  }

 private:
  struct day_rule {
    char kind = 'M';  // M: month, week, weekday; J: day 1..365 without leap day; 0: day 0..365
    int month = 0;
    int week = 0;
    int day = 0;
    std::int32_t time = 7200;
  };

  static std::int64_t instant(const day_rule& r, std::int64_t year) noexcept {
    std::int64_t days = 0;
    if (r.kind == 'M') {
      const std::int64_t first = days_from_civil(year, r.month, 1);
      const int first_weekday = (weekday_from_days(first) + 1) % 7;  // 0 Sunday, as POSIX counts
      int day = (r.day - first_weekday + 7) % 7 + 7 * (r.week - 1);
      while (day >= days_in_month(year, r.month)) day -= 7;
      days = first + day;
    } else {
      days = days_from_civil(year, 1, 1) + r.day;
      if (r.kind == 'J') days += (r.day >= 60 && is_leap_year(year) ? 1 : 0) - 1;
    }
    return days * 86400 + r.time;
  }

  [[noreturn]] void refuse(const char* why) const {
    raise<bad_bytes>("zone: the rule \"" + std::string(text_.substr(0, 80)) + "\" cannot be read: " + why);
  }

  std::string_view rest() const noexcept { return text_.substr(at_); }
  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

  void name() {
    const std::size_t begin = at_;
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (peek() == '<') {
      while (peek() != '>') {
        if (peek() == '\0') refuse("a name without >");
        ++at_;
      }
      ++at_;
    } else {
      while (letter(peek())) ++at_;
    }
    if (at_ - begin < 3) refuse("a name shorter than three letters");
  }

  int digits(int most) {
    int value = 0;
    const std::size_t begin = at_;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      value = value * 10 + (peek() - '0');
      if (value > most) refuse("a number out of range");
    }
    if (at_ == begin) refuse("a number is missing");
    return value;
  }

  std::int32_t duration(int most_hours) {
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    std::int32_t value = digits(most_hours) * 3600;
    if (peek() == ':') {
      ++at_;
      value += digits(59) * 60;
      if (peek() == ':') {
        ++at_;
        value += digits(59);
      }
    }
    return negative ? -value : value;
  }

  day_rule date() {
    if (peek() != ',') refuse("the days of change are missing");
    ++at_;
    day_rule r;
    if (peek() == 'M') {
      ++at_;
      r.month = digits(12);
      dot();
      r.week = digits(5);
      dot();
      r.day = digits(6);
      if (r.month == 0 || r.week == 0) refuse("month or week 0");
    } else if (peek() == 'J') {
      ++at_;
      r.kind = 'J';
      r.day = digits(365);
      if (r.day == 0) refuse("day J0");
    } else {
      r.kind = '0';
      r.day = digits(365);
    }
    if (peek() == '/') {
      ++at_;
      r.time = duration(167);
    }
    return r;
  }

  void dot() {
    if (peek() != '.') refuse("a point is missing");
    ++at_;
  }

  std::string_view text_;  // empty once constructed
  std::size_t at_ = 0;
  std::int32_t standard_ = 0;
  std::int32_t summer_ = 0;
  bool has_summer_ = false;
  day_rule begins_;
  day_rule ends_;
};

BAROGRAPH_NAMESPACE_END
