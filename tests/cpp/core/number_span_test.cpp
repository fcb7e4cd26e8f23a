#include "barograph/core/number_span.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

template <class T>
std::vector<T> some(std::size_t n) {
  std::vector<T> v(n);
  for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(i * i) - static_cast<T>(7);
  return v;
}

template <class T>
void check_reads(std::size_t n) {
  const std::vector<T> v = some<T>(n);
  const number_span x = v;
  REQUIRE(x.size() == n);
  const std::vector<double> all = x.as_doubles();
  for (std::size_t i = 0; i < n; ++i) {
    REQUIRE(all[i] == static_cast<double>(v[i]));
    REQUIRE(x[i] == all[i]);
  }
  std::size_t seen = 0;
  x.for_each_block([&](std::size_t first, span<const double> block) {
    REQUIRE(first == seen);
    for (std::size_t i = 0; i < block.size(); ++i) REQUIRE(block[i] == all[first + i]);
    seen += block.size();
  });
  CHECK(seen == n);
  if (n < 3) return;
  const number_span part = x.subspan(2, n - 2);
  CHECK(part.kind() == x.kind());
  CHECK(part[0] == all[2]);
  number_block block;
  const double* const rows = block.rows(x, 1, n - 1);
  for (std::size_t i = 1; i < n - 1; ++i) REQUIRE(rows[i] == all[i]);
  CHECK(block.rows(x, 2, 3)[2] == all[2]);
}

}  // namespace

TEST_CASE("numbers of every type are read as doubles, whole, one by one and by blocks") {
  for (const std::size_t n : {0u, 1u, 3u, 4u, 5u, 1024u, 1025u, 5000u}) {
    check_reads<double>(n);
    check_reads<float>(n);
    check_reads<std::int64_t>(n);
  }
}

TEST_CASE("doubles are read where they stand") {
  const std::vector<double> v = {1.0, 2.0};
  const number_span x = v;
  CHECK(x.doubles() == v.data());
  number_block block;
  CHECK(block.rows(x, 1, 2) == v.data());
  std::size_t calls = 0;
  x.for_each_block([&](std::size_t, span<const double> all) { calls += all.data() == v.data(); });
  CHECK(calls == 1);
  const std::vector<float> f = {1.0f};
  CHECK(number_span(f).doubles() == nullptr);
}

TEST_CASE("integers beyond 2^53 go to the nearest double or the even one of two, and floats are exact") {
  const std::int64_t two53 = std::int64_t{1} << 53;
  const std::array<std::int64_t, 5> v = {two53 + 1, two53 + 3, -two53 - 1, INT64_MAX, INT64_MIN};
  const number_span x = v;
  CHECK(x[0] == 0x1p53);
  CHECK(x[1] == 0x1p53 + 4);
  CHECK(x[2] == -0x1p53);
  CHECK(x[3] == 0x1p63);
  CHECK(x[4] == -0x1p63);
  CHECK(x.as_doubles()[1] == x[1]);
  const float least = std::numeric_limits<float>::denorm_min();
  const float odd[] = {least, -0.0f, std::numeric_limits<float>::infinity(),
                       std::numeric_limits<float>::quiet_NaN()};
  const number_span y = odd;
  CHECK(y[0] == 0x1p-149);
  CHECK((std::signbit(y[1]) && y[1] == 0.0));
  CHECK(y[2] == std::numeric_limits<double>::infinity());
  CHECK(y[3] != y[3]);
}

TEST_CASE("what a number_span can be made of") {
  STATIC_REQUIRE(std::is_convertible_v<std::vector<double>&, number_span>);
  STATIC_REQUIRE(std::is_convertible_v<span<double>, number_span>);
  STATIC_REQUIRE(std::is_convertible_v<span<const float>, number_span>);
  STATIC_REQUIRE(std::is_convertible_v<const std::array<std::int64_t, 3>&, number_span>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<number_span, std::vector<int>&>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<number_span, std::vector<bool>&>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<number_span>);
  CHECK(number_span().empty());
}
