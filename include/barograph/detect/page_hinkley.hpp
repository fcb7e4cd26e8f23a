// page_hinkley: a shift of the mean of a stream whose level nobody has stated, to either side.
//
// The level is the mean of all values since the start or the last alarm; up = max(0, up + z - delta), down
// likewise with -z, z = (x - level so far, x included) / sigma; above `limit` is an alarm, and everything
// begins anew with the next value, so that a new level is learnt (Page, Biometrika 41, 1954; Hinkley,
// "Inference about the change-point from cumulative sum tests", Biometrika 58, 1971).
//
// Law: ordered. There is no merge: what a value adds depends on all values before it, of which the state
// keeps the mean alone. z is held at a million sigma.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "../core/canonical.hpp"
#include "../core/decimal.hpp"
#include "../stats/state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class page_hinkley {
 public:
  /// @param sigma  deviation of the values in control, > 0
  /// @param delta  half of the shift to be found, in sigma
  /// @param limit  of the sums, in sigma
  explicit page_hinkley(double sigma = 1, double delta = 0.5, double limit = 10)
      : sigma_(sigma), delta_(delta), limit_(limit) {
    if (!possible())
      raise<invalid_argument>("sigma, delta, limit: " + decimal(sigma) + ", " + decimal(delta) + " and " +
                              decimal(limit) +
                              " given, expected sigma > 0, 0 <= delta <= 1000, 0 < limit <= 1e6");
  }

  /// Takes a value; NaN is counted apart. Gives the larger of both sums, also where it is an alarm.
  double update(double x) {
    if (x != x) {
      nan_ = detail::sum_of_counts(nan_, 1);
      return x;
    }
    if (alarmed_) begin_anew();
    count_ = detail::sum_of_counts(count_, 1);
    ++run_;
    x = std::min(std::max(x, -1e300), 1e300);
    mean_ += x / static_cast<double>(run_) - mean_ / static_cast<double>(run_);
    const double z = std::min(std::max((x - mean_) / sigma_, -0x1p20), 0x1p20);
    up_ = std::max(0.0, up_ + z - delta_);
    down_ = std::max(0.0, down_ - z - delta_);
    const double larger = std::max(up_, down_);
    if (larger > limit_) {
      alarmed_ = true;
      alarms_ = alarms_ + 1;
    }
    return larger;
  }
  void update(span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) update(values[i]);
  }
  /// The larger sum after each value; NaN for NaN. The state goes along.
  void update(span<const double> values, span<double> statistics) {
    for (std::size_t i = 0; i < values.size(); ++i) statistics[i] = update(values[i]);
  }

  void reset() { *this = page_hinkley(sigma_, delta_, limit_); }

  double sigma() const noexcept { return sigma_; }
  double delta() const noexcept { return delta_; }
  double limit() const noexcept { return limit_; }
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t nan_count() const noexcept { return nan_; }
  std::uint64_t alarms() const noexcept { return alarms_; }
  bool alarmed() const noexcept { return alarmed_; }  ///< by the newest value
  double up() const noexcept { return up_; }
  double down() const noexcept { return down_; }
  double mean() const noexcept { return mean_; }  ///< the level since the last alarm

  std::string to_bytes() const {
    byte_writer w(state_kind::page_hinkley);
    for (const double v : {sigma_, delta_, limit_, mean_, up_, down_}) w.f64(v);
    for (const std::uint64_t n : {count_, nan_, alarms_, run_}) w.varint(n);
    w.u8(alarmed_ ? 1 : 0);
    return w.finish();
  }

  static page_hinkley from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::page_hinkley, limits);
    page_hinkley p;
    for (double* v : {&p.sigma_, &p.delta_, &p.limit_, &p.mean_, &p.up_, &p.down_}) *v = r.f64();
    for (std::uint64_t* n : {&p.count_, &p.nan_, &p.alarms_, &p.run_}) *n = detail::read_count(r);
    const std::uint8_t flag = r.u8();
    p.alarmed_ = flag != 0;
    r.done();
    const double largest = p.limit_ + 0x1p21;
    if (!p.possible() || flag > 1 || !std::isfinite(p.mean_) || !(p.up_ >= 0 && p.up_ <= largest) ||
        !(p.down_ >= 0 && p.down_ <= largest) || p.run_ > p.count_ || p.alarms_ > p.count_ ||
        (p.count_ != 0 && p.run_ == 0) || p.alarmed_ != (std::max(p.up_, p.down_) > p.limit_))
      raise<bad_bytes>("bytes: sums that no values can have");
    return canonical(std::move(p), bytes);
  }

  friend bool operator==(const page_hinkley& a, const page_hinkley& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const page_hinkley& a, const page_hinkley& b) { return !(a == b); }

 private:
  bool possible() const noexcept {
    return sigma_ > 0 && std::isfinite(sigma_) && delta_ >= 0 && delta_ <= 1000 && limit_ > 0 &&
           limit_ <= 1e6;
  }
  void begin_anew() noexcept {
    run_ = 0;
    mean_ = up_ = down_ = 0;
    alarmed_ = false;
  }

  double sigma_, delta_, limit_;
  double mean_ = 0;
  double up_ = 0;
  double down_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t nan_ = 0;
  std::uint64_t alarms_ = 0;
  std::uint64_t run_ = 0;
  bool alarmed_ = false;
};

BAROGRAPH_NAMESPACE_END
