#include "barograph/stats/counter.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

constexpr std::int64_t second = 1'000'000'000;

struct reading {
  std::int64_t seconds;
  double value;
};

counter of(const std::vector<reading>& readings) {
  counter c;
  for (const reading& r : readings) c.update(r.seconds * second, r.value);
  return c;
}

const std::vector<reading> restarted = {{10, 100}, {20, 130}, {30, 5}, {40, 5}, {50, 45}, {60, 0}, {70, 2}};

}  // namespace

TEST_CASE("a value below the one before is a reset to zero") {
  const counter c = of(restarted);
  CHECK(c.increase() == 30 + 5 + 0 + 40 + 0 + 2);
  CHECK(c.resets() == 2);
  CHECK(c.rate() == 77.0 / 60.0);
  CHECK(c.first() == 100);
  CHECK(c.last_time() == 70 * second);
}

TEST_CASE("putting neighbouring pieces together is associative, from either side") {
  const counter whole = of(restarted);
  const auto piece = [](std::size_t from, std::size_t to) {
    return of({restarted.begin() + static_cast<std::ptrdiff_t>(from),
               restarted.begin() + static_cast<std::ptrdiff_t>(to)});
  };
  const std::size_t n = restarted.size();
  for (std::size_t i = 0; i <= n; ++i) {
    for (std::size_t j = i; j <= n; ++j) {
      const counter a = piece(0, i), b = piece(i, j), c = piece(j, n);
      counter left = a;
      left += b;
      left += c;
      counter right = b;
      right.merge(c);
      counter from_behind = right;
      from_behind.merge(a);
      counter in_order = a;
      in_order.merge(right);
      CHECK(left == whole);
      CHECK(in_order == whole);
      CHECK(from_behind == whole);
    }
  }
}

TEST_CASE("pieces that overlap are refused and nothing changes") {
  counter a = of({{10, 1}, {30, 3}});
  const counter before = a;
  for (const reading& r : {reading{20, 2}, reading{30, 3}, reading{10, 1}}) {
    CHECK_THROWS_WITH(a.merge(of({r})), Catch::Contains("merge"));
    CHECK(a == before);
  }
  CHECK_THROWS_AS(a.merge(a), invalid_argument);
}

TEST_CASE("late readings and what is no number are counted and left out") {
  counter c = of({{10, 1}, {30, 3}});
  c.update(30 * second, 99);
  c.update(5 * second, 99);
  c.update(40 * second, std::numeric_limits<double>::quiet_NaN());
  CHECK(c.late() == 2);
  CHECK(c.nan_count() == 1);
  CHECK(c.increase() == 2);
  CHECK(c.count() == 2);
}

TEST_CASE("the increase is exact where differences of doubles are not") {
  CHECK(of({{0, 0x1p60}, {1, 0x1p60 + 256}, {2, 0.1}}).increase() == 256.1);
}

TEST_CASE("one reading has no increase") {
  CHECK(std::isnan(counter().increase()));
  CHECK(std::isnan(of({{1, 5}}).rate()));
}

TEST_CASE("extrapolation is Prometheus'") {
  // Every 10 s from 5 to 55 in the range 0..60: both ends are near, so 60 s / 50 s of 50.
  std::vector<reading> steady;
  for (int i = 0; i < 6; ++i) steady.push_back({5 + 10 * i, 100.0 + 10 * i});
  CHECK(of(steady).increase(0, 60 * second) == Approx(60).epsilon(1e-15));
  CHECK(of(steady).rate(0, 60 * second) == Approx(1).epsilon(1e-15));
  // An end that is farther than 1.1 distances is extended by half of one.
  CHECK(of(steady).increase(0, 100 * second) == Approx(60).epsilon(1e-15));
  // A counter that began at zero did not gain before.
  for (reading& r : steady) r.value -= 100;
  CHECK(of(steady).increase(0, 60 * second) == Approx(55).epsilon(1e-15));
  CHECK_THROWS_WITH(of(steady).increase(6 * second, 60 * second), Catch::Contains("from"));
}

TEST_CASE("bytes that no readings have are refused") {
  counter c = of(restarted);
  CHECK(counter::from_bytes(c.to_bytes()) == c);
  CHECK(counter::from_bytes(counter().to_bytes()) == counter());
  c.reset();
  CHECK(c == counter());
}
