// policy: the limits that people choose: Apdex, objectives, health, zone, peak hours, detection.
//
// Plain fields with defaults, edited directly; `validate()` says which field is wrong. It is a
// value, not a state: nothing merges. `slo/policy_toml.hpp` reads and writes it as TOML.
#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "apdex.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Limits, weights and bands of the health score; the defaults are the policy called `apm`.
struct health_policy {
  double latency_limit = 500.0;  ///< mean latency in ms; above it costs latency_points
  double latency_points = 30.0;
  double error_points = 5.0;  ///< cost of each 1 % of errors, linear
  double cpu_limit = 85.0;    ///< average CPU in percent; above it costs cpu_points
  double cpu_points = 20.0;
  double memory_limit = 85.0;  ///< average memory in percent; above it costs memory_points
  double memory_points = 15.0;
  double anomaly_limit = 0.05;  ///< anomaly rate (fraction) at which the cost is anomaly_points in full
  double anomaly_points = 15.0;
  double apdex_limit = 0.85;  ///< Apdex above which a bonus starts; at 1 it is apdex_points
  double apdex_points = 20.0;
  std::array<double, 4> bands{90.0, 75.0, 60.0, 40.0};  ///< excellent, good, fair, poor from; else critical

  static health_policy apm() { return {}; }

  void validate() const;
};

struct apdex_policy {
  double threshold = 500.0;          ///< T in ms
  std::optional<double> tolerating;  ///< F in ms; 4 T when not set
  apdex_bands bands = apdex_bands::standard();
};

struct objectives_policy {
  double availability = 0.999;        ///< share of requests that shall not fail
  std::optional<double> latency_p95;  ///< the 95th percentile's limit in ms; not judged when not set
};

struct policy {
  std::string zone = "UTC";  ///< IANA zone in which hours and days are told
  std::array<int, 2> peak_hours{18,
                                22};  ///< from (included) and to (excluded), local hours; 22, 4 is a night
  std::string detector = "auto";
  std::optional<double> contamination;  ///< expected share of anomalies; the detector decides when not set
  std::optional<double> absurd_latency_ms;  ///< above it a latency is dirt; cleaning decides when not set
  apdex_policy apdex;
  objectives_policy objectives;
  health_policy health;

  void validate() const;
};

namespace policy_check {
[[noreturn]] inline void wrong(const std::string& name, const std::string& given, const char* expected) {
  raise<invalid_argument>(name + ": given " + given + ", expected " + expected);
}
/// Everything is compared so that NaN fails.
inline void between(const char* name, double value, double low, double high, const char* expected) {
  if (!(value > low && value < high)) wrong(name, decimal(value), expected);
}
inline void positive(const char* name, double value) {
  between(name, value, 0.0, HUGE_VAL, "a finite number above 0");
}
inline void weight(const char* name, double value) {
  if (!(value >= 0.0 && value <= 1e6)) wrong(name, decimal(value), "points from 0 to 1e6");
}
inline void percent(const char* name, double value) {
  if (!(value >= 0.0 && value <= 100.0)) wrong(name, decimal(value), "a percentage from 0 to 100");
}
}  // namespace policy_check

inline void health_policy::validate() const {
  namespace check = policy_check;
  check::positive("health.latency_limit", latency_limit);
  check::weight("health.latency_points", latency_points);
  check::weight("health.error_points", error_points);
  check::percent("health.cpu_limit", cpu_limit);
  check::weight("health.cpu_points", cpu_points);
  check::percent("health.memory_limit", memory_limit);
  check::weight("health.memory_points", memory_points);
  if (!(anomaly_limit > 0.0 && anomaly_limit <= 1.0))
    check::wrong("health.anomaly_limit", decimal(anomaly_limit), "a fraction above 0, up to 1");
  check::weight("health.anomaly_points", anomaly_points);
  if (!(apdex_limit >= 0.0 && apdex_limit < 1.0))
    check::wrong("health.apdex_limit", decimal(apdex_limit), "a score from 0, below 1");
  check::weight("health.apdex_points", apdex_points);
  double above = std::nextafter(100.0, 101.0);
  for (double band : bands) {
    if (!(band > 0.0 && band < above))
      check::wrong("health.bands",
                   "[" + decimal(bands[0]) + ", " + decimal(bands[1]) + ", " + decimal(bands[2]) + ", " +
                       decimal(bands[3]) + "]",
                   "4 scores, each below the one before, in (0, 100]");
    above = band;
  }
}

inline void policy::validate() const {
  namespace check = policy_check;
  if (zone.empty()) check::wrong("zone", "an empty string", "an IANA time zone such as \"Europe/Berlin\"");
  if (!(0 <= peak_hours[0] && peak_hours[0] <= 23 && 0 <= peak_hours[1] && peak_hours[1] <= 24 &&
        peak_hours[0] != peak_hours[1]))
    check::wrong(
        "peak_hours", "[" + std::to_string(peak_hours[0]) + ", " + std::to_string(peak_hours[1]) + "]",
        "two different hours [from, to), 0 to 23 and 0 to 24, such as [18, 22], or [22, 4] of a night");
  if (detector.empty()) check::wrong("detector", "an empty string", "\"auto\" or the name of a detector");
  if (contamination && !(*contamination > 0.0 && *contamination <= 0.5))
    check::wrong("contamination", decimal(*contamination), "a fraction above 0, up to 0.5");
  if (absurd_latency_ms) check::positive("absurd_latency_ms", *absurd_latency_ms);
  check::positive("apdex.threshold", apdex.threshold);
  if (apdex.tolerating && !(*apdex.tolerating >= apdex.threshold && *apdex.tolerating < HUGE_VAL))
    check::wrong("apdex.tolerating", decimal(*apdex.tolerating),
                 "a finite number of at least apdex.threshold");
  apdex.bands.validate();
  check::between("objectives.availability", objectives.availability, 0.0, 1.0, "a fraction between 0 and 1");
  if (objectives.latency_p95) check::positive("objectives.latency_p95", *objectives.latency_p95);
  health.validate();
}

BAROGRAPH_NAMESPACE_END
