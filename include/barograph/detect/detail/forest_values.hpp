// What reaching a node of an isolation forest says, and the score that comes of the mean over trees.
//
// The value of a leaf is the path that isolated the row (depth scoring) or the logarithm of how many rows
// there are for the space (density scoring); of an inner node, what a training row there can expect. A
// step from a node to its child changes the value; the changes along a row's path are what attributions
// are made of.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "../../core/math.hpp"
#include "../forest_options.hpp"
#include "forest_layout.hpp"
#include "forest_tree.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// The share of the space, kept off 0 and 1: a split at the very end of a range is not infinitely telling.
inline double share_within(double share) noexcept {
  constexpr double least = 1.0 / 1024;
  return share < least ? least : share > 1.0 - least ? 1.0 - least : share;
}

template <class Tree>
inline std::vector<double> values_of(const Tree& tree, forest_scoring scoring) {
  const std::vector<forest_node>& nodes = tree.nodes;
  std::vector<double> value(nodes.size(), 0.0);
  if (scoring == forest_scoring::density) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const forest_node& node = nodes[i];
      if (node.kind == forest_split::none) continue;
      const double share = share_within(left_share(node)), rows = node.rows;
      if (nodes[node.right].rows == 0) {  // a category never seen: half a row in half of the space
        value[i + 1] = value[i];
        value[node.right] = value[i] - math::log(rows);
        continue;
      }
      value[i + 1] = value[i] + math::log(nodes[i + 1].rows / rows / share);
      value[node.right] = value[i] + math::log(nodes[node.right].rows / rows / (1.0 - share));
    }
    return value;
  }
  const std::vector<std::uint32_t> depth = depths_of(tree);
  static const std::vector<double> known = [] {
    std::vector<double> c(1025);
    for (std::size_t n = 0; n < c.size(); ++n) c[n] = average_path_length(static_cast<double>(n));
    return c;
  }();
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const forest_node& node = nodes[i];
    if (node.kind == forest_split::none) {
      value[i] = depth[i] + (node.rows < known.size() ? known[node.rows] : average_path_length(node.rows));
      continue;
    }
    const double l = nodes[i + 1].rows, r = nodes[node.right].rows;
    value[i] = (l * value[i + 1] + r * value[node.right]) / (l + r);
  }
  return value;
}

/// What a row's way through the trees says about its columns.
struct forest_credits {
  double* change;   ///< a column: of the value, along the way
  double* outside;  ///< a column: how much sooner cuts beside all training rows would have come
  double beyond;    ///< the sum of `outside`

  /// A step from a node to a child. The columns of a plane share it by how far the row is from their
  /// centers. A forest cannot tell a value from a much farther one where training rows had neither; how
  /// far outside it is can.
  template <class Row>
  void add(const forest_tree& tree, const forest_node& node, double by, Row x) {
    if (node.kind != forest_split::plane) {
      change[node.feature] += by;
      const float v = x(node.feature);
      if (node.kind == forest_split::axis && v == v) add_outside(node, within_floats(v), node.feature, 1.0);
      return;
    }
    double total = 0.0, sum = 0.0;
    for (std::uint32_t k = 0; k < node.count; ++k) {
      const forest_term& t = tree.terms[node.first + k];
      const double v = term_value(t, x(t.feature));
      sum += v;
      total += std::fabs(v);
    }
    for (std::uint32_t k = 0; k < node.count; ++k) {
      const forest_term& t = tree.terms[node.first + k];
      const double share = total > 0.0 ? std::fabs(term_value(t, x(t.feature))) / total
                                       : 1.0 / static_cast<double>(node.count);
      change[t.feature] += by * share;
      add_outside(node, sum, t.feature, share);
    }
  }

 private:
  void add_outside(const forest_node& node, double value, std::uint32_t feature, double part) {
    const double share = share_outside(node, value);
    if (share == 0.0) return;
    const double sooner = part * share * average_path_length(node.rows);
    outside[feature] += sooner;
    beyond += sooner;
  }
};

/// Scores of sums of leaf values: in (0, 1), higher is more anomalous.
class forest_scale {
 public:
  forest_scale() = default;
  forest_scale(const std::vector<forest_tree>& trees, forest_scoring scoring) : scoring_(scoring) {
    trees_ = static_cast<double>(trees.size());
    bool equal = true;
    for (const forest_tree& tree : trees) {
      normal_ += average_path_length(tree.samples);
      equal = equal && tree.samples == trees[0].samples;
    }
    if (equal && !trees.empty()) normal_ = trees_ * average_path_length(trees[0].samples);
  }

  /// Depth: 2^(-mean path / path of an average row); density: 1 / (1 + density against an even one).
  double score(double sum) const noexcept {
    if (scoring_ == forest_scoring::density) return 1.0 / (1.0 + math::exp(sum / trees_));
    if (normal_ == 0.0) return 0.5;  // trees of one row each: nothing is known
    constexpr double ln2 = 0x1.62e42fefa39efp-1;
    return math::exp(-(sum / normal_) * ln2);
  }
  /// How the score changes with the sum.
  double slope(double sum) const noexcept {
    const double s = score(sum);
    if (scoring_ == forest_scoring::density) return -s * (1.0 - s) / trees_;
    constexpr double ln2 = 0x1.62e42fefa39efp-1;
    return normal_ == 0.0 ? 0.0 : -s * ln2 / normal_;
  }

 private:
  forest_scoring scoring_ = forest_scoring::depth;
  double trees_ = 0, normal_ = 0;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
