#include "barograph/detect/tail_probability.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::tail_probability;

namespace {

/// The definition, over a sorted copy.
double by_definition(std::vector<double> past, double v) {
  const std::size_t n = past.size();
  if (n < 50) return 0.0;
  std::sort(past.begin(), past.end());
  const auto at_least =
      n - static_cast<std::size_t>(std::lower_bound(past.begin(), past.end(), v) - past.begin());
  const double rows = static_cast<double>(n) + 1;
  double p = (static_cast<double>(at_least) + 0.5) / rows;
  const auto k = std::max<std::size_t>(5, static_cast<std::size_t>(0.02 * static_cast<double>(n)));
  const double from = past[n - k - 1];
  if (at_least <= k && from > 0 && v > from) {
    double h = 0;
    for (std::size_t i = n - k; i < n; ++i) h += std::log(past[i] / from);
    h /= static_cast<double>(k);
    const double q = static_cast<double>(k) / rows * std::pow(v / from, -1 / h);
    if (h > 1e-9) p = std::sqrt(p * (at_least > 0 ? q : std::min(q, p)));
  }
  return -std::log10(std::max(p, 1e-12));
}

double value(std::size_t i, bool ties) {
  const auto h = (i * 2654435761u) % 10007u;
  return ties ? static_cast<double>(h % 40) : static_cast<double>(h) / 7.0 + (h % 97 == 0 ? 1e4 : 0.1);
}

}  // namespace

TEST_CASE("a value's probability is that of the definition, over the last values alone") {
  for (const bool ties : {false, true}) {
    tail_probability t(300);
    std::deque<double> past;
    double worst = 0;
    for (std::size_t i = 0; i < 3000; ++i) {
      const double v = value(i, ties);
      const double want = by_definition({past.begin(), past.end()}, v);
      worst = std::max(worst, std::abs(t.push(v) - want));
      past.push_back(v);
      if (past.size() > 300) past.pop_front();
    }
    CHECK(worst < 1e-11);  // 6 logarithms of sums of a few hundred terms
    CHECK(t.count() == 300);
  }
}

TEST_CASE("rising and falling values, and all equal ones, keep their order within the runs") {
  tail_probability rising(500), falling(500), equal(500);
  double last_rising = 0, last_falling = 9, last_equal = 9;
  for (std::size_t i = 0; i < 5000; ++i) {
    last_rising = rising.push(static_cast<double>(i));
    last_falling = falling.push(-static_cast<double>(i));
    last_equal = equal.push(1.0);
  }
  CHECK(last_rising > 3.0);  // larger than all of 500
  CHECK(last_falling == Approx(-std::log10(500.5 / 501)).margin(1e-12));
  CHECK(last_equal == Approx(-std::log10(500.5 / 501)).margin(1e-12));
  CHECK(equal.exceeded_by(0.1) == 1.0);
}

TEST_CASE("infinities count as very large, NaN says nothing and is not remembered") {
  tail_probability t(100);
  for (std::size_t i = 0; i < 100; ++i) t.push(static_cast<double>(i % 10) + 1);
  const std::size_t before = t.count();
  CHECK(t.push(std::numeric_limits<double>::quiet_NaN()) == 0.0);
  CHECK(t.count() == before);
  CHECK(t.push(std::numeric_limits<double>::infinity()) > 2.0);
  CHECK(std::isfinite(t.push(5.0)));
  t.reset();
  CHECK(t.count() == 0);
  CHECK(std::isnan(t.exceeded_by(0.5)));
}

TEST_CASE("a window that is too short or long is refused") {
  CHECK_THROWS_AS(tail_probability(99), invalid_argument);
  CHECK_THROWS_AS(tail_probability(1'000'001), invalid_argument);
}
