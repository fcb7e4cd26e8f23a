// The trees of an isolation forest and what scoring rows by them needs.
//
// The trees never change; what they are laid out to is made when rows are scored for the first time, by
// whichever thread is the first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "../../core/once.hpp"
#include "../../core/span.hpp"
#include "../../core/table_view.hpp"
#include "forest_layout.hpp"
#include "forest_score_plain.hpp"
#include "forest_values.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// The kernels as compiled with the caller's own flags; kernels::compiled has those chosen at run time.
struct inline_forest {
  static void forest_axis(const detail::forest_axis_job& job) noexcept { kernel::forest_axis(job); }
  static void forest_planes(const detail::forest_plane_job& job) noexcept { kernel::forest_planes(job); }
  static void forest_ranks(const detail::forest_rank_job& job) noexcept { kernel::forest_ranks(job); }
  static void forest_ranked(const detail::forest_ranked_job& job) noexcept { kernel::forest_ranked(job); }
};

namespace detail {

/// A template, so that what it is made of is instantiated only where rows are scored.
///
/// @tparam Tree  forest_tree
template <class Tree>
class basic_forest_scorer {
 public:
  basic_forest_scorer(std::vector<Tree> trees, std::size_t columns, forest_scoring scoring)
      : trees_(std::move(trees)), columns_(columns), scoring_(scoring) {}

  const std::vector<Tree>& trees() const noexcept { return trees_; }

  /// x has the columns of the forest, out a place for each row.
  template <class Kernels, class Executor>
  void score(const table_view& x, span<double> out, const Executor& executor) const {
    if (x.rows() == 0) return;
    make_layout();
    if (shape_ == forest_shape::axes && (x.rows() >= rows_worth_ranks || has_ranks())) make_ranks();
    constexpr std::size_t block = forest_block;
    executor.for_each_chunk(x.rows(), 16 * block, [&](std::size_t first, std::size_t stop) {
      scratch s;
      for (std::size_t at = first; at < stop; at += block)
        score_block<Kernels>(x, at, std::min(block, stop - at), s, out);
    });
  }

  /// x has the columns of the forest, out a row of as many numbers for each of its rows.
  template <class Executor>
  void attributions(const table_view& x, span<double> out, const Executor& executor) const {
    constexpr std::size_t block = 64;
    make_layout();
    executor.for_each_chunk(x.rows(), 4 * block, [&](std::size_t first, std::size_t stop) {
      for (std::size_t at = first; at < stop; at += block)
        attribute_block(x, at, std::min(block, stop - at), out.data() + at * columns_);
    });
  }

 private:
  static constexpr std::size_t rows_worth_ranks = 4096;  // laying out takes as long as 2,000 rows

  struct scratch {
    std::vector<float> x;
    std::vector<std::uint16_t> ranks;
    std::vector<double> wide;
    double sums[forest_block];
  };

  void make_layout() const {
    laid_out_([this] { lay_out(); });
  }
  void lay_out() const {
    leaf_values values;
    double average = 0;
    std::vector<bool> used(columns_, false);
    for (const Tree& tree : trees_) {
      values.push_back(values_of(tree, scoring_));
      average += values.back()[0];
      for (const forest_node& node : tree.nodes)
        if (node.kind == forest_split::axis || node.kind == forest_split::category) used[node.feature] = true;
      for (const forest_term& term : tree.terms) used[term.feature] = true;
    }
    used_.clear();  // of an attempt that ran out of memory
    for (std::size_t c = 0; c < columns_; ++c)
      if (used[c]) used_.push_back(static_cast<std::uint32_t>(c));
    shape_ = shape_of(trees_);
    if (shape_ == forest_shape::axes) axes_ = laid_out_by_axes(trees_, values, used_, columns_);
    if (shape_ == forest_shape::planes) planes_ = laid_out_by_planes(trees_, values, used_, columns_);
    values_ = std::move(values);
    average_ = average;
    scale_ = forest_scale(trees_, scoring_);
  }

  bool has_ranks() const noexcept { return ranks_made_.done(); }
  void make_ranks() const {
    ranks_made_([this] { ranks_ = laid_out_by_ranks(trees_, values_, columns_); });
  }

  template <class Kernels>
  void score_block(const table_view& x, std::size_t at, std::size_t rows, scratch& s,
                   span<double> out) const {
    constexpr std::size_t block = forest_block;
    const std::size_t columns = std::max<std::size_t>(used_.size(), 1);
    s.x.resize(columns * block);
    bool missing = false;
    for (std::size_t k = 0; k < used_.size(); ++k) {
      float* const to = s.x.data() + k * block;
      x.nearest_floats(at, rows, used_[k], to);
      bool any = false;
      for (std::size_t i = 0; i < rows; ++i) any |= to[i] != to[i];
      missing |= any;
      std::fill(to + rows, to + block, 0.0f);
    }
    std::fill(s.sums, s.sums + block, 0.0);
    const auto trees = static_cast<std::int64_t>(trees_.size());
    const auto eights = static_cast<std::int64_t>((rows + 7) / 8 * 8);
    if (shape_ == forest_shape::mixed) {
      walk_block(rows, s);
    } else if (shape_ == forest_shape::planes) {
      s.wide.resize(columns * block);
      Kernels::forest_planes({planes_.nodes.data(), planes_.terms.data(), planes_.value.data(),
                              planes_.root.data(), planes_.depth.data(), trees, planes_.dimensions,
                              s.x.data(), eights, static_cast<std::int64_t>(columns), s.wide.data(), s.sums});
    } else if (!missing && has_ranks() && ranks_.fits) {
      s.ranks.resize(columns * block + 32);
      auto* const words = aligned(s.ranks.data());
      const auto padded = static_cast<std::int64_t>((rows + 31) / 32 * 32);
      for (std::size_t k = 0; k < used_.size(); ++k)
        Kernels::forest_ranks({ranks_.thresholds[k].data(),
                               static_cast<std::int64_t>(ranks_.thresholds[k].size()), s.x.data() + k * block,
                               padded, static_cast<std::uint16_t>(k << ranks_.rank_bits), words + k * block});
      Kernels::forest_ranked({ranks_.words.data(), ranks_.leaves.data(), trees, ranks_.rank_bits,
                              static_cast<int>(used_.size()), words, padded, s.sums});
    } else {
      Kernels::forest_axis({axes_.nodes.data(), axes_.value.data(), axes_.root.data(), axes_.depth.data(),
                            trees, s.x.data(), eights, missing, s.sums});
    }
    for (std::size_t i = 0; i < rows; ++i) out[at + i] = scale_.score(s.sums[i]);
  }

  static std::uint16_t* aligned(std::uint16_t* p) noexcept {
    return reinterpret_cast<std::uint16_t*>((reinterpret_cast<std::uintptr_t>(p) + 63) / 64 * 64);
  }

  /// Trees with categories, a row at a time.
  void walk_block(std::size_t rows, scratch& s) const {
    std::vector<std::uint32_t> place(columns_, 0);
    for (std::size_t k = 0; k < used_.size(); ++k) place[used_[k]] = static_cast<std::uint32_t>(k);
    for (std::size_t t = 0; t < trees_.size(); ++t) {
      const Tree& tree = trees_[t];
      for (std::size_t i = 0; i < rows; ++i) {
        const auto value = [&](std::uint32_t c) { return s.x[place[c] * forest_block + i]; };
        std::size_t node = 0;
        while (tree.nodes[node].kind != forest_split::none)
          node = goes_left(tree, tree.nodes[node], value) ? node + 1 : tree.nodes[node].right;
        s.sums[i] += values_[t][node];
      }
    }
  }

  void attribute_block(const table_view& x, std::size_t first, std::size_t rows, double* out) const {
    std::vector<float> values(rows * columns_);
    for (std::size_t i = 0; i < rows; ++i)
      for (const std::uint32_t c : used_) values[i * columns_ + c] = x.nearest_float(first + i, c);
    std::vector<double> sums(rows, 0.0), beyond(rows, 0.0), outside(rows * columns_, 0.0);
    std::fill(out, out + rows * columns_, 0.0);
    for (std::size_t t = 0; t < trees_.size(); ++t) {
      const Tree& tree = trees_[t];
      const std::vector<double>& value_of = values_[t];
      for (std::size_t i = 0; i < rows; ++i) {
        const float* const row = values.data() + i * columns_;
        const auto value = [row](std::uint32_t c) { return row[c]; };
        forest_credits credits{out + i * columns_, outside.data() + i * columns_, beyond[i]};
        std::size_t node = 0;
        while (tree.nodes[node].kind != forest_split::none) {
          const forest_node& here = tree.nodes[node];
          const std::size_t next = goes_left(tree, here, value) ? node + 1 : here.right;
          credits.add(tree, here, value_of[next] - value_of[node], value);
          node = next;
        }
        sums[i] += value_of[node];
        beyond[i] = credits.beyond;
      }
    }
    for (std::size_t i = 0; i < rows; ++i)
      share_out(sums[i], outside.data() + i * columns_, beyond[i], out + i * columns_);
  }

  /// Changes of value become parts of the score. What lies outside is told among the columns; together it
  /// adds nothing.
  void share_out(double sum, const double* outside, double beyond, double* out) const {
    const double change = sum - average_;
    const double from = scale_.score(average_), to = scale_.score(sum);
    const bool tiny = change < 1e-9 && change > -1e-9;
    const double each = tiny ? scale_.slope(average_) : (to - from) / change;
    const double columns = static_cast<double>(columns_);
    double rest = to;
    for (std::size_t c = 0; c < columns_; ++c) {
      out[c] = from / columns + each * (out[c] - (outside[c] - beyond / columns));
      rest -= out[c];
    }
    out[0] += rest;  // what rounding left over
  }

  std::vector<Tree> trees_;
  std::size_t columns_;
  forest_scoring scoring_;
  mutable once laid_out_;       ///< what follows is there
  mutable leaf_values values_;  ///< a tree, a node
  mutable forest_scale scale_;
  mutable double average_ = 0;  ///< the sum of the roots' values
  mutable forest_shape shape_ = forest_shape::mixed;
  mutable std::vector<std::uint32_t> used_;  ///< columns that some tree looks at
  mutable axis_layout axes_;
  mutable plane_layout planes_;
  mutable once ranks_made_;
  mutable ranked_layout ranks_;  ///< made when there are rows enough
};

using forest_scorer = basic_forest_scorer<forest_tree>;

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
