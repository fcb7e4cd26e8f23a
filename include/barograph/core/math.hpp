// exp, log and the normal quantile from + - * / and sqrt only: the same bits on every platform.
//
// libm differs between platforms in the last bit, so generators may not call it. Law F: equal bits in
// the conformant build. exp and log are within 1 ulp of the exact value over the normal range (tested
// in long double), normal_quantile within 1e-15 relative: Wichura, "Algorithm AS 241: The percentage
// points of the normal distribution", Applied Statistics 37 (1988), 477-484, routine PPND16.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace math {

namespace detail {
// ln 2 = hi + lo; hi has 32 significant bits, so k * hi is exact for every exponent k.
inline constexpr double ln2_hi = 0x1.62e42fee00000p-1;
inline constexpr double ln2_lo = 0x1.a39ef35793c76p-33;

inline double from_bits(std::uint64_t bits) noexcept {
  double x;
  std::memcpy(&x, &bits, 8);
  return x;
}

inline std::uint64_t to_bits(double x) noexcept {
  std::uint64_t bits;
  std::memcpy(&bits, &x, 8);
  return bits;
}

/// 2^k for -1022 <= k <= 1023.
inline double power_of_two(int k) noexcept { return from_bits(static_cast<std::uint64_t>(k + 1023) << 52); }
}  // namespace detail

/// e^x. Overflows to infinity, underflows through the subnormals to 0.
inline double exp(double x) noexcept {
  if (!(x <= 709.782712893384)) return x != x ? x : std::numeric_limits<double>::infinity();
  if (x < -745.1332191019412) return 0.0;
  // x = k ln 2 + r, |r| <= ln 2 / 2; adding 1.5 * 2^52 rounds to the nearest integer.
  constexpr double shift = 0x1.8p52;
  const double kd = (x * 0x1.71547652b82fep+0 + shift) - shift;
  const int k = static_cast<int>(kd);
  const double high = x - kd * detail::ln2_hi;
  const double low = kd * detail::ln2_lo;
  const double r = high - low;
  const double lost = (high - r) - low;  // what the subtraction rounded away
  // Taylor's series; the first term left out is r^14 / 14! < 2^-57.
  const double s = r * r;
  const double q =
      0x1.0p-1 + r * (0x1.5555555555555p-3 +
                      r * (0x1.5555555555555p-5 +
                           r * (0x1.1111111111111p-7 +
                                r * (0x1.6c16c16c16c17p-10 +
                                     r * (0x1.a01a01a01a01ap-13 +
                                          r * (0x1.a01a01a01a01ap-16 +
                                               r * (0x1.71de3a556c734p-19 +
                                                    r * (0x1.27e4fb7789f5cp-22 +
                                                         r * (0x1.ae64567f544e4p-26 +
                                                              r * (0x1.1eed8eff8d898p-29 +
                                                                   r * 0x1.6124613a86d09p-33))))))))));
  const double y = 1.0 + (r + (s * q + lost));
  if (k >= -1021 && k <= 1023) return y * detail::power_of_two(k);
  // Two steps: the largest results would overflow the factor, the smallest are rounded once, at the end.
  if (k > 1023) return y * 2.0 * detail::power_of_two(k - 1);
  return y * detail::power_of_two(k + 200) * detail::power_of_two(-200);
}

/// The natural logarithm: -infinity at 0, NaN below.
inline double log(double x) noexcept {
  if (!(x > 0.0)) {
    return x == 0.0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  if (x > std::numeric_limits<double>::max()) return x;
  int k = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1.0p54;
    k = -54;
  }
  // x = 2^k m, m in [sqrt(1/2), sqrt(2)); log m = 2 atanh(s), s = f / (2 + f), f = m - 1.
  std::uint64_t bits = detail::to_bits(x);
  k += static_cast<int>(bits >> 52) - 1023;
  bits = (bits & 0x000FFFFFFFFFFFFFu) | 0x3FF0000000000000u;
  double m = detail::from_bits(bits);
  if (m >= 0x1.6a09e667f3bcdp+0) {
    m *= 0.5;
    ++k;
  }
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  // R = 2 (z/3 + z^2/5 + ...), so log(1 + f) = f - f^2/2 + s (f^2/2 + R); left out: 2 z^12 / 25 < 2^-63.
  const double series =
      z *
      (2.0 / 3 +
       z * (2.0 / 5 +
            z * (2.0 / 7 +
                 z * (2.0 / 9 +
                      z * (2.0 / 11 +
                           z * (2.0 / 13 +
                                z * (2.0 / 15 +
                                     z * (2.0 / 17 + z * (2.0 / 19 + z * (2.0 / 21 + z * (2.0 / 23)))))))))));
  const double half_square = 0.5 * f * f;
  const double kd = static_cast<double>(k);
  if (k == 0) return f - (half_square - s * (half_square + series));
  return kd * detail::ln2_hi - ((half_square - (s * (half_square + series) + kd * detail::ln2_lo)) - f);
}

/// The x with P(Z <= x) = p for a standard normal Z; infinite at 0 and 1, NaN outside [0, 1].
inline double normal_quantile(double p) noexcept {
  if (!(p >= 0.0 && p <= 1.0)) return std::numeric_limits<double>::quiet_NaN();
  if (p == 0.0) return -std::numeric_limits<double>::infinity();
  if (p == 1.0) return std::numeric_limits<double>::infinity();
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           (((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r +
                4.5921953931549871457e4) *
                   r +
               1.3731693765509461125e4) *
                  r +
              1.9715909503065514427e3) *
                 r +
             1.3314166789178437745e2) *
                r +
            3.3871328727963666080e0) /
           (((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r +
                2.1213794301586595867e4) *
                   r +
               5.3941960214247511077e3) *
                  r +
              6.8718700749205790830e2) *
                 r +
             4.2313330701600911252e1) *
                r +
            1.0);
  }
  double r = std::sqrt(-log(q < 0.0 ? p : 1.0 - p));
  double x;
  if (r <= 5.0) {
    r -= 1.6;
    x = (((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) *
                 r +
             1.27045825245236838258e0) *
                r +
            3.64784832476320460504e0) *
               r +
           5.76949722146069140550e0) *
              r +
          4.63033784615654529590e0) *
             r +
         1.42343711074968357734e0) /
        (((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) *
                 r +
             1.48103976427480074590e-1) *
                r +
            6.89767334985100004550e-1) *
               r +
           1.67638483018380384940e0) *
              r +
          2.05319162663775882187e0) *
             r +
         1.0);
  } else {
    r -= 5.0;
    x = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 1.24266094738807843860e-3) *
                 r +
             2.65321895265761230930e-2) *
                r +
            2.96560571828504891230e-1) *
               r +
           1.78482653991729133580e0) *
              r +
          5.46378491116411436990e0) *
             r +
         6.65790464350110377720e0) /
        (((((((2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r + 1.84631831751005468180e-5) *
                 r +
             7.86869131145613259100e-4) *
                r +
            1.48753612908506148525e-2) *
               r +
           1.36929880922735805310e-1) *
              r +
          5.99832206555887937690e-1) *
             r +
         1.0);
  }
  return q < 0.0 ? -x : x;
}

/// log(k!) for k >= 0: exact factorials to 20, then Stirling's series (relative error below 1e-15).
inline double log_factorial(double k) noexcept {
  if (k < 21.0) {
    double product = 1.0;
    for (double i = 2.0; i <= k; i += 1.0) product *= i;
    return log(product);
  }
  constexpr double half_log_two_pi = 0x1.d67f1c864beb5p-1;
  const double x = k + 1.0;
  const double z = 1.0 / (x * x);
  const double tail = (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680)))) / x;
  return (x - 0.5) * log(x) - x + half_log_two_pi + tail;
}

}  // namespace math

using math::normal_quantile;

BAROGRAPH_NAMESPACE_END
