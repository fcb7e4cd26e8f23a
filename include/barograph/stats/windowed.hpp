// windowed: any state over the last stretch of event time, or over the last rows, in slots.
//
// The window is the slot that is being filled and those before it: between window - slot and window long.
// Slots begin at multiples of their length, so windows of several hosts merge slot by slot. A row that
// comes late goes into its own slot while the window still has it (and the allowed lateness permits);
// after that it is counted and left out: see event_time.
//
// Law: value() has the bytes of the merge of the slots, whatever way the aggregate is kept:
//   by subtraction, where the state has it: a slot that leaves is subtracted. A state that would lose
//   something by that (extremes, a scale) says so by subtract_within(), and the aggregate is then made
//   anew from the slots, each at its own scale;
//   by two stacks, where it has not: merges of the older slots up to each end, and one of the newer ones
//   (Tangwongsan, Hirzel, Schneider, Wu, "General incremental sliding-window aggregation", VLDB 8 (2015),
//   702-713): two merges a slot on average, in the order of time.
// So the slots are a function of the rows that were not too late; for a commutative state any order and
// tree of merges gives the same.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "../time/event_time.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

template <class T, class = void>
struct has_subtract_within : std::false_type {};
template <class T>
struct has_subtract_within<
    T, std::void_t<decltype(std::declval<T&>().subtract_within(std::declval<const T&>()))>> : std::true_type {
};

/// The aggregate of closed slots, by subtraction.
template <class State>
class subtracted_aggregate {
 public:
  explicit subtracted_aggregate(const State& empty) : sum_(empty) {}

  /// A slot was closed.
  void push(const State& s) { sum_.merge(s); }

  /// Those from the front on leave; false when the aggregate must be made anew.
  template <class Slots>
  bool pop(const Slots& slots, std::size_t leaving, std::size_t closed) {
    if (leaving == closed) {
      sum_.reset();
      return true;
    }
    for (std::size_t i = 0; i < leaving; ++i) {
      if constexpr (has_subtract_within<State>::value) {
        if (!sum_.subtract_within(slots[i].state)) return false;
      } else {
        sum_.subtract(slots[i].state);
      }
    }
    return true;
  }

  template <class Slots>
  void rebuild(const Slots& slots, std::size_t closed) {
    sum_.reset();
    for (std::size_t i = 0; i < closed; ++i) sum_.merge(slots[i].state);
  }

  /// A late row went into a closed slot: `add` does to a state what it did.
  template <class Add>
  bool late(std::size_t, const Add& add) {
    add(sum_);
    return true;
  }

  State value() const { return sum_; }

 private:
  State sum_;
};

/// The aggregate of closed slots, by two stacks.
template <class State>
class stacked_aggregate {
 public:
  explicit stacked_aggregate(const State& empty) : newer_(empty) {}

  void push(const State& s) { newer_.merge(s); }

  template <class Slots>
  bool pop(const Slots& slots, std::size_t leaving, std::size_t closed) {
    if (leaving <= older_.size()) {
      older_.resize(older_.size() - leaving, newer_);
      return true;
    }
    older_.clear();
    newer_.reset();
    stack(slots, leaving, closed);
    return true;
  }

  template <class Slots>
  void rebuild(const Slots& slots, std::size_t closed) {
    older_.clear();
    newer_.reset();
    stack(slots, 0, closed);
  }

  template <class Add>
  bool late(std::size_t, const Add&) {
    return false;
  }

  State value() const {
    if (older_.empty()) return newer_;
    State s = older_.back();
    s.merge(newer_);
    return s;
  }

 private:
  /// older_.back() covers all of slots [from, to), the one before it all but the first of them.
  template <class Slots>
  void stack(const Slots& slots, std::size_t from, std::size_t to) {
    for (std::size_t i = to; i-- > from;) {
      State s = slots[i].state;
      if (!older_.empty()) s.merge(older_.back());
      older_.push_back(std::move(s));
    }
  }

  std::vector<State> older_;
  State newer_;
};

}  // namespace detail

/// The kind of the states in a window's bytes.
inline std::uint16_t kind_in_window(const std::string& bytes, byte_limits limits = {}) {
  byte_reader r(bytes, state_kind::windowed, limits);
  r.u8();
  const std::string inner = r.nested();
  if (inner.size() < 6) raise<bad_bytes>("bytes: truncated");
  return static_cast<std::uint16_t>(static_cast<unsigned char>(inner[4]) |
                                    static_cast<unsigned>(static_cast<unsigned char>(inner[5])) << 8);
}

/// What the length of a window is measured in.
enum class window_unit : std::uint8_t { nanoseconds, rows };

template <class State>
class windowed {
 public:
  static constexpr std::int64_t max_slots = 10'000;

  /// What a slot holds.
  struct slot {
    std::int64_t index;  ///< it begins at index * slot length
    State state;
  };

  /// `empty` has the configuration of all slots. `window` is a multiple of `slot_length`, at most 10,000 of
  /// them. Rows later than `allowed_lateness` are left out even where their slot is still there.
  windowed(State empty, std::int64_t window, std::int64_t slot_length, std::int64_t allowed_lateness,
           window_unit unit = window_unit::nanoseconds)
      : empty_(cleared(std::move(empty))),
        slot_(slot_length),
        slots_(slot_length > 0 ? window / slot_length : 0),
        unit_(unit),
        clock_(allowed_lateness),
        closed_(empty_) {
    if (slot_length <= 0)
      raise<invalid_argument>("slot: " + std::to_string(slot_length) + " given, expected above 0");
    if (window <= 0 || window % slot_length != 0 || slots_ > max_slots)
      raise<invalid_argument>("window: " + std::to_string(window) + " given, expected 1 to 10000 slots of " +
                              std::to_string(slot_length));
  }
  /// Rows may be as late as the window is long.
  windowed(State empty, std::int64_t window, std::int64_t slot_length)
      : windowed(std::move(empty), window, slot_length, window < 0 ? 0 : window) {}

  /// A row at a time: its values go to the state's update().
  template <class... Values>
  void update(std::int64_t time, const Values&... values) {
    const auto add = [&](State& s) {
      if constexpr (is_timed_state_v<State>)
        s.update(time, values...);
      else
        s.update(values...);
    };
    place(time, 1, add);
  }

  /// n rows at a time that `add` puts into a state; it may be called for more than one.
  template <class Add>
  void update_with(std::int64_t time, std::uint64_t n, const Add& add) {
    place(time, n, add);
  }

  /// Rows and their times; each run of rows of one slot is one batch for its state.
  template <class... Values>
  void update(span<const std::int64_t> times, span<const Values>... columns) {
    for (const std::size_t size : {columns.size()...})
      if (size != times.size())
        raise<invalid_argument>("times: " + std::to_string(times.size()) + " given, expected " +
                                std::to_string(size) + ", one for each row");
    std::size_t from = 0;
    while (from < times.size()) {
      // A run: rows that do not fall behind each other, all in one slot and none too late or late.
      const std::int64_t index = index_of(times[from]);
      std::int64_t last = times[from];
      std::size_t to = from + 1;
      while (to < times.size() && times[to] >= last && index_of(times[to]) == index) last = times[to++];
      const auto add = [&](State& s) {
        if constexpr (is_timed_state_v<State>)
          s.update(times.subspan(from, to - from), columns.subspan(from, to - from)...);
        else
          s.update(columns.subspan(from, to - from)...);
      };
      if (to - from > 1 && (!clock_.started() || times[from] >= clock_.newest())) {
        clock_.observe(times[from], to - from);
        clock_.observe(last, 0);
        into_newest(index, add);
        from = to;
      } else {
        // Late, or alone: the first row by itself, so that each is judged by its own time.
        to = from + 1;
        place(times[from], 1, add);
        ++from;
      }
    }
  }

  /// Rows of a window that is measured in rows.
  template <class... Values>
  void update_next(span<const Values>... columns) {
    const std::size_t size = first_of(columns.size()...);
    for (const std::size_t other : {columns.size()...})
      if (other != size) raise<invalid_argument>("rows: given columns of unequal lengths");
    if constexpr (is_timed_state_v<State>) {
      raise<invalid_argument>("times: none given, this state needs them");
    } else {
      for (std::size_t from = 0; from < size;) {
        const std::int64_t next = clock_.started() ? clock_.newest() + 1 : 0;
        const auto room = static_cast<std::size_t>(slot_ - next % slot_);
        const std::size_t n = size - from < room ? size - from : room;
        clock_.observe(next, n);
        clock_.observe(next + static_cast<std::int64_t>(n) - 1, 0);
        into_newest(next / slot_, [&](State& s) { s.update(columns.subspan(from, n)...); });
        from += n;
      }
    }
  }

  /// Judges rows by their order of arrival, moves the clock, and tells which of them merge_slots() shall
  /// bring: for rows that are put into states elsewhere, a state a slot.
  void observe(span<const std::int64_t> times, span<std::uint8_t> accepted) {
    if (times.size() != accepted.size())
      raise<invalid_argument>("times: " + std::to_string(times.size()) + " given, expected " +
                              std::to_string(accepted.size()));
    for (std::size_t i = 0; i < times.size(); ++i)
      accepted[i] = clock_.observe(times[i], 1, earliest()) == arrival::too_late ? 0 : 1;
    if (clock_.started()) into_newest(index_of(clock_.newest()), [](State&) {});
  }

  /// Adds states of rows that observe() accepted, each of one slot; what has left the window since does
  /// not come back.
  void merge_slots(const std::vector<slot>& parts) {
    for (const slot& part : parts) {
      if (ring_.empty() || part.index > ring_.back().index)
        raise<invalid_argument>("merge_slots: given a slot after the newest row");
      if (part.index < oldest_index()) continue;
      const auto add = [&](State& s) { s.merge(part.state); };
      if (part.index == ring_.back().index)
        add(ring_.back().state);
      else
        into_older(part.index, add);
    }
    if (stale_) closed_.rebuild(ring_, closed_slots());
    stale_ = false;
  }

  /// Moves the clock on without a row: slots that are too old by then leave.
  void advance(std::int64_t time) {
    if (clock_.started() && time <= clock_.newest()) return;
    clock_.observe(time, 0);
    into_newest(index_of(time), [](State&) {});
  }

  /// Slot by slot; windows must be of the same make, and measured in time.
  void merge(const windowed& other) {
    if (other.slot_ != slot_ || other.slots_ != slots_ || other.unit_ != unit_ || other.empty_ != empty_)
      raise<invalid_argument>("merge: other has another window, slot or configuration of its state");
    if (unit_ == window_unit::rows && clock_.started() && other.clock_.started())
      raise<invalid_argument>("merge: windows measured in rows have no common clock, expected one of time");
    windowed both = *this;
    both.clock_.merge(other.clock_);
    both.ring_.clear();
    auto a = ring_.begin();
    auto b = other.ring_.begin();
    while (a != ring_.end() || b != other.ring_.end()) {
      const bool take_a = b == other.ring_.end() || (a != ring_.end() && a->index <= b->index);
      const bool take_b = a == ring_.end() || (b != other.ring_.end() && b->index <= a->index);
      both.ring_.push_back(take_a ? *a : *b);
      if (take_a && take_b) both.ring_.back().state.merge(b->state);
      if (take_a) ++a;
      if (take_b) ++b;
    }
    if (both.clock_.started() && !both.ring_.empty())
      while (both.ring_.front().index < both.oldest_index()) both.ring_.pop_front();
    both.closed_.rebuild(both.ring_, both.closed_slots());
    both.stale_ = false;
    *this = std::move(both);
  }
  windowed& operator+=(const windowed& other) {
    merge(other);
    return *this;
  }

  void reset() { *this = windowed(empty_, window(), slot_, clock_.allowed_lateness(), unit_); }

  /// The state of the whole window.
  State value() const {
    if (ring_.empty()) return empty_;
    State s = empty_;
    if (stale_)
      for (std::size_t i = 0; i < closed_slots(); ++i) s.merge(ring_[i].state);
    else
      s = closed_.value();
    s.merge(ring_.back().state);
    return s;
  }

  /// The state of the newest `slots` slots: a shorter window over the same rows.
  State value(std::int64_t slots) const {
    if (slots < 1 || slots > slots_)
      raise<invalid_argument>("slots: " + std::to_string(slots) + " given, expected 1 to " +
                              std::to_string(slots_));
    State s = empty_;
    if (ring_.empty()) return s;
    const std::int64_t newest = ring_.back().index;
    for (const slot& one : ring_)
      if (newest - one.index < slots) s.merge(one.state);
    return s;
  }

  /// Slots that have rows (the newest one always), oldest first.
  const std::deque<slot>& slots() const noexcept { return ring_; }
  std::int64_t window() const noexcept { return slot_ * slots_; }
  std::int64_t slot_length() const noexcept { return slot_; }
  window_unit unit() const noexcept { return unit_; }
  const event_time& clock() const noexcept { return clock_; }
  const State& empty_state() const noexcept { return empty_; }

  std::string to_bytes() const {
    byte_writer w(state_kind::windowed);
    w.u8(static_cast<std::uint8_t>(unit_));
    w.nested(empty_.to_bytes());
    w.varint(static_cast<std::uint64_t>(slot_));
    w.varint(static_cast<std::uint64_t>(slots_));
    clock_.write(w);
    w.varint(ring_.size());
    for (const slot& s : ring_) {
      w.varint(static_cast<std::uint64_t>(ring_.back().index - s.index));
      w.nested(s.state.to_bytes());
    }
    return w.finish();
  }

  static windowed from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::windowed, limits);
    const std::uint8_t unit = r.u8();
    State empty = State::from_bytes(r.nested(), limits);
    const std::uint64_t slot_length = r.varint();
    const std::uint64_t slots = r.varint();
    if (unit > 1 || slot_length == 0 || slots == 0 || slots > static_cast<std::uint64_t>(max_slots) ||
        slot_length > max_count / slots || cleared(empty) != empty)
      raise<bad_bytes>("bytes: a window that cannot be");
    const auto length = static_cast<std::int64_t>(slot_length);
    windowed w(std::move(empty), length * static_cast<std::int64_t>(slots), length, 0,
               static_cast<window_unit>(unit));
    w.clock_ = event_time::read(r);
    const std::size_t count = r.count(2);
    if ((count != 0) != w.clock_.started() || count > slots)
      raise<bad_bytes>("bytes: more slots than the window has");
    const std::int64_t newest = w.clock_.started() ? w.index_of(w.clock_.newest()) : 0;
    std::uint64_t before = slots;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t age = r.varint();
      if (age >= before || (i + 1 == count && age != 0)) raise<bad_bytes>("bytes: slots out of order");
      before = age;
      State s = State::from_bytes(r.nested(), limits);
      if (cleared(s) != w.empty_) raise<bad_bytes>("bytes: slots of unequal configurations");
      // An index this close to the end of int64 has no slots before it.
      if (newest < event_time::beginning + static_cast<std::int64_t>(age))
        raise<bad_bytes>("bytes: slots before the beginning of time");
      w.ring_.push_back({newest - static_cast<std::int64_t>(age), std::move(s)});
    }
    r.done();
    w.closed_.rebuild(w.ring_, w.closed_slots());
    return w;
  }

  friend bool operator==(const windowed& a, const windowed& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const windowed& a, const windowed& b) { return !(a == b); }

 private:
  using aggregate = std::conditional_t<is_subtractable_v<State>, detail::subtracted_aggregate<State>,
                                       detail::stacked_aggregate<State>>;

  static State cleared(State s) {
    s.reset();
    return s;
  }
  template <class... Rest>
  static std::size_t first_of(std::size_t first, Rest...) {
    return first;
  }

  std::int64_t index_of(std::int64_t time) const noexcept {
    return time / slot_ - (time % slot_ < 0 ? 1 : 0);
  }
  std::size_t closed_slots() const noexcept { return ring_.empty() ? 0 : ring_.size() - 1; }

  /// The first slot of the window.
  std::int64_t oldest_index() const noexcept {
    const std::int64_t newest = index_of(clock_.newest());
    return newest < event_time::beginning + slots_ ? event_time::beginning : newest - slots_ + 1;
  }
  std::int64_t earliest() const noexcept {
    if (!clock_.started()) return event_time::beginning;
    const std::int64_t index = oldest_index();
    return index < event_time::beginning / slot_ ? event_time::beginning : index * slot_;
  }

  template <class Add>
  void place(std::int64_t time, std::uint64_t n, const Add& add) {
    switch (clock_.observe(time, n, earliest())) {
      case arrival::on_time:
        into_newest(index_of(time), add);
        break;
      case arrival::late:
        into_older(index_of(time), add);
        break;
      case arrival::too_late:
        break;
    }
  }

  template <class Add>
  void into_newest(std::int64_t index, const Add& add) {
    if (ring_.empty() || ring_.back().index < index) {
      if (!ring_.empty()) closed_.push(ring_.back().state);
      ring_.push_back({index, empty_});
      leave();
    }
    add(ring_.back().state);
  }

  template <class Add>
  void into_older(std::int64_t index, const Add& add) {
    std::size_t at = ring_.size() - 1;
    if (ring_[at].index != index) {
      while (at > 0 && ring_[at - 1].index >= index) --at;
      if (ring_[at].index != index)
        ring_.insert(ring_.begin() + static_cast<std::ptrdiff_t>(at), {index, empty_});
      if (!stale_ && !closed_.late(at, add)) stale_ = true;
    }
    add(ring_[at].state);
  }

  /// Drops the slots that are no longer in the window.
  void leave() {
    std::size_t leaving = 0;
    while (ring_[leaving].index < oldest_index()) ++leaving;
    if (leaving != 0 && !stale_) stale_ = !closed_.pop(ring_, leaving, closed_slots());
    ring_.erase(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(leaving));
    if (stale_) closed_.rebuild(ring_, closed_slots());
    stale_ = false;
  }

  State empty_;
  std::int64_t slot_;
  std::int64_t slots_;
  window_unit unit_;
  event_time clock_;
  std::deque<slot> ring_;
  aggregate closed_;  // all slots but the newest
  bool stale_ = false;
};

BAROGRAPH_NAMESPACE_END
