// Blocks of the `requests` workload as a file holds them: with rows that are twice there, late, or spoilt in
// one cell, each told by its truth.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "requests_model.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {

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
