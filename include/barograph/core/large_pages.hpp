// prefer_large_pages: memory that is about to be written is asked for in pages of 2 MB rather than 4 KB, so
// that an array of a million numbers costs four page faults and not two thousand. A wish: where it is not
// granted, nothing is different. As numpy does for its arrays.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../config.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

BAROGRAPH_NAMESPACE_BEGIN

/// @param memory  a block that has been allocated; below 4 MB it stays as it is
inline void prefer_large_pages(void* memory, std::size_t bytes) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::size_t least = std::size_t{1} << 22, page = 4096;
  if (bytes < least) return;
  const std::size_t skipped = (page - reinterpret_cast<std::uintptr_t>(memory) % page) % page;
  static_cast<void>(
      madvise(static_cast<char*>(memory) + skipped, (bytes - skipped) / page * page, MADV_HUGEPAGE));
#else
  static_cast<void>(memory);
  static_cast<void>(bytes);
#endif
}

BAROGRAPH_NAMESPACE_END
