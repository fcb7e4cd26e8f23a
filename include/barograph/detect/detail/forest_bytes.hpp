// A tree of an isolation forest as bytes, and back without trust.
//
// Nodes stand left first; how many rows an inner node has is the sum of its children's, and so is not
// written.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../../core/bytes.hpp"
#include "forest_tree.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

inline void write_float(byte_writer& w, float v) {
  std::uint32_t bits;
  v += 0.0f;
  std::memcpy(&bits, &v, 4);
  w.u32(bits);
}

inline float read_float(byte_reader& r) {
  const std::uint32_t bits = r.u32();
  float v;
  std::memcpy(&v, &bits, 4);
  if (v != v || (v == 0.0f && bits != 0)) raise<bad_bytes>("bytes: a number that a forest cannot hold");
  return v;
}

inline void write_tree(byte_writer& w, const forest_tree& tree) {
  w.varint(tree.serial);
  w.varint(tree.samples);
  w.varint(tree.nodes.size());
  for (const forest_node& node : tree.nodes) {
    w.u8(static_cast<std::uint8_t>(static_cast<unsigned>(node.kind) | (node.missing_left ? 4u : 0u)));
    if (node.kind == forest_split::none) {
      w.varint(node.rows);
      continue;
    }
    if (node.kind == forest_split::plane) {
      w.varint(node.count);
      for (std::uint32_t k = 0; k < node.count; ++k) {
        const forest_term& t = tree.terms[node.first + k];
        w.varint(2 * std::uint64_t{t.feature} + (t.is_category ? 1u : 0u));
        w.u32(t.salt);
        write_float(w, t.weight);
        write_float(w, t.center);
      }
      w.f64(node.threshold + 0.0);
    } else {
      w.varint(node.feature);
      if (node.kind == forest_split::axis) {
        write_float(w, static_cast<float>(node.threshold));
      } else {
        w.varint(node.count);
        for (std::uint32_t k = 0; k < node.count; ++k) write_float(w, tree.listed[node.first + k]);
      }
    }
    write_float(w, node.low);
    write_float(w, node.high);
  }
}

/// @throws bad_bytes for what no tree over `columns` columns can be
inline forest_tree read_tree(byte_reader& r, std::size_t columns) {
  constexpr std::uint64_t most = 0x7FFFFFFFu;
  const auto below = [&](std::uint64_t limit) {
    const std::uint64_t v = r.varint();
    if (v >= limit) raise<bad_bytes>("bytes: a number that a forest cannot hold");
    return static_cast<std::uint32_t>(v);
  };
  const auto number = [&] {
    const double v = r.f64();
    if (!std::isfinite(v) || (v == 0.0 && std::signbit(v)))
      raise<bad_bytes>("bytes: a number that a forest cannot hold");
    return v;
  };
  forest_tree tree;
  tree.serial = r.varint();
  tree.samples = below(most);
  const std::size_t count = r.count(2);
  if (count == 0 || count >= most) raise<bad_bytes>("bytes: a tree without nodes");
  tree.nodes.resize(count);
  std::vector<std::size_t> open;  // inner nodes whose right child is still to come
  bool expected = true;           // whether another node may come
  for (std::size_t i = 0; i < count; ++i) {
    if (!expected) raise<bad_bytes>("bytes: nodes behind the last of a tree");
    forest_node& node = tree.nodes[i];
    const std::uint8_t flags = r.u8();
    if (flags > 7) raise<bad_bytes>("bytes: a node of an unknown kind");
    node.kind = static_cast<forest_split>(flags & 3u);
    node.missing_left = (flags & 4u) != 0;
    if (node.kind == forest_split::none) {
      if (node.missing_left) raise<bad_bytes>("bytes: a leaf that is not canonical");
      node.rows = below(most);
      expected = !open.empty();
      if (expected) {
        tree.nodes[open.back()].right = static_cast<std::uint32_t>(i + 1);
        open.pop_back();
      }
      continue;
    }
    if (node.kind == forest_split::plane) {
      if (node.missing_left) raise<bad_bytes>("bytes: a plane that is not canonical");
      node.first = static_cast<std::uint32_t>(tree.terms.size());
      node.count = static_cast<std::uint32_t>(r.count(13));
      if (node.count == 0) raise<bad_bytes>("bytes: a plane without terms");
      for (std::uint32_t k = 0; k < node.count; ++k) {
        forest_term t;
        const std::uint32_t both = below(2 * std::uint64_t{columns});
        t.feature = both / 2;
        t.is_category = (both & 1u) != 0;
        t.salt = r.u32();
        t.weight = read_float(r);
        t.center = read_float(r);
        if (!std::isfinite(t.weight) || !std::isfinite(t.center) || (!t.is_category && t.salt != 0))
          raise<bad_bytes>("bytes: a plane that cannot be");
        tree.terms.push_back(t);
      }
      node.threshold = number();
    } else {
      node.feature = below(columns);
      if (node.kind == forest_split::axis) {
        node.threshold = static_cast<double>(read_float(r));
      } else {
        node.first = static_cast<std::uint32_t>(tree.listed.size());
        node.count = static_cast<std::uint32_t>(r.count(4));
        for (std::uint32_t k = 0; k < node.count; ++k) {
          tree.listed.push_back(read_float(r));
          if (k > 0 && !(tree.listed[node.first + k - 1] < tree.listed[node.first + k]))
            raise<bad_bytes>("bytes: categories that are not in order");
        }
      }
    }
    node.low = read_float(r);
    node.high = read_float(r);
    if (!(node.low <= node.high)) raise<bad_bytes>("bytes: a range that is none");
    open.push_back(i);
  }
  if (expected) raise<bad_bytes>("bytes: a tree whose nodes are missing");
  for (std::size_t i = count; i-- > 0;) {
    forest_node& node = tree.nodes[i];
    if (node.kind == forest_split::none) continue;
    const std::uint64_t rows = std::uint64_t{tree.nodes[i + 1].rows} + tree.nodes[node.right].rows;
    if (rows >= most) raise<bad_bytes>("bytes: more rows than a tree can have");
    if (tree.nodes[i + 1].rows == 0 ||
        (tree.nodes[node.right].rows == 0 && node.kind != forest_split::category))
      raise<bad_bytes>("bytes: a node without rows");
    node.rows = static_cast<std::uint32_t>(rows);
  }
  if (tree.nodes[0].rows == 0) raise<bad_bytes>("bytes: a tree without rows");
  return tree;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
