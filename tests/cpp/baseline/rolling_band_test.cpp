#include "barograph/baseline/rolling_band.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> series(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = i % 13 == 5 ? missing : 100.0 + static_cast<double>((i * 2654435761u) % 1009u) / 10.0;
  return x;
}

estimator by(method what) {
  estimator e;
  e.what = what;
  return e;
}

}  // namespace

TEST_CASE("a band is the rolling statistics it is made of, compiled or not, with any number of threads") {
  const auto x = series(2000);
  const auto w = rolling::fixed_windows(2000, 50, false, rolling::closed::left);
  rolling::options of;
  of.min_periods = 20;
  std::vector<double> mean(2000), deviation(2000), both(4000), q(6000);
  rolling::reduce_sums(rolling::reduction::mean, x, w, of, 1.0, mean);
  rolling::reduce_sums(rolling::reduction::deviation, x, w, of, 1.0, deviation);
  rolling::median_deviation(x, w, of, both);
  const std::vector<double> wanted = {0.05, 0.5, 0.95};
  rolling::quantiles(x, w, wanted, rolling::interpolation::linear, of, q);
  const band means = rolling_band(x, w, by(method::mean), of);
  const band medians = rolling_band<kernels::compiled>(x, w, by(method::median), of, thread_executor(3));
  const band quantiles = rolling_band(x, w, by(method::quantile), of);
  estimator next = by(method::quantile);
  next.of_next = true;
  const band nexts = rolling_band(x, w, next, of);
  std::vector<double> weibull(6000);
  rolling::quantiles(x, w, wanted, rolling::interpolation::weibull, of, weibull);
  for (std::size_t i = 20; i < 2000; ++i) {
    if (both[i] != both[i]) continue;
    CHECK(means[i].expected == mean[i]);
    CHECK(means[i].scale == deviation[i]);
    CHECK(means[i].upper == mean[i] + 3.0 * deviation[i]);
    CHECK(medians[i].expected == both[i]);
    CHECK(medians[i].scale == both[2000 + i] * mad_to_deviation);
    CHECK(medians[i].lower == both[i] - 3.0 * medians[i].scale);
    CHECK(quantiles[i].lower == q[i]);
    CHECK(quantiles[i].expected == q[2000 + i]);
    CHECK(quantiles[i].upper == q[4000 + i]);
    CHECK(nexts[i].lower == weibull[i]);
    CHECK(nexts[i].upper == weibull[4000 + i]);
    CHECK(std::fabs(quantiles[i].scale - (q[4000 + i] - q[i]) / 3.289707253902945) < 1e-10);  // 2 x 1.645
  }
  CHECK(medians[10].expected != medians[10].expected);
}

TEST_CASE("rows of the mask are not learned from, and have a result") {
  std::vector<double> x = {1.0, 2.0, 3.0, 900.0, 950.0, 2.0};
  const std::vector<unsigned char> mask = {0, 0, 0, 1, 1, 0};
  rolling::options of;
  of.mask = mask;
  const auto w = rolling::fixed_windows(6, 5, false, rolling::closed::left);
  const band b = rolling_band(x, w, by(method::median), of);
  CHECK(b[4].expected == 2.0);
  CHECK(b[5].expected == 2.0);
  CHECK(b[5].scale == mad_to_deviation);
}

TEST_CASE("a constant past has scale 0 and both limits at its value") {
  const std::vector<double> x(10, 7.0);
  const auto w = rolling::fixed_windows(10, 4);
  for (const method what : {method::median, method::mean, method::quantile}) {
    const band b = rolling_band(x, w, by(what), rolling::options{});
    CHECK(b[5].scale == 0.0);
    CHECK(b[5].lower == 7.0);
    CHECK(b[5].upper == 7.0);
  }
}

TEST_CASE("exponential bands are the mean and deviation of ewm, shown before or after the row") {
  const auto x = series(300);
  rolling::options of;
  std::vector<double> mean(300), deviation(300);
  const auto d = rolling::decay::from_span(20);
  rolling::exponential(rolling::reduction::mean, x, d, {}, of, {}, mean);
  rolling::exponential(rolling::reduction::deviation, x, d, {}, of, {}, deviation);
  const band after = exponential_band(x, 20, of, false, 2.0), before = exponential_band(x, 20, of, true, 2.0);
  for (std::size_t i = 1; i < 300; ++i) {
    CHECK(after[i].expected == mean[i]);
    CHECK(before[i].expected == mean[i - 1]);
    if (i > 2) CHECK(before[i].lower == mean[i - 1] - 2.0 * deviation[i - 1]);
  }
  CHECK(before[0].expected != before[0].expected);
}

TEST_CASE("rows of one time do not know each other") {
  const std::vector<double> x = {1.0, 5.0, 9.0};
  const std::vector<std::int64_t> times = {0, 10, 10};
  const band b = exponential_band(x, times, 100, rolling::options{}, true, 3.0);
  CHECK(b[1].expected == 1.0);
  CHECK(b[2].expected == 1.0);
}

TEST_CASE("an empty series gives an empty band, wrong arguments an error") {
  const std::vector<double> none, one = {1.0};
  CHECK(rolling_band(none, rolling::fixed_windows(0, 3), estimator{}, {}).size() == 0);
  CHECK(exponential_band(none, 5, {}, true, 3.0).size() == 0);
  const auto w = rolling::fixed_windows(1, 3);
  CHECK_THROWS_AS(rolling_band(one, w, by(method::ewma), {}), invalid_argument);
  CHECK_THROWS_AS(rolling_band(none, w, estimator{}, {}), invalid_argument);
  estimator wide;
  wide.width = missing;
  CHECK_THROWS_AS(rolling_band(one, w, wide, {}), invalid_argument);
  const std::vector<std::int64_t> back = {5, 4};
  const std::vector<double> two = {1.0, 2.0};
  CHECK_THROWS_AS(exponential_band(two, back, 10, {}, true, 3.0), invalid_argument);
  CHECK_THROWS_AS(exponential_band(two, back, 0, {}, true, 3.0), invalid_argument);
}
