// Where a quantile lies among n values in order, and what it is of its neighbours (plain code, see
// src/kernels).
#pragma once

#include <cstdint>

#include "jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::interpolation;

/// Where a quantile lies among n values: the lower neighbour's index, and the fraction to the next.
struct quantile_place {
  std::int64_t index;
  double fraction;
};

inline quantile_place place_of(double q, std::int64_t n, interpolation how) noexcept {
  const auto last = static_cast<double>(n - 1);
  double position = q * last;
  if (how == interpolation::weibull) {
    position = q * static_cast<double>(n + 1) - 1.0;
    position = position < 0.0 ? 0.0 : position > last ? last : position;
  }
  const auto index = static_cast<std::int64_t>(position);
  return {index, position - static_cast<double>(index)};
}

/// Whether the upper neighbour has a say.
inline bool needs_upper(interpolation how, double fraction) noexcept {
  return fraction != 0.0 && how != interpolation::lower;
}

/// The quantile from its neighbours; where needs_upper.
inline double interpolated(interpolation how, double a, double b, quantile_place at) noexcept {
  switch (how) {
    case interpolation::linear:
    case interpolation::weibull:
      return a + (b - a) * at.fraction;
    case interpolation::higher:
      return b;
    case interpolation::nearest:
      if (at.fraction == 0.5) return at.index % 2 == 0 ? a : b;
      return at.fraction < 0.5 ? a : b;
    default:
      return (a + b) / 2.0;
  }
}

BAROGRAPH_KERNEL_END
