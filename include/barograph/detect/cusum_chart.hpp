// cusum_chart: two-sided cumulative sums of what exceeds a reference, the quickest test for a small shift.
//
// up = max(0, up + z - k), down = max(0, down - z - k), z = (x - target) / sigma; an alarm is a sum above h
// (Page, "Continuous inspection schemes", Biometrika 41, 1954). Sums are held at `cap`, so that the end of a
// long shift shows within cap / k rows.
//
// Law: ordered, class I. z is rounded once, to 2^-32 of sigma, and held at a million sigma; from there on all
// is integers. A piece is the function from the sum before it to the sum after it, min(high, max(low, s +
// gain)), which composes: pieces that follow each other in time are put together, associatively, with equal
// bytes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "../core/canonical.hpp"
#include "../core/decimal.hpp"
#include "../stats/state.hpp"
#include "detail/chart_clock.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class cusum_chart {
 public:
  /// @param target, sigma  what values are in control; sigma > 0
  /// @param k              reference, in sigma: half of the shift to be found; 2^-16 to 1000
  /// @param cap            where sums are held, in sigma; at most 2^20
  explicit cusum_chart(double target = 0, double sigma = 1, double k = 0.5, double cap = 20)
      : scale_(target, sigma), k_(fixed(k)), cap_(fixed(cap)) {
    if (!(k >= 0x1p-16 && k <= 1000))
      raise<invalid_argument>("k: " + decimal(k) + " given, expected 2^-16 to 1000 standard deviations");
    if (!(cap > 0 && cap <= 0x1p20))
      raise<invalid_argument>("cap: " + decimal(cap) +
                              " given, expected above 0 up to 2^20 standard deviations");
    reset();
  }

  /// A value and when: nanoseconds of event time. One that is not after the newest is counted as late and
  /// left out; NaN is counted apart, infinities are a million sigma.
  void update(std::int64_t time, double x, std::uint64_t n = 1) {
    if (!clock_.take(time, x, n)) return;
    const std::int64_t z = fixed(scale_.standardised(x));
    up_.step(z - k_, cap_, time, n);
    down_.step(-z - k_, cap_, time, n);
  }
  void update(span<const std::int64_t> times, span<const double> values) {
    clock_.check(times, values);
    for (std::size_t i = 0; i < values.size(); ++i) update(times[i], values[i]);
  }
  /// A value without a time comes a second after the newest, the first one at 0.
  void update(double x, std::uint64_t n = 1) { update(clock_.next(), x, n); }
  void update(span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) update(values[i]);
  }

  /// The sums after each value, in sigma; NaN for NaN. The state goes along.
  void update(span<const double> values, span<double> up, span<double> down) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      update(values[i]);
      const bool missing = values[i] != values[i];
      up[i] = missing ? values[i] : this->up();
      down[i] = missing ? values[i] : this->down();
    }
  }

  /// Adds a piece of the same chart that begins after this one ends, or ends before it begins.
  void merge(const cusum_chart& other) {
    if (other.scale_ != scale_ || other.k_ != k_ || other.cap_ != cap_)
      raise<invalid_argument>("merge: other has another target, sigma, k or cap, expected the same");
    const bool behind = clock_.follows(other.clock_);
    const cusum_chart& first = behind ? other : *this;
    const cusum_chart& second = behind ? *this : other;
    cusum_chart both = *this;
    both.clock_ = first.clock_.then(second.clock_);
    both.up_ = first.up_.then(second.up_, cap_);
    both.down_ = first.down_.then(second.down_, cap_);
    *this = both;
  }
  cusum_chart& operator+=(const cusum_chart& other) {
    merge(other);
    return *this;
  }

  void reset() {
    clock_ = {};
    up_ = down_ = side(cap_);
  }

  double target() const noexcept { return scale_.target; }
  double sigma() const noexcept { return scale_.sigma; }
  double k() const noexcept { return in_sigma(k_); }
  double cap() const noexcept { return in_sigma(cap_); }
  std::uint64_t count() const noexcept { return clock_.count; }
  std::uint64_t nan_count() const noexcept { return clock_.nan; }
  std::uint64_t late() const noexcept { return clock_.late; }
  std::int64_t first_time() const noexcept { return clock_.first; }
  std::int64_t last_time() const noexcept { return clock_.last; }

  /// The sums, in sigma.
  double up() const noexcept { return in_sigma(up_.low); }
  double down() const noexcept { return in_sigma(down_.low); }

  /// Since when a sum is above 0: the last time at which it was 0, which is where a shift began; the first
  /// time where it never was.
  std::int64_t up_since() const noexcept { return up_.zeroed ? up_.since : clock_.first; }
  std::int64_t down_since() const noexcept { return down_.zeroed ? down_.since : clock_.first; }

  std::string to_bytes() const {
    byte_writer w(state_kind::cusum_chart);
    scale_.write(w);
    w.varint(static_cast<std::uint64_t>(k_));
    w.varint(static_cast<std::uint64_t>(cap_));
    clock_.write(w);
    up_.write(w);
    down_.write(w);
    return w.finish();
  }

  static cusum_chart from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::cusum_chart, limits);
    cusum_chart c;
    c.scale_ = detail::chart_scale::read(r);
    const std::uint64_t k = r.varint();
    const std::uint64_t cap = r.varint();
    if (k < (1u << 16) || k > (std::uint64_t{1000} << 32) || cap == 0 || cap > std::uint64_t{1} << 52)
      raise<bad_bytes>("bytes: a reference or cap that cannot be");
    c.k_ = static_cast<std::int64_t>(k);
    c.cap_ = static_cast<std::int64_t>(cap);
    c.clock_ = detail::chart_clock::read(r);
    c.up_ = side::read(r, c.cap_);
    c.down_ = side::read(r, c.cap_);
    r.done();
    if (c.clock_.count == 0 && !(c.up_ == side(c.cap_) && c.down_ == side(c.cap_)))
      raise<bad_bytes>("bytes: sums of no values");
    return canonical(std::move(c), bytes);
  }

  friend bool operator==(const cusum_chart& a, const cusum_chart& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const cusum_chart& a, const cusum_chart& b) { return !(a == b); }

 private:
  static constexpr double one = 0x1p32;

  static std::int64_t fixed(double z) noexcept {
    const double scaled = std::min(std::max(z, -0x1p20), 0x1p20) * one;
    return static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  }
  static double in_sigma(std::int64_t v) noexcept { return static_cast<double>(v) / one; }

  /// What a piece makes of the sum s before it, 0 <= s <= cap: min(high, max(low, s + gain)).
  struct side {
    std::int64_t low = 0;     // from 0: the sum of a chart that begins here
    std::int64_t high = 0;    // from cap
    std::int64_t gain = 0;    // 0 where low == high
    std::int64_t reach = -1;  // starts up to here come to 0 within the piece; -1: none
    std::int64_t since = 0;   // when the sum from 0 was last 0
    bool zeroed = false;      // whether it was

    side() = default;
    explicit side(std::int64_t cap) : high(cap) {}

    friend bool operator==(const side& a, const side& b) noexcept {
      return a.low == b.low && a.high == b.high && a.gain == b.gain && a.reach == b.reach &&
             a.since == b.since && a.zeroed == b.zeroed;
    }

    std::int64_t after(std::int64_t s) const noexcept { return std::min(high, std::max(low, s + gain)); }

    /// The largest start that ends at `most` or below; -1: none.
    std::int64_t start_below(std::int64_t most, std::int64_t cap) const noexcept {
      if (high <= most) return cap;
      return low > most ? -1 : std::min(cap, most - gain);
    }

    void step(std::int64_t z, std::int64_t cap, std::int64_t time, std::uint64_t n) noexcept {
      if (n == 0) return;
      step_once(z, cap, time);
      if (n > 1) {
        // The rest only goes on in the same direction: its last sum is all that counts.
        const std::int64_t size = z < 0 ? -z : z;
        const std::uint64_t enough = size == 0 ? 1 : static_cast<std::uint64_t>(cap / size) + 1;
        const std::uint64_t more = std::min(n - 1, enough);
        step_once(z * static_cast<std::int64_t>(more), cap, time);
      }
    }

    void step_once(std::int64_t z, std::int64_t cap, std::int64_t time) noexcept {
      low = std::min(cap, std::max<std::int64_t>(0, low + z));
      high = std::min(cap, std::max<std::int64_t>(0, high + z));
      gain = low < high ? gain + z : 0;
      reach = std::max(reach, start_below(0, cap));
      if (low == 0) {
        since = time;
        zeroed = true;
      }
    }

    side then(const side& next, std::int64_t cap) const noexcept {
      side both;
      both.low = next.after(low);
      both.high = next.after(high);
      both.gain = both.low < both.high ? gain + next.gain : 0;
      both.reach = std::max(reach, start_below(next.reach, cap));
      const bool comes_to_zero = low <= next.reach;
      both.since = comes_to_zero ? next.since : since;
      both.zeroed = comes_to_zero || zeroed;
      return both;
    }

    void write(byte_writer& w) const {
      for (const std::int64_t v : {low, high, gain, reach}) w.zigzag(v);
      w.u8(zeroed ? 1 : 0);
      if (zeroed) w.zigzag(since);
    }

    static side read(byte_reader& r, std::int64_t cap) {
      side s;
      s.low = r.zigzag();
      s.high = r.zigzag();
      s.gain = r.zigzag();
      s.reach = r.zigzag();
      const std::uint8_t flag = r.u8();
      if (flag == 1) s.since = r.zigzag();
      s.zeroed = flag == 1;
      const bool constant = s.low == s.high;
      if (flag > 1 || s.low < 0 || s.high < s.low || s.high > cap || s.reach < -1 || s.reach > cap ||
          s.gain < -cap || s.gain > cap || (constant && s.gain != 0) || (s.zeroed != (s.reach >= 0)))
        raise<bad_bytes>("bytes: sums that no values can have");
      return s;
    }
  };

  detail::chart_scale scale_;
  std::int64_t k_;
  std::int64_t cap_;
  detail::chart_clock clock_;
  side up_, down_;
};

BAROGRAPH_NAMESPACE_END
