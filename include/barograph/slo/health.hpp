// health: a score from 0 to 100 with the ledger of points that made it.
//
// Law: a pure function of its inputs and a health_policy, class F: the ledger's points, added from
// first to last, are exactly the score. (Where the clamp takes something, the difference of the sum
// and 0 or 100 is representable: it is a multiple of the sum's last place and smaller than it.)
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "policy.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// What is known of a service over a period; NaN means not known.
struct health_inputs {
  double latency = std::numeric_limits<double>::quiet_NaN();       ///< mean, ms
  double error_rate = std::numeric_limits<double>::quiet_NaN();    ///< fraction 0..1
  double cpu = std::numeric_limits<double>::quiet_NaN();           ///< average, percent
  double memory = std::numeric_limits<double>::quiet_NaN();        ///< average, percent
  double anomaly_rate = std::numeric_limits<double>::quiet_NaN();  ///< fraction 0..1
  double apdex = std::numeric_limits<double>::quiet_NaN();         ///< score 0..1
};

/// One line: what was judged, its value, the limit it was held to, the points it gave or cost.
/// NaN stands for "not known" (value), "has none" (limit) and "without points" (a missing input).
struct ledger_entry {
  std::string what;
  double value;
  double limit;
  double points;
};

struct health {
  double score;
  std::string status;  ///< excellent, good, fair, poor or critical
  std::vector<ledger_entry> ledger;
};

/// Judges `in` by `limits`: base 100, costs strictly above a limit, a bonus for a high Apdex, and what
/// the bounds 0 and 100 took away. Raises invalid_argument for a value that cannot be.
inline health health_score(const health_inputs& in, const health_policy& limits = health_policy::apm()) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  limits.validate();
  const auto fraction = [](const char* name, double x) {
    if (x > 1.0 && x <= 100.0)
      raise<invalid_argument>(std::string(name) + ": given " + decimal(x) +
                              ", expected a fraction from 0 to 1 (" + decimal(x) + " % is " +
                              decimal(x / 100.0, 6) + ")");
    if (x < 0.0 || x > 1.0)
      raise<invalid_argument>(std::string(name) + ": given " + decimal(x) +
                              ", expected a fraction from 0 to 1");
  };
  const auto percentage = [](const char* name, double x) {
    if (x < 0.0 || x > 100.0)
      raise<invalid_argument>(std::string(name) + ": given " + decimal(x) +
                              ", expected a percentage from 0 to 100");
  };
  if (in.latency < 0.0 || std::isinf(in.latency))
    raise<invalid_argument>("latency: given " + decimal(in.latency) +
                            ", expected finite milliseconds, not negative");
  fraction("error_rate", in.error_rate);
  percentage("cpu", in.cpu);
  percentage("memory", in.memory);
  fraction("anomaly_rate", in.anomaly_rate);
  if (in.apdex < 0.0 || in.apdex > 1.0)
    raise<invalid_argument>("apdex: given " + decimal(in.apdex) + ", expected a score from 0 to 1");

  health result{0.0, "", {}};
  const auto enter = [&result](const char* what, double value, double limit, double points) {
    result.ledger.push_back({what, value, limit, value != value ? none : points + 0.0});  // + 0.0: no -0
    if (value == value) result.score += points;
  };
  result.ledger.push_back({"base", none, none, 100.0});
  result.score = 100.0;
  enter("latency", in.latency, limits.latency_limit,
        in.latency > limits.latency_limit ? -limits.latency_points : 0.0);
  enter("error_rate", in.error_rate, 0.0, -(limits.error_points * (in.error_rate * 100.0)));
  enter("cpu", in.cpu, limits.cpu_limit, in.cpu > limits.cpu_limit ? -limits.cpu_points : 0.0);
  enter("memory", in.memory, limits.memory_limit,
        in.memory > limits.memory_limit ? -limits.memory_points : 0.0);
  enter("anomaly_rate", in.anomaly_rate, limits.anomaly_limit,
        -(limits.anomaly_points * std::min(1.0, in.anomaly_rate / limits.anomaly_limit)));
  enter("apdex", in.apdex, limits.apdex_limit,
        in.apdex > limits.apdex_limit
            ? limits.apdex_points * ((in.apdex - limits.apdex_limit) / (1.0 - limits.apdex_limit))
            : 0.0);
  const double bounded = std::min(100.0, std::max(0.0, result.score));
  if (bounded != result.score) enter("clamp", result.score, bounded, bounded - result.score);
  result.score = bounded + 0.0;

  static constexpr const char* words[] = {"excellent", "good", "fair", "poor", "critical"};
  std::size_t i = 0;
  while (i < limits.bands.size() && !(result.score >= limits.bands[i])) ++i;
  result.status = words[i];
  return result;
}

BAROGRAPH_NAMESPACE_END
