#include "barograph/rolling/exponential_weights.hpp"

#include <cmath>
#include <limits>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

TEST_CASE("decays are told in four ways") {
  CHECK(decay::from_com(9).alpha == 0.1);
  CHECK(decay::from_span(19).alpha == 0.1);
  CHECK(decay::from_half_life(1).alpha == Approx(0.5).epsilon(1e-15));
  CHECK(decay::from_alpha(1).alpha == 1.0);
}

TEST_CASE("decays outside their ranges are named") {
  CHECK_THROWS_AS(decay::from_alpha(0), invalid_argument);
  CHECK_THROWS_AS(decay::from_alpha(1.1), invalid_argument);
  CHECK_THROWS_AS(decay::from_com(-1), invalid_argument);
  CHECK_THROWS_AS(decay::from_span(0.5), invalid_argument);
  CHECK_THROWS_AS(decay::from_half_life(std::numeric_limits<double>::quiet_NaN()), invalid_argument);
}

TEST_CASE("stretches are so long that a 32nd of the weight before them is left, and 128 rows at most") {
  CHECK(kernel::exponential_rows_of_lane(1.0) == 32);
  for (const double keep : {0.999, 0.97, 0.95, 0.9, 0.85, 0.81}) {
    const int rows = kernel::exponential_rows_of_lane(keep);
    INFO(keep);
    REQUIRE(rows >= 4);
    CHECK(std::pow(keep, 4 * rows) >= 1.0 / 32);
    CHECK((rows == 32 || std::pow(keep, 8 * rows) < 1.0 / 32));
  }
  CHECK(kernel::exponential_rows_of_lane(0.8) == 0);
  CHECK(kernel::exponential_rows_of_lane(0.0) == 0);
}

TEST_CASE("shares are those of the newest weight among all, and settle at alpha") {
  for (const bool adjust : {true, false}) {
    weighting how;
    how.adjust = adjust;
    detail::exponential_weights weights(decay::from_alpha(0.25), how);
    CHECK(weights.pass(true, 1.0) == 1.0);
    double sum = 1.0;
    for (int row = 1; row < 300; ++row) {
      sum = sum * 0.75 + 1.0;
      const double share = weights.pass(true, 1.0);
      REQUIRE(share == Approx(adjust ? 1.0 / sum : 0.25).epsilon(1e-15));
    }
    CHECK(weights.pass(true, 1.0) == 0.25);
    CHECK(weights.in_newest() == 4.0);
    CHECK(weights.correction() == Approx(1.0 / (1.0 - 0.25 / 1.75)).epsilon(1e-14));
    weights.pass(false, 1.0);
    CHECK(weights.pass(true, 1.0) == Approx(adjust ? 1.0 / 3.25 : 0.25 / (0.5625 + 0.25)).epsilon(1e-14));
  }
}
