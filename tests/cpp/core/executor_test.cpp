#include "barograph/core/executor.hpp"

#include <atomic>
#include <set>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
template <class Executor>
std::set<std::pair<std::size_t, std::size_t>> chunks_of(const Executor& executor, std::size_t n,
                                                        std::size_t grain) {
  std::mutex mutex;
  std::set<std::pair<std::size_t, std::size_t>> seen;
  executor.for_each_chunk(n, grain, [&](std::size_t begin, std::size_t end) {
    const std::lock_guard<std::mutex> lock(mutex);
    seen.emplace(begin, end);
  });
  return seen;
}
}  // namespace

TEST_CASE("chunks cover everything once, and do not depend on the threads") {
  for (const std::size_t n : {0u, 1u, 9u, 10u, 11u, 1000u}) {
    const auto serial = chunks_of(serial_executor{}, n, 10);
    std::size_t at = 0;
    for (const auto& [begin, end] : serial) {
      CHECK(begin == at);
      CHECK(end > begin);
      at = end;
    }
    CHECK(at == n);
    CHECK(chunks_of(thread_executor{3}, n, 10) == serial);
    CHECK(chunks_of(thread_executor{1}, n, 10) == serial);
  }
}

TEST_CASE("an exception in a chunk leaves from the call, and all threads have ended") {
  const thread_executor executor{4};
  std::atomic<int> running{0};
  const auto call = [&] {
    executor.for_each_chunk(100, 1, [&](std::size_t begin, std::size_t) {
      ++running;
      --running;
      if (begin == 0) raise<invalid_argument>("the first");
    });
  };
  CHECK_THROWS_WITH(call(), "the first");
  CHECK(running == 0);
}

TEST_CASE("a grain of nothing is refused") {
  CHECK_THROWS_AS(chunks_of(serial_executor{}, 10, 0), invalid_argument);
  CHECK_THROWS_AS(chunks_of(thread_executor{2}, 10, 0), invalid_argument);
}

TEST_CASE("threads are those that are there and worth it") {
  CHECK(available_cpus() >= 1);
  CHECK(default_threads(0) == 1);
  CHECK(default_threads(199999) == 1);
  CHECK(default_threads(std::size_t{1} << 40) == available_cpus());
  CHECK(detail::quota_of(150000, 100000) == 2);
  CHECK(detail::quota_of(-1, 100000) == 0);
}
