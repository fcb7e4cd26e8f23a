// What control charts have in common: the scale of their values, and the time and number of what they saw.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "../../core/decimal.hpp"
#include "../../stats/state.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

/// What values are in control.
struct chart_scale {
  double target = 0;
  double sigma = 1;

  chart_scale() = default;
  chart_scale(double target_given, double sigma_given) : target(target_given + 0.0), sigma(sigma_given) {
    if (!possible())
      raise<invalid_argument>("target, sigma: " + decimal(target) + " and " + decimal(sigma) +
                              " given, expected finite numbers, sigma above 0");
  }

  double standardised(double x) const noexcept { return (x - target) / sigma; }

  friend bool operator!=(const chart_scale& a, const chart_scale& b) noexcept {
    return a.target != b.target || a.sigma != b.sigma;
  }

  void write(byte_writer& w) const {
    w.f64(target);
    w.f64(sigma);
  }
  static chart_scale read(byte_reader& r) {
    chart_scale s;
    s.target = r.f64();
    s.sigma = r.f64();
    if (!s.possible() || (s.target == 0 && std::signbit(s.target)))
      raise<bad_bytes>("bytes: a target or sigma that cannot be");
    return s;
  }

 private:
  bool possible() const noexcept { return std::isfinite(target) && std::isfinite(sigma) && sigma > 0; }
};

/// Numbers and times of the values of a piece of a stream, in the order of time.
struct chart_clock {
  std::uint64_t count = 0;  // values that were taken
  std::uint64_t nan = 0;
  std::uint64_t late = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;

  /// Whether a value is to be taken; counts it either way.
  bool take(std::int64_t time, double x, std::uint64_t n) {
    if (n == 0) return false;
    if (x != x) {
      nan = sum_of_counts(nan, n);
      return false;
    }
    if (count != 0 && time <= last) {
      late = sum_of_counts(late, n);
      return false;
    }
    const std::uint64_t grown = sum_of_counts(count, n);
    if (count == 0) first = time;
    count = grown;
    last = time;
    return true;
  }

  void check(span<const std::int64_t> times, span<const double> values) const {
    if (times.size() != values.size())
      raise<invalid_argument>("times: " + std::to_string(times.size()) + " given, expected " +
                              std::to_string(values.size()) + ", one for each value");
    for (const std::uint64_t n : {count, nan, late}) sum_of_counts(n, values.size());
  }

  std::int64_t next() const {
    if (count == 0) return 0;
    constexpr std::int64_t second = 1'000'000'000;
    if (last > std::numeric_limits<std::int64_t>::max() - second)
      raise<invalid_argument>("time: none given, and none is left after the newest");
    return last + second;
  }

  /// Whether this piece comes after `o`; overlapping ones are an error.
  bool follows(const chart_clock& o) const {
    if (count == 0 || o.count == 0) return count != 0 && o.count == 0 ? false : o.count != 0;
    if (o.first > last) return false;
    if (first > o.last) return true;
    raise<invalid_argument>("merge: other overlaps in time, expected a piece before or after this one");
  }

  chart_clock then(const chart_clock& o) const {
    chart_clock both;
    both.count = sum_of_counts(count, o.count);
    both.nan = sum_of_counts(nan, o.nan);
    both.late = sum_of_counts(late, o.late);
    both.first = count != 0 ? first : o.first;
    both.last = o.count != 0 ? o.last : last;
    return both;
  }

  void write(byte_writer& w) const {
    w.varint(count);
    w.varint(nan);
    w.varint(late);
    if (count == 0) return;
    w.zigzag(first);
    w.zigzag(last);
  }
  static chart_clock read(byte_reader& r) {
    chart_clock c;
    c.count = read_count(r);
    c.nan = read_count(r);
    c.late = read_count(r);
    if (c.count == 0) return c;
    c.first = r.zigzag();
    c.last = r.zigzag();
    if (c.last < c.first) raise<bad_bytes>("bytes: times that run backwards");
    return c;
  }
};

}  // namespace detail
BAROGRAPH_NAMESPACE_END
