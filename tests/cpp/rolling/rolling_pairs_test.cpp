#include "barograph/rolling/rolling_pairs.hpp"

#include <limits>
#include <vector>

#include "barograph/rolling/sums.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

bool same(double a, double b) { return a != a ? b != b : a == b; }

std::size_t differing_from_batch(const std::vector<double>& x, const std::vector<double>& y,
                                 std::int64_t window, const options& how) {
  const windows w = fixed_windows(static_cast<std::int64_t>(x.size()), window);
  std::vector<double> cov(x.size()), corr(x.size());
  reduce_pairs(reduction::covariance, x, y, w, how, how, 1.0, cov);
  reduce_pairs(reduction::correlation, x, y, w, how, how, 1.0, corr);
  rolling_pairs s = rolling_pairs::by_count(window, how);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    s.push(x[i], y[i]);
    wrong += !same(s.covariance(), cov[i]) + !same(s.correlation(), corr[i]);
  }
  return wrong;
}

}  // namespace

TEST_CASE("by count pairs have the bits of the batch form") {
  std::vector<double> x(500), y(500);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = 1e8 + static_cast<double>((i * 2654435761u) % 1009u);
    y[i] = x[i] / 3.0 + static_cast<double>((i * 40503u) % 97u);
  }
  for (const std::int64_t window : {1, 2, 8, 9, 31}) CHECK(differing_from_batch(x, y, window, {}) == 0);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i % 9 != 0 && i % 4 == 0) (i % 8 == 0 ? x[i] : y[i]) = missing;
  options how;
  how.min_periods = 3;
  for (const std::int64_t window : {3, 9}) CHECK(differing_from_batch(x, y, window, how) == 0);
  how.inf = how.nan = treatment::propagate;
  for (const std::int64_t window : {3, 9}) CHECK(differing_from_batch(x, y, window, how) == 0);
}

TEST_CASE("late pairs count where they belong, too late ones are left out and counted") {
  rolling_pairs s = rolling_pairs::by_time(10, 4);
  CHECK(s.push(100, 1.0, 2.0));
  CHECK(s.push(105, 3.0, 7.0));
  CHECK(s.push(101, 5.0, 1.0));
  CHECK_FALSE(s.push(100, 9.0, 9.0));
  CHECK(s.clock().late() == 1);
  CHECK(s.clock().too_late() == 1);
  CHECK(s.size() == 3);
  CHECK(s.covariance() == -1.0);  // of (1, 2), (5, 1), (3, 7)
  CHECK(s.push(110, missing, 1.0));
  CHECK(s.size() == 2);
  CHECK(s.correlation() == -1.0);
  s.reset();
  CHECK(s.size() == 0);
  CHECK(s.covariance() != s.covariance());
}

TEST_CASE("pairs of unequal length and the wrong kind of push are refused") {
  const std::vector<double> two = {1.0, 2.0}, one = {1.0};
  const std::vector<std::int64_t> times = {1};
  rolling_pairs rows = rolling_pairs::by_count(3), time = rolling_pairs::by_time(3, 0);
  CHECK_THROWS_AS(rows.push(two, one), invalid_argument);
  CHECK_THROWS_AS(time.push(times, two, two), invalid_argument);
  CHECK_THROWS_AS(time.push(1.0, 2.0), invalid_argument);
  CHECK_THROWS_AS(rows.push(1, 1.0, 2.0), invalid_argument);
}
