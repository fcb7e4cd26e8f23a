#include "barograph/detect/slow_changes.hpp"

#include <cmath>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::slow_change;
using detect::slow_changes;
using detect::slow_kind;

namespace {

constexpr std::size_t rows = 4000, per_day = 200;

std::vector<double> noise(std::uint64_t seed) {
  std::vector<double> x(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    random_draws draws(seed, 0, i);
    x[i] = draws.normal();
  }
  return x;
}

double usual(std::size_t i) {
  return 5 * std::sin(6.283185307179586 * static_cast<double>(i % per_day) / per_day);
}

const std::vector<double> flat(rows, 0.0);

}  // namespace

TEST_CASE("a level that shifts and stays is one change, and begins at its row") {
  for (const double sign : {1.0, -1.0})
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      std::vector<double> x = noise(seed);
      for (std::size_t i = 2700; i < rows; ++i) x[i] += sign * 2;
      const auto found = slow_changes(x, flat);
      REQUIRE(found.size() == 1);
      CHECK(found[0].kind == slow_kind::level);
      CHECK(std::abs(static_cast<double>(found[0].begin) - 2700) < 10);
      CHECK(found[0].end == rows);
      CHECK(found[0].size == Approx(sign * 2).margin(0.3));
      CHECK(found[0].evidence == Approx(2.2 + 0.75 * 2).margin(0.3));
    }
}

TEST_CASE("a level that comes back ends where it does") {
  std::vector<double> x = noise(4);
  for (std::size_t i = 1500; i < 2300; ++i) x[i] -= 3;
  const auto found = slow_changes(x, flat);
  REQUIRE(found.size() == 1);
  CHECK(std::abs(static_cast<double>(found[0].begin) - 1500) < 10);
  CHECK(std::abs(static_cast<double>(found[0].end) - 2300) < 10);
}

TEST_CASE("ten days of hours are enough, three are not") {
  std::vector<double> x = noise(9);
  for (std::size_t i = 140; i < 240; ++i) x[i] += 4;
  x.resize(240);
  REQUIRE(slow_changes(x, std::vector<double>(240, 0.0)).size() == 1);
  CHECK(slow_changes(x, std::vector<double>(240, 0.0))[0].begin == 140);
  x.resize(150);
  CHECK(slow_changes(x, std::vector<double>(150, 0.0)).empty());
}

TEST_CASE("a leak is a drift from where it begins, growth from the start is none") {
  std::vector<double> leak = noise(5), growth = noise(5), bent = noise(5);
  for (std::size_t i = 0; i < rows; ++i) {
    const double t = static_cast<double>(i) / rows;
    leak[i] += 12 * std::max(0.0, t - 0.6);
    growth[i] += 12 * t;
    bent[i] += 12 * t * t;
  }
  const auto found = slow_changes(leak, flat);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == slow_kind::drift);
  CHECK(std::abs(static_cast<double>(found[0].begin) - 2400) < 120);
  CHECK(found[0].size == Approx(4.8).margin(0.5));
  CHECK(slow_changes(growth, flat).empty());
  CHECK(slow_changes(bent, flat).empty());
}

TEST_CASE("a season that is lost is found, and one that is there from the start to the end is not") {
  std::vector<double> lost = noise(6), there = noise(6), expected(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    expected[i] = usual(i);
    there[i] += usual(i);
    lost[i] += i >= 2450 && i < 3050 ? 0.0 : usual(i);
  }
  const auto found = slow_changes(lost, expected, per_day);
  REQUIRE(found.size() >= 1);
  CHECK(found[0].kind == slow_kind::season);
  CHECK(found[0].size == Approx(-1).margin(0.15));
  CHECK(std::abs(static_cast<double>(found[0].begin) - 2450) < 50);
  CHECK(std::abs(static_cast<double>(found[0].end) - 3050) < 50);
  CHECK(slow_changes(there, expected, per_day).empty());
}

TEST_CASE("values that spread wider for a while are found") {
  std::vector<double> x = noise(7);
  for (std::size_t i = 2000; i < 2400; ++i) x[i] *= 4;
  const auto found = slow_changes(x, flat);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == slow_kind::spread);
  CHECK(found[0].size == Approx(4).margin(1));
  CHECK(std::abs(static_cast<double>(found[0].begin) - 2000) < 50);
}

TEST_CASE("noise, what wanders by itself, and what is too short to tell have no change") {
  for (std::uint64_t seed = 10; seed < 20; ++seed) {
    const std::vector<double> shocks = noise(seed);
    std::vector<double> slow(rows), walk(rows);
    for (std::size_t i = 1; i < rows; ++i) {
      slow[i] = 0.99 * slow[i - 1] + shocks[i];
      walk[i] = walk[i - 1] + shocks[i];
    }
    CHECK(slow_changes(shocks, flat).empty());
    CHECK(slow_changes(slow, flat).empty());
    CHECK(slow_changes(walk, flat).size() <= 1);
  }
  CHECK(slow_changes({}, {}).empty());
  CHECK(slow_changes(std::vector<double>(30, 1.0), std::vector<double>(30, 0.0)).empty());
  CHECK(slow_changes(std::vector<double>(500, 7.0), std::vector<double>(500, 0.0), 50).empty());
  CHECK_THROWS_AS(slow_changes({1.0}, {}), invalid_argument);
}

TEST_CASE("the unit of the values does not matter") {
  std::vector<double> x = noise(8), large(rows), small(rows);
  for (std::size_t i = 2600; i < rows; ++i) x[i] += 3;
  for (std::size_t i = 0; i < rows; ++i) {
    large[i] = std::ldexp(x[i], 900);
    small[i] = std::ldexp(x[i], -900);
  }
  const auto a = slow_changes(x, flat), b = slow_changes(large, flat), c = slow_changes(small, flat);
  REQUIRE((a.size() == 1 && b.size() == 1 && c.size() == 1));
  CHECK((a[0].begin == b[0].begin && a[0].evidence == b[0].evidence));
  CHECK((a[0].begin == c[0].begin && a[0].evidence == c[0].evidence));
}
