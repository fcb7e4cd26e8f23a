#include "barograph/slo/burn_rate.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t hour = burn_rate::hour;
constexpr std::int64_t minute = burn_rate::minute;
constexpr std::int64_t start = 1'700'000'000 * second;

/// 1000 requests a minute from `from` to `to` (minutes), `failed` of each thousand.
void serve(burn_rate& b, std::int64_t from, std::int64_t to, std::uint64_t failed) {
  for (std::int64_t i = from; i < to; ++i) b.update_counts(start + i * minute, failed, 1000);
}

}  // namespace

TEST_CASE("a steady rate burns at error rate over budget, and fires what it is above") {
  burn_rate b(0.999);
  serve(b, 0, 3 * 24 * 60, 10);  // 1 % where 0.1 % is allowed
  CHECK(b.burn(hour) == Approx(10).epsilon(1e-12));
  CHECK(b.burn(72 * hour) == Approx(10).epsilon(1e-12));
  const auto alerts = b.alerts();
  REQUIRE(alerts.size() == 3);
  CHECK_FALSE(alerts[0].firing);  // 14.4
  CHECK(alerts[1].firing);        // 6
  CHECK(alerts[2].firing);        // 1
  CHECK(alerts[1].budget_spent == Approx(10 * 6.0 / 720).epsilon(1e-12));
  CHECK(alerts[2].rule.severity == "ticket");
  CHECK(b.budget_left() == Approx(-9).epsilon(1e-12));
  CHECK(alerts[0].seconds_to_exhaustion == 0);
}

TEST_CASE("the workbook's shares of the budget are spent when its thresholds are reached") {
  // 2 % in one hour at 14.4, 5 % in six hours at 6, 10 % in three days at 1.
  const double shares[] = {0.02, 0.05, 0.1};
  for (std::size_t i = 0; i < 3; ++i) {
    const burn_rule r = burn_rate::workbook()[i];
    CHECK(r.threshold * static_cast<double>(r.long_window) / (30.0 * 24 * static_cast<double>(hour)) ==
          Approx(shares[i]).epsilon(1e-12));
  }
}

TEST_CASE("an alert needs the long window and stops with the short one") {
  burn_rate b(0.999);
  serve(b, 0, 600, 0);
  serve(b, 600, 630, 40);  // half an hour at 4 %: 20 times the budget over the last hour
  CHECK(b.burn(hour) == Approx(20).epsilon(0.04));
  CHECK(b.alerts()[0].firing);
  CHECK(b.alerts()[0].text.find("page: burning") == 0);
  serve(b, 630, 636, 0);
  CHECK(b.burn(5 * minute) == 0);
  CHECK(b.burn(hour) > 14.4);
  CHECK_FALSE(b.alerts()[0].firing);
}

TEST_CASE("what is left lasts for its share of the period at the rate of the long window") {
  burn_rate b(0.99);
  serve(b, 0, 60, 5);  // half of what is allowed
  CHECK(b.budget_left() == Approx(0.5).epsilon(1e-12));
  CHECK(b.alerts()[0].seconds_to_exhaustion == Approx(0.5 * 30 * 86400 / 0.5).epsilon(1e-12));
  burn_rate quiet(0.99);
  serve(quiet, 0, 60, 0);
  CHECK(std::isinf(quiet.alerts()[0].seconds_to_exhaustion));
  CHECK(quiet.budget_left() == 1);
}

TEST_CASE("hosts merge in any order to what one would have seen") {
  burn_rate whole(0.999), a(0.999), b(0.999);
  for (std::int64_t i = 0; i < 2000; ++i) {
    const bool failed = i % 37 == 0;
    const std::int64_t time = start + i * 13 * second;
    whole.update(time, failed);
    (i % 2 == 0 ? a : b).update(time, failed);
  }
  burn_rate ab = a, ba = b;
  ab += b;
  ba.merge(a);
  CHECK(ab == ba);
  for (const std::int64_t window : {5 * minute, hour, 720 * hour})
    CHECK(ab.errors(window) == whole.errors(window));
  CHECK_THROWS_WITH(a.merge(burn_rate(0.99)), Catch::Contains("objective"));
}

TEST_CASE("batches do what rows do") {
  std::vector<std::int64_t> times;
  std::vector<std::uint8_t> flags;
  burn_rate one(0.999), all(0.999);
  for (std::int64_t i = 0; i < 5000; ++i) {
    times.push_back(start + i * 777 * second / 1000 - (i % 11 == 0 ? 400 : 0) * second);
    flags.push_back(i % 29 == 0 ? 7 : 0);
    one.update(times.back(), flags.back() != 0);
  }
  all.update(span<const std::int64_t>(times), span<const std::uint8_t>(flags));
  CHECK(all == one);
  CHECK(burn_rate::from_bytes(all.to_bytes()) == all);
  CHECK(all.clock().on_time() + all.clock().late() == 5000);
}

TEST_CASE("rules and windows may be one's own") {
  burn_rate b(0.9, {{10 * second, second, 2, "now"}}, 60 * second);
  b.update(start, true, 3);
  b.update(start, false, 7);
  CHECK(b.alerts()[0].firing);
  CHECK(b.burn(60 * second) == Approx(3));
  b.advance(start + 5 * second);
  CHECK(std::isnan(b.burn(second)));
  CHECK_FALSE(b.alerts()[0].firing);
  CHECK_THROWS_WITH(b.burn(7 * second), Catch::Contains("window"));
}

TEST_CASE("what cannot be is refused by name") {
  CHECK_THROWS_WITH(burn_rate(1.0), Catch::Contains("objective"));
  CHECK_THROWS_WITH(burn_rate(0.99, {}), Catch::Contains("rules"));
  CHECK_THROWS_WITH(burn_rate(0.99, {{second, 2 * second, 1, ""}}), Catch::Contains("rules"));
  CHECK_THROWS_WITH(burn_rate(0.99, {{second, second, 0, ""}}), Catch::Contains("threshold"));
  CHECK_THROWS_WITH(burn_rate(0.99, burn_rate::workbook(), hour), Catch::Contains("period"));
  CHECK_THROWS_WITH(burn_rate(0.99, {{second, second, 1, "\xff"}}), Catch::Contains("UTF-8"));
  burn_rate b;
  CHECK_THROWS_WITH(b.update_counts(0, 2, 1), Catch::Contains("errors"));
  std::string other = burn_rate(0.99, {{hour, second, 1, "page"}}).to_bytes();
  other[other.find("page")] = '\xff';
  const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(other.data()), other.size() - 4);
  for (unsigned k = 0; k < 4; ++k) other[other.size() - 4 + k] = static_cast<char>(sum >> (8 * k) & 0xFFu);
  CHECK_THROWS_WITH(burn_rate::from_bytes(other), Catch::Contains("rules"));
  const std::string bytes = b.to_bytes();
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_THROWS_AS(burn_rate::from_bytes(bytes.substr(0, n)), bad_bytes);
}
