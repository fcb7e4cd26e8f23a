// serial_executor: a loop over chunks in the calling thread, for headers that take an executor and need
// no threads themselves; executor.hpp has the one with threads.
//
// Chunk i is [i * grain, (i + 1) * grain), as with any executor.
#pragma once

#include <cstddef>

#include "errors.hpp"
#include "interrupt.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Runs chunks one after the other in the calling thread.
class serial_executor {
 public:
  std::size_t threads() const noexcept { return 1; }

  /// f(begin, end) for each chunk of `grain` elements of 0..n-1.
  template <class F>
  void for_each_chunk(std::size_t n, std::size_t grain, F&& f) const {
    if (grain == 0) raise<invalid_argument>("grain: given 0, expected at least 1");
    for (std::size_t begin = 0; begin < n;) {
      check_interrupt();
      const std::size_t end = grain < n - begin ? begin + grain : n;
      f(begin, end);
      begin = end;
    }
  }
};

BAROGRAPH_NAMESPACE_END
