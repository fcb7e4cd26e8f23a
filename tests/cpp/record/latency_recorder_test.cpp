#include "barograph/record/latency_recorder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace barograph;

static_assert(noexcept(std::declval<latency_recorder&>().record(1.0, true)));
static_assert(noexcept(std::declval<latency_recorder&>().record(std::declval<std::chrono::microseconds>())));
static_assert(noexcept(std::declval<latency_recorder&>().time()));

TEST_CASE("a recorder counts what it is given, in ms or in any duration") {
  latency_recorder rec;
  rec.record(12.5, /*error=*/false);
  rec.record(700.0, true);
  rec.record(std::chrono::microseconds(12500));
  rec.record(std::chrono::duration<double>(3.0), true);
  const latency_summary s = rec.snapshot();
  CHECK(s.count() == 4);
  CHECK(s.errors() == 2);
  CHECK(s.apdex_counts().satisfied() == 2);
  CHECK(s.apdex_counts().frustrated() == 2);
  CHECK(std::fabs(s.mean() - 931.25) <= 0x1p-21);
  CHECK(std::fabs(s.p50() - (12.5 + 700) / 2) <= s.relative_error() * 700);
}

TEST_CASE("a timer records its life, as an error when told, and nothing when dismissed") {
  latency_recorder rec;
  {
    auto t = rec.time();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  { rec.time().fail(); }
  { rec.time().dismiss(); }
  const latency_summary s = rec.snapshot();
  CHECK(s.count() == 2);
  CHECK(s.errors() == 1);
  CHECK(s.max() >= 2);
}

TEST_CASE("threads record what one thread would, to the byte") {
  latency_recorder many;
  latency_recorder one;
  const auto latency = [](int thread, int i) { return 0.37 * (1 + (i * 7919 + thread * 104729) % 40000); };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20000; ++i) many.record(latency(t, i), i % 10 == 0);
    });
  for (std::thread& t : threads) t.join();
  for (int t = 0; t < 4; ++t)
    for (int i = 0; i < 20000; ++i) one.record(latency(t, i), i % 10 == 0);
  CHECK(many.counts() == one.counts());
  CHECK(many.snapshot() == one.snapshot());
}

TEST_CASE("snapshots taken while threads record are summaries that only grow") {
  latency_recorder rec;
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 0; !stop.load(std::memory_order_relaxed); ++i)
        rec.record(1.0 + (i % 3000), (i + static_cast<std::uint32_t>(t)) % 3 == 0);
    });
  latency_counts before = rec.counts();
  for (int i = 0; i < 30; ++i) {
    const latency_counts now = rec.counts();
    const latency_counts fresh = now.since(before);  // throws if anything had shrunk
    CHECK(fresh.count() == now.count() - before.count());
    const latency_summary s = fresh.summary();  // throws if its parts contradicted one another
    CHECK(s.errors() <= s.count());
    if (s.count() > 0) CHECK((s.mean() > 0.9 && s.mean() < 3100));
    before = now;
  }
  stop = true;
  for (std::thread& t : threads) t.join();
  CHECK(rec.dropped() == 0);
}

TEST_CASE("shards of ended threads are counted, and go to the threads that follow") {
  latency_recorder rec;
  for (int t = 0; t < 50; ++t) std::thread([&] { rec.record(1.0); }).join();
  CHECK(rec.snapshot().count() == 50);
  CHECK(rec.bytes() == sizeof(latency_recorder) + rec.bytes_per_thread());
}

TEST_CASE("bytes: 16.5 KB a thread by default, in proportion to the octaves of the range") {
  latency_recorder rec;
  CHECK(rec.bytes() == sizeof(latency_recorder));
  CHECK(sizeof(latency_recorder) <= 128);
  CHECK(rec.bytes_per_thread() == 16512);
  rec.record(1.0);
  rec.record(2.0);
  CHECK(rec.bytes() == sizeof(latency_recorder) + 16512);
  latency_recorder narrow(apdex_policy{}, {1, 4096});
  CHECK(narrow.bytes_per_thread() < 16512 / 2);
}

TEST_CASE("recorders that share a place in the thread's table keep a shard each") {
  std::vector<std::unique_ptr<latency_recorder>> recorders;
  for (int i = 0; i < 200; ++i) recorders.push_back(std::make_unique<latency_recorder>());
  for (int round = 0; round < 10; ++round)
    for (auto& r : recorders) r->record(round);
  for (auto& r : recorders) {
    CHECK(r->counts().count() == 10);
    CHECK(r->bytes() == sizeof(latency_recorder) + r->bytes_per_thread());
  }
}

TEST_CASE("a recorder at the address of an earlier one counts for itself") {
  alignas(latency_recorder) unsigned char room[sizeof(latency_recorder)];
  for (int i = 0; i < 300; ++i) {
    auto* rec = new (room) latency_recorder;
    rec->record(5.0);
    CHECK(rec->counts().count() == 1);
    rec->~latency_recorder();
  }
}

TEST_CASE("threads outlive a recorder, and a recorder outlives threads") {
  std::atomic<int> phase{0};
  auto rec = std::make_unique<latency_recorder>();
  latency_recorder next;
  std::thread t([&] {
    rec->record(1.0);
    phase = 1;
    while (phase != 2) std::this_thread::yield();
    next.record(2.0);
  });
  while (phase != 1) std::this_thread::yield();
  CHECK(rec->snapshot().count() == 1);
  rec.reset();
  phase = 2;
  t.join();
  CHECK(next.snapshot().count() == 1);
}

namespace {
latency_recorder* last_words = nullptr;
struct records_at_the_end {
  ~records_at_the_end() { last_words->record(9.0); }
};
}  // namespace

TEST_CASE("the destructor of another thread_local may record") {
  latency_recorder rec;
  last_words = &rec;
  for (int i = 0; i < 3; ++i)
    std::thread([&] {
      static thread_local records_at_the_end before;  // ends after the thread's shards
      (void)&before;
      rec.record(1.0);
    }).join();
  CHECK(rec.snapshot().count() == 6);
  CHECK(rec.bytes() == sizeof(latency_recorder) + rec.bytes_per_thread());
}

TEST_CASE("the child of a fork goes on from the parent's counts") {
  latency_recorder rec;
  std::atomic<bool> stop{false};
  std::thread busy([&] {
    while (!stop) rec.record(3.0);
  });
  for (int i = 0; i < 10; ++i) rec.record(700.0);
  const pid_t child = fork();
  if (child == 0) {
    const std::uint64_t before = rec.counts().count();
    for (int i = 0; i < 5; ++i) rec.record(700.0);
    const latency_summary s = rec.snapshot();
    _exit(s.count() == before + 5 && s.apdex_counts().tolerating() == 15 ? 0 : 1);
  }
  REQUIRE(child > 0);
  int status = -1;
  waitpid(child, &status, 0);
  stop = true;
  busy.join();
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  CHECK(rec.snapshot().apdex_counts().tolerating() == 10);
}

TEST_CASE("a recorder takes its T and F from the policy") {
  policy p;
  p.apdex.threshold = 10;
  latency_recorder rec(p);
  for (double x : {10.0, std::nextafter(10.0, 11.0), 40.0, std::nextafter(40.0, 41.0)}) rec.record(x);
  const apdex a = rec.snapshot().apdex_counts();
  CHECK(a.satisfied() == 1);
  CHECK(a.tolerating() == 2);
  CHECK(a.frustrated() == 1);
}
