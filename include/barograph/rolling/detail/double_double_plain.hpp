// Sums in twice the precision, from additions and products alone (plain code, see src/kernels).
//
// Law F. Error-free transformations: Knuth's two-sum, Dekker's product; the sums are those of Ogita,
// Rump and Oishi, "Accurate sum and dot product" (2005): as if computed with 106 bits, rounded once.
#pragma once

#include <cstdint>

#include "lanes_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

/// An unevaluated sum hi + lo.
template <class V>
struct twofold {
  V hi;
  V lo;
};

template <class V>
BAROGRAPH_LANES inline V two_sum_error(V a, V b, V s) noexcept {
  const V t = s - a;
  return (a - (s - t)) + (b - t);
}

template <class V>
BAROGRAPH_LANES inline twofold<V> two_sum(V a, V b) noexcept {
  const V s = a + b;
  return {s, two_sum_error(a, b, s)};
}

/// Of factors whose product's rounding error is far above the least double, or which are 0.
template <class V>
BAROGRAPH_LANES inline twofold<V> two_product_in_range(V a, V b) noexcept {
  const V p = a * b;
  return {p, product_error(a, b, p)};
}

/// The rounding error of p = a * b, and 0 for products so small that it may be below the least double: how
/// much of it is left there depends on the instructions that it is made with.
template <class V>
BAROGRAPH_LANES inline V known_product_error(V a, V b, V p) noexcept {
  return choose((p > V(0x1p-960)) | (p < V(-0x1p-960)), product_error(a, b, p), V(0.0));
}

template <class V>
BAROGRAPH_LANES inline twofold<V> two_product(V a, V b) noexcept {
  const V p = a * b;
  return {p, known_product_error(a, b, p)};
}

/// s + x; s.lo collects what s.hi cannot hold.
template <class V>
BAROGRAPH_LANES inline twofold<V> plus(twofold<V> s, V x) noexcept {
  const V h = s.hi + x;
  return {h, s.lo + two_sum_error(s.hi, x, h)};
}

template <class V>
BAROGRAPH_LANES inline twofold<V> plus(twofold<V> a, twofold<V> b) noexcept {
  const V h = a.hi + b.hi;
  return {h, two_sum_error(a.hi, b.hi, h) + (a.lo + b.lo)};
}

template <class V>
BAROGRAPH_LANES inline twofold<V> minus(twofold<V> a, twofold<V> b) noexcept {
  return plus(a, twofold<V>{-b.hi, -b.lo});
}

template <class V>
BAROGRAPH_LANES inline twofold<V> times(twofold<V> a, twofold<V> b) noexcept {
  const twofold<V> p = two_product(a.hi, b.hi);
  return {p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi)};
}

template <class V>
BAROGRAPH_LANES inline twofold<V> times(twofold<V> a, V b) noexcept {
  const twofold<V> p = two_product(a.hi, b);
  return {p.hi, p.lo + a.lo * b};
}

/// s / n for a whole n, with one over it.
template <class V>
BAROGRAPH_LANES inline twofold<V> over(twofold<V> s, V n, V one_over_n) noexcept {
  const V q = s.hi * one_over_n;  // a last digit that is wrong shows in the rest
  const V p = q * n;
  return {q, (((s.hi - p) - known_product_error(q, n, p)) + s.lo) * one_over_n};
}

/// The same in one number, where s.hi is 0 or far above the least double: what is left of s.hi is exact then.
template <class V>
BAROGRAPH_LANES inline V quotient_in_range(twofold<V> s, V n, V one_over_n) noexcept {
  const V q = s.hi * one_over_n;
  return q + (rest_of_quotient(s.hi, q, n) + s.lo) * one_over_n;
}

/// hi and lo no longer overlapping.
template <class V>
BAROGRAPH_LANES inline twofold<V> tidied(twofold<V> s) noexcept {
  return two_sum(s.hi, s.lo);
}

/// s rounded to a double; an overflow of the sum stays the infinity that it is.
template <class V>
BAROGRAPH_LANES inline V rounded(twofold<V> s) noexcept {
  const V r = s.hi + s.lo;
  return choose(r == r, r, s.hi);
}

BAROGRAPH_KERNEL_END
