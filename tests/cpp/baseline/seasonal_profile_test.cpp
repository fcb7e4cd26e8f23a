#include "barograph/baseline/seasonal_profile.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "barograph/stats/state.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

const std::vector<double> values = {1.0, 2.5, -3.0, 1e9, std::numeric_limits<double>::quiet_NaN(), 0.1, 7.0};
const std::vector<std::int32_t> slots = {0, 5, 5, 167, 3, 0, -1};

seasonal_profile filled() {
  seasonal_profile p;
  p.update(slots, values);
  return p;
}

}  // namespace

TEST_CASE("a slot has the mean and deviation of its values") {
  const seasonal_profile p = filled();
  CHECK(p.count() == 5);
  CHECK(p.nan_count() == 1);
  CHECK(p.at(5).mean() == -0.25);
  const expectation e = p.expected(5, 2.0);
  CHECK(e.expected == -0.25);
  CHECK(e.scale == std::sqrt(15.125));
  CHECK(e.upper == -0.25 + 2.0 * e.scale);
  CHECK(p.expected(167).scale != p.expected(167).scale);  // of one value
  CHECK(p.expected(1).expected != p.expected(1).expected);
  CHECK(p.expected(5, 3.0, 3).expected != 0.0);
  CHECK(p.expected(-1).lower != p.expected(-1).lower);
  band all(2);
  p.expected(std::vector<std::int32_t>{5, 5}, 3.0, 1, all);
  CHECK(all[1].expected == -0.25);
}

TEST_CASE("profiles merge in any order to equal bytes, and what is taken out leaves no trace") {
  const seasonal_profile whole = filled();
  seasonal_profile a, b;
  for (std::size_t i = 0; i < values.size(); ++i) (i % 2 == 0 ? a : b).update(slots[i], values[i]);
  seasonal_profile ab = a, ba = b;
  ab += b;
  ba.merge(a);
  CHECK(ab.to_bytes() == whole.to_bytes());
  CHECK(ba == whole);
  ab.subtract(b);
  ab.subtract(a);
  CHECK(ab == seasonal_profile());
  CHECK_THROWS_AS(a.subtract(whole), invalid_argument);
  const seasonal_profile before = a;
  CHECK_THROWS_AS(a.merge(seasonal_profile(7, 0, "UTC")), invalid_argument);
  CHECK_THROWS_AS(a.merge(seasonal_profile(7 * ns_per_day, ns_per_hour, "Europe/Rome")), invalid_argument);
  CHECK(a == before);
}

TEST_CASE("bytes come back, and are refused where cut or changed") {
  const std::string bytes = filled().to_bytes();
  CHECK(seasonal_profile::from_bytes(bytes) == filled());
  const seasonal_profile rows = seasonal_profile::from_bytes(seasonal_profile(12, 0, "UTC").to_bytes());
  CHECK(rows.slots() == 12);
  CHECK(rows.width() == 0);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_THROWS_AS(seasonal_profile::from_bytes(bytes.substr(0, n)), bad_bytes);
}

TEST_CASE("seasons of many slots that nothing fills take no memory") {
  const seasonal_profile p(season::most_slots, 0, "UTC");
  CHECK(p.to_bytes().size() < 64);
  CHECK(seasonal_profile::from_bytes(p.to_bytes()).slots() == season::most_slots);
}

TEST_CASE("wrong slots, seasons, names and counts are refused and change nothing") {
  seasonal_profile p = filled();
  const seasonal_profile before = p;
  CHECK_THROWS_AS(p.update(168, 1.0), invalid_argument);
  CHECK_THROWS_AS(p.update(std::vector<std::int32_t>{0, 168}, std::vector<double>{1.0, 1.0}),
                  invalid_argument);
  CHECK_THROWS_AS(p.update(slots, std::vector<double>{1.0}), invalid_argument);
  CHECK_THROWS_AS(p.update(9, 1.0, max_count + 1), invalid_argument);
  CHECK(p.at(-1).count() == 0);
  CHECK_THROWS_AS(seasonal_profile(0, 0, "UTC"), invalid_argument);
  CHECK_THROWS_AS(seasonal_profile(7, 0, std::string(65, 'x')), invalid_argument);
  CHECK(p == before);
  p.update(9, 1.0, max_count);
  p.update(10, 1.0, max_count);
  CHECK(p.count() == max_count);
}
