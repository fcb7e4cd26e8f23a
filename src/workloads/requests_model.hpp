// The figures of the `requests` workload, and what follows from them.
//
// They are those of the *reference log* (ten days from Monday 2024-01-01 with the default incident) and hold
// by construction: the model divides each mean by the expectation of what multiplies it there. Two constants
// have no closed form: load_slope solves "rush hours are 50 % slower", latency_sigma "P95 is 380 ms" (root of
// the mixture of log-normals over minutes and endpoints). The tests hold all of it on a log of two million
// rows, where chance is far below the tolerances.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "barograph/core/math.hpp"
#include "barograph/core/random.hpp"
#include "barograph/generate/shapes.hpp"
#include "barograph/generate/workloads.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {

constexpr std::int64_t ms_per_minute = 60000;
constexpr std::int64_t ms_per_day = 86400000;
constexpr std::int64_t ns_per_ms = 1000000;

// ---- the figures ----

constexpr double rows_per_reference = 85000;
constexpr std::int64_t reference_days = 10;
constexpr std::int64_t reference_minute = 28401120;  // Monday 2024-01-01 00:00

constexpr double rush_level = 2.5;  // of the evening's level without it
constexpr double rush_ratio = 2.8;  // of the mean of the other hours
constexpr double weekend_factor = 0.7;
constexpr double load_slope = 1.064;
constexpr double latency_sigma = 0.4677;
constexpr double error_share = 0.045;
constexpr double error_slope = 1.2;
constexpr double max_latency_ms = 30000;  // the gateway gives up
constexpr double max_error_share = 0.95;

// Traffic at each full hour; 18 to 22 are set to the rush.
constexpr std::array<double, 24> hours{.22, .10,  .05,  .04,  .05,  .10,  .38, .87, 1.25, 1.45, 1.53, 1.57,
                                       1.6, 1.58, 1.52, 1.45, 1.38, 1.25, 1.0, 1.0, 1.0,  1.0,  .85,  .5};

struct status_weight {
  int status;
  double share;
};

struct service_figures {
  const char* name;
  double errors;  // relative; scaled to error_share
  std::array<status_weight, 6> failures;
};

constexpr std::array<service_figures, 3> services{{
    {"auth", 0.030, {{{401, .45}, {403, .10}, {429, .10}, {500, .15}, {503, .20}, {503, 0}}}},
    {"events", 0.040, {{{400, .25}, {404, .15}, {429, .20}, {500, .25}, {503, .15}, {503, 0}}}},
    {"payments", 0.080, {{{402, .20}, {409, .05}, {500, .25}, {502, .20}, {503, .15}, {504, .15}}}},
}};
constexpr std::size_t payments = 2;

// How requests fail in an incident.
constexpr std::array<status_weight, 3> outage{{{500, .2}, {503, .5}, {504, .3}}};

struct endpoint_figures {
  const char* path;
  std::int32_t service;
  double share;    // of all requests
  double mean_ms;  // over the reference log
  int success;
};

constexpr std::array<endpoint_figures, 12> endpoints{{
    {"/login", 0, .220, 126, 200},
    {"/token", 0, .150, 100, 200},
    {"/session", 0, .090, 85, 200},
    {"/logout", 0, .040, 70, 204},
    {"/events", 1, .140, 150, 202},
    {"/track", 1, .100, 125, 202},
    {"/feed", 1, .050, 200, 200},
    {"/search", 1, .030, 230, 200},
    {"/checkout", 2, .065, 400, 201},
    {"/refund", 2, .015, 280, 201},
    {"/invoices", 2, .045, 220, 200},
    {"/methods", 2, .055, 170, 200},
}};

inline incident reference_incident(std::int64_t start_ms) {
  incident i;
  i.service = services[payments].name;
  i.start_ms = floor_div(start_ms + 4 * ms_per_day, ms_per_day) * ms_per_day + 13 * 3600000;
  i.duration_ms = 4 * 3600000;
  i.latency_factor = 3.0;
  i.error_added = 0.20;
  return i;
}

// ---- what follows from them ----

// Random streams of this workload; a number is never reused.
enum stream : std::uint32_t { count_stream = 0x101, row_stream = 0x102, dirt_stream = 0x103 };

inline double square(double x) { return x * x; }

// The 32-bit value below which a uniform draw falls with probability p.
inline std::uint64_t threshold(double p) {
  return static_cast<std::uint64_t>(std::min(std::max(p, 0.0), 1.0) * 0x1.0p32);
}

struct model {
  week_shape week{day_shape(hours), {1, 1, 1, 1, 1, weekend_factor, weekend_factor}};
  double per_level = 0;                                  // requests a minute at level 1
  std::array<double, endpoints.size()> median{};         // of the latency without load
  std::array<double, services.size()> errors{};          // their share without load
  std::array<std::uint64_t, endpoints.size()> choice{};  // cumulative thresholds

  model() {
    week.day.set_rush(18, 22, rush_level, rush_ratio);
    const std::vector<incident> incidents{reference_incident(reference_minute * ms_per_minute)};
    double traffic = 0;
    double error_load = 0;
    std::array<double, services.size()> slowness{};
    std::array<double, services.size()> added{};
    for (std::int64_t m = reference_minute; m < reference_minute + reference_days * minutes_per_day; ++m) {
      const double level = week.at(m);
      const double load = square(level / rush_level);
      traffic += level;
      error_load += level * (1 + error_slope * load);
      for (std::size_t s = 0; s < services.size(); ++s) {
        const incident_effect effect = effect_at(incidents, services[s].name, m * ms_per_minute);
        slowness[s] += level * (1 + load_slope * load) * effect.latency_factor;
        added[s] += level * effect.error_added;
      }
    }
    per_level = rows_per_reference / traffic;
    // A log-normal of median 1 has mean exp(sigma^2 / 2).
    const double mean_over_median = math::exp(latency_sigma * latency_sigma / 2);
    double share = 0;
    double relative = 0;
    double fixed = 0;
    for (std::size_t e = 0; e < endpoints.size(); ++e) {
      const auto s = static_cast<std::size_t>(endpoints[e].service);
      median[e] = endpoints[e].mean_ms / (slowness[s] / traffic) / mean_over_median;
      relative += endpoints[e].share * services[s].errors * (error_load / traffic);
      fixed += endpoints[e].share * (added[s] / traffic);
      share += endpoints[e].share;
      choice[e] = threshold(share);
    }
    choice.back() = std::uint64_t{1} << 32;
    for (std::size_t s = 0; s < services.size(); ++s)
      errors[s] = services[s].errors * (error_share - fixed) / relative;
  }
};

inline const model& the_model() {
  static const model m;
  return m;
}

template <std::size_t N>
inline int pick_status(const std::array<status_weight, N>& weights, double u) {
  double sum = 0;
  int status = weights[0].status;
  for (const status_weight& w : weights) {
    if (w.share <= 0) break;
    status = w.status;
    sum += w.share;
    if (u < sum) break;
  }
  return status;
}

[[noreturn]] inline void wrong_size(std::size_t given) {
  raise<invalid_argument>("out: given " + std::to_string(given) +
                          " rows for a block that has another number");
}

/// Of one minute after the other.
struct requests_generator::scratch {
  std::vector<std::uint32_t> offset;
  std::vector<philox_block> bits;
};

}  // namespace generate
BAROGRAPH_NAMESPACE_END
