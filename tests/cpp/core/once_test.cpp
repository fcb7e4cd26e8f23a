#include "barograph/core/once.hpp"

#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"

using barograph::once;

TEST_CASE("of many threads one does the work, and all see what it wrote") {
  for (int round = 0; round < 200; ++round) {
    once made;
    int runs = 0, value = 0;
    std::vector<int> seen(4, -1);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < seen.size(); ++i)
      threads.emplace_back([&, i] {
        made([&] {
          ++runs;
          value = 42;
        });
        seen[i] = value;
      });
    for (std::thread& t : threads) t.join();
    REQUIRE(runs == 1);
    REQUIRE(seen == std::vector<int>(4, 42));
    REQUIRE(made.done());
  }
}

TEST_CASE("work that throws is tried again") {
  once made;
  CHECK_THROWS_AS(made([] { throw std::runtime_error("no memory"); }), std::runtime_error);
  CHECK_FALSE(made.done());
  int runs = 0;
  made([&] { ++runs; });
  made([&] { ++runs; });
  CHECK(runs == 1);
  CHECK(made.done());
}

TEST_CASE("what is known from the beginning is not made") {
  once known(true);
  known([] { FAIL("made again"); });
  CHECK(known.done());
}
