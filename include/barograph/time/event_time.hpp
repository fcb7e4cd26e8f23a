// event_time: how far a stream has come by the clock of its events, and which rows are late.
//
// A row is on time when none before it was newer, late when it is older than the newest but within the
// allowed lateness, too late beyond that; each is counted, none is dropped without a count. The watermark
// is the newest time less the allowed lateness: nothing older is taken any more (Akidau et al., "The
// dataflow model", VLDB 8 (2015), 1792-1803, section 2.3). Law: class I; the counts depend on the order
// of arrival, as what they count does, and merging adds them.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "../core/bytes.hpp"
#include "../core/errors.hpp"
#include "../stats/state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

enum class arrival : std::uint8_t { on_time, late, too_late };

class event_time {
 public:
  static constexpr std::int64_t beginning = std::numeric_limits<std::int64_t>::min();

  /// `allowed_lateness` in the unit of the times (nanoseconds), at least 0.
  explicit event_time(std::int64_t allowed_lateness = 0) : allowed_lateness_(allowed_lateness) {
    if (allowed_lateness < 0)
      raise<invalid_argument>("allowed_lateness: " + std::to_string(allowed_lateness) +
                              " given, expected at least 0");
  }

  /// Counts a row, n times. One before `earliest` is too late whatever the watermark.
  arrival observe(std::int64_t time, std::uint64_t n = 1, std::int64_t earliest = beginning) {
    const arrival a = !started_ || time >= newest_              ? arrival::on_time
                      : time >= watermark() && time >= earliest ? arrival::late
                                                                : arrival::too_late;
    std::uint64_t& count = counts_[static_cast<unsigned>(a)];
    count = detail::sum_of_counts(count, n);
    if (a == arrival::on_time) {
      newest_ = time;
      started_ = true;
    }
    return a;
  }

  /// As if the rows of both had come to one; allowed latenesses must be equal.
  void merge(const event_time& other) {
    if (other.allowed_lateness_ != allowed_lateness_)
      raise<invalid_argument>("merge: other allows a lateness of " + std::to_string(other.allowed_lateness_) +
                              ", expected " + std::to_string(allowed_lateness_));
    event_time both = *this;
    for (unsigned i = 0; i < 3; ++i) both.counts_[i] = detail::sum_of_counts(counts_[i], other.counts_[i]);
    if (other.started_ && (!started_ || other.newest_ > newest_)) both.newest_ = other.newest_;
    both.started_ = started_ || other.started_;
    *this = both;
  }

  bool started() const noexcept { return started_; }
  std::int64_t allowed_lateness() const noexcept { return allowed_lateness_; }
  /// The latest time seen; `beginning` before the first row, as for the watermark.
  std::int64_t newest() const noexcept { return newest_; }
  std::int64_t watermark() const noexcept {
    return newest_ < beginning + allowed_lateness_ ? beginning : newest_ - allowed_lateness_;
  }
  std::uint64_t on_time() const noexcept { return counts_[0]; }
  std::uint64_t late() const noexcept { return counts_[1]; }      ///< accepted
  std::uint64_t too_late() const noexcept { return counts_[2]; }  ///< left out

  void write(byte_writer& w) const {
    w.varint(static_cast<std::uint64_t>(allowed_lateness_));
    for (const std::uint64_t n : counts_) w.varint(n);
    w.u8(started_ ? 1 : 0);
    if (started_) w.zigzag(newest_);
  }

  static event_time read(byte_reader& r) {
    event_time e(static_cast<std::int64_t>(detail::read_count(r)));
    for (std::uint64_t& n : e.counts_) n = detail::read_count(r);
    const std::uint8_t started = r.u8();
    if (started > 1 || (started == 0 && (e.counts_[0] | e.counts_[1] | e.counts_[2]) != 0))
      raise<bad_bytes>("bytes: an event time that cannot be");
    e.started_ = started == 1;
    if (e.started_) e.newest_ = r.zigzag();
    return e;
  }

 private:
  std::int64_t allowed_lateness_;
  std::int64_t newest_ = beginning;
  bool started_ = false;
  std::uint64_t counts_[3] = {};
};

BAROGRAPH_NAMESPACE_END
