// What reliability figures by group are asked for, and the figures: the arguments and results of kpis.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "../stats/order_statistic.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {

/// What `kpis` computes besides counts and mean.
struct kpi_options {
  std::vector<double> quantiles = {0.5, 0.95, 0.99};  ///< each in [0, 1]
  combiner rule = combiner::pandas_linear;
  double satisfied = std::numeric_limits<double>::quiet_NaN();   ///< Apdex T, in the latency's unit
  double tolerating = std::numeric_limits<double>::quiet_NaN();  ///< Apdex F, in the latency's unit
};

/// One value per group each; `quantiles` is row-major, groups by options.quantiles.
struct kpi_table {
  std::vector<std::int64_t> requests;    ///< rows
  std::vector<std::int64_t> errors;      ///< rows with an error
  std::vector<std::int64_t> latencies;   ///< rows whose latency is not missing
  std::vector<std::int64_t> samples;     ///< rows that Apdex judges: with a latency or an error
  std::vector<std::int64_t> satisfied;   ///< no error, latency <= T
  std::vector<std::int64_t> tolerating;  ///< no error, T < latency <= F
  std::vector<double> sum, mean, minimum, maximum;
  std::vector<double> quantiles;
};

}  // namespace groupby
BAROGRAPH_NAMESPACE_END
