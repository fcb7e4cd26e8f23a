#include "barograph/groupby/factorize.hpp"

#include <chrono>
#include <limits>

#include "catch.hpp"

using namespace barograph;

namespace {
std::vector<std::int32_t> codes_of(const std::vector<std::int64_t>& keys, bool missing = false) {
  std::vector<std::int32_t> codes(keys.size());
  groupby::factorize(keys, codes, missing);
  return codes;
}
}  // namespace

TEST_CASE("codes follow the order of the keys, close together or far apart") {
  CHECK(codes_of({7, 3, 7, 5}) == std::vector<std::int32_t>{2, 0, 2, 1});
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(codes_of({most, -1, groupby::missing_integer, -1}) == std::vector<std::int32_t>{2, 1, 0, 1});
}

TEST_CASE("a missing key has no code") {
  constexpr std::int64_t none = groupby::missing_integer;
  CHECK(codes_of({7, none, 3}, true) == std::vector<std::int32_t>{1, -1, 0});
  CHECK(codes_of({none, none}, true) == std::vector<std::int32_t>{-1, -1});
  CHECK(codes_of({}, true).empty());
}

TEST_CASE("pairs of codes are missing where one is, and checked") {
  const std::vector<std::int32_t> a = {0, 1, -1};
  const std::vector<std::int32_t> b = {2, 0, 1};
  std::vector<std::int64_t> out(3);
  groupby::combine_codes(a, 2, b, 3, out);
  CHECK(out == std::vector<std::int64_t>{2, 3, groupby::missing_integer});
  CHECK_THROWS_AS(groupby::combine_codes(a, 1, b, 3, out), invalid_argument);
}

TEST_CASE("keys chosen against a hash by one known product are numbered as fast as others") {
  // Multiples of the inverse of 2^64 / golden ratio, modulo 2^64: their products are 0, 1, 2 ..., so the
  // high bits are all alike, and a table without a seed goes 2e10 steps.
  constexpr std::uint64_t factor = 0x9E3779B97F4A7C15u;
  std::uint64_t inverse = factor;
  for (int i = 0; i < 6; ++i) inverse *= 2 - factor * inverse;
  REQUIRE(factor * inverse == 1);
  std::vector<std::int64_t> keys(200000);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<std::int64_t>(i * inverse);
  std::vector<std::int32_t> codes(keys.size());
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<std::int64_t> distinct = groupby::factorize(keys, codes);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
  CHECK(distinct.size() == keys.size());
  CHECK(std::is_sorted(distinct.begin(), distinct.end()));
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (distinct[static_cast<std::size_t>(codes[i])] != keys[i]) FAIL("row " << i);
}
