// Interrupts: how a long call is ended from outside (Ctrl-C), without a cost in its inner loops.
//
// A caller may install a hook for its own thread; long loops of the engine call `check_interrupt`
// between stretches of about a million rows, and the hook leaves by an exception of its choice, or
// returns. Without a hook, the default, nothing is looked at. Executors pass an interrupt on to the
// threads they started. What was being computed is discarded: arguments that are written to hold rows
// of no meaning then, and a state is what its function documents.
#pragma once

#include <cstddef>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Rows between two looks at the hook: well under 100 ms of work, well over the cost of a look.
constexpr std::size_t rows_between_checks = std::size_t{1} << 18;

class interrupt_scope;

namespace detail {
inline thread_local const interrupt_scope* current_interrupt = nullptr;
}

/// Installs a hook for the calling thread while it lives; scopes nest.
///
///     std::atomic<bool> stop{false};  // set by a signal handler or another thread
///     barograph::interrupt_scope scope([](void* s) {
///       if (*static_cast<std::atomic<bool>*>(s)) throw stopped();
///     }, &stop);
class interrupt_scope {
 public:
  using hook = void (*)(void* context);

  /// @param check    returns to go on, throws to end the call; null: no interrupts within this scope
  /// @param context  handed to it
  explicit interrupt_scope(hook check, void* context = nullptr) noexcept
      : check_(check), context_(context), outer_(detail::current_interrupt) {
    detail::current_interrupt = this;
  }
  interrupt_scope(const interrupt_scope&) = delete;
  interrupt_scope& operator=(const interrupt_scope&) = delete;
  ~interrupt_scope() { detail::current_interrupt = outer_; }

  void look() const {
    if (check_ != nullptr) check_(context_);
  }

 private:
  hook check_;
  void* context_;
  const interrupt_scope* outer_;
};

/// Calls the hook of this thread, where there is one. What it throws leaves from here.
inline void check_interrupt() {
  if (detail::current_interrupt != nullptr) detail::current_interrupt->look();
}

/// Whether this thread has a hook.
inline bool interruptible() noexcept { return detail::current_interrupt != nullptr; }

BAROGRAPH_NAMESPACE_END
