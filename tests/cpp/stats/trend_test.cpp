#include "barograph/stats/trend.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

constexpr std::int64_t second = 1'000'000'000;

struct event {
  std::int64_t seconds;
  double x;
};

std::vector<event> noisy(std::size_t n, double slope) {
  std::vector<event> r;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t h = (i + 1) * 0x9E3779B97F4A7C15u;
    r.push_back({static_cast<std::int64_t>(i) * 10 + static_cast<std::int64_t>(h >> 62),
                 slope * static_cast<double>(i) * 10 + static_cast<double>((h >> 30) % 1000) / 100.0});
  }
  return r;
}

trend of(const std::vector<event>& events, std::uint32_t points = 1024) {
  trend t(points);
  for (const event& e : events) t.update(e.seconds * second, e.x);
  return t;
}

}  // namespace

TEST_CASE("a line is found by all three") {
  trend t;
  for (int i = 0; i < 50; ++i) t.update(i * 60 * second, 3.0 + 0.25 * i * 60);
  CHECK(t.least_squares().slope == 0.25);
  CHECK(t.least_squares().intercept == 3.0);
  CHECK(t.least_squares().correlation == 1.0);
  CHECK(t.least_squares().standard_error == 0.0);
  CHECK(t.theil_sen().slope == 0.25);
  CHECK(t.theil_sen().range.lower == 0.25);
  CHECK(t.theil_sen().intercept == 3.0);
  CHECK(t.mann_kendall().tau == Approx(1).epsilon(1e-15));
  CHECK(t.mann_kendall().s == 50 * 49 / 2);
  CHECK(t.mann_kendall().p_value < 1e-20);
}

TEST_CASE("least squares of today's nanoseconds are those of small times") {
  const auto events = noisy(200, 0.01);
  trend far, near = of(events);
  const std::int64_t start = 1'700'000'000 * second;
  for (const event& e : events) far.update(start + e.seconds * second, e.x);
  CHECK(far.least_squares(start).slope == near.least_squares().slope);
  CHECK(far.least_squares(start).intercept == near.least_squares().intercept);
  CHECK(far.least_squares().standard_error == near.least_squares().standard_error);
  CHECK(far.theil_sen(0.95, start).intercept == near.theil_sen().intercept);
}

TEST_CASE("any order, cut and tree of merges gives equal bytes, sampled or not") {
  auto events = noisy(300, 0.1);
  for (std::size_t i = 0; i < 50; ++i) events.push_back(events[i * 3]);  // ties
  for (const std::uint32_t points : {2u, 40u, 1024u}) {
    const trend whole = of(events, points);
    CHECK(whole.sampled() == (points < 300));
    CHECK(whole.kept() == std::min<std::size_t>(points, 300));
    CHECK(of({events.rbegin(), events.rend()}, points) == whole);
    for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{170}, std::size_t{349}}) {
      const auto middle = events.begin() + static_cast<std::ptrdiff_t>(cut);
      trend a = of({events.begin(), middle}, points);
      const trend b = of({middle, events.end()}, points);
      trend c = b;
      c += a;
      a.merge(b);
      CHECK(a == whole);
      CHECK(c == whole);
    }
    CHECK(trend::from_bytes(whole.to_bytes()) == whole);
  }
}

TEST_CASE("the smaller number of points holds for a merge") {
  const auto events = noisy(100, 0.1);
  trend a = of(events, 64);
  a.merge(trend(16));
  CHECK(a == [&] {
    trend t = of(events, 16);
    return t;
  }());
}

TEST_CASE("weights are ties") {
  trend a, b;
  for (int i = 0; i < 6; ++i) {
    a.update(i * second, i * i % 5, static_cast<std::uint64_t>(i) + 1);
    for (int k = 0; k <= i; ++k) b.update(i * second, i * i % 5);
  }
  CHECK(a == b);
  CHECK(a.kept() == 6);
  CHECK(a.count() == 21);
}

TEST_CASE("a sample's slope is within its bound of the slopes of all") {
  const auto events = noisy(600, 0.003);
  const trend t = of(events, 200);
  const double slope = t.theil_sen().slope;
  std::size_t below = 0, pairs = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    for (std::size_t j = i + 1; j < events.size(); ++j) {
      const auto gap = static_cast<double>(events[j].seconds - events[i].seconds);
      below += (events[j].x - events[i].x) / gap < slope ? 1 : 0;
      ++pairs;
    }
  }
  CHECK(t.rank_error(0.999) < 0.2);
  CHECK(std::fabs(static_cast<double>(below) / static_cast<double>(pairs) - 0.5) < t.rank_error(0.999));
  CHECK(of(events).rank_error() == 0);
}

TEST_CASE("nothing and one point have no trend") {
  trend t;
  CHECK(std::isnan(t.least_squares().slope));
  CHECK(std::isnan(t.theil_sen().slope));
  CHECK(std::isnan(t.mann_kendall().p_value));
  t.update(5, 1.0, 3);
  CHECK(std::isnan(t.least_squares().slope));
  CHECK(std::isnan(t.theil_sen().slope));
  t.update(5, std::numeric_limits<double>::quiet_NaN());
  CHECK(t.nan_count() == 1);
  CHECK_THROWS_WITH(trend(1), Catch::Contains("points"));
  CHECK_THROWS_AS(t.update(5, 1.0, max_count), invalid_argument);
  t.reset();
  CHECK(t == trend());
}

TEST_CASE("times and values reach their ends") {
  trend t;
  t.update(std::numeric_limits<std::int64_t>::min(), -1.7976931348623157e308, max_count / 2);
  t.update(std::numeric_limits<std::int64_t>::max(), 1.7976931348623157e308, max_count / 2);
  CHECK(trend::from_bytes(t.to_bytes()) == t);
  CHECK(t.least_squares().slope == Approx(2 * 1.7976931348623157e298 / (0x1p64 * 1e-19)).epsilon(1e-12));
}
