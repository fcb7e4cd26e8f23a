#include "barograph/rolling/series.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph::rolling;

namespace {
const double missing_value = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("a series without missing values carries no flags") {
  const std::vector<double> x = {1, 2};
  const series s(x, options{}, 0.0);
  CHECK(s.missing() == nullptr);
  CHECK(s.valid_before() == nullptr);
}

TEST_CASE("NaN, infinities and masked rows are missing and get the filler") {
  const std::vector<double> x = {1, missing_value, infinity, 4};
  const unsigned char mask[] = {0, 0, 0, 1};
  options how;
  how.mask = mask;
  const series s(x, how, 7.0);
  REQUIRE(s.missing() != nullptr);
  CHECK(std::vector<double>(s.values(), s.values() + 4) == std::vector<double>{1, 7, 7, 7});
  CHECK(s.valid_before()[4] == 1);
}

TEST_CASE("what propagates is told to the windows that hold it") {
  const std::vector<double> x = {1, infinity, 2, -infinity};
  options how;
  how.inf = treatment::propagate;
  const series s(x, how, 0.0);
  REQUIRE(s.has_loud());
  std::vector<int> seen;
  s.for_each_window(fixed_windows(4, 2), [&](std::size_t, std::int64_t loud, double, double, double) {
    seen.push_back(static_cast<int>(loud));
  });
  CHECK(seen == std::vector<int>{0, 1, 1, 1});
}

TEST_CASE("a mask of another length is refused") {
  const std::vector<double> x = {1, 2};
  const unsigned char mask[] = {0};
  options how;
  how.mask = mask;
  CHECK_THROWS_AS(series(x, how, 0.0), barograph::invalid_argument);
}
