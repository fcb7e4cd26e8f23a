// What the kernels of isolation forests are told: plain data, the same for every instruction set.
#pragma once

#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// Rows scored at once; their values stand column after column, `forest_block` apart.
constexpr std::int64_t forest_block = 512;
/// Levels of a tree in the perfect layout.
constexpr int forest_levels = 8;

/// A node of trees of any shape. Children stand side by side, the left one first; a leaf is its own left
/// child and its threshold infinite, so that a walk of too many steps stays there.
struct forest_axis_node {
  float threshold;
  std::uint32_t child;
  std::uint32_t feature;  ///< the column, times two, and one where NaN goes right
};

/// Trees of any shape, split by one column at a time.
struct forest_axis_job {
  const forest_axis_node* nodes;
  const double* value;         ///< a node: what its leaf adds
  const std::uint32_t* root;   ///< a tree
  const std::uint32_t* depth;  ///< a tree
  std::int64_t trees;
  const float* x;     ///< forest_block values of each column
  std::int64_t rows;  ///< of the block in use, a multiple of eight
  bool missing;       ///< whether some value is NaN
  double* sums;       ///< a row: the sum over the trees
};

/// A node of trees that are split by planes; children and leaves as above.
struct forest_plane_node {
  double threshold;
  std::uint32_t child;
};

/// Rows of trees of any shape that are looked at in turn, so that none waits for another's memory.
constexpr int forest_abreast = 8;

/// weight * (x - center) of a column; NaN adds nothing. As doubles, so that nothing is widened at each node.
struct forest_plane_term {
  double weight, center;
  std::uint32_t values;  ///< where a column's begin among those of `forest_abreast` rows
};

/// Trees of any shape, split by sums of terms.
struct forest_plane_job {
  const forest_plane_node* nodes;
  const forest_plane_term* terms;  ///< a node: `dimensions`
  const double* value;
  const std::uint32_t* root;
  const std::uint32_t* depth;
  std::int64_t trees;
  std::int64_t dimensions;
  const float* x;
  std::int64_t rows;     ///< a multiple of eight
  std::int64_t columns;  ///< of x
  double* wide;          ///< room for x as doubles, those of eight rows together
  double* sums;
};

/// Trees of at most `forest_levels` levels over few columns, each filled up to the perfect layout. A node
/// is one word: its column in the upper bits, the rank of its threshold among all of that column in the
/// lower ones. A row's word of a column is that column and how many thresholds lie below its value; so
/// a row goes right where its word is the greater.
struct forest_ranked_job {
  const std::uint16_t* words;  ///< a tree: 256, level after level, from the second on
  const double* leaves;        ///< a tree: 256, from left to right
  std::int64_t trees;
  int rank_bits;               ///< lower bits of a word
  int columns;                 ///< at most eight
  const std::uint16_t* ranks;  ///< forest_block words of each column, 64-byte aligned
  std::int64_t rows;           ///< of the block in use, a multiple of 32
  double* sums;
};

/// Values of a column to words: how many thresholds lie below each.
struct forest_rank_job {
  const float* thresholds;  ///< ascending, all different
  std::int64_t count;
  const float* x;
  std::int64_t rows;  ///< a multiple of sixteen
  std::uint16_t tag;  ///< the column, in the upper bits
  std::uint16_t* ranks;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
