// recent_rows: the rows of a stream that a window holds now, by time, of one time as they came.
//
// Windows by count are windows by time whose times are 0, 1, 2, ...: one rule for both of who belongs, who
// leaves and who is too late, that of time/event_time. Time is cut into blocks as long as the window, at
// multiples of its length, so that a window always holds rows of the newest row's block and of the one
// before it alone.
#pragma once

#include <cstdint>
#include <string>

#include "../../time/event_time.hpp"
#include "../series.hpp"
#include "sliding_array.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

template <class Value>
class recent_rows {
 public:
  struct row {
    std::int64_t time;
    std::uint64_t age;  ///< how many rows came before it
    Value value;
  };
  /// A row without a value; an infinity that is left out counts as a value in count() alone.
  struct gap {
    std::int64_t time;
    bool infinite;
  };

  static recent_rows by_count(std::int64_t rows) {
    if (rows < 1 || rows >= 0x7FFFFFFF)
      raise<invalid_argument>("window: " + std::to_string(rows) +
                              " given, expected 1 row to 2147483646 rows");
    return recent_rows(rows, 0, false);
  }

  static recent_rows by_time(std::int64_t width, std::int64_t late) {
    if (width < 1)
      raise<invalid_argument>("window: " + std::to_string(width) + " given, expected a time above 0");
    if (late < 0 || late > width)
      raise<invalid_argument>("late: " + std::to_string(late) + " given, expected 0 to " +
                              std::to_string(width));
    return recent_rows(width, late, true);
  }

  /// The time of the next row of a window by count.
  std::int64_t next() const {
    if (timed_) raise<invalid_argument>("time: none given, expected one: the window is one of time");
    return static_cast<std::int64_t>(pushed_);
  }
  void check_timed() const {
    if (!timed_) raise<invalid_argument>("time: given, expected none: the window is one of rows");
  }

  /// Whether a row of this time is let in; if so what it makes too old leaves: leave(row) is told.
  template <class Leave>
  bool admit(std::int64_t time, const Leave& leave) {
    if (clock_.observe(time, 1, earliest()) == arrival::too_late) return false;
    while (!gaps_.empty() && gaps_.front().time < earliest()) {
      infinite_ -= gaps_.front().infinite;
      gaps_.pop_front();
    }
    while (!rows_.empty() && rows_.front().time < earliest()) {
      leave(rows_.front());
      rows_.pop_front();
      if (middle_ > 0) --middle_;
    }
    new_block_ = !begun_ || !in_block(clock_.newest());
    if (!new_block_) return true;
    begun_ = true;
    block_ = block_of(clock_.newest());
    middle_ = rows_.size();
    return true;
  }

  /// Puts an admitted row where it belongs; gives its place.
  std::size_t insert(std::int64_t time, const Value& value) {
    const std::size_t at = place(rows_, time);
    rows_.insert(at, {time, pushed_++, value});
    if (!in_block(time)) ++middle_;
    return at;
  }
  void insert_gap(std::int64_t time, bool infinite) {
    gaps_.insert(place(gaps_, time), {time, infinite});
    infinite_ += infinite;
    ++pushed_;
  }

  std::size_t size() const noexcept { return rows_.size(); }
  bool empty() const noexcept { return rows_.empty(); }
  const row& operator[](std::size_t i) const noexcept { return rows_[i]; }
  /// Rows, those without a value too; and rows without one that are infinite.
  std::int64_t in_window() const noexcept { return static_cast<std::int64_t>(rows_.size() + gaps_.size()); }
  std::int64_t infinite() const noexcept { return infinite_; }
  /// How many of the rows stand before the block of the newest time.
  std::size_t middle() const noexcept { return middle_; }
  /// Whether the row admitted last has begun a block.
  bool new_block() const noexcept { return new_block_; }
  /// Whether all fits into a few rows, which are then added up one by one.
  bool brief(std::int64_t most) const noexcept { return !timed_ && window_ <= most; }
  const event_time& clock() const noexcept { return clock_; }

  void clear() { *this = recent_rows(window_, clock_.allowed_lateness(), timed_); }

 private:
  recent_rows(std::int64_t window, std::int64_t late, bool timed)
      : window_(window), timed_(timed), clock_(late) {}

  /// Where the block of a time begins; modulo 2^64, since that may be before the beginning of int64.
  std::uint64_t block_of(std::int64_t time) const noexcept {
    const std::int64_t past = time % window_;
    return static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(past < 0 ? past + window_ : past);
  }
  bool in_block(std::int64_t time) const noexcept {
    return static_cast<std::uint64_t>(time) - block_ < static_cast<std::uint64_t>(window_);
  }
  std::int64_t earliest() const noexcept {
    const std::int64_t newest = clock_.newest();
    return newest < event_time::beginning + window_ ? event_time::beginning : newest - window_ + 1;
  }

  /// Behind all of this time or before it; late rows are few and not far from the end.
  template <class T>
  static std::size_t place(const sliding_array<T>& a, std::int64_t time) noexcept {
    std::size_t at = a.size();
    while (at > 0 && a[at - 1].time > time) --at;
    return at;
  }

  std::int64_t window_;
  bool timed_, begun_ = false, new_block_ = false;
  std::uint64_t block_ = 0;  ///< where the newest row's block begins
  event_time clock_;
  sliding_array<row> rows_;
  sliding_array<gap> gaps_;
  std::size_t middle_ = 0;
  std::uint64_t pushed_ = 0;
  std::int64_t infinite_ = 0;
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
