#include "barograph/detect/forest_options.hpp"

#include "catch.hpp"

TEST_CASE("a forest is scikit-learn's by default: 100 trees of 256 rows, split by one column") {
  const barograph::detect::forest_options o;
  CHECK(o.trees == 100);
  CHECK(o.samples == 256);
  CHECK(o.dimensions == 1);
  CHECK(o.scoring == barograph::detect::forest_scoring::depth);
}
