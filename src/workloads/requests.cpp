// The `requests` workload: web requests of three services over some days.
//
// Requests come as an inhomogeneous Poisson process, minute by minute: their number is drawn by
// (seed, minute), and each request by (seed, minute, its number in the minute). A minute's load u is its
// expected traffic over that of a weekday's rush hours; latency is log-normal about
// mean * (1 + load_slope u^2), and the share of errors grows like 1 + error_slope u^2.
#include <algorithm>
#include <array>
#include <limits>

#include "requests_model.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {
namespace {

[[noreturn]] void mean_limit_error(double mean) {
  raise<invalid_argument>("rate: given one with " + std::to_string(mean) +
                          " requests in a minute, expected at most 1e8");
}

}  // namespace

requests_generator::requests_generator(requests_options options) : options_(std::move(options)) {
  constexpr std::int64_t first_ms = -9223286400000;  // 1677-09-22; nanoseconds fit in 64 bits from here
  constexpr std::int64_t last_ms = 9223286400000;    // 2262-04-11
  const requests_options& o = options_;
  if (o.start_ms < first_ms || o.start_ms > last_ms)
    raise<invalid_argument>("start: given " + std::to_string(o.start_ms) +
                            " ms from 1970, expected a time from 1677-09-22 to 2262-04-11");
  if (o.start_ms % ms_per_minute != 0)
    raise<invalid_argument>("start: given " + std::to_string(o.start_ms) +
                            " ms from 1970, expected a whole minute");
  if (o.days < 1 || o.days > (last_ms - o.start_ms) / ms_per_day)
    raise<invalid_argument>("days: given " + std::to_string(o.days) + ", expected 1 to " +
                            std::to_string((last_ms - o.start_ms) / ms_per_day) + " from that start");
  if (!(o.rate >= 0.0 && o.rate <= std::numeric_limits<double>::max()))
    raise<invalid_argument>("rate: given " + std::to_string(o.rate) + ", expected 0 or more");
  for (const incident& i : o.incidents) {
    check_incident(i);
    const auto& names = requests_services();
    if (!i.service.empty() && std::find(names.begin(), names.end(), i.service) == names.end())
      raise<invalid_argument>("service: given an incident of '" + i.service +
                              "', expected auth, events, payments or none for all");
  }
  o.dirt.check();
  per_level_ = the_model().per_level * o.rate;
  const double busiest = per_level_ * rush_level;
  if (!(busiest <= 1e8)) mean_limit_error(busiest);
  start_minute_ = o.start_ms / ms_per_minute;
  minutes_ = o.days * minutes_per_day;
  for (const std::int64_t minutes : {60, 30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1}) {
    block_minutes_ = minutes;
    if (busiest * static_cast<double>(minutes) <= 250000) break;
  }
  blocks_ = minutes_ / block_minutes_;
}

void requests_generator::check_range(std::int64_t first, std::int64_t last) const {
  if (first < 0 || last < first || last > blocks_)
    raise<invalid_argument>("blocks: given " + std::to_string(first) + " to " + std::to_string(last) +
                            ", expected a range within 0 to " + std::to_string(blocks_));
}

std::int64_t requests_generator::last_minute(std::int64_t block) const noexcept {
  return first_minute(block) + block_minutes_;
}

std::int64_t requests_generator::requests_in(std::int64_t minute) const {
  return random_draws(options_.seed, count_stream, static_cast<std::uint64_t>(minute))
      .poisson(per_level_ * the_model().week.at(minute));
}

// What a minute's load makes of latencies and errors.
struct requests_generator::minute_load {
  std::array<double, endpoints.size()> median;
  std::array<double, services.size()> errors;
  bool incident;
};

requests_generator::minute_load requests_generator::load_of(std::int64_t minute) const {
  const model& m = the_model();
  const double load = square(m.week.at(minute) / rush_level);
  minute_load l;
  for (std::size_t e = 0; e < endpoints.size(); ++e) l.median[e] = m.median[e] * (1 + load_slope * load);
  for (std::size_t s = 0; s < services.size(); ++s) l.errors[s] = m.errors[s] * (1 + error_slope * load);
  const std::int64_t begin = minute * ms_per_minute;
  l.incident = std::any_of(options_.incidents.begin(), options_.incidents.end(), [&](const incident& i) {
    return i.start_ms < begin + ms_per_minute && i.end_ms() > begin;
  });
  return l;
}

std::size_t requests_generator::fill_minute(std::int64_t minute, const requests_spans& out, std::size_t at,
                                            scratch& s) const {
  const model& m = the_model();
  const auto n = static_cast<std::size_t>(requests_in(minute));
  if (n > out.size() - at) wrong_size(out.size());
  if (n == 0) return at;
  const minute_load load = load_of(minute);
  s.offset.resize(n);
  s.bits.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    s.bits[i] = random_block(options_.seed, row_stream, static_cast<std::uint64_t>(minute),
                             static_cast<std::uint32_t>(i));
    s.offset[i] = below_from_bits(s.bits[i][0], ms_per_minute);
  }
  // All else is drawn alike for each request of the minute, so sorting the times alone is enough.
  std::sort(s.offset.begin(), s.offset.end());
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t time_ms = minute * ms_per_minute + s.offset[i];
    std::size_t e = 0;
    for (std::size_t k = 0; k + 1 < endpoints.size(); ++k) e += s.bits[i][1] >= m.choice[k] ? 1u : 0u;
    const auto service = static_cast<std::size_t>(endpoints[e].service);
    incident_effect effect;
    if (load.incident) effect = effect_at(options_.incidents, services[service].name, time_ms);

    const double z = math::normal_quantile(unit_from_bits(s.bits[i][2]));
    const double latency = load.median[e] * effect.latency_factor * math::exp(latency_sigma * z);
    const double rounded = std::min(std::max(latency, 1.0), max_latency_ms) + 0.5;

    const double usual = std::min(load.errors[service], max_error_share);
    const double failing = std::min(std::max(usual + effect.error_added, 0.0), max_error_share);
    const double u = unit_from_bits(s.bits[i][3]);
    int status = endpoints[e].success;
    if (u < failing)
      status = u < usual ? pick_status(services[service].failures, u / usual)
                         : pick_status(outage, (u - usual) / (failing - usual));

    out.timestamp_ns[at + i] = time_ms * ns_per_ms;
    out.service[at + i] = endpoints[e].service;
    out.endpoint[at + i] = static_cast<std::int32_t>(e);
    out.response_time_ms[at + i] = static_cast<std::int64_t>(rounded);
    out.status_code[at + i] = status;
    out.error[at + i] = status >= 400 ? 1 : 0;
  }
  return at + n;
}

}  // namespace generate
BAROGRAPH_NAMESPACE_END
