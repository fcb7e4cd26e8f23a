#include "barograph/baseline/exclusion.hpp"

#include <cstdint>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using barograph::baseline::exclusion;

namespace {

using integers = std::vector<std::int64_t>;
using flags = std::vector<unsigned char>;

flags marked(const integers& start, const integers& end, const integers& times) {
  flags mask(times.size());
  exclusion(start, end).mark(times, mask);
  return mask;
}

}  // namespace

TEST_CASE("an interval holds its start, not its end") {
  CHECK(marked({10}, {20}, {9, 10, 19, 20}) == flags{0, 1, 1, 0});
  CHECK(marked({10}, {10}, {9, 10, 11}) == flags{0, 0, 0});
}

TEST_CASE("intervals may overlap, touch and come in any order, and so may times") {
  const integers start = {50, 10, 15, 30, 12}, end = {60, 20, 25, 31, 13};
  integers times;
  for (std::int64_t i = 0; i < 2000; ++i) times.push_back((i * 7919) % 71);
  const flags got = marked(start, end, times);
  const exclusion e(start, end);
  for (std::size_t i = 0; i < times.size(); ++i) {
    bool held = false;
    for (std::size_t k = 0; k < start.size(); ++k) held |= start[k] <= times[i] && times[i] < end[k];
    CHECK((got[i] != 0) == held);
    CHECK(e.holds(times[i]) == held);
  }
}

TEST_CASE("what was marked before stays so") {
  flags mask = {1, 0, 0};
  const integers start = {2}, end = {std::numeric_limits<std::int64_t>::max()}, times = {0, 1, 2};
  exclusion(start, end).mark(times, mask);
  CHECK(mask == flags{1, 0, 1});
  exclusion().mark(times, mask);
  CHECK(mask == flags{1, 0, 1});
}

TEST_CASE("intervals that end before they start, and unequal numbers, are refused") {
  CHECK_THROWS_AS(marked({10}, {9}, {1}), invalid_argument);
  CHECK_THROWS_AS(marked({10, 11}, {12}, {1}), invalid_argument);
  flags mask(2);
  const integers times = {1};
  CHECK_THROWS_AS(exclusion().mark(times, mask), invalid_argument);
}
