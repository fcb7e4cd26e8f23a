// call_graph: what a service's score owes to the services it calls and to those that call it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../core/span.hpp"
#include "../cause_options.hpp"
#include "../metric_kind.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

namespace detail {

/// Changes the scores of columns by what calls explain. A rise of latency or errors goes from callee to
/// caller, a change of traffic from caller to callee: what the other end shows as well is explained. A
/// service that is slow to reach may show nothing by itself; its callers suffer.
inline void explain_by_calls(const service_graph& graph, span<const metric_traits> traits,
                             const cause_options& how, std::vector<double>& scores) {
  std::int32_t services = 0;
  for (const std::int32_t s : graph.service) services = std::max(services, s + 1);
  constexpr std::size_t kinds = 6;
  const auto kind = [&](std::size_t column) { return static_cast<std::size_t>(traits[column].kind); };
  constexpr auto latency = static_cast<std::size_t>(metric_kind::latency);
  constexpr auto errors = static_cast<std::size_t>(metric_kind::errors);
  constexpr auto traffic = static_cast<std::size_t>(metric_kind::traffic);
  const auto n = static_cast<std::size_t>(services);
  using by_kind = std::array<double, kinds>;
  std::vector<by_kind> highest(n, by_kind{}), explained(n, by_kind{});
  std::vector<bool> measured(n, false);
  for (std::size_t c = 0; c < scores.size(); ++c) {
    if (graph.service[c] < 0) continue;
    const auto s = static_cast<std::size_t>(graph.service[c]);
    measured[s] = true;
    highest[s][kind(c)] = std::max(highest[s][kind(c)], scores[c]);
  }
  auto calls = graph.calls;
  std::sort(calls.begin(), calls.end());
  calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
  std::vector<double> suffering(n, 0.0), callers(n, 0.0);
  for (const auto& [from, to] : calls) {
    if (from == to || from < 0 || to < 0 || from >= services || to >= services) continue;
    const auto caller = static_cast<std::size_t>(from), callee = static_cast<std::size_t>(to);
    if (!measured[caller] || !measured[callee]) continue;
    for (const std::size_t k : {latency, errors})
      explained[caller][k] = std::max(explained[caller][k], highest[callee][k]);
    explained[callee][traffic] = std::max(explained[callee][traffic], highest[caller][traffic]);
    suffering[callee] += std::max(highest[caller][latency], highest[caller][errors]);
    callers[callee] += 1;
  }
  for (std::size_t c = 0; c < scores.size(); ++c) {
    if (graph.service[c] < 0) continue;
    const auto s = static_cast<std::size_t>(graph.service[c]);
    scores[c] -= how.explained * std::min(scores[c], explained[s][kind(c)]);
    if (callers[s] > 0) scores[c] += how.suffering * suffering[s] / callers[s];
  }
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
