#include "barograph/rolling/exponential_sum.hpp"

#include <cmath>
#include <vector>

#include "barograph/rolling/exponential.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

TEST_CASE("a row keeps a share of all before it, also one without a value") {
  exponential_sum s(decay::from_alpha(0.5));
  CHECK(std::isnan(s.sum()));
  s.update(0.0, false);
  s.update(8.0);
  s.update(2.0);
  CHECK(s.sum() == 6.0);
  s.update(0.0, false);
  CHECK(s.sum() == 3.0);
  s.update(1.0);
  CHECK(s.sum() == 2.5);
  CHECK(s.count() == 3);
}

TEST_CASE("rows without a value are passed over where they are ignored") {
  weighting how;
  how.ignore_na = true;
  how.least = 2;
  exponential_sum s(decay::from_alpha(0.5), how);
  s.update(8.0);
  CHECK(std::isnan(s.sum()));
  s.update(0.0, false);
  s.update(1.0);
  CHECK(s.sum() == 5.0);
}

TEST_CASE("a sum falls by half each half-life of time, and to the newest value with an alpha of one") {
  exponential_sum s(decay::from_alpha(0.5));
  s.update(8.0);
  s.update(1.0, true, 3.0);
  CHECK(s.sum() == Approx(2.0).epsilon(1e-15));
  s.update(1.0, true, 0.0);
  CHECK(s.sum() == Approx(3.0).epsilon(1e-15));
  exponential_sum newest(decay::from_alpha(1.0));
  newest.update(5.0);
  newest.update(7.0);
  CHECK(newest.sum() == 7.0);
}

TEST_CASE("the batch has the bits of the stream") {
  std::vector<double> x(5000), got(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = i % 17 == 3 ? std::nan("") : std::sin(static_cast<double>(i));
  exponential(reduction::sum, x, decay::from_span(60), {}, options{}, {}, got);
  exponential_sum s(decay::from_span(60));
  for (std::size_t i = 0; i < x.size(); ++i) {
    s.update(x[i], !std::isnan(x[i]));
    REQUIRE(got[i] == s.sum());
  }
}

TEST_CASE("a sum without adjust is refused") {
  weighting how;
  how.adjust = false;
  CHECK_THROWS_WITH(exponential_sum(decay::from_alpha(0.5), how),
                    Catch::Contains("adjust: false given, expected true"));
}
