// Exact quantiles by group codes: what pandas' groupby(...).quantile gives, bit for bit.
#pragma once

#include "kpis.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {

/// Quantiles of each group, NaN left out; NaN for a group without values. Order statistics are exact;
/// -0.0 stands below 0.0.
///
/// @param values  one a row
/// @param codes   one group a row, -1 = none; empty: all rows are group 0
/// @param qs      numbers in [0, 1], in any order
/// @param out     groups * qs.size() values, row-major
/// @throws invalid_argument as `kpis`, or if `out` has another size
template <class T, class Executor = serial_executor>
void quantiles(span<const T> values, span<const std::int32_t> codes, std::size_t groups,
               span<const double> qs, span<double> out, combiner rule = combiner::pandas_linear,
               const Executor& executor = {}) {
  if (out.size() != groups * qs.size())
    raise<invalid_argument>("out: given " + std::to_string(out.size()) + " values, expected " +
                            std::to_string(groups * qs.size()) + " (groups times quantiles)");
  kpi_options options;
  options.quantiles.assign(qs.begin(), qs.end());
  options.rule = rule;
  const kpi_table t = kpis(values, {}, codes, values.size(), groups, options, executor);
  std::copy(t.quantiles.begin(), t.quantiles.end(), out.begin());
}

}  // namespace groupby
BAROGRAPH_NAMESPACE_END
