// Where a quantile lies between two order statistics, and how the two are combined.
//
// For n sorted values x[0..n) the quantile q stands at h = q (n - 1): between x[k], k = floor(h), and
// x[k + 1], at the fraction t = h - k (definition 7 of Hyndman and Fan, 1996). numpy and pandas agree
// on that and differ in the last bit of what they make of it, so the combiner is an explicit policy.
// Class F.
#pragma once

#include <cstddef>

#include "../core/errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// How the neighbouring order statistics a <= b become a quantile at the fraction t between them.
enum class combiner {
  pandas_linear,  ///< a + (b - a) t
  numpy_linear,   ///< the same, taken from b when t >= 1/2: b - (b - a) (1 - t)
  midpoint,       ///< (a + b) / 2: pandas' median
};

/// Position of a quantile: the rank of the lower neighbour and the fraction towards the next.
struct quantile_position {
  std::size_t rank;
  double fraction;
};

/// The position of q among n >= 1 sorted values; q in [0, 1].
inline quantile_position position_of(double q, std::size_t n) noexcept {
  const double h = q * static_cast<double>(n - 1);
  auto rank = static_cast<std::size_t>(h);
  if (rank > n - 1) rank = n - 1;
  return {rank, h - static_cast<double>(rank)};
}

/// The quantile from its neighbours; at t = 0 it is a itself, so an infinite b does no harm.
inline double combine(combiner how, double a, double b, double t) noexcept {
  if (t == 0.0) return a;
  switch (how) {
    case combiner::numpy_linear:
      return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1.0 - t);
    case combiner::midpoint:
      return (a + b) / 2.0;
    case combiner::pandas_linear:
      break;
  }
  return a + (b - a) * t;
}

/// Raises `invalid_argument` unless 0 <= q <= 1.
inline void check_quantile(double q) {
  if (!(q >= 0.0 && q <= 1.0))
    raise<invalid_argument>("quantiles: given " + std::to_string(q) + ", expected numbers from 0 to 1");
}

BAROGRAPH_NAMESPACE_END
