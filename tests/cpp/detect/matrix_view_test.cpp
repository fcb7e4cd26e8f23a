#include "barograph/detect/matrix_view.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;

TEST_CASE("elements are found by rows, by columns and in windows") {
  const std::vector<double> x = {0, 1, 2, 3, 4, 5};
  const auto rows = matrix_view::by_rows(span<const double>(x), 2);
  CHECK(rows.rows == 3);
  CHECK(rows(2, 1) == 5);
  const matrix_view columns{x.data(), 3, 2, 1, 3};
  CHECK(columns(2, 1) == 5);
  CHECK(columns(1, 0) == 1);
  const auto windows = matrix_view::windows(span<const double>(x), 4);
  CHECK(windows.rows == 3);
  CHECK(windows(2, 3) == 5);
  CHECK(windows(2, 0) == 2);
}

TEST_CASE("sizes that do not fit are refused") {
  const std::vector<double> x = {0, 1, 2};
  CHECK_THROWS_AS(matrix_view::by_rows(span<const double>(x), 2), invalid_argument);
  CHECK_THROWS_AS(matrix_view::by_rows(span<const double>(x), 0), invalid_argument);
  CHECK_THROWS_AS(matrix_view::windows(span<const double>(x), 0), invalid_argument);
}
