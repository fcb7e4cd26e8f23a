// Sums over windows of one length, each value split into a multiple of a quantum and a small rest (plain
// code, see src/kernels): sums and means, and what is made of squares.
//
// Law F. The quantum is such that sums of the multiples over two windows, and of their squares, are exact as
// they stand; what the sums of the rests lose of their 53 bits is held against each result. Blocks, suffixes
// and prefixes are those of sums_plain.hpp. Source of the splitting: Rump, Ogita and Oishi, "Accurate
// floating-point summation, part I" (2008).
#pragma once

#include <cstdint>

#include "moments_plain.hpp"
#include "quanta_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::sums_job;

/// Rows after which what of the rests is a multiple goes to the multiples.
constexpr std::int64_t rows_between_carries = 64;

/// How the values of four blocks, and of the blocks before them, are split.
struct lanes_of_quanta {
  lanes before, after;     ///< taken from a value before it is split, or after: one of them is the pivot
  lanes magic;             ///< 1.5 * 2^52 quanta
  lanes magic_of_squares;  ///< and of the square of a quantum
  lanes least;             ///< of a sum, or of a sum of squared deviations, that is good enough
};

/// Bits that a multiple may have where `rows` of them (Squared: of their squares) are to have 53.
template <bool Squared>
constexpr int bits_of_multiple(std::int64_t rows) noexcept {
  int bits = 52;
  for (; rows > 0; rows /= 2) --bits;
  return Squared ? (bits + 1) / 2 : bits;
}

/// Quanta for windows of one length that end in four blocks; false where there are none.
template <bool Pivoted>
inline bool split_quanta(const extents_of_blocks& of, std::int64_t rows, lanes_of_quanta& q) noexcept {
  const auto length = static_cast<double>(rows);
  const int bits = bits_of_multiple<Pivoted>(2 * rows);
  if (bits < (Pivoted ? 16 : 20)) return false;
  q.before = q.after = q.magic_of_squares = lanes(0.0);
  for (int k = 0; k < 4; ++k) {
    const double least = of.least(k), greatest = of.greatest(k);
    quanta one;
    one.size = bits;
    double enough = 0.0;  // where all values are equal, or (unpivoted) 0, nothing is rounded
    if constexpr (Pivoted) {
      if (!pivot_of(least, greatest, one)) return false;
      if (least != greatest) enough = power_of_two(2 * one.exponent + bits + 9);  // 2^-55 of the variance
      q.before.set(k, one.before);
      q.after.set(k, one.after);
      q.magic_of_squares.set(k, 1.5 * power_of_two(52 + 2 * one.exponent));
    } else {
      if (!quantum_of(least, greatest, one)) return false;
      // 64 rests of half a quantum are summed with an error of a last digit each: 2^-62 of the sum at most.
      if (least != 0.0 || greatest != 0.0) enough = power_of_two(one.exponent + 15);
    }
    q.magic.set(k, 1.5 * power_of_two(52 + one.exponent));
    q.least.set(k, length * enough);
  }
  return true;
}

/// Sums of multiples, of rests and, Pivoted, of the multiples' squares and of what squares have beside these.
template <bool Pivoted>
struct split_running {
  static constexpr int sums = Pivoted ? 4 : 2;
  lanes sum[sums];

  BAROGRAPH_LANES void clear() noexcept {
    for (int k = 0; k < sums; ++k) sum[k] = lanes(0.0);
  }

  BAROGRAPH_LANES void take_in(const lanes& x, const lanes_of_quanta& q, whole_lanes& rests) noexcept {
    const lanes v = Pivoted ? x - q.before : x;
    const lanes multiple = (v + q.magic) - q.magic, rest = v - multiple;
    rests = rests | wholes_of(rest);
    sum[1] += rest;
    if constexpr (Pivoted) {
      const lanes d = multiple - q.after;
      sum[0] += d;
      sum[2] += d * d;
      sum[3] += rest * ((d + d) + rest);
    } else {
      sum[0] += multiple;
    }
  }

  BAROGRAPH_LANES void carry(const lanes_of_quanta& q) noexcept {
    const lanes whole = (sum[1] + q.magic) - q.magic;
    sum[0] += whole;
    sum[1] = sum[1] - whole;
    if constexpr (Pivoted) {
      const lanes squares = (sum[3] + q.magic_of_squares) - q.magic_of_squares;
      sum[2] += squares;
      sum[3] = sum[3] - squares;
    }
  }
};

/// The windows that end in the blocks first .. first + 3, which all are inside the series, with the block
/// before them, and hold no missing value. False if some result may not be good enough: then all of these are
/// to be made in another way.
template <class S>
BAROGRAPH_LANES_KERNEL inline bool split_sums(const sums_job& j, std::int64_t first,
                                              const extents_of_blocks& extents) noexcept {
  typedef split_running<S::pivoted> running_sums;
  const std::int64_t length = j.length, begin = first * length;
  const auto whole = static_cast<double>(length);
  const divisors<lanes> d = S::of_count(lanes(whole), j.ddof);
  lanes_of_quanta q;
  if (!(whole >= j.min_periods && whole >= d.least[0]) || !split_quanta<S::pivoted>(extents, length, q))
    return false;

  const double* const x = j.x + begin;
  const auto four_rows = [&](std::int64_t i, lanes* r) BAROGRAPH_LANES {
    for (int k = 0; k < 4; ++k) r[k] = loaded(x + k * length + i);
    transpose(r);
  };
  const auto one_row = [&](std::int64_t i) BAROGRAPH_LANES -> lanes {
    return {x[i], x[length + i], x[2 * length + i], x[3 * length + i]};
  };
  running_sums* const suffix = reinterpret_cast<running_sums*>(j.scratch);
  const std::int64_t quads = length & ~std::int64_t{3};
  lanes r[4];
  running_sums sums;
  sums.clear();
  whole_lanes rests = wholes_of(lanes(0.0));
  suffix[length] = sums;
  for (std::int64_t i = length - 1; i >= quads; --i) {
    sums.take_in(one_row(i - length), q, rests);
    suffix[i] = sums;
  }
  for (std::int64_t i = quads; i > 0;) {
    const std::int64_t stop = i > rows_between_carries ? i - rows_between_carries : 0;
    while (i > stop) {
      i -= 4;
      four_rows(i - length, r);
      for (int k = 3; k >= 0; --k) {
        sums.take_in(r[k], q, rests);
        suffix[i + k] = sums;
      }
    }
    sums.carry(q);
  }

  sums.clear();
  lane_mask bad = q.least != q.least;  // nowhere yet
  const auto step = [&](std::int64_t i, const lanes& v) BAROGRAPH_LANES {
    sums.take_in(v, q, rests);
    running_sums window = sums;
    for (int k = 0; k < running_sums::sums; ++k) window.sum[k] += suffix[i + 1].sum[k];
    const twofold<lanes> s[2] = {{window.sum[0], window.sum[1]},
                                 {window.sum[running_sums::sums - 2], window.sum[running_sums::sums - 1]}};
    if constexpr (S::pivoted) {
      const central_moments<2> m(s, d.n, d.one_over_n, q.magic);
      bad = bad | (m.m2 < q.least);
      return S::of_central(m, d);
    } else {
      bad = bad | (magnitude(s[0].hi) < q.least);
      return S::of_whole(s[0], d);
    }
  };
  double* const out = j.out + (begin - j.shift);
  for (std::int64_t i = 0; i < quads;) {
    const std::int64_t stop = i + rows_between_carries < quads ? i + rows_between_carries : quads;
    for (; i < stop; i += 4) {
      four_rows(i, r);
      for (int k = 0; k < 4; ++k) r[k] = step(i + k, r[k]);
      transpose(r);
      for (int k = 0; k < 4; ++k) stored(r[k], out + k * length + i);
    }
    sums.carry(q);
  }
  for (std::int64_t i = quads; i < length; ++i) {
    const lanes result = step(i, one_row(i));
    for (int k = 0; k < 4; ++k) out[k * length + i] = result[k];
  }
  return !any_of(bad) || no_bits(rests);
}

BAROGRAPH_KERNEL_END
