// Confidence intervals that assume no distribution of the values.
//
// Ranks: the order statistics that enclose a quantile, by the binomial law of how many values fall
// below it (H. A. David and H. N. Nagaraja, "Order Statistics", 3rd ed., section 7.1). Class F: sums
// of ratios of neighbouring binomial terms, no transcendental function up to 2^26 values.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// From lower to upper, both included.
struct interval {
  double lower;
  double upper;
};

/// Order statistics by rank, 1 to n; 0 and n + 1 stand for minus and plus infinity.
struct rank_interval {
  std::uint64_t lower;
  std::uint64_t upper;
};

namespace detail {

inline void check_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1))
    raise<invalid_argument>("confidence: " + decimal(confidence) + " given, expected 0 < confidence < 1");
}

/// The smallest k with P(B <= k) >= p for B ~ Binomial(n, q), 0 < q < 1, by summing outwards from
/// the mode until a term no longer counts.
inline std::uint64_t binomial_quantile(double p, std::uint64_t n, double q) {
  const double odds = q / (1 - q);
  const auto mode = std::min(n, static_cast<std::uint64_t>((static_cast<double>(n) + 1) * q));
  const auto down = [&](std::uint64_t k) {  // P(B = k - 1) / P(B = k)
    return static_cast<double>(k) / (static_cast<double>(n - k + 1) * odds);
  };
  const auto up = [&](std::uint64_t k) {  // P(B = k + 1) / P(B = k)
    return static_cast<double>(n - k) / static_cast<double>(k + 1) * odds;
  };
  constexpr double negligible = 1e-20;
  std::uint64_t first = mode;
  double first_term = 1;
  double total = 1;
  while (first > 0 && first_term > negligible) {
    first_term *= down(first--);
    total += first_term;
  }
  double term = 1;
  for (std::uint64_t k = mode; k < n && term > negligible; ++k) {
    term *= up(k);
    total += term;
  }
  // From the far tail inwards: small terms are not lost.
  double reached = 0;
  term = first_term;
  for (std::uint64_t k = first;; ++k) {
    reached += term;
    if (reached >= p * total || k == n || (k > mode && term <= negligible)) return k;
    term *= up(k);
  }
}

}  // namespace detail

/// The narrowest ranks with P(x_(lower) <= true q-quantile <= x_(upper)) >= confidence, half of the
/// doubt on each side, widened to hold the two values that the sample's own quantile lies between.
inline rank_interval quantile_ranks(std::uint64_t n, double q, double confidence = 0.95) {
  detail::check_confidence(confidence);
  if (!(q >= 0 && q <= 1)) raise<invalid_argument>("q: " + decimal(q) + " given, expected 0 <= q <= 1");
  if (n == 0) return {0, 1};
  // Nothing bounds the end of a distribution from outside.
  if (q == 0) return {0, 1};
  if (q == 1) return {n, n + 1};
  const double doubt = (1 - confidence) / 2;
  rank_interval r{};
  if (n <= (std::uint64_t{1} << 26)) {
    // x_(l) > quantile means B < l: the largest l with P(B <= l - 1) <= doubt.
    const std::uint64_t low = detail::binomial_quantile(doubt, n, q);
    const std::uint64_t high = n - detail::binomial_quantile(doubt, n, 1 - q);
    r = {low, high + 1};
  } else {
    const auto count = static_cast<double>(n);
    const double spread = -math::normal_quantile(doubt) * std::sqrt(count * q * (1 - q)) + 1;
    r = {static_cast<std::uint64_t>(std::max(0.0, std::floor(count * q - spread))),
         static_cast<std::uint64_t>(std::min(count + 1, std::ceil(count * q + spread) + 1))};
  }
  const double h = q * static_cast<double>(n - 1);
  const auto left = static_cast<std::uint64_t>(h) + 1;
  const auto right = std::min(n, static_cast<std::uint64_t>(std::ceil(h)) + 1);
  return {std::min(r.lower, left), std::max(r.upper, right)};
}

BAROGRAPH_NAMESPACE_END
