#include "barograph/formats/written_number.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
constexpr double none = -12345;
double read(std::string_view text, number_style style) {
  double x = none;
  return parse_written_number(text, style, x) ? x : none;
}
double point(std::string_view text) { return read(text, number_style::point); }
double comma(std::string_view text) { return read(text, number_style::comma); }

number_evidence of(const std::vector<std::string>& cells) {
  number_evidence seen;
  for (const std::string& cell : cells) seen.add(cell);
  return seen;
}
std::vector<std::string> times(std::size_t n, std::string cell, std::vector<std::string> others = {}) {
  others.insert(others.end(), n, std::move(cell));
  return others;
}
}  // namespace

TEST_CASE("each style reads its own marks") {
  for (const char* text : {"1,234,567.5", "1 234 567.5", "1'234'567.5",
                           "1\xC2\xA0"
                           "234\xC2\xA0"
                           "567.5",
                           "1\xE2\x80\xAF"
                           "234\xE2\x80\xAF"
                           "567.5",
                           "1234567.5", "+1,234,567.50"})
    CHECK(point(text) == 1234567.5);
  for (const char* text : {"1.234.567,5", "1 234 567,5", "1'234'567,5", "1234567,5", "12345675e-1"})
    CHECK(comma(text) == 1234567.5);
  CHECK(point("-1,234") == -1234);
  CHECK(comma("-1,234") == -1.234);
  CHECK(comma("1,5e3") == 1500);
  CHECK(point("1,234.") == none);
  CHECK(read("1,5", number_style::plain) == none);
}

TEST_CASE("groups have three digits and one mark, and begin with no zero") {
  for (const char* text :
       {"1,23", "1,2345", "1234,567", "0,123", ",123", "1,234 567", "1,,234", "1,234,", "1, 234", "1,234e3",
        "1,234.5.6", "1.5,000", "", "-", ",", "1,234,56", "12 34", "1,234x"})
    CHECK(point(text) == none);
  CHECK(comma("192.168.100.101") == none);  // an address
  CHECK(comma("192.168.100.256") == 192168100256);
  CHECK(comma("192.168.100,5") == 192168100.5);
  CHECK(point(std::string(65, '1')) == none);
}

TEST_CASE("in milliseconds a written number is as exact as a plain one") {
  double x = 0;
  REQUIRE(parse_written_number("1,001", number_style::comma, x, 3));
  CHECK(x == 1001);
}

TEST_CASE("the cells of a column decide together which mark is the decimal one") {
  CHECK(of({"1", "1234", "5"}).style() == number_style::plain);
  CHECK(of({"1,234", "1,5"}).style() == number_style::comma);
  CHECK(of({"1,234", "1.5"}).style() == number_style::point);
  CHECK(of({"1,234", "1,234,567"}).style() == number_style::point);
  CHECK(of({"1.234", "1.234.567"}).style() == number_style::comma);
  CHECK(of({"1 234"}).style() == number_style::point);
  CHECK(of({"1,5", "2.5", "3.5"}).style() == number_style::point);  // one stray cell turns no column
  CHECK_FALSE(of({"1,234", "5"}).style());
  CHECK_FALSE(of({"1,234", "1.234"}).style());
  CHECK(of({}).style() == number_style::plain);
}

TEST_CASE("without a proof a point is the decimal one, and what many cells show is weighed") {
  CHECK(of(times(1000, "1.234")).style() == number_style::plain);
  CHECK(of(times(49, "1.234", {"5"})).style() == number_style::plain);
  CHECK_FALSE(of(times(50, "1.234", {"5"})).style());
  CHECK(of(times(50, "1.234", {"5", "1234"})).style() == number_style::plain);
  CHECK_FALSE(of(times(1000, "1,234")).style());
  CHECK(of(times(100, "1,234", {"5"})).style() == number_style::point);
  CHECK_FALSE(of(times(100, "1,234", {"5", "1234"})).style());
  CHECK(of(times(20, "5", {"1,234"})).style() == number_style::plain);  // dirt
}

TEST_CASE("evidence of pieces adds up to that of the whole") {
  const std::vector<std::string> cells = {"1", "1,5", "1.5", "1,234", "1.234", "1 234", "12345", "x"};
  number_evidence sum;
  for (const std::string& cell : cells) sum += of({cell});
  const number_evidence whole = of(cells);
  CHECK(sum.point == 1);
  CHECK(sum.comma == 1);
  CHECK(sum.either_point == 1);
  CHECK(sum.either_comma == 1);
  CHECK(sum.grouped == 1);
  CHECK(sum.short_whole == 1);
  CHECK(sum.long_whole == 1);
  CHECK(whole.point == sum.point);
  CHECK(whole.long_whole == sum.long_whole);
  CHECK_FALSE(number_evidence().add("x"));
}
