// hash_seed: what hash tables start from, so that nobody can write data whose keys all hash alike.
//
// Differs from run to run (the address space is laid out anew, the clock has moved on). Where codes
// are given by first appearance or by rank, no result depends on it.
#pragma once

#include <cstdint>
#include <ctime>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

inline std::uint64_t hash_seed() noexcept {
  static const char here = 0;
  const void* const stack = &here;
  const std::uint64_t fixed = reinterpret_cast<std::uintptr_t>(stack);
  const std::uint64_t moving = reinterpret_cast<std::uintptr_t>(&stack);
  return (fixed ^ (moving << 32 | moving >> 32)) * 0x9E3779B97F4A7C15u ^
         static_cast<std::uint64_t>(std::time(nullptr)) * 0xD6E8FEB86659FD93u;
}

/// Mixes a word into a hash: the two halves of a product, so that each bit reaches each.
inline std::uint64_t mixed_hash(std::uint64_t hash, std::uint64_t word) noexcept {
  __extension__ typedef unsigned __int128 wide;
  const wide product = static_cast<wide>(hash ^ word) * 0xD6E8FEB86659FD93u;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace detail
BAROGRAPH_NAMESPACE_END
