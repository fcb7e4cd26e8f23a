// guarded: a state with its own lock, so that Python threads may share it while the GIL is released.
//
// Never ask for the GIL while the lock is held.
#pragma once

#include <cstdint>
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
    ++version_;
    return f(state_);
  }
  /// The lock where nobody holds it; while it is held, `held` and `change_held` give the state.
  std::unique_lock<std::mutex> try_lock() const { return std::unique_lock(lock_, std::try_to_lock); }
  const State& held() const { return state_; }
  State& change_held() {
    ++version_;
    return state_;
  }
  /// A copy, and the number of changes that have led to it.
  std::pair<State, std::uint64_t> versioned_copy() const {
    const std::lock_guard<std::mutex> hold(lock_);
    return {state_, version_};
  }
  /// Takes `next` unless the state has changed since `version`.
  bool replace_if(std::uint64_t version, State&& next) {
    const std::lock_guard<std::mutex> hold(lock_);
    if (version_ != version) return false;
    ++version_;
    state_ = std::move(next);
    return true;
  }
  /// A copy, for what reads two states: two locks are never held at once.
  State copy() const {
    return with([](const State& s) { return s; });
  }

 private:
  State state_;
  std::uint64_t version_ = 0;
  mutable std::mutex lock_;
};

}  // namespace barograph_bindings
