// Reading one timestamp from text, to int64 nanoseconds since 1970-01-01 UTC.
//
// Read are: ISO 8601 and RFC 3339 (date alone, blank or T, fraction after . or , of any length with
// nanoseconds kept, Z, UTC, GMT, +hh, +hhmm, +hh:mm or nothing; YYYY/MM/DD and YYYY.MM.DD as well), the
// Common Log Format (17/May/2015:10:05:03 +0000), RFC 5322 (Sun, 17 May 2015 10:05:03 GMT), digits since
// the epoch, dates written 5/17/2015 or 17/5/2015 (or with -) with an optional AM or PM, and 17.5.2015,
// which is day first everywhere.
// Law: class I. Impossible dates and instants outside int64 nanoseconds (1677..2262) are bad. Second
// 60 is read as POSIX time does, only where a leap second can stand (end of June or December UTC).
#pragma once

#include <cstdint>
#include <string_view>

#include "../time/civil.hpp"
#include "text_column.hpp"

BAROGRAPH_NAMESPACE_BEGIN

enum class time_format : std::uint8_t {
  automatic = 0,
  iso8601,
  common_log,
  rfc5322,
  epoch_s,
  epoch_ms,
  epoch_us,
  epoch_ns,
  month_first,  ///< 5/17/2015 10:05
  day_first,    ///< 17/5/2015 10:05
  dotted,       ///< 17.5.2015 10:05
};
inline constexpr int time_format_count = 11;

inline constexpr const char* name_of(time_format format) noexcept {
  constexpr const char* names[time_format_count] = {"auto",        "iso8601",   "common_log", "rfc5322",
                                                    "epoch_s",     "epoch_ms",  "epoch_us",   "epoch_ns",
                                                    "month_first", "day_first", "dotted"};
  return names[static_cast<int>(format)];
}

/// A timestamp as written: an instant when `has_offset`, else a wall clock read as if it were UTC.
struct written_time {
  std::int64_t ns = not_a_time;
  bool has_offset = false;
};

namespace timestamp_detail {

struct cursor {
  const char* at;
  const char* end;

  bool done() const noexcept { return at == end; }
  std::ptrdiff_t left() const noexcept { return end - at; }
  bool eat(char c) noexcept {
    if (at == end || *at != c) return false;
    ++at;
    return true;
  }
};

inline bool is_digit(char c) noexcept { return static_cast<unsigned>(c) - unsigned{'0'} < 10u; }

/// Exactly two digits.
inline bool two(cursor& c, int& value) noexcept {
  if (c.left() < 2) return false;
  const unsigned tens = static_cast<unsigned>(c.at[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned>(c.at[1]) - unsigned{'0'};
  if (tens > 9u || ones > 9u) return false;
  value = static_cast<int>(tens * 10 + ones);
  c.at += 2;
  return true;
}

inline bool four(cursor& c, int& value) noexcept {
  int high = 0;
  int low = 0;
  if (!two(c, high) || !two(c, low)) return false;
  value = high * 100 + low;
  return true;
}

/// One or two digits.
inline bool one_or_two(cursor& c, int& value) noexcept {
  if (c.done() || !is_digit(*c.at)) return false;
  value = *c.at++ - '0';
  if (!c.done() && is_digit(*c.at)) value = value * 10 + (*c.at++ - '0');
  return true;
}

/// Three letters in lower case as one number; the cursor has at least three left.
inline std::uint32_t three_letters(const cursor& c) noexcept {
  const auto low = [&](int i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(c.at[i] | 0x20));
  };
  return low(0) << 16 | low(1) << 8 | low(2);
}

inline bool month_name(cursor& c, int& month) noexcept {
  if (c.left() < 3) return false;
  constexpr std::uint32_t keys[12] = {0x6A616E, 0x666562, 0x6D6172, 0x617072, 0x6D6179, 0x6A756E,
                                      0x6A756C, 0x617567, 0x736570, 0x6F6374, 0x6E6F76, 0x646563};
  const std::uint32_t key = three_letters(c);
  for (int m = 0; m < 12; ++m)
    if (keys[m] == key) {
      month = m + 1;
      c.at += 3;
      return true;
    }
  return false;
}

/// Mon .. Sun, in any case.
inline bool is_weekday_name(const cursor& c) noexcept {
  constexpr std::uint32_t keys[7] = {0x6D6F6E, 0x747565, 0x776564, 0x746875, 0x667269, 0x736174, 0x73756E};
  bool known = false;
  for (const std::uint32_t key : keys) known = known || key == three_letters(c);
  return known;
}

struct clock {
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::int32_t ns = 0;
};

/// A fraction after its point: digits beyond the ninth are dropped.
inline bool fraction(cursor& c, std::int32_t& ns) noexcept {
  int digits = 0;
  std::int32_t value = 0;
  for (; !c.done() && is_digit(*c.at); ++c.at, ++digits)
    if (digits < 9) value = value * 10 + (*c.at - '0');
  if (digits == 0) return false;
  for (; digits < 9; ++digits) value *= 10;
  ns = value;
  return true;
}

/// HH:MM[:SS[.f]]; the hour may have one digit when `short_hour`.
inline bool clock_time(cursor& c, clock& t, bool short_hour = false) noexcept {
  if (!(short_hour ? one_or_two(c, t.hour) : two(c, t.hour)) || !c.eat(':') || !two(c, t.minute))
    return false;
  if (c.eat(':')) {
    if (!two(c, t.second)) return false;
    if (c.eat('.') || c.eat(',')) {
      if (!fraction(c, t.ns)) return false;
    }
  }
  return t.hour <= 23 && t.minute <= 59 && t.second <= 60;
}

/// Z, UTC, GMT, UT or +hh[[:]mm], and nothing behind; `found` tells whether there was one.
inline bool zone_suffix(cursor& c, int& seconds, bool& found) noexcept {
  c.eat(' ');
  if (c.done()) return false;
  found = true;
  seconds = 0;
  const char sign = *c.at;
  if (sign == '+' || sign == '-') {
    ++c.at;
    int hours = 0;
    int minutes = 0;
    if (!two(c, hours)) return false;
    const bool colon = c.eat(':');
    if ((colon || !c.done()) && !two(c, minutes)) return false;
    if (hours > 23 || minutes > 59) return false;
    seconds = (hours * 60 + minutes) * 60;
    if (sign == '-') seconds = -seconds;
    return c.done();
  }
  const std::string_view word(c.at, static_cast<std::size_t>(c.left()));
  c.at = c.end;
  if (word == "Z" || word == "z" || word == "UTC" || word == "GMT" || word == "UT") return true;
  // RFC 5322, section 4.3: the obsolete names of North America
  constexpr struct {
    const char* name;
    int hours;
  } names[] = {{"EST", -5}, {"EDT", -4}, {"CST", -6}, {"CDT", -5},
               {"MST", -7}, {"MDT", -6}, {"PST", -8}, {"PDT", -7}};
  for (const auto& n : names)
    if (word == n.name) {
      seconds = n.hours * 3600;
      return true;
    }
  return false;
}

/// Seconds and nanoseconds to one count, refusing what int64 cannot hold.
inline bool to_ns(std::int64_t seconds, std::int64_t ns, std::int64_t& out) noexcept {
  constexpr std::int64_t limit = INT64_MAX / ns_per_second;
  if (seconds >= limit || seconds < -limit) return false;
  out = seconds * ns_per_second + ns;
  return true;
}

/// What stands in a written time; without a zone it is a wall clock.
struct parts {
  int year = 0;
  int month = 0;
  int day = 0;
  clock t;
  int offset = 0;
  bool has_offset = false;
};

/// The zone behind a time, if anything stands there.
inline bool zone_if_any(cursor& c, parts& p) noexcept {
  return c.done() || zone_suffix(c, p.offset, p.has_offset);
}

inline bool assemble(const parts& p, written_time& out) noexcept {
  const clock& t = p.t;
  if (p.day < 1 || p.day > days_in_month(p.year, p.month)) return false;
  const std::int64_t days = days_from_civil(p.year, p.month, p.day);
  const std::int64_t seconds = days * 86400 + t.hour * 3600 + t.minute * 60 + t.second - p.offset;
  if (t.second == 60) {
    const civil_date after = civil_from_days(floor_div(seconds, 86400));
    if (floor_mod(seconds, 86400) != 0 || after.day != 1 || (after.month != 1 && after.month != 7))
      return false;
  }
  out.has_offset = p.has_offset;
  return to_ns(seconds, t.ns, out.ns);
}

}  // namespace timestamp_detail

/// 2015-05-17[T10:05[:03[.123]][Z]], also 2015/05/17, 2015.05.17, 20150517T100503Z and 20150517100503.
inline bool parse_iso8601(std::string_view text, written_time& out) noexcept {
  using namespace timestamp_detail;
  cursor c{text.data(), text.data() + text.size()};
  parts p;
  if (!four(c, p.year) || c.done()) return false;
  const char separator = *c.at;
  if (separator == '-' || separator == '/' || separator == '.') {
    ++c.at;
    if (!two(c, p.month) || !c.eat(separator) || !two(c, p.day)) return false;
    if (!c.done()) {
      if (!c.eat('T') && !c.eat(' ') && !c.eat('t')) return false;
      if (!clock_time(c, p.t)) return false;
    }
  } else {
    if (!two(c, p.month) || !two(c, p.day) || (!c.eat('T') && text.size() != 14)) return false;
    if (!two(c, p.t.hour) || !two(c, p.t.minute) || !two(c, p.t.second)) return false;
    if (c.eat('.') && !fraction(c, p.t.ns)) return false;
    if (p.t.hour > 23 || p.t.minute > 59 || p.t.second > 60) return false;
  }
  return zone_if_any(c, p) && assemble(p, out);
}

/// 17/May/2015:10:05:03 +0000, as Apache's %t and nginx' $time_local write it.
inline bool parse_common_log_time(std::string_view text, written_time& out) noexcept {
  using namespace timestamp_detail;
  cursor c{text.data(), text.data() + text.size()};
  parts p;
  if (!two(c, p.day) || !c.eat('/') || !month_name(c, p.month) || !c.eat('/') || !four(c, p.year) ||
      !c.eat(':'))
    return false;
  if (!clock_time(c, p.t)) return false;
  return zone_if_any(c, p) && assemble(p, out);
}

/// [Sun, ]17 May 2015 10:05[:03] GMT (RFC 5322, section 3.3; the day's name is not compared).
inline bool parse_rfc5322(std::string_view text, written_time& out) noexcept {
  using namespace timestamp_detail;
  cursor c{text.data(), text.data() + text.size()};
  parts p;
  if (c.left() > 4 && c.at[3] == ',') {
    if (!is_weekday_name(c)) return false;
    c.at += 4;
    c.eat(' ');
  }
  if (!one_or_two(c, p.day) || !(c.eat(' ') || c.eat('-')) || !month_name(c, p.month)) return false;
  if (!(c.eat(' ') || c.eat('-')) || !four(c, p.year) || !c.eat(' ') || !clock_time(c, p.t)) return false;
  return zone_if_any(c, p) && assemble(p, out);
}

/// Which of the two leading numbers of 5/7/2015 is the day.
struct slash_date {
  int first = 0;
  int second = 0;
};

/// 5/17/2015 or 17/5/2015, also 5-17-2015, with 10:05[:03[.1]] and AM or PM when there is a time; always a
/// wall clock unless a zone follows. `seen` receives the two numbers whenever the shape fits.
inline bool parse_slash_date(std::string_view text, bool day_first, written_time& out,
                             slash_date& seen) noexcept {
  using namespace timestamp_detail;
  cursor c{text.data(), text.data() + text.size()};
  parts p;
  slash_date date;
  if (!one_or_two(c, date.first) || c.done()) return false;
  const char mark = *c.at;
  if ((mark != '/' && mark != '-') || !c.eat(mark) || !one_or_two(c, date.second) || !c.eat(mark) ||
      !four(c, p.year))
    return false;
  if (!c.done()) {
    if (!c.eat(' ') || !clock_time(c, p.t, true)) return false;
    cursor half = c;
    half.eat(' ');
    if (half.left() == 2 && (half.at[1] | 0x20) == 'm' &&
        ((half.at[0] | 0x20) == 'a' || (half.at[0] | 0x20) == 'p')) {
      if (p.t.hour < 1 || p.t.hour > 12) return false;
      p.t.hour = p.t.hour % 12 + ((half.at[0] | 0x20) == 'p' ? 12 : 0);
      c.at = c.end;
    }
    if (!zone_if_any(c, p)) return false;
  }
  seen = date;
  p.day = day_first ? date.first : date.second;
  p.month = day_first ? date.second : date.first;
  return assemble(p, out);
}

/// 17.5.2015, with [,] 10:05[:03[.1]] and a zone behind it if there is one: day first, as wherever points
/// stand in dates.
inline bool parse_dotted_date(std::string_view text, written_time& out) noexcept {
  using namespace timestamp_detail;
  cursor c{text.data(), text.data() + text.size()};
  parts p;
  if (!one_or_two(c, p.day) || !c.eat('.') || !one_or_two(c, p.month) || !c.eat('.') || !four(c, p.year))
    return false;
  if (!c.done()) {
    c.eat(',');
    if ((!c.eat(' ') && !c.eat('T')) || !clock_time(c, p.t, true)) return false;
  }
  return p.month <= 12 && zone_if_any(c, p) && assemble(p, out);
}

/// Digits since the epoch, with a sign and a fraction allowed. With `automatic` the magnitude tells the
/// unit: from 1e8 seconds (1973), 1e11 milliseconds, 1e14 microseconds, 1e17 nanoseconds; less is bad,
/// and so are fourteen digits, milliseconds after 2262 (a date and a time such as 20150517100503 is ISO
/// 8601). `format` receives the unit.
inline bool parse_epoch(std::string_view text, time_format& format, written_time& out) noexcept {
  using namespace timestamp_detail;
  cursor c{text.data(), text.data() + text.size()};
  const bool negative = c.eat('-');
  if (!negative) c.eat('+');
  std::uint64_t whole = 0;
  int digits = 0;
  for (; !c.done() && is_digit(*c.at) && digits < 20; ++c.at, ++digits) {
    if (digits == 19) return false;  // beyond int64 in any unit
    whole = whole * 10 + static_cast<std::uint64_t>(*c.at - '0');
  }
  if (digits == 0 || whole > static_cast<std::uint64_t>(INT64_MAX)) return false;
  std::int32_t part = 0;
  if (c.eat('.') && !fraction(c, part)) return false;
  if (!c.done()) return false;
  time_format unit = format;
  if (unit == time_format::automatic) {
    if (whole < 100'000'000u) return false;
    unit = whole < 100'000'000'000u           ? time_format::epoch_s
           : whole < 100'000'000'000'000u     ? time_format::epoch_ms
           : whole < 100'000'000'000'000'000u ? time_format::epoch_us
                                              : time_format::epoch_ns;
  }
  std::int64_t per_unit = 1;
  if (unit == time_format::epoch_s) per_unit = ns_per_second;
  if (unit == time_format::epoch_ms) per_unit = 1'000'000;
  if (unit == time_format::epoch_us) per_unit = 1'000;
  const auto units = static_cast<std::int64_t>(whole);
  if (units > INT64_MAX / per_unit - 1) return false;
  // part is in 1e-9 of the unit: exact for seconds, dropped below a nanosecond otherwise
  const std::int64_t ns = units * per_unit + part / (ns_per_second / per_unit);
  out.ns = negative ? -ns : ns;
  out.has_offset = true;
  format = unit;
  return true;
}

BAROGRAPH_NAMESPACE_END
