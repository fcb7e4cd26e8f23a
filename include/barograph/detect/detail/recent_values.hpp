// recent_values: the newest few values of a stream, with their median and their mean.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "../../core/bytes.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// The newest N values in a ring; with two copies of each, N of them stand side by side wherever it begins.
template <std::size_t N, std::size_t Copies = 1>
class recent_ring {
 public:
  std::size_t size() const noexcept { return size_; }
  /// Where the values are: the first size(), in no order of theirs once the ring is full.
  const std::array<double, N * Copies>& values() const noexcept { return values_; }
  /// The oldest of a full ring, whose place the next value takes.
  double oldest() const noexcept { return values_[next_]; }
  /// Behind the newest of N values side by side.
  const double* end() const noexcept {
    static_assert(Copies == 2);
    return values_.data() + next_ + N;
  }

  void push(double x) noexcept {
    put(next_, x);
    next_ = next_ + 1 == N ? 0 : next_ + 1;
    if (size_ < N) ++size_;
  }

  void write(byte_writer& w) const {
    w.varint(size_);
    w.varint(next_);
    for (std::size_t i = 0; i < size_; ++i) w.f64(values_[i]);
  }
  /// @throws bad_bytes for what cannot be
  void read(byte_reader& r) {
    size_ = r.count(1);
    const std::uint64_t at = r.varint();
    if (size_ > N || at >= N || (size_ < N && at != size_)) raise<bad_bytes>("bytes: a window that is none");
    next_ = static_cast<std::size_t>(at);
    for (std::size_t i = 0; i < size_; ++i) put(i, r.f64());
  }

 private:
  void put(std::size_t place, double x) noexcept {
    for (std::size_t copy = 0; copy < Copies; ++copy) values_[place + copy * N] = x;
  }

  std::array<double, N * Copies> values_{};
  std::size_t size_ = 0;
  std::size_t next_ = 0;
};

/// Of the newest N: the median, by a sorted copy that a value enters as another leaves.
template <std::size_t N>
class recent_median {
 public:
  bool empty() const noexcept { return ring_.size() == 0; }

  double median() const noexcept {
    const std::size_t size = ring_.size(), half = size / 2;
    return size % 2 != 0 ? sorted_[half] : (sorted_[half - 1] + sorted_[half]) / 2;
  }

  void push(double x) noexcept {
    std::size_t gap = ring_.size();
    if (gap == N)
      gap = static_cast<std::size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), ring_.oldest()) -
                                     sorted_.begin());
    ring_.push(x);
    for (; gap + 1 < ring_.size() && sorted_[gap + 1] < x; ++gap) sorted_[gap] = sorted_[gap + 1];
    for (; gap != 0 && sorted_[gap - 1] > x; --gap) sorted_[gap] = sorted_[gap - 1];
    sorted_[gap] = x;
  }

  void write(byte_writer& w) const { ring_.write(w); }
  void read(byte_reader& r) {
    ring_.read(r);
    sorted_ = ring_.values();
    const auto end = sorted_.begin() + static_cast<std::ptrdiff_t>(ring_.size());
    if (std::any_of(sorted_.begin(), end, [](double x) { return x != x; }))
      raise<bad_bytes>("bytes: a value that has no order");
    std::sort(sorted_.begin(), end);
  }

 private:
  std::array<double, N> sorted_{};
  recent_ring<N> ring_;
};

/// Of the newest N: means of the last few, each sum made anew, so that no spike leaves a trace in later ones.
template <std::size_t N>
class recent_mean {
 public:
  void push(double x) noexcept { ring_.push(x); }

  /// The mean of the last n (of all there are, where they are fewer); n <= N.
  double mean(std::size_t n) const noexcept {
    n = std::min(n, ring_.size());
    const double* const end = ring_.end();
    double lanes[4] = {0, 0, 0, 0};
    std::size_t i = n;
    for (; i >= 4; i -= 4)
      for (std::size_t k = 0; k < 4; ++k) lanes[k] += *(end - i + k);
    for (; i != 0; --i) lanes[0] += *(end - i);
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) / static_cast<double>(n);
  }

  void write(byte_writer& w) const { ring_.write(w); }
  void read(byte_reader& r) { ring_.read(r); }

 private:
  recent_ring<N, 2> ring_;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
