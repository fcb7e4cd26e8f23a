// The shards of a recorder, and how a thread finds its own.
//
// A shard has two holders, the recorder and at most one thread; the last one frees it. Shards stand in a
// list that only grows at its head, so that nothing here takes a lock (and none can be held over a
// fork). A thread finds its shard in a thread_local table of 64 places, by one comparison with the
// recorder's number; numbers are never given twice. Behind it stands a list of all shards of the
// thread, so that two recorders which share a place do not ask for shards again and again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <new>
#include <vector>

#include "../latency_counts.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

struct alignas(64) latency_shard {
  static constexpr std::uint32_t of_recorder = 1;
  static constexpr std::uint32_t of_thread = 2;

  std::atomic<std::uint32_t> holders{of_recorder | of_thread};
  std::uint64_t recorder = 0;     ///< its number
  latency_shard* next = nullptr;  ///< of the recorder's list; never changed once it is in it
  std::atomic<std::uint64_t> errors[latency_cells::zones] = {};
  std::atomic<std::uint64_t> sum_units{0};

  std::atomic<std::uint64_t>* counts() noexcept {
    return reinterpret_cast<std::atomic<std::uint64_t>*>(this + 1);
  }

  static std::size_t bytes(std::size_t cells) noexcept {
    return (sizeof(latency_shard) + cells * sizeof(std::atomic<std::uint64_t>) + 63) / 64 * 64;
  }

  /// Null when there is no memory.
  static latency_shard* make(std::uint64_t recorder, std::size_t cells) noexcept {
    void* memory = ::operator new(bytes(cells), std::align_val_t(64), std::nothrow);
    if (memory == nullptr) return nullptr;
    auto* shard = new (memory) latency_shard;
    shard->recorder = recorder;
    for (std::size_t c = 0; c < cells; ++c) new (shard->counts() + c) std::atomic<std::uint64_t>(0);
    return shard;
  }

  /// One holder less; the last one frees the memory.
  void release(std::uint32_t holder) noexcept {
    if (holders.fetch_and(~holder, std::memory_order_acq_rel) == holder)
      ::operator delete(this, std::align_val_t(64));
  }

  /// Takes a shard whose thread has ended.
  bool claim() noexcept {
    std::uint32_t free = of_recorder;
    return holders.load(std::memory_order_relaxed) == free &&
           holders.compare_exchange_strong(free, of_recorder | of_thread, std::memory_order_acquire,
                                           std::memory_order_relaxed);
  }

  /// By the thread that holds it: nobody else writes, so a load and a store are an increment.
  static void add(std::atomic<std::uint64_t>& to, std::uint64_t n, std::memory_order order) noexcept {
    to.store(to.load(std::memory_order_relaxed) + n, order);
  }
  __attribute__((always_inline)) inline void record(const latency_cells& cells, double latency,
                                                    bool error) noexcept {
    const latency_cells::place at = cells.find(latency);
    add(counts()[at.cell], 1, std::memory_order_relaxed);
    add(sum_units, at.units, std::memory_order_relaxed);
    // Released after its request: who sees the error sees the request.
    if (error) add(errors[at.zone], 1, std::memory_order_release);
  }
};

/// The places a thread looks at first. Plain data with constant initial values: no guard, no destructor.
struct shard_place {
  std::uint64_t recorder;
  latency_shard* shard;
};
constexpr std::size_t shard_places = 64;
inline thread_local shard_place places_of_thread[shard_places];
inline thread_local bool thread_has_ended;

/// Every shard the thread holds, by the recorder's number; given back when the thread ends.
class shards_of_thread {
 public:
  shards_of_thread() = default;
  shards_of_thread(const shards_of_thread&) = delete;
  shards_of_thread& operator=(const shards_of_thread&) = delete;
  ~shards_of_thread() {
    thread_has_ended = true;
    for (shard_place& place : places_of_thread) place = {};
    for (latency_shard* shard : held_) shard->release(latency_shard::of_thread);
  }

  latency_shard* find(std::uint64_t recorder) const noexcept {
    std::size_t low = 0;
    std::size_t high = held_.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (held_[middle]->recorder < recorder)
        low = middle + 1;
      else
        high = middle;
    }
    return low < held_.size() && held_[low]->recorder == recorder ? held_[low] : nullptr;
  }

  /// False when there is no memory; the shard is not held then.
  bool hold(latency_shard* shard) noexcept {
    if (held_.size() >= drop_at_) {
      drop_dead();
      drop_at_ = held_.size() * 2 + 16;
    }
    if (held_.size() == held_.capacity() && !reserve(held_.size() * 2 + 16)) return false;
    std::size_t at = held_.size();
    held_.push_back(shard);  // within the capacity
    for (; at > 0 && held_[at - 1]->recorder > shard->recorder; --at) held_[at] = held_[at - 1];
    held_[at] = shard;
    return true;
  }

 private:
  /// Gives back the shards whose recorder is gone.
  void drop_dead() noexcept {
    std::size_t kept = 0;
    for (latency_shard* shard : held_) {
      if ((shard->holders.load(std::memory_order_relaxed) & latency_shard::of_recorder) != 0u)
        held_[kept++] = shard;
      else
        shard->release(latency_shard::of_thread);
    }
    held_.resize(kept);
  }

  bool reserve(std::size_t n) noexcept {
#if BAROGRAPH_HAS_EXCEPTIONS
    try {
      held_.reserve(n);
    } catch (...) {
      return false;
    }
#else
    held_.reserve(n);
#endif
    return true;
  }

  std::vector<latency_shard*> held_;
  std::size_t drop_at_ = 16;
};

/// A number that no other recorder of the process has. It begins at a scattered place: shared libraries
/// that hide their symbols have counters of their own.
__attribute__((visibility("default"))) inline std::uint64_t next_recorder_number() noexcept {
  static std::atomic<std::uint64_t> next{[] {
    std::uint64_t z = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(places_of_thread)) ^
                      static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;  // mixed as in Steele, Lea, Flood, "SplitMix", 2014
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return ((z ^ (z >> 31)) << 24) + 1;  // never 0, the number of an empty place
  }()};
  return next.fetch_add(1, std::memory_order_relaxed);
}

class latency_shards {
 public:
  explicit latency_shards(const latency_cells& cells)
      : cells_(cells), number_(next_recorder_number()), place_(number_ % shard_places) {}
  latency_shards(const latency_shards&) = delete;
  latency_shards& operator=(const latency_shards&) = delete;
  ~latency_shards() {
    for (latency_shard* shard = head_.load(std::memory_order_acquire); shard != nullptr;) {
      latency_shard* const next = shard->next;
      shard->release(latency_shard::of_recorder);
      shard = next;
    }
  }

  void record(double latency, bool error) noexcept {
    const shard_place& place = places_of_thread[place_];
    if (__builtin_expect(place.recorder == number_, 1))
      place.shard->record(cells_, latency, error);
    else
      record_elsewhere(latency, error);
  }

  /// Adds up what all shards hold. Errors first: each was written after its request.
  void add_to(std::vector<std::uint64_t>& cells, std::uint64_t (&errors)[latency_cells::zones],
              std::uint64_t& sum_units) const noexcept {
    for_each([&](latency_shard& shard) {
      for (std::size_t z = 0; z < latency_cells::zones; ++z)
        errors[z] += shard.errors[z].load(std::memory_order_acquire);
      for (std::size_t c = 0; c < cells.size(); ++c)
        cells[c] += shard.counts()[c].load(std::memory_order_relaxed);
      sum_units += shard.sum_units.load(std::memory_order_relaxed);
    });
  }

  const latency_cells& cells() const noexcept { return cells_; }
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }
  std::size_t shard_bytes() const noexcept { return latency_shard::bytes(cells_.size()); }
  std::size_t count() const noexcept {
    std::size_t n = 0;
    for_each([&](latency_shard&) { ++n; });
    return n;
  }

 private:
  template <class F>
  void for_each(F f) const noexcept {
    for (latency_shard* s = head_.load(std::memory_order_acquire); s != nullptr; s = s->next) f(*s);
  }

  /// A shard whose thread has ended, or a new one; null when there is no memory.
  latency_shard* take() noexcept {
    for (latency_shard* s = head_.load(std::memory_order_acquire); s != nullptr; s = s->next)
      if (s->claim()) return s;
    latency_shard* const shard = latency_shard::make(number_, cells_.size());
    if (shard == nullptr) return nullptr;
    shard->next = head_.load(std::memory_order_relaxed);
    while (!head_.compare_exchange_weak(shard->next, shard, std::memory_order_release,
                                        std::memory_order_relaxed)) {
    }
    return shard;
  }

  /// The thread's first record here, or one whose place another recorder took.
  __attribute__((noinline, cold)) void record_elsewhere(double latency, bool error) noexcept {
    latency_shard* shard = nullptr;
    bool held = false;
    if (!thread_has_ended) {
      static thread_local shards_of_thread mine;
      shard = mine.find(number_);
      held = shard != nullptr;
      if (!held) {
        shard = take();
        held = shard != nullptr && mine.hold(shard);
      }
      if (held) places_of_thread[place_] = {number_, shard};
    } else {  // from the destructor of another thread_local: hold nothing
      shard = take();
    }
    if (shard == nullptr) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    shard->record(cells_, latency, error);
    if (!held) shard->release(latency_shard::of_thread);
  }

  latency_cells cells_;
  std::uint64_t number_;
  std::size_t place_;  ///< where a thread looks for it first
  std::atomic<latency_shard*> head_{nullptr};
  std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace detail
BAROGRAPH_NAMESPACE_END
