// cause_options, service_graph: what a search for causes is told beside the metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// Weights and windows; the defaults were chosen on recorded faults of shops (docs/accuracy.md).
struct cause_options {
  std::size_t tolerance = 0;          ///< rows by which the given row may be off, either way
  std::size_t recent = 0;             ///< rows just before that a shift has to be seen against, too; 0: none
  double relative_floor = 0.1;        ///< of the larger level, added to the spread
  double share_floor = 0.005;         ///< of the whole, added to the spread of shares of failures
  double outward = 0.7;               ///< weight of latency as the caller measures it: it is others'
  double resources = 1.2;             ///< weight of cpu and memory, which do not spread by calls
  double harmless = 0.3;              ///< weight of a shift in the direction that does no harm
  double scatter = 0.6;               ///< weight of values that scatter
  bool more_scatter = true;           ///< only scatter beyond what there was before counts
  bool successes_as_failures = true;  ///< shares of successes are turned into shares of failures
  double silence = 1.8;               ///< score of a metric that has no values any more
  double common = 0.0;                ///< share of the median score of a metric's kind that is taken off
  double explained = 0.3;  ///< share of a score that is taken off where callees (traffic: callers) explain it
  double suffering = 0.2;  ///< weight of the mean score of a service's callers
};

/// Who calls whom, and which service each metric is of.
struct service_graph {
  std::vector<std::int32_t> service;                         ///< of each column; -1: of none
  std::vector<std::pair<std::int32_t, std::int32_t>> calls;  ///< caller, callee
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
