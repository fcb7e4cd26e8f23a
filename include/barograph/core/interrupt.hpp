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

namespace detail {
/// The hook of a thread and what it is handed.
struct installed_hook {
  void (*check)(void* context);
  void* context;
};
inline thread_local const installed_hook* current_interrupt = nullptr;
}  // namespace detail

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
      : own_{check, context}, outer_(detail::current_interrupt) {
    detail::current_interrupt = check == nullptr ? nullptr : &own_;
  }
  interrupt_scope(const interrupt_scope&) = delete;
  interrupt_scope& operator=(const interrupt_scope&) = delete;
  ~interrupt_scope() { detail::current_interrupt = outer_; }

 private:
  detail::installed_hook own_;
  const detail::installed_hook* outer_;
};

/// Calls the hook of this thread, where there is one. What it throws leaves from here.
inline void check_interrupt() {
  if (const detail::installed_hook* h = detail::current_interrupt) h->check(h->context);
}

/// Whether this thread has a hook.
inline bool interruptible() noexcept { return detail::current_interrupt != nullptr; }

BAROGRAPH_NAMESPACE_END
