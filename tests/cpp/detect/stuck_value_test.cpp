#include "barograph/detect/stuck_value.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::stuck_value;

TEST_CASE("a value that moved and then rests is evidence, the longer the more") {
  stuck_value s;
  for (int i = 0; i < 500; ++i) CHECK(s.push(i % 2 == 0 ? i : -i) == 0.0);
  double last = 0;
  for (int i = 0; i < 12; ++i) {
    const double e = s.push(7.0);
    CHECK(e >= last);
    last = e;
  }
  CHECK(last > 6.0);
  CHECK(s.push(8.0) == 0.0);
}

TEST_CASE("a series that rests by nature stays quiet") {
  stuck_value zeros, steps, constant;
  double worst = 0, worst_step = 0, worst_constant = 0;
  for (int i = 0; i < 5000; ++i) {
    const double e = zeros.push((i * 7919) % 20 == 0 ? 1.0 : 0.0);
    const double f = steps.push((i / 50) % 2);
    worst = i > 100 && e > worst ? e : worst;
    worst_step = i > 150 && f > worst_step ? f : worst_step;
    const double g = constant.push(3.0);
    worst_constant = g > worst_constant ? g : worst_constant;
  }
  CHECK(worst < 1.0);
  CHECK(worst_step < 1.0);
  CHECK(worst_constant < 3.0);
}

TEST_CASE("the usual value of rare events is not stuck by a gap longer than the first ones") {
  stuck_value s;
  double worst = 0;
  for (int i = 0; i < 20000; ++i) {
    const bool event = i == 300 || i == 340 || i == 430 || i == 520 || i == 610;
    const double e = s.push(event ? 1.0 : 0.0);
    worst = i < 3000 && e > worst ? e : worst;
    if (i > 10) CHECK(s.usual() == !event);
  }
  CHECK(worst < 3.0);
}

TEST_CASE("a value that is not usual is stuck as soon as ever, a limit that is often reached is not") {
  stuck_value counts, limit;
  double e = 0, worst = 0;
  for (int i = 0; i < 3000; ++i) {
    counts.push((i * 7919) % 31 + (i * 104729) % 17);
    const double at = limit.push(i % 100 < 90 - i % 700 / 40 ? i : 100.0);  // 10 to 27 rows of a hundred
    worst = i >= 700 && at > worst ? at : worst;
  }
  int rows = 0;
  while (e < 4.5 && rows < 50) {
    e = counts.push(-1.0);
    ++rows;
  }
  CHECK(rows <= 9);
  CHECK(worst < 3.0);
  CHECK_FALSE(counts.usual());
}

TEST_CASE("a limit at which a series is often, for long and for short, is stuck only far beyond that") {
  int told = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<double> x(3000);
    double wanders = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      random_draws draws(seed, 0, i);
      wanders = 0.97 * wanders + 0.243 * draws.normal();
      x[i] = std::min(100.0, 97 + 8 * wanders);
    }
    const auto natural = detect::detail::stuck_runs(x);
    told += *std::max_element(natural.begin(), natural.end()) > 0.0 ? 1 : 0;
    std::fill(x.begin() + 1500, x.begin() + 2200, 100.0);
    CHECK(detect::detail::stuck_runs(x)[1900] >= 3.0);
  }
  CHECK(told <= 2);  // four, were the rows taken for independent ones
}
