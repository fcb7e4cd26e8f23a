#include "barograph/stats/moments.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
moments of(std::vector<double> values) {
  moments m;
  m.update(span<const double>(values));
  return m;
}
}  // namespace

TEST_CASE("variance survives any offset") {
  CHECK(of({1e15 + 1, 1e15 + 2, 1e15 + 3}).variance() == 1.0);
  CHECK(of({1e15 + 1, 1e15 + 2, 1e15 + 3}).variance(0) == 2.0 / 3);
  CHECK(of({0.1, 0.1, 0.1}).variance() == 0.0);
}

TEST_CASE("the standard deviation stays in range where the variance does not") {
  const moments wide = of({-1e300, 1e300});
  CHECK(wide.mean() == 0.0);
  CHECK(wide.variance() == std::numeric_limits<double>::infinity());
  CHECK(wide.std(0) == Approx(1e300).epsilon(1e-15));
  const moments narrow = of({-1e-300, 1e-300});
  CHECK(narrow.variance(0) == 0.0);
  CHECK(narrow.std(0) == Approx(1e-300).epsilon(1e-15));
}

TEST_CASE("the mean exists where the sum overflows") {
  const moments m = of({1e308, 1e308, 1e308});
  CHECK(m.sum() == std::numeric_limits<double>::infinity());
  CHECK(m.mean() == 1e308);
}

TEST_CASE("nothing has no mean, one value no sample variance") {
  CHECK(std::isnan(moments().mean()));
  CHECK(std::isnan(moments().min()));
  CHECK(moments().sum() == 0.0);
  CHECK(std::isnan(of({3}).variance()));
  CHECK(of({3}).variance(0) == 0.0);
}

TEST_CASE("what is not finite is counted apart and enters nothing") {
  const double inf = std::numeric_limits<double>::infinity();
  const moments m = of({1, inf, 3, std::nan(""), -inf});
  CHECK(m.count() == 2);
  CHECK(m.nan_count() == 1);
  CHECK(m.positive_infinity_count() == 1);
  CHECK(m.negative_infinity_count() == 1);
  CHECK(m.mean() == 2.0);
  CHECK(m.max() == 3.0);
}

TEST_CASE("subtraction gives the sums back and forgets the extremes") {
  moments m = of({1, 2, 4, 8});
  m.subtract(of({2, 8}));
  CHECK(m.count() == 2);
  CHECK(m.mean() == 2.5);
  CHECK(m.variance() == 4.5);
  CHECK(std::isnan(m.min()));
  CHECK(moments::from_bytes(m.to_bytes()) == m);
  CHECK_THROWS_AS(m.subtract(of({100, 100})), invalid_argument);
  m.subtract(of({1, 4}));
  CHECK(m == moments());
}
