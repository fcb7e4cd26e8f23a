// The trees of a forest laid out for scoring: any shape, and the perfect layout of words where it fits.
//
// Templates of the tree (forest_tree), so that they are instantiated only where rows are scored.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "forest_jobs_plain.hpp"
#include "forest_tree.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// What each node of a tree adds to the sum of a row that ends there.
using leaf_values = std::vector<std::vector<double>>;

/// Trees of any shape that split by one column at a time.
struct axis_layout {
  std::vector<forest_axis_node> nodes;
  std::vector<double> value;
  std::vector<std::uint32_t> root, depth;
};

/// Trees of any shape that split by sums of terms of numbers.
struct plane_layout {
  std::vector<forest_plane_node> nodes;
  std::vector<forest_plane_term> terms;
  std::vector<double> value;
  std::vector<std::uint32_t> root, depth;
  std::int64_t dimensions = 1;
};

/// What kinds of split there are.
enum class forest_shape { axes, planes, mixed };

template <class Tree>
inline forest_shape shape_of(const std::vector<Tree>& trees) {
  bool axis = false, plane = false, category = false;
  for (const Tree& tree : trees) {
    for (const forest_node& node : tree.nodes) {
      axis |= node.kind == forest_split::axis;
      plane |= node.kind == forest_split::plane;
      category |= node.kind == forest_split::category;
    }
    for (const forest_term& term : tree.terms) category |= term.is_category;
  }
  return category || (axis && plane) ? forest_shape::mixed
         : plane                     ? forest_shape::planes
                                     : forest_shape::axes;
}

/// Gives nodes their places, children side by side: calls leaf(place) or inner(tree,
/// node, place, place of the left child) for each.
template <class Tree, class Layout, class Leaf, class Inner>
inline void lay_out(const std::vector<Tree>& trees, const leaf_values& values, Layout& out, Leaf leaf,
                    Inner inner) {
  std::uint32_t free = 0;
  std::vector<std::uint32_t> place, depth;
  for (const Tree& tree : trees) {
    const std::vector<forest_node>& nodes = tree.nodes;
    place.assign(nodes.size(), 0);
    depth.assign(nodes.size(), 0);
    place[0] = free++;
    out.root.push_back(place[0]);
    std::uint32_t deepest = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {  // parents come before their children
      if (nodes[i].kind == forest_split::none) {
        leaf(place[i]);
        deepest = std::max(deepest, depth[i]);
        continue;
      }
      inner(tree, nodes[i], place[i], free);
      place[i + 1] = free;
      place[nodes[i].right] = free + 1;
      depth[i + 1] = depth[nodes[i].right] = depth[i] + 1;
      free += 2;
    }
    out.depth.push_back(deepest);
    const std::vector<double>& value = values[out.depth.size() - 1];
    for (std::size_t i = 0; i < nodes.size(); ++i) out.value[place[i]] = value[i];
  }
}

/// Where each column's values stand among those of the used ones.
inline std::vector<std::uint32_t> places_of(const std::vector<std::uint32_t>& used, std::size_t columns) {
  std::vector<std::uint32_t> place(columns, 0);
  for (std::size_t k = 0; k < used.size(); ++k) place[used[k]] = static_cast<std::uint32_t>(k);
  return place;
}

template <class Tree>
inline std::size_t nodes_of(const std::vector<Tree>& trees) {
  std::size_t total = 0;
  for (const Tree& tree : trees) total += tree.nodes.size();
  return total;
}

/// @param used  the columns whose values the kernel is given, in this order
template <class Tree>
inline axis_layout laid_out_by_axes(const std::vector<Tree>& trees, const leaf_values& values,
                                    const std::vector<std::uint32_t>& used, std::size_t columns) {
  axis_layout out;
  const std::vector<std::uint32_t> column = places_of(used, columns);
  out.nodes.resize(nodes_of(trees));
  out.value.resize(out.nodes.size());
  lay_out(
      trees, values, out,
      [&](std::uint32_t at) {
        out.nodes[at] = {std::numeric_limits<float>::infinity(), at, 0};
      },
      [&](const Tree&, const forest_node& node, std::uint32_t at, std::uint32_t child) {
        out.nodes[at] = {static_cast<float>(node.threshold), child,
                         2 * column[node.feature] + (node.missing_left ? 0u : 1u)};
      });
  return out;
}

template <class Tree>
inline plane_layout laid_out_by_planes(const std::vector<Tree>& trees, const leaf_values& values,
                                       const std::vector<std::uint32_t>& used, std::size_t columns) {
  plane_layout out;
  const std::vector<std::uint32_t> column = places_of(used, columns);
  for (const Tree& tree : trees)
    for (const forest_node& node : tree.nodes)
      out.dimensions = std::max(out.dimensions, std::int64_t{node.count});
  const auto dimensions = static_cast<std::size_t>(out.dimensions);
  out.nodes.resize(nodes_of(trees));
  out.value.resize(out.nodes.size());
  out.terms.resize(out.nodes.size() * dimensions, {0.0, 0.0, 0});  // terms of weight 0 add nothing
  lay_out(
      trees, values, out,
      [&](std::uint32_t at) {
        out.nodes[at] = {std::numeric_limits<double>::infinity(), at};
      },
      [&](const Tree& tree, const forest_node& node, std::uint32_t at, std::uint32_t child) {
        out.nodes[at] = {node.threshold, child};
        for (std::uint32_t k = 0; k < node.count; ++k) {
          const forest_term& t = tree.terms[node.first + k];
          out.terms[at * dimensions + k] = {static_cast<double>(t.weight), static_cast<double>(t.center),
                                            forest_abreast * column[t.feature]};
        }
      });
  return out;
}

/// Trees that fit into words; `fits` is false where they do not.
struct ranked_layout {
  bool fits = false;
  int rank_bits = 0;
  std::vector<std::uint32_t> columns;          ///< those that some tree splits by
  std::vector<std::vector<float>> thresholds;  ///< of each, ascending
  std::vector<std::uint16_t> words;
  std::vector<double> leaves;
};

template <class Tree>
inline ranked_layout laid_out_by_ranks(const std::vector<Tree>& trees, const leaf_values& values,
                                       std::size_t columns) {
  constexpr std::size_t most_columns = 8;
  ranked_layout out;
  std::vector<std::vector<float>> thresholds(columns);
  for (const Tree& tree : trees)
    for (const forest_node& node : tree.nodes)
      if (node.kind == forest_split::axis)
        thresholds[node.feature].push_back(static_cast<float>(node.threshold) + 0.0f);
  std::vector<std::uint32_t> tag(columns, 0);
  std::size_t most = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    if (thresholds[c].empty()) continue;
    if (out.columns.size() == most_columns) return out;
    std::sort(thresholds[c].begin(), thresholds[c].end());
    thresholds[c].erase(std::unique(thresholds[c].begin(), thresholds[c].end()), thresholds[c].end());
    most = std::max(most, thresholds[c].size());
    tag[c] = static_cast<std::uint32_t>(out.columns.size());
    out.columns.push_back(static_cast<std::uint32_t>(c));
    out.thresholds.push_back(std::move(thresholds[c]));
  }
  int tag_bits = 0;
  while ((std::size_t{1} << tag_bits) < out.columns.size()) ++tag_bits;
  out.rank_bits = 16 - tag_bits;
  if (most >= (std::size_t{1} << out.rank_bits)) return out;  // ranks go from 0 to most
  out.words.assign(256 * trees.size(), 0);
  out.leaves.assign(256 * trees.size(), 0.0);
  for (std::size_t t = 0; t < trees.size(); ++t) {
    const std::vector<forest_node>& nodes = trees[t].nodes;
    struct place {
      std::size_t node;
      std::uint32_t at;
      int level;
    };
    std::vector<place> stack{{0, 1, 0}};
    while (!stack.empty()) {
      const place p = stack.back();
      stack.pop_back();
      const forest_node& node = nodes[p.node];
      if (node.kind == forest_split::none) {  // whatever the words below it say, the leaf is the same
        const std::uint32_t wide = 1u << (forest_levels - p.level);
        const std::uint32_t first = p.at * wide - 256u;
        for (std::uint32_t k = 0; k < wide; ++k) out.leaves[256 * t + first + k] = values[t][p.node];
        continue;
      }
      if (p.level == forest_levels) return out;
      const std::vector<float>& all = out.thresholds[tag[node.feature]];
      const auto rank =
          std::lower_bound(all.begin(), all.end(), static_cast<float>(node.threshold)) - all.begin();
      out.words[256 * t + p.at] =
          static_cast<std::uint16_t>((tag[node.feature] << out.rank_bits) | static_cast<std::uint32_t>(rank));
      stack.push_back({p.node + 1, 2 * p.at, p.level + 1});
      stack.push_back({node.right, 2 * p.at + 1, p.level + 1});
    }
  }
  out.fits = true;
  return out;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
