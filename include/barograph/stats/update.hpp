// update(state, first, last): a state from a pair of iterators; what lies side by side goes in as a span.
//
// Law: that of the state.
#pragma once

#include <cstddef>
#include <iterator>

#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Adds the values [first, last) to a state: list, deque, set, a transforming iterator ...; a pointer pair
/// goes in whole, anything else by blocks. All of it or, where the iterator throws, the blocks before.
template <class State, class Iterator>
void update(State& state, Iterator first, Iterator last) {
  if constexpr (std::is_convertible_v<Iterator, const double*>) {
    const double* begin = first;
    state.update(span<const double>(begin, static_cast<std::size_t>(last - first)));
  } else {
    constexpr std::size_t block = 1024;
    double buffer[block];
    while (first != last) {
      std::size_t filled = 0;
      for (; filled < block && first != last; ++first) buffer[filled++] = static_cast<double>(*first);
      state.update(span<const double>(buffer, filled));
    }
  }
}

BAROGRAPH_NAMESPACE_END
