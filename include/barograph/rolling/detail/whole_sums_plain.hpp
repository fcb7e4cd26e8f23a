// Sums over windows as differences of whole numbers (plain code, see src/kernels).
//
// Law F. All values of a chunk of rows, and their powers about a pivot, become whole multiples of quanta that
// follow from the chunk's largest: each term is a coarse multiple and a fine one of what that leaves over.
// Sums of whole numbers are exact in any order, and those of a window are a difference of two sums so far,
// so no rounding error ever gets from one window into another.
//
// What the quanta leave over is bounded. Each window's result is held against that bound; where one is not
// well above it (values of too different sizes in a chunk), `whole_sums` says so, and nothing is lost but
// time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bounds_plain.hpp"
#include "moments_plain.hpp"
#include "quanta_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::sums_job;

/// Sums so far of the terms of n rows: sums[Order * (row + 1) + power - 1] has those of the rows up to it.
/// `exact`: whether all values are multiples of the coarse (unpivoted: fine) quantum.
template <int Order, bool Pivoted>
__attribute__((noinline)) BAROGRAPH_LANES_KERNEL inline void sum_wholes(const double* x, std::int64_t n,
                                                                        bool missing, const quanta& q,
                                                                        two_wholes* sums,
                                                                        std::int64_t* counts,
                                                                        bool& exact) noexcept {
  const splitter first(power_of_two(q.exponent)), fine(quanta_of<Pivoted>(q, 1).fine);
  const std::uint64_t first_bits = pattern_of(first.magic + q.after);
  const quanta_of_term second_q = quanta_of<Pivoted>(q, Order > 1 ? 2 : 1);
  const quanta_of_term third_q = quanta_of<Pivoted>(q, Order > 2 ? 3 : 1);
  const quanta_of_term fourth_q = quanta_of<Pivoted>(q, Order > 3 ? 4 : 1);
  const splitter coarse[3] = {splitter(second_q.coarse), splitter(third_q.coarse), splitter(fourth_q.coarse)};
  const splitter finer[3] = {splitter(second_q.fine), splitter(third_q.fine), splitter(fourth_q.fine)};
  two_wholes now[Order];
  for (int k = 0; k < Order; ++k) sums[k] = now[k] = two_wholes{0, 0};
  std::int64_t count = 0;
  if (missing) counts[0] = 0;
  whole_lanes left = wholes_of(lanes(0.0));
  for (std::int64_t row = 0; row < n; row += 4) {
    lanes v;
    if (row + 4 <= n) {
      v = loaded(x + row);
    } else {
      v = lanes(q.pivot);
      for (int k = 0; k < static_cast<int>(n - row); ++k) v.set(k, x[row + k]);
    }
    if (missing) {
      for (int k = 0; k < 4; ++k) counts[row + k + 1] = count += v[k] == v[k];
      v = choose(v == v, v, lanes(q.pivot));
    }
    two_wholes term[Order][4];
    if constexpr (Pivoted) v = v - q.before;
    const lanes t = v + first.magic, whole = t - first.magic, low = v - whole, u = low + fine.magic;
    paired(wholes_of(t) - first_bits, wholes_of(u) - fine.bits, term[0]);
    const auto split = [&](lanes high, lanes rest_of_it, int power) BAROGRAPH_LANES {
      const lanes a = high + coarse[power - 2].magic;
      const lanes b = ((high - (a - coarse[power - 2].magic)) + rest_of_it) + finer[power - 2].magic;
      paired(wholes_of(a) - coarse[power - 2].bits, wholes_of(b) - finer[power - 2].bits, term[power - 1]);
    };
    if constexpr (!Pivoted) {
      left = left | wholes_of(low - (u - fine.magic));
    } else {
      left = left | wholes_of(low);
      const lanes d = whole - q.after, square = d * d, square_low = low * ((d + d) + low);
      split(square, square_low, 2);
      if constexpr (Order > 2) {
        const lanes cube = square * d, error = product_error(square, d, cube);
        split(cube, error + (square * low + square_low * (d + low)), 3);
      }
      if constexpr (Order > 3) {
        const lanes fourth = square * square, error = product_error(square, square, fourth);
        split(fourth, error + square_low * ((square + square) + square_low), 4);
      }
    }
    for (int k = 0; k < 4; ++k)
      for (int p = 0; p < Order; ++p) sums[Order * (row + k + 1) + p] = now[p] += term[p][k];
  }
  exact = no_bits(left);
}

/// What results are made of beside the sums: the quanta, and what a window must not be below.
struct scale_of_wholes {
  quanta_of_term term[4];
  double least;  ///< of a window's sum, or sum of squared deviations, for each of its rows
  double equal;  ///< sum of squared deviations of windows whose values are equal, if that is exact
  double magic;  ///< 1.5 * 2^52 coarse quanta of the first power
};

template <int Order, bool Pivoted>
inline scale_of_wholes scale_of(const quanta& q, bool exact) noexcept {
  scale_of_wholes s;
  for (int k = 0; k < 4; ++k) s.term[k] = quanta_of<Pivoted>(q, k < Order ? k + 1 : 1);
  // Unpivoted: half a fine quantum a row is 2^-61 of the sum. Pivoted: so that what is left over is 2^-55 of
  // the variance, 2^-52 in skewness, 2^-51 in kurtosis.
  const int bits = !Pivoted     ? q.exponent - q.bits - 1 + 60
                   : Order == 2 ? 2 * q.exponent + q.size + 57 - q.bits
                   : Order == 3 ? 2 * q.exponent + (2 * (2 * q.size + 56 - q.bits) + 2) / 3
                                : 2 * q.exponent + (3 * q.size + 57 - q.bits) / 2;
  s.least =
      exact && Order < 3 ? 0.0 : power_of_two(bits);  // cubes of whole quanta may be rounded all the same
  s.equal = exact ? 0.0 : __builtin_nan("");
  s.magic = 1.5 * power_of_two(52 + q.exponent);
  return s;
}

/// Four windows' sums of one power; Small: of a coarse multiple below 2^51.
template <bool Small>
BAROGRAPH_LANES inline twofold<lanes> sum_of(const two_wholes* row, const quanta_of_term& q) noexcept {
  whole_lanes coarse, fine;
  parted(row, coarse, fine);
  const lanes low = wholes_as_doubles(fine).hi * q.fine;
  if constexpr (Small) return {small_wholes(coarse) * q.coarse, low};
  const twofold<lanes> c = wholes_as_doubles(coarse);
  return {c.hi * q.coarse, c.lo * q.coarse + low};
}

/// Four windows' results; `bad` where what the quanta have left over may show.
template <class S>
BAROGRAPH_LANES inline lanes result_of_wholes(const twofold<lanes>* s, const divisors<lanes>& d,
                                              const scale_of_wholes& scale, lane_mask& bad) noexcept {
  if constexpr (S::pivoted) {
    const central_moments<S::sums> m(s, d.n, d.one_over_n, lanes(scale.magic));
    bad = (m.m2 < d.n * scale.least) & (m.m2 != lanes(scale.equal));
    return S::of_central(m, d);
  } else {
    bad = magnitude(s[0].hi) < magnitude(s[0].lo) * 1024.0 + d.n * scale.least;
    return S::of_whole(s[0], d);
  }
}

// The sums of windows_at_once windows are made before their results are: a processor looks ahead over so many
// instructions and no more, and the two together are a long chain.

/// Sums of the powers of some windows, and how many values each holds.
template <int Order>
struct sums_of_windows {
  double hi[Order][windows_at_once], lo[Order][windows_at_once], rows[windows_at_once];
};

/// The sums of the windows from i on, and of three more.
template <int Order, bool Pivoted>
__attribute__((noinline)) BAROGRAPH_LANES_KERNEL inline void collect_sums(
    const sums_job& j, std::int64_t i, std::int64_t stop, const two_wholes* sums, const std::int64_t* counts,
    std::int64_t low, const scale_of_wholes& scale, sums_of_windows<Order>& out) noexcept {
  const std::int64_t n = stop - i;
  const auto store = [&](std::int64_t at, const two_wholes(*row)[4]) BAROGRAPH_LANES {
    for (int p = 0; p < Order; ++p) {
      const twofold<lanes> sum =
          p == 0 ? sum_of<true>(row[p], scale.term[p]) : sum_of<false>(row[p], scale.term[p]);
      stored(sum.hi, out.hi[p] + at);
      stored(sum.lo, out.lo[p] + at);
    }
  };
  if (!j.has_bounds()) {
    const std::int64_t s = i + j.shift + 1 - j.length - low, e = s + j.length;
    for (std::int64_t at = 0; at < n; at += 4) {  // the sums have room past the last row
      const two_wholes *const begin = sums + Order * (s + at), *const end = sums + Order * (e + at);
      two_wholes row[Order][4];
      for (int p = 0; p < Order; ++p)
        for (int k = 0; k < 4; ++k) row[p][k] = end[Order * k + p] - begin[Order * k + p];
      store(at, row);
    }
    for (std::int64_t at = 0; j.missing && at < n; ++at)
      out.rows[at] = static_cast<double>(counts[e + at] - counts[s + at]);
    return;
  }
  const two_wholes* const base = sums - Order * low;
  bounds_of_some b;
  b.read(j, i, n);
  for (std::int64_t at = 0; at < n; at += 4) {
    two_wholes row[Order][4];
    for (int k = 0; k < 4; ++k) {
      const two_wholes *const begin = base + Order * b.start[at + k], *const end =
                                                                          base + Order * b.end[at + k];
      for (int p = 0; p < Order; ++p) row[p][k] = end[p] - begin[p];
    }
    store(at, row);
  }
  const std::int64_t filled = (n + 3) / 4 * 4;  // the last four are filled up with empty windows
  if (j.missing)
    for (std::int64_t at = 0; at < filled; ++at) {
      b.end[at] = counts[b.end[at] - low];
      b.start[at] = counts[b.start[at] - low];
    }
  for (std::int64_t at = 0; at < filled; ++at) out.rows[at] = small_whole(b.end[at] - b.start[at]);
}

/// The windows [first, stop), of one length or with bounds of their own, whose rows are all within [low,
/// high); scratch: 2 Order + 1 numbers for each row of these and five more. True with nothing done where rows
/// are odd, which the job is told. False if some result may not be good enough: then all of these are to be
/// made in another way.
template <class S>
BAROGRAPH_LANES_KERNEL inline bool whole_sums(const sums_job& j, std::int64_t first, std::int64_t stop,
                                              std::int64_t low, std::int64_t high) noexcept {
  constexpr int order = S::sums;
  const std::int64_t n = high - low;
  double least, greatest;
  const bool nan = extent(j.x + low, n, least, greatest);
  if (j.odd != nullptr && are_odd<S::pivoted>(least, greatest, nan)) return *j.odd = true;
  quanta q;
  if (!choose_quanta<S::pivoted>(least, greatest, j.length, q)) return false;
  two_wholes* const sums = reinterpret_cast<two_wholes*>(j.scratch);
  std::int64_t* const counts = reinterpret_cast<std::int64_t*>(sums + order * (n + 5));
  bool exact;
  sum_wholes<order, S::pivoted>(j.x + low, n, j.missing, q, sums, counts, exact);
  const scale_of_wholes scale = scale_of<order, S::pivoted>(q, exact);

  sums_of_windows<order> found;
  const lanes none = lanes(__builtin_nan(""));
  const divisors<lanes> of_length = S::of_count(lanes(static_cast<double>(j.length)), j.ddof);
  const bool same = !j.missing && !j.has_bounds();
  if (same && !(of_length.n[0] >= j.min_periods && of_length.n[0] >= of_length.least[0])) {
    for (std::int64_t i = first; i < stop; ++i) j.out[i] = none[0];
    return true;
  }
  lane_mask bad = none == none;  // nowhere yet
  for (std::int64_t i = first; i < stop; i += windows_at_once) {
    const std::int64_t end = i + windows_at_once < stop ? i + windows_at_once : stop;
    collect_sums<order, S::pivoted>(j, i, end, sums, counts, low, scale, found);
    const std::int64_t last = end - i - (end - i) % 4;
    const auto make = [&](std::int64_t at, const divisors<lanes>& d, lane_mask& here) BAROGRAPH_LANES {
      twofold<lanes> sum[order];
      for (int p = 0; p < order; ++p) sum[p] = {loaded(found.hi[p] + at), loaded(found.lo[p] + at)};
      return result_of_wholes<S>(sum, d, scale, here);
    };
    const auto make_any = [&](std::int64_t at) BAROGRAPH_LANES {
      lane_mask here;
      if (same) {
        const lanes r = make(at, of_length, here);
        bad = bad | here;
        return r;
      }
      const divisors<lanes> d = S::of_count(loaded(found.rows + at), j.ddof);
      const lane_mask known = (d.n >= j.min_periods) & (d.n >= d.least);
      const lanes r = make(at, d, here);
      bad = bad | (here & known);
      return choose(known, r, none);
    };
    for (std::int64_t at = 0; at < last; at += 4) stored(make_any(at), j.out + i + at);
    if (last < end - i) {  // what fills the last four up is never bad: whether it is would be chance
      const lane_mask before = bad, there = lanes(0, 1, 2, 3) < lanes(static_cast<double>(end - i - last));
      const lanes r = make_any(last);
      bad = before | (bad & there);
      for (int k = 0; k < static_cast<int>(end - i - last); ++k) j.out[i + last + k] = r[k];
    }
  }
  return !any_of(bad);
}

BAROGRAPH_KERNEL_END
