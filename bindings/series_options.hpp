// What of a series is missing, as Python tells it.
#pragma once

#include <cstdint>
#include <optional>

#include "arrays.hpp"
#include "barograph/rolling/series.hpp"

namespace barograph_bindings {

using doubles = cast_to<double>;
using integers = cast_to<std::int64_t>;
using flags = cast_to<std::uint8_t>;

inline barograph::rolling::options options_of(bool inf_propagates, bool nan_propagates,
                                              const std::optional<flags>& mask) {
  using barograph::rolling::treatment;
  barograph::rolling::options how;
  how.inf = inf_propagates ? treatment::propagate : treatment::missing;
  how.nan = nan_propagates ? treatment::propagate : treatment::missing;
  how.mask = view(mask);
  return how;
}

inline barograph::rolling::options options_of(std::int64_t min_periods, bool inf_propagates,
                                              bool nan_propagates, const std::optional<flags>& mask) {
  barograph::rolling::options how = options_of(inf_propagates, nan_propagates, mask);
  how.min_periods = min_periods;
  return how;
}

}  // namespace barograph_bindings
