#include "barograph/detect/detail/steady_usual.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::detect::detail;

namespace {

constexpr std::int64_t hour = 3600, day = 24 * hour;

std::vector<std::int64_t> steps(std::size_t n, std::int64_t from, std::int64_t step) {
  std::vector<std::int64_t> t(n);
  for (std::size_t i = 0; i < n; ++i) t[i] = from + static_cast<std::int64_t>(i) * step;
  return t;
}

/// The middle of values as everybody has it.
double middle_of(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  const std::size_t half = v.size() / 2;
  return v.size() % 2 != 0 ? v[half] : (v[half - 1] + v[half]) / 2;
}

/// A day of whole numbers, all of them different, so that means and medians are exact.
double season(std::int64_t of_hour) { return static_cast<double>((of_hour * 7) % 24); }

}  // namespace

TEST_CASE("hours hold the median of their rows, also before 1970 and where rows are missing") {
  const std::vector<std::int64_t> t{-3700, -3601, -3600, -1800, -10, 7200, 7300};
  const series_hours hours = by_hours(t, t, {1, 3, 5, 9, 6, 2, 8});
  CHECK(hours.hour == std::vector<std::int64_t>{-2, -1, 2});
  CHECK(hours.value == std::vector<double>{2, 6, 5});
  CHECK(hours.begins == std::vector<std::size_t>{0, 2, 5, 7});
  CHECK(hours.seconds == std::vector<std::int64_t>{-3601, -1800, 7300});
}

TEST_CASE("the clock of an hour is that of the row that gives its time") {
  const std::vector<std::int64_t> t = steps(12, 0, 900), clock = steps(12, 2 * hour, 900);
  const series_hours hours = by_hours(t, clock, std::vector<double>(12));
  REQUIRE(hours.clock.size() == 3);
  for (std::size_t k = 0; k < 3; ++k) CHECK(hours.clock[k] == hours.seconds[k] + 2 * hour);
}

TEST_CASE("the level is the median of the cycle about each hour, of the first and last one at the ends") {
  const std::int64_t length = 24;
  std::vector<std::int64_t> t;
  std::vector<double> x;
  for (std::int64_t k = 0; k < 300; ++k) {
    if (k % 11 == 4 || (k > 150 && k < 170)) continue;  // hours that did not come
    t.push_back(k * hour);
    x.push_back(random_draws(5, 0, static_cast<std::uint64_t>(k)).uniform());
  }
  const series_hours hours = by_hours(t, t, x);
  const std::vector<double> level = level_of_cycles(hours, hours.value, day);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const std::int64_t from =
        std::clamp(hours.hour[k] - length / 2, hours.hour.front(), hours.hour.back() - length + 1);
    std::vector<double> within;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (hours.hour[i] >= from && hours.hour[i] < from + length) within.push_back(hours.value[i]);
    CHECK(level[k] == middle_of(within));
  }
}

TEST_CASE("a season alone has one level, and a shift of it keeps its edge") {
  const std::vector<std::int64_t> t = steps(20 * 24, 0, hour);
  std::vector<double> x(t.size()), shifted(t.size());
  const std::size_t edge = 10 * 24;
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = season(static_cast<std::int64_t>(i) % 24);
    shifted[i] = x[i] + (i >= edge ? 1000.0 : 0.0);
  }
  const series_hours hours = by_hours(t, t, x);
  for (const double v : level_of_cycles(hours, x, day)) CHECK(v == 11.5);
  const std::vector<double> level = level_of_cycles(hours, shifted, day);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (i + 12 <= edge) CHECK(level[i] < 24.0);
    if (i > edge) CHECK(level[i] > 1000.0 - 24.0);
    if (i + 12 <= edge || i >= edge + 12) CHECK(level[i] == (i < edge ? 11.5 : 1011.5));
  }
}

TEST_CASE("less than one cycle has one level") {
  const std::vector<std::int64_t> t = steps(10, 0, hour);
  const std::vector<double> x{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  for (const double v : level_of_cycles(by_hours(t, t, x), x, day)) CHECK(v == 5.5);
}

TEST_CASE("a mean is drawn in to the values a fifth from either end") {
  const auto of = [](std::vector<double> v) { return drawn_in_mean(v); };
  CHECK(of({}) == 0.0);
  CHECK(of({3}) == 3.0);
  CHECK(of({4, 1}) == 2.5);
  CHECK(of({0, 0, 0, 0, 0, 6}) == 0.0);              // one of six is above the fifth
  CHECK(of({9, 1, 5, 3, 1e9, 7}) == Approx(6.0));    // 3, 3, 5, 7, 9, 9
  CHECK(of({0, 0, 0, 0, 0, 8, 8, 8, 8, 8}) == 4.0);  // whose median jumps from 0 to 8 with one more
  CHECK(std::isfinite(of({-1e300, 1e300, 1e300, -1e300, 0})));
}

TEST_CASE("a season that is lost for half of the days keeps half of its shape, not none") {
  std::vector<double> kept(24);
  for (std::int64_t h = 0; h < 24; ++h) {
    std::vector<double> days;
    for (int d = 0; d < 20; ++d) days.push_back(d < 10 ? season(h) : 0.0);
    kept[static_cast<std::size_t>(h)] = drawn_in_mean(days);
  }
  for (std::int64_t h = 0; h < 24; ++h) CHECK(kept[static_cast<std::size_t>(h)] == Approx(season(h) / 2));
}
