// Upper tails of the normal, chi-squared and F distributions, as logarithms, and the limits that cut them.
//
// Logarithms, because a detector ranks what is far beyond 1e-308. Class F: the continued fractions of
// Numerical Recipes (3rd ed., sections 6.2 and 6.4: modified Lentz), with our exp and log; the logarithms
// are within 1e-8 of the exact ones, absolutely or relatively, whichever is larger.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

constexpr int most_fractions = 100000;  // they need about the root of the parameter
constexpr double no_smaller = 1e-300;

/// log gamma(a), a > 0: Stirling's series from 15 on, below it by the recurrence.
inline double log_gamma(double a) noexcept {
  double product = 1.0;
  while (a < 15.0) {
    product *= a;
    a += 1.0;
  }
  constexpr double half_log_two_pi = 0x1.d67f1c864beb5p-1;
  const double z = 1.0 / (a * a);
  const double tail =
      (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188))))) / a;
  return (a - 0.5) * math::log(a) - a + half_log_two_pi + tail - math::log(product);
}

/// log of 1 - p where p is computed.
inline double log_rest(double p) noexcept {
  return p < 1.0 ? (p < 1e-8 ? -p : math::log(1.0 - p)) : -std::numeric_limits<double>::infinity();
}

/// log Q(a, x), the regularised upper incomplete gamma function.
inline double log_gamma_tail(double a, double x) noexcept {
  if (!(x > 0.0)) return x != x ? x : 0.0;
  if (x > std::numeric_limits<double>::max()) return -x;
  const double front = a * math::log(x) - x - log_gamma(a);
  if (x < a + 1.0) {
    double term = 1.0 / a;
    double sum = term;
    for (double k = a + 1.0; term > sum * 1e-17; k += 1.0) {
      term *= x / k;
      sum += term;
    }
    return log_rest(sum * math::exp(front));
  }
  double b = x + 1.0 - a;
  double c = 1.0 / no_smaller;
  double d = 1.0 / b;
  double h = d;
  for (int i = 1; i < most_fractions; ++i) {
    const double an = -i * (i - a);
    b += 2.0;
    d = an * d + b;
    if (std::fabs(d) < no_smaller) d = no_smaller;
    c = b + an / c;
    if (std::fabs(c) < no_smaller) c = no_smaller;
    d = 1.0 / d;
    const double step = d * c;
    h *= step;
    if (std::fabs(step - 1.0) < 1e-15) break;
  }
  return front + math::log(h);
}

/// The continued fraction of the incomplete beta function.
inline double beta_fraction(double a, double b, double x) noexcept {
  const auto away = [](double v) { return std::fabs(v) < no_smaller ? no_smaller : v; };
  double c = 1.0;
  double d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
  double h = d;
  for (int i = 1; i < most_fractions; ++i) {
    const double m = i;
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    d = 1.0 / away(1.0 + even * d);
    c = away(1.0 + even / c);
    h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    d = 1.0 / away(1.0 + odd * d);
    c = away(1.0 + odd / c);
    const double step = d * c;
    h *= step;
    if (std::fabs(step - 1.0) < 1e-15) break;
  }
  return h;
}

/// The x > 0 whose log_tail is `wanted`, by bisection of its exponent and then of itself.
template <class LogTail>
double cut_tail(double wanted, LogTail log_tail) noexcept {
  double low = 0.0;
  double high = 1.0;
  while (log_tail(high) > wanted && high < 1e300) {
    low = high;
    high *= 2.0;
  }
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (!(middle > low && middle < high)) break;
    (log_tail(middle) > wanted ? low : high) = middle;
  }
  return high;
}

inline void check_alpha(double alpha) {
  if (!(alpha > 0 && alpha < 1))
    raise<invalid_argument>("alpha: " + decimal(alpha) + " given, expected 0 < alpha < 1");
}

}  // namespace detail

/// log P(Z > z) of the standard normal distribution.
inline double log_normal_tail(double z) noexcept {
  constexpr double ln2 = 0x1.62e42fefa39efp-1;
  const double of_both = detail::log_gamma_tail(0.5, z * z / 2);
  return z >= 0.0 ? of_both - ln2 : z < 0.0 ? detail::log_rest(math::exp(of_both - ln2)) : z;
}

/// log P(X > x) of the chi-squared distribution; k > 0 need not be whole.
inline double log_chi_squared_tail(double x, double k) noexcept {
  return detail::log_gamma_tail(k / 2, x / 2);
}

/// log P(X > x) of the F distribution, d1 and d2 > 0.
inline double log_f_tail(double x, double d1, double d2) noexcept {
  if (!(x > 0.0)) return x != x ? x : 0.0;
  const double a = d2 / 2;
  const double b = d1 / 2;
  const double odds = d1 * x / d2;
  if (odds > 1e300) return -a * 690.0;  // beyond what can be told apart
  const double log_w = -math::log(1.0 + odds);
  const double w = 1.0 / (1.0 + odds);
  if (b <= 64 && b == std::floor(b)) {  // a finite sum of positive terms
    double term = 1.0;
    double sum = 1.0;
    for (double i = 1.0; i < b; i += 1.0) {
      term *= (a + i - 1.0) / i * (odds * w);
      sum += term;
    }
    return a * log_w + math::log(sum);
  }
  const double front = a * log_w + b * (math::log(odds) + log_w) + detail::log_gamma(a + b) -
                       detail::log_gamma(a) - detail::log_gamma(b);
  if (w < (a + 1.0) / (a + b + 2.0)) return front + math::log(detail::beta_fraction(a, b, w) / a);
  return detail::log_rest(math::exp(front) * detail::beta_fraction(b, a, odds * w) / b);
}

/// log P(|T| > |t|) of Student's t distribution, or P(T > t); more than 1e7 degrees count as infinitely many.
inline double log_t_tail(double t, double degrees, bool both_sides) noexcept {
  constexpr double ln2 = 0x1.62e42fefa39efp-1;
  if (t != t || !(degrees > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  const double both = degrees > 1e7 ? std::min(0.0, log_normal_tail(std::fabs(t)) + ln2)
                                    : log_f_tail(std::min(t * t, 1e300), 1, degrees);
  if (both_sides) return both;
  return t >= 0.0 ? both - ln2 : detail::log_rest(math::exp(both - ln2));
}

/// log P(sum of weights[i] Z[i]^2 > x) for independent standard normal Z and positive weights: the
/// saddlepoint approximation, within 16 % of the probability at any distance, a few per cent where several
/// weights matter (Kuonen, "Saddlepoint
/// approximations for distributions of quadratic forms in normal variables", Biometrika 86, 1999).
inline double weighted_log_tail(double x, const std::vector<double>& weights) noexcept {
  if (!(x > 0.0)) return x != x ? x : 0.0;
  double largest = 0.0;
  double mean = 0.0;
  for (const double w : weights) {
    largest = std::max(largest, w);
    mean += w;
  }
  // In units of the largest weight: the slope of the cumulant, sum w / (1 - 2 w s), is to be x. Its
  // reciprocal is nearly straight, so Newton's steps on that are few.
  x /= largest;
  mean /= largest;
  double s = x > mean ? std::max(0.0, 0.5 - 0.5 * static_cast<double>(weights.size()) / x) : 0.0;
  double slope = 0.0;
  double curve = 0.0;
  double third = 0.0;
  for (int i = 0; i < 60; ++i) {
    slope = curve = third = 0.0;
    for (const double w : weights) {
      const double part = w / largest / (1.0 - 2.0 * (w / largest) * s);
      slope += part;
      curve += 2.0 * part * part;
      third += 8.0 * part * part * part;
    }
    const double move = (slope / x - 1.0) * slope / curve;
    if (std::fabs(move) <= 1e-13 * (1.0 + std::fabs(s))) break;
    double next = s - move;
    if (!(next < 0.5)) next = s + (0.5 - s) / 2;
    if (next == s) break;
    s = next;
  }
  double cumulant = 0.0;
  double product = 1.0;
  for (const double w : weights) {
    product *= 1.0 - 2.0 * (w / largest) * s;
    if (product > 1e-100 && product < 1e100) continue;
    cumulant -= 0.5 * math::log(product);
    product = 1.0;
  }
  cumulant -= 0.5 * math::log(product);
  const double half_square = s * x - cumulant;
  if (!(half_square > 1e-7)) {  // at the mean the formula is 0 / 0: its limit there
    const double deviation = std::sqrt(curve);
    return log_normal_tail(third / (6 * curve * deviation) + (x - mean) / deviation);
  }
  const double w = s < 0.0 ? -std::sqrt(2 * half_square) : std::sqrt(2 * half_square);
  return log_normal_tail(w + math::log(s * std::sqrt(curve) / w) / w);
}

/// What a chi-squared value passes with probability alpha.
inline double chi_squared_limit(double alpha, double k) {
  detail::check_alpha(alpha);
  return detail::cut_tail(math::log(alpha), [k](double x) { return log_chi_squared_tail(x, k); });
}

/// What an F value passes with probability alpha.
inline double f_limit(double alpha, double d1, double d2) {
  detail::check_alpha(alpha);
  return detail::cut_tail(math::log(alpha), [=](double x) { return log_f_tail(x, d1, d2); });
}

BAROGRAPH_NAMESPACE_END
