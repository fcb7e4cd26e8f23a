// Incidents: intervals in which a service is slower and fails more often, as truth for detectors.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../core/errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {

/// A labelled degradation: [start, start + duration).
struct incident {
  std::string service;        ///< empty: all services
  std::int64_t start_ms = 0;  ///< milliseconds from 1970-01-01 00:00 UTC
  std::int64_t duration_ms = 0;
  double latency_factor = 1.0;  ///< latencies are multiplied by it
  double error_added = 0.0;     ///< added to the share of requests that fail

  std::int64_t end_ms() const noexcept { return start_ms + duration_ms; }
};

/// Refuses an incident that cannot be drawn, by the name of its field.
inline void check_incident(const incident& i) {
  constexpr std::int64_t reach = 1'000'000'000'000'000;  // 31,000 years: start + duration cannot overflow
  if (i.duration_ms <= 0 || i.duration_ms > reach)
    raise<invalid_argument>("duration: given " + std::to_string(i.duration_ms) +
                            " ms, expected more than 0, at most 1e15");
  if (i.start_ms < -reach || i.start_ms > reach)
    raise<invalid_argument>("start: given " + std::to_string(i.start_ms) +
                            " ms from 1970, expected -1e15 to 1e15");
  if (!(i.latency_factor > 0.0 && i.latency_factor <= 1000.0))
    raise<invalid_argument>("latency: given a factor of " + std::to_string(i.latency_factor) +
                            ", expected above 0 and at most 1000");
  if (!(i.error_added >= -1.0 && i.error_added <= 1.0))
    raise<invalid_argument>("errors: given an added share of " + std::to_string(i.error_added) +
                            ", expected -1 to 1");
}

/// What the incidents that act on one service at one time amount to together.
struct incident_effect {
  double latency_factor = 1.0;
  double error_added = 0.0;
};

inline incident_effect effect_at(const std::vector<incident>& incidents, const std::string& service,
                                 std::int64_t time_ms) {
  incident_effect effect;
  for (const incident& i : incidents) {
    if (time_ms < i.start_ms || time_ms >= i.end_ms()) continue;
    if (!i.service.empty() && i.service != service) continue;
    effect.latency_factor *= i.latency_factor;
    effect.error_added += i.error_added;
  }
  return effect;
}

}  // namespace generate
BAROGRAPH_NAMESPACE_END
