// Isolation forests grown elsewhere: trees as the arrays that scikit-learn keeps them in.
//
// The scores are those of scikit-learn up to rounding (1e-12): the same leaves, the same path lengths.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "isolation_forest.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// One tree: an entry a node, the root first.
struct tree_arrays {
  span<const std::int64_t> left, right;         ///< children; left is -1 at a leaf
  span<const std::int64_t> feature;             ///< the column in the whole table
  span<const double> threshold;                 ///< values at or below it go left
  span<const std::int64_t> rows;                ///< training rows that came here
  span<const unsigned char> missing_goes_left;  ///< where NaN goes
};

/// The tree with its nodes in the order of isolation_forest.
///
/// @param samples  rows drawn for it, by which scores are scaled
/// @throws invalid_argument for arrays that are no tree
inline detail::forest_tree tree_from_arrays(const tree_arrays& a, std::size_t columns, std::uint32_t samples,
                                            std::uint64_t serial) {
  const std::size_t n = a.left.size();
  const auto bad = [](const std::string& why) { raise<invalid_argument>("tree: " + why); };
  if (n == 0) bad("no nodes given, expected at least one");
  for (const std::size_t size :
       {a.right.size(), a.feature.size(), a.threshold.size(), a.rows.size(), a.missing_goes_left.size()})
    if (size != n) bad("arrays of unequal length given");
  detail::forest_tree tree;
  tree.serial = serial;
  tree.samples = samples;
  constexpr std::size_t nowhere = ~std::size_t{0};
  std::vector<std::pair<std::size_t, std::size_t>> stack{{0, nowhere}};  // node, whose right child it is
  while (!stack.empty()) {
    const auto [i, parent] = stack.back();
    stack.pop_back();
    const std::size_t at = tree.nodes.size();
    if (at == n) bad("a node that is reached twice");
    if (parent != nowhere) tree.nodes[parent].right = static_cast<std::uint32_t>(at);
    tree.nodes.emplace_back();
    detail::forest_node& node = tree.nodes.back();
    if (a.left[i] < 0) {
      if (a.rows[i] < 1 || a.rows[i] > 0x7FFFFFFE) bad("a leaf of " + std::to_string(a.rows[i]) + " rows");
      node.rows = static_cast<std::uint32_t>(a.rows[i]);
      continue;
    }
    const auto l = static_cast<std::size_t>(a.left[i]), r = static_cast<std::size_t>(a.right[i]);
    if (l >= n || r >= n || l == 0 || r == 0) bad("a child that is not there");
    if (a.feature[i] < 0 || static_cast<std::size_t>(a.feature[i]) >= columns)
      bad("column " + std::to_string(a.feature[i]) + " given, expected below " + std::to_string(columns));
    if (a.threshold[i] != a.threshold[i]) bad("a threshold that is NaN");
    node.kind = detail::forest_split::axis;
    node.feature = static_cast<std::uint32_t>(a.feature[i]);
    node.threshold = static_cast<double>(detail::float_at_most(a.threshold[i]));
    node.missing_left = a.missing_goes_left[i] != 0;
    stack.emplace_back(r, at);
    stack.emplace_back(l, nowhere);
  }
  for (std::size_t i = tree.nodes.size(); i-- > 0;) {
    detail::forest_node& node = tree.nodes[i];
    if (node.kind != detail::forest_split::none)
      node.rows = tree.nodes[i + 1].rows + tree.nodes[node.right].rows;
  }
  return tree;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
