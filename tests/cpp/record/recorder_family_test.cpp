#include "barograph/record/recorder_family.hpp"

#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace barograph;

static_assert(noexcept(std::declval<recorder_family&>().with({"GET"})));

TEST_CASE("a family has a recorder for each combination of values, the same one each time") {
  recorder_family requests({"method", "route"});
  latency_recorder& a = requests.with({"GET", "/users"});
  CHECK(&a == &requests.with({"GET", "/users"}));
  CHECK(&a != &requests.with({"POST", "/users"}));
  CHECK(&requests.with({"GE", "T/users"}) != &a);
  a.record(5.0);
  requests.with({"GET", "/users"}).record(6.0);
  CHECK(a.snapshot().count() == 2);
  const auto all = requests.all();
  REQUIRE(all.size() == 3);
  for (const auto* s : all) CHECK(s->labels.size() == 2);
}

TEST_CASE("values beyond the bound are counted under other, and none is lost") {
  recorder_family f({"user"}, 10);
  for (int i = 0; i < 1000; ++i) f.with({std::to_string(i)}).record(1.0);
  const auto all = f.all();
  CHECK(all.size() == 11);
  CHECK(all.back()->labels == std::vector<std::string>{"other"});
  CHECK(f.overflow().snapshot().count() == 990);
  std::uint64_t total = 0;
  for (const auto* s : all) total += s->recorder.snapshot().count();
  CHECK(total == 1000);
  // 11 series recorded from one thread: as many shards, and a few hundred bytes each for the rest.
  CHECK(f.bytes() < 11 * (f.overflow().bytes_per_thread() + 400) + 1000);
}

TEST_CASE("a number of values that is not the number of names is counted under other") {
  recorder_family f({"method", "route"});
  f.with({"GET"}).record(1.0);
  f.with(std::vector<std::string_view>{"GET", "/", "x"}).record(1.0);
  CHECK(f.overflow().snapshot().count() == 2);
  CHECK(f.all().size() == 1);
}

TEST_CASE("the overflow series is listed when it counted something, and not before") {
  recorder_family f({"route"}, 1);
  f.with({"/"}).record(1.0);
  CHECK(f.all().size() == 1);
}

TEST_CASE("threads that meet new values at once make each series once, within the bound") {
  recorder_family f({"route"}, 64);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) f.with({std::to_string((i * (t + 1)) % 50)}).record(1.0);
    });
  for (std::thread& t : threads) t.join();
  const auto all = f.all();
  CHECK(all.size() == 50);
  std::uint64_t total = 0;
  for (const auto* s : all) total += s->recorder.snapshot().count();
  CHECK(total == 8000);
}

TEST_CASE("a family says what cannot be") {
  CHECK_THROWS_AS(recorder_family({}), invalid_argument);
  CHECK_THROWS_AS(recorder_family({"a", "b", "a"}), invalid_argument);
  CHECK_THROWS_AS(recorder_family({"a"}, 0), invalid_argument);
  CHECK_THROWS_AS(recorder_family({"a"}, 100'001), invalid_argument);
}
