#include "barograph/detect/page_hinkley.hpp"

#include <vector>

#include "barograph/core/random.hpp"
#include "barograph/detect/run_length.hpp"
#include "catch.hpp"

using namespace barograph;

TEST_CASE("sums are those of the definition: distance from the running extreme of the summed deviations") {
  std::vector<double> x;
  random_draws draws(2, 0, 0);
  for (int i = 0; i < 200; ++i) x.push_back(7 + 3 * draws.normal());
  page_hinkley p(3, 0.2, 1e5);
  double sum = 0, up = 0, down = 0, lowest = 0, highest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i];
    const double z = (x[i] - sum / static_cast<double>(i + 1)) / 3;
    up += z - 0.2;
    down += z + 0.2;
    lowest = std::min(lowest, up);
    highest = std::max(highest, down);
    CHECK(p.update(x[i]) == Approx(std::max(up - lowest, highest - down)).margin(1e-10));
  }
}

TEST_CASE("a shift alarms, and the new level is learnt") {
  page_hinkley p(1, 0.5, 8);
  std::vector<std::size_t> alarms;
  for (std::size_t i = 0; i < 400; ++i) {
    p.update(i < 100 ? 20.0 : i < 300 ? 25.0 : 22.0);
    if (p.alarmed()) alarms.push_back(i);
  }
  REQUIRE(alarms.size() == 2);
  CHECK(alarms[0] < 104);
  CHECK(alarms[0] >= 100);
  CHECK(alarms[1] < 306);
  CHECK(alarms[1] >= 300);
  CHECK(p.mean() == Approx(22));
}

TEST_CASE("false alarms are no more frequent than with a known level") {
  const double limit = cusum_limit(0.5, 150);
  double rows = 0;
  constexpr int runs = 2000;
  for (int run = 0; run < runs; ++run) {
    page_hinkley p(1, 0.5, limit);
    random_draws draws(9, 1, static_cast<std::uint64_t>(run));
    while (!p.alarmed()) p.update(1e3 + draws.normal());
    rows += static_cast<double>(p.count());
  }
  CHECK(rows / runs > 150 * (1 - 4 / std::sqrt(double(runs))));
  CHECK(rows / runs < 150 * 1.6);
}

TEST_CASE("page_hinkley: missing and extreme values") {
  page_hinkley p(1, 0.5, 8);
  CHECK(std::isnan(p.update(std::nan(""))));
  CHECK(p.nan_count() == 1);
  for (const double v : {1e308, -1e308, HUGE_VAL, -HUGE_VAL, 0.0}) CHECK(std::isfinite(p.update(v)));
  CHECK(page_hinkley::from_bytes(p.to_bytes()) == p);
  p.reset();
  CHECK(p == page_hinkley(1, 0.5, 8));
}

TEST_CASE("page_hinkley: bytes give the state back, and hostile ones an error") {
  page_hinkley p(2, 0.1, 5);
  for (int i = 0; i < 50; ++i) p.update(i % 7);
  const std::string bytes = p.to_bytes();
  CHECK(page_hinkley::from_bytes(bytes) == p);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    CHECK_THROWS_AS(page_hinkley::from_bytes(bytes.substr(0, i)), bad_bytes);
  CHECK_THROWS_AS(page_hinkley(0), invalid_argument);
  CHECK_THROWS_AS(page_hinkley(1, -1), invalid_argument);
  CHECK_THROWS_AS(page_hinkley(1, 0, 0), invalid_argument);
}
