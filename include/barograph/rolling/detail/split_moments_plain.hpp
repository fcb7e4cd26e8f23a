// Skewness and kurtosis over windows of one length, each value split into a multiple of a quantum and a small
// rest (plain code, see src/kernels).
//
// Law F. The multiples have so few bits that sums of their powers over a window are exact as they stand, and
// stay exact when they are moved to the multiple that is nearest to the window's mean: what cancels there
// cancels without an error. What a power has beside that of the multiple is small, and its sums are moved in
// doubles. Blocks, suffixes and prefixes are those of sums_plain.hpp.
#pragma once

#include <cstdint>

#include "split_sums_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

/// Rows after which what of the rests is a multiple goes to the multiples.
constexpr std::int64_t rows_between_power_carries = 16;

/// Bits that a multiple may have: (1 + 1)^Order times the greatest sum of powers is below 2^53.
template <int Order>
constexpr int bits_of_power(std::int64_t rows) noexcept {
  int bits = 53 - Order;
  for (; rows > 0; rows /= 2) --bits;
  return bits / Order;
}

/// How the values of four blocks, and of the blocks before them, are split.
template <int Order>
struct quanta_of_powers {
  lanes before, after;  ///< taken from a value before it is split, or after: one of them is the pivot
  lanes magic[Order];   ///< 1.5 * 2^52 powers of the quantum
  lanes least;          ///< of the fourth power of the deviation beside the square about the pivot
};

/// Quanta for windows of one length that end in four blocks; false where there are none.
template <int Order>
inline bool power_quanta(const extents_of_blocks& of, std::int64_t rows,
                         quanta_of_powers<Order>& q) noexcept {
  const int bits = bits_of_power<Order>(2 * rows);
  if (bits < 7) return false;
  for (int k = 0; k < 4; ++k) {
    quanta one;
    one.size = bits;
    if (!pivot_of(of.least(k), of.greatest(k), one)) return false;
    q.before.set(k, one.before);
    q.after.set(k, one.after);
    for (int p = 0; p < Order; ++p) q.magic[p].set(k, 1.5 * power_of_two(52 + (p + 1) * one.exponent));
    q.least.set(k, static_cast<double>(rows) * power_of_two((Order == 3 ? 8 : 6) + 2 * one.exponent));
  }
  return true;
}

/// Sums of the powers of the multiples, and of what those of the values have beside them.
template <int Order>
struct split_powers {
  lanes whole[Order], rest[Order];

  BAROGRAPH_LANES void clear() noexcept {
    for (int p = 0; p < Order; ++p) whole[p] = rest[p] = lanes(0.0);
  }

  BAROGRAPH_LANES void take_in(const lanes& x, const quanta_of_powers<Order>& q) noexcept {
    const lanes v = x - q.before, multiple = (v + q.magic[0]) - q.magic[0], r = v - multiple;
    const lanes d = multiple - q.after, square = d * d, square_rest = r * ((d + d) + r);
    whole[0] += d;
    rest[0] += r;
    whole[1] += square;
    rest[1] += square_rest;
    whole[2] += square * d;
    rest[2] += square * r + square_rest * (d + r);
    if constexpr (Order > 3) {
      whole[3] += square * square;
      rest[3] += square_rest * ((square + square) + square_rest);
    }
  }

  BAROGRAPH_LANES void carry(const quanta_of_powers<Order>& q) noexcept {
    for (int p = 0; p < Order; ++p) {
      const lanes multiple = (rest[p] + q.magic[p]) - q.magic[p];
      whole[p] += multiple;
      rest[p] = rest[p] - multiple;
    }
  }

  /// Number by number: compilers copy a whole struct by way of the stack, in pieces larger than were written
  /// there, for which a processor waits.
  BAROGRAPH_LANES void store(split_powers* to) const noexcept {
    for (int p = 0; p < Order; ++p) {
      stored(whole[p], reinterpret_cast<double*>(to->whole + p));
      stored(rest[p], reinterpret_cast<double*>(to->rest + p));
    }
  }
};

/// Two times four numbers: the results of two rows go together, since each is a long chain of operations.
struct twin_lanes {
  lanes first, second;

  twin_lanes() = default;
  BAROGRAPH_LANES twin_lanes(double x) noexcept : first(x), second(x) {}  // implicit, as that of lanes
  BAROGRAPH_LANES twin_lanes(const lanes& a, const lanes& b) noexcept : first(a), second(b) {}
};
#define BAROGRAPH_TWIN_OPERATOR(op)                                                                  \
  BAROGRAPH_LANES inline twin_lanes operator op(const twin_lanes& a, const twin_lanes& b) noexcept { \
    return {a.first op b.first, a.second op b.second};                                               \
  }
BAROGRAPH_TWIN_OPERATOR(+)
BAROGRAPH_TWIN_OPERATOR(-)
BAROGRAPH_TWIN_OPERATOR(*)
BAROGRAPH_TWIN_OPERATOR(/)
#undef BAROGRAPH_TWIN_OPERATOR
BAROGRAPH_LANES inline twin_lanes root(const twin_lanes& x) noexcept {
  return {root(x.first), root(x.second)};
}

/// Sums of powers about the pivot made central ones.
template <int Order, class V>
struct split_moments {
  V m2, m3, m4;

  /// @param w, l   sums of the powers of multiples, and of what values have beside them
  /// @param magic  1.5 * 2^52 quanta
  BAROGRAPH_LANES split_moments(const V* w, const V* l, const V& n, const V& one_over_n,
                                const V& magic) noexcept {
    const V a = (w[0] * one_over_n + magic) - magic, na = n * a;
    const V first = w[0] - na, al = a * l[0];
    const V r = first + l[0], off = r * one_over_n, moved = off * r;
    m2 = (w[1] - a * (w[0] + first)) + ((l[1] - (al + al)) - moved);
    const V w3 = w[2] - a * (w[1] * 3.0 - a * (w[0] * 3.0 - na));
    m3 = w3 + ((l[2] - a * ((l[1] - al) * 3.0)) - off * (m2 * 3.0 + moved));
    if constexpr (Order > 3) {
      const V w4 = w[3] - a * (w[2] * 4.0 - a * (w[1] * 6.0 - a * (w[0] * 4.0 - na)));
      const V l4 = l[3] - a * (l[2] * 4.0 - a * (l[1] * 6.0 - al * 4.0));
      m4 = w4 + (l4 - off * (m3 * 4.0 + off * (m2 * 6.0 + moved)));
    }
  }
};

/// The windows that end in the blocks first .. first + 3, which all are inside the series, with the block
/// before them, and hold no missing value. False if some result may not be good enough: then all of these are
/// to be made in another way.
template <class S>
BAROGRAPH_LANES_KERNEL inline bool split_shapes(const sums_job& j, std::int64_t first,
                                                const extents_of_blocks& extents) noexcept {
  typedef split_powers<S::sums> powers;
  const std::int64_t length = j.length, begin = first * length;
  const auto whole = static_cast<double>(length);
  const divisors<lanes> d = S::of_count(lanes(whole), j.ddof);
  quanta_of_powers<S::sums> q;
  if (!(whole >= j.min_periods && whole >= d.least[0]) || !power_quanta(extents, length, q)) return false;

  const double* const x = j.x + begin;
  const auto four_rows = [&](std::int64_t i, lanes* r) BAROGRAPH_LANES {
    for (int k = 0; k < 4; ++k) r[k] = loaded(x + k * length + i);
    transpose(r);
  };
  const auto one_row = [&](std::int64_t i) BAROGRAPH_LANES -> lanes {
    return {x[i], x[length + i], x[2 * length + i], x[3 * length + i]};
  };
  powers* const suffix = reinterpret_cast<powers*>(j.scratch);
  const std::int64_t quads = length & ~std::int64_t{3};
  lanes r[4];
  powers sums;
  sums.clear();
  sums.store(suffix + length);
  for (std::int64_t i = length - 1; i >= quads; --i) {
    sums.take_in(one_row(i - length), q);
    sums.store(suffix + i);
  }
  for (std::int64_t i = quads; i > 0;) {
    const std::int64_t stop = i > rows_between_power_carries ? i - rows_between_power_carries : 0;
    while (i > stop) {
      i -= 4;
      four_rows(i - length, r);
      for (int k = 3; k >= 0; --k) {
        sums.take_in(r[k], q);
        sums.store(suffix + i + k);
      }
    }
    sums.carry(q);
  }
  // The windows before these ones: where they are not good enough, these seldom are.
  const split_moments<S::sums, lanes> last(suffix[0].whole, suffix[0].rest, d.n, d.one_over_n, q.magic[0]);
  if (any_of(last.m2 * last.m2 < q.least * suffix[0].whole[1])) return false;

  sums.clear();
  lane_mask bad = q.least != q.least;  // nowhere yet
  const auto both = [](const lanes& v) BAROGRAPH_LANES -> twin_lanes { return {v, v}; };
  const divisors<twin_lanes> twin = {both(d.n), both(d.one_over_n), both(d.least), both(d.a), both(d.b)};
  const twin_lanes magic = both(q.magic[0]);
  const auto window_at = [&](std::int64_t i, const lanes& v) BAROGRAPH_LANES {
    sums.take_in(v, q);
    powers window;
    for (int p = 0; p < S::sums; ++p) {
      window.whole[p] = sums.whole[p] + suffix[i + 1].whole[p];
      window.rest[p] = sums.rest[p] + suffix[i + 1].rest[p];
    }
    return window;
  };
  const auto two_results = [&](const powers& a, const powers& b) BAROGRAPH_LANES {
    twin_lanes w[S::sums], l[S::sums];
    for (int p = 0; p < S::sums; ++p) {
      w[p] = {a.whole[p], b.whole[p]};
      l[p] = {a.rest[p], b.rest[p]};
    }
    const split_moments<S::sums, twin_lanes> m(w, l, twin.n, twin.one_over_n, magic);
    // The rests' error, about 16u quanta for each row and deviation, is some u of a moment.
    const twin_lanes size = m.m2 * m.m2, least = both(q.least) * w[1];
    bad = bad | (size.first < least.first) | (size.second < least.second);
    bad = bad | (m.m2.first == lanes(0.0)) | (m.m2.second == lanes(0.0));
    return S::of_central(m, twin);
  };
  double* const out = j.out + (begin - j.shift);
  for (std::int64_t i = 0; i < quads;) {
    const std::int64_t stop = i + rows_between_power_carries < quads ? i + rows_between_power_carries : quads;
    for (; i < stop; i += 4) {
      four_rows(i, r);
      for (int k = 0; k < 4; k += 2) {
        const powers a = window_at(i + k, r[k]), b = window_at(i + k + 1, r[k + 1]);
        const twin_lanes found = two_results(a, b);
        r[k] = found.first;
        r[k + 1] = found.second;
      }
      transpose(r);
      for (int k = 0; k < 4; ++k) stored(r[k], out + k * length + i);
    }
    sums.carry(q);
  }
  for (std::int64_t i = quads; i < length; ++i) {
    const powers window = window_at(i, one_row(i));
    const lanes result = two_results(window, window).first;
    for (int k = 0; k < 4; ++k) out[k * length + i] = result[k];
  }
  return !any_of(bad);
}

BAROGRAPH_KERNEL_END
