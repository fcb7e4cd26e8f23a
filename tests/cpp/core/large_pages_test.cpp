#include "barograph/core/large_pages.hpp"

#include <vector>

#include "catch.hpp"

TEST_CASE("memory asked for in large pages holds what it held, from any address and of any size") {
  std::vector<char> memory(9'000'001, 'x');
  for (const std::size_t from : {0u, 1u, 4095u, 4096u})
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{100}, memory.size() - from})
      barograph::prefer_large_pages(memory.data() + from, bytes);
  CHECK(memory == std::vector<char>(memory.size(), 'x'));
}
