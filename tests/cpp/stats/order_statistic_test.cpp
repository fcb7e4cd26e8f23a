#include "barograph/stats/order_statistic.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"

using namespace barograph;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
}

TEST_CASE("positions are those of definition 7 of Hyndman and Fan") {
  CHECK(position_of(0, 5).rank == 0);
  CHECK(position_of(0, 5).fraction == 0);
  CHECK(position_of(1, 5).rank == 4);
  CHECK(position_of(1, 5).fraction == 0);
  CHECK(position_of(0.5, 4).rank == 1);
  CHECK(position_of(0.5, 4).fraction == 0.5);
  CHECK(position_of(0.25, 6).rank == 1);
  CHECK(position_of(0.25, 6).fraction == 0.25);
  for (const double q : {0.0, 0.3, 1.0}) CHECK(position_of(q, 1).rank == 0);
}

TEST_CASE("a position never passes the last value and its fraction stays below 1") {
  const double almost = std::nextafter(1.0, 0.0);
  for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{1000}, std::size_t{1} << 53}) {
    for (const double q : {0.0, 1e-300, 0.1, 0.7, almost, 1.0}) {
      const quantile_position p = position_of(q, n);
      CHECK(p.rank <= n - 1);
      CHECK((p.fraction >= 0.0 && p.fraction < 1.0));
      if (p.rank == n - 1) CHECK(p.fraction == 0.0);  // there is no next value to go towards
    }
  }
}

TEST_CASE("the combiners differ where pandas and numpy do") {
  // By hand: 0.1 + (0.7 - 0.1) * 0.9 and 0.7 - (0.7 - 0.1) * 0.1, each step rounded.
  const volatile double step = 0.7 - 0.1;
  const volatile double up = step * 0.9;
  const volatile double down = step * (1.0 - 0.9);
  CHECK(combine(combiner::pandas_linear, 0.1, 0.7, 0.9) == 0.1 + up);
  CHECK(combine(combiner::numpy_linear, 0.1, 0.7, 0.9) == 0.7 - down);
  CHECK(combine(combiner::numpy_linear, 0.1, 0.7, 0.25) == combine(combiner::pandas_linear, 0.1, 0.7, 0.25));
  CHECK(combine(combiner::midpoint, 1, 4, 0.9) == 2.5);
  CHECK(combine(combiner::pandas_linear, 1, 4, 0.5) == 2.5);
}

TEST_CASE("numpy's combiner never leaves its neighbours") {
  for (const double a : {-1e308, -3.3, 0.1, 1e-320})
    for (const double b : {1e-320, 0.1, 0.30000000000000004, 7e307}) {
      if (b < a) continue;
      for (double t = 0; t < 1; t += 0x1p-6) {
        const double x = combine(combiner::numpy_linear, a, b, t);
        CHECK((x >= a && x <= b));
      }
    }
}

TEST_CASE("an infinite neighbour does no harm where it has no weight") {
  CHECK(combine(combiner::pandas_linear, 1, infinity, 0) == 1);
  CHECK(combine(combiner::numpy_linear, 1, infinity, 0) == 1);
  CHECK(combine(combiner::midpoint, 1, infinity, 0) == 1);
  CHECK(combine(combiner::pandas_linear, 1, infinity, 0.1) == infinity);
  CHECK(std::isnan(combine(combiner::midpoint, -infinity, infinity, 0.5)));
}

TEST_CASE("a quantile outside of 0 to 1 is refused") {
  CHECK_NOTHROW(check_quantile(0));
  CHECK_NOTHROW(check_quantile(1));
  CHECK_NOTHROW(check_quantile(-0.0));
  for (const double q : {-5e-324, std::nextafter(1.0, 2.0), 95.0, std::nan("")})
    CHECK_THROWS_AS(check_quantile(q), invalid_argument);
}
