#include "barograph/rolling/rolling_window.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "barograph/rolling/first_last.hpp"
#include "barograph/rolling/median_deviation.hpp"
#include "barograph/rolling/order_statistics.hpp"
#include "barograph/rolling/ranks.hpp"
#include "barograph/rolling/reductions.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> values(std::size_t n, bool ties) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto h = (i * 2654435761u) % 10007u;
    x[i] = h % 6 == 0 ? missing : ties ? static_cast<double>(h % 7) - 3.0 : static_cast<double>(h) / 7.0;
    if (x[i] == 0.0 && h % 2 == 0) x[i] = -0.0;
    if (h % 101 == 0) x[i] = std::numeric_limits<double>::infinity();
  }
  return x;
}

bool same(double a, double b) { return a != a ? b != b : a == b && std::signbit(a) == std::signbit(b); }

/// All statistics of the batch form, one row each.
std::vector<std::vector<double>> batch(const std::vector<double>& x, const windows& w, const options& how) {
  std::vector<std::vector<double>> out(12, std::vector<double>(w.size()));
  const std::vector<double> half = {0.5}, high = {0.9}, none = {0.0};
  quantiles(x, w, half, interpolation::midpoint, how, out[0]);
  quantiles(x, w, high, interpolation::linear, how, out[1]);
  quantiles(x, w, none, interpolation::linear, how, out[2]);
  reduce_extrema(reduction::maximum, x, w, how, out[3]);
  rank(x, w, how, {}, out[4]);
  rank(x, w, how, {ties::least, false, true}, out[5]);
  nunique(x, w, how, out[6]);
  value_at(window_end::first, x, w, how, out[7]);
  value_at(window_end::last, x, w, how, out[8]);
  quantiles(x, w, high, interpolation::nearest, how, out[9]);
  std::vector<double> both(2 * w.size());
  median_deviation(x, w, how, both);
  out[10].assign(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(w.size()));
  out[11].assign(both.begin() + static_cast<std::ptrdiff_t>(w.size()), both.end());
  return out;
}

std::vector<double> read(const rolling_window& s) {
  return {s.median(),
          s.quantile(0.9),
          s.quantile(0.0),
          s.maximum(),
          s.rank(),
          s.rank({ties::least, false, true}),
          s.nunique(),
          s.first(),
          s.last(),
          s.quantile(0.9, interpolation::nearest),
          s.median_deviation().first,
          s.median_deviation().second};
}

std::size_t differing(const std::vector<std::vector<double>>& want, std::size_t i, const rolling_window& s) {
  const auto got = read(s);
  std::size_t count = 0;
  for (std::size_t k = 0; k < got.size(); ++k) count += !same(got[k], want[k][i]);
  return count;
}

}  // namespace

TEST_CASE("a window by count gives the bits of the batch form after every row") {
  for (const bool ties : {false, true})
    for (const std::int64_t window : {1, 2, 9, 64})
      for (const bool propagate : {false, true}) {
        const auto x = values(600, ties);
        options how;
        how.min_periods = window > 2 ? 3 : 1;
        if (propagate) how.inf = how.nan = treatment::propagate;
        const auto want = batch(x, fixed_windows(600, window), how);
        rolling_window s = rolling_window::by_count(window, how);
        if (ties) s.keep_order();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
          s.push(x[i]);
          wrong += differing(want, i, s);
        }
        CHECK(wrong == 0);
      }
}

TEST_CASE("a window by time gives the bits of the batch form after every row") {
  const auto x = values(500, true);
  std::vector<std::int64_t> times(x.size());
  std::int64_t now = -50;
  for (std::size_t i = 0; i < x.size(); ++i) times[i] = now += static_cast<std::int64_t>((i * 7919) % 5);
  const auto want = batch(x, time_windows(times, 20), options{});
  rolling_window s = rolling_window::by_time(20, 0);
  s.keep_order();
  s.keep(reduction::maximum);
  s.keep(reduction::minimum);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(s.push(times[i], x[i]));
    wrong += differing(want, i, s);
  }
  CHECK(wrong == 0);
}

TEST_CASE("late rows count where they belong, too late ones are left out and counted") {
  rolling_window s = rolling_window::by_time(10, 4);
  CHECK(s.push(100, 5.0));
  CHECK(s.push(105, 7.0));
  CHECK(s.push(101, 1.0));        // 4 behind: let in
  CHECK_FALSE(s.push(100, 9.0));  // 5 behind
  CHECK(s.clock().too_late() == 1);
  CHECK(s.size() == 3);
  CHECK(s.first() == 5.0);
  CHECK(s.last() == 7.0);
  CHECK(s.rank() == 3.0);  // of the newest by time
  CHECK(s.push(110, missing));
  CHECK(s.size() == 2);  // the row of 100 has left, that of 101 has not
  CHECK(s.first() == 1.0);
  CHECK(s.last() == 7.0);
  CHECK(s.rank() != s.rank());
  s.reset();
  CHECK(s.clock().too_late() == 0);
  CHECK(s.median() != s.median());
}

TEST_CASE("times at both ends of int64 are far apart") {
  rolling_window s = rolling_window::by_time(std::numeric_limits<std::int64_t>::max(), 10);
  CHECK(s.push(std::numeric_limits<std::int64_t>::min(), 1.0));
  CHECK(s.push(std::numeric_limits<std::int64_t>::max(), 2.0));
  CHECK(s.size() == 1);
  CHECK_FALSE(s.push(std::numeric_limits<std::int64_t>::min(), 3.0));
}

TEST_CASE("windows of nothing, lateness beyond the window and the wrong kind of push are refused") {
  CHECK_THROWS_AS(rolling_window::by_count(0), invalid_argument);
  CHECK_THROWS_AS(rolling_window::by_time(0, 0), invalid_argument);
  CHECK_THROWS_AS(rolling_window::by_time(5, 6), invalid_argument);
  rolling_window rows = rolling_window::by_count(3), time = rolling_window::by_time(3, 0);
  CHECK_THROWS_AS(rows.push(1, 1.0), invalid_argument);
  CHECK_THROWS_AS(time.push(1.0), invalid_argument);
  CHECK_THROWS_AS(rows.quantile(1.5), invalid_argument);
}

namespace {

const reduction sums[] = {reduction::sum,       reduction::mean,           reduction::variance,
                          reduction::deviation, reduction::standard_error, reduction::skewness,
                          reduction::kurtosis,  reduction::minimum,        reduction::maximum};

double read(const rolling_window& s, reduction what) {
  switch (what) {
    case reduction::sum:
      return s.sum();
    case reduction::mean:
      return s.mean();
    case reduction::variance:
      return s.variance();
    case reduction::deviation:
      return s.deviation();
    case reduction::standard_error:
      return s.standard_error();
    case reduction::skewness:
      return s.skewness();
    case reduction::kurtosis:
      return s.kurtosis();
    case reduction::minimum:
      return s.minimum();
    default:
      return s.maximum();
  }
}

/// Sums, extrema and counts of a stream against those of the whole series.
std::size_t differing_from_batch(const std::vector<double>& x, std::int64_t window, const options& how,
                                 bool kept) {
  const windows w = fixed_windows(static_cast<std::int64_t>(x.size()), window);
  std::vector<std::vector<double>> want;
  rolling_window s = rolling_window::by_count(window, how);
  for (const reduction what : sums) {
    want.emplace_back(x.size());
    reduce(what, x, w, how, 1.0, want.back());
    if (kept) s.keep(what);
  }
  options counting = how;
  counting.inf = treatment::propagate;
  want.emplace_back(x.size());
  count(x, w, counting, want.back());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    s.push(x[i]);
    for (std::size_t k = 0; k + 1 < want.size(); ++k) {
      const double got = read(s, sums[k]), expected = want[k][i];
      const bool chosen = sums[k] == reduction::minimum || sums[k] == reduction::maximum;
      // Moments are of two ways to the same digits: some last ones of a quotient differ.
      const bool near = std::fabs(got - expected) <= 1e-13 * (1.0 + std::fabs(expected));
      wrong += !(same(got, expected) || (!chosen && near));
    }
    wrong += !same(s.count(), want.back()[i]);
  }
  return wrong;
}

}  // namespace

TEST_CASE("by count sums are those of the batch form, kept or not") {
  for (const std::int64_t window : {1, 2, 8, 9, 31})
    for (const bool kept : {false, true}) {
      std::vector<double> x(600);
      for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<double>((i * 2654435761u) % 10007u) / 7.0 + 1e6;
      options how;
      CHECK(differing_from_batch(x, window, how, kept) == 0);
      // Missing values, but not where a block begins.
      for (std::size_t i = 0; i < x.size(); ++i)
        if (i % static_cast<std::size_t>(window) != 0 && i % 5 == 0) x[i] = i % 2 ? missing : 1.0 / 0.0;
      how.min_periods = window > 2 ? 3 : 1;
      CHECK(differing_from_batch(x, window, how, kept) == 0);
      for (double& v : x) v = v == v ? v * 1e160 : v;  // powers are beyond the doubles
      CHECK(differing_from_batch(x, window, how, kept) == 0);
    }
}

TEST_CASE("infinities and NaN that are values show in what they touch") {
  options how;
  how.inf = how.nan = treatment::propagate;
  auto x = values(400, true);
  for (const std::int64_t window : {3, 20}) CHECK(differing_from_batch(x, window, how, true) == 0);
}

TEST_CASE("by time sums do not depend on when a late row came, nor on when they are kept") {
  std::vector<std::int64_t> times(300);
  std::vector<double> x(times.size());
  std::int64_t now = -900;
  for (std::size_t i = 0; i < x.size(); ++i) {
    now += static_cast<std::int64_t>((i * 7919) % 7) + 1;
    times[i] = now;
    x[i] = i % 11 == 0 ? missing : 1e9 + static_cast<double>((i * 2654435761u) % 1009u);
  }
  rolling_window sorted = rolling_window::by_time(60, 60), shuffled = sorted, read_only = sorted;
  for (const reduction what : sums) shuffled.keep(what);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); i += 5) {  // in fives, the newest first
    for (std::size_t k = i; k < i + 5; ++k) sorted.push(times[k], x[k]);
    for (std::size_t k = i + 5; k-- > i;) {
      CHECK(shuffled.push(times[k], x[k]));
      CHECK(read_only.push(times[k], x[k]));
    }
    for (const reduction what : sums) {
      wrong += !same(read(shuffled, what), read(sorted, what));
      wrong += !same(read(read_only, what), read(sorted, what));
    }
  }
  CHECK(wrong == 0);
  CHECK(shuffled.clock().late() == 240);
}

TEST_CASE("a spike leaves no trace once it has left the window, however large") {
  for (const double spike : {1e50, 1e300}) {
    rolling_window calm = rolling_window::by_count(20), torn = calm;
    for (const reduction what : sums) torn.keep(what);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < 90; ++i) {
      const double x = static_cast<double>((i * 2654435761u) % 1009u);
      calm.push(x);
      torn.push(i == 25 ? spike : x);
      if (i >= 46)
        for (const reduction what : sums) wrong += !same(read(torn, what), read(calm, what));
    }
    CHECK(wrong == 0);
  }
}
