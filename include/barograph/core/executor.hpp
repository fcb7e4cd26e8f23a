// Executors: how a loop over chunks is run; in the calling thread, or in several.
//
// Chunks follow the absolute index (chunk i is [i * grain, (i + 1) * grain)), whatever the number of
// threads, so threads do not change results. Threads live only inside one call: none survives a fork.
// Before each chunk the calling thread looks whether it is interrupted (interrupt.hpp); when it is, the
// other threads leave their chunks where these look, and the call ends with what the hook threw.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

#include "errors.hpp"
#include "interrupt.hpp"
#include "serial_executor.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

/// CPUs of a cgroup's quota, rounded up; 0 where there is none.
inline std::size_t quota_of(double quota, double period) noexcept {
  if (!(quota > 0.0 && period > 0.0)) return 0;
  const double cpus = quota / period;
  const auto whole = static_cast<std::size_t>(cpus);
  return std::max<std::size_t>(1, whole + (static_cast<double>(whole) < cpus ? 1 : 0));
}

inline std::string first_line(const std::string& path) {
  char line[256] = {0};
  if (std::FILE* file = std::fopen(path.c_str(), "r")) {
    if (std::fgets(line, sizeof line, file) == nullptr) line[0] = 0;
    std::fclose(file);
  }
  return line;
}

/// The tightest CPU quota of this process' cgroup and its parents (version 2, then 1); 0 for none.
inline std::size_t cgroup_cpus() {
  std::size_t least = 0;
  const auto take = [&least](std::size_t cpus) {
    if (cpus != 0) least = least == 0 ? cpus : std::min(least, cpus);
  };
  std::string own = first_line("/proc/self/cgroup");
  own = own.rfind("0::", 0) == 0
            ? own.substr(3, own.find('\n') == std::string::npos ? own.npos : own.find('\n') - 3)
            : std::string();
  for (;;) {
    double quota = 0;
    double period = 0;
    const std::string line = first_line("/sys/fs/cgroup" + own + "/cpu.max");
    if (std::sscanf(line.c_str(), "%lf %lf", &quota, &period) == 2) take(quota_of(quota, period));
    if (own.empty()) break;
    own.erase(own.rfind('/') == own.npos ? 0 : own.rfind('/'));
  }
  double quota = 0;
  double period = 0;
  if (std::sscanf(first_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").c_str(), "%lf", &quota) == 1 &&
      std::sscanf(first_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us").c_str(), "%lf", &period) == 1)
    take(quota_of(quota, period));
  return least;
}

inline std::size_t affinity_cpus() {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    const int cpus = CPU_COUNT(&set);
    if (cpus > 0) return static_cast<std::size_t>(cpus);
  }
#endif
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace detail

/// CPUs this process may use: the smaller of its affinity and its cgroup's quota.
inline std::size_t available_cpus() {
  const std::size_t quota = detail::cgroup_cpus();
  const std::size_t affinity = detail::affinity_cpus();
  return quota == 0 ? affinity : std::min(affinity, quota);
}

/// Threads worth starting for n elements: min(available CPUs, n / 100,000), at least 1.
inline std::size_t default_threads(std::size_t n) {
  constexpr std::size_t elements_per_thread = 100000;
  const std::size_t useful = n / elements_per_thread;
  return useful < 2 ? 1 : std::min(available_cpus(), useful);
}

/// Runs chunks in up to `threads` threads, the calling one among them; all have ended on return.
class thread_executor {
 public:
  /// @param threads  0 means available_cpus().
  explicit thread_executor(std::size_t threads = 0) : threads_(threads == 0 ? available_cpus() : threads) {}

  /// As many threads as asked for; 0 means default_threads(n).
  static thread_executor for_size(std::size_t n, std::size_t threads) {
    return thread_executor(threads == 0 ? default_threads(n) : threads);
  }

  std::size_t threads() const noexcept { return threads_; }

  /// f(begin, end) for each chunk, from several threads. When one throws, no further chunk is begun
  /// and the exception of the lowest chunk that threw leaves from here.
  template <class F>
  void for_each_chunk(std::size_t n, std::size_t grain, F&& f) const {
    if (grain == 0) raise<invalid_argument>("grain: given 0, expected at least 1");
    const std::size_t chunks = n / grain + (n % grain != 0 ? 1 : 0);
    const std::size_t workers = std::min(threads_, chunks);
    if (workers <= 1) return serial_executor{}.for_each_chunk(n, grain, f);
#if BAROGRAPH_HAS_EXCEPTIONS
    std::atomic<std::size_t> next{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::condition_variable ended;
    std::size_t running = 0;
    std::exception_ptr first;
    std::size_t first_chunk = chunks;
    const auto fail = [&](std::size_t chunk) {
      const std::lock_guard<std::mutex> lock(mutex);
      failed = true;
      if (chunk >= first_chunk && first) return;
      first_chunk = chunk;
      first = std::current_exception();
    };
    const auto work = [&]() noexcept {
      while (!failed.load(std::memory_order_relaxed)) {
        const std::size_t chunk = next.fetch_add(1, std::memory_order_relaxed);
        if (chunk >= chunks) return;
        try {
          check_interrupt();
          const std::size_t begin = chunk * grain;
          f(begin, begin + std::min(grain, n - begin));
        } catch (const left_behind& l) {  // another one has failed and says why
          if (l.failed != &failed) fail(chunk);
        } catch (...) {
          fail(chunk);
        }
      }
    };
    const auto work_beside = [&]() noexcept {
      {
        const interrupt_scope follow(&leave_when, &failed);
        work();
      }
      const std::lock_guard<std::mutex> lock(mutex);
      --running;
      ended.notify_one();
    };
    std::vector<std::thread> pool;
    pool.reserve(workers - 1);
    try {
      for (std::size_t i = 1; i < workers; ++i) {
        {
          const std::lock_guard<std::mutex> lock(mutex);
          ++running;
        }
        pool.emplace_back(work_beside);
      }
    } catch (...) {  // no more threads to be had: those that started, and this one, do it all
      const std::lock_guard<std::mutex> lock(mutex);
      --running;
    }
    work();
    if (interruptible()) {  // a wait that can be ended, too
      std::unique_lock<std::mutex> lock(mutex);
      while (running != 0 && !failed) {
        ended.wait_for(lock, std::chrono::milliseconds(50));
        lock.unlock();
        try {
          check_interrupt();
        } catch (...) {
          fail(chunks);
        }
        lock.lock();
      }
    }
    for (std::thread& t : pool) t.join();
    if (first) std::rethrow_exception(first);
#else
    serial_executor{}.for_each_chunk(n, grain, f);
#endif
  }

 private:
  /// What a thread leaves its chunk with when another one has failed.
  struct left_behind {
    const void* failed;
  };

#if BAROGRAPH_HAS_EXCEPTIONS
  static void leave_when(void* failed) {
    if (static_cast<std::atomic<bool>*>(failed)->load(std::memory_order_relaxed)) throw left_behind{failed};
  }
#endif

  std::size_t threads_;
};

BAROGRAPH_NAMESPACE_END
