// The `requests` workload: web requests of three services over some days.
//
// Requests come as an inhomogeneous Poisson process, minute by minute: their number is drawn by
// (seed, minute), and each request by (seed, minute, its number in the minute). A minute's load u is its
// expected traffic over that of a weekday's rush hours; latency is log-normal about
// mean * (1 + load_slope u^2), and the share of errors grows like 1 + error_slope u^2.
//
// The figures below are those of the *reference log* (ten days from Monday 2024-01-01 with the default
// incident) and hold by construction: the constructor divides each mean by the expectation of what
// multiplies it there. Two constants have no closed form: load_slope solves "rush hours are 50 % slower",
// latency_sigma "P95 is 380 ms" (root of the mixture of log-normals over minutes and endpoints). The tests
// hold all of it on a log of two million rows, where chance is far below the tolerances.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "barograph/core/interrupt.hpp"
#include "barograph/core/math.hpp"
#include "barograph/core/random.hpp"
#include "barograph/generate/shapes.hpp"
#include "barograph/generate/workloads.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {
namespace {

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

incident reference_incident(std::int64_t start_ms) {
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

double square(double x) { return x * x; }

// The 32-bit value below which a uniform draw falls with probability p.
std::uint64_t threshold(double p) {
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

const model& the_model() {
  static const model m;
  return m;
}

template <std::size_t N>
int pick_status(const std::array<status_weight, N>& weights, double u) {
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

[[noreturn]] void wrong_size(std::size_t given) {
  raise<invalid_argument>("out: given " + std::to_string(given) +
                          " rows for a block that has another number");
}

[[noreturn]] void mean_limit_error(double mean) {
  raise<invalid_argument>("rate: given one with " + std::to_string(mean) +
                          " requests in a minute, expected at most 1e8");
}

}  // namespace

std::vector<incident> requests_default_incidents(std::int64_t start_ms, std::int64_t days) {
  if (days < 5) return {};
  return {reference_incident(start_ms)};
}

double requests_expected_rows(std::int64_t start_ms, std::int64_t days) {
  const model& m = the_model();
  // Weeks repeat exactly, so only the last, broken one is added up minute by minute.
  const std::int64_t start = floor_div(start_ms, ms_per_minute);
  const auto traffic = [&](std::int64_t count) {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += m.week.at(start + i);
    return sum;
  };
  const double weeks = static_cast<double>(days / 7);
  return m.per_level *
         (weeks * (days >= 7 ? traffic(7 * minutes_per_day) : 0.0) + traffic(days % 7 * minutes_per_day));
}

const std::vector<std::string>& requests_services() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const service_figures& s : services) all.emplace_back(s.name);
    return all;
  }();
  return names;
}

const std::vector<std::string>& requests_endpoints() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const endpoint_figures& e : endpoints) all.emplace_back(e.path);
    return all;
  }();
  return names;
}

requests_spans requests_spans::subspan(std::size_t offset, std::size_t count) const noexcept {
  return {timestamp_ns.subspan(offset, count), service.subspan(offset, count),
          endpoint.subspan(offset, count),     response_time_ms.subspan(offset, count),
          status_code.subspan(offset, count),  error.subspan(offset, count)};
}

bool requests_spans::equally_long() const noexcept {
  const std::size_t n = size();
  return service.size() == n && endpoint.size() == n && response_time_ms.size() == n &&
         status_code.size() == n && error.size() == n;
}

namespace {

/// As column.resize(rows), which for a large one takes a second: in stretches, between which it may be ended.
template <class T>
void resize_column(std::vector<T>& column, std::size_t rows) {
  column.reserve(rows);
  while (column.size() < rows) {
    check_interrupt();
    column.resize(std::min(rows, column.size() + rows_between_checks));
  }
  column.resize(rows);
}

}  // namespace

void requests_table::resize(std::size_t rows) {
  resize_column(timestamp_ns, rows);
  resize_column(service, rows);
  resize_column(endpoint, rows);
  resize_column(response_time_ms, rows);
  resize_column(status_code, rows);
  resize_column(error, rows);
}

requests_spans requests_table::spans() {
  return {timestamp_ns, service, endpoint, response_time_ms, status_code, error};
}

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

struct requests_generator::scratch {
  std::vector<std::uint32_t> offset;
  std::vector<philox_block> bits;
};

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

// ---- dirt ----

namespace {

constexpr std::uint8_t clean_row = dirt_kinds;

// Which dirt the i-th request of a block gets, and the bits that decide its details.
struct dirt_draw {
  std::uint8_t kind;
  std::uint32_t first;
  std::uint32_t second;
};

class dirt_drawing {
 public:
  dirt_drawing(const requests_options& options, std::int64_t minute)
      : seed_(options.seed), minute_(static_cast<std::uint64_t>(minute)) {
    double sum = 0;
    for (std::size_t k = 0; k < dirt_kinds; ++k) {
      sum += options.dirt.share[k];
      limit_[k] = threshold(sum);
    }
  }

  dirt_draw operator()(std::size_t i) const {
    const philox_block b = random_block(seed_, dirt_stream, minute_, static_cast<std::uint32_t>(i));
    std::uint8_t kind = 0;
    while (kind < dirt_kinds && b[0] >= limit_[kind]) ++kind;
    return {kind, b[1], b[2]};
  }

 private:
  std::uint64_t seed_;
  std::uint64_t minute_;
  std::array<std::uint64_t, dirt_kinds> limit_{};
};

template <std::size_t N>
std::string one_of(const std::array<const char*, N>& texts, std::uint32_t bits) {
  return texts[below_from_bits(bits, static_cast<std::uint32_t>(N))];
}

std::string in_other_letters(const std::string& name, std::uint32_t bits) {
  const std::uint32_t way = below_from_bits(bits, 3);  // AUTH, Auth, aUtH
  std::string out = name;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool upper = way == 0 || (way == 1 && i == 0) || (way == 2 && i % 2 == 1);
    if (upper && out[i] >= 'a' && out[i] <= 'z') out[i] = static_cast<char>(out[i] - 'a' + 'A');
  }
  return out;
}

std::string with_blanks(const std::string& name, std::uint32_t bits) {
  constexpr std::array<const char*, 3> before{" ", "", "  "};
  constexpr std::array<const char*, 3> after{"", "  ", " "};
  const std::size_t way = below_from_bits(bits, 3);
  return before[way] + name + after[way];
}

// The dirt of a cell: column, before and after.
void dirty_cell(dirt_entry& entry, const dirt_draw& draw, const requests_spans& rows, std::size_t at) {
  static constexpr std::array<const char*, 4> absurd{"9999999", "99999999", "86400000", "2147483647"};
  static constexpr std::array<const char*, 4> words{"abc", "timeout", "true", ""};
  static constexpr std::array<const char*, 4> no_times{"not-a-date", "2024-13-45 25:61:61",
                                                       "0000-00-00 00:00:00", "yesterday"};
  static constexpr std::array<const char*, 3> nobody{"unknown", "legacy-api", "test-svc"};
  const std::string latency = std::to_string(rows.response_time_ms[at]);
  const std::string& service = requests_services()[static_cast<std::size_t>(rows.service[at])];
  entry.column = dirt_column::response_time_ms;
  entry.before = latency;
  switch (entry.kind) {
    case dirt_kind::missing_latency:
      entry.after.clear();
      return;
    case dirt_kind::negative_latency:
      entry.after = "-" + latency;
      return;
    case dirt_kind::absurd_latency:
      entry.after = one_of(absurd, draw.first);
      return;
    case dirt_kind::wrong_type:
      entry.after = one_of(words, draw.first);
      if (entry.after.empty()) entry.after = latency + "ms";
      return;
    case dirt_kind::unparsable_timestamp:
      entry.column = dirt_column::timestamp;
      entry.before = format_timestamp(rows.timestamp_ns[at]);
      entry.after = one_of(no_times, draw.first);
      return;
    case dirt_kind::unknown_service:
      entry.column = dirt_column::service;
      entry.before = service;
      entry.after = one_of(nobody, draw.first);
      return;
    case dirt_kind::mixed_case:
      entry.column = dirt_column::service;
      entry.before = service;
      entry.after = in_other_letters(service, draw.first);
      return;
    default:  // padded
      entry.column = draw.second % 3 == 0 ? dirt_column::endpoint : dirt_column::service;
      entry.before = entry.column == dirt_column::service
                         ? service
                         : requests_endpoints()[static_cast<std::size_t>(rows.endpoint[at])];
      entry.after = with_blanks(entry.before, draw.first);
  }
}

void copy_row(const requests_spans& from, std::size_t i, const requests_spans& to, std::size_t j) {
  to.timestamp_ns[j] = from.timestamp_ns[i];
  to.service[j] = from.service[i];
  to.endpoint[j] = from.endpoint[i];
  to.response_time_ms[j] = from.response_time_ms[i];
  to.status_code[j] = from.status_code[i];
  to.error[j] = from.error[i];
}

// Where a row that arrives late stands: behind a clean row that is truly later, at most some 40 rows on,
// so that exactly the late rows are those that an earlier one in the file exceeds in time. None: n.
std::size_t place_of_late(const std::vector<dirt_draw>& draws, const requests_spans& rows, std::size_t i,
                          std::uint32_t bits) {
  const std::size_t n = rows.size();
  const auto later = [&](std::size_t j) {
    return draws[j].kind == clean_row && rows.timestamp_ns[j] > rows.timestamp_ns[i];
  };
  const std::size_t reach = std::min(n, i + 41);
  for (std::size_t j = i + 1 + below_from_bits(bits, 20); j < reach; ++j)
    if (later(j)) return j;
  for (std::size_t j = i + 1; j < reach; ++j)
    if (later(j)) return j;
  return n;
}

}  // namespace

std::int64_t requests_generator::rows_in(std::int64_t block) const {
  check_range(block, block + 1);
  std::int64_t rows = 0;
  for (std::int64_t m = first_minute(block); m < last_minute(block); ++m) rows += requests_in(m);
  if (!options_.dirt.any()) return rows;
  const dirt_drawing draw(options_, first_minute(block));
  std::int64_t duplicates = 0;
  for (std::int64_t i = 0; i < rows; ++i)
    if (draw(static_cast<std::size_t>(i)).kind == static_cast<std::uint8_t>(dirt_kind::duplicate))
      ++duplicates;
  return rows + duplicates;
}

void requests_generator::fill_block(std::int64_t block, std::int64_t first_row, const requests_spans& out,
                                    std::vector<dirt_entry>& dirt) const {
  check_range(block, block + 1);
  scratch s;
  std::size_t at = 0;
  if (!options_.dirt.any()) {
    for (std::int64_t m = first_minute(block); m < last_minute(block); ++m) at = fill_minute(m, out, at, s);
    if (at != out.size()) wrong_size(out.size());
    return;
  }
  std::int64_t count = 0;
  for (std::int64_t m = first_minute(block); m < last_minute(block); ++m) count += requests_in(m);
  const auto n = static_cast<std::size_t>(count);
  requests_table clean;
  clean.resize(n);
  const requests_spans rows = clean.spans();
  for (std::int64_t m = first_minute(block); m < last_minute(block); ++m) at = fill_minute(m, rows, at, s);

  const dirt_drawing drawing(options_, first_minute(block));
  std::vector<dirt_draw> draws(n);
  std::vector<std::int64_t> place(n);                     // of the row if none were late
  std::vector<std::pair<std::size_t, std::size_t>> late;  // behind which row, which row
  std::int64_t next = first_row;
  for (std::size_t i = 0; i < n; ++i) {
    draws[i] = drawing(i);
    place[i] = next;
    next += draws[i].kind == static_cast<std::uint8_t>(dirt_kind::duplicate) ? 2 : 1;
  }
  if (next - first_row != static_cast<std::int64_t>(out.size())) wrong_size(out.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (draws[i].kind != static_cast<std::uint8_t>(dirt_kind::shuffled_timestamp)) continue;
    const std::size_t behind = place_of_late(draws, rows, i, draws[i].first);
    if (behind == n)
      draws[i].kind = static_cast<std::uint8_t>(dirt_kind::padded);  // nothing later to stand behind
    else
      late.emplace_back(behind, i);
  }
  std::sort(late.begin(), late.end());

  std::size_t to = 0;
  const auto emit = [&](std::size_t i) {
    copy_row(rows, i, out, to);
    ++to;
    return first_row + static_cast<std::int64_t>(to) - 1;
  };
  auto waiting = late.begin();
  for (std::size_t i = 0; i < n; ++i) {
    dirt_entry entry;
    entry.kind = static_cast<dirt_kind>(draws[i].kind);
    if (draws[i].kind == clean_row) {
      emit(i);
    } else if (entry.kind == dirt_kind::duplicate) {
      entry.before = std::to_string(emit(i));
      entry.row = emit(i);
      entry.after = std::to_string(entry.row);
      dirt.push_back(std::move(entry));
    } else if (entry.kind != dirt_kind::shuffled_timestamp) {
      entry.row = emit(i);
      dirty_cell(entry, draws[i], rows, i);
      dirt.push_back(std::move(entry));
    }
    for (; waiting != late.end() && waiting->first == i; ++waiting) {
      dirt_entry moved;
      moved.kind = dirt_kind::shuffled_timestamp;
      moved.before = std::to_string(place[waiting->second]);
      moved.row = emit(waiting->second);
      moved.after = std::to_string(moved.row);
      dirt.push_back(std::move(moved));
    }
  }
}

}  // namespace generate
BAROGRAPH_NAMESPACE_END
