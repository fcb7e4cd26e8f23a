// Rows of the `requests` workload as text: CSV and JSON lines, with the text of dirty cells in their place.
#include <string>

#include "barograph/core/interrupt.hpp"
#include "barograph/generate/shapes.hpp"
#include "barograph/generate/workloads.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {
namespace {

constexpr std::int64_t ms_per_day = 86400000;
constexpr std::int64_t ns_per_ms = 1000000;

void append_digits(std::string& out, std::int64_t value, int width) {
  char digits[20];
  for (int i = width - 1; i >= 0; --i) {
    digits[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(digits, static_cast<std::size_t>(width));
}

void append_integer(std::string& out, std::int64_t value) {  // 0 or more
  char digits[20];
  int at = 20;
  do {
    digits[--at] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  out.append(digits + at, static_cast<std::size_t>(20 - at));
}

// Writes times; neighbouring rows are mostly of one day, whose date it keeps.
class time_writer {
 public:
  void operator()(std::string& out, std::int64_t timestamp_ns) {
    const std::int64_t ms = floor_div(timestamp_ns, ns_per_ms);
    const std::int64_t day = floor_div(ms, ms_per_day);
    if (day != day_ || date_.empty()) set_day(day);
    const std::int64_t rest = ms - day * ms_per_day;
    out += date_;
    append_digits(out, rest / 3600000, 2);
    out += ':';
    append_digits(out, rest / 60000 % 60, 2);
    out += ':';
    append_digits(out, rest / 1000 % 60, 2);
    out += '.';
    append_digits(out, rest % 1000, 3);
  }

 private:
  void set_day(std::int64_t day) {
    day_ = day;
    const civil_date date = civil_from_days(day);
    date_.clear();
    append_digits(date_, date.year, 4);
    date_ += '-';
    append_digits(date_, date.month, 2);
    date_ += '-';
    append_digits(date_, date.day, 2);
    date_ += ' ';
  }

  std::int64_t day_ = 0;
  std::string date_;
};

// Walks through the rows and, beside them, through the dirt that replaces cells.
class cell_writer {
 public:
  cell_writer(const requests_spans& rows, std::int64_t first_row, span<const dirt_entry> dirt)
      : rows_(rows), first_row_(first_row), dirt_(dirt) {}

  void go_to(std::size_t row) {
    row_ = row;
    while (at_ < dirt_.size() && dirt_[at_].row < number()) ++at_;
  }

  // The text in the place of a cell, or nullptr.
  const std::string* dirty(dirt_column column) const {
    if (at_ < dirt_.size() && dirt_[at_].row == number() && dirt_[at_].column == column)
      return &dirt_[at_].after;
    return nullptr;
  }

  void timestamp(std::string& out) {
    if (const std::string* text = dirty(dirt_column::timestamp))
      out += *text;
    else
      time_(out, rows_.timestamp_ns[row_]);
  }

  void service(std::string& out) const {
    name(out, dirt_column::service, service_names_, rows_.service[row_]);
  }

  void endpoint(std::string& out) const {
    name(out, dirt_column::endpoint, endpoint_names_, rows_.endpoint[row_]);
  }

 private:
  std::int64_t number() const { return first_row_ + static_cast<std::int64_t>(row_); }

  void name(std::string& out, dirt_column column, const std::vector<std::string>& names,
            std::int64_t code) const {
    const std::string* text = dirty(column);
    out += text != nullptr ? *text : names[static_cast<std::size_t>(code)];
  }

  const std::vector<std::string>& service_names_ = requests_services();
  const std::vector<std::string>& endpoint_names_ = requests_endpoints();
  const requests_spans& rows_;
  std::int64_t first_row_;
  span<const dirt_entry> dirt_;
  std::size_t at_ = 0;
  std::size_t row_ = 0;
  time_writer time_;
};

}  // namespace

std::string format_timestamp(std::int64_t timestamp_ns) {
  std::string out;
  time_writer{}(out, timestamp_ns);
  return out;
}

const char* requests_csv_header() noexcept {
  return "timestamp,service,endpoint,response_time_ms,status_code,error\n";
}

void append_csv(std::string& out, const requests_spans& rows, std::int64_t first_row,
                span<const dirt_entry> dirt) {
  out.reserve(out.size() + rows.size() * 64);
  cell_writer cell(rows, first_row, dirt);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % rows_between_checks == 0) check_interrupt();
    cell.go_to(i);
    cell.timestamp(out);
    out += ',';
    cell.service(out);
    out += ',';
    cell.endpoint(out);
    out += ',';
    if (const std::string* text = cell.dirty(dirt_column::response_time_ms))
      out += *text;
    else
      append_integer(out, rows.response_time_ms[i]);
    out += ',';
    append_integer(out, rows.status_code[i]);
    out += rows.error[i] != 0 ? ",True\n" : ",False\n";
  }
}

void append_json_lines(std::string& out, const requests_spans& rows, std::int64_t first_row,
                       span<const dirt_entry> dirt) {
  out.reserve(out.size() + rows.size() * 144);
  cell_writer cell(rows, first_row, dirt);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % rows_between_checks == 0) check_interrupt();
    cell.go_to(i);
    out += "{\"timestamp\":\"";
    cell.timestamp(out);
    out += "\",\"service\":\"";
    cell.service(out);
    out += "\",\"endpoint\":\"";
    cell.endpoint(out);
    out += "\",\"response_time_ms\":";
    if (const std::string* text = cell.dirty(dirt_column::response_time_ms))
      out += text->empty() ? "null" : "\"" + *text + "\"";
    else
      append_integer(out, rows.response_time_ms[i]);
    out += ",\"status_code\":";
    append_integer(out, rows.status_code[i]);
    out += rows.error[i] != 0 ? ",\"error\":true}\n" : ",\"error\":false}\n";
  }
}

}  // namespace generate
BAROGRAPH_NAMESPACE_END
