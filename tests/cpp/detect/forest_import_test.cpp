#include "barograph/detect/forest_import.hpp"

#include <cmath>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using detect::isolation_forest;
using detect::tree_arrays;
using detect::tree_from_arrays;

namespace {

/// A root that parts 5 rows at 1.5 of column 1 into a leaf of 1 and a leaf of 4.
struct small_tree {
  std::vector<std::int64_t> left{1, -1, -1}, right{2, -1, -1}, feature{1, -2, -2}, rows{5, 1, 4};
  std::vector<double> threshold{1.5, -2, -2};
  std::vector<unsigned char> missing{1, 0, 0};
  tree_arrays arrays() const { return {left, right, feature, threshold, rows, missing}; }
};

}  // namespace

TEST_CASE("an imported tree gives scikit-learn's path lengths") {
  const auto forest = isolation_forest::from_trees({tree_from_arrays(small_tree().arrays(), 2, 5, 0)}, 2);
  const std::vector<double> x{0.0, 1.5, 0.0, 2.0, 0.0, std::nan("")};
  std::vector<double> score(3);
  forest.score(table_view::of_rows(span<const double>(x), 3, 2), score);
  // c(n) = 2 (ln(n - 1) + Euler's constant) - 2 (n - 1) / n, by hand
  const double c4 = 2 * (std::log(3.0) + 0.5772156649015329) - 1.5;
  const double c5 = 2 * (std::log(4.0) + 0.5772156649015329) - 1.6;
  CHECK(score[0] == Approx(std::pow(2.0, -1.0 / c5)).epsilon(1e-14));
  CHECK(score[1] == Approx(std::pow(2.0, -(1.0 + c4) / c5)).epsilon(1e-14));
  CHECK(score[2] == score[0]);
}

TEST_CASE("thresholds between two floats part the floats as they would") {
  small_tree t;
  t.threshold[0] = 0.1;  // between two floats
  const auto forest = isolation_forest::from_trees({tree_from_arrays(t.arrays(), 2, 5, 0)}, 2);
  const float above = 0.1f, below = std::nextafter(0.1f, 0.0f);
  REQUIRE(static_cast<double>(above) > 0.1);
  const std::vector<float> x{0.0f, below, 0.0f, above};
  std::vector<double> score(2);
  forest.score(table_view::of_rows(span<const float>(x), 2, 2), score);
  CHECK(score[0] > score[1]);
}

TEST_CASE("arrays that are no tree are refused") {
  const auto refused = [](auto change) {
    small_tree t;
    change(t);
    CHECK_THROWS_AS(tree_from_arrays(t.arrays(), 2, 5, 0), invalid_argument);
  };
  refused([](small_tree& t) { t.left[0] = 7; });
  refused([](small_tree& t) { t.left[0] = 0; });
  refused([](small_tree& t) { t.right[0] = -1; });
  refused([](small_tree& t) { t.left[1] = 1, t.right[1] = 1, t.feature[1] = 0; });
  refused([](small_tree& t) { t.feature[0] = 2; });
  refused([](small_tree& t) { t.threshold[0] = std::nan(""); });
  refused([](small_tree& t) { t.rows[2] = 0; });
  refused([](small_tree& t) { t.rows.pop_back(); });
}
