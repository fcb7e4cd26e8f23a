#include "barograph/stats/ewma.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

constexpr std::int64_t second = 1'000'000'000;
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct event {
  std::int64_t time;
  double x;
};

/// The definition, term by term in long double: weights relative to the newest time.
struct figures {
  double mean, variance, biased, effective;
};
figures by_definition(const std::vector<event>& events, double half_life) {
  std::int64_t newest = events.front().time;
  for (const event& e : events) newest = std::max(newest, e.time);
  long double w = 0, ww = 0, wx = 0;
  const auto weight = [&](const event& e) {
    return std::exp2(-static_cast<long double>(newest - e.time) / 1e9L / static_cast<long double>(half_life));
  };
  for (const event& e : events) {
    w += weight(e);
    ww += weight(e) * weight(e);
    wx += weight(e) * static_cast<long double>(e.x);
  }
  const long double mean = wx / w;
  long double spread = 0;
  for (const event& e : events) {
    const long double d = static_cast<long double>(e.x) - mean;
    spread += weight(e) * d * d;
  }
  return {static_cast<double>(mean), static_cast<double>(spread * w / (w * w - ww)),
          static_cast<double>(spread / w), static_cast<double>(w * w / ww)};
}

std::vector<event> irregular(std::size_t n, std::int64_t step, double offset = 0) {
  std::vector<event> events;
  std::int64_t time = 1'700'000'000 * second;
  for (std::size_t i = 0; i < n; ++i) {
    time += static_cast<std::int64_t>(i * 7919 % 1013) * step / 500;
    events.push_back({time, offset + static_cast<double>(i * 104729 % 997) / 7.0});
  }
  return events;
}

ewma of(const std::vector<event>& events, double half_life) {
  ewma e(half_life);
  for (const event& v : events) e.update(v.time, v.x);
  return e;
}

}  // namespace

TEST_CASE("mean and variance are those of the definition") {
  for (const double half_life : {0.5, 60.0, 3600.0}) {
    const auto events = irregular(300, second);
    const ewma e = of(events, half_life);
    const figures f = by_definition(events, half_life);
    CHECK(e.mean() == Approx(f.mean).epsilon(1e-14));
    CHECK(e.variance() == Approx(f.variance).epsilon(1e-12));
    CHECK(e.variance(true) == Approx(f.biased).epsilon(1e-12));
    CHECK(e.effective_count() == Approx(f.effective).epsilon(1e-13));
  }
}

TEST_CASE("an offset does not touch the variance") {
  const figures f = by_definition(irregular(300, second), 60);
  const ewma e = of(irregular(300, second, 0x1p40), 60);
  // Values at 2^40 keep 2^-12 of themselves: the variance of the rounded values is meant.
  CHECK(e.variance() == Approx(by_definition(irregular(300, second, 0x1p40), 60).variance).epsilon(1e-10));
  CHECK(e.variance() == Approx(f.variance).epsilon(1e-3));
}

TEST_CASE("any order and any cut of timed values give equal bytes") {
  const auto events = irregular(400, 20 * second);  // over two thousand half-lives: epochs pass
  for (const double half_life : {1.0, 30.0, 1e6}) {
    const ewma whole = of(events, half_life);
    CHECK(of({events.rbegin(), events.rend()}, half_life) == whole);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{150}, std::size_t{399}}) {
      const auto middle = events.begin() + static_cast<std::ptrdiff_t>(cut);
      ewma left = of({events.begin(), middle}, half_life);
      ewma right = of({middle, events.end()}, half_life);
      const ewma before = left;
      left += right;
      right.merge(before);
      CHECK(left == whole);
      CHECK(right == whole);
    }
  }
}

TEST_CASE("what is forgotten weighs less than 2^-64") {
  ewma e(1.0);
  e.update(0, 1e9);
  e.update(63 * second, 0.0);
  CHECK(e.mean() == Approx(1e9 * 0x1p-63).epsilon(1e-12));
  e.update(129 * second, 0.0);
  CHECK(e.mean() == 0.0);
  CHECK(e.count() == 3);
  ewma late = e;
  late.update(1, 5.0);  // older than both epochs
  CHECK(late.mean() == 0.0);
  CHECK(late.count() == 4);
}

TEST_CASE("values without times follow by the second, so the half-life counts them") {
  ewma a(3.0);
  const double values[] = {1.0, 2.0, 4.0};
  a.update(span<const double>(values));
  // pandas: Series([1, 2, 4]).ewm(halflife=3).mean(), .var()
  CHECK(a.mean() == Approx(2.5652768461687274).epsilon(1e-14));
  ewma b(3.0);
  for (int i = 0; i < 3; ++i) b.update(i * second, values[i]);
  CHECK(a == b);
}

TEST_CASE("weights are counted") {
  ewma a(10), b(10);
  a.update(5 * second, 3.0, 7);
  a.update(9 * second, -1e300, 3);
  for (int i = 0; i < 7; ++i) b.update(5 * second, 3.0);
  for (int i = 0; i < 3; ++i) b.update(9 * second, -1e300);
  CHECK(a == b);
  ewma full(10);
  full.update(1, -1.7976931348623157e308, max_count);
  CHECK(full.mean() == -1.7976931348623157e308);
  CHECK(full.variance() == 0.0);
  CHECK_THROWS_AS(full.update(1, 1.0), invalid_argument);
  CHECK(ewma::from_bytes(full.to_bytes()) == full);
}

TEST_CASE("what is not a number is counted apart and has no time") {
  ewma e(1.0);
  e.update(0, 2.0);
  e.update(100 * second, not_a_number);
  e.update(100 * second, std::numeric_limits<double>::infinity());
  CHECK(e.newest() == 0);
  CHECK(e.mean() == 2.0);
  CHECK(e.nan_count() == 1);
  CHECK(e.positive_infinity_count() == 1);
}

TEST_CASE("one value has no variance and nothing has no mean") {
  ewma e(1.0);
  CHECK(std::isnan(e.mean()));
  CHECK(e.effective_count() == 0);
  e.update(7, 2.0);
  CHECK(std::isnan(e.variance()));
  CHECK(e.variance(true) == 0.0);
}

TEST_CASE("times of values reach both ends of int64") {
  constexpr auto first = std::numeric_limits<std::int64_t>::min();
  constexpr auto last = std::numeric_limits<std::int64_t>::max();
  for (const double half_life : {1e-9, 1.0, 1e9}) {
    ewma e(half_life);
    e.update(first, 1.0);
    e.update(first + 1, 3.0);
    const double before = e.mean();
    CHECK((before >= 2.0 && before < 2.5));
    e.update(last, 5.0);
    CHECK(e.mean() <= 5.0);
    CHECK(ewma::from_bytes(e.to_bytes()) == e);
    CHECK_THROWS_WITH(e.update(1.0), Catch::Contains("time"));
  }
}

TEST_CASE("another half-life is refused and nothing changes") {
  ewma a(1.0), b(2.0);
  a.update(0, 1.0);
  const ewma before = a;
  CHECK_THROWS_WITH(a.merge(b), Catch::Contains("half-life"));
  CHECK(a == before);
  CHECK_THROWS_AS(ewma(0.0), invalid_argument);
  CHECK_THROWS_AS(ewma(not_a_number), invalid_argument);
  a.reset();
  CHECK(a == ewma(1.0));
}
