// Which rows a tree of an isolation forest sees: k of n, without a pass over the n.
//
// Without weights by Floyd's algorithm (Bentley and Floyd, "A sample of brilliance", CACM 30, 1987).
// With weights one after the other, each with the probability of its weight among those not yet drawn.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../../core/errors.hpp"
#include "../../core/math.hpp"
#include "../../core/random.hpp"
#include "../../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// Words of 32 random bits that belong to (seed, stream, index), one after the other. Blocks are made several
/// at a time, since the rounds of one wait for each other.
class random_words {
 public:
  random_words(std::uint64_t seed, std::uint32_t stream, std::uint64_t index) noexcept
      : seed_(seed), index_(index), stream_(stream) {}

  std::uint32_t next() noexcept {
    if (used_ == words_.size()) make();
    return words_[used_++];
  }
  /// One of 0..n-1; no number is more likely than another by more than n / 2^64 (or 2^32) of itself.
  std::uint64_t below(std::uint64_t n) noexcept {
    const std::uint64_t high = next(), low = next();
    __extension__ typedef unsigned __int128 wide;
    return static_cast<std::uint64_t>((static_cast<wide>((high << 32) | low) * n) >> 64);
  }
  std::uint32_t below(std::uint32_t n) noexcept { return below_from_bits(next(), n); }
  double uniform() noexcept { return unit_from_bits(next()); }

 private:
  static constexpr std::size_t blocks = 16;

  void make() noexcept {
    std::uint32_t* to = words_.data();
    for (std::size_t i = 0; i < blocks; ++i, to += 4) {
      const philox_block block = random_block(seed_, stream_, index_, slot_ + static_cast<std::uint32_t>(i));
      for (std::size_t k = 0; k < 4; ++k) to[k] = block[k];
    }
    slot_ += static_cast<std::uint32_t>(blocks);
    used_ = 0;
  }

  std::uint64_t seed_;
  std::uint64_t index_;
  std::uint32_t stream_;
  std::uint32_t slot_ = 0;
  std::array<std::uint32_t, 4 * blocks> words_;
  std::size_t used_ = 4 * blocks;
};

/// Rows drawn so far. Few of them are marks in a bitmap, where two seldom meet, and a search settles it
/// when they do; many are cells with open addressing.
class drawn_rows {
 public:
  /// For up to k rows.
  void clear(std::size_t k) {
    rows_.clear();
    rows_.reserve(k);
    few_ = k <= most_marked;
    if (few_) {
      cells_.assign(marks / 64, 0);
      return;
    }
    std::size_t cells = 16;
    while (cells < 2 * k) cells *= 2;
    cells_.assign(cells, empty);
  }

  /// Adds the row unless it is there; whether it was not.
  bool insert(std::uint64_t row) {
    const std::uint64_t hash = row * 0x9E3779B97F4A7C15u;
    if (few_) {
      const std::size_t at = static_cast<std::size_t>(hash >> 49);  // of 2^15 marks
      const std::uint64_t mark = std::uint64_t{1} << (at % 64);
      if ((cells_[at / 64] & mark) != 0 && std::find(rows_.begin(), rows_.end(), row) != rows_.end())
        return false;
      cells_[at / 64] |= mark;
    } else {
      std::size_t at = static_cast<std::size_t>(hash >> 32) & (cells_.size() - 1);
      while (cells_[at] != empty) {
        if (cells_[at] == row) return false;
        at = (at + 1) & (cells_.size() - 1);
      }
      cells_[at] = row;
    }
    rows_.push_back(static_cast<std::size_t>(row));
    return true;
  }

  const std::vector<std::size_t>& rows() const noexcept { return rows_; }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t{0};
  static constexpr std::size_t marks = std::size_t{1} << 15, most_marked = 1024;
  bool few_ = true;
  std::vector<std::uint64_t> cells_;
  std::vector<std::size_t> rows_;  ///< in the order of the draws
};

/// Weights of rows, checked, and their running sums.
class row_weights {
 public:
  row_weights(span<const double> weights, std::size_t rows) {
    if (weights.empty()) return;
    if (weights.size() != rows)
      raise<invalid_argument>("weights: " + std::to_string(weights.size()) + " given, expected " +
                              std::to_string(rows) + ", one a row");
    up_to_.reserve(rows);
    double sum = 0.0;
    for (std::size_t i = 0; i < rows; ++i) {
      const double w = weights[i];
      if (!(w >= 0.0 && w - w == 0.0))
        raise<invalid_argument>("weights: " + std::to_string(w) + " given in row " + std::to_string(i) +
                                ", expected finite numbers of at least 0");
      positive_ += w > 0.0;
      up_to_.push_back(sum += w);
    }
    if (!(sum > 0.0 && sum - sum == 0.0))
      raise<invalid_argument>("weights: they sum to " + std::to_string(sum) +
                              ", expected above 0 and finite");
  }
  bool given() const noexcept { return !up_to_.empty(); }
  std::size_t positive() const noexcept { return positive_; }

  std::size_t draw(random_words& random) const noexcept {
    const double u = unit_from_bits((std::uint64_t{random.next()} << 32) | random.next());
    const auto at = std::upper_bound(up_to_.begin(), up_to_.end(), u * up_to_.back());
    const std::size_t row = static_cast<std::size_t>(at - up_to_.begin());
    return row < up_to_.size() ? row : last_positive();
  }
  double of(std::size_t row) const noexcept { return up_to_[row] - (row == 0 ? 0.0 : up_to_[row - 1]); }

 private:
  std::size_t last_positive() const noexcept {
    return static_cast<std::size_t>(std::lower_bound(up_to_.begin(), up_to_.end(), up_to_.back()) -
                                    up_to_.begin());
  }
  std::vector<double> up_to_;
  std::size_t positive_ = 0;
};

/// The different rows among k draws; without `replace` those are k. Calls seen(row) for each as it is
/// drawn, so that its memory can be asked for.
template <class Seen>
inline void sample_rows(std::size_t n, std::size_t k, bool replace, const row_weights& weights,
                        random_words& random, drawn_rows& drawn, Seen seen) {
  drawn.clear(k);
  const auto take = [&](std::size_t row) {
    if (!drawn.insert(row)) return false;
    seen(row);
    return true;
  };
  const auto below = [&](std::size_t limit) {
    return static_cast<std::size_t>(random.below(static_cast<std::uint64_t>(limit)));
  };
  const std::vector<std::size_t>& rows = drawn.rows();
  if (replace) {
    for (std::size_t i = 0; i < k; ++i) take(weights.given() ? weights.draw(random) : below(n));
  } else if (!weights.given()) {
    // numbers are drawn some at a time, so that none waits for what becomes of another
    constexpr std::size_t at_once = 16;
    for (std::size_t j = n - k; j < n; j += at_once) {
      const std::size_t end = std::min(j + at_once, n);
      std::size_t proposed[at_once];
      for (std::size_t i = j; i < end; ++i) proposed[i - j] = below(i + 1);
      for (std::size_t i = j; i < end; ++i)
        if (!take(proposed[i - j])) take(i);
    }
  } else {
    // To draw again what was drawn already is to draw from the rest; where few rows have nearly all
    // weight that takes for ever, and exponential waiting times (the same law) do the remaining ones.
    for (std::size_t tries = 0; rows.size() < k && tries < 32 * k; ++tries) take(weights.draw(random));
    if (rows.size() < k) {
      std::vector<std::pair<double, std::size_t>> waiting;
      for (std::size_t row = 0; row < n; ++row)
        if (weights.of(row) > 0.0) waiting.emplace_back(-math::log(random.uniform()) / weights.of(row), row);
      std::sort(waiting.begin(), waiting.end());
      for (std::size_t i = 0; i < waiting.size() && rows.size() < k; ++i) take(waiting[i].second);
    }
  }
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
