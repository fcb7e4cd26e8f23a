// half_space_trees: an online detector of rows in thin regions of what was seen lately.
//
// Each tree halves a random box, at each node along one random column, without looking at data; a node counts
// the rows of the last full window of `window` rows that fell into it. A row is as normal as its node is
// dense, averaged over trees (Tan, Ting and Liu, "Fast anomaly detection for streaming data", IJCAI 2011).
// Chosen over robust random cut forests, whose trees are rebuilt around each row that enters or leaves: here
// a row costs trees times depth steps down fixed arrays, a million rows a second a core and more, memory
// never grows, and what is normal turns over with each window. What a row in a leaf is worth is known once a
// window is full, so rows are only led to their leaves and counted there.
//
// Law: ordered, class F. Trees depend on the seed and the ranges alone; there is no merge, since a window is
// one stretch of one stream. Missing cells go both ways in turn of tree and depth; infinities to an end.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/canonical.hpp"
#include "../core/decimal.hpp"
#include "../core/math.hpp"
#include "../core/random.hpp"
#include "../stats/state.hpp"
#include "matrix_view.hpp"

BAROGRAPH_NAMESPACE_BEGIN

struct half_space_options {
  std::uint32_t trees = 25;
  std::uint32_t depth = 8;     ///< halvings; 1 to 16
  std::uint32_t window = 250;  ///< rows after which the counts of the window before are replaced
  std::uint64_t seed = 0;
};

class half_space_trees {
 public:
  /// @param low, high  of each column, where rows are to be told apart; low < high
  half_space_trees(const std::vector<double>& low, const std::vector<double>& high,
                   const half_space_options& options = {})
      : low_(low), high_(high), options_(options) {
    check();
    grow();
  }

  /// Takes a row and gives its strangeness among the rows of the window before: -log2 of its density,
  /// averaged over trees, in units of rows spread evenly; NaN during the first window.
  double update(span<const double> row) {
    if (row.size() != low_.size())
      raise<invalid_argument>("row: " + std::to_string(row.size()) + " columns given, expected " +
                              std::to_string(low_.size()));
    return take([&](std::size_t j) { return row[j]; });
  }

  /// The strangeness of each row; the state goes along.
  void update(const matrix_view& x, span<double> strangeness) {
    if (x.columns != low_.size())
      raise<invalid_argument>("x: " + std::to_string(x.columns) + " columns given, expected " +
                              std::to_string(low_.size()));
    for (std::size_t i = 0; i < x.rows; ++i) strangeness[i] = take([&](std::size_t j) { return x(i, j); });
  }

  void reset() {
    count_ = 0;
    std::fill(before_.begin(), before_.end(), 0u);
    std::fill(now_.begin(), now_.end(), 0u);
    judge_leaves();
  }

  std::size_t columns() const noexcept { return low_.size(); }
  std::uint64_t count() const noexcept { return count_; }
  const half_space_options& options() const noexcept { return options_; }

  std::string to_bytes() const {
    byte_writer w(state_kind::half_space_trees);
    w.varint(options_.trees);
    w.varint(options_.depth);
    w.varint(options_.window);
    w.u64(options_.seed);
    w.varint(low_.size());
    for (const auto* v : {&low_, &high_})
      for (const double d : *v) w.f64(d);
    w.varint(count_);
    for (const std::uint32_t n : before_) w.varint(n);
    std::vector<std::uint32_t> counts(2 * nodes());
    for (std::uint32_t t = 0; t < options_.trees; ++t) {
      std::copy(leaves_of(t), leaves_of(t) + nodes(), counts.begin() + static_cast<std::ptrdiff_t>(nodes()));
      add_up(counts.data());
      for (const std::uint32_t n : counts) w.varint(n);
    }
    return w.finish();
  }

  static half_space_trees from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::half_space_trees, limits);
    half_space_options o;
    const std::uint64_t trees = r.varint(), depth = r.varint(), window = r.varint();
    if (trees == 0 || trees > most_trees || depth == 0 || depth > 16 || window == 0 || window > most_window)
      raise<bad_bytes>("bytes: options that cannot be");
    o.trees = static_cast<std::uint32_t>(trees);
    o.depth = static_cast<std::uint32_t>(depth);
    o.window = static_cast<std::uint32_t>(window);
    o.seed = r.u64();
    const std::size_t columns = r.count(16);
    if (columns == 0 || columns > 65535 || r.remaining() < columns * 16 + (trees << (depth + 1)) * 2)
      raise<bad_bytes>("bytes: truncated");
    std::vector<double> low(columns), high(columns);
    for (auto* v : {&low, &high})
      for (double& d : *v) d = r.f64();
    for (std::size_t j = 0; j < columns; ++j)
      if (!range_possible(low[j], high[j])) raise<bad_bytes>("bytes: a range that cannot be");
    half_space_trees t(low, high, o);
    t.count_ = detail::read_count(r);
    const auto read_tree = [&](std::uint32_t* counts) {
      for (std::size_t i = 0; i < 2 * t.nodes(); ++i) {
        const std::uint64_t n = r.varint();
        if (n > o.window || (i == 0 && n != 0)) raise<bad_bytes>("bytes: counts that no rows can have");
        counts[i] = static_cast<std::uint32_t>(n);
      }
      for (std::size_t i = 1; i < t.nodes(); ++i)
        if (counts[i] != counts[2 * i] + counts[2 * i + 1])
          raise<bad_bytes>("bytes: counts that no rows can have");
    };
    for (std::uint32_t tree = 0; tree < o.trees; ++tree) read_tree(t.before_.data() + tree * 2 * t.nodes());
    std::vector<std::uint32_t> counts(2 * t.nodes());
    for (std::uint32_t tree = 0; tree < o.trees; ++tree) {
      read_tree(counts.data());
      std::copy(counts.begin() + static_cast<std::ptrdiff_t>(t.nodes()), counts.end(), t.leaves_of(tree));
    }
    t.judge_leaves();
    r.done();
    return canonical(std::move(t), bytes);
  }

  friend bool operator==(const half_space_trees& a, const half_space_trees& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const half_space_trees& a, const half_space_trees& b) { return !(a == b); }

 private:
  static constexpr std::uint32_t most_trees = 1000;
  static constexpr std::uint32_t most_window = 1u << 24;

  struct split {
    double at;
    std::uint32_t column;
    bool missing_right;
  };

  static bool range_possible(double low, double high) noexcept {
    return low < high && std::fabs(low) <= 1e300 && std::fabs(high) <= 1e300;
  }

  void check() const {
    if (low_.empty() || low_.size() != high_.size() || low_.size() > 65535)
      raise<invalid_argument>("low, high: " + std::to_string(low_.size()) + " and " +
                              std::to_string(high_.size()) + " columns given, expected 1 to 65535 of both");
    for (std::size_t j = 0; j < low_.size(); ++j)
      if (!range_possible(low_[j], high_[j]))
        raise<invalid_argument>("low, high: column " + std::to_string(j) + " from " + decimal(low_[j]) +
                                " to " + decimal(high_[j]) +
                                " given, expected -1e300 to 1e300, low below high");
    if (options_.trees == 0 || options_.trees > most_trees || options_.depth == 0 || options_.depth > 16 ||
        options_.window == 0 || options_.window > most_window)
      raise<invalid_argument>("trees, depth, window: " + std::to_string(options_.trees) + ", " +
                              std::to_string(options_.depth) + ", " + std::to_string(options_.window) +
                              " given, expected 1 to 1000, 1 to 16, 1 to 2^24");
  }

  std::size_t nodes() const noexcept {
    return std::size_t{1} << options_.depth;
  }  // inner ones, with node 0 unused

  // A cache line of room between trees: roots a power of two apart would push each other out of the cache.
  std::size_t split_stride() const noexcept { return nodes() + 4; }
  std::size_t leaf_stride() const noexcept { return nodes() + 8; }
  std::uint32_t* leaves_of(std::uint32_t t) noexcept { return now_.data() + t * leaf_stride(); }
  const std::uint32_t* leaves_of(std::uint32_t t) const noexcept { return now_.data() + t * leaf_stride(); }

  /// The counts of inner nodes from those of the leaves.
  void add_up(std::uint32_t* counts) const noexcept {
    for (std::size_t i = nodes(); --i > 0;) counts[i] = counts[2 * i] + counts[2 * i + 1];
  }

  /// What each leaf is worth by the last full window: the rows of the deepest node above it, or itself, whose
  /// parent has enough of them, by how small that node is.
  void judge_leaves() {
    const std::uint32_t enough = std::max<std::uint32_t>(1, options_.window / 10);
    std::vector<double> worth(2 * nodes());
    for (std::uint32_t t = 0; t < options_.trees; ++t) {
      const std::uint32_t* const counts = before_.data() + t * 2 * nodes();
      worth[1] = counts[1];
      double size = 2;
      for (std::size_t i = 2; i < 2 * nodes(); ++i) {
        if ((i & (i - 1)) == 0 && i > 2) size *= 2;  // the first of a level
        // A node below one that has too few has the worth of that one; so it has too few itself.
        const std::uint32_t above = counts[i / 2];
        worth[i] = above > enough ? size * counts[i] : worth[i / 2];
      }
      std::copy(worth.begin() + static_cast<std::ptrdiff_t>(nodes()), worth.end(),
                judged_.begin() + static_cast<std::ptrdiff_t>(t * leaf_stride()));
    }
  }

  /// A window is full: it is what rows are judged by from now on.
  void turn() {
    for (std::uint32_t t = 0; t < options_.trees; ++t) {
      std::uint32_t* const counts = before_.data() + t * 2 * nodes();
      std::copy(leaves_of(t), leaves_of(t) + nodes(), counts + nodes());
      add_up(counts);
    }
    std::fill(now_.begin(), now_.end(), 0u);
    judge_leaves();
  }

  /// Perfect trees in heap order: the children of node i are 2 i and 2 i + 1. A node halves its box.
  void grow() {
    splits_.resize(options_.trees * split_stride());
    before_.assign(options_.trees * 2 * nodes(), 0);
    now_.assign(options_.trees * leaf_stride(), 0);
    judged_.assign(options_.trees * leaf_stride(), 0.0);
    at_.resize(options_.trees);
    row_.resize(low_.size());
    const std::size_t d = low_.size();
    std::vector<double> low(nodes() * 2 * d), high(low.size());
    for (std::uint32_t t = 0; t < options_.trees; ++t) {
      random_draws draws(options_.seed, 0x4857, t);  // HS
      for (std::size_t j = 0; j < d; ++j) {
        // A box about a random point of the range, wide enough to hold the range: Tan et al., section 3.
        const double at = draws.uniform();
        const double reach = 2 * std::max(at, 1 - at);
        const double width = high_[j] - low_[j];
        low[d + j] = low_[j] + width * (at - reach);
        high[d + j] = low_[j] + width * (at + reach);
      }
      for (std::size_t i = 1; i < nodes(); ++i) {
        split& s = splits_[t * split_stride() + i];
        s.column =
            below_from_bits(static_cast<std::uint32_t>(draws.bits() >> 32), static_cast<std::uint32_t>(d));
        s.missing_right = (draws.bits() >> 63) != 0;
        s.at = low[i * d + s.column] / 2 + high[i * d + s.column] / 2;
        if (2 * i >= nodes()) continue;
        for (std::size_t j = 0; j < d; ++j)
          for (const std::size_t child : {2 * i, 2 * i + 1}) {
            low[child * d + j] = low[i * d + j];
            high[child * d + j] = high[i * d + j];
          }
        high[2 * i * d + s.column] = s.at;
        low[(2 * i + 1) * d + s.column] = s.at;
      }
    }
  }

  /// All trees go down a level together: their steps do not wait for each other.
  template <bool Missing>
  void lead_down() noexcept {
    const double* const row = row_.data();
    const std::size_t stride = split_stride();
    std::fill(at_.begin(), at_.end(), 1u);
    std::uint32_t* const at = at_.data();
    for (std::uint32_t level = 0; level < options_.depth; ++level) {
      const split* tree = splits_.data();
      for (std::uint32_t t = 0; t < options_.trees; ++t, tree += stride) {
        const split& s = tree[at[t]];
        const double v = row[s.column];
        auto right = static_cast<std::uint32_t>(v >= s.at);
        if (Missing) right |= static_cast<std::uint32_t>((v != v) & s.missing_right);
        at[t] = 2 * at[t] + right;
      }
    }
  }

  template <class Cell>
  double take(Cell cell) {
    count_ = detail::sum_of_counts(count_, 1);
    bool missing = false;
    for (std::size_t j = 0; j < low_.size(); ++j) {
      row_[j] = cell(j);
      missing |= row_[j] != row_[j];
    }
    if (missing)
      lead_down<true>();
    else
      lead_down<false>();
    double density = 0;
    for (std::uint32_t t = 0; t < options_.trees; ++t) {
      const std::size_t leaf = t * leaf_stride() + at_[t] - nodes();
      density += judged_[leaf];
      ++now_[leaf];
    }
    const bool judging = count_ > options_.window;
    if (count_ % options_.window == 0) turn();
    if (!judging) return std::numeric_limits<double>::quiet_NaN();
    const double mean = density / (static_cast<double>(options_.window) * options_.trees);
    constexpr double per_ln2 = 0x1.71547652b82fep+0;
    return -per_ln2 * math::log(mean + 1e-6);  // no row at all: 20 bits
  }

  std::vector<double> low_, high_;
  half_space_options options_;
  std::vector<split> splits_;
  std::vector<std::uint32_t> before_;  // a tree, a node: rows of the last full window
  std::vector<std::uint32_t> now_;     // a tree, a leaf: rows of this one
  std::vector<double> judged_;         // a tree, a leaf: what it is worth by the last one
  std::vector<std::uint32_t> at_;      // where each tree is with the row at hand
  std::vector<double> row_;
  std::uint64_t count_ = 0;
};

BAROGRAPH_NAMESPACE_END
