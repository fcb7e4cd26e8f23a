#include "barograph/core/canonical.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
/// One digit, written as one character.
struct digit {
  int value;
  std::string to_bytes() const { return std::string(1, static_cast<char>('0' + value)); }
};
}  // namespace

TEST_CASE("a state that has other bytes than it was read from is refused") {
  CHECK(canonical(digit{7}, "7").value == 7);
  CHECK_THROWS_AS(canonical(digit{7}, "07"), bad_bytes);
  CHECK_THROWS_AS(canonical(digit{7}, ""), bad_bytes);
}
