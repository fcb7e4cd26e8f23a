// update(state, first, last): a state from a pair of iterators; what lies side by side goes in as a span.
// update(state, numbers): from floats or 64-bit integers as from doubles, without an array of doubles.
//
// Law: that of the state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

#include "../core/number_span.hpp"
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

/// Adds numbers to a state, a block at a time where they are no doubles; where the state throws, the blocks
/// before are in it.
template <class State>
void update(State& state, const number_span& numbers) {
  numbers.for_each_block([&](std::size_t, span<const double> block) { state.update(block); });
}

/// Adds numbers with a time each; where the state throws, none is in it.
template <class State>
void update(State& state, span<const std::int64_t> times, const number_span& numbers) {
  if (numbers.doubles() != nullptr)
    return state.update(times, span<const double>(numbers.doubles(), numbers.size()));
  if (times.size() != numbers.size()) return state.update(times, numbers.as_doubles());  // says what is wrong
  State next = state;
  numbers.for_each_block([&](std::size_t first, span<const double> block) {
    next.update(times.subspan(first, block.size()), block);
  });
  state = std::move(next);
}

BAROGRAPH_NAMESPACE_END
