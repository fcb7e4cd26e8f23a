// Plain kernels of the superaccumulators: see superaccumulator.hpp for the representation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_KERNEL_BEGIN

/// How many values may be added to a normalised accumulator before it is normalised again. A value
/// adds less than 2^52 + 2^32 to the size of a chunk, and 2^10 of these stay below 2^63.
constexpr std::size_t exact_block = 1024;

__extension__ typedef unsigned __int128 wide;  // without a word from -Wpedantic

/// What one pass over a block saw.
struct exact_block_result {
  std::uint64_t nan;
  std::uint64_t positive_infinity;
  std::uint64_t negative_infinity;
  double min;  // +inf when no value was finite
  double max;  // -inf when no value was finite
};

/// A finite double as mantissa * 2^(position - 1074), the sign apart.
struct exact_parts {
  std::uint64_t mantissa;
  unsigned position;
};

inline std::uint64_t bits_of(double x) {
  std::uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}

inline exact_parts parts_of(std::uint64_t magnitude) {
  const unsigned field = static_cast<unsigned>(magnitude >> 52);
  const std::uint64_t fraction = magnitude & 0xFFFFFFFFFFFFFu;
  // A subnormal (field 0) has no implicit bit and the exponent of field 1.
  const unsigned normal = field != 0 ? 1u : 0u;
  return {fraction | (static_cast<std::uint64_t>(normal) << 52), field - normal};
}

/// sum += mantissa * 2^position, with the sign; mantissa < 2^63.
inline void add_to_sum(std::int64_t* sum, exact_parts p, std::int64_t sign) {
  const unsigned chunk = p.position >> 5;
  const unsigned shift = p.position & 31u;
  // (mantissa << shift) has up to 94 bits: 32 to one chunk, the rest to the next.
  const std::int64_t low = static_cast<std::int64_t>((p.mantissa << shift) & 0xFFFFFFFFu);
  const std::int64_t high = static_cast<std::int64_t>(p.mantissa >> (32 - shift));
  sum[chunk] += (low ^ sign) - sign;
  sum[chunk + 1] += (high ^ sign) - sign;
}

/// squares += product * 2^(2 * position), product < 2^116: exact, whatever the machine's FMA does.
inline void add_to_squares(std::int64_t* squares, unsigned position, wide product) {
  const unsigned chunk = position >> 4;
  const unsigned shift = (2 * position) & 31u;
  const wide low = static_cast<wide>(static_cast<std::uint64_t>(product)) << shift;
  const wide high = static_cast<wide>(static_cast<std::uint64_t>(product >> 64)) << shift;
  squares[chunk] += static_cast<std::int64_t>(static_cast<std::uint32_t>(low));
  squares[chunk + 1] += static_cast<std::int64_t>(static_cast<std::uint32_t>(low >> 32));
  squares[chunk + 2] += static_cast<std::int64_t>(static_cast<std::uint32_t>(low >> 64)) +
                        static_cast<std::int64_t>(static_cast<std::uint32_t>(high));
  squares[chunk + 3] += static_cast<std::int64_t>(high >> 32);
}

/// Most values of a block lie within this many powers of two under the largest.
constexpr unsigned exact_window = 64;

/// Adds x[0 .. size) to the normalised accumulators; size <= exact_block. Values within the window
/// are first gathered by exponent, mantissas and their squares as integers, so the accumulators are
/// touched once for each power of two. The second pass trusts nothing from the first: x may change.
template <bool Squares>
inline exact_block_result add_exact(std::int64_t* sum, std::int64_t* squares, const double* x,
                                    std::size_t size) {
  exact_block_result r{0, 0, 0, __builtin_inf(), -__builtin_inf()};
  std::uint64_t largest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t magnitude = bits_of(x[i]) & 0x7FFFFFFFFFFFFFFFu;
    const std::uint64_t finite = magnitude < 0x7FF0000000000000u ? magnitude : 0;
    largest = finite > largest ? finite : largest;
  }
  const unsigned top = parts_of(largest).position;
  std::int64_t mantissas[exact_window] = {};  // 2^10 of 53 bits: no overflow
  wide products[Squares ? exact_window : 1] = {};
  for (std::size_t i = 0; i < size; ++i) {
    const double value = x[i];
    const std::uint64_t bits = bits_of(value);
    const std::uint64_t magnitude = bits & 0x7FFFFFFFFFFFFFFFu;
    if (__builtin_expect(magnitude >= 0x7FF0000000000000u, 0)) {
      if (magnitude > 0x7FF0000000000000u)
        ++r.nan;
      else if (bits == magnitude)
        ++r.positive_infinity;
      else
        ++r.negative_infinity;
      continue;
    }
    const exact_parts p = parts_of(magnitude);
    const std::int64_t sign = -static_cast<std::int64_t>(bits >> 63);
    const unsigned slot = top - p.position;
    if (__builtin_expect(slot < exact_window, 1)) {
      mantissas[slot] += (static_cast<std::int64_t>(p.mantissa) ^ sign) - sign;
      if (Squares) products[slot] += static_cast<wide>(p.mantissa) * p.mantissa;
    } else if (magnitude != 0) {
      add_to_sum(sum, p, sign);
      if (Squares) add_to_squares(squares, p.position, static_cast<wide>(p.mantissa) * p.mantissa);
    }
    if (Squares) {
      r.min = value < r.min ? value : r.min;
      r.max = value > r.max ? value : r.max;
    }
  }
  for (unsigned slot = 0; slot < exact_window && slot <= top; ++slot) {
    const std::int64_t m = mantissas[slot];
    if (Squares && products[slot] != 0) add_to_squares(squares, top - slot, products[slot]);
    if (m == 0) continue;
    const std::int64_t sign = m >> 63;
    add_to_sum(sum, {static_cast<std::uint64_t>((m ^ sign) - sign), top - slot}, sign);
  }
  return r;
}

BAROGRAPH_KERNEL_END
