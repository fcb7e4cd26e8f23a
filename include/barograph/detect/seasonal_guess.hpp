// seasonal_guess: what a value is going to be by the time of day and the day of the week.
//
// Running means by half-hour of the day and by half-hour of the week, and a slow mean of all; the one whose
// errors were smallest lately is believed. So a weekly pattern is followed after two weeks of it, and a
// series without one loses nothing. Class F.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "../config.hpp"
#include "../core/bytes.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class seasonal_guess {
 public:
  struct guess {
    double value;
    bool known;  ///< whether there was a value at that time of day before
  };

  /// The guess for a value at that time, made before it; then the value is learnt.
  ///
  /// @param seconds  since 1970 began on a Thursday, in the zone whose days matter
  guess push(std::int64_t seconds, double x) noexcept {
    const std::int64_t second = floor_modulo(seconds, 7 * 86400);
    const auto of_week = static_cast<std::size_t>(second / 1800);
    const std::size_t of_day = of_week % 48;
    if (rows_ == 0) level_ = x;
    const bool known = day_[of_day].count != 0;
    const double daily = known ? day_[of_day].mean : level_;
    const std::int64_t week = seconds / (7 * 86400) - (seconds % (7 * 86400) < 0 ? 1 : 0);
    const bool knows_week = week_[of_week].count != 0 && first_week_[of_week] < week;
    const double weekly = knows_week ? week_[of_week].mean : daily;
    const guess made{weekly_error_ < daily_error_ ? weekly : daily, known};
    if (knows_week) {
      learn(daily_error_, std::abs(x - daily));
      learn(weekly_error_, std::abs(x - weekly));
    }
    day_[of_day].learn(x, 0.15);
    if (week_[of_week].count == 0) first_week_[of_week] = week;
    week_[of_week].learn(x, 0.15);
    level_ += std::max(0.005, 1.0 / static_cast<double>(rows_ + 1)) * (x - level_);
    ++rows_;
    return made;
  }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const {
    for (const running_mean& m : day_) m.write(w);
    for (std::size_t i = 0; i < week_.size(); ++i) {
      week_[i].write(w);
      w.i64(first_week_[i]);
    }
    for (const double v : {level_, daily_error_, weekly_error_}) w.f64(v);
    w.varint(rows_);
  }
  void read(byte_reader& r) {
    for (running_mean& m : day_) m.read(r);
    for (std::size_t i = 0; i < week_.size(); ++i) {
      week_[i].read(r);
      first_week_[i] = r.i64();
    }
    for (double* v : {&level_, &daily_error_, &weekly_error_}) *v = r.f64();
    rows_ = r.varint();
  }

 private:
  struct running_mean {
    double mean = 0.0;
    std::uint64_t count = 0;

    void learn(double x, double least) noexcept {
      ++count;
      if (count == 1)
        mean = x;
      else
        mean += std::max(least, 1.0 / static_cast<double>(count)) * (x - mean);
    }
    void write(byte_writer& w) const {
      w.varint(count);
      w.f64(mean);
    }
    void read(byte_reader& r) {
      count = r.varint();
      mean = r.f64();
    }
  };

  static std::int64_t floor_modulo(std::int64_t a, std::int64_t b) noexcept {
    const std::int64_t r = a % b;
    return r < 0 ? r + b : r;
  }
  static void learn(double& error, double next) noexcept { error += 0.005 * (next - error); }

  std::array<running_mean, 48> day_{};
  std::array<running_mean, 336> week_{};
  std::array<std::int64_t, 336> first_week_{};
  double level_ = 0.0;
  double daily_error_ = 0.0, weekly_error_ = 0.0;
  std::uint64_t rows_ = 0;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
