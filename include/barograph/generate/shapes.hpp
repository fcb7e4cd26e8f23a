// How busy each minute of a day and of a week is, relative to any level one likes.
//
// Law F: sums of products of literals, so the same bits everywhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../config.hpp"
#include "../time/civil.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {

inline constexpr std::int64_t minutes_per_day = 1440;

/// A level for each minute of the day.
class day_shape {
 public:
  /// Straight lines between the levels at the full hours, closed over midnight.
  explicit day_shape(const std::array<double, 24>& hours) noexcept {
    for (std::size_t minute = 0; minute < level_.size(); ++minute) {
      const std::size_t hour = minute / 60;
      const double part = (static_cast<double>(minute % 60) + 0.5) / 60.0;
      level_[minute] = hours[hour] * (1.0 - part) + hours[(hour + 1) % 24] * part;
    }
  }

  /// Gives the hours [first, last) one level, and scales the others so that this is `times` their mean.
  void set_rush(std::size_t first, std::size_t last, double level, double times) noexcept {
    double others = 0.0;
    std::size_t minutes = 0;
    for (std::size_t minute = 0; minute < level_.size(); ++minute) {
      if (minute >= first * 60 && minute < last * 60) continue;
      others += level_[minute];
      ++minutes;
    }
    const double scale = level / times * static_cast<double>(minutes) / others;
    for (std::size_t minute = 0; minute < level_.size(); ++minute) {
      const bool rush = minute >= first * 60 && minute < last * 60;
      level_[minute] = rush ? level : level_[minute] * scale;
    }
  }

  double operator[](std::size_t minute) const noexcept { return level_[minute]; }

 private:
  std::array<double, 1440> level_{};
};

/// A day's shape times a factor for each day of the week (Monday first).
struct week_shape {
  day_shape day;
  std::array<double, 7> factor{1, 1, 1, 1, 1, 1, 1};

  /// The level of a minute counted from 1970-01-01 00:00.
  double at(std::int64_t minute) const noexcept {
    const std::int64_t which = floor_div(minute, minutes_per_day);
    return day[static_cast<std::size_t>(minute - which * minutes_per_day)] *
           factor[static_cast<std::size_t>(weekday_from_days(which))];
  }
};

}  // namespace generate
BAROGRAPH_NAMESPACE_END
