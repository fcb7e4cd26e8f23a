// Run lengths of control charts: how many rows pass, on average, until a chart alarms.
//
// In control this is the distance between false alarms; after a shift it is the delay. For independent
// normal values of deviation 1 the mean run length solves an integral equation, which Gauss-Legendre nodes
// turn into a small linear system: Page for the CUSUM (Biometrika 41, 1954; as in Goel and Wu, Technometrics
// 13, 1971), Crowder for the EWMA ("A simple method for studying run-length distributions of exponentially
// weighted moving average charts", Technometrics 29, 1987). Within 1e-6 of the exact figure up to a run
// length of 1e9; values that depend on each other, or have heavy tails, alarm sooner.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "../stats/tails.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

struct quadrature {
  std::vector<double> node, weight;
};

/// Gauss-Legendre on [low, high].
inline quadrature legendre(std::size_t n, double low, double high) {
  quadrature q{std::vector<double>(n), std::vector<double>(n)};
  const auto degree = static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    double x = std::cos(3.141592653589793 * (static_cast<double>(i) + 0.75) / (degree + 0.5));
    double slope = 1;
    for (int step = 0; step < 100; ++step) {
      double before = 1, value = x;
      for (double k = 2; k <= degree; k += 1) {
        const double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
        before = value;
        value = next;
      }
      if (n == 1) before = 1;
      slope = degree * (before - x * value) / (1 - x * x);
      const double move = value / slope;
      x -= move;
      if (std::fabs(move) < 1e-15) break;
    }
    q.node[i] = low + (high - low) * (1 - x) / 2;
    q.weight[i] = (high - low) / ((1 - x * x) * slope * slope);
  }
  return q;
}

/// The first unknown of a x = (1, ..., 1), a by rows; elimination with pivots.
inline double first_unknown(std::vector<double> a, std::size_t n) {
  std::vector<double> b(n, 1.0);
  for (std::size_t c = n; c-- > 0;) {  // from the last column, so that the first is left
    std::size_t pivot = c;
    for (std::size_t r = 0; r < c; ++r)
      if (std::fabs(a[r * n + c]) > std::fabs(a[pivot * n + c])) pivot = r;
    if (pivot != c) {
      std::swap_ranges(a.begin() + static_cast<std::ptrdiff_t>(c * n),
                       a.begin() + static_cast<std::ptrdiff_t>(c * n + n),
                       a.begin() + static_cast<std::ptrdiff_t>(pivot * n));
      std::swap(b[c], b[pivot]);
    }
    for (std::size_t r = 0; r < c; ++r) {
      const double factor = a[r * n + c] / a[c * n + c];
      if (factor == 0) continue;
      for (std::size_t k = 0; k < c; ++k) a[r * n + k] -= factor * a[c * n + k];
      b[r] -= factor * b[c];
    }
  }
  return b[0] / a[0];
}

inline double normal_density(double z) noexcept {
  return 0x1.9884533d43651p-2 * math::exp(-z * z / 2);  // 1 / sqrt(2 pi)
}
inline double normal_below(double z) noexcept { return math::exp(log_normal_tail(-z)); }

constexpr double longest_run = 1e12;  // beyond it the linear system says nothing any more

inline double run_length_or_most(double found) noexcept {
  return found >= 1 && found <= longest_run ? found : longest_run;
}

/// The limit whose run length is `wanted`: the run length grows with it.
template <class RunLength>
double limit_for(double wanted, double low, double high, RunLength run_length) {
  if (!(wanted > 1 && wanted <= 1e9))
    raise<invalid_argument>("run_length: " + decimal(wanted) + " given, expected above 1 up to 1e9 rows");
  // False position with halving (Illinois) on the logarithm, which is nearly straight.
  const auto beyond = [&](double limit) { return math::log(run_length(limit) / wanted); };
  double at_low = beyond(low), at_high = beyond(high);
  if (!(at_low < 0 && at_high > 0))
    raise<invalid_argument>("run_length: " + decimal(wanted) + " given, which no limit of this chart has");
  double best = high;
  for (int i = 0, side = 0; i < 60 && high - low > 1e-9 * high; ++i) {
    best = (low * at_high - high * at_low) / (at_high - at_low);
    const double found = beyond(best);
    if (std::fabs(found) < 1e-9) break;
    if (found < 0) {
      low = best;
      at_low = found;
      if (side == -1) at_high /= 2;
      side = -1;
    } else {
      high = best;
      at_high = found;
      if (side == 1) at_low /= 2;
      side = 1;
    }
  }
  return best;
}

}  // namespace detail

/// Of a one-sided CUSUM that starts at 0: max(0, S + z - k) > h, z normal with mean `shift`, deviation 1.
inline double cusum_run_length_one_sided(double k, double h, double shift = 0) {
  const double drift = k - shift;
  const std::size_t nodes = static_cast<std::size_t>(16 + 2.6 * h);
  const detail::quadrature q = detail::legendre(nodes, 0, h);
  const std::size_t n = nodes + 1;  // unknown 0 is the run length from 0
  std::vector<double> a(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    const double u = i == 0 ? 0.0 : q.node[i - 1];
    a[i * n] = -detail::normal_below(drift - u);
    for (std::size_t j = 1; j < n; ++j)
      a[i * n + j] = -q.weight[j - 1] * detail::normal_density(q.node[j - 1] + drift - u);
    a[i * n + i] += 1;
  }
  return detail::run_length_or_most(detail::first_unknown(std::move(a), n));
}

/// Of both sides together: alarms come at the sum of their rates (Kemp).
inline double cusum_run_length(double k, double h, double shift = 0) {
  if (!(k > 0 && k <= 10 && h > 0 && h <= 100))
    raise<invalid_argument>("k, h: " + decimal(k) + " and " + decimal(h) +
                            " given, expected 0 < k <= 10 and 0 < h <= 100 standard deviations");
  return 1 / (1 / cusum_run_length_one_sided(k, h, shift) + 1 / cusum_run_length_one_sided(k, h, -shift));
}

/// The h of a two-sided CUSUM with this run length in control.
inline double cusum_limit(double k, double run_length) {
  cusum_run_length(k, 1);  // checks k
  return detail::limit_for(run_length, 1e-3, std::min(100.0, 12 / k + 2),
                           [k](double h) { return cusum_run_length(k, h); });
}

/// Of an EWMA, Z = (1 - weight) Z + weight z from 0, that alarms beyond limit * sqrt(weight / (2 - weight)).
inline double ewma_run_length(double weight, double limit, double shift = 0) {
  if (!(weight >= 0.005 && weight <= 1 && limit > 0 && limit <= 20))
    raise<invalid_argument>("weight, limit: " + decimal(weight) + " and " + decimal(limit) +
                            " given, expected 0.005 <= weight <= 1 and 0 < limit <= 20");
  const double h = limit * std::sqrt(weight / (2 - weight));
  // One kernel has the width of weight; an odd number of nodes has 0, where charts start, as its middle.
  const std::size_t n = 2 * static_cast<std::size_t>(std::min(10 + 2.5 * h / weight, 110.0)) + 1;
  const detail::quadrature q = detail::legendre(n, -h, h);
  std::vector<double> a(n * n);
  const auto at = [n](std::size_t i) { return i == 0 ? n / 2 : i <= n / 2 ? i - 1 : i; };  // the middle first
  for (std::size_t i = 0; i < n; ++i) {
    const double stay = (1 - weight) * q.node[at(i)] + weight * shift;
    for (std::size_t j = 0; j < n; ++j)
      a[i * n + j] = -q.weight[at(j)] / weight * detail::normal_density((q.node[at(j)] - stay) / weight);
    a[i * n + i] += 1;
  }
  return detail::run_length_or_most(detail::first_unknown(std::move(a), n));
}

/// The limit of an EWMA chart with this run length in control.
inline double ewma_limit(double weight, double run_length) {
  ewma_run_length(weight, 1);  // checks the weight
  return detail::limit_for(run_length, 1e-3, 7.0,
                           [weight](double limit) { return ewma_run_length(weight, limit); });
}

BAROGRAPH_NAMESPACE_END
