// Quantiles by group from quantile histograms: what merging the states of any number of hosts gives.
//
// Each group's values go into a `quantile_histogram` at its default scale, so the relative error is at
// most 0.55 % of the value, and the same rows in any order, or through merged states, give the same
// bits (class I up to the final interpolation).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/span.hpp"
#include "../stats/order_statistic.hpp"
#include "../stats/quantile_histogram.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {

/// Approximate quantiles of each group, NaN for a group without values.
///
/// @param values  one a row, NaN and infinities are left out
/// @param codes   one group a row, -1 = none; empty: all rows are group 0
/// @param qs      numbers in [0, 1]
/// @param out     groups * qs.size() values, row-major
/// @throws invalid_argument for sizes that differ, a code out of range, a quantile outside [0, 1], or
///         codes that another thread changed while they were being read
inline void sketch_quantiles(span<const double> values, span<const std::int32_t> codes, std::size_t groups,
                             span<const double> qs, span<double> out) {
  if (!codes.empty() && codes.size() != values.size())
    raise<invalid_argument>("codes: given " + std::to_string(codes.size()) + " rows, expected " +
                            std::to_string(values.size()));
  if (out.size() != groups * qs.size())
    raise<invalid_argument>("out: given " + std::to_string(out.size()) + " values, expected " +
                            std::to_string(groups * qs.size()) + " (groups times quantiles)");
  for (const double q : qs) check_quantile(q);
  if (codes.empty() && !values.empty() && groups != 1)
    raise<invalid_argument>("n_groups: given " + std::to_string(groups) + ", expected 1 without codes");
  std::vector<double> sorted;
  std::vector<std::size_t> end(groups + 1, 0);
  if (!codes.empty()) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (i % rows_between_checks == 0) check_interrupt();
      const std::int32_t code = codes[i];
      if (code < -1 || code >= static_cast<std::int64_t>(groups))
        raise<invalid_argument>("codes: given " + std::to_string(code) + " in row " + std::to_string(i) +
                                ", expected -1 (missing) to " + std::to_string(groups) + " - 1");
      if (code >= 0) ++end[static_cast<std::size_t>(code) + 1];
    }
    for (std::size_t g = 0; g < groups; ++g) end[g + 1] += end[g];
    sorted.resize(end[groups]);
    std::vector<std::size_t> cursor(end.begin(), end.end() - 1);
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (i % rows_between_checks == 0) check_interrupt();
      const auto group = static_cast<std::size_t>(codes[i]);
      if (codes[i] < 0) continue;
      if (group >= groups || cursor[group] >= end[group + 1])
        raise<invalid_argument>("codes: they changed while they were being read");
      sorted[cursor[group]++] = values[i];
    }
  } else if (!values.empty()) {
    end[1] = values.size();
  }
  const double* const all = codes.empty() ? values.data() : sorted.data();
  quantile_histogram histogram;
  for (std::size_t g = 0; g < groups; ++g) {
    histogram.reset();
    for (std::size_t at = end[g]; at < end[g + 1]; at += rows_between_checks) {
      check_interrupt();
      histogram.update(span<const double>(all + at, std::min(rows_between_checks, end[g + 1] - at)));
    }
    for (std::size_t i = 0; i < qs.size(); ++i) out[g * qs.size() + i] = histogram.quantile(qs[i]);
  }
}

}  // namespace groupby
BAROGRAPH_NAMESPACE_END
