// Bounds of windows, some at a time: as they are written down, or by how far they reach back (plain code, see
// src/kernels).
//
// Law I.
#pragma once

#include <cstdint>

#include "jobs_plain.hpp"
#include "row_registers_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

constexpr std::int64_t windows_at_once = 64;

/// Bounds of some windows: [start[k], end[k]), and none ends before it begins. Up to a multiple of four there
/// are empty ones after the last.
struct bounds_of_some {
  std::int64_t start[windows_at_once], end[windows_at_once];

  /// Of the n windows from i on that a job tells of.
  template <class Job>
  BAROGRAPH_LANES_KERNEL void read(const Job& j, std::int64_t i, std::int64_t n) noexcept {
    std::int64_t k = 0;
    if (j.back == nullptr) {
      for (; k + in_register <= n; k += in_register) {
        const register_of_rows s = rows_at(j.start + i + k);
        rows_to(start + k, s);
        rows_to(end + k, more(s, rows_at(j.end + i + k)));
      }
      for (; k < n; ++k) {
        start[k] = j.start[i + k];
        end[k] = j.end[i + k] > start[k] ? j.end[i + k] : start[k];
      }
    } else {
      register_of_rows own = rows_from(i * j.step, j.step);
      for (; k + in_register <= n; k += in_register) {
        const register_of_rows s = own - rows_at(j.back + i + k);
        rows_to(start + k, s);
        rows_to(end + k, j.held == nullptr ? own + 1 : s + rows_at(j.held + i + k));
        own += in_register * j.step;
      }
      for (; k < n; ++k) {
        const std::int64_t row = (i + k) * j.step;
        start[k] = row - j.back[i + k];
        end[k] = j.held == nullptr ? row + 1 : start[k] + j.held[i + k];
      }
    }
    for (; k % 4 != 0; ++k) start[k] = end[k] = end[n - 1];
  }
};

/// The rows that windows take in, how many they hold in all, rows of several windows counted as often, and
/// the fewest and the most that one holds.
struct rows_of_windows {
  std::int64_t low, high, held, fewest, most;
};

/// Of the windows [from, to), of which there is one at least.
template <class Job>
BAROGRAPH_LANES_KERNEL inline rows_of_windows rows_of(const Job& j, std::int64_t from,
                                                      std::int64_t to) noexcept {
  register_of_rows none = {}, low = none + INT64_MAX, high = none, held = none, fewest = low, most = none;
  bounds_of_some b;
  rows_of_windows r = {INT64_MAX, 0, 0, INT64_MAX, 0};
  for (std::int64_t i = from; i < to; i += windows_at_once) {
    const std::int64_t n = to - i < windows_at_once ? to - i : windows_at_once;
    b.read(j, i, n);
    std::int64_t k = 0;
    for (; k + in_register <= n; k += in_register) {
      const register_of_rows s = rows_at(b.start + k), e = rows_at(b.end + k), here = e - s;
      low = fewer(s, low);
      high = more(e, high);
      held += here;
      fewest = fewer(here, fewest);
      most = more(here, most);
    }
    for (; k < n; ++k) {
      const std::int64_t s = b.start[k], e = b.end[k];
      r.low = s < r.low ? s : r.low;
      r.high = e > r.high ? e : r.high;
      r.held += e - s;
      r.fewest = e - s < r.fewest ? e - s : r.fewest;
      r.most = e - s > r.most ? e - s : r.most;
    }
  }
  for (int lane = 0; lane < in_register; ++lane) {
    r.low = low[lane] < r.low ? low[lane] : r.low;
    r.high = high[lane] > r.high ? high[lane] : r.high;
    r.held += held[lane];
    r.fewest = fewest[lane] < r.fewest ? fewest[lane] : r.fewest;
    r.most = most[lane] > r.most ? most[lane] : r.most;
  }
  return r;
}

BAROGRAPH_KERNEL_END
