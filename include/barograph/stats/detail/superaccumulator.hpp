// A fixed-point integer wide enough for every finite double (or every square of one), and the one
// rounding that turns it, or its quotient by an integer, into a double.
//
// R. M. Neal, "Fast exact summation using small and large superaccumulators", arXiv:1505.05571, the
// small form: signed 64-bit chunks that stand 2^32 apart, so that carries wait for a thousand
// additions. Integers only: the result depends on nothing but the values.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../../core/bytes.hpp"
#include "../state.hpp"
#include "exact_sum_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

__extension__ typedef unsigned __int128 uint128;

/// An integer of any size as sign and 32-bit limbs, lowest first, without leading zeros.
struct big_integer {
  bool negative = false;
  std::vector<std::uint32_t> limbs;

  bool is_zero() const { return limbs.empty(); }
  void trim() {
    while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
    if (limbs.empty()) negative = false;
  }
};

inline unsigned bit_length(uint128 v) {
  const auto high = static_cast<std::uint64_t>(v >> 64);
  const auto low = static_cast<std::uint64_t>(v);
  if (high != 0) return 128u - static_cast<unsigned>(__builtin_clzll(high));
  return low == 0 ? 0u : 64u - static_cast<unsigned>(__builtin_clzll(low));
}

inline std::size_t bit_length(const big_integer& v) {
  return v.is_zero() ? 0 : (v.limbs.size() - 1) * 32 + bit_length(uint128{v.limbs.back()});
}

inline int compare_magnitudes(const big_integer& a, const big_integer& b) {
  if (a.limbs.size() != b.limbs.size()) return a.limbs.size() < b.limbs.size() ? -1 : 1;
  for (std::size_t i = a.limbs.size(); i-- > 0;)
    if (a.limbs[i] != b.limbs[i]) return a.limbs[i] < b.limbs[i] ? -1 : 1;
  return 0;
}

inline big_integer product(const big_integer& a, const big_integer& b) {
  big_integer r;
  r.negative = a.negative != b.negative;
  r.limbs.assign(a.limbs.size() + b.limbs.size(), 0);
  for (std::size_t i = 0; i < a.limbs.size(); ++i) {
    std::uint64_t carry = 0;
    if (a.limbs[i] == 0) continue;
    for (std::size_t j = 0; j < b.limbs.size(); ++j) {
      carry += std::uint64_t{a.limbs[i]} * b.limbs[j] + r.limbs[i + j];
      r.limbs[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    r.limbs[i + b.limbs.size()] = static_cast<std::uint32_t>(carry);
  }
  r.trim();
  return r;
}

inline big_integer integer_of(std::uint64_t v) {
  big_integer r;
  r.limbs = {static_cast<std::uint32_t>(v), static_cast<std::uint32_t>(v >> 32)};
  r.trim();
  return r;
}

/// a - b for a, b >= 0.
inline big_integer difference(const big_integer& a, const big_integer& b) {
  const bool less = compare_magnitudes(a, b) < 0;
  const big_integer& x = less ? b : a;
  const big_integer& y = less ? a : b;
  big_integer r = x;
  r.negative = less;
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < r.limbs.size(); ++i) {
    std::int64_t d = std::int64_t{x.limbs[i]} - (i < y.limbs.size() ? std::int64_t{y.limbs[i]} : 0) + borrow;
    borrow = d >> 32;
    r.limbs[i] = static_cast<std::uint32_t>(d);
  }
  r.trim();
  return r;
}

/// a + b with their signs.
inline big_integer sum(const big_integer& a, const big_integer& b) {
  if (a.negative != b.negative) {
    big_integer r = difference(a, b);
    r.negative = r.negative != a.negative;
    r.trim();
    return r;
  }
  const big_integer& longer = a.limbs.size() < b.limbs.size() ? b : a;
  const big_integer& shorter = a.limbs.size() < b.limbs.size() ? a : b;
  big_integer r = longer;
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < r.limbs.size(); ++i) {
    carry += std::uint64_t{longer.limbs[i]} + (i < shorter.limbs.size() ? shorter.limbs[i] : 0u);
    r.limbs[i] = static_cast<std::uint32_t>(carry);
    carry >>= 32;
  }
  if (carry != 0) r.limbs.push_back(static_cast<std::uint32_t>(carry));
  return r;
}

/// a - b with their signs.
inline big_integer signed_difference(const big_integer& a, big_integer b) {
  b.negative = !b.negative && !b.is_zero();
  return sum(a, b);
}

/// A positive number as significand * 2^exponent: 64 bits of significand, the topmost set, and
/// whether anything below was cut off.
struct long_float {
  std::uint64_t significand = 0;
  long exponent = 0;
  bool inexact = false;
};

/// |n| * 2^unit / d to 64 bits by long division; n is not zero, 0 < d < 2^127.
inline long_float quotient(const big_integer& n, long unit, uint128 d) {
  long_float r;
  uint128 remainder = 0;
  long bit = static_cast<long>(bit_length(n));
  while ((r.significand >> 63) == 0) {
    --bit;
    const std::uint32_t next =
        bit < 0 ? 0u : (n.limbs[static_cast<std::size_t>(bit) / 32] >> (bit & 31)) & 1u;
    remainder = (remainder << 1) | next;
    r.significand <<= 1;
    if (remainder >= d) {
      remainder -= d;
      r.significand |= 1u;
    }
  }
  r.exponent = bit + unit;
  r.inexact = remainder != 0;
  for (long i = 0; !r.inexact && i < bit; i += 32) {
    const std::uint32_t limb = n.limbs[static_cast<std::size_t>(i) / 32];
    const long rest = bit - i;
    r.inexact = (rest >= 32 ? limb : limb & ((std::uint32_t{1} << rest) - 1)) != 0;
  }
  return r;
}

/// The nearest double, ties to even; beyond the largest it is infinity.
inline double rounded(const long_float& v, bool negative) {
  const long leading = v.exponent + 63;
  const long drop = leading >= -1022 ? 11 : 11 + (-1022 - leading);
  double magnitude = 0;
  if (drop <= 64) {
    const std::uint64_t kept = drop == 64 ? 0 : v.significand >> drop;
    const std::uint64_t half = std::uint64_t{1} << (drop - 1);
    const std::uint64_t cut = v.significand & (half | (half - 1));
    const bool up = cut > half || (cut == half && (v.inexact || (kept & 1u) != 0));
    // At most 2^53: exact as a double, and so is the scaling.
    magnitude = leading > 1023 ? std::numeric_limits<double>::infinity()
                               : std::ldexp(static_cast<double>(kept + (up ? 1 : 0)),
                                            static_cast<int>(v.exponent + drop));
  }
  return negative ? -magnitude : magnitude;
}

/// n * 2^unit / d, correctly rounded.
inline double rounded_quotient(const big_integer& n, long unit, uint128 d) {
  return n.is_zero() ? 0.0 : rounded(quotient(n, unit, d), n.negative);
}

/// v * 2^bits.
inline big_integer shifted(const big_integer& v, std::size_t bits) {
  if (v.is_zero()) return v;
  big_integer r;
  r.negative = v.negative;
  r.limbs.assign(bits / 32 + v.limbs.size() + 1, 0u);
  for (std::size_t i = 0; i < v.limbs.size(); ++i) {
    const std::uint64_t wide = std::uint64_t{v.limbs[i]} << (bits % 32);
    r.limbs[bits / 32 + i] |= static_cast<std::uint32_t>(wide);
    r.limbs[bits / 32 + i + 1] = static_cast<std::uint32_t>(wide >> 32);
  }
  r.trim();
  return r;
}

/// a -= b for a >= b >= 0, leaving leading zeros.
inline void take(std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
  std::int64_t borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    borrow += std::int64_t{a[i]} - (i < b.size() ? std::int64_t{b[i]} : 0);
    a[i] = static_cast<std::uint32_t>(borrow);
    borrow >>= 32;
  }
}

/// n * 2^unit / d for d > 0 of any size, correctly rounded.
inline double ratio(const big_integer& n, const big_integer& d, long unit = 0) {
  if (n.is_zero()) return 0.0;
  // Shifted so that 1/2 < n / d < 2, then 64 or 65 steps of long division.
  const auto bits = static_cast<long>(bit_length(n)) - static_cast<long>(bit_length(d));
  big_integer divisor = shifted(d, static_cast<std::size_t>(bits > 0 ? bits : 0));
  big_integer rest = shifted(n, static_cast<std::size_t>(bits < 0 ? -bits : 0));
  const std::size_t size = divisor.limbs.size() + 1;  // of equal length: the rest stays below 2 d
  divisor.limbs.resize(size, 0u);
  rest.limbs.resize(size, 0u);
  long_float q;
  q.exponent = bits + unit + 1;
  while ((q.significand >> 63) == 0) {
    q.significand <<= 1;
    --q.exponent;
    if (compare_magnitudes(rest, divisor) >= 0) {
      take(rest.limbs, divisor.limbs);
      q.significand |= 1u;
    }
    for (std::size_t i = size; i-- > 0;)
      rest.limbs[i] = (rest.limbs[i] << 1) | (i == 0 ? 0u : rest.limbs[i - 1] >> 31);
  }
  for (const std::uint32_t limb : rest.limbs) q.inexact = q.inexact || limb != 0;
  return rounded(q, n.negative);
}

/// sqrt(n * 2^unit / d) for n >= 0, within one unit in the last place: in range even where the
/// quotient itself is not.
inline double root_of_quotient(const big_integer& n, long unit, uint128 d) {
  if (n.is_zero()) return 0.0;
  long_float v = quotient(n, unit, d);
  const long odd = v.exponent & 1;
  const long half = (v.exponent - odd) / 2;
  v.exponent = odd;
  return std::ldexp(std::sqrt(rounded(v, false)), static_cast<int>(half));
}

/// A sum in fixed point: sum of chunk[i] * 2^(32 i), in units that its owner knows.
template <std::size_t Chunks>
class superaccumulator {
 public:
  /// The chunks in normal form: ready for `exact_block` additions by a kernel.
  std::int64_t* ready(std::size_t additions) noexcept {
    if (pending_ + additions > kernel::exact_block) normalise();
    pending_ += additions;
    return chunk_;
  }

  /// += v * 2^position.
  void add(uint128 v, unsigned position, bool negative) noexcept {
    std::int64_t* chunk = ready(1) + position / 32;
    const unsigned shift = position % 32;
    const std::int64_t sign = negative ? -1 : 0;
    uint128 rest = v >> (32 - shift);
    auto piece = static_cast<std::int64_t>(static_cast<std::uint32_t>(v << shift));
    for (;;) {
      *chunk += (piece ^ sign) - sign;
      if (rest == 0) break;
      piece = static_cast<std::int64_t>(static_cast<std::uint32_t>(rest));
      rest >>= 32;
      ++chunk;
    }
  }

  void merge(superaccumulator other) noexcept { combine(other, 0); }
  void subtract(superaccumulator other) noexcept { combine(other, -1); }

  big_integer value() const {
    superaccumulator s = *this;
    s.normalise();
    big_integer v;
    v.negative = s.chunk_[Chunks - 1] < 0;
    if (v.negative) {
      for (std::int64_t& c : s.chunk_) c = -c;
      s.normalise();
    }
    v.limbs.reserve(Chunks);
    for (const std::int64_t c : s.chunk_) v.limbs.push_back(static_cast<std::uint32_t>(c));
    v.trim();
    return v;
  }

  /// Sign, the index of the lowest limb that is not zero, and the limbs from there.
  void write(byte_writer& w) const {
    const big_integer v = value();
    std::size_t first = 0;
    while (first < v.limbs.size() && v.limbs[first] == 0) ++first;
    w.varint((v.limbs.size() - first) * 2 + (v.negative ? 1 : 0));
    if (v.is_zero()) return;
    w.varint(first);
    for (std::size_t i = first; i < v.limbs.size(); ++i) w.u32(v.limbs[i]);
  }

  static superaccumulator read(byte_reader& r) {
    superaccumulator s;
    const std::uint64_t head = r.varint();
    const std::uint64_t size = head / 2;
    if (head == 0) return s;
    const std::uint64_t first = r.varint();
    if (size == 0 || size >= Chunks || first >= Chunks || first + size >= Chunks)
      raise<bad_bytes>("bytes: a sum that no values can have");
    for (std::uint64_t i = 0; i < size; ++i) {
      const std::uint32_t limb = r.u32();
      if (limb == 0 && (i == 0 || i + 1 == size)) raise<bad_bytes>("bytes: a sum that is not canonical");
      const auto c = static_cast<std::int64_t>(limb);
      s.chunk_[first + i] = (head & 1u) != 0u ? -c : c;
    }
    s.normalise();
    return s;
  }

 private:
  void normalise() noexcept {
    for (std::size_t i = 0; i + 1 < Chunks; ++i) {
      chunk_[i + 1] += chunk_[i] >> 32;
      chunk_[i] &= 0xFFFFFFFF;
    }
    pending_ = 0;
  }

  void combine(superaccumulator& other, std::int64_t sign) noexcept {
    other.normalise();
    normalise();
    for (std::size_t i = 0; i < Chunks; ++i) chunk_[i] += (other.chunk_[i] ^ sign) - sign;
    normalise();
  }

  std::int64_t chunk_[Chunks] = {};
  std::size_t pending_ = 0;
};

/// Sums of up to 2^63 doubles: 2098 bits for the largest, 63 for the count, a chunk for the sign.
using sum_accumulator = superaccumulator<69>;
constexpr long sum_unit = -1074;
constexpr std::size_t sum_bits = 2098;

/// Sums of up to 2^63 squares of doubles: 4196 and 63 bits.
using square_accumulator = superaccumulator<135>;
constexpr long square_unit = -2148;
constexpr std::size_t square_bits = 4196;

/// Whether `count` values of `bits` bits each can add up to v: a state that fails this was not made
/// by updates, or something was subtracted that was not contained.
inline bool can_be_sum(const big_integer& v, std::uint64_t count, std::size_t bits) {
  return count == 0 ? v.is_zero() : bit_length(v) <= bits + bit_length(uint128{count});
}

}  // namespace detail
BAROGRAPH_NAMESPACE_END
