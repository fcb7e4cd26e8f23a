// Growing one tree of an isolation forest on a sample of rows.
//
// Sources: Liu, Ting and Zhou, "Isolation forest", ICDM 2008; random planes: Hariri, Kind and Brunner,
// "Extended isolation forest", IEEE TKDE 33 (2021); centred and scaled terms: Cortes, isotree.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../../core/table_view.hpp"
#include "../forest_options.hpp"
#include "forest_sample.hpp"
#include "forest_tree.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// A template, so that what it is made of is instantiated only where a forest is grown.
///
/// @tparam Table  table_view
template <class Table>
class tree_grower {
 public:
  /// @param depth  the greatest; at least 1
  tree_grower(const Table& x, const forest_options& options, const row_weights& weights, std::size_t samples,
              std::size_t depth)
      : x_(x), options_(options), weights_(weights), samples_(samples), depth_(depth) {
    is_category_.assign(x.columns(), false);
    for (const std::size_t c : options.categorical) is_category_[c] = true;
    if (x.columns() <= few_columns) apart_ = x.apart();
  }

  forest_tree grow(std::uint64_t serial) {
    random_ = random_words(options_.seed, stream, serial);
    tree_.nodes.clear();
    tree_.terms.clear();
    tree_.listed.clear();
    tree_.serial = serial;
    tree_.samples = static_cast<std::uint32_t>(samples_);
    sample_rows(x_.rows(), samples_, options_.bootstrap, weights_, random_, drawn_, [this](std::size_t row) {
      for (const std::size_t c : apart_) x_.prefetch(row, c);
    });
    choose_columns();
    gather();
    const std::size_t rows = drawn_.rows().size();
    order_.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) order_[i] = static_cast<std::uint32_t>(i);
    other_.resize(rows);
    tree_.nodes.reserve(2 * rows);
    stack_.clear();
    pending p{0, static_cast<std::uint32_t>(rows), 0, static_cast<std::uint32_t>(columns_.size()), no_parent};
    for (;;) {
      std::size_t at = tree_.nodes.size();
      if (p.parent != no_parent) tree_.nodes[p.parent].right = static_cast<std::uint32_t>(at);
      tree_.nodes.emplace_back();
      tree_.nodes[at].rows = p.end - p.begin;
      std::size_t middle = p.begin;
      if (p.depth < depth_ && p.end - p.begin >= 2) {
        node_ = forest_node();
        alive_ = p.alive;
        fences_.clear();
        const bool back = options_.dimensions == 1 && p.depth % 2 != 0;
        from_ = (back ? other_ : order_).data();
        to_ = (back ? order_ : other_).data();
        middle = split(p.begin, p.end);
        for (const std::size_t fence : fences_) {
          fence_off(columns_[fence], p.begin, at);
          stack_.push_back({p.end, p.end, p.depth + 1, 0, static_cast<std::uint32_t>(at)});
          at = tree_.nodes.size();
          tree_.nodes.emplace_back();
          tree_.nodes[at].rows = p.end - p.begin;
        }
      }
      if (middle != p.begin && middle != p.end) {  // on with the left one
        node_.rows = p.end - p.begin;
        tree_.nodes[at] = node_;
        const auto alive = static_cast<std::uint32_t>(alive_);
        const auto cut = static_cast<std::uint32_t>(middle);
        stack_.push_back({cut, p.end, p.depth + 1, alive, static_cast<std::uint32_t>(at)});
        p = {p.begin, cut, p.depth + 1, alive, no_parent};
        continue;
      }
      if (stack_.empty()) break;
      p = stack_.back();
      stack_.pop_back();
    }
    return tree_;  // a copy of the size it needs; the grower keeps its room
  }

 private:
  static constexpr std::uint32_t stream = 0x666F7273u;  // no other use of random numbers has it
  static constexpr std::uint32_t no_parent = ~std::uint32_t{0};
  static constexpr std::size_t few_columns = 32;

  struct pending {
    std::uint32_t begin, end, depth, alive, parent;
  };
  struct range {
    float low, high;
    std::size_t missing;
  };
  /// What is known of the sample's values of a column.
  enum column_state : std::uint8_t { unknown, complete, some_missing };

  void choose_columns() {
    const std::size_t all = x_.columns();
    const std::size_t wanted = options_.features == 0 ? all : std::min(options_.features, all);
    columns_.resize(all);
    for (std::size_t c = 0; c < all; ++c) columns_[c] = static_cast<std::uint32_t>(c);
    if (wanted == all) return;
    for (std::size_t i = 0; i < wanted; ++i) {
      const auto rest = static_cast<std::uint32_t>(all - i);
      std::swap(columns_[i], columns_[i + random_.below(rest)]);
    }
    columns_.resize(wanted);
  }

  /// The sampled rows of few columns at once, row after row; of many columns each when it is first used.
  void gather() {
    const std::size_t rows = drawn_.rows().size();
    gathered_.resize(x_.columns() * rows);
    state_.assign(x_.columns(), unknown);
    if (columns_.size() > few_columns) return;
    x_.nearest_floats(drawn_.rows(), columns_, gathered_.data());
    for (const std::uint32_t c : columns_) look_for_missing(c);
  }
  void look_for_missing(std::uint32_t c) {
    const std::size_t rows = drawn_.rows().size();
    const float* const from = gathered_.data() + c * rows;
    std::uint32_t missing = 0;
    for (std::size_t i = 0; i < rows; ++i) missing |= from[i] != from[i];
    state_[c] = missing != 0 ? some_missing : complete;
  }
  const float* column(std::uint32_t c) {
    float* const values = gathered_.data() + c * drawn_.rows().size();
    if (state_[c] == unknown) {
      for (std::size_t i = 0; i < drawn_.rows().size(); ++i)
        values[i] = x_.nearest_float(drawn_.rows()[i], c);
      look_for_missing(c);
    }
    return values;
  }

  /// Of a column's values in the node's rows: least, greatest, how many are missing.
  range look_at(std::uint32_t c, std::size_t begin, std::size_t end) {
    const float* const values = values_ = column(c);
    const std::uint32_t* const order = from_;
    constexpr float infinity = std::numeric_limits<float>::infinity();
    constexpr std::size_t chains = 4;  // each waits for its own comparisons only
    float low[chains] = {infinity, infinity, infinity, infinity};
    float high[chains] = {-infinity, -infinity, -infinity, -infinity};
    const auto take = [&](std::size_t i, std::size_t chain) {
      const float v = values[order[i]];
      low[chain] = v < low[chain] ? v : low[chain];
      high[chain] = v > high[chain] ? v : high[chain];
    };
    std::size_t i = begin;
    for (; i + chains <= end; i += chains)
      for (std::size_t k = 0; k < chains; ++k) take(i + k, k);
    for (; i < end; ++i) take(i, 0);
    std::size_t missing = 0;
    if (state_[c] == some_missing)
      for (i = begin; i < end; ++i) missing += values[order[i]] != values[order[i]];
    return {std::min(std::min(low[0], low[1]), std::min(low[2], low[3])),
            std::max(std::max(high[0], high[1]), std::max(high[2], high[3])), missing};
  }
  /// Of the column looked at last, in the row that stands there.
  float value(std::size_t i) const noexcept { return values_[from_[i]]; }

  /// Whether nothing can be parted by this column; so it is below this node, too.
  bool constant(const range& r, std::size_t rows) const {
    if (r.missing == rows) return true;
    if (r.missing != 0) return false;
    return options_.like_scikit_learn ? r.high <= r.low + 1e-7f : r.high <= r.low;
  }

  /// A column that is not constant here, moved to the place `from` of columns_; false when none is left.
  bool draw_column(std::size_t from, std::size_t begin, std::size_t end, range& r) {
    while (alive_ > from) {
      const std::size_t k = from + random_.below(static_cast<std::uint32_t>(alive_ - from));
      r = look_at(columns_[k], begin, end);
      if (!constant(r, end - begin)) {
        std::swap(columns_[from], columns_[k]);
        return true;
      }
      std::swap(columns_[k], columns_[--alive_]);
      if (is_category_[columns_[alive_]] && r.missing == 0) fences_.push_back(alive_);
    }
    return false;
  }

  /// All rows of the node have one category: no split for them, but another one would be parted here. The
  /// right child is a leaf without rows, and the left one is no deeper for it.
  void fence_off(std::uint32_t c, std::size_t begin, std::size_t at) {
    forest_node& node = tree_.nodes[at];
    node.kind = forest_split::category;
    node.feature = c;
    node.missing_left = true;
    node.high = 2.0f;
    node.first = static_cast<std::uint32_t>(tree_.listed.size());
    node.count = 1;
    tree_.listed.push_back(column(c)[from_[begin]]);
  }

  /// Parts the rows [begin, end) of order_; returns where the right ones begin, an end when they are not.
  std::size_t split(std::size_t begin, std::size_t end) {
    if (options_.dimensions > 1) return split_by_plane(begin, end);
    range r;
    if (!draw_column(0, begin, end, r)) return begin;
    node_.feature = columns_[0];
    return is_category_[node_.feature] ? split_by_category(begin, end, r) : split_by_value(begin, end, r);
  }

  std::size_t split_by_value(std::size_t begin, std::size_t end, const range& r) {
    node_.kind = forest_split::axis;
    const bool any_missing = r.missing != 0;
    const float at = threshold_within(r, begin, end);
    node_.missing_left = any_missing && (random_.next() & 1u) != 0;
    if (any_missing && r.low == r.high && !options_.like_scikit_learn) node_.missing_left = false;
    node_.threshold = static_cast<double>(at);
    node_.low = r.low + 0.0f;
    node_.high = r.high + 0.0f;
    if (at != at) return begin;
    const bool missing_left = node_.missing_left;
    const std::size_t middle =
        any_missing ? part(begin, end, [=](float v) { return (v <= at) | ((v != v) & missing_left); })
                    : part(begin, end, [=](float v) { return v <= at; });
    if (!any_missing) node_.missing_left = middle - begin > end - middle;
    return middle;
  }

  /// At least the least value, below the greatest; NaN when scikit-learn would not split.
  float threshold_within(const range& r, std::size_t begin, std::size_t end) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    const double u = random_.uniform();
    if (r.high == infinity || r.low == -infinity) {
      if (r.low == r.high) return r.low;
      if (options_.like_scikit_learn)
        return r.low == -infinity ? std::numeric_limits<float>::quiet_NaN() : r.low;
      // The gap beside an infinity is infinitely wide: it is where a uniform draw falls.
      if (r.low == -infinity && (r.high != infinity || u < 0.5)) return r.low;
      float next = -infinity;
      for (std::size_t i = begin; i < end; ++i)
        if (value(i) < infinity && value(i) > next) next = value(i);
      return next;
    }
    const double low = static_cast<double>(r.low), high = static_cast<double>(r.high);
    const float at = float_at_most(low + (high - low) * u);
    return at >= r.high ? r.low : at;
  }

  /// Each category goes to a side at random. Those of the side with more rows are listed and are the
  /// left, so what was never seen here goes where fewer rows are.
  std::size_t split_by_category(std::size_t begin, std::size_t end, const range& r) {
    node_.kind = forest_split::category;
    node_.first = static_cast<std::uint32_t>(tree_.listed.size());
    std::vector<float> present;
    for (std::size_t i = begin; i < end; ++i)
      if (value(i) == value(i)) present.push_back(value(i));
    std::sort(present.begin(), present.end());
    present.erase(std::unique(present.begin(), present.end()), present.end());
    std::vector<bool> here(present.size(), true);
    if (present.size() > 1) {
      std::size_t chosen = 0;
      for (std::size_t k = 0; k < present.size(); ++k) chosen += here[k] = (random_.next() & 1u) != 0;
      if (chosen == 0 || chosen == present.size()) {
        const std::size_t k = random_.below(static_cast<std::uint32_t>(present.size()));
        here[k] = !here[k];
      }
    }
    const auto chosen = [&](float v) {
      return here[static_cast<std::size_t>(std::lower_bound(present.begin(), present.end(), v) -
                                           present.begin())];
    };
    std::size_t many = 0;
    for (std::size_t i = begin; i < end; ++i) many += value(i) == value(i) && chosen(value(i));
    const bool as_chosen = 2 * many >= end - begin - r.missing;
    for (std::size_t k = 0; k < present.size(); ++k)
      if (here[k] == as_chosen) tree_.listed.push_back(present[k]);
    node_.count = static_cast<std::uint32_t>(tree_.listed.size()) - node_.first;
    node_.missing_left = r.missing != 0 && present.size() > 1 && (random_.next() & 1u) != 0;
    node_.high = static_cast<float>(present.size() + 1);
    const bool missing_left = node_.missing_left;
    const std::size_t middle =
        part(begin, end, [&](float v) { return v == v ? chosen(v) == as_chosen : missing_left; });
    if (r.missing == 0) node_.missing_left = middle - begin > end - middle;
    return middle;
  }

  std::size_t split_by_plane(std::size_t begin, std::size_t end) {
    node_.kind = forest_split::plane;
    node_.first = static_cast<std::uint32_t>(tree_.terms.size());
    sums_.assign(end - begin, 0.0);
    range r;
    while (node_.count < options_.dimensions && draw_column(node_.count, begin, end, r)) {
      const forest_term t = term_of(columns_[node_.count], begin, end);
      ++node_.count;
      tree_.terms.push_back(t);
      for (std::size_t i = begin; i < end; ++i) sums_[i - begin] += term_value(t, value(i));
    }
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const double v : sums_) {
      low = v < low ? v : low;
      high = v > high ? v : high;
    }
    if (!(low < high)) {
      tree_.terms.resize(node_.first);
      return begin;
    }
    const double at = low + (high - low) * random_.uniform();
    node_.threshold = at >= high ? low : at;
    node_.low = static_cast<float>(low) + 0.0f;
    node_.high = static_cast<float>(high) + 0.0f;
    return part_by_sums(begin, end);
  }

  /// A random weight, against the spread of the column in the node's rows, so that no unit counts more.
  forest_term term_of(std::uint32_t c, std::size_t begin, std::size_t end) {
    forest_term t;
    t.feature = c;
    t.is_category = is_category_[c];
    if (t.is_category) {
      t.salt = random_.next();
      t.weight = 1.0f;
      return t;
    }
    double sum = 0.0, squares = 0.0, count = 0.0;
    for (std::size_t i = begin; i < end; ++i)
      if (value(i) == value(i)) {
        sum += within_floats(value(i));
        count += 1.0;
      }
    const double mean = sum / count;
    for (std::size_t i = begin; i < end; ++i)
      if (value(i) == value(i)) {
        const double d = within_floats(value(i)) - mean;
        squares += d * d;
      }
    const double spread = std::sqrt(squares / count);
    t.center = static_cast<float>(mean);
    const double weight = math::normal_quantile(random_.uniform()) / (spread > 0.0 ? spread : 1.0);
    constexpr double most = 1e30;  // of columns that hardly move; keeps sums finite
    t.weight = static_cast<float>(weight > most ? most : weight < -most ? -most : weight);
    return t;
  }

  /// Rows for whose value left(v) holds go to the front of `to_`, the others to its back, without branches:
  /// each is written at both ends, and only one end moves.
  template <class Left>
  std::size_t part(std::size_t begin, std::size_t end, Left left) {
    const std::uint32_t* const from = from_;
    std::uint32_t* const to = to_;
    const float* const values = values_;
    std::size_t l = begin, r = end - 1;
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t row = from[i];
      const bool goes = left(values[row]);
      to[l] = row;
      to[r] = row;
      l += goes;
      r -= !goes;
    }
    return l;
  }

  /// Rows stay where they are told from, and in their order: sums of values depend on it.
  std::size_t part_by_sums(std::size_t begin, std::size_t end) {
    std::size_t l = begin, r = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const std::uint32_t row = from_[i];
      const bool goes = sums_[i - begin] <= node_.threshold;
      from_[l] = row;
      to_[r] = row;
      l += goes;
      r += !goes;
    }
    std::copy(to_, to_ + r, from_ + l);
    return l;
  }

  const Table& x_;
  const forest_options& options_;
  const row_weights& weights_;
  std::size_t samples_, depth_;
  std::vector<bool> is_category_;
  std::vector<std::size_t> apart_;  ///< columns that bring the memory of a whole row

  random_words random_{0, 0, 0};
  forest_tree tree_;
  forest_node node_;
  std::size_t alive_ = 0;
  std::vector<std::size_t> fences_;  ///< places in columns_ of those found to have one category here
  drawn_rows drawn_;
  std::vector<std::uint32_t> columns_;  ///< those not known to be constant come first
  std::vector<float> gathered_;         ///< a column after the other
  std::vector<column_state> state_;     ///< a column
  const float* values_ = nullptr;       ///< of the column looked at last
  /// Rows of the nodes. One column a split: children have theirs in the other of the two.
  std::vector<std::uint32_t> order_, other_;
  std::uint32_t* from_ = nullptr;
  std::uint32_t* to_ = nullptr;
  std::vector<pending> stack_;
  std::vector<double> sums_;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
