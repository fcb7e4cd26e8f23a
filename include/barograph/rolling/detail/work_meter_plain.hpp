// How much a kernel has done since it last asked whether to leave (plain code, see src/kernels): windows of
// bounds of their own may lie far apart, and then cost as many rows as they hold.
#pragma once

#include <cstdint>

#include "jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

struct work_meter {
  static constexpr std::int64_t between_looks = std::int64_t{1} << 16;

  rolling::detail::leave_asker asker;
  std::int64_t rows = 0;

  /// Counts rows; whether to leave now.
  bool leaves_after(std::int64_t more) noexcept {
    if (asker.ask == nullptr || (rows += more) < between_looks) return false;
    rows = 0;
    return asker.ask(asker.context);
  }
};

BAROGRAPH_KERNEL_END
