#include "barograph/core/decimal.hpp"

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "catch.hpp"

using namespace barograph;

TEST_CASE("the shortest decimal, by hand") {
  CHECK(decimal(0.1) == "0.1");
  CHECK(decimal(500) == "500");
  CHECK(decimal(0.1 + 0.2) == "0.30000000000000004");
  CHECK(decimal(1e22) == "1e+22");
  CHECK(decimal(0.0) == "0");
  CHECK(decimal(-0.0) == "-0");
  CHECK(decimal(5e-324) == "5e-324");
  CHECK(decimal(DBL_MAX) == "1.7976931348623157e+308");
  CHECK(decimal(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(decimal(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(decimal(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("any double comes back from its decimal, and 17 digits are never needed in vain") {
  std::uint64_t bits = 1;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    double x = 0;
    static_assert(sizeof x == sizeof bits, "a double has 64 bits");
    std::memcpy(&x, &bits, sizeof x);
    if (!std::isfinite(x)) continue;
    const std::string text = decimal(x);
    REQUIRE(std::strtod(text.c_str(), nullptr) == x);
    REQUIRE(text.size() <= 24);
  }
}

TEST_CASE("rounding to digits is to the nearest, and leaves no trailing zeros") {
  CHECK(decimal(1.0 / 3.0, 4) == "0.3333");
  CHECK(decimal(2.0 / 3.0, 4) == "0.6667");
  CHECK(decimal(500.0, 4) == "500");
  CHECK(decimal(99999.0, 4) == "1e+05");
  CHECK(decimal(0.00012345, 3) == "0.000123");
  CHECK(decimal(-0.5, 1) == "-0.5");
  CHECK(decimal(2.5, 1) == "2");  // a tie, to even
  CHECK(decimal(std::numeric_limits<double>::quiet_NaN(), 4) == "nan");
}

TEST_CASE("all 767 digits of a double find room, more add none") {
  const double longest = -2.2250738585072009e-308;  // the largest subnormal
  CHECK(decimal(longest, 767).size() == std::string("-d.e-308").size() + 766);
  CHECK(decimal(longest, 2000) == decimal(longest, 767));
  CHECK(decimal(0.1, 60) == "0.1000000000000000055511151231257827021181583404541015625");
}
