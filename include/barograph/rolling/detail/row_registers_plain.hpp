// Numbers of rows, and times, as many side by side as doubles in a register (plain code, see src/kernels).
//
// Law I.
#pragma once

#include <cstdint>

#include "lanes_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

typedef std::int64_t register_of_rows __attribute__((vector_size(sizeof(register_of_doubles))));
typedef std::uint32_t narrow_rows __attribute__((vector_size(sizeof(register_of_doubles) / 2)));

BAROGRAPH_LANES inline register_of_rows rows_at(const std::int64_t* from) noexcept {
  register_of_rows r;
  __builtin_memcpy(&r, from, sizeof r);
  return r;
}
BAROGRAPH_LANES inline register_of_rows rows_at(const std::uint32_t* from) noexcept {
  narrow_rows r;
  __builtin_memcpy(&r, from, sizeof r);
  return __builtin_convertvector(r, register_of_rows);
}
BAROGRAPH_LANES inline void rows_to(std::int64_t* to, register_of_rows r) noexcept {
  __builtin_memcpy(to, &r, sizeof r);
}
BAROGRAPH_LANES inline void rows_to(std::uint32_t* to, register_of_rows r) noexcept {
  const narrow_rows narrow = __builtin_convertvector(r, narrow_rows);
  __builtin_memcpy(to, &narrow, sizeof narrow);
}

/// first, first + step, ...
BAROGRAPH_LANES inline register_of_rows rows_from(std::int64_t first, std::int64_t step) noexcept {
  register_of_rows r = register_of_rows{} + first;
  for (int lane = 1; lane < in_register; ++lane) r[lane] += lane * step;
  return r;
}

BAROGRAPH_LANES inline register_of_rows fewer(register_of_rows a, register_of_rows b) noexcept {
  return a < b ? a : b;
}
BAROGRAPH_LANES inline register_of_rows more(register_of_rows a, register_of_rows b) noexcept {
  return a > b ? a : b;
}

BAROGRAPH_LANES inline std::int64_t more(std::int64_t a, std::int64_t b) noexcept { return a > b ? a : b; }

BAROGRAPH_KERNEL_END
