#include "barograph/core/serial_executor.hpp"

#include <utility>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

std::vector<std::pair<std::size_t, std::size_t>> chunks(std::size_t n, std::size_t grain) {
  std::vector<std::pair<std::size_t, std::size_t>> r;
  serial_executor().for_each_chunk(n, grain, [&](std::size_t a, std::size_t b) { r.emplace_back(a, b); });
  return r;
}

}  // namespace

TEST_CASE("chunks come one after the other and cover everything once") {
  CHECK(serial_executor().threads() == 1);
  CHECK(chunks(0, 3).empty());
  CHECK(chunks(3, 3) == std::vector<std::pair<std::size_t, std::size_t>>{{0, 3}});
  CHECK(chunks(7, 3) == std::vector<std::pair<std::size_t, std::size_t>>{{0, 3}, {3, 6}, {6, 7}});
}

TEST_CASE("the largest grain there is does not overflow") {
  const auto most = static_cast<std::size_t>(-1);
  CHECK(chunks(5, most) == std::vector<std::pair<std::size_t, std::size_t>>{{0, 5}});
}

TEST_CASE("a grain of nothing is refused before anything runs") {
  bool ran = false;
  CHECK_THROWS_AS(serial_executor().for_each_chunk(5, 0, [&](std::size_t, std::size_t) { ran = true; }),
                  invalid_argument);
  CHECK_FALSE(ran);
}
