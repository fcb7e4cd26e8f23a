// The passes over rows of the group-by: which value classes occur, counts per (group, class), and the
// rows of the marked classes. Plain code on raw pointers.
//
// A *key* is the top 16 bits of a double: sign, exponent and the first four bits of the mantissa. The
// keys that occur are numbered in the order of the values, from 1; 0 is missing. Another thread may
// write the arrays meanwhile, so no pass believes an earlier one: codes are checked where they are
// used, and the gathering pass is bounded.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_KERNEL_BEGIN
namespace groupby {

constexpr std::size_t key_count = 65536;
constexpr std::uint32_t missing_key = 0x7FFF;  // a NaN's key; infinities are 0x7FF0 and 0xFFF0
constexpr std::uint64_t low_mask = (std::uint64_t{1} << 48) - 1;

/// One (group, key): how many values, and the exact sum of their lower 48 mantissa bits.
struct cell {
  std::uint64_t low;  // modulo 2^48 after each sweep
  std::uint32_t count;
  std::uint32_t carry;  // what the sweeps moved out of low
};

inline std::uint64_t bits_of(double v) noexcept {
  std::uint64_t b;
  __builtin_memcpy(&b, &v, sizeof b);
  return b;
}

/// Bits whose signed order is the values' order (-0.0 just below 0.0).
inline std::int64_t ordered_bits(double v) noexcept {
  const auto b = static_cast<std::int64_t>(bits_of(v));
  return b ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(b >> 63) >> 1);
}

inline double from_ordered_bits(std::int64_t k) noexcept {
  const std::int64_t b = k ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(k >> 63) >> 1);
  double v;
  __builtin_memcpy(&v, &b, sizeof v);
  return v;
}

inline std::uint32_t key_of(double v) noexcept {
  return v == v ? static_cast<std::uint32_t>(bits_of(v) >> 48) : missing_key;
}

/// Marks the keys that occur.
template <class T>
void mark_keys(const T* values, std::size_t n, unsigned char* used) noexcept {
  for (std::size_t i = 0; i < n; ++i) used[key_of(static_cast<double>(values[i]))] = 1;
}

/// How a row counts: twice its Apdex zone (satisfied, tolerating, frustrated, no latency), plus one
/// for an error.
inline std::uint32_t outcome_of(double v, double satisfied, double tolerating, bool is_error) noexcept {
  const std::uint32_t zone = static_cast<std::uint32_t>(!(v <= satisfied)) +
                             static_cast<std::uint32_t>(!(v <= tolerating)) +
                             static_cast<std::uint32_t>(v != v);
  return 2 * zone + static_cast<std::uint32_t>(is_error);
}

/// What a pass counts: errors only (there are no latencies), outcomes, or outcomes and cells.
enum class tally { errors, outcomes, cells };

/// Counts rows by (group, outcome) and, if asked, by (group, key); stops at a code outside -1..groups-1
/// and returns its position, else n. Group 0 of the tables takes the code -1.
template <tally what, bool has_errors, bool has_codes, class T>
std::size_t count_rows(const T* values, const unsigned char* errors, const std::int32_t* codes, std::size_t n,
                       std::uint32_t groups, double satisfied, double tolerating,
                       const std::uint16_t* number_of, std::uint32_t width, cell* cells,
                       std::uint32_t* outcomes) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t group = 1;
    if (has_codes) {
      const std::uint32_t code = static_cast<std::uint32_t>(codes[i]) + 1u;
      if (code > groups) return i;
      group = code;
    }
    const bool is_error = has_errors && errors[i] != 0;
    if (what == tally::errors) {
      ++outcomes[8 * group + 6 + (is_error ? 1 : 0)];
      continue;
    }
    const auto v = static_cast<double>(values[i]);
    ++outcomes[8 * group + outcome_of(v, satisfied, tolerating, is_error)];
    if (what == tally::cells) {
      cell& c = cells[group * width + number_of[key_of(v)]];
      c.low += bits_of(v) & low_mask;
      ++c.count;
    }
  }
  return n;
}

/// Moves what has gathered above 48 bits, so that the next 65,535 rows cannot overflow `low`.
inline void sweep(cell* cells, std::size_t n) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    cells[i].carry += static_cast<std::uint32_t>(cells[i].low >> 48);
    cells[i].low &= low_mask;
  }
}

/// A gathered value and the slot that its (group, key) was given.
struct picked {
  std::int64_t ordered;
  std::uint32_t slot;
};

/// Writes the rows whose (group, key) has a slot to `out`, which has room for n + 1. Returns their number.
template <bool has_codes, class T>
std::size_t gather_rows(const T* values, const std::int32_t* codes, std::size_t n, std::uint32_t groups,
                        const std::uint16_t* number_of, std::uint32_t width, const std::uint32_t* slots,
                        picked* out) noexcept {
  std::size_t filled = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::uint32_t group = 1;
    if (has_codes) {
      group = static_cast<std::uint32_t>(codes[i]) + 1u;
      if (group > groups) group = 0;
    }
    const auto v = static_cast<double>(values[i]);
    const std::uint32_t slot = slots[static_cast<std::size_t>(group) * width + number_of[key_of(v)]];
    out[filled].ordered = ordered_bits(v);
    out[filled].slot = slot;
    filled += slot != 0 ? 1 : 0;
  }
  return filled;
}

}  // namespace groupby
BAROGRAPH_KERNEL_END
