// once: work that many threads need and the first of them does.
//
// For what is made when it is first asked for. std::call_once has the same law, and <mutex> takes longer to
// include than all else that such a header needs.
#pragma once

#include <sched.h>

#include <atomic>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Any thread may ask; work that throws is not done, and the next thread tries again.
class once {
 public:
  explicit once(bool done = false) noexcept : state_(done ? state::done : state::idle) {}
  once(const once&) = delete;
  once& operator=(const once&) = delete;

  /// What the work wrote is visible to a thread that finds it done.
  bool done() const noexcept { return state_.load(std::memory_order_acquire) == state::done; }

  /// Returns when the work is done, here or in another thread.
  template <class Work>
  void operator()(Work&& work) {
    while (!done()) {
      state seen = state::idle;
      if (!state_.compare_exchange_strong(seen, state::busy, std::memory_order_acquire)) {
        if (seen == state::busy) sched_yield();
        continue;
      }
      attempt mine{state_, state::idle};
      work();
      mine.leaves = state::done;
    }
  }

 private:
  enum class state : unsigned char { idle, busy, done };
  struct attempt {
    std::atomic<state>& now;
    state leaves;
    ~attempt() { now.store(leaves, std::memory_order_release); }
  };
  std::atomic<state> state_;
};

BAROGRAPH_NAMESPACE_END
