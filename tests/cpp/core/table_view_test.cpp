#include "barograph/core/table_view.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;

TEST_CASE("a view reads rows, columns and strides where they lie") {
  const std::vector<double> rows{1.0, 2.0, 3.0, 4.0, 5.0, 6.0};
  const table_view by_rows = table_view::of_rows(span<const double>(rows), 3, 2);
  CHECK(by_rows.rows() == 3);
  CHECK(by_rows.columns() == 2);
  CHECK(by_rows.at(2, 1) == 6.0);
  const std::vector<double> a{1.0, 3.0, 5.0}, b{2.0, 4.0, 6.0};
  const table_view by_columns = table_view::of_columns({a, b});
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t c = 0; c < 2; ++c) CHECK(by_rows.at(i, c) == by_columns.at(i, c));
  const std::vector<float> floats{0.1f, 0.2f};
  CHECK(table_view::of_rows(span<const float>(floats), 1, 2).at(0, 1) == static_cast<double>(0.2f));
}

TEST_CASE("doubles become the nearest floats, infinite beyond them") {
  const std::vector<double> x{0.1, 1e300, -1e300, 16777217.0};
  const table_view v = table_view::of_rows(span<const double>(x), 4, 1);
  float out[4];
  v.nearest_floats(0, 4, 0, out);
  CHECK(out[0] == 0.1f);
  CHECK(out[1] == std::numeric_limits<float>::infinity());
  CHECK(out[2] == -std::numeric_limits<float>::infinity());
  CHECK(out[3] == 16777216.0f);
  CHECK(v.nearest_float(3, 0) == out[3]);
}

TEST_CASE("some rows of a view are a view") {
  const std::vector<double> x{0, 1, 2, 3, 4, 5, 6};
  const table_view v = table_view::of_rows(span<const double>(x), 7, 1).every(3);
  REQUIRE(v.rows() == 3);
  CHECK(v.at(2, 0) == 6.0);
  CHECK(v.first(2).rows() == 2);
  CHECK(v.first(9).rows() == 3);
}

TEST_CASE("picked rows and columns are rounded as single ones are") {
  const std::vector<double> x{0.1, 1e300, 0.3, 0.4, 0.5, 0.6};
  const std::vector<float> same{0.1f, 1.0f, 0.3f, 0.4f, 0.5f, 0.6f};
  for (const table_view& v : {table_view::of_rows(span<const double>(x), 2, 3),
                              table_view::of_rows(span<const float>(same), 2, 3)}) {
    std::vector<float> out(9, -1.0f);
    v.nearest_floats({1, 0, 1}, {2, 0}, out.data());
    CHECK(out == std::vector<float>{v.nearest_float(1, 0), v.nearest_float(0, 0), v.nearest_float(1, 0),
                                    -1.0f, -1.0f, -1.0f, v.nearest_float(1, 2), v.nearest_float(0, 2),
                                    v.nearest_float(1, 2)});
  }
}

TEST_CASE("neighbours in memory are asked for together") {
  const std::vector<double> x(60);
  const auto apart = [&](std::size_t columns) {
    return table_view::of_rows(span<const double>(x), 60 / columns, columns).apart();
  };
  CHECK(apart(1) == std::vector<std::size_t>{0});
  CHECK(apart(6) == std::vector<std::size_t>{0, 5});
  CHECK(apart(20) == std::vector<std::size_t>{0, 8, 16, 19});
  CHECK(table_view::of_columns({x, x, x}).apart().front() == 0);
  const std::vector<double> other(60);
  CHECK(table_view::of_columns({x, other}).apart().size() == 2);
}

TEST_CASE("sizes that do not agree are refused") {
  const std::vector<double> x(5), shorter(4);
  CHECK_THROWS_AS(table_view::of_rows(span<const double>(x), 2, 2), invalid_argument);
  CHECK_THROWS_AS(table_view::of_columns({x, shorter}), invalid_argument);
  CHECK_NOTHROW(table_view::of_rows(span<const double>(), 0, 3));
}
