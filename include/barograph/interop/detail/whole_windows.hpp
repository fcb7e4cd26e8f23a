// Rolling one column as the meeting points do: windows of so many rows, NaN until there are as many values.
#pragma once

#include <cstdint>

#include "../../rolling/order_statistics.hpp"
#include "../../rolling/reductions.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace interop_detail {

inline rolling::options whole_windows(std::int64_t window) {
  rolling::options how;
  how.min_periods = window;
  return how;
}

/// A statistic of windows of `window` rows.
template <class Kernels>
void reduce(rolling::reduction what, span<const double> values, std::int64_t window, double ddof,
            span<double> out) {
  const auto w = rolling::fixed_windows(static_cast<std::int64_t>(values.size()), window);
  rolling::reduce<Kernels>(what, values, w, whole_windows(window), ddof, out);
}

/// A quantile of windows of `window` rows.
template <class Kernels>
void quantile(span<const double> values, std::int64_t window, double q, rolling::interpolation between,
              span<double> out) {
  const auto w = rolling::fixed_windows(static_cast<std::int64_t>(values.size()), window);
  const double wanted[] = {q};
  rolling::quantiles<Kernels>(values, w, wanted, between, whole_windows(window), out);
}

}  // namespace interop_detail
BAROGRAPH_NAMESPACE_END
