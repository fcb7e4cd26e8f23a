// Exact order statistics over windows (plain code, see src/kernels).
//
// Law I up to the interpolation, which is one F expression of two values. A chunk of the series, a few
// windows long, is ranked once; a window is then a bitmap over the ranks, a slide flips bits, and each
// quantile's pointer moves to a neighbouring set bit. No tree, no list, no comparison per slide.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::interpolation;
using rolling::detail::quantile_job;

/// A double's bits in the order of its value; -0.0 is 0.0.
inline std::uint64_t ordered_bits(double x) noexcept {
  const double plain = x + 0.0;
  std::uint64_t b;
  __builtin_memcpy(&b, &plain, 8);
  return b ^ ((b >> 63) != 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
}

/// Sorts m positions by keys[position], equal keys by position; order and other: room for m each.
/// On entry order holds the positions in rising order, on return in the order of their keys.
inline void sort_positions(const std::uint64_t* keys, std::uint64_t* order, std::uint64_t* other,
                           std::ptrdiff_t m, int position_bits) noexcept {
  if (m < 2) return;
  const std::uint64_t position_mask = (std::uint64_t{1} << position_bits) - 1;
  std::uint64_t low = keys[order[0]], high = low;
  for (std::ptrdiff_t i = 1; i < m; ++i) {
    const std::uint64_t k = keys[order[i]];
    low = k < low ? k : low;
    high = k > high ? k : high;
  }
  if (low == high) return;
  const bool small = m <= 2048;
  const int digit = small ? 8 : 11;
  int prefix_bits = small ? 32 : 33;
  const int range_bits = 64 - __builtin_clzll(high - low);
  const int shift = range_bits > prefix_bits ? range_bits - prefix_bits : 0;
  if (range_bits < prefix_bits) prefix_bits = range_bits;
  const int passes = (prefix_bits + digit - 1) / digit;
  const std::uint64_t digit_mask = (std::uint64_t{1} << digit) - 1;
  std::uint32_t counts[4][2048];
  for (int p = 0; p < passes; ++p) __builtin_memset(counts[p], 0, sizeof(std::uint32_t) << digit);
  for (std::ptrdiff_t i = 0; i < m; ++i) {
    const std::uint64_t prefix = (keys[order[i]] - low) >> shift;
    for (int p = 0; p < passes; ++p) ++counts[p][(prefix >> (p * digit)) & digit_mask];
    order[i] |= prefix << position_bits;
  }
  std::uint64_t* from = order;
  std::uint64_t* to = other;
  for (int p = 0; p < passes; ++p) {
    std::uint32_t* const c = counts[p];
    std::uint32_t sum = 0;
    for (std::uint64_t d = 0; d <= digit_mask; ++d) {
      const std::uint32_t here = c[d];
      c[d] = sum;
      sum += here;
    }
    const int at = position_bits + p * digit;
    for (std::ptrdiff_t i = 0; i < m; ++i) to[c[(from[i] >> at) & digit_mask]++] = from[i];
    std::uint64_t* const swap = from;
    from = to;
    to = swap;
  }
  if (from != order) __builtin_memcpy(order, from, static_cast<std::size_t>(m) * 8);
  // Runs of one prefix: in order of position; what the prefix could not tell apart is mended.
  for (std::ptrdiff_t a = 0; a < m;) {
    const std::uint64_t prefix = order[a] >> position_bits;
    std::ptrdiff_t b = a;
    while (b < m && (order[b] >> position_bits) == prefix) {
      order[b] &= position_mask;
      ++b;
    }
    if (shift > 0 && b - a > 1) {
      if (b - a <= 24) {
        for (std::ptrdiff_t i = a + 1; i < b; ++i) {
          const std::uint64_t moving = order[i];
          const std::uint64_t key = keys[moving];
          std::ptrdiff_t j = i;
          for (; j > a && keys[order[j - 1]] > key; --j) order[j] = order[j - 1];
          order[j] = moving;
        }
      } else {
        sort_positions(keys, order + a, other + a, b - a, position_bits);  // its range is below 2^shift
      }
    }
    a = b;
  }
}

/// The nearest set bit at or after p; the bitmap ends with a word of ones.
inline std::ptrdiff_t set_at_or_after(const std::uint64_t* bits, std::ptrdiff_t p) noexcept {
  std::ptrdiff_t word = p >> 6;
  std::uint64_t w = bits[word] & (~std::uint64_t{0} << (p & 63));
  while (w == 0) w = bits[++word];
  return (word << 6) + __builtin_ctzll(w);
}

/// The nearest set bit before p; there must be one.
inline std::ptrdiff_t set_before(const std::uint64_t* bits, std::ptrdiff_t p) noexcept {
  std::ptrdiff_t word = (p - 1) >> 6;
  std::uint64_t w = bits[word] & (~std::uint64_t{0} >> (63 - ((p - 1) & 63)));
  while (w == 0) w = bits[--word];
  return (word << 6) + 63 - __builtin_clzll(w);
}

/// The rank of a missing value.
constexpr std::uint32_t no_rank = 0xFFFFFFFFu;

/// Ranks the values [begin, stop) of the series; gives how many are not missing.
inline std::ptrdiff_t rank_chunk(const quantile_job& job, std::int64_t begin, std::int64_t stop) noexcept {
  const std::ptrdiff_t n = stop - begin;
  std::ptrdiff_t m = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const double v = job.x[begin + i];
    job.rank[i] = no_rank;
    if (v == v) {
      job.keys[i] = ordered_bits(v);
      job.order[m++] = static_cast<std::uint64_t>(i);
    }
  }
  int position_bits = 1;
  while ((std::ptrdiff_t{1} << position_bits) < n) ++position_bits;
  sort_positions(job.keys, job.order, job.other, m, position_bits);
  for (std::ptrdiff_t r = 0; r < m; ++r) {
    const auto at = static_cast<std::ptrdiff_t>(job.order[r]);
    job.rank[at] = static_cast<std::uint32_t>(r);
    const std::uint64_t k = job.keys[at];
    const std::uint64_t b = k ^ ((k >> 63) != 0 ? std::uint64_t{1} << 63 : ~std::uint64_t{0});
    __builtin_memcpy(&job.sorted[r], &b, 8);
  }
  return m;
}

/// The quantile from its lower value at rank p, of n values, at the fractional position.
inline double interpolated(const quantile_job& job, std::ptrdiff_t p, double fraction,
                           std::int64_t index) noexcept {
  const double a = job.sorted[p];
  if (fraction == 0.0 || job.how == interpolation::lower) return a;
  const double b = job.sorted[set_at_or_after(job.bits, p + 1)];
  switch (job.how) {
    case interpolation::linear:
      return a + (b - a) * fraction;
    case interpolation::higher:
      return b;
    case interpolation::nearest:
      if (fraction == 0.5) return index % 2 == 0 ? a : b;
      return fraction < 0.5 ? a : b;
    default:
      return (a + b) / 2.0;
  }
}

/// All quantiles of all windows.
inline void moving_quantiles(const quantile_job& job) noexcept {
  std::ptrdiff_t i = 0;
  while (i < job.windows) {
    // The windows i .. last fit into one chunk.
    const std::int64_t begin = job.start[i];
    std::ptrdiff_t last = i;
    while (last + 1 < job.windows && job.end[last + 1] - begin <= job.chunk) ++last;
    const std::int64_t stop = job.end[last] > begin ? job.end[last] : begin;
    const std::ptrdiff_t m = rank_chunk(job, begin, stop);
    const std::ptrdiff_t words = (m >> 6) + 1;
    for (std::ptrdiff_t w = 0; w < words; ++w) job.bits[w] = 0;
    job.bits[words] = ~std::uint64_t{0};
    for (std::ptrdiff_t k = 0; k < job.quantiles; ++k) job.pointer[k] = job.below[k] = 0;
    std::int64_t low = begin, high = begin, inside = 0;
    for (; i <= last; ++i) {
      const std::int64_t s = job.start[i], e = job.end[i] > s ? job.end[i] : s;
      for (; high < e; ++high) {
        const std::uint32_t r = job.rank[high - begin];
        if (r == no_rank || high < s) continue;
        job.bits[r >> 6] |= std::uint64_t{1} << (r & 63);
        for (std::ptrdiff_t k = 0; k < job.quantiles; ++k)
          job.below[k] += static_cast<std::ptrdiff_t>(r) < job.pointer[k];
        ++inside;
      }
      for (; low < s; ++low) {
        const std::uint32_t r = job.rank[low - begin];
        if (r == no_rank || (job.bits[r >> 6] >> (r & 63) & 1) == 0) continue;
        job.bits[r >> 6] &= ~(std::uint64_t{1} << (r & 63));
        for (std::ptrdiff_t k = 0; k < job.quantiles; ++k)
          job.below[k] -= static_cast<std::ptrdiff_t>(r) < job.pointer[k];
        --inside;
      }
      for (std::ptrdiff_t k = 0; k < job.quantiles; ++k) {
        double& result = job.out[k * job.windows + i];
        if (inside == 0 || inside < job.min_periods) {
          result = __builtin_nan("");
          continue;
        }
        const double position = job.q[k] * static_cast<double>(inside - 1);
        const auto index = static_cast<std::int64_t>(position);
        std::ptrdiff_t p = job.pointer[k], below = job.below[k];
        while (below > index) {
          p = set_before(job.bits, p);
          --below;
        }
        p = below <= index ? set_at_or_after(job.bits, p) : p;
        while (below < index) {
          p = set_at_or_after(job.bits, p + 1);
          ++below;
        }
        job.pointer[k] = p;
        job.below[k] = below;
        result = interpolated(job, p, position - static_cast<double>(index), index);
      }
    }
  }
}

BAROGRAPH_KERNEL_END
