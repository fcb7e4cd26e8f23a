#include "barograph/rolling/order_window.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "barograph/rolling/first_last.hpp"
#include "barograph/rolling/median_deviation.hpp"
#include "barograph/rolling/order_statistics.hpp"
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

std::vector<double> read(const order_window& s) {
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

std::size_t differing(const std::vector<std::vector<double>>& want, std::size_t i, const order_window& s) {
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
        order_window s = order_window::by_count(window, how);
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
  order_window s = order_window::by_time(20, 0);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(s.push(times[i], x[i]));
    wrong += differing(want, i, s);
  }
  CHECK(wrong == 0);
}

TEST_CASE("late rows count where they belong, too late ones are left out and counted") {
  order_window s = order_window::by_time(10, 4);
  CHECK(s.push(100, 5.0));
  CHECK(s.push(105, 7.0));
  CHECK(s.push(101, 1.0));        // 4 behind: let in
  CHECK_FALSE(s.push(100, 9.0));  // 5 behind
  CHECK(s.late() == 1);
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
  CHECK(s.late() == 0);
  CHECK(s.median() != s.median());
}

TEST_CASE("times at both ends of int64 are far apart") {
  order_window s = order_window::by_time(std::numeric_limits<std::int64_t>::max(), 10);
  CHECK(s.push(std::numeric_limits<std::int64_t>::min(), 1.0));
  CHECK(s.push(std::numeric_limits<std::int64_t>::max(), 2.0));
  CHECK(s.size() == 1);
  CHECK_FALSE(s.push(std::numeric_limits<std::int64_t>::min(), 3.0));
}

TEST_CASE("windows of nothing, lateness beyond the window and the wrong kind of push are refused") {
  CHECK_THROWS_AS(order_window::by_count(0), invalid_argument);
  CHECK_THROWS_AS(order_window::by_time(0, 0), invalid_argument);
  CHECK_THROWS_AS(order_window::by_time(5, 6), invalid_argument);
  order_window rows = order_window::by_count(3), time = order_window::by_time(3, 0);
  CHECK_THROWS_AS(rows.push(1, 1.0), invalid_argument);
  CHECK_THROWS_AS(time.push(1.0), invalid_argument);
  CHECK_THROWS_AS(rows.quantile(1.5), invalid_argument);
}
