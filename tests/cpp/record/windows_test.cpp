#include "barograph/record/windows.hpp"

#include <chrono>
#include <cmath>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using std::chrono::seconds;

namespace {
/// A recorder that saw `rate(t)` requests of `t + 1` ms in second t, ticked once a second.
struct scene {
  latency_recorder rec;
  recorder_windows windows{rec};

  void second(int t, int rate) {
    for (int i = 0; i < rate; ++i) rec.record(t + 1.0, i == 0);
    windows.tick(seconds(t + 1));
  }
};
}  // namespace

TEST_CASE("a window holds what was recorded in it: counts, errors and mean by a plain sum") {
  scene s;
  s.windows.tick(seconds(0));
  for (int t = 0; t < 4000; ++t) s.second(t, 3);
  const double lengths[] = {60, 300, 3600};
  for (std::size_t w = 0; w < 3; ++w) {
    const recorder_window window = s.windows[w];
    const double covered = std::chrono::duration<double>(window.covered).count();
    CHECK(covered <= lengths[w]);
    CHECK(covered > lengths[w] * 11 / 12);
    const auto n = static_cast<std::uint64_t>(covered);
    CHECK(window.counts.count() == 3 * n);
    const latency_summary summary = window.summary();
    CHECK(summary.errors() == n);
    // The last n seconds have the latencies 4001 - n .. 4000.
    CHECK(std::fabs(summary.mean() - (4001 - covered + 4000) / 2) <= 1e-6);
    CHECK(std::fabs(window.throughput() - 3) < 1e-12);
  }
  CHECK(s.windows.total().count() == 12000);
}

TEST_CASE("windows before the first tick and after one are empty, and cover nothing") {
  latency_recorder rec;
  recorder_windows w(rec);
  rec.record(5);
  CHECK(w[0].counts.count() == 0);
  w.tick(seconds(100));
  CHECK(w[0].counts.count() == 0);
  CHECK(w[0].covered.count() == 0);
  CHECK(w[0].throughput() != w[0].throughput());
  CHECK(w.total().count() == 1);
  w.tick(seconds(100));
  rec.record(6);
  w.tick(seconds(101));
  CHECK(w.windows()[1].counts.count() == 1);
}

TEST_CASE("requests leave a window when it has passed them") {
  scene s;
  s.second(0, 1);
  s.second(1, 100);
  CHECK(s.windows[0].counts.count() == 100);
  for (int t = 2; t < 70; ++t) s.second(t, 0);
  CHECK(s.windows[0].counts.count() == 0);
  CHECK(s.windows[1].counts.count() == 100);
}

TEST_CASE("ticks more seldom than the window: it covers the time since the tick before") {
  latency_recorder rec;
  recorder_windows w(rec, {seconds(60)});
  for (int i = 0; i < 10; ++i) {
    w.tick(std::chrono::minutes(5 * i));
    rec.record(1.0);
  }
  w.tick(std::chrono::minutes(50));
  CHECK(w[0].counts.count() == 1);
  CHECK(w[0].covered == std::chrono::minutes(5));
}

TEST_CASE("however many ticks there are, the snapshots stay few") {
  latency_recorder rec;
  recorder_windows w(rec);
  for (int i = 0; i < 20000; ++i) {
    rec.record(1.0 + i % 100);
    w.tick(std::chrono::milliseconds(500 * i));
  }
  // 100 ms and 1 ms are 64 * log2(100) = 426 cells apart; three windows of at most 14 snapshots.
  CHECK(w.bytes() < 3 * 14 * (428 * 8 + sizeof(latency_counts) + 64) + 2 * 428 * 8);
}

TEST_CASE("clocks of any kind drive it, backwards none") {
  latency_recorder rec;
  recorder_windows w(rec, {seconds(1)});
  w.tick(std::chrono::steady_clock::now());
  w.tick(std::chrono::steady_clock::now());
  CHECK_THROWS_AS(w.tick(seconds(-1)), invalid_argument);
  CHECK_THROWS_AS(recorder_windows(rec, {}), invalid_argument);
  CHECK_THROWS_AS(recorder_windows(rec, {seconds(0)}), invalid_argument);
}
