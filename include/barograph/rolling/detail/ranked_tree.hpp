// ranked_tree: a multiset of doubles that knows ranks, equal ones in order of their ages.
//
// An AVL tree in one array, each node with the size of its subtree: insert, erase, select and count take
// O(log n) in the worst case. Source: G. M. Adelson-Velsky and E. M. Landis (1962), "An algorithm for
// the organization of information"; sizes: D. E. Knuth, The Art of Computer Programming 3, 6.2.3.
#pragma once

#include <cstdint>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

class ranked_tree {
 public:
  std::int64_t size() const noexcept { return nodes_[root_].size; }

  void clear() {
    nodes_.assign(1, node{});
    free_.clear();
    root_ = none;
  }

  /// Adds a value; `age` tells equal ones apart, the older ones lower.
  void insert(double value, std::uint64_t age) {
    index at = none;
    if (free_.empty()) {
      at = static_cast<index>(nodes_.size());
      nodes_.emplace_back();
    } else {
      at = free_.back();
      free_.pop_back();
    }
    nodes_[at] = {value, age, none, none, 1, 1};
    root_ = inserted(root_, at);
  }

  /// Takes out what was inserted so.
  void erase(double value, std::uint64_t age) { root_ = erased(root_, value, age); }

  /// The value that has k smaller or older equal ones; 0 <= k < size().
  double select(std::int64_t k) const noexcept {
    index at = root_;
    for (;;) {
      const node& n = nodes_[at];
      const std::int64_t before = nodes_[n.left].size;
      if (k == before) return n.value;
      if (k < before) {
        at = n.left;
      } else {
        k -= before + 1;
        at = n.right;
      }
    }
  }

  /// How many are below the value; where `equal`, or equal to it.
  std::int64_t count_below(double value, bool equal) const noexcept {
    std::int64_t count = 0;
    for (index at = root_; at != none;) {
      const node& n = nodes_[at];
      if (n.value < value || (equal && n.value == value)) {
        count += nodes_[n.left].size + 1;
        at = n.right;
      } else {
        at = n.left;
      }
    }
    return count;
  }

 private:
  using index = std::uint32_t;
  static constexpr index none = 0;  ///< the node that stands for no node

  struct node {
    double value = 0.0;
    std::uint64_t age = 0;
    index left = none, right = none;
    std::uint32_t size = 0;
    std::int32_t height = 0;
  };

  static bool before(double value, std::uint64_t age, const node& n) noexcept {
    return value < n.value || (value == n.value && age < n.age);
  }

  void measure(index at) noexcept {
    node& n = nodes_[at];
    const node &l = nodes_[n.left], &r = nodes_[n.right];
    n.size = l.size + r.size + 1;
    n.height = 1 + (l.height > r.height ? l.height : r.height);
  }

  std::int32_t lean(index at) const noexcept {
    return nodes_[nodes_[at].left].height - nodes_[nodes_[at].right].height;
  }

  index turned_right(index at) noexcept {
    const index up = nodes_[at].left;
    nodes_[at].left = nodes_[up].right;
    nodes_[up].right = at;
    measure(at);
    measure(up);
    return up;
  }

  index turned_left(index at) noexcept {
    const index up = nodes_[at].right;
    nodes_[at].right = nodes_[up].left;
    nodes_[up].left = at;
    measure(at);
    measure(up);
    return up;
  }

  index balanced(index at) noexcept {
    measure(at);
    const std::int32_t by = lean(at);
    if (by > 1) {
      if (lean(nodes_[at].left) < 0) nodes_[at].left = turned_left(nodes_[at].left);
      return turned_right(at);
    }
    if (by < -1) {
      if (lean(nodes_[at].right) > 0) nodes_[at].right = turned_right(nodes_[at].right);
      return turned_left(at);
    }
    return at;
  }

  index inserted(index under, index at) noexcept {
    if (under == none) return at;
    if (before(nodes_[at].value, nodes_[at].age, nodes_[under]))
      nodes_[under].left = inserted(nodes_[under].left, at);
    else
      nodes_[under].right = inserted(nodes_[under].right, at);
    return balanced(under);
  }

  index erased(index under, double value, std::uint64_t age) {
    if (under == none) return none;
    const node n = nodes_[under];
    if (n.value == value && n.age == age) {
      free_.push_back(under);
      if (n.left == none) return n.right;
      if (n.right == none) return n.left;
      index next = none;
      const index rest = without_first(n.right, next);
      nodes_[next].left = n.left;
      nodes_[next].right = rest;
      return balanced(next);
    }
    if (before(value, age, n))
      nodes_[under].left = erased(n.left, value, age);
    else
      nodes_[under].right = erased(n.right, value, age);
    return balanced(under);
  }

  /// The subtree without its first node, which becomes `first`.
  index without_first(index under, index& first) noexcept {
    if (nodes_[under].left == none) {
      first = under;
      return nodes_[under].right;
    }
    nodes_[under].left = without_first(nodes_[under].left, first);
    return balanced(under);
  }

  std::vector<node> nodes_ = std::vector<node>(1);
  std::vector<index> free_;
  index root_ = none;
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
