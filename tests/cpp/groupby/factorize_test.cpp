#include "barograph/groupby/factorize.hpp"

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
