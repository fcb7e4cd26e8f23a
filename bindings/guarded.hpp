// guarded: a state with its own lock, so that Python threads may share it while the GIL is released.
//
// Never ask for the GIL while the lock is held.
#pragma once

#include <mutex>
#include <utility>

namespace barograph_bindings {

template <class State>
class guarded {
 public:
  explicit guarded(State state) : state_(std::move(state)) {}

  template <class F>
  auto with(F&& f) const {
    const std::lock_guard<std::mutex> hold(lock_);
    return f(static_cast<const State&>(state_));
  }
  template <class F>
  auto change(F&& f) {
    const std::lock_guard<std::mutex> hold(lock_);
    return f(state_);
  }
  /// A copy, for what reads two states: two locks are never held at once.
  State copy() const {
    return with([](const State& s) { return s; });
  }

 private:
  State state_;
  mutable std::mutex lock_;
};

}  // namespace barograph_bindings
