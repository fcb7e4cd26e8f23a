// seasonal_profile: count, mean and standard deviation of each slot of a season, as a state that merges.
//
// Law: commutative, class I: a `moments` for each slot, so hosts, days and threads merge in any order to
// equal bytes, and means and deviations are the true ones rounded once. Slots come from season.hpp; the state
// knows the season's lengths and the name of its zone, so that unlike ones do not merge. For medians of each
// slot, which no small state has, see seasonal_band.hpp and seasonal_stream.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "../core/number_span.hpp"
#include "../stats/moments.hpp"
#include "band.hpp"
#include "season.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

class seasonal_profile {
 public:
  /// Of the hours of the week, in UTC.
  seasonal_profile() : seasonal_profile(7 * ns_per_day, ns_per_hour, "UTC") {}

  /// @param period  as in season: nanoseconds, or rows
  /// @param width   of a slot in nanoseconds; 0: slots are rows
  /// @param zone    the name of the zone that slots are told by, at most 64 bytes
  /// @throws invalid_argument for a season that cannot be
  seasonal_profile(std::int64_t period, std::int64_t width, std::string zone)
      : period_(period), width_(width), zone_(std::move(zone)) {
    const season s = width == 0 ? season::of_rows(period) : season::of_time(period, width);
    if (zone_.size() > longest_name)
      raise<invalid_argument>("zone: a name of " + std::to_string(zone_.size()) +
                              " bytes given, expected at most 64");
    slots_ = s.slots();
  }

  std::int64_t period() const noexcept { return period_; }
  std::int64_t width() const noexcept { return width_; }
  const std::string& zone() const noexcept { return zone_; }
  std::int64_t slots() const noexcept { return slots_; }

  /// A value of a slot, n times; a negative slot (a missing time) is left out.
  /// @throws invalid_argument for a slot that there is not
  void update(std::int32_t slot, double x, std::uint64_t n = 1) {
    check(slot);
    if (slot < 0 || n == 0) return;
    const auto found = cells_.find(slot);
    if (found != cells_.end()) return found->second.update(x, n);
    moments first;
    first.update(x, n);
    cells_.emplace(slot, first);
  }

  void update(span<const std::int32_t> slot, const number_span& x) {
    if (slot.size() != x.size())
      raise<invalid_argument>("times: " + std::to_string(slot.size()) + " given, expected " +
                              std::to_string(x.size()) + ", one for each value");
    for (const std::int32_t s : slot) check(s);
    for (const auto& cell : cells_) cell.second.check_room(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      if (slot[i] >= 0 && slot[i] < slots_) cells_[slot[i]].update(x[i]);
  }

  /// Adds the values of a profile of the same season; otherwise throws and changes nothing.
  void merge(const seasonal_profile& other) {
    check_season("merge", other);
    std::map<std::int32_t, moments> sum = cells_;
    for (const auto& [slot, m] : other.cells_) sum[slot].merge(m);
    cells_ = std::move(sum);
  }
  seasonal_profile& operator+=(const seasonal_profile& other) {
    merge(other);
    return *this;
  }

  /// Takes values away that are in this state; an error (and no change) when they are not.
  void subtract(const seasonal_profile& other) {
    check_season("subtract", other);
    std::map<std::int32_t, moments> rest = cells_;
    for (const auto& [slot, m] : other.cells_) {
      moments& cell = rest[slot];
      cell.subtract(m);
      if (cell == moments()) rest.erase(slot);
    }
    cells_ = std::move(rest);
  }

  void reset() { cells_.clear(); }

  /// Finite values of all slots (at most max_count is told); the others are counted apart.
  std::uint64_t count() const noexcept { return total(&moments::count); }
  std::uint64_t nan_count() const noexcept { return total(&moments::nan_count); }
  std::uint64_t positive_infinity_count() const noexcept { return total(&moments::positive_infinity_count); }
  std::uint64_t negative_infinity_count() const noexcept { return total(&moments::negative_infinity_count); }

  /// What is known of a slot.
  /// @throws invalid_argument for a slot that there is not
  moments at(std::int32_t slot) const {
    check(slot);
    const auto found = cells_.find(slot);
    return found == cells_.end() ? moments() : found->second;
  }

  /// Mean, standard deviation (n - 1) and limits of a slot; nothing is known below min_periods values.
  expectation expected(std::int32_t slot, double width = 3.0, std::uint64_t min_periods = 1) const {
    check(slot);
    const auto found = cells_.find(slot);
    if (found == cells_.end() || found->second.count() < (min_periods > 1 ? min_periods : 1)) return {};
    return expectation::within(found->second.mean(), found->second.std(), width);
  }

  /// The same of many; each slot is read once.
  /// @throws invalid_argument if sizes do not agree
  void expected(span<const std::int32_t> slots, double width, std::uint64_t min_periods, band& out) const {
    if (slots.size() != out.size())
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " rows given, expected " +
                              std::to_string(slots.size()));
    std::map<std::int32_t, expectation> known;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const auto found = known.find(slots[i]);
      out.set(i, found != known.end()
                     ? found->second
                     : known.emplace(slots[i], expected(slots[i], width, min_periods)).first->second);
    }
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::seasonal_profile);
    w.varint(static_cast<std::uint64_t>(period_));
    w.varint(static_cast<std::uint64_t>(width_));
    w.nested(zone_);
    w.varint(cells_.size());
    std::int32_t next = 0;
    for (const auto& [slot, m] : cells_) {
      w.varint(static_cast<std::uint64_t>(slot - next));
      w.nested(m.to_bytes());
      next = slot + 1;
    }
    return w.finish();
  }

  static seasonal_profile from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::seasonal_profile, limits);
    const std::uint64_t period = r.varint(), width = r.varint();
    std::string zone = r.nested();
    constexpr std::uint64_t longest = std::uint64_t{1} << 62;
    if (period == 0 || period > longest || width > period || (width != 0 && period % width != 0) ||
        (width == 0 ? period : period / width) > static_cast<std::uint64_t>(season::most_slots) ||
        zone.size() > longest_name)
      raise<bad_bytes>("bytes: a season that cannot be");
    seasonal_profile p(static_cast<std::int64_t>(period), static_cast<std::int64_t>(width), std::move(zone));
    const std::size_t used = r.count(2);
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < used; ++i) {
      const std::uint64_t skipped = r.varint(), most = static_cast<std::uint64_t>(p.slots_);
      if (skipped >= most || next + skipped >= most) raise<bad_bytes>("bytes: a slot beyond the season");
      next += skipped;
      moments m = moments::from_bytes(r.nested(), limits);
      if (m == moments()) raise<bad_bytes>("bytes: an empty slot that is not left out");
      p.cells_.emplace(static_cast<std::int32_t>(next++), std::move(m));
    }
    r.done();
    return p;
  }

  friend bool operator==(const seasonal_profile& a, const seasonal_profile& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const seasonal_profile& a, const seasonal_profile& b) { return !(a == b); }

 private:
  static constexpr std::size_t longest_name = 64;

  void check_season(const char* what, const seasonal_profile& o) const {
    if (period_ != o.period_ || width_ != o.width_ || zone_ != o.zone_)
      raise<invalid_argument>(std::string(what) + ": other has " + o.season_text() + ", expected " +
                              season_text());
  }

  std::string season_text() const {
    return std::to_string(slots_) +
           (width_ == 0 ? " rows" : " slots of " + std::to_string(width_) + " ns in " + zone_);
  }

  void check(std::int32_t slot) const {
    if (slot >= slots_)
      raise<invalid_argument>("slot: " + std::to_string(slot) + " given, expected below " +
                              std::to_string(slots_));
  }

  std::uint64_t total(std::uint64_t (moments::*of)() const noexcept) const noexcept {
    std::uint64_t n = 0;
    for (const auto& cell : cells_) {
      const std::uint64_t here = (cell.second.*of)();
      n = here > max_count - n ? max_count : n + here;
    }
    return n;
  }

  std::int64_t period_, width_, slots_ = 0;
  std::string zone_;
  std::map<std::int32_t, moments> cells_;  ///< none is empty
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
