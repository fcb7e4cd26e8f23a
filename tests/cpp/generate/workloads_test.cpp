#include "barograph/generate/workloads.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>

#include "barograph/core/bytes.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/core/interrupt.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::generate;

namespace {

requests_options with(double dirt, std::uint64_t seed = 0) {
  requests_options o;
  o.seed = seed;
  o.incidents = requests_default_incidents(o.start_ms, o.days);
  o.dirt = dirt_rates::even(dirt);
  return o;
}

std::string csv_of(requests_table& table, std::int64_t first_row = 0) {
  std::string text;
  append_csv(text, table.spans(), first_row, table.dirt);
  return text;
}

std::string csv_of(const requests_options& options) {
  const requests_generator log(options);
  requests_table table = log.make(0, log.blocks());
  return csv_of(table);
}

std::map<std::string, std::string> golden() {
  std::ifstream file(BAROGRAPH_GOLDEN_DIR "/generate_requests.txt");
  std::map<std::string, std::string> values;
  std::string name, value;
  while (file >> name >> value) values[name] = value;
  return values;
}

std::string crc_of(const std::string& text) {
  char hex[16];
  std::snprintf(
      hex, sizeof hex, "%08x",
      static_cast<unsigned>(crc32(reinterpret_cast<const unsigned char*>(text.data()), text.size())));
  return hex;
}

}  // namespace

TEST_CASE("the log is that of the golden file, which Python reads too") {
  const auto values = golden();
  CHECK(crc_of(csv_of(with(0.0))) == values.at("clean"));
  CHECK(crc_of(csv_of(with(0.02))) == values.at("dirty"));
  CHECK(crc_of(csv_of(with(0.5, 18446744073709551615u))) == values.at("filthy"));
}

TEST_CASE("threads and pieces give the rows of the whole") {
  for (const double dirt : {0.0, 0.1}) {
    const requests_generator log(with(dirt, 3));
    requests_table whole = log.make(0, log.blocks());
    const std::string text = csv_of(whole);
    requests_table threaded = log.make(0, log.blocks(), 0, thread_executor(3));
    CHECK(csv_of(threaded) == text);
    std::string joined;
    std::int64_t row = 0;
    std::vector<std::int64_t> dirty_rows;
    for (std::int64_t first = 0; first < log.blocks(); first += 37) {
      requests_table part = log.make(first, std::min(first + 37, log.blocks()), row);
      joined += csv_of(part, row);
      row += static_cast<std::int64_t>(part.error.size());
      for (const dirt_entry& d : part.dirt) dirty_rows.push_back(d.row);
    }
    CHECK(joined == text);
    REQUIRE(dirty_rows.size() == whole.dirt.size());
    for (std::size_t i = 0; i < dirty_rows.size(); ++i) REQUIRE(dirty_rows[i] == whole.dirt[i].row);
  }
}

TEST_CASE("any minutes can be made alone: a log that starts later is the rest of one that starts earlier") {
  requests_options whole = with(0.0);
  requests_options rest = whole;
  rest.start_ms += (26 * 60 + 7) * 60000;
  rest.days = 3;
  const requests_generator a(whole);
  const requests_generator b(rest);
  const requests_table all = a.make(0, a.blocks());
  const requests_table part = b.make(0, b.blocks());
  const auto from =
      std::lower_bound(all.timestamp_ns.begin(), all.timestamp_ns.end(), rest.start_ms * 1000000);
  REQUIRE(part.timestamp_ns.size() > 10000);
  const auto at = static_cast<std::size_t>(from - all.timestamp_ns.begin());
  for (std::size_t i = 0; i < part.timestamp_ns.size(); ++i) {
    REQUIRE(part.timestamp_ns[i] == all.timestamp_ns[at + i]);
    REQUIRE(part.response_time_ms[i] == all.response_time_ms[at + i]);
    REQUIRE(part.status_code[i] == all.status_code[at + i]);
  }
}

TEST_CASE("rows are sorted, and each says what it can") {
  const requests_generator log(with(0.0, 5));
  const requests_table t = log.make(0, log.blocks());
  CHECK(std::is_sorted(t.timestamp_ns.begin(), t.timestamp_ns.end()));
  CHECK(t.timestamp_ns.front() >= log.options().start_ms * 1000000);
  CHECK(t.timestamp_ns.back() < (log.options().start_ms + 10 * 86400000ll) * 1000000);
  for (std::size_t i = 0; i < t.error.size(); ++i) {
    REQUIRE(t.timestamp_ns[i] % 1000000 == 0);
    REQUIRE(t.response_time_ms[i] >= 1);
    REQUIRE(t.response_time_ms[i] <= 30000);
    REQUIRE((t.error[i] == 1) == (t.status_code[i] >= 400));
  }
}

TEST_CASE("late rows, and no others, stand behind a row that is later than they") {
  requests_options options = with(0.0, 2);
  options.dirt.share.fill(0);
  options.dirt.share[static_cast<std::size_t>(dirt_kind::shuffled_timestamp)] = 0.2;
  options.dirt.share[static_cast<std::size_t>(dirt_kind::duplicate)] = 0.1;
  const requests_generator log(options);
  const requests_table t = log.make(0, log.blocks());
  std::set<std::int64_t> labelled;
  for (const dirt_entry& d : t.dirt) {
    if (d.kind == dirt_kind::shuffled_timestamp) labelled.insert(d.row);
    if (d.kind != dirt_kind::duplicate) continue;
    const auto copy = static_cast<std::size_t>(d.row);
    const auto original = static_cast<std::size_t>(std::stoll(d.before));
    REQUIRE(copy == original + 1);
    REQUIRE(t.timestamp_ns[copy] == t.timestamp_ns[original]);
    REQUIRE(t.response_time_ms[copy] == t.response_time_ms[original]);
    REQUIRE(t.endpoint[copy] == t.endpoint[original]);
  }
  CHECK(labelled.size() > 10000);
  std::set<std::int64_t> found;
  std::int64_t latest = 0;
  for (std::size_t i = 0; i < t.timestamp_ns.size(); ++i) {
    if (t.timestamp_ns[i] < latest) found.insert(static_cast<std::int64_t>(i));
    latest = std::max(latest, t.timestamp_ns[i]);
  }
  CHECK(found == labelled);
}

TEST_CASE("without dirt nothing is labelled, and the expected rows are those of the reference") {
  const requests_generator log(with(0.0));
  CHECK(log.make(0, log.blocks()).dirt.empty());
  CHECK(requests_expected_rows(log.options().start_ms, 10) == Approx(85000).epsilon(1e-12));
  CHECK(requests_default_incidents(log.options().start_ms, 4).empty());
  requests_options silent = with(0.5);
  silent.rate = 0;
  CHECK(csv_of(silent).empty());
}

TEST_CASE("options that cannot be are refused by name") {
  const auto refused = [](void (*change)(requests_options&)) {
    requests_options o;
    change(o);
    try {
      requests_generator{o};
    } catch (const invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  using Catch::StartsWith;
  CHECK_THAT(refused([](requests_options& o) { o.days = 0; }), StartsWith("days: given 0"));
  CHECK_THAT(refused([](requests_options& o) { o.days = 1000000; }), StartsWith("days: given 1000000"));
  CHECK_THAT(refused([](requests_options& o) { o.start_ms += 1; }), StartsWith("start:"));
  CHECK_THAT(refused([](requests_options& o) { o.start_ms = INT64_MIN; }), StartsWith("start:"));
  CHECK_THAT(refused([](requests_options& o) { o.rate = -1; }), StartsWith("rate:"));
  CHECK_THAT(refused([](requests_options& o) { o.rate = 1e9; }), StartsWith("rate:"));
  CHECK_THAT(refused([](requests_options& o) { o.dirt.share[0] = 0.6; }), StartsWith("dirt:"));
  CHECK_THAT(refused([](requests_options& o) {
               o.incidents = {incident{"nobody", o.start_ms, 1000, 1, 0}};
             }),
             StartsWith("service:"));
  CHECK_THAT(refused([](requests_options& o) {
               o.incidents = {incident{"auth", o.start_ms, 0, 1, 0}};
             }),
             StartsWith("duration:"));
}

TEST_CASE("rows that do not fit are refused before anything is written past the end") {
  for (const double dirt : {0.0, 0.1}) {
    const requests_generator log(with(dirt));
    const std::int64_t rows = log.rows_in(12);
    std::vector<dirt_entry> truth;
    for (const std::int64_t wrong : {rows - 1, rows + 1, std::int64_t{0}}) {
      requests_table table;
      table.resize(static_cast<std::size_t>(wrong));
      CHECK_THROWS_AS(log.fill_block(12, 0, table.spans(), truth), invalid_argument);
    }
    CHECK_THROWS_AS(log.rows_in(-1), invalid_argument);
    CHECK_THROWS_AS(log.rows_in(log.blocks()), invalid_argument);
  }
}

TEST_CASE("much traffic is made in smaller blocks, with the same minutes") {
  requests_options many = with(0.0);
  many.days = 1;
  many.rate = 1500;
  const requests_generator log(many);
  CHECK(log.block_minutes() < 60);
  CHECK(60 % log.block_minutes() == 0);
  CHECK(log.blocks() * log.block_minutes() == 1440);
}

TEST_CASE("timestamps are written as they are read") {
  CHECK(format_timestamp(0) == "1970-01-01 00:00:00.000");
  CHECK(format_timestamp(1704067199999ll * 1000000) == "2023-12-31 23:59:59.999");
  CHECK(format_timestamp(1709164800000ll * 1000000) == "2024-02-29 00:00:00.000");
  CHECK(format_timestamp(-1000000) == "1969-12-31 23:59:59.999");
}

TEST_CASE("each step of making a table and its text can be ended between stretches of rows") {
  std::size_t looks = 0;
  const auto looked = [&looks](const auto& step) {
    const auto count = [](void* n) { ++*static_cast<std::size_t*>(n); };
    const interrupt_scope scope(count, &looks);
    looks = 0;
    step();
    return looks;
  };
  constexpr std::size_t rows = 3 * rows_between_checks + 1;
  requests_table table;
  CHECK(looked([&] { table.resize(rows); }) >= 6 * 4);  // of six columns
  std::string text;
  CHECK(looked([&] { append_csv(text, table.spans(), 0, {}); }) >= 4);
  CHECK(std::count(text.begin(), text.end(), '\n') == static_cast<std::ptrdiff_t>(rows));
  text.clear();
  CHECK(looked([&] { append_json_lines(text, table.spans(), 0, {}); }) >= 4);
  const requests_generator log(with(0.0));
  CHECK(looked([&] { log.make(0, log.blocks()); }) >= static_cast<std::size_t>(log.blocks()));
}
