// Truncation: instants down to the start of their minute, hour, day, week or month, by the wall clock.
//
// Law: class I, idempotent, never after its argument. Counts of s, min, h, D run from 1970-01-01 00:00 on
// the wall clock; weeks begin on Monday. Where clocks go back, periods of up to an hour keep the offset
// of their instant (02:00 comes twice, so there are two hours), longer ones begin at the first of the
// two (a day is one day). Where clocks go forward over a start, the period begins after the gap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../core/span.hpp"
#include "zone.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// A period length: `count` of a unit.
struct frequency {
  enum class unit { fixed, day, week, month };
  unit kind = unit::fixed;
  std::int64_t ns = ns_per_minute;  ///< length when fixed
  std::int64_t count = 1;           ///< days when kind is day, else 1
};

/// "5min", "1h", "D" ...: a whole number and s, min, h, D, W (Monday) or MS (month start); W and MS only
/// with 1.
inline frequency parse_frequency(std::string_view text) {
  const auto refuse = [&]() {
    raise<invalid_argument>(
        "freq: given \"" + std::string(text) +
        "\", expected a whole number and s, min, h, D, W (weeks from Monday) or MS (months), "
        "such as \"5min\", \"1h\", \"1D\"");
  };
  std::int64_t count = 0;
  std::size_t i = 0;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
    count = count * 10 + (text[i] - '0');
    if (count > 100'000) refuse();
  }
  if (i == 0) count = 1;
  const std::string_view unit = text.substr(i);
  frequency out;
  out.count = count;
  if (count == 0) refuse();
  if (unit == "s" || unit == "min" || unit == "h") {
    out.ns = count * (unit == "s" ? ns_per_second : unit == "min" ? ns_per_minute : ns_per_hour);
    out.count = 1;
  } else if (unit == "D") {
    out.kind = frequency::unit::day;
  } else if ((unit == "W" || unit == "MS") && count == 1) {
    out.kind = unit == "W" ? frequency::unit::week : frequency::unit::month;
  } else {
    refuse();
  }
  return out;
}

/// The start of the period on the wall clock, both as nanoseconds; `not_a_time` when int64 cannot hold it.
inline std::int64_t floor_local(std::int64_t local, const frequency& f) noexcept {
  std::int64_t out = 0;
  if (f.kind == frequency::unit::fixed) {
    out = floor_mod(local, f.ns);
    return __builtin_sub_overflow(local, out, &out) ? not_a_time : out;
  }
  const std::int64_t day = floor_div(local, ns_per_day);
  std::int64_t start = 0;
  if (f.kind == frequency::unit::day) start = day - floor_mod(day, f.count);
  if (f.kind == frequency::unit::week) start = day - weekday_from_days(day);
  if (f.kind == frequency::unit::month) start = day - (civil_from_days(day).day - 1);
  return __builtin_mul_overflow(start, ns_per_day, &out) ? not_a_time : out;
}

/// Start of the period that holds an instant.
inline std::int64_t truncate(std::int64_t ns, const frequency& f, zone_clock& clock) noexcept {
  if (ns == not_a_time) return ns;
  const std::int64_t shift = clock.offset(ns) * ns_per_second;
  const std::int64_t start = floor_local(clock.to_local(ns), f);
  if (start == not_a_time) return start;
  if (f.kind == frequency::unit::fixed && f.ns <= ns_per_hour) {
    std::int64_t same = 0;
    if (!__builtin_sub_overflow(start, shift, &same) && clock.offset(same) * ns_per_second == shift)
      return same;
  }
  const std::int64_t out = clock.to_utc(start);
  return out > ns ? ns : out;
}

/// As numpy floors: out[i] = start of the period of ns[i]; sizes are equal.
inline void truncate(span<const std::int64_t> ns, const frequency& f, const zone& z, span<std::int64_t> out) {
  if (out.size() != ns.size())
    raise<invalid_argument>("out: given " + std::to_string(out.size()) + " rows, expected " +
                            std::to_string(ns.size()));
  zone_clock clock(z);
  for (std::size_t i = 0; i < ns.size(); ++i) out[i] = truncate(ns[i], f, clock);
}

BAROGRAPH_NAMESPACE_END
