// sorted_blocks: a few thousand doubles in order, of which some are added and taken out all the time.
//
// Short sorted runs side by side and a list of their first values: an insertion moves one run (at most
// 1 kB), a rank adds the lengths of the runs before. Below some ten thousand values that is several times
// faster than a tree, which misses the cache once a level.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

class sorted_blocks {
 public:
  std::size_t size() const noexcept { return size_; }

  void clear() {
    blocks_.clear();
    first_.clear();
    length_.clear();
    free_.clear();
    values_.clear();
    size_ = 0;
  }

  /// Where a value stands or would stand: its run, its place there, how many are below it.
  struct place {
    std::size_t block, at, below;
  };

  place find(double v) const noexcept {
    const std::size_t b = block_below(v);
    if (b == none) return {0, 0, 0};
    std::uint32_t rank = 0;
    for (std::size_t i = 0; i < b; ++i) rank += length_[i];
    const std::size_t within = lower_bound(at(b), length_[b], v);
    return {b, within, rank + within};
  }

  /// Adds v, which is no NaN, at its place: find(v) since the last change.
  void insert(double v, const place& where) {
    ++size_;
    if (blocks_.empty()) {
      add_block(0, &v, 1);
      return;
    }
    std::size_t b = where.block, i = where.at;
    if (length_[b] == capacity) {
      split(b);
      if (i > length_[b]) i -= length_[b++];
    }
    double* run = at(b);
    std::memmove(run + i + 1, run + i, (length_[b] - i) * sizeof(double));
    run[i] = v;
    ++length_[b];
    first_[b] = run[0];
  }

  /// Takes out one value that equals v, which is among them.
  void erase(double v) noexcept {
    std::size_t b = block_below(v);
    if (b == none) b = 0;
    std::size_t i = lower_bound(at(b), length_[b], v);
    if (i == length_[b]) {  // the first of the next run
      ++b;
      i = 0;
    }
    double* run = at(b);
    --length_[b];
    std::memmove(run + i, run + i + 1, (length_[b] - i) * sizeof(double));
    --size_;
    if (length_[b] == 0) {
      drop(b);
    } else {
      first_[b] = run[0];
      if (length_[b] < capacity / 4) join(b);
    }
  }

  /// The value that has k larger or equal ones behind it: k = 0 gives the largest; k < size().
  double from_top(std::size_t k) const noexcept {
    std::size_t b = blocks_.size() - 1;
    for (; k >= length_[b]; --b) k -= length_[b];
    return at(b)[length_[b] - 1 - k];
  }

  /// How the values are cut into runs: sums over stretches of `largest` depend on it.
  std::size_t runs() const noexcept { return length_.size(); }
  std::size_t run(std::size_t i) const noexcept { return length_[i]; }

  /// Ascending values, none of which is NaN, in runs of these lengths; false where those cannot be.
  bool assign(const std::vector<double>& values, const std::vector<std::size_t>& lengths) {
    clear();
    std::size_t begin = 0;
    for (const std::size_t n : lengths) {
      if (n == 0 || n > capacity || n > values.size() - begin) return false;
      add_block(blocks_.size(), values.data() + begin, n);
      begin += n;
    }
    size_ = begin;
    return begin == values.size();
  }

  /// f(pointer, count) for stretches that make up the largest k, from the top down.
  template <class F>
  void largest(std::size_t k, F f) const {
    for (std::size_t b = blocks_.size(); k != 0 && b-- != 0;) {
      const std::size_t n = std::min<std::size_t>(k, length_[b]);
      f(at(b) + (length_[b] - n), n);
      k -= n;
    }
  }

 private:
  static constexpr std::size_t capacity = 128;
  static constexpr std::size_t none = ~std::size_t{0};

  double* at(std::size_t b) noexcept { return values_.data() + std::size_t{blocks_[b]} * capacity; }
  const double* at(std::size_t b) const noexcept {
    return values_.data() + std::size_t{blocks_[b]} * capacity;
  }

  /// How many of n values in order are below v, without a branch to be mispredicted.
  static std::size_t lower_bound(const double* f, std::size_t n, double v) noexcept {
    const double* base = f;
    while (n > 1) {
      const std::size_t half = n / 2;
      base += half & (std::size_t{0} - (base[half - 1] < v ? 1u : 0u));  // compilers branch on a choice
      n -= half;
    }
    return static_cast<std::size_t>(base - f) + (n == 1 && *base < v ? 1 : 0);
  }

  /// The last run that begins below v; none where all begin at v or above.
  std::size_t block_below(double v) const noexcept {
    return lower_bound(first_.data(), first_.size(), v) - 1;  // 0 - 1 is none
  }

  void add_block(std::size_t b, const double* from, std::size_t n) {
    std::uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(values_.size() / capacity);
      values_.resize(values_.size() + capacity);
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    const auto offset = static_cast<std::ptrdiff_t>(b);
    blocks_.insert(blocks_.begin() + offset, slot);
    first_.insert(first_.begin() + offset, from[0]);
    length_.insert(length_.begin() + offset, static_cast<std::uint32_t>(n));
    std::copy(from, from + n, at(b));
  }

  void drop(std::size_t b) noexcept {
    const auto offset = static_cast<std::ptrdiff_t>(b);
    free_.push_back(blocks_[b]);
    blocks_.erase(blocks_.begin() + offset);
    first_.erase(first_.begin() + offset);
    length_.erase(length_.begin() + offset);
  }

  void split(std::size_t b) {
    double upper[capacity / 2];
    std::copy(at(b) + capacity / 2, at(b) + capacity, upper);
    length_[b] = capacity / 2;
    add_block(b + 1, upper, capacity / 2);
  }

  /// Joins a short run with the next one where both fit with room to spare.
  void join(std::size_t b) noexcept {
    if (b + 1 == blocks_.size()) {
      if (b == 0) return;
      --b;
    }
    if (std::size_t{length_[b]} + length_[b + 1] > capacity * 3 / 4) return;
    std::copy(at(b + 1), at(b + 1) + length_[b + 1], at(b) + length_[b]);
    length_[b] = length_[b] + length_[b + 1];
    drop(b + 1);
  }

  std::vector<std::uint32_t> blocks_;  // where each run lies, in order
  std::vector<double> first_;          // of each run
  std::vector<std::uint32_t> length_;
  std::vector<std::uint32_t> free_;
  std::vector<double> values_;
  std::size_t size_ = 0;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
