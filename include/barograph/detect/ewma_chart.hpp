// ewma_chart: an exponentially weighted mean of standardised values against its control limits.
//
// Z = (1 - weight) Z + weight z, z = (x - target) / sigma, from 0; `statistic` is Z in units of its own
// deviation once the chart has run for a while, sqrt(weight / (2 - weight)) (Roberts, "Control chart tests
// based on geometric moving averages", Technometrics 1, 1959; Lucas and Saccucci, Technometrics 32, 1990).
//
// Law: ordered, bounded. Pieces that follow each other in time are put together, associatively up to
// rounding: Z is within 1e-12 (1 + largest |z|) of that of the whole. z is held at a million sigma.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "../core/canonical.hpp"
#include "../core/decimal.hpp"
#include "../stats/state.hpp"
#include "detail/chart_clock.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class ewma_chart {
 public:
  /// @param target, sigma  what values are in control; sigma > 0
  /// @param weight         of the newest value, 0.005 to 1; 1 is Shewhart's chart
  explicit ewma_chart(double target = 0, double sigma = 1, double weight = 0.2)
      : scale_(target, sigma), weight_(weight) {
    if (!(weight >= 0.005 && weight <= 1))
      raise<invalid_argument>("weight: " + decimal(weight) + " given, expected 0.005 to 1");
  }

  /// A value and when: nanoseconds of event time. One that is not after the newest is counted as late and
  /// left out; NaN is counted apart.
  void update(std::int64_t time, double x, std::uint64_t n = 1) {
    if (!clock_.take(time, x, n)) return;
    const double z = std::min(std::max(scale_.standardised(x), -0x1p20), 0x1p20);
    const double keep = n == 1 ? 1 - weight_ : power(1 - weight_, n);
    z_ += (1 - keep) * (z - z_);
    keep_ *= keep;
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

  /// The statistic after each value; NaN for NaN. The state goes along.
  void update(span<const double> values, span<double> statistics) {
    const double unit = deviation();
    for (std::size_t i = 0; i < values.size(); ++i) {
      update(values[i]);
      statistics[i] = values[i] != values[i] ? values[i] : z_ / unit;
    }
  }

  /// Adds a piece of the same chart that begins after this one ends, or ends before it begins.
  void merge(const ewma_chart& other) {
    if (other.scale_ != scale_ || other.weight_ != weight_)
      raise<invalid_argument>("merge: other has another target, sigma or weight, expected the same");
    const bool behind = clock_.follows(other.clock_);
    const ewma_chart& first = behind ? other : *this;
    const ewma_chart& second = behind ? *this : other;
    ewma_chart both = *this;
    both.clock_ = first.clock_.then(second.clock_);
    both.z_ = second.z_ + second.keep_ * first.z_;
    both.keep_ = first.keep_ * second.keep_;
    *this = both;
  }
  ewma_chart& operator+=(const ewma_chart& other) {
    merge(other);
    return *this;
  }

  void reset() {
    clock_ = {};
    z_ = 0;
    keep_ = 1;
  }

  double target() const noexcept { return scale_.target; }
  double sigma() const noexcept { return scale_.sigma; }
  double weight() const noexcept { return weight_; }
  std::uint64_t count() const noexcept { return clock_.count; }
  std::uint64_t nan_count() const noexcept { return clock_.nan; }
  std::uint64_t late() const noexcept { return clock_.late; }
  std::int64_t first_time() const noexcept { return clock_.first; }
  std::int64_t last_time() const noexcept { return clock_.last; }

  /// Z in units of its deviation; beyond +-limit is an alarm.
  double statistic() const noexcept { return z_ / deviation(); }
  /// The mean itself, in the unit of the values.
  double mean() const noexcept { return scale_.target + scale_.sigma * z_; }

  std::string to_bytes() const {
    byte_writer w(state_kind::ewma_chart);
    scale_.write(w);
    w.f64(weight_);
    clock_.write(w);
    if (clock_.count != 0) {
      w.f64(z_);
      w.f64(keep_);
    }
    return w.finish();
  }

  static ewma_chart from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::ewma_chart, limits);
    ewma_chart c;
    c.scale_ = detail::chart_scale::read(r);
    c.weight_ = r.f64();
    c.clock_ = detail::chart_clock::read(r);
    if (c.clock_.count != 0) {
      c.z_ = r.f64();
      c.keep_ = r.f64();
    }
    r.done();
    if (!(c.weight_ >= 0.005 && c.weight_ <= 1 && std::fabs(c.z_) <= 0x1p20 && c.keep_ >= 0 && c.keep_ <= 1))
      raise<bad_bytes>("bytes: a mean that no values can have");
    return canonical(std::move(c), bytes);
  }

  friend bool operator==(const ewma_chart& a, const ewma_chart& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const ewma_chart& a, const ewma_chart& b) { return !(a == b); }

 private:
  double deviation() const noexcept { return std::sqrt(weight_ / (2 - weight_)); }  // of Z, in the end

  static double power(double base, std::uint64_t n) noexcept {
    double p = 1;
    for (; n != 0; n >>= 1, base *= base)
      if ((n & 1) != 0) p *= base;
    return p;
  }

  detail::chart_scale scale_;
  double weight_;
  detail::chart_clock clock_;
  double z_ = 0;
  double keep_ = 1;  // what is left of the mean before this piece
};

BAROGRAPH_NAMESPACE_END
