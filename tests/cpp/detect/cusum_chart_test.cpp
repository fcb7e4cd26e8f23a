#include "barograph/detect/cusum_chart.hpp"

#include <vector>

#include "barograph/core/random.hpp"
#include "barograph/detect/run_length.hpp"
#include "catch.hpp"

using namespace barograph;

static_assert(is_state_v<cusum_chart>);
static_assert(is_timed_state_v<cusum_chart>);

namespace {
std::vector<double> walk(std::size_t n, std::uint64_t seed) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) {
    random_draws draws(seed, 3, i);
    // Calm stretches and shifts to both sides, long enough to meet floor and cap.
    const double level = (i / 37) % 4 == 1 ? 2.0 : (i / 37) % 4 == 3 ? -3.0 : 0.0;
    x.push_back(10 + 2 * (level + draws.normal()));
  }
  return x;
}
cusum_chart part(const std::vector<double>& x, std::size_t from, std::size_t to) {
  cusum_chart c(10, 2, 0.5, 12);
  for (std::size_t i = from; i < to; ++i) c.update(static_cast<std::int64_t>(i) * 1000, x[i]);
  return c;
}
}  // namespace

TEST_CASE("cusum_chart: sums are those of the definition") {
  const auto x = walk(500, 1);
  cusum_chart c(10, 2, 0.5, 12);
  std::vector<double> up(500), down(500);
  c.update(span<const double>(x), span<double>(up), span<double>(down));
  double u = 0, d = 0;
  for (std::size_t i = 0; i < 500; ++i) {
    const double z = (x[i] - 10) / 2;
    u = std::min(12.0, std::max(0.0, u + z - 0.5));
    d = std::min(12.0, std::max(0.0, d - z - 0.5));
    // 500 roundings to 2^-32
    CHECK(up[i] == Approx(u).margin(500 * 0x1p-32));
    CHECK(down[i] == Approx(d).margin(500 * 0x1p-32));
  }
}

TEST_CASE("pieces put together, in any grouping and from either side, have the bytes of the whole") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto x = walk(300, seed);
    const cusum_chart whole = part(x, 0, 300);
    for (const std::size_t cut :
         {std::size_t{0}, std::size_t{1}, std::size_t{40}, std::size_t{111}, std::size_t{299}}) {
      const std::size_t again = cut + (300 - cut) / 3;
      const cusum_chart a = part(x, 0, cut), b = part(x, cut, again), c = part(x, again, 300);
      cusum_chart left = a;
      left.merge(b);
      left.merge(c);
      cusum_chart right = c;
      right.merge(b);
      right += a;
      CHECK(left == whole);
      CHECK(right == whole);
    }
  }
  cusum_chart a = part(walk(10, 1), 0, 10);
  const cusum_chart same = a;
  CHECK_THROWS_AS(a.merge(same), invalid_argument);
  CHECK_THROWS_AS(a.merge(cusum_chart(10, 2, 0.6, 12)), invalid_argument);
  CHECK(a == same);
}

TEST_CASE("a sum knows when its shift began, across pieces too") {
  std::vector<double> x(200, 10.0);
  for (std::size_t i = 120; i < 200; ++i) x[i] = 13.0;
  CHECK(part(x, 0, 200).up_since() == 119 * 1000);
  cusum_chart left = part(x, 0, 150);
  left.merge(part(x, 150, 200));
  CHECK(left.up_since() == 119 * 1000);
  CHECK(left.up() == 12.0);
}

TEST_CASE("cusum_chart: repeated values are counted") {
  for (const double v : {10.0, 11.3, 7.0, 1e9, -1e300}) {
    cusum_chart a(10, 2, 0.5, 12), b(10, 2, 0.5, 12);
    a.update(0, 14.0, 3);
    a.update(5, v, 7);
    for (int i = 0; i < 3; ++i) b.update(0 - 2 + i, 14.0);
    for (int i = 0; i < 7; ++i) b.update(5 + i, v);
    CHECK(a.up() == b.up());
    CHECK(a.down() == b.down());
    CHECK(a.count() == b.count());
  }
  cusum_chart most;
  most.update(0, 3.0, max_count);
  CHECK(most.up() == 20.0);
  CHECK_THROWS_AS(most.update(1, 1.0), invalid_argument);
}

TEST_CASE("cusum_chart: missing, infinite and late values") {
  cusum_chart c;
  c.update(10, std::nan(""));
  c.update(10, std::numeric_limits<double>::infinity());
  c.update(10, 5.0);
  c.update(9, 5.0);
  CHECK(c.nan_count() == 1);
  CHECK(c.count() == 1);
  CHECK(c.late() == 2);
  CHECK(c.up() == 20.0);
}

TEST_CASE("cusum_chart: false alarms come as often as the run length says") {
  const double h = cusum_limit(0.5, 200);
  double rows = 0;
  constexpr int runs = 2000;
  for (int run = 0; run < runs; ++run) {
    cusum_chart c;
    random_draws draws(5, 1, static_cast<std::uint64_t>(run));
    while (std::max(c.up(), c.down()) <= h) c.update(draws.normal());
    rows += static_cast<double>(c.count());
  }
  // run lengths are nearly exponential: four standard errors of their mean
  CHECK(rows / runs == Approx(200).epsilon(4 / std::sqrt(double(runs))));
}

TEST_CASE("cusum_chart: bytes give the state back, and hostile ones an error") {
  const cusum_chart c = part(walk(100, 2), 0, 100);
  const std::string bytes = c.to_bytes();
  CHECK(cusum_chart::from_bytes(bytes) == c);
  CHECK(cusum_chart::from_bytes(cusum_chart().to_bytes()) == cusum_chart());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CHECK_THROWS_AS(cusum_chart::from_bytes(bytes.substr(0, i)), bad_bytes);
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    CHECK_THROWS_AS(cusum_chart::from_bytes(damaged), bad_bytes);
  }
}

TEST_CASE("settings that cannot be are refused") {
  CHECK_THROWS_AS(cusum_chart(0, 0), invalid_argument);
  CHECK_THROWS_AS(cusum_chart(std::nan(""), 1), invalid_argument);
  CHECK_THROWS_AS(cusum_chart(0, 1, 0), invalid_argument);
  CHECK_THROWS_AS(cusum_chart(0, 1, 0.5, 0), invalid_argument);
}
