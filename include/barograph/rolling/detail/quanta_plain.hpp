// Quanta, of which values or what is left of them are multiples, and moments of sums about such a multiple
// (plain code, see src/kernels).
//
// Law F. Sources: the splitting is that of Zielke and Drygalla (2003) and of Rump, Ogita and Oishi, "Accurate
// floating-point summation, part I" (2008); adding 1.5 * 2^52 quanta leaves the multiple in the low bits of
// the sum.
#pragma once

#include <cstdint>

#include "whole_lanes_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

/// What the values of a chunk of rows are multiples of.
struct quanta {
  int bits;              ///< of a coarse multiple
  double pivot;          ///< what a missing row has
  double before, after;  ///< taken from a value before it is split, or after: one of them is the pivot
  int exponent;          ///< of the first power's coarse quantum
  int size;              ///< bits of the largest deviation in coarse quanta
};

/// Bits that leave room in 62 for a sum of so many numbers; 51 at most, as many as adding 1.5 * 2^52 gives.
constexpr int bits_for(std::int64_t rows) noexcept {
  int bits = 62;
  for (; rows > 0; rows /= 2) --bits;
  return bits < 51 ? bits : 51;
}

/// The least and the greatest of n values, NaN passed over; whether there is one.
__attribute__((noinline)) BAROGRAPH_LANES_KERNEL inline bool extent(const double* x, std::int64_t n,
                                                                    double& least,
                                                                    double& greatest) noexcept {
  const double infinity = __builtin_huge_val();
  lanes low[2] = {lanes(infinity), lanes(infinity)}, high[2] = {lanes(-infinity), lanes(-infinity)};
  lane_mask nan = low[0] != low[0];  // nowhere yet
  for (std::int64_t i = 0; n >= 8 && i < n; i += 8) {
    const double* const eight = x + (i + 8 <= n ? i : n - 8);  // the last ones, some of them again
    for (int k = 0; k < 2; ++k) {
      const lanes v = loaded(eight + 4 * k);
      low[k] = lesser(v, low[k]);
      high[k] = greater(v, high[k]);
      nan = nan | (v != v);
    }
  }
  const lanes lows = lesser(low[0], low[1]), highs = greater(high[0], high[1]);
  bool any = any_of(nan);
  least = infinity;
  greatest = -infinity;
  for (int k = 0; k < 4; ++k) {
    least = lows[k] < least ? lows[k] : least;
    greatest = highs[k] > greatest ? highs[k] : greatest;
  }
  for (std::int64_t i = 0; n < 8 && i < n; ++i) {
    least = x[i] < least ? x[i] : least;
    greatest = x[i] > greatest ? x[i] : greatest;
    any |= x[i] != x[i];
  }
  return any;
}

/// Whether values from least to greatest, or NaN among them, are missing or may be of a series that is scaled
/// by a power of two, so that (Powers: its powers) stay within the range of doubles.
template <bool Powers>
inline bool are_odd(double least, double greatest, bool nan) noexcept {
  if (nan || !(least <= greatest)) return nan;
  const double most = greatest > -least ? greatest : -least;
  return !(most < (Powers ? 0x1p200 : 0x1p940)) || (Powers && most < 0x1p-200 && most != 0.0);
}

/// The extents of four blocks of a series and of the one before them.
struct extents_of_blocks {
  double low[5], high[5];
  bool nan[5];
  std::int64_t next = INT64_MIN;  ///< of the four blocks after these

  /// Of the blocks first - 1 to first + 3.
  void take(const double* x, std::int64_t length, std::int64_t first) noexcept {
    const int known = next == first ? 1 : 0;
    if (known == 1) {
      low[0] = low[4];
      high[0] = high[4];
      nan[0] = nan[4];
    }
    for (int k = known; k < 5; ++k) nan[k] = extent(x + (first + k - 1) * length, length, low[k], high[k]);
    next = first + 4;
  }
  template <bool Powers>
  bool odd() const noexcept {
    bool any = false;
    for (int k = 0; k < 5; ++k) any |= are_odd<Powers>(low[k], high[k], nan[k]);
    return any;
  }
  bool any_nan() const noexcept { return nan[0] || nan[1] || nan[2] || nan[3] || nan[4]; }
  /// The least and the greatest of two blocks that windows ending in the k-th of the four take in.
  double least(int k) const noexcept { return low[k] < low[k + 1] ? low[k] : low[k + 1]; }
  double greatest(int k) const noexcept { return high[k] > high[k + 1] ? high[k] : high[k + 1]; }
};

/// Pivot and quantum for values from least to greatest, multiples of q.size bits; false where there are none.
inline bool pivot_of(double least, double greatest, quanta& q) noexcept {
  const double middle = 0.5 * least + 0.5 * greatest;
  const double above = greatest - middle, below = middle - least, most = above > below ? above : below;
  q.pivot = q.before = q.after = 0.0;
  q.exponent = most == 0.0 ? 0 : static_cast<int>(pattern_of(most) >> 52) - 1022 - q.size;
  if (q.exponent < -230 || q.exponent > 230) return false;
  const double magic = 1.5 * power_of_two(52 + q.exponent), far = power_of_two(50 + q.exponent);
  if (most != 0.0 && -far < least && greatest < far)  // a multiple of the quantum
    q.after = q.pivot = (middle + magic) - magic;
  else  // all values are near it, so that differences are exact
    q.before = q.pivot = most == 0.0 ? least : middle;
  return true;
}

/// Quantum of sums of the values themselves; false where there is none.
inline bool quantum_of(double least, double greatest, quanta& q) noexcept {
  const double most = greatest > -least ? greatest : -least;
  q.pivot = q.before = q.after = 0.0;
  q.exponent = most == 0.0 ? 0 : static_cast<int>(pattern_of(most) >> 52) - 1022 - q.size;
  return q.exponent > -900 && q.exponent < 900;
}

/// Quanta for values from least to greatest and windows of up to `rows`; false where there are none.
template <bool Pivoted>
__attribute__((noinline)) inline bool choose_quanta(double least, double greatest, std::int64_t rows,
                                                    quanta& q) noexcept {
  q.bits = bits_for(rows);
  q.size = Pivoted ? q.bits / 2 : q.bits - 12;       // squares, and sums of values, fit into a double
  if (!(least <= greatest)) least = greatest = 0.0;  // nothing but missing values
  if constexpr (Pivoted) return pivot_of(least, greatest, q);
  return quantum_of(least, greatest, q);
}

/// The quantum of a power's coarse multiples, and of the fine ones.
struct quanta_of_term {
  double coarse, fine;
};
template <bool Pivoted>
inline quanta_of_term quanta_of(const quanta& q, int power) noexcept {
  if (power == 1) return {power_of_two(q.exponent), power_of_two(q.exponent - q.bits - 1)};
  const int unit = power * q.exponent - q.bits;
  return {power_of_two(unit + power * q.size), power_of_two(unit + (power - 1) * q.size + 2)};
}

/// What a number is split into.
struct splitter {
  double magic;
  std::uint64_t bits;
  explicit splitter(double quantum) noexcept : magic(0x1.8p52 * quantum), bits(pattern_of(magic)) {}
};

/// Sums of powers about the pivot made those about the mean, which they lose no digits by.
template <int Order>
struct central_moments {
  lanes m2, m3, m4;

  /// @param s      sums of powers 1 to Order; the first one's hi is a multiple of the coarse quantum
  /// @param magic  1.5 * 2^52 coarse quanta
  BAROGRAPH_LANES central_moments(const twofold<lanes>* s, lanes n, lanes one_over_n, lanes magic) noexcept {
    // About a multiple `a` of the quantum near the mean, with which products are exact, and then about the
    // mean.
    const lanes a = (s[0].hi * one_over_n + magic) - magic, na = n * a, aa = a * a;
    const lanes r = (s[0].hi - na) + s[0].lo, off = r * one_over_n;
    const twofold<lanes> naa = two_product_in_range(na, a);
    if constexpr (Order == 2) {
      m2 = (s[1].hi - naa.hi) + ((s[1].lo - naa.lo) - r * ((a + a) + off));
      return;
    }
    const twofold<lanes> c2 = two_sum(s[1].hi, -naa.hi);
    const lanes low2 = c2.lo + ((s[1].lo - naa.lo) - (a + a) * r);
    m2 = c2.hi + (low2 - r * off);
    const lanes a3 = a * 3.0, aa3 = aa * 3.0;
    const twofold<lanes> naaa = two_product_in_range(na, aa), second = two_product_in_range(a3, c2.hi);
    const twofold<lanes> part3 = two_sum(s[2].hi, -naaa.hi), c3 = two_sum(part3.hi, -second.hi);
    const lanes low3 = (part3.lo + c3.lo) + (((s[2].lo - naaa.lo) - second.lo) - (a3 * low2 + aa3 * r));
    m3 = c3.hi + (low3 - off * 3.0 * m2);
    if constexpr (Order == 4) {
      const lanes a4 = a * 4.0, aa6 = aa * 6.0;
      const twofold<lanes> fourth = two_product_in_range(naa.hi, aa),
                           third = two_product_in_range(aa6, c2.hi);
      const twofold<lanes> last = two_product_in_range(a4, c3.hi);
      const twofold<lanes> part4 = two_sum(s[3].hi, -fourth.hi), c4 = two_sum(part4.hi, -third.hi);
      const lanes exact = ((s[3].lo - (fourth.lo + naa.lo * aa)) - third.lo) - last.lo;
      const lanes low4 = (part4.lo + c4.lo) + (exact - ((aa6 * low2 + a4 * low3) + a4 * aa * r));
      m4 = (c4.hi - last.hi) + (low4 - off * (m3 * 4.0 + off * 6.0 * m2));
    }
  }
};

BAROGRAPH_KERNEL_END
