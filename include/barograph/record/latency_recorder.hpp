// latency_recorder: latencies of a service, recorded by any number of threads, read at any time.
//
// Every thread counts in a shard of its own: 64-byte aligned, written by that thread alone with relaxed
// loads and stores. No lock, no shared cache line, no clock and no allocation on the way, except when a
// thread meets a recorder for the first time. `record` is noexcept. A snapshot adds the shards up while
// they are written: each cell is one atomic integer, everything else is derived from the cells, and an
// error is written after its request and read before it; so a snapshot is a summary of requests that
// were made, short of those under way, and a later one contains it. Law and bounds: latency_counts.hpp.
//
// - Memory: `bytes_per_thread()` for each thread that recorded, 16.5 KB by default, in proportion to
//   log2(upper / lower). Shards of ended threads keep their counts and go to the next new thread.
// - Fork: the child of fork() goes on from the parent's counts and may record and read.
// - A recorder may be destroyed when no thread records any more; the threads may live on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "detail/shards.hpp"
#include "latency_counts.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class latency_recorder {
 public:
  /// Apdex T and F (ms) come from the policy; `range` says which latencies are told apart.
  explicit latency_recorder(const policy& p = policy(), latency_range range = {})
      : latency_recorder(p.apdex, range) {}
  explicit latency_recorder(const apdex_policy& limits, latency_range range = {})
      : latency_recorder(latency_cells(limits, range)) {}
  explicit latency_recorder(const latency_cells& cells) : shards_(cells) {}

  latency_recorder(const latency_recorder&) = delete;
  latency_recorder& operator=(const latency_recorder&) = delete;

  /// One request: its latency in ms, and whether it failed. NaN is a request whose latency is missing.
  void record(double latency, bool error = false) noexcept { shards_.record(latency, error); }

  template <class Rep, class Period>
  void record(std::chrono::duration<Rep, Period> latency, bool error = false) noexcept {
    record(std::chrono::duration<double, std::milli>(latency).count(), error);
  }

  /// Records the time from its construction to its end. `auto t = rec.time();`
  class timer {
   public:
    explicit timer(latency_recorder& recorder) noexcept
        : recorder_(&recorder), begin_(std::chrono::steady_clock::now()) {}
    timer(const timer&) = delete;
    timer& operator=(const timer&) = delete;
    ~timer() {
      if (recorder_ != nullptr) recorder_->record(elapsed(), error_);
    }

    void fail() noexcept { error_ = true; }           ///< the request counts as an error
    void dismiss() noexcept { recorder_ = nullptr; }  ///< nothing is recorded
    std::chrono::steady_clock::duration elapsed() const noexcept {
      return std::chrono::steady_clock::now() - begin_;
    }

   private:
    latency_recorder* recorder_;
    std::chrono::steady_clock::time_point begin_;
    bool error_ = false;
  };
  [[nodiscard]] timer time() noexcept { return timer(*this); }

  /// Everything recorded so far, by any thread.
  latency_summary snapshot() const { return counts().summary(); }

  /// The same as plain counts, whose differences are windows and which can be corrected for
  /// coordinated omission.
  latency_counts counts() const {
    std::vector<std::uint64_t> cells(shards_.cells().size());
    std::uint64_t errors[latency_cells::zones] = {};
    std::uint64_t sum_units = 0;
    shards_.add_to(cells, errors, sum_units);
    return latency_counts(shards_.cells(), std::move(cells), errors, sum_units);
  }

  const latency_cells& cells() const noexcept { return shards_.cells(); }

  /// Requests that could not be counted, because a new thread's shard found no memory.
  std::uint64_t dropped() const noexcept { return shards_.dropped(); }

  std::size_t bytes_per_thread() const noexcept { return shards_.shard_bytes(); }
  /// All memory of this recorder now: itself, and a shard for each thread that was recording at once.
  std::size_t bytes() const noexcept { return sizeof *this + shards_.count() * shards_.shard_bytes(); }

 private:
  detail::latency_shards shards_;
};

BAROGRAPH_NAMESPACE_END
