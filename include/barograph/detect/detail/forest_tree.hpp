// What a tree of an isolation forest is made of, and where a row goes in it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "../../core/math.hpp"
#include "../../core/random.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// How a node parts its rows.
enum class forest_split : std::uint8_t {
  none,      ///< a leaf
  axis,      ///< one column's value, at or below a threshold: left
  category,  ///< one column's value is listed: left
  plane,     ///< the sum of the terms, at or below a threshold: left
};

/// Nodes stand in the order of a walk that goes left first, so a left child follows its parent.
struct forest_node {
  forest_split kind = forest_split::none;
  bool missing_left = false;  ///< axis, category: where NaN goes
  std::uint32_t feature = 0;  ///< axis, category: the column
  std::uint32_t right = 0;    ///< the right child
  std::uint32_t first = 0;    ///< category: of its listed values; plane: of its terms
  std::uint32_t count = 0;    ///< how many those are
  std::uint32_t rows = 0;     ///< different rows of the tree's sample that came here
  double threshold = 0;       ///< axis: a float, since values are rounded to floats
  /// axis, plane: the least and the greatest value that training rows had here, equal where that is not
  /// known; category: zero, and one more than there were categories
  float low = 0, high = 0;
};

/// weight * (x - center) of a column; NaN adds nothing. Categories have random numbers as values.
struct forest_term {
  std::uint32_t feature = 0;
  bool is_category = false;
  std::uint32_t salt = 0;  ///< category: which random numbers
  float weight = 0;
  float center = 0;
};

struct forest_tree {
  std::uint64_t serial = 0;   ///< its random numbers are those of (seed, serial)
  std::uint32_t samples = 0;  ///< rows drawn for it
  std::vector<forest_node> nodes;
  std::vector<forest_term> terms;
  std::vector<float> listed;  ///< values of categories, ascending in each node
};

/// The average path to one of n rows in a random tree, 2 H(n-1) - 2 (n-1) / n, as scikit-learn has it.
inline double average_path_length(double n) noexcept {
  constexpr double euler_gamma = 0x1.2788cfc6fb619p-1;
  if (n <= 1.0) return 0.0;
  if (n == 2.0) return 1.0;
  return 2.0 * (math::log(n - 1.0) + euler_gamma) - 2.0 * (n - 1.0) / n;
}

/// The largest float at or below x, so that for every float v: v <= x exactly if v <= float_at_most(x).
inline float float_at_most(double x) noexcept {
  const float nearest = static_cast<float>(x);
  if (static_cast<double>(nearest) <= x) return nearest;
  std::uint32_t bits;
  std::memcpy(&bits, &nearest, 4);
  // one float down; +0 cannot be above x unless x is negative and tiny
  bits = nearest > 0.0f ? bits - 1 : nearest < 0.0f ? bits + 1 : 0x80000001u;
  float below;
  std::memcpy(&below, &bits, 4);
  return below;
}

/// A finite number for any value that is one: infinities are the ends of the floats.
inline double within_floats(float x) noexcept {
  constexpr float most = std::numeric_limits<float>::max();
  return static_cast<double>(x > most ? most : x < -most ? -most : x);
}

/// The random number that stands for a category in a plane.
inline double value_of_category(float x, std::uint32_t salt) noexcept {
  std::uint32_t bits;
  const float plain = x + 0.0f;  // both zeros are one category
  std::memcpy(&bits, &plain, 4);
  const philox_block random = philox4x32({bits, 0, 0, 0}, salt, 0x666F7265u);
  return math::normal_quantile(unit_from_bits(random[0]));
}

/// What a term adds for the value x of its column.
inline double term_value(const forest_term& t, float x) noexcept {
  if (x != x) return 0.0;
  const double value = t.is_category ? value_of_category(x, t.salt) : within_floats(x);
  return static_cast<double>(t.weight) * (value - static_cast<double>(t.center));
}

/// Of what a value could be in a node, the share that goes left; a half where that is not known.
inline double left_share(const forest_node& node) noexcept {
  const double low = node.low, width = static_cast<double>(node.high) - low;
  const double part = node.kind == forest_split::category ? node.count : node.threshold - low;
  const double share = part / width;
  return share >= 0.0 && share <= 1.0 ? share : 0.5;
}

/// How likely a random cut is to part a value from all that training rows had here; 0 within their range.
inline double share_outside(const forest_node& node, double value) noexcept {
  const double low = node.low, high = node.high;
  const double gap = value < low ? low - value : value > high ? value - high : 0.0;
  return low < high && gap > 0.0 && gap - gap == 0.0 ? gap / (high - low + gap) : 0.0;
}

/// Whether a row goes left; x(column) gives its values.
template <class Row>
inline bool goes_left(const forest_tree& tree, const forest_node& node, Row x) {
  if (node.kind == forest_split::plane) {
    double sum = 0.0;
    for (std::uint32_t k = 0; k < node.count; ++k) {
      const forest_term& t = tree.terms[node.first + k];
      sum += term_value(t, x(t.feature));
    }
    return sum <= node.threshold;
  }
  const float v = x(node.feature);
  if (v != v) return node.missing_left;
  if (node.kind == forest_split::axis) return static_cast<double>(v) <= node.threshold;
  const auto begin = tree.listed.begin() + node.first;
  return std::binary_search(begin, begin + node.count, v);
}

/// The depth of each node; the root's is 0. What parts no training rows makes nothing deeper.
template <class Tree>
inline std::vector<std::uint32_t> depths_of(const Tree& tree) {
  std::vector<std::uint32_t> depth(tree.nodes.size(), 0);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i)
    if (tree.nodes[i].kind != forest_split::none) {
      const std::uint32_t right = tree.nodes[i].right;
      depth[right] = depth[i] + 1;
      depth[i + 1] = depth[i] + (tree.nodes[right].rows != 0 ? 1 : 0);
    }
  return depth;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
