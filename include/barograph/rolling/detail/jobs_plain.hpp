// What the rolling kernels are told: plain data, the same for every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// How a quantile between two values is made of them.
enum class interpolation : std::int32_t { linear, lower, higher, nearest, midpoint };

/// What to make of the values of a window.
enum class reduction : std::int32_t { sum, mean, variance, deviation, minimum, maximum };

namespace detail {

/// One reduction over all windows of a series.
struct series_job {
  reduction what;
  const double* x;                   ///< values; missing ones 0, for extrema the neutral infinity
  const unsigned char* missing;      ///< 1 where a value is missing, or null when none is
  const std::int64_t* valid_before;  ///< how many of x[0..i) are not missing, or null when all are
  const std::int64_t* start;         ///< windows [start[i], end[i]), bounds never go back; null: fixed
  const std::int64_t* end;           ///< at least start[i]
  std::int64_t windows;              ///< how many results; fixed: windows (e - length, e], e from 0
  std::int64_t length;               ///< rows of a fixed window, at most `windows`; else of the longest
  std::int64_t min_periods;          ///< fewer values give NaN
  double ddof;                       ///< of variance and deviation
  double* scratch;  ///< 4 doubles for each row of `length` and one more; 32 where 4 * length <= windows
  double* out;      ///< one result a window
};

/// Several quantiles over all windows of a series. A chunk begins at the first value of its first window.
struct quantile_job {
  const double* x;            ///< the series, NaN where missing
  const std::int64_t* start;  ///< windows [start[i], end[i]), bounds never go back
  const std::int64_t* end;    ///< at least start[i]
  std::ptrdiff_t windows;     ///< how many
  const double* q;            ///< quantiles in [0, 1]
  std::ptrdiff_t quantiles;   ///< how many
  interpolation how;          ///< between two values
  std::int64_t min_periods;   ///< fewer values give NaN
  std::ptrdiff_t chunk;       ///< longest stretch of values ranked at once; every window fits
  double* out;                ///< quantiles x windows, one row a quantile
  std::uint64_t* keys;        ///< scratch: chunk
  std::uint64_t* order;       ///< scratch: chunk
  std::uint64_t* other;       ///< scratch: chunk
  std::uint32_t* rank;        ///< scratch: chunk
  double* sorted;             ///< scratch: chunk
  std::uint64_t* bits;        ///< scratch: chunk / 64 + 2
  std::ptrdiff_t* pointer;    ///< scratch: quantiles
  std::ptrdiff_t* below;      ///< scratch: quantiles
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
