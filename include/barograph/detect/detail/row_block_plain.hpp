// Blocks of rows of a table, column by column in memory that fits a cache, so that loops run along rows
// (plain code, see src/kernels).
//
// Law F: sums go in eight lanes that are folded in one order, and a row's own sums in the order of the
// columns; no compiler and no instruction set changes that.
#pragma once

#include "../../rolling/detail/lanes_plain.hpp"
#include "row_jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using detail::block_lanes;
using detail::block_rows;
using detail::block_stride;
using detail::comoments_job;
using detail::largest_cell;
using detail::plane_distance_job;
using detail::row_source;
using detail::scored_rows;

/// Columns `Stride` apart, zeros behind the last row; columns of rows that are near each other in turn.
template <std::int64_t Rows, std::int64_t Stride>
inline void copy_rows(const row_source& x, double* cells) noexcept {
  for (std::int64_t j = 0; j < x.columns; ++j) {
    const double* const from = x.data + static_cast<std::ptrdiff_t>(x.which[j]) * x.column_stride;
    double* const to = cells + j * Stride;
    for (std::int64_t i = 0; i < x.rows; ++i) to[i] = from[i * x.row_stride];
    for (std::int64_t i = x.rows; i < Rows; ++i) to[i] = 0.0;
  }
}

inline double folded(const double* l) noexcept {
  return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

/// The eight lanes, in as many registers as they fill.
typedef register_of_doubles pack;
constexpr int packs = static_cast<int>(block_lanes) / in_register;
#define BAROGRAPH_PACKS static inline __attribute__((always_inline))

BAROGRAPH_PACKS pack pack_at(const double* from) {
  pack p;
  __builtin_memcpy(&p, from, sizeof p);
  return p;
}
BAROGRAPH_PACKS void put_pack(double* to, const pack& p) { __builtin_memcpy(to, &p, sizeof p); }

BAROGRAPH_PACKS double folded_packs(const pack* sum) {
  double lane[block_lanes];
  for (int k = 0; k < packs; ++k) put_pack(lane + k * in_register, sum[k]);
  return folded(lane);
}

/// Whether no magnitude is beyond the limit, and none is NaN.
template <std::int64_t Rows>
BAROGRAPH_PACKS bool all_within(const double* c, double limit) {
  register_of_flags within[packs];
  for (int k = 0; k < packs; ++k) within[k] = ~register_of_flags{};
  for (std::int64_t i = 0; i < Rows; i += block_lanes)
    for (int k = 0; k < packs; ++k) {
      const pack p = pack_at(c + i + k * in_register);
      within[k] &= (p <= limit) & (p >= -limit);
    }
  for (int k = 1; k < packs; ++k) within[0] &= within[k];
  bool all = true;
  for (int l = 0; l < in_register; ++l) all &= within[0][l] != 0;
  return all;
}

/// Takes a number off each of a column's first rows; the sum of all rows after that.
BAROGRAPH_PACKS double sum_less(double* c, double off, std::int64_t rows) {
  pack sum[packs] = {};
  std::int64_t i = 0;
  for (; i + block_lanes <= rows; i += block_lanes)
    for (int k = 0; k < packs; ++k) {
      const pack p = pack_at(c + i + k * in_register) - off;
      put_pack(c + i + k * in_register, p);
      sum[k] += p;
    }
  if (i < rows) {
    for (std::int64_t l = i; l < rows; ++l) c[l] -= off;
    for (int k = 0; k < packs; ++k) sum[k] += pack_at(c + i + k * in_register);
  }
  return folded_packs(sum);
}

/// Moves rows with all cells to the front, zeros behind; how many there are.
inline std::int64_t drop_incomplete(const row_source& x, double* cells) noexcept {
  std::int64_t kept = 0;
  for (std::int64_t i = 0; i < x.rows; ++i) {
    bool complete = true;
    for (std::int64_t j = 0; j < x.columns; ++j)
      complete &= __builtin_fabs(cells[j * block_stride + i]) <= largest_cell;
    if (!complete) continue;
    for (std::int64_t j = 0; j < x.columns; ++j) cells[j * block_stride + kept] = cells[j * block_stride + i];
    ++kept;
  }
  for (std::int64_t j = 0; j < x.columns; ++j)
    for (std::int64_t i = kept; i < x.rows; ++i) cells[j * block_stride + i] = 0.0;
  return kept;
}

/// Sums of the products of one column with `Count` successive ones.
template <int Count>
BAROGRAPH_PACKS void products_with(const double* a, const double* others, double* out) {
  pack sum[Count][packs] = {};
  for (std::int64_t i = 0; i < block_rows; i += block_lanes)
    for (int k = 0; k < packs; ++k) {
      const double* const at = others + i + k * in_register;
      const pack p = pack_at(a + i + k * in_register);
      for (int o = 0; o < Count; ++o) sum[o][k] += p * pack_at(at + o * block_stride);
    }
  for (int o = 0; o < Count; ++o) out[o] = folded_packs(sum[o]);
}

/// How many rows are complete; the others are left out.
inline std::int64_t block_comoments(const comoments_job& job) noexcept {
  const row_source& x = job.x;
  copy_rows<block_rows, block_stride>(x, job.cells);
  std::int64_t kept = x.rows;
  for (std::int64_t j = 0; j < x.columns && kept == x.rows;
       ++j)  // none is left beyond the limit after a drop
    if (!all_within<block_rows>(job.cells + j * block_stride, largest_cell))
      kept = drop_incomplete(x, job.cells);
  if (kept == 0) return 0;
  for (std::int64_t j = 0; j < x.columns; ++j) {
    double* const c = job.cells + j * block_stride;
    // The first row as a pivot: constant columns have their value as mean, to the bit.
    const double pivot = c[0];
    const double m = sum_less(c, pivot, kept) / static_cast<double>(kept);
    sum_less(c, m, kept);
    const double sum = pivot + m;  // and what its rounding took off (Knuth)
    const double of_m = sum - pivot;
    job.mean[j] = sum;
    job.rest[j] = (pivot - (sum - of_m)) + (m - of_m);
  }
  double* out = job.products;
  for (std::int64_t j = 0; j < x.columns; ++j) {
    const double* const a = job.cells + j * block_stride;
    std::int64_t k = 0;
    for (; k + 3 <= j + 1; k += 3, out += 3) products_with<3>(a, job.cells + k * block_stride, out);
    for (; k <= j; ++k, ++out) products_with<1>(a, job.cells + k * block_stride, out);
  }
  return kept;
}

/// Rows as (x - mean) * unit, missing cells as 0.
inline void standardise(const plane_distance_job& job) noexcept {
  const row_source& x = job.x;
  copy_rows<scored_rows, scored_rows>(x, job.cells);
  // Nearly always all cells are there, and too small for anything to leave the range.
  constexpr double small = 1e60;
  bool plain = true;
  for (std::int64_t j = 0; j < x.columns; ++j)
    plain = plain && job.per_unit[j] <= small && __builtin_fabs(job.mean[j]) <= small &&
            all_within<scored_rows>(job.cells + j * scored_rows, small);
  for (std::int64_t i = 0; i < scored_rows; ++i)
    job.present[i] = plain ? static_cast<double>(x.columns) : 0.0;
  for (std::int64_t j = 0; j < x.columns; ++j) {
    double* const c = job.cells + j * scored_rows;
    const double m = job.mean[j], u = job.per_unit[j];
    if (plain) {
      for (std::int64_t i = 0; i < scored_rows; ++i) c[i] = (c[i] - m) * u;
      continue;
    }
    for (std::int64_t i = 0; i < scored_rows; ++i) {
      double z = (c[i] - m) * u;
      job.present[i] += z == z ? 1.0 : 0.0;
      z = z == z ? z : 0.0;
      z = z < largest_cell ? z : largest_cell;
      c[i] = z > -largest_cell ? z : -largest_cell;
    }
  }
}

/// Scores of the rows, T2, what is left of the rows, Q.
inline void plane_distances(const plane_distance_job& job) noexcept {
  standardise(job);
  const std::int64_t columns = job.x.columns;
  for (std::int64_t i = 0; i < scored_rows; i += block_lanes) {
    double* const cells = job.cells + i;
    double* const scores = job.scores + i;
    pack t2[packs] = {}, q[packs] = {};
    for (std::int64_t c = 0; c < job.components; ++c) {
      const double* const loading = job.loadings + c * columns;
      pack y[packs] = {};
      for (std::int64_t j = 0; j < columns; ++j)
        for (int k = 0; k < packs; ++k)
          y[k] += pack_at(cells + j * scored_rows + k * in_register) * loading[j];
      for (int k = 0; k < packs; ++k) {
        put_pack(scores + c * scored_rows + k * in_register, y[k]);
        t2[k] += y[k] * y[k] * job.per_variance[c];
      }
    }
    for (std::int64_t j = 0; j < columns; ++j) {
      double* const cell = cells + j * scored_rows;
      pack r[packs];
      for (int k = 0; k < packs; ++k) r[k] = pack_at(cell + k * in_register);
      for (std::int64_t c = 0; c < job.components; ++c) {
        const double by = -job.loadings[c * columns + j];
        for (int k = 0; k < packs; ++k) r[k] += pack_at(scores + c * scored_rows + k * in_register) * by;
      }
      for (int k = 0; k < packs; ++k) {
        put_pack(cell + k * in_register, r[k]);
        q[k] += r[k] * r[k];
      }
    }
    for (int k = 0; k < packs; ++k) {
      put_pack(job.t2 + i + k * in_register, t2[k]);
      put_pack(job.q + i + k * in_register, q[k]);
    }
  }
}

#undef BAROGRAPH_PACKS

BAROGRAPH_KERNEL_END
