// Whole numbers side by side, and the bits of doubles as such (plain code, see src/kernels).
//
// Law F: exact.
#pragma once

#include <cstdint>

#include "double_double_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

// Unsigned, so that sums so far may run over: differences are right all the same.
typedef std::uint64_t two_wholes __attribute__((vector_size(16)));
#if defined(__AVX__)
typedef std::uint64_t register_of_wholes __attribute__((vector_size(32)));
#else
typedef std::uint64_t register_of_wholes __attribute__((vector_size(16)));
#endif

/// Four whole numbers side by side.
struct whole_lanes {
  register_of_wholes part[registers];
};

BAROGRAPH_LANES inline whole_lanes wholes_of(const lanes& x) noexcept {
  whole_lanes r;
  for (int i = 0; i < registers; ++i) r.part[i] = reinterpret_cast<register_of_wholes>(x.part[i]);
  return r;
}
BAROGRAPH_LANES inline whole_lanes operator-(const whole_lanes& a, std::uint64_t b) noexcept {
  whole_lanes r;
  for (int i = 0; i < registers; ++i) r.part[i] = a.part[i] - b;
  return r;
}
BAROGRAPH_LANES inline whole_lanes operator|(const whole_lanes& a, const whole_lanes& b) noexcept {
  whole_lanes r;
  for (int i = 0; i < registers; ++i) r.part[i] = a.part[i] | b.part[i];
  return r;
}

BAROGRAPH_LANES inline lanes magnitude(const lanes& x) noexcept {
  lanes r;
  for (int i = 0; i < registers; ++i)
    r.part[i] = reinterpret_cast<register_of_doubles>(reinterpret_cast<register_of_wholes>(x.part[i]) &
                                                      0x7FFFFFFFFFFFFFFF);
  return r;
}

BAROGRAPH_LANES inline bool any_of(const lane_mask& m) noexcept {
  std::int64_t any = 0;
  for (int k = 0; k < 4; ++k) any |= m.part[k / in_register][k % in_register];
  return any != 0;
}

/// Whether all are zeros, of either sign, where numbers were laid one over the other.
BAROGRAPH_LANES inline bool no_bits(const whole_lanes& w) noexcept {
  std::uint64_t any = 0;
  for (int k = 0; k < 4; ++k) any |= w.part[k / in_register][k % in_register];
  return (any & 0x7FFFFFFFFFFFFFFFu) == 0;
}

inline std::uint64_t pattern_of(double x) noexcept {
  std::uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// 2^e, for e from -1022 to 1023.
inline double power_of_two(int e) noexcept {
  const std::uint64_t bits = static_cast<std::uint64_t>(e + 1023) << 52;
  double x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

/// The pairs (coarse, fine) of four rows.
BAROGRAPH_LANES inline void paired(const whole_lanes& coarse, const whole_lanes& fine,
                                   two_wholes* row) noexcept {
#if defined(__AVX__)
  const register_of_wholes even = __builtin_shufflevector(coarse.part[0], fine.part[0], 0, 4, 2, 6);
  const register_of_wholes odd = __builtin_shufflevector(coarse.part[0], fine.part[0], 1, 5, 3, 7);
  row[0] = __builtin_shufflevector(even, even, 0, 1);
  row[1] = __builtin_shufflevector(odd, odd, 0, 1);
  row[2] = __builtin_shufflevector(even, even, 2, 3);
  row[3] = __builtin_shufflevector(odd, odd, 2, 3);
#else
  for (int i = 0; i < 2; ++i) {
    row[2 * i] = __builtin_shufflevector(coarse.part[i], fine.part[i], 0, 2);
    row[2 * i + 1] = __builtin_shufflevector(coarse.part[i], fine.part[i], 1, 3);
  }
#endif
}

/// And back.
BAROGRAPH_LANES inline void parted(const two_wholes* row, whole_lanes& coarse, whole_lanes& fine) noexcept {
#if defined(__AVX__)
  const register_of_wholes even = __builtin_shufflevector(row[0], row[2], 0, 1, 2, 3);
  const register_of_wholes odd = __builtin_shufflevector(row[1], row[3], 0, 1, 2, 3);
  coarse.part[0] = __builtin_shufflevector(even, odd, 0, 4, 2, 6);
  fine.part[0] = __builtin_shufflevector(even, odd, 1, 5, 3, 7);
#else
  for (int i = 0; i < 2; ++i) {
    coarse.part[i] = __builtin_shufflevector(row[2 * i], row[2 * i + 1], 0, 2);
    fine.part[i] = __builtin_shufflevector(row[2 * i], row[2 * i + 1], 1, 3);
  }
#endif
}

/// Whole numbers as doubles, exactly: multiples of 2^32 in hi, what is below in lo (0 to 2^32 - 1).
BAROGRAPH_LANES inline twofold<lanes> halves_of(const whole_lanes& w) noexcept {
  twofold<lanes> r;
  for (int i = 0; i < registers; ++i) {
    const register_of_wholes low = (w.part[i] & 0xFFFFFFFFu) | 0x4330000000000000u;  // 2^52 and them
    const register_of_wholes high = (w.part[i] >> 32) ^ 0x4530000080000000u;         // 2^84 + 2^63 and them
    r.lo.part[i] = reinterpret_cast<register_of_doubles>(low) - 0x1p52;
    r.hi.part[i] = reinterpret_cast<register_of_doubles>(high) - 0x1.000008p84;
  }
  return r;
}

/// Whole numbers below 2^51 as doubles, exactly.
BAROGRAPH_LANES inline lanes small_wholes(const whole_lanes& w) noexcept {
  lanes r;
  for (int i = 0; i < registers; ++i)
    r.part[i] = reinterpret_cast<register_of_doubles>(w.part[i] + 0x4338000000000000u) - 0x1.8p52;
  return r;
}

/// A whole number from 0 to below 2^52 as a double, by instructions that every set has side by side.
inline double small_whole(std::int64_t w) noexcept {
  const std::uint64_t bits = static_cast<std::uint64_t>(w) | 0x4330000000000000u;
  double x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x - 0x1p52;
}

/// Whole numbers below 2^62 as doubles, and what rounding took.
BAROGRAPH_LANES inline twofold<lanes> wholes_as_doubles(const whole_lanes& w) noexcept {
#if defined(__AVX512DQ__) && defined(__AVX512VL__)
  typedef std::int64_t signed_wholes __attribute__((vector_size(32)));
  const signed_wholes whole = reinterpret_cast<signed_wholes>(w.part[0]);
  twofold<lanes> r;
  r.hi.part[0] = __builtin_convertvector(whole, register_of_doubles);
  const signed_wholes back = __builtin_convertvector(r.hi.part[0], signed_wholes);
  r.lo.part[0] = __builtin_convertvector(whole - back, register_of_doubles);
  return r;
#else
  const twofold<lanes> halves = halves_of(w);
  const lanes sum = halves.hi + halves.lo;
  return {sum, halves.lo - (sum - halves.hi)};
#endif
}

BAROGRAPH_KERNEL_END
