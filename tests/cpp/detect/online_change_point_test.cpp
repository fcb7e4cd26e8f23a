#include "barograph/detect/online_change_point.hpp"

#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
std::vector<double> noise(std::size_t n, std::uint64_t seed, double offset = 0) {
  std::vector<double> x;
  random_draws draws(seed, 5, 0);
  for (std::size_t i = 0; i < n; ++i) x.push_back(offset + draws.normal());
  return x;
}
}  // namespace

TEST_CASE("the statistic is the largest of all changes that were possible") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    auto x = noise(200, seed, 1e6);
    for (std::size_t i = 90; i < 200; ++i) x[i] += static_cast<double>(seed) / 3;
    online_change_point s(2, 1e6);
    for (std::size_t n = 1; n <= x.size(); ++n) {
      const double found = s.update(x[n - 1]);
      long double best = 0;
      for (std::size_t c = 1; c < n; ++c) {
        long double before = 0, after = 0;
        for (std::size_t i = 0; i < n; ++i) (i < c ? before : after) += static_cast<long double>(x[i]) - 1e6L;
        const auto m = static_cast<long double>(n - c), k = static_cast<long double>(c);
        const long double off = after / m - before / k;
        best = std::max(best, off * off * k * m / (k + m) / 4);
      }
      CHECK(found == Approx(static_cast<double>(std::sqrt(best))).epsilon(1e-9).margin(1e-9));
    }
  }
}

TEST_CASE("a change alarms, tells its age, and the next one is found as well") {
  auto x = noise(900, 3);
  for (std::size_t i = 300; i < 600; ++i) x[i] += 2;
  online_change_point s(1, 5);
  std::vector<std::size_t> alarms;
  std::vector<double> ages;
  for (std::size_t i = 0; i < x.size(); ++i) {
    s.update(x[i]);
    if (!s.alarmed()) continue;
    alarms.push_back(i);
    ages.push_back(static_cast<double>(i + 1) - static_cast<double>(s.age()));
  }
  REQUIRE(alarms.size() == 2);
  CHECK(alarms[0] < 320);
  CHECK(ages[0] == Approx(300).margin(4));
  CHECK(alarms[1] < 620);
  CHECK(ages[1] == Approx(600).margin(4));
}

TEST_CASE("corners of random values are few, and a curve keeps within its bound") {
  online_change_point s(1, 1e6);
  const auto x = noise(100000, 1);
  s.update(span<const double>(x));
  CHECK(s.corners() < 100);
  online_change_point curve(1, 1e6);
  for (int i = 0; i < 30000; ++i) curve.update(i);
  CHECK(curve.corners() < 20000);
  CHECK(curve.statistic() > 1000);
}

TEST_CASE("online_change_point: missing and extreme values, bytes") {
  online_change_point s(1, 5);
  CHECK(std::isnan(s.update(std::nan(""))));
  for (const double v : {1e308, -1e308, HUGE_VAL, 0.0, 1.0}) CHECK(!std::isnan(s.update(v)));
  online_change_point t(2, 5);
  t.update(span<const double>(noise(300, 8)));
  const std::string bytes = t.to_bytes();
  online_change_point back = online_change_point::from_bytes(bytes);
  CHECK(back == t);
  CHECK(back.statistic() == t.statistic());
  CHECK(back.update(3.0) == t.update(3.0));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    CHECK_THROWS_AS(online_change_point::from_bytes(bytes.substr(0, i)), bad_bytes);
  t.reset();
  CHECK(t == online_change_point(2, 5));
  CHECK_THROWS_AS(online_change_point(0), invalid_argument);
  CHECK_THROWS_AS(online_change_point(1, 0), invalid_argument);
}
