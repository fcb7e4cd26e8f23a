#include "barograph/formats/number.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "barograph/core/decimal.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
double read(std::string_view text, int power = 0) {
  double x = -12345;
  REQUIRE(parse_number(text, x, power));
  return x;
}
bool refused(std::string_view text) {
  double x = 0;
  return !parse_number(text, x);
}
}  // namespace

TEST_CASE("what is a number and what is not") {
  CHECK(read("0") == 0);
  CHECK(read("+5") == 5);
  CHECK(read("-.5") == -0.5);
  CHECK(read("5.") == 5);
  CHECK(read("5.e2") == 500);
  CHECK(read(".5E+1") == 5);
  CHECK(read("000000000000000000000000000001.50") == 1.5);
  CHECK(std::signbit(read("-0")));
  CHECK(std::signbit(read("-0e5")));
  for (const char* text :
       {"",    "+",  "-",  ".",   "-.",   "e5",  ".e5", "1e",    "1e+",  "1e5.",     "1.2.3",   "--1",
        "+-1", " 1", "1 ", "1,5", "0x10", "inf", "nan", "1_000", "1e5x", "infinity", "\xD9\xA1"})
    CHECK(refused(text));
  CHECK(refused(std::string_view("1\0", 2)));
}

TEST_CASE("overflow is bad, underflow a signed zero, and the ends of the doubles are read") {
  CHECK(read("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(refused("1.7976931348623159e308"));  // above the midpoint to 2^1024
  CHECK(refused("1e309"));
  CHECK(refused("-1e999999999999999999999"));
  CHECK(refused(std::string(400, '9')));
  CHECK(read("5e-324") == 5e-324);
  CHECK(read("2.4e-324") == 0);
  CHECK(std::signbit(read("-1e-999999999999999999999")));
  CHECK(read("0." + std::string(400, '0') + "1") == 0);
  CHECK(read("0e999999999") == 0);
  CHECK(read(std::string(400, '9') + "e-400") == 1);
  CHECK(read("0." + std::string(399, '0') + "1e400") == 1);
}

TEST_CASE("the nearest double, ties to even") {
  CHECK(read("9007199254740993") == 9007199254740992.0);
  CHECK(read("9007199254740995") == 9007199254740996.0);
  CHECK(read("9007199254740992.5") == 9007199254740992.0);
  CHECK(read("9007199254740993.0000000000000000000000000001") == 9007199254740994.0);
  CHECK(read("18446744073709551616") == 18446744073709551616.0);  // 2^64: the digits wrap 64 bits
  CHECK(read("2.2250738585072011e-308") == std::strtod("2.2250738585072011e-308", nullptr));
}

TEST_CASE("any double comes back, and a power of ten is exact") {
  std::uint64_t bits = 7;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    double x = 0;
    std::memcpy(&x, &bits, sizeof x);
    if (!std::isfinite(x)) continue;
    REQUIRE(read(decimal(x)) == x);
    const std::string text = std::to_string(bits >> (bits & 63u)) + '.' + std::to_string(bits % 977);
    REQUIRE(read(text) == std::strtod(text.c_str(), nullptr));
    REQUIRE(read(text, 3) == std::strtod((text + "e3").c_str(), nullptr));
    REQUIRE(read(text, -3) == std::strtod((text + "e-3").c_str(), nullptr));
  }
  CHECK(read("1.001", 3) == 1001);
  CHECK(1.001 * 1000 != 1001);  // why there is a power
  CHECK(read("1e-5", 3) == 0.01);
  CHECK(read("-1.5e2", -3) == -0.15);
}

TEST_CASE("units of time give the power of ten to milliseconds") {
  std::string_view digits;
  int power = 99;
  const auto unit = [&](std::string_view text) { return split_time_unit(text, digits, power); };
  CHECK((unit("12ms") && digits == "12" && power == 0));
  CHECK((unit("1.5 s") && digits == "1.5" && power == 3));
  CHECK((unit("7us") && digits == "7" && power == -3));
  CHECK((unit("7\xC2\xB5s") && digits == "7" && power == -3));   // micro sign
  CHECK((unit("7 \xCE\xBCs") && digits == "7" && power == -3));  // Greek mu
  for (const char* text : {"", "s", "12", "12m", "12S"}) CHECK_FALSE(unit(text));
  double x = 0;
  for (const char* text : {"ms", "us", "\xC2\xB5s"})  // a unit alone is no duration
    CHECK_FALSE((unit(text) && parse_number(digits, x, power)));
}
