// What every state of stats/ and slo/ has in common: counts that cannot overflow, the tally of values
// that are not numbers, and `is_state`, the static check of the interface.
//
// NaN and the two infinities are counted apart and enter nothing else: no sum, mean, extreme or
// quantile. `count()` of every state is the count of finite values.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "../core/bytes.hpp"
#include "../core/errors.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// No count of a state grows past this: it fits every signed 64-bit integer, and n * n fits 128 bits.
constexpr std::uint64_t max_count = (std::uint64_t{1} << 63) - 1;

namespace detail {

/// a + b, or an error that leaves everything as it was.
inline std::uint64_t sum_of_counts(std::uint64_t a, std::uint64_t b) {
  if (a > max_count || b > max_count - a)
    raise<invalid_argument>("count: " + std::to_string(a) + " + " + std::to_string(b) +
                            " given, a state holds at most 2^63 - 1 values");
  return a + b;
}

/// a - b, or an error when b is not contained in a.
inline std::uint64_t difference_of_counts(std::uint64_t a, std::uint64_t b, const char* of) {
  if (b > a)
    raise<invalid_argument>("subtract: " + std::to_string(b) + " " + of + " given, this state holds only " +
                            std::to_string(a) + ": the other state is not contained in it");
  return a - b;
}

/// A count read from bytes.
inline std::uint64_t read_count(byte_reader& r) {
  const std::uint64_t n = r.varint();
  if (n > max_count) raise<bad_bytes>("bytes: a count above 2^63 - 1");
  return n;
}

/// How many values of each sort a state has seen.
struct tally {
  std::uint64_t finite = 0;
  std::uint64_t nan = 0;
  std::uint64_t positive_infinity = 0;
  std::uint64_t negative_infinity = 0;

  /// Counts n values like x.
  void add(double x, std::uint64_t n) {
    std::uint64_t& count = x != x                                          ? nan
                           : x == std::numeric_limits<double>::infinity()  ? positive_infinity
                           : x == -std::numeric_limits<double>::infinity() ? negative_infinity
                                                                           : finite;
    count = sum_of_counts(count, n);
  }

  tally plus(const tally& o) const {
    return {sum_of_counts(finite, o.finite), sum_of_counts(nan, o.nan),
            sum_of_counts(positive_infinity, o.positive_infinity),
            sum_of_counts(negative_infinity, o.negative_infinity)};
  }

  tally minus(const tally& o) const {
    return {difference_of_counts(finite, o.finite, "finite values"), difference_of_counts(nan, o.nan, "NaN"),
            difference_of_counts(positive_infinity, o.positive_infinity, "infinities"),
            difference_of_counts(negative_infinity, o.negative_infinity, "negative infinities")};
  }

  /// Room for `size` more values of any sort.
  void check_room(std::uint64_t size) const {
    for (const std::uint64_t n : {finite, nan, positive_infinity, negative_infinity}) sum_of_counts(n, size);
  }

  void write(byte_writer& w) const {
    for (const std::uint64_t n : {finite, nan, positive_infinity, negative_infinity}) w.varint(n);
  }

  static tally read(byte_reader& r) {
    tally t;
    t.finite = read_count(r);
    t.nan = read_count(r);
    t.positive_infinity = read_count(r);
    t.negative_infinity = read_count(r);
    return t;
  }
};

/// Smallest and largest finite value. `subtract` loses them: which of the remaining values is the
/// smallest is not known. They are known again when no value remains. Zero has no sign here.
struct extremes {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  bool known = true;

  void add(double x) {
    if (x < min) min = x + 0.0;  // -0.0 + 0.0 is 0.0: the order of zeros leaves no trace
    if (x > max) max = x + 0.0;
  }

  void merge(const extremes& o) {
    if (!known || !o.known) {
      forget();
      return;
    }
    if (o.min < min) min = o.min;
    if (o.max > max) max = o.max;
  }

  /// Whether values of `o` may be taken away without this minimum or maximum.
  bool surround(const extremes& o) const { return known && o.known && o.min > min && o.max < max; }

  void forget() {
    *this = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(), false};
  }

  /// After a subtraction that leaves `remaining` of `before` finite values.
  void subtracted(std::uint64_t before, std::uint64_t remaining) {
    if (remaining == 0)
      *this = {};
    else if (remaining != before)
      forget();
  }

  double min_or_nan() const { return min <= max ? min : std::numeric_limits<double>::quiet_NaN(); }
  double max_or_nan() const { return min <= max ? max : std::numeric_limits<double>::quiet_NaN(); }

  void write(byte_writer& w, std::uint64_t finite) const {
    w.u8(known ? 1 : 0);
    if (known && finite != 0) {
      w.f64(min);
      w.f64(max);
    }
  }

  static extremes read(byte_reader& r, std::uint64_t finite) {
    extremes e;
    const std::uint8_t flag = r.u8();
    if (flag > 1 || (flag == 0 && finite == 0)) raise<bad_bytes>("bytes: a flag that is not canonical");
    if (flag == 0) {
      e.forget();
    } else if (finite != 0) {
      e.min = r.f64();
      e.max = r.f64();
      const auto canonical = [](double x) { return std::isfinite(x) && !(x == 0 && std::signbit(x)); };
      if (!canonical(e.min) || !canonical(e.max) || e.min > e.max)
        raise<bad_bytes>("bytes: a minimum and maximum that cannot be");
    }
    return e;
  }
};

}  // namespace detail

namespace detail {

/// What every state has, whatever feeds it.
template <class T, class = void>
struct is_stored_state : std::false_type {};

template <class T>
struct is_stored_state<
    T, std::void_t<decltype(std::declval<T&>().merge(std::declval<const T&>())),
                   decltype(std::declval<T&>() += std::declval<const T&>()),
                   decltype(std::declval<T&>().reset()), decltype(std::declval<const T&>().to_bytes()),
                   decltype(T::from_bytes(std::string(), byte_limits{}))>>
    : std::bool_constant<
          std::is_copy_constructible_v<T> && std::is_copy_assignable_v<T> &&
          std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
          std::is_same_v<decltype(std::declval<const T&>().to_bytes()), std::string> &&
          std::is_same_v<decltype(T::from_bytes(std::string(), byte_limits{})), T> &&
          std::is_same_v<decltype(std::declval<const T&>() == std::declval<const T&>()), bool> &&
          std::is_same_v<decltype(std::declval<const T&>() != std::declval<const T&>()), bool>> {};

}  // namespace detail

/// True for a type with the whole interface of a state; `Value` is what its `update` takes.
template <class T, class Value = double, class = void>
struct is_state : std::false_type {};

template <class T, class Value>
struct is_state<T, Value,
                std::void_t<decltype(std::declval<T&>().update(std::declval<Value>())),
                            decltype(std::declval<T&>().update(std::declval<Value>(), std::uint64_t{})),
                            decltype(std::declval<T&>().update(span<const Value>()))>>
    : detail::is_stored_state<T> {};

template <class T, class Value = double>
constexpr bool is_state_v = is_state<T, Value>::value;

/// True for a state whose values have a time each: nanoseconds of the event first, then the value.
template <class T, class Value = double, class = void>
struct is_timed_state : std::false_type {};

template <class T, class Value>
struct is_timed_state<
    T, Value,
    std::void_t<decltype(std::declval<T&>().update(std::int64_t{}, std::declval<Value>())),
                decltype(std::declval<T&>().update(span<const std::int64_t>(), span<const Value>()))>>
    : detail::is_stored_state<T> {};

template <class T, class Value = double>
constexpr bool is_timed_state_v = is_timed_state<T, Value>::value;

/// True for a state that can take another one out of itself.
template <class T, class = void>
struct is_subtractable : std::false_type {};

template <class T>
struct is_subtractable<T, std::void_t<decltype(std::declval<T&>().subtract(std::declval<const T&>()))>>
    : std::true_type {};

template <class T>
constexpr bool is_subtractable_v = is_subtractable<T>::value;

BAROGRAPH_NAMESPACE_END
