// Reliability figures by group: requests, errors, mean, exact quantiles and Apdex in one go over
// integer group codes, without sorting the rows.
//
// Quantiles are exact order statistics. One pass counts the values by (group, sign and exponent and
// top four mantissa bits) and adds up the remaining mantissa bits as integers; that places every
// order statistic in one such class, and a second pass gathers only these classes, inside which
// std::nth_element selects. Where groups are so many, or values so spread, that this table would not
// stay in cache, the rows are distributed to their groups instead (a counting sort). Both give the
// same bits.
//
// Sums are exact until one final rounding, so the mean is the correctly rounded sum over the count, also
// where that sum is beyond the doubles.
// Class I: counts, order statistics, sums; the combiner's few operations are class F. Threads do not
// change bits. Missing latencies (NaN) are left out of mean, quantiles and Apdex; an error without a
// latency still counts as frustrated.
#pragma once

#include <cstdint>

#include "../core/serial_executor.hpp"
#include "../core/span.hpp"
#include "detail/kpi_run.hpp"
#include "kpi_table.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {

/// Reliability figures of each group.
///
/// @param latency  one value a row (double, float, std::int64_t or std::int32_t), NaN = missing; empty:
///                 counts only
/// @param errors   one byte a row, not 0 = an error; empty: none
/// @param codes    one group a row, -1 = none (the row is left out); empty: all rows are group 0
/// @param rows     number of rows; the arrays that are not empty have it
/// @param groups   number of groups
/// @param executor serial_executor, or thread_executor: the same bits from more threads
/// @throws invalid_argument for a code outside -1..groups-1, a quantile outside [0, 1], unequal sizes,
///         or arrays that another thread changed while they were being read
template <class T, class Executor = serial_executor>
kpi_table kpis(span<const T> latency, span<const unsigned char> errors, span<const std::int32_t> codes,
               std::size_t rows, std::size_t groups, const kpi_options& options = {},
               const Executor& executor = {}) {
  return detail::kpi_run<T, Executor>(latency, errors, codes, rows, groups, options, executor).run();
}

}  // namespace groupby
BAROGRAPH_NAMESPACE_END
