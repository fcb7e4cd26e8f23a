// Path sums of isolation forests, eight rows abreast so that none waits for another's memory (plain code,
// see src/kernels).
//
// Law F: which leaf a row reaches is decided by comparing floats or integers, and a row's leaves are added
// in the order of the trees; so every layout and instruction set gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "forest_jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using detect::detail::forest_abreast;
using detect::detail::forest_axis_job;
using detect::detail::forest_axis_node;
using detect::detail::forest_block;
using detect::detail::forest_levels;
using detect::detail::forest_plane_job;
using detect::detail::forest_plane_node;
using detect::detail::forest_plane_term;
using detect::detail::forest_rank_job;
using detect::detail::forest_ranked_job;

template <bool Missing>
inline void axis_path_sums(const forest_axis_job& job) noexcept {
  for (std::int64_t t = 0; t < job.trees; ++t) {
    const std::uint32_t depth = job.depth[t];
    for (std::int64_t i = 0; i < job.rows; i += forest_abreast) {
      const float* const x = job.x + i;
      std::uint32_t at[forest_abreast];
      for (int k = 0; k < forest_abreast; ++k) at[k] = job.root[t];
      for (std::uint32_t level = 0; level < depth; ++level)
        for (int k = 0; k < forest_abreast; ++k) {
          const forest_axis_node& node = job.nodes[at[k]];
          const float v = x[static_cast<std::ptrdiff_t>(node.feature >> 1) * forest_block + k];
          const bool right = v > node.threshold;
          if (Missing)
            at[k] = node.child + static_cast<std::uint32_t>(right | ((v != v) & ((node.feature & 1u) != 0)));
          else
            at[k] = node.child + static_cast<std::uint32_t>(right);
        }
      for (int k = 0; k < forest_abreast; ++k) job.sums[i + k] += job.value[at[k]];
    }
  }
}

inline void forest_axis(const forest_axis_job& job) noexcept {
  if (job.missing)
    axis_path_sums<true>(job);
  else
    axis_path_sums<false>(job);
}

/// A number for any value that is one: infinities are the ends of the floats. NaN stays.
inline double finite_value(float x) noexcept {
  constexpr float most = __FLT_MAX__;
  return static_cast<double>(x > most ? most : x < -most ? -most : x);
}

/// The values of eight rows together, column after column, as doubles; whether some value is NaN.
inline bool widened(const forest_plane_job& job) noexcept {
  bool missing = false;
  double* to = job.wide;
  for (std::int64_t i = 0; i < job.rows; i += forest_abreast)
    for (std::int64_t c = 0; c < job.columns; ++c, to += forest_abreast) {
      const float* const x = job.x + c * forest_block + i;
      for (int k = 0; k < forest_abreast; ++k) {
        missing |= x[k] != x[k];
        to[k] = finite_value(x[k]);
      }
    }
  return missing;
}

/// @tparam Dimensions  terms of a node; 0: as the job says
template <std::int64_t Dimensions, bool Missing>
inline void plane_path_sums(const forest_plane_job& job) noexcept {
  const std::int64_t dimensions = Dimensions == 0 ? job.dimensions : Dimensions;
  for (std::int64_t t = 0; t < job.trees; ++t) {
    const std::uint32_t depth = job.depth[t];
    const double* x = job.wide;
    for (std::int64_t i = 0; i < job.rows; i += forest_abreast, x += forest_abreast * job.columns) {
      std::uint32_t at[forest_abreast];
      for (int k = 0; k < forest_abreast; ++k) at[k] = job.root[t];
      for (std::uint32_t level = 0; level < depth; ++level)
        for (int k = 0; k < forest_abreast; ++k) {
          const forest_plane_node& node = job.nodes[at[k]];
          const forest_plane_term* const terms = job.terms + static_cast<std::int64_t>(at[k]) * dimensions;
          double sum = 0.0;
          for (std::int64_t d = 0; d < dimensions; ++d) {
            const double v = x[terms[d].values + static_cast<unsigned>(k)];
            const double part = terms[d].weight * (v - terms[d].center);
            sum += !Missing || v == v ? part : 0.0;
          }
          at[k] = node.child + static_cast<std::uint32_t>(!(sum <= node.threshold));
        }
      for (int k = 0; k < forest_abreast; ++k) job.sums[i + k] += job.value[at[k]];
    }
  }
}

inline void forest_planes(const forest_plane_job& job) noexcept {
  const bool missing = widened(job);
  if (job.dimensions == 2) return missing ? plane_path_sums<2, true>(job) : plane_path_sums<2, false>(job);
  return missing ? plane_path_sums<0, true>(job) : plane_path_sums<0, false>(job);
}

/// Binary search without branches, sixteen values abreast; a step is a product, which no compiler makes a
/// jump of.
inline void forest_ranks(const forest_rank_job& job) noexcept {
  constexpr int abreast = 16;
  const float* const thresholds = job.thresholds;
  for (std::int64_t i = 0; i < job.rows; i += abreast) {
    std::int32_t below[abreast];
    float x[abreast];
    for (int k = 0; k < abreast; ++k) {
      below[k] = 0;
      x[k] = job.x[i + k];
    }
    auto left = static_cast<std::int32_t>(job.count);
    while (left > 1) {
      const std::int32_t half = left / 2;
      for (int k = 0; k < abreast; ++k)
        below[k] += half * static_cast<std::int32_t>(thresholds[below[k] + half - 1] < x[k]);
      left -= half;
    }
    for (int k = 0; k < abreast; ++k) {
      below[k] += static_cast<std::int32_t>(left == 1 && thresholds[below[k]] < x[k]);
      job.ranks[i + k] = static_cast<std::uint16_t>(job.tag | static_cast<std::uint16_t>(below[k]));
    }
  }
}

/// Adds what the rows' leaves hold, tree after tree. Four trees in turn, so that a row's sum is fetched once
/// for all of them; they are added in their order.
///
/// @tparam First      the place of a tree's first leaf
/// @param leaf        room
/// @param find_leaves (tree, out): the place of each row's leaf
template <std::int64_t First, class Leaf, class FindLeaves>
static inline __attribute__((always_inline)) void add_trees(const forest_ranked_job& job,
                                                            Leaf (*leaf)[forest_block],
                                                            FindLeaves find_leaves) {
  std::int64_t t = 0;
  for (; t + 4 <= job.trees; t += 4) {
    for (int k = 0; k < 4; ++k) find_leaves(t + k, leaf[k]);
    const double* const value = job.leaves + (256 * t - First);
    for (std::int64_t i = 0; i < job.rows; ++i)
      job.sums[i] = job.sums[i] + value[leaf[0][i]] + value[leaf[1][i] + 256] + value[leaf[2][i] + 512] +
                    value[leaf[3][i] + 768];
  }
  for (; t < job.trees; ++t) {
    find_leaves(t, leaf[0]);
    for (std::int64_t i = 0; i < job.rows; ++i) job.sums[i] += job.leaves[256 * t + leaf[0][i] - First];
  }
}

inline void forest_ranked(const forest_ranked_job& job) noexcept {
  for (std::int64_t t = 0; t < job.trees; ++t) {
    const std::uint16_t* const words = job.words + 256 * t;
    const double* const leaves = job.leaves + 256 * t;
    for (std::int64_t i = 0; i < job.rows; i += forest_abreast) {
      const std::uint16_t* const ranks = job.ranks + i;
      std::uint32_t at[forest_abreast];
      for (int k = 0; k < forest_abreast; ++k) at[k] = 1;
      for (int level = 0; level < forest_levels; ++level)
        for (int k = 0; k < forest_abreast; ++k) {
          const std::uint32_t word = words[at[k]];
          const std::uint32_t mine =
              ranks[static_cast<std::ptrdiff_t>(word >> job.rank_bits) * forest_block + k];
          at[k] = 2 * at[k] + static_cast<std::uint32_t>(mine > word);
        }
      for (int k = 0; k < forest_abreast; ++k) job.sums[i + k] += leaves[at[k] - 256];
    }
  }
}

BAROGRAPH_KERNEL_END
