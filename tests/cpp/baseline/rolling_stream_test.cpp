#include "barograph/baseline/rolling_stream.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "barograph/baseline/rolling_band.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> series(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = i % 13 == 5 ? missing : 1e6 + static_cast<double>((i * 2654435761u) % 1009u) / 10.0;
  return x;
}

bool same(double a, double b) { return a == b || (a != a && b != b); }

/// Means and their deviations are bounded, all else has the same bits.
bool alike(const expectation& a, const expectation& b, method what) {
  if (what != method::mean)
    return same(a.expected, b.expected) && same(a.scale, b.scale) && same(a.lower, b.lower) &&
           same(a.upper, b.upper);
  const auto near = [](double u, double v) { return same(u, v) || std::fabs(u - v) <= 4e-16 * std::fabs(v); };
  return near(a.expected, b.expected) && near(a.scale, b.scale);
}

const method all_methods[] = {method::median, method::mean, method::quantile, method::ewma};

}  // namespace

TEST_CASE("by count, what is expected before a row is the batch's with closed left") {
  const auto x = series(700);
  std::vector<unsigned char> mask(700);
  for (std::size_t i = 100; i < 130; ++i) mask[i] = 1;
  for (const method what : all_methods)
    for (const std::int64_t window : {1, 7, 64}) {
      const estimator how{what, 2.5, 0.1, 0.5, 0.8};
      rolling::options of;
      of.min_periods = what == method::ewma ? 1 : window / 4;
      of.mask = mask;
      const band want =
          what == method::ewma
              ? exponential_band(x, window, of, true, 2.5)
              : rolling_band(x, rolling::fixed_windows(700, window, false, rolling::closed::left), how, of);
      auto s = rolling_stream::by_count(window, how, of.min_periods);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < x.size(); ++i) wrong += !alike(s.update(x[i], mask[i] != 0), want[i], what);
      INFO("method " << static_cast<int>(what) << ", window " << window);
      CHECK(wrong == 0);
    }
}

TEST_CASE("by time the same, rows of one time among them") {
  const auto x = series(700);
  std::vector<std::int64_t> times(x.size());
  std::int64_t now = -5000;
  for (std::size_t i = 0; i < x.size(); ++i) times[i] = now += static_cast<std::int64_t>((i * 7919) % 5 * 10);
  for (const method what : all_methods) {
    const estimator how{what, 3.0, 0.1, 0.5, 0.9, true};
    const rolling::options of;
    const band want =
        what == method::ewma
            ? exponential_band(x, times, 400, of, true, 3.0)
            : rolling_band(x, rolling::time_windows(times, 400, false, rolling::closed::left), how, of);
    auto s = rolling_stream::by_time(400, how, 1);
    band got(x.size());
    s.update(times, x, {}, got);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < x.size(); ++i) wrong += !alike(got[i], want[i], what);
    INFO("method " << static_cast<int>(what));
    CHECK(wrong == 0);
  }
}

TEST_CASE("a spike leaves no trace in means once it has left the window") {
  auto s = rolling_stream::by_count(10, estimator{method::mean, 3.0}, 1);
  s.update(1e300);
  for (int i = 0; i < 40; ++i) s.update(1e9 + i % 3);
  const expectation e = s.expected();
  CHECK(e.expected == 1e9 + 0.9);
  CHECK(std::fabs(e.scale - std::sqrt(6.9 / 9.0)) < 1e-12);
}

TEST_CASE("late rows are counted and left out, and a reset forgets all") {
  auto s = rolling_stream::by_time(100, estimator{}, 1);
  s.update(50, 1.0);
  s.update(60, 2.0);
  CHECK(s.update(55, 900.0).expected == 1.0);
  CHECK(s.late() == 1);
  CHECK(s.update(70, 2.0).expected == 1.5);
  s.reset();
  CHECK(s.late() == 0);
  CHECK(s.expected().expected != s.expected().expected);
}

TEST_CASE("the wrong kind of row and windows of nothing are refused") {
  auto rows = rolling_stream::by_count(3, estimator{}, 1), time = rolling_stream::by_time(3, estimator{}, 1);
  CHECK_THROWS_AS(rows.update(std::int64_t{1}, 1.0), invalid_argument);
  CHECK_THROWS_AS(time.update(1.0), invalid_argument);
  CHECK_THROWS_AS(rolling_stream::by_count(0, estimator{}, 1), invalid_argument);
  CHECK_THROWS_AS(rolling_stream::by_time(0, estimator{}, 1), invalid_argument);
  CHECK_THROWS_AS(rolling_stream::by_count(3, estimator{}, -1), invalid_argument);
  band out(1);
  const std::vector<double> two = {1.0, 2.0};
  CHECK_THROWS_AS(rows.update({}, two, {}, out), invalid_argument);
}
