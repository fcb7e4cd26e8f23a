// counter: what a monotone counter gained between samples, however often it was reset.
//
// Law: ordered, class I. A piece knows its first and last sample and the sum of the values that resets
// have wiped out, exactly; pieces that follow each other in time are put together from either side, and
// doing so is associative, with equal bytes. Pieces that overlap in time are refused: add what the
// counters of two hosts gained, do not merge them.
//
// Semantics: Prometheus' `increase` and `rate` (documentation, "Query functions"; extrapolation as in
// its `extrapolatedRate`): a sample below the one before means that the counter began at zero again.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "../core/decimal.hpp"
#include "exact_sum.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class counter {
 public:
  /// One reading of the counter: nanoseconds of event time and its value. A reading that is not after
  /// the newest is counted as late and left out; one that is no finite number is counted apart.
  void update(std::int64_t time, double value) {
    if (!std::isfinite(value)) {
      others_.add(value, 1);
      return;
    }
    if (samples_ != 0 && time <= last_.time) {
      late_ = detail::sum_of_counts(late_, 1);
      return;
    }
    samples_ = detail::sum_of_counts(samples_, 1);
    const sample s{time, value + 0.0};  // zero has no sign here
    if (samples_ == 1)
      first_ = s;
    else
      follow(s);
    last_ = s;
  }

  void update(span<const std::int64_t> times, span<const double> values) {
    if (times.size() != values.size())
      raise<invalid_argument>("times: " + std::to_string(times.size()) + " given, expected " +
                              std::to_string(values.size()) + ", one for each value");
    for (const std::uint64_t n : {samples_, late_}) detail::sum_of_counts(n, values.size());
    others_.check_room(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) update(times[i], values[i]);
  }

  /// Puts together two pieces of one counter; overlapping ones throw and change nothing.
  void merge(const counter& other) {
    counter both = *this;
    both.others_ = others_.plus(other.others_);
    both.late_ = detail::sum_of_counts(late_, other.late_);
    if (other.samples_ != 0) both.join(other);
    *this = both;
  }
  counter& operator+=(const counter& other) {
    merge(other);
    return *this;
  }

  void reset() { *this = counter(); }

  std::uint64_t count() const noexcept { return samples_; }  ///< readings in use
  std::uint64_t resets() const noexcept { return wiped_.count(); }
  std::uint64_t late() const noexcept { return late_; }  ///< readings not after the newest: left out
  std::uint64_t nan_count() const noexcept { return others_.nan; }
  std::uint64_t positive_infinity_count() const noexcept { return others_.positive_infinity; }
  std::uint64_t negative_infinity_count() const noexcept { return others_.negative_infinity; }

  /// First and last reading: nanoseconds (0 when empty) and value (NaN when empty).
  std::int64_t first_time() const noexcept { return first_.time; }
  std::int64_t last_time() const noexcept { return last_.time; }
  double first() const noexcept { return first_.value; }
  double last() const noexcept { return last_.value; }

  /// Seconds from the first to the last reading.
  double seconds() const noexcept { return between(first_.time, last_.time); }

  /// What the counter gained from the first to the last reading, rounded once; NaN below two.
  double increase() const {
    if (samples_ < 2) return std::numeric_limits<double>::quiet_NaN();
    exact_sum gained = wiped_;
    gained.update(last_.value);
    gained.update(-first_.value);
    return gained.value();
  }

  /// increase() per second.
  double rate() const { return increase() / seconds(); }

  /// As Prometheus has it for the range [from, to] around the readings: what was gained between them is
  /// extended to an end of the range that is nearer than 1.1 times their mean distance, else by half of
  /// that distance, and never to before the counter would have been zero.
  double increase(std::int64_t from, std::int64_t to) const {
    if (samples_ != 0 && (from > first_.time || to < last_.time))
      raise<invalid_argument>("from, to: given a range that does not hold all readings");
    const double gained = increase();
    if (!(gained == gained)) return gained;
    const double sampled = seconds();
    const double distance = sampled / static_cast<double>(samples_ - 1);
    const double limit = distance * 1.1;
    double before = between(from, first_.time);
    double after = between(last_.time, to);
    if (before >= limit) before = distance / 2;
    if (gained > 0 && first_.value >= 0) {
      const double to_zero = sampled * (first_.value / gained);
      if (to_zero < before) before = to_zero;
    }
    if (after >= limit) after = distance / 2;
    return gained * ((sampled + before + after) / sampled);
  }

  /// increase(from, to) per second of the range.
  double rate(std::int64_t from, std::int64_t to) const {
    const double gained = increase(from, to);
    return gained / between(from, to);
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::counter);
    w.varint(samples_);
    w.varint(late_);
    others_.write(w);
    if (samples_ != 0) {
      first_.write(w);
      if (samples_ > 1) {
        last_.write(w);
        w.nested(wiped_.to_bytes());
      }
    }
    return w.finish();
  }

  static counter from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::counter, limits);
    counter c;
    c.samples_ = detail::read_count(r);
    c.late_ = detail::read_count(r);
    c.others_ = detail::tally::read(r);
    if (c.others_.finite != 0) raise<bad_bytes>("bytes: a tally that is not canonical");
    if (c.samples_ != 0) {
      c.first_ = c.last_ = sample::read(r);
      if (c.samples_ > 1) {
        c.last_ = sample::read(r);
        c.wiped_ = exact_sum::from_bytes(r.nested(), limits);
      }
    } else if (c.late_ != 0) {
      raise<bad_bytes>("bytes: late readings without a newest");
    }
    r.done();
    if (c.samples_ > 1 &&
        (c.last_.time <= c.first_.time || c.wiped_.count() >= c.samples_ || c.wiped_.nan_count() != 0 ||
         c.wiped_.positive_infinity_count() != 0 || c.wiped_.negative_infinity_count() != 0 ||
         (c.wiped_.count() == 0 && c.last_.value < c.first_.value)))
      raise<bad_bytes>("bytes: readings that no counter can have");
    return c;
  }

  friend bool operator==(const counter& a, const counter& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const counter& a, const counter& b) { return !(a == b); }

 private:
  /// Seconds from one time to a later one.
  static double between(std::int64_t from, std::int64_t to) noexcept {
    return static_cast<double>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)) / 1e9;
  }

  struct sample {
    std::int64_t time = 0;
    double value = std::numeric_limits<double>::quiet_NaN();

    void write(byte_writer& w) const {
      w.zigzag(time);
      w.f64(value);
    }
    static sample read(byte_reader& r) {
      sample s;
      s.time = r.zigzag();
      s.value = r.f64();
      if (!std::isfinite(s.value) || (s.value == 0 && std::signbit(s.value)))
        raise<bad_bytes>("bytes: a reading that is not canonical");
      return s;
    }
  };

  /// A reading behind the last one: below it, the counter was reset and lost what it had.
  void follow(const sample& s) {
    if (s.value < last_.value) wiped_.update(last_.value);
  }

  void join(const counter& other) {
    const std::uint64_t samples = detail::sum_of_counts(samples_, other.samples_);
    if (samples_ == 0) {
      first_ = other.first_;
      last_ = other.last_;
    } else if (last_.time < other.first_.time) {
      follow(other.first_);
      last_ = other.last_;
    } else if (other.last_.time < first_.time) {
      if (first_.value < other.last_.value) wiped_.update(other.last_.value);
      first_ = other.first_;
    } else {
      raise<invalid_argument>(
          "merge: other has readings between those of this counter, expected a piece before or after it "
          "(add up the increases of different counters)");
    }
    samples_ = samples;
    wiped_.merge(other.wiped_);
  }

  std::uint64_t samples_ = 0;
  std::uint64_t late_ = 0;
  detail::tally others_;  // what is not finite
  sample first_;
  sample last_;
  exact_sum wiped_;  // values just before a reset
};

BAROGRAPH_NAMESPACE_END
