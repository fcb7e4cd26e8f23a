// season: which slot of a repeating period a row belongs to: the hour of the week, of the day, a row's turn.
//
// Law I. Slots go by the wall clock of a zone and are counted from Monday 00:00. Where clocks go forward the
// slots of the hour that is left out have no row on that day; where they go back, those of the hour that
// comes twice have twice as many.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "../time/zone.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

class season {
 public:
  static constexpr std::int64_t most_slots = 100'000;

  /// Of `period` rows: the slot of row i is i mod period.
  /// @throws invalid_argument unless 1 <= period <= most_slots
  static season of_rows(std::int64_t period) {
    if (period < 1 || period > most_slots)
      raise<invalid_argument>("period: " + std::to_string(period) + " rows given, expected 1 to " +
                              std::to_string(most_slots));
    return season(period, 0, zone::utc());
  }

  /// Of a length of wall clock, cut into slots.
  ///
  /// @param period  nanoseconds, such as seven days
  /// @param slot    nanoseconds; `period` is a whole number of them
  /// @throws invalid_argument for other slots, or more than most_slots
  static season of_time(std::int64_t period, std::int64_t slot, zone z = zone::utc()) {
    if (slot < 1 || period < slot || period % slot != 0 || period > (std::int64_t{1} << 62))
      raise<invalid_argument>("slot: " + std::to_string(slot) + " ns given, expected a length that divides " +
                              std::to_string(period) + " ns, the period");
    if (period / slot > most_slots)
      raise<invalid_argument>("slot: " + std::to_string(period / slot) +
                              " slots a period given, expected at most " + std::to_string(most_slots));
    return season(period, slot, std::move(z));
  }

  /// The 168 hours of the week, from Monday 00:00.
  static season hours_of_week(zone z = zone::utc()) {
    return of_time(7 * ns_per_day, ns_per_hour, std::move(z));
  }

  /// The 24 hours of the day.
  static season hours_of_day(zone z = zone::utc()) { return of_time(ns_per_day, ns_per_hour, std::move(z)); }

  /// How many slots there are.
  std::int64_t slots() const noexcept { return width_ == 0 ? period_ : period_ / width_; }

  /// Whether slots go by time, else by rows.
  bool timed() const noexcept { return width_ != 0; }
  std::int64_t period() const noexcept { return period_; }  ///< nanoseconds, or rows
  std::int64_t width() const noexcept { return width_; }    ///< of a slot in nanoseconds; 0: slots are rows

  /// The slot of an instant (nanoseconds), or of a row by its number; -1 for a missing time.
  std::int32_t slot(std::int64_t at) const noexcept {
    zone_clock clock(zone_);
    return slot_by(clock, at);
  }

  /// The slots of many.
  /// @throws invalid_argument if sizes do not agree
  void slots(span<const std::int64_t> at, span<std::int32_t> out) const {
    if (at.size() != out.size())
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " rows given, expected " +
                              std::to_string(at.size()));
    zone_clock clock(zone_);
    for (std::size_t i = 0; i < at.size(); ++i) out[i] = slot_by(clock, at[i]);
  }

 private:
  season(std::int64_t period, std::int64_t width, zone z)
      : period_(period), width_(width), zone_(std::move(z)) {}

  std::int32_t slot_by(zone_clock& clock, std::int64_t at) const noexcept {
    if (width_ == 0) return static_cast<std::int32_t>(floor_mod(at, period_));
    if (at == not_a_time) return -1;
    // 1970-01-01 was a Thursday: three days after a Monday.
    const std::int64_t since = floor_mod(clock.to_local(at), period_) + floor_mod(3 * ns_per_day, period_);
    return static_cast<std::int32_t>((since >= period_ ? since - period_ : since) / width_);
  }

  std::int64_t period_, width_;
  zone zone_;
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
