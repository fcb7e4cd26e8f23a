#include "barograph/baseline/estimator.hpp"

#include <array>
#include <cmath>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

TEST_CASE("methods are named as in Python") {
  CHECK(parse_method("median") == method::median);
  CHECK(parse_method("mean") == method::mean);
  CHECK(parse_method("quantile") == method::quantile);
  CHECK(parse_method("ewma") == method::ewma);
  CHECK_THROWS_AS(parse_method("mode"), invalid_argument);
}

TEST_CASE("a deviation from quantiles is that of a normal distribution") {
  estimator e;
  e.low = 0.15865525393145707;  // one standard deviation to each side
  e.high = 0.8413447460685429;
  CHECK(std::fabs(e.deviation_of_unit() - 0.5) < 1e-15);
  // 1.4826 is one over the third quartile of the normal distribution.
  CHECK(std::fabs(mad_to_deviation * math::normal_quantile(0.75) - 1.0) < 1e-15);
}

TEST_CASE("the half-life of a window in time has the centre of mass of the window") {
  // The mean age of exponential weights is half-life / ln 2, of a window half its length.
  CHECK(std::fabs(half_life_of(1000) / std::log(2.0) - 500.0) < 1e-9);
}

TEST_CASE("quantiles that do not rise, or reach 0 or 1, and widths below 0 are refused") {
  estimator e;
  e.check();
  e.width = -1.0;
  CHECK_THROWS_AS(e.check(), invalid_argument);
  for (const auto& q : {std::array<double, 3>{0.0, 0.5, 0.9},
                        {0.1, 0.5, 1.0},
                        {0.6, 0.5, 0.9},
                        {0.5, 0.5, 0.5},
                        {0.1, NAN, 0.9}}) {
    const estimator bad{method::quantile, 3.0, q[0], q[1], q[2]};
    CHECK_THROWS_AS(bad.check(), invalid_argument);
  }
}
