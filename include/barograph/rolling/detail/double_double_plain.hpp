// Sums in twice the precision, from additions and products alone (plain code, see src/kernels).
//
// Law F. Error-free transformations: Knuth's two-sum, Dekker's product; the sums are those of Ogita,
// Rump and Oishi, "Accurate sum and dot product" (2005): as if computed with 106 bits, rounded once.
#pragma once

#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_KERNEL_BEGIN

/// An unevaluated sum hi + lo.
struct twofold {
  double hi = 0.0;
  double lo = 0.0;
};

inline twofold two_sum(double a, double b) noexcept {
  const double s = a + b;
  const double t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}

/// The rounding error of p = a * b: exact, so the two ways give the same bits, while |a| and |b| are
/// below 2^995 and |p| is 0 or above 2^-968 (Dekker's way overflows beyond, or loses the last bits).
inline double product_error(double a, double b, double p) noexcept {
#if defined(__FMA__)
  return __builtin_fma(a, b, -p);
#else
  constexpr double splitter = 134217729.0;  // 2^27 + 1
  const double as = a * splitter, ah = as - (as - a), al = a - ah;
  const double bs = b * splitter, bh = bs - (bs - b), bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
#endif
}

inline twofold plus(twofold s, double x) noexcept {
  const twofold t = two_sum(s.hi, x);
  return {t.hi, s.lo + t.lo};
}

inline twofold plus(twofold a, twofold b) noexcept {
  const twofold t = two_sum(a.hi, b.hi);
  return {t.hi, t.lo + (a.lo + b.lo)};
}

/// s rounded to a double; an overflow of the sum stays the infinity that it is.
inline double rounded(twofold s) noexcept {
  const double r = s.hi + s.lo;
  return r == r ? r : s.hi;
}

/// s / n, the remainder taken into account before the one rounding that counts.
inline double divided(twofold s, double n) noexcept {
  // The quotient's products stay in the range of Dekker's way.
  const bool huge = __builtin_fabs(s.hi) > 0x1p990;
  const double scale = huge ? 0x1p-100 : 1.0;
  const twofold t = two_sum(s.hi * scale, s.lo * scale);
  const double q = t.hi / n;
  const double p = q * n;
  const double r = q + (((t.hi - p) - product_error(q, n, p)) + t.lo) / n;
  return r == r ? (huge ? r * 0x1p100 : r) : s.hi / n;
}

/// Sum of squared deviations from the mean, of n values with the sums d of x - pivot and d2 of its square.
inline double squared_deviations(twofold d, twofold d2, double n) noexcept {
  const twofold s = two_sum(d.hi, d.lo);
  const double p = s.hi * s.hi;
  const double pe = product_error(s.hi, s.hi, p) + 2.0 * s.hi * s.lo;
  const double q = p / n;
  const double t = q * n;
  const double rest = (((p - t) - product_error(q, n, t)) + pe) / n;
  const twofold m = two_sum(d2.hi, -q);
  const double m2 = m.hi + (m.lo + (d2.lo - rest));
  // Below this all digits are rounding: the values are equal.
  const double noise = d2.hi * n * 0x1p-100;
  return m2 > noise ? m2 : (m2 == m2 ? 0.0 : m2);
}

BAROGRAPH_KERNEL_END
