// interruptible: an engine call without the GIL that Ctrl-C ends.
//
// The engine looks at its hook every few hundred thousand rows; the hook takes the GIL for a moment, at
// most twenty times a second, and runs Python's signal handlers. What they raise (KeyboardInterrupt)
// leaves from the call. Python runs them in its main thread alone, so calls of other threads go on.
#pragma once

#include <pybind11/pybind11.h>

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "barograph/core/interrupt.hpp"
#include "guarded.hpp"

namespace barograph_bindings {

class interruptible {
 public:
  interruptible() : scope_(&run_signal_handlers, this) {}

 private:
  using clock = std::chrono::steady_clock;

  static void run_signal_handlers(void* self) {
    auto& looked = static_cast<interruptible*>(self)->looked_;
    const clock::time_point now = clock::now();
    if (now - looked < std::chrono::milliseconds(50)) return;
    {
      const pybind11::gil_scoped_acquire gil;
      if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
    }
    looked = clock::now();
  }

  pybind11::gil_scoped_release released_;
  clock::time_point looked_ = clock::now();
  barograph::interrupt_scope scope_;
};

/// Some of the rows of columns that go into a stream together, or all.
struct rows_in_turn {
  std::size_t at, count;
  bool all;

  /// These rows of a column; of none that is empty.
  template <class Span>
  Span of(const Span& column) const {
    return all || column.empty() ? column : column.subspan(at, count);
  }
};

/// update(stream, rows) for all of n rows in order, some thousand at a time, each time under its lock. An
/// interrupt between them leaves the stream with the rows so far. Columns that are not `even`, of unequal
/// length, go to update as they are.
template <class Stream, class F>
void change_in_turn(guarded<Stream>& g, std::size_t n, bool even, F update) {
  const interruptible call;
  constexpr std::size_t some = 8192;
  const bool all = !even || n <= some;
  for (std::size_t at = 0; at == 0 || at < n; at += some) {
    if (at > 0) barograph::check_interrupt();
    const rows_in_turn rows{at, all ? n : std::min(some, n - at), all};
    const barograph::interrupt_scope quiet(nullptr);  // the hook takes the GIL: never under the lock
    g.change([&](Stream& s) { update(s, rows); });
    if (all) return;
  }
}

/// update(state, begin, end) for all of n rows. Many rows go to a copy of the state, in pieces, without
/// its lock (signal handlers may use the state); an interrupt leaves the state as it was. Where another
/// thread changed the state meanwhile, the rows are added again, under the lock, and nothing interrupts that.
template <class State, class F>
void update_in_pieces(guarded<State>& g, std::size_t n, F update,
                      std::size_t piece = barograph::rows_between_checks) {
  const interruptible call;
  if (n > piece) {
    auto [copy, version] = g.versioned_copy();
    for (std::size_t at = 0; at < n; at += std::min(piece, n - at)) {
      barograph::check_interrupt();
      update(copy, at, at + std::min(piece, n - at));
    }
    if (g.replace_if(version, std::move(copy))) return;
  }
  const barograph::interrupt_scope quiet(nullptr);  // the hook takes the GIL: never under the lock
  g.change([&](State& s) { update(s, std::size_t{0}, n); });
}

}  // namespace barograph_bindings
