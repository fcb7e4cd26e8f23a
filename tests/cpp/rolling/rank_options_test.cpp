#include "barograph/rolling/rank_options.hpp"

#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

TEST_CASE("ways to rank equal values have pandas' names") {
  CHECK(parse_ties("average") == ties::average);
  CHECK(parse_ties("min") == ties::least);
  CHECK(parse_ties("max") == ties::greatest);
  CHECK_THROWS_AS(parse_ties("dense"), invalid_argument);
}

TEST_CASE("by default the least value is 1 and equal ones share the middle of their ranks") {
  const rank_options how;
  CHECK(how.method == ties::average);
  CHECK(how.ascending);
  CHECK_FALSE(how.pct);
}
