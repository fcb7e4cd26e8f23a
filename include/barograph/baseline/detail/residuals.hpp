// How a scale comes from the residuals of all slots of a season together. Law F.
#pragma once

#include <cstdint>

#include "../band.hpp"
#include "../estimator.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {
namespace detail {

/// What is expected, with the spread of residuals.
inline expectation around_expected(double expected, const expectation& residual,
                                   const estimator& how) noexcept {
  const double scale = expected == expected ? residual.scale : expected;
  return how.what == method::quantile
             ? expectation{expected, scale, expected + residual.lower, expected + residual.upper}
             : expectation::within(expected, scale, how.width);
}

/// The estimator of residuals: of weighted means their plain deviation.
inline estimator of_residuals(estimator how) noexcept {
  if (how.what == method::ewma) how.what = method::mean;
  return how;
}

/// Residuals that are pooled: as many seasons as a slot keeps rows, all where it keeps all.
inline std::int64_t rows_pooled(std::int64_t rows, std::int64_t slots, std::int64_t all) noexcept {
  return rows == 0 || rows > all / slots ? all : rows * slots;
}

}  // namespace detail
}  // namespace baseline
BAROGRAPH_NAMESPACE_END
