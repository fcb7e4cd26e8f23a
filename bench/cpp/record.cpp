// Times one record() of each recorder, from one and from two threads: bench/bench_record.py runs this.
//
//   record ROUNDS CALLS       prints "name threads nanoseconds" for every round, recorders in turn
//
// Built with -DBENCH_PROMETHEUS (and prometheus-cpp), that peer is there as well; with -DBENCH_LIBRARY, a
// shared library made of this file under -DBENCH_IS_LIBRARY, record() called from a library.
#include "barograph/record/latency_recorder.hpp"

#ifdef BENCH_IS_LIBRARY

extern "C" void record_from_library(barograph::latency_recorder& recorder, const double* x, int calls) {
  for (int i = 0; i < calls; ++i) recorder.record(x[i & 1023]);
}

#else

#include <time.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#ifdef BENCH_PROMETHEUS
#include <prometheus/histogram.h>
#endif
#ifdef BENCH_LIBRARY
extern "C" void record_from_library(barograph::latency_recorder& recorder, const double* x, int calls);
#endif

namespace {

double latencies[1024];

double processor_nanoseconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// Processor time of a call when `threads` threads make `calls` each; they start together. Time that the
/// machine gave to others does not count; neither does time asleep at a lock.
template <class F>
double nanoseconds(int threads, int calls, F run) {
  std::atomic<int> ready{0};
  std::vector<double> spent(static_cast<std::size_t>(threads));
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      ++ready;
      while (ready.load(std::memory_order_acquire) != threads) {
      }
      const double begin = processor_nanoseconds();
      run(calls);
      spent[static_cast<std::size_t>(t)] = processor_nanoseconds() - begin;
    });
  for (std::thread& t : all) t.join();
  return *std::max_element(spent.begin(), spent.end()) / calls;
}

template <class F>
void measure(const char* name, int calls, F run) {
  for (const int threads : {1, 2})
    std::printf("%s %d %.4f\n", name, threads, nanoseconds(threads, calls, run));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: record ROUNDS CALLS\n");
    return 2;
  }
  const int rounds = std::atoi(argv[1]);
  const int calls = std::atoi(argv[2]);
  std::uint32_t state = 1;
  for (double& x : latencies) {  // 0.5 ms to 1.5 s, evenly on a logarithmic axis
    state = state * 1664525u + 1013904223u;
    x = 0.5 * std::exp(8.0 * static_cast<double>(state >> 8) / 0x1p24);
  }
  barograph::latency_recorder recorder;
  std::atomic<std::uint64_t> shared{0};
  std::mutex lock;
  std::vector<double> kept;
  kept.reserve(static_cast<std::size_t>(2 * calls));
#ifdef BENCH_PROMETHEUS
  prometheus::Histogram histogram({5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000});
#endif
  for (int round = 0; round < rounds; ++round) {
    measure("barograph", calls, [&](int n) {
      for (int i = 0; i < n; ++i) recorder.record(latencies[i & 1023]);
    });
#ifdef BENCH_PROMETHEUS
    measure("prometheus-cpp", calls, [&](int n) {
      for (int i = 0; i < n; ++i) histogram.Observe(latencies[i & 1023]);
    });
#endif
    measure("mutex+vector", calls, [&](int n) {
      for (int i = 0; i < n; ++i) {
        const std::lock_guard<std::mutex> guard(lock);
        if (kept.size() == kept.capacity()) kept.clear();
        kept.push_back(latencies[i & 1023]);
      }
    });
    measure("fetch_add", calls, [&](int n) {
      for (int i = 0; i < n; ++i) shared.fetch_add(1, std::memory_order_relaxed);
    });
#ifdef BENCH_LIBRARY
    measure("library", calls, [&](int n) { record_from_library(recorder, latencies, n); });
#endif
  }
  return recorder.dropped() == 0 ? 0 : 1;
}

#endif
