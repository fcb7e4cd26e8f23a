#include "barograph/baseline/band.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {
constexpr double inf = std::numeric_limits<double>::infinity();
}

TEST_CASE("a score is the distance in scales, with its sign") {
  const expectation e = expectation::within(10.0, 2.0, 3.0);
  CHECK(e.lower == 4.0);
  CHECK(e.upper == 16.0);
  CHECK(e.score(13.0) == 1.5);
  CHECK(e.score(9.0) == -0.5);
  CHECK_FALSE(e.outside(16.0));
  CHECK(e.outside(16.1));
  CHECK(e.outside(3.9));
}

TEST_CASE("with scale 0 the expected value scores 0, every other one is infinitely far") {
  const expectation e = expectation::within(7.0, 0.0, 3.0);
  CHECK(e.score(7.0) == 0.0);
  CHECK(e.score(7.5) == inf);
  CHECK(e.score(6.5) == -inf);
  CHECK(e.lower == 7.0);
  CHECK(e.upper == 7.0);
}

TEST_CASE("where nothing is known nothing is outside, and no score is a number") {
  const expectation e;
  CHECK(e.score(1.0) != e.score(1.0));
  CHECK_FALSE(e.outside(1e300));
  const expectation one = expectation::within(5.0, std::numeric_limits<double>::quiet_NaN(), 3.0);
  CHECK(one.score(5.0) != one.score(5.0));
}

TEST_CASE("a band is its rows, by columns") {
  band b(2);
  CHECK(b[0].expected != b[0].expected);
  b.set(0, expectation::within(1.0, 1.0, 2.0));
  b.expected()[1] = 5.0;
  b.scale()[1] = 0.5;
  b.widen(2.0);
  CHECK(b[1].lower == 4.0);
  CHECK(b.upper()[1] == 6.0);
  CHECK(b[0].upper == 3.0);
  const std::vector<double> x = {3.0, 4.0};
  CHECK(b.scores(x) == std::vector<double>{2.0, -2.0});
  CHECK(b.release() == std::vector<double>{1.0, 5.0, 1.0, 0.5, -1.0, 4.0, 3.0, 6.0});
  CHECK(b.size() == 0);
}

TEST_CASE("scores of another number of values are refused") {
  const std::vector<double> x = {3.0};
  CHECK_THROWS_AS(band(2).scores(x), invalid_argument);
  CHECK(band().scores(std::vector<double>()).empty());
}
