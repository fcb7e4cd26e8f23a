// Interrupts within a kernel, which must not throw: it asks, leaves, and who ran it throws then.
#pragma once

#include <exception>

#include "../../core/interrupt.hpp"
#include "jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

/// Keeps what the hook of this thread throws while a kernel runs.
class job_interrupt {
 public:
  /// What the kernel is to ask; nothing where there is no hook. This is to outlive the kernel.
  leave_asker asker() noexcept { return {interruptible() ? &ask : nullptr, this}; }

  /// Throws what was kept.
  void rethrow() const {
#if BAROGRAPH_HAS_EXCEPTIONS
    if (thrown_) std::rethrow_exception(thrown_);
#endif
  }

 private:
  static bool ask(void* self) noexcept {
#if BAROGRAPH_HAS_EXCEPTIONS
    std::exception_ptr& thrown = static_cast<job_interrupt*>(self)->thrown_;
    try {
      if (!thrown) check_interrupt();
    } catch (...) {
      thrown = std::current_exception();
    }
    return static_cast<bool>(thrown);
#else
    static_cast<void>(self);
    check_interrupt();
    return false;
#endif
  }

  std::exception_ptr thrown_;
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
