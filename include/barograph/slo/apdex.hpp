// apdex: the Application Performance Index as exact counts of satisfied, tolerating and frustrated.
//
// Law: commutative, class I: any split, order or tree of merges gives equal bytes.
// Source: Apdex Technical Specification v1.1, Apdex Alliance 2007 (zones, index, uniform output,
// ratings). A latency up to and including T satisfies, one up to and including F (4 T by default)
// is tolerated, one beyond F and every error frustrates.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "../stats/state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// The lowest score of each rating, best first; a score belongs to the first limit it reaches.
struct apdex_bands {
  std::vector<double> limits;  ///< four for the standard's ratings, three for those of `apm`

  /// Excellent from 0.94, Good from 0.85, Fair from 0.70, Poor from 0.50, else Unacceptable.
  static apdex_bands standard() { return {{0.94, 0.85, 0.70, 0.50}}; }
  /// Target from 0.90, Good from 0.85, Fair from 0.70, else Poor.
  static apdex_bands apm() { return {{0.90, 0.85, 0.70}}; }

  static apdex_bands named(const std::string& name) {
    if (name == "standard") return standard();
    if (name == "apm") return apm();
    raise<invalid_argument>("bands: given \"" + name +
                            "\", expected \"standard\", \"apm\" or a list of limits");
  }

  void validate() const {
    bool good = limits.size() == 3 || limits.size() == 4;
    double above = std::nextafter(1.0, 2.0);
    for (double limit : limits) {
      good = good && limit > 0.0 && limit < above;
      above = limit;
    }
    if (good) return;
    std::string given;
    for (double limit : limits) given += (given.empty() ? "" : ", ") + decimal(limit);
    raise<invalid_argument>("bands: given [" + given +
                            "], expected 3 or 4 limits, each below the one before, in (0, 1]");
  }

  /// The rating of a score, compared unrounded; "NoSample" when it is NaN.
  const char* rating(double score) const {
    static constexpr const char* of_standard[] = {"Excellent", "Good", "Fair", "Poor", "Unacceptable"};
    static constexpr const char* of_apm[] = {"Target", "Good", "Fair", "Poor"};
    validate();
    if (score != score) return "NoSample";
    std::size_t i = 0;
    while (i < limits.size() && !(score >= limits[i])) ++i;
    return limits.size() == 4 ? of_standard[i] : of_apm[i];
  }

  friend bool operator==(const apdex_bands& a, const apdex_bands& b) { return a.limits == b.limits; }
  friend bool operator!=(const apdex_bands& a, const apdex_bands& b) { return !(a == b); }
};

class apdex {
 public:
  /// `threshold` T > 0 in the unit of the latencies (milliseconds unless you say otherwise); F = 4 T.
  explicit apdex(double threshold = 500.0) : apdex(threshold, 4.0 * threshold) {}

  /// `tolerating` is F, the longest latency that is tolerated: F >= T.
  apdex(double threshold, double tolerating) : threshold_(threshold), tolerating_limit_(tolerating) {
    if (!(threshold > 0.0) || !std::isfinite(threshold))
      raise<invalid_argument>("threshold: given " + decimal(threshold) +
                              ", expected a finite number above 0");
    if (!(tolerating >= threshold) || !std::isfinite(tolerating))
      raise<invalid_argument>("tolerating: given " + decimal(tolerating) +
                              ", expected a finite number of at least the threshold " + decimal(threshold));
  }

  /// One request. NaN without an error is counted as missing and enters no score; +inf frustrates;
  /// a negative latency is below T like any other number (clean such data first).
  void update(double latency) { update(latency, false, 1); }

  /// One request and whether it failed; only a bool is taken, so that a count is not read as an error.
  template <class Error, class = std::enable_if_t<std::is_same_v<Error, bool>>>
  void update(double latency, Error error) {
    update(latency, error, 1);
  }

  /// n requests of the same latency; more than 2^63 - 1 in all are refused.
  void update(double latency, std::uint64_t n) { update(latency, false, n); }
  void update(double latency, bool error, std::uint64_t n) {
    detail::sum_of_counts(seen(), n);
    add(latency, error, n);
  }

  void update(span<const double> latencies) {
    detail::sum_of_counts(seen(), latencies.size());
    std::uint64_t within_t = 0;
    std::uint64_t within_f = 0;
    std::uint64_t missing = 0;
    for (double x : latencies) {
      within_t += static_cast<std::uint64_t>(x <= threshold_);
      within_f += static_cast<std::uint64_t>(x <= tolerating_limit_);
      missing += static_cast<std::uint64_t>(x != x);
    }
    satisfied_ += within_t;
    tolerating_ += within_f - within_t;
    frustrated_ += latencies.size() - within_f - missing;
    missing_ += missing;
  }

  void update(span<const double> latencies, span<const bool> errors) { add_all(latencies, errors); }
  void update(span<const double> latencies, span<const std::uint8_t> errors) { add_all(latencies, errors); }

  /// Adds the counts of an index with the same T and F; otherwise throws and changes nothing.
  void merge(const apdex& other) {
    same_limits(other, "merge");
    detail::sum_of_counts(seen(), other.seen());
    satisfied_ += other.satisfied_;
    tolerating_ += other.tolerating_;
    frustrated_ += other.frustrated_;
    missing_ += other.missing_;
  }
  apdex& operator+=(const apdex& other) {
    merge(other);
    return *this;
  }

  /// Takes out what was merged in; `other` must be contained in this, else throws and changes nothing.
  void subtract(const apdex& other) {
    same_limits(other, "subtract");
    if (other.satisfied_ > satisfied_ || other.tolerating_ > tolerating_ || other.frustrated_ > frustrated_ ||
        other.missing_ > missing_)
      raise<invalid_argument>("subtract: other has more requests than this, expected a part of it");
    satisfied_ -= other.satisfied_;
    tolerating_ -= other.tolerating_;
    frustrated_ -= other.frustrated_;
    missing_ -= other.missing_;
  }

  void reset() noexcept { satisfied_ = tolerating_ = frustrated_ = missing_ = 0; }

  double threshold() const noexcept { return threshold_; }                ///< T
  double tolerating_limit() const noexcept { return tolerating_limit_; }  ///< F
  std::uint64_t satisfied() const noexcept { return satisfied_; }
  std::uint64_t tolerating() const noexcept { return tolerating_; }
  std::uint64_t frustrated() const noexcept { return frustrated_; }
  std::uint64_t missing() const noexcept { return missing_; }  ///< NaN latencies without an error
  std::uint64_t count() const noexcept { return satisfied_ + tolerating_ + frustrated_; }

  /// (satisfied + tolerating / 2) / count, NaN when empty.
  double score() const noexcept {
    if (count() == 0) return std::numeric_limits<double>::quiet_NaN();
    return (static_cast<double>(satisfied_) + 0.5 * static_cast<double>(tolerating_)) /
           static_cast<double>(count());
  }

  /// The standard's uniform output, T in seconds: `0.75 [4.0]`, with `*` behind when fewer than 100
  /// requests were seen, `NS [4.0]` for none. The score is rounded half up, in integers.
  std::string notation(double units_per_second = 1000.0) const {
    if (!(units_per_second > 0.0) || !std::isfinite(units_per_second))
      raise<invalid_argument>("units_per_second: given " + decimal(units_per_second) +
                              ", expected a finite number above 0");
    const double seconds = threshold_ / units_per_second;
    std::string t = decimal(seconds, 6);
    if (seconds < 10.0 && t.find_first_of(".e") == std::string::npos) t += ".0";
    t = " [" + t + "]";
    if (count() == 0) return "NS" + t;
    const unsigned hundredths = rounded_hundredths();
    const std::string score{static_cast<char>('0' + hundredths / 100), '.',
                            static_cast<char>('0' + hundredths / 10 % 10),
                            static_cast<char>('0' + hundredths % 10)};
    return score + t + (count() < 100 ? "*" : "");
  }

  /// The rating word of the score, "NoSample" when empty.
  const char* rating(const apdex_bands& bands = apdex_bands::standard()) const {
    return bands.rating(score());
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::apdex);
    w.f64(threshold_);
    w.f64(tolerating_limit_);
    w.varint(satisfied_);
    w.varint(tolerating_);
    w.varint(frustrated_);
    w.varint(missing_);
    return w.finish();
  }

  static apdex from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::apdex, limits);
    const double t = r.f64();
    const double f = r.f64();
    if (!(t > 0.0 && f >= t && std::isfinite(f))) raise<bad_bytes>("bytes: Apdex limits that cannot be");
    apdex a(t, f);
    std::uint64_t room = max_count;
    for (std::uint64_t apdex::*part :
         {&apdex::satisfied_, &apdex::tolerating_, &apdex::frustrated_, &apdex::missing_}) {
      a.*part = r.varint();
      if (a.*part > room) raise<bad_bytes>("bytes: more than 2^63 - 1 requests");
      room -= a.*part;
    }
    r.done();
    return a;
  }

  friend bool operator==(const apdex& a, const apdex& b) noexcept {
    return a.threshold_ == b.threshold_ && a.tolerating_limit_ == b.tolerating_limit_ &&
           a.satisfied_ == b.satisfied_ && a.tolerating_ == b.tolerating_ && a.frustrated_ == b.frustrated_ &&
           a.missing_ == b.missing_;
  }
  friend bool operator!=(const apdex& a, const apdex& b) noexcept { return !(a == b); }

 private:
  std::uint64_t seen() const noexcept { return count() + missing_; }

  void add(double latency, bool error, std::uint64_t n) noexcept {
    if (error || latency > tolerating_limit_)
      frustrated_ += n;
    else if (latency <= threshold_)
      satisfied_ += n;
    else if (latency <= tolerating_limit_)
      tolerating_ += n;
    else
      missing_ += n;
  }

  template <class Flag>
  void add_all(span<const double> latencies, span<const Flag> errors) {
    if (latencies.size() != errors.size())
      raise<invalid_argument>("errors: given " + std::to_string(errors.size()) + " values, expected " +
                              std::to_string(latencies.size()) + ", one for each latency");
    detail::sum_of_counts(seen(), latencies.size());
    std::uint64_t within_t = 0;
    std::uint64_t within_f = 0;
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < latencies.size(); ++i) {
      const double x = latencies[i];
      const bool good = errors[i] == Flag{};
      within_t += static_cast<std::uint64_t>((x <= threshold_) & good);
      within_f += static_cast<std::uint64_t>((x <= tolerating_limit_) & good);
      missing += static_cast<std::uint64_t>((x != x) & good);
    }
    satisfied_ += within_t;
    tolerating_ += within_f - within_t;
    frustrated_ += latencies.size() - within_f - missing;
    missing_ += missing;
  }

  void same_limits(const apdex& other, const char* what) const {
    if (threshold_ != other.threshold_ || tolerating_limit_ != other.tolerating_limit_)
      raise<invalid_argument>(std::string(what) + ": other has T = " + decimal(other.threshold_) + ", F = " +
                              decimal(other.tolerating_limit_) + ", expected T = " + decimal(threshold_) +
                              ", F = " + decimal(tolerating_limit_));
  }

  /// 100 (s + t/2) / n, half up: halves of requests are counted, and long division has no rounding.
  unsigned rounded_hundredths() const noexcept {
    // Scale down where 200 n would not fit; the quotient moves by less than 2^-50.
    std::uint64_t s = satisfied_;
    std::uint64_t t = tolerating_;
    std::uint64_t n = count();
    while (n > (std::uint64_t{1} << 55)) {
      s >>= 1;
      t >>= 1;
      n >>= 1;
    }
    return static_cast<unsigned>((100 * (2 * s + t) + n) / (2 * n));
  }

  double threshold_;
  double tolerating_limit_;
  std::uint64_t satisfied_ = 0;
  std::uint64_t tolerating_ = 0;
  std::uint64_t frustrated_ = 0;
  std::uint64_t missing_ = 0;
};

BAROGRAPH_NAMESPACE_END
