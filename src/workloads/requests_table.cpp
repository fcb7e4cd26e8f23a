// The columns of the `requests` workload, the names in them, and how many rows to expect.
#include <algorithm>

#include "barograph/core/interrupt.hpp"
#include "requests_model.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {

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

}  // namespace generate
BAROGRAPH_NAMESPACE_END
