#include "barograph/core/span.hpp"

#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
struct base {
  int a;
};
struct derived : base {
  int b;
};
std::size_t size_of(span<const int> s) { return s.size(); }
}  // namespace

TEST_CASE("what a span can be made of") {
  STATIC_REQUIRE(std::is_convertible_v<std::vector<int>&, span<const int>>);
  STATIC_REQUIRE(std::is_convertible_v<span<int>, span<const int>>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<span<int>>);
  STATIC_REQUIRE(std::is_same_v<span<const int>::value_type, int>);
  CHECK(size_of(std::vector<int>(3)) == 3);
  CHECK(size_of({}) == 0);
}

TEST_CASE("what would lose const, a type or the stride of the elements does not compile") {
  STATIC_REQUIRE_FALSE(std::is_constructible_v<span<int>, const std::vector<int>&>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<span<int>, span<const int>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<span<const int>, std::vector<unsigned>&>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<span<const double>, std::vector<float>&>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<span<base>, std::vector<derived>&>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<span<const bool>, std::vector<bool>&>);
}

TEST_CASE("a span is a view: writes go through, copies share") {
  std::vector<int> v = {1, 2, 3, 4};
  const span<int> s(v);
  const span<const int> copy = s;
  s[1] = 20;
  *s.begin() = 10;
  CHECK(v == std::vector<int>{10, 20, 3, 4});
  CHECK(copy.data() == v.data());
  CHECK(std::accumulate(copy.begin(), copy.end(), 0) == 37);
}

TEST_CASE("arrays, parts and nothing") {
  static constexpr int numbers[] = {2, 3, 5, 7};
  constexpr span<const int> s(numbers);
  STATIC_REQUIRE(s.size() == 4);
  STATIC_REQUIRE(s.subspan(1, 2).size() == 2);
  STATIC_REQUIRE(s.subspan(1, 2)[1] == 5);
  STATIC_REQUIRE(s.subspan(4, 0).empty());
  STATIC_REQUIRE(s.end() - s.begin() == 4);
  std::array<int, 0> none{};
  CHECK(span<int>(none).empty());
  CHECK(span<int>().data() == nullptr);
  CHECK(span<int>().begin() == span<int>().end());
  const std::string text = "abc";
  CHECK(span<const char>(text).size() == 3);  // without the closing zero
}
