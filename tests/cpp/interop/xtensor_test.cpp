#include "barograph/interop/xtensor.hpp"

#include <cmath>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/generators/xbuilder.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xbuilder.hpp>
#include <xtensor/xview.hpp>
#endif

#include "barograph/stats/moments.hpp"
#include "catch.hpp"

using namespace barograph;
using barograph::rolling::reduction;

TEST_CASE("tensors, arrays, views and expressions update states") {
  const xt::xtensor<double, 2> m = xt::arange<double>(0.0, 12.0).reshape({4, 3});
  moments all, column, doubled, array;
  xtensor::update(all, m);
  CHECK((all.count() == 12 && all.sum() == 66.0));
  xtensor::update(column, xt::view(m, xt::all(), 1));
  CHECK((column.count() == 4 && column.sum() == 1.0 + 4.0 + 7.0 + 10.0));
  xtensor::update(doubled, 2.0 * m + 1.0);
  CHECK(doubled.sum() == 2.0 * 66.0 + 12.0);
  xtensor::update(array, xt::xarray<int>({1, 2, 3}));
  CHECK(array.sum() == 6.0);
}

TEST_CASE("a span of a view begins at the view, a strided view is refused") {
  const xt::xtensor<double, 2> m = xt::arange<double>(0.0, 12.0).reshape({4, 3});
  moments s;
  s.update(m);
  CHECK(s.sum() == 66.0);
  const auto column = xt::view(m, xt::all(), 1);
  CHECK_THROWS_AS(s.update(column), invalid_argument);
  moments row;
  row.update(xt::view(m, 2, xt::all()));
  CHECK(row.sum() == 6.0 + 7.0 + 8.0);
}

TEST_CASE("rolling gives a tensor of the shape of what went in") {
  const xt::xtensor<double, 2> m = xt::arange<double>(0.0, 60.0).reshape({20, 3});
  const xt::xtensor<double, 2> mean = xtensor::rolling(reduction::mean, m, 5);
  REQUIRE((mean.shape()[0] == 20 && mean.shape()[1] == 3));
  CHECK(std::isnan(mean(3, 0)));
  CHECK(mean(4, 2) == (2.0 + 5.0 + 8.0 + 11.0 + 14.0) / 5.0);
  const xt::xtensor<double, 1> most =
      xtensor::rolling(reduction::maximum, xt::view(m, xt::all(), 0) * 2.0, 2);
  CHECK(most(19) == 114.0);
  const xt::xarray<double> dynamic = xt::arange<double>(1.0, 101.0);
  const xt::xarray<double> median = xtensor::rolling_quantile(dynamic, 5, 0.5);
  CHECK(median(99) == 98.0);
  const xt::xarray<double> cube = xt::zeros<double>({2, 2, 2});
  CHECK_THROWS_AS(xtensor::rolling(reduction::mean, cube, 2), invalid_argument);
}
