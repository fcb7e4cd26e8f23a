// recent_values: the newest few values of a stream, with their median and their mean.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "../../core/bytes.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// How many values of a ring of `all` are there, and where the next one goes.
/// @throws bad_bytes for what cannot be
inline void read_place(byte_reader& r, std::size_t all, std::size_t& size, std::size_t& next) {
  size = r.count(1);
  const std::uint64_t at = r.varint();
  if (size > all || at >= all || (size < all && at != size)) raise<bad_bytes>("bytes: a window that is none");
  next = static_cast<std::size_t>(at);
}

/// Of the newest N: the median, by a sorted copy that a value enters as another leaves.
template <std::size_t N>
class recent_median {
 public:
  bool empty() const noexcept { return size_ == 0; }

  double median() const noexcept {
    const std::size_t half = size_ / 2;
    return size_ % 2 != 0 ? sorted_[half] : (sorted_[half - 1] + sorted_[half]) / 2;
  }

  void push(double x) noexcept {
    std::size_t gap = size_;
    if (size_ == N) {
      gap = static_cast<std::size_t>(std::lower_bound(sorted_.begin(), sorted_.end(), ring_[next_]) -
                                     sorted_.begin());
    } else {
      ++size_;
    }
    ring_[next_] = x;
    next_ = next_ + 1 == N ? 0 : next_ + 1;
    for (; gap + 1 < size_ && sorted_[gap + 1] < x; ++gap) sorted_[gap] = sorted_[gap + 1];
    for (; gap != 0 && sorted_[gap - 1] > x; --gap) sorted_[gap] = sorted_[gap - 1];
    sorted_[gap] = x;
  }

  void write(byte_writer& w) const {
    w.varint(size_);
    w.varint(next_);
    for (std::size_t i = 0; i < size_; ++i) w.f64(ring_[i]);
  }
  void read(byte_reader& r) {
    read_place(r, N, size_, next_);
    for (std::size_t i = 0; i < size_; ++i) {
      ring_[i] = r.f64();
      if (ring_[i] != ring_[i]) raise<bad_bytes>("bytes: a value that has no order");
    }
    sorted_ = ring_;
    std::sort(sorted_.begin(), sorted_.begin() + static_cast<std::ptrdiff_t>(size_));
  }

 private:
  std::array<double, N> sorted_{};
  std::array<double, N> ring_{};
  std::size_t size_ = 0;
  std::size_t next_ = 0;
};

/// Of the newest N: means of the last few, each sum made anew, so that no spike leaves a trace in later ones.
template <std::size_t N>
class recent_mean {
 public:
  void push(double x) noexcept {
    twice_[next_] = twice_[next_ + N] = x;
    next_ = next_ + 1 == N ? 0 : next_ + 1;
    if (size_ < N) ++size_;
  }

  /// The mean of the last n (of all there are, where they are fewer); n <= N.
  double mean(std::size_t n) const noexcept {
    n = std::min(n, size_);
    const double* end = twice_.data() + next_ + N;
    double lanes[4] = {0, 0, 0, 0};
    std::size_t i = n;
    for (; i >= 4; i -= 4)
      for (std::size_t k = 0; k < 4; ++k) lanes[k] += *(end - i + k);
    for (; i != 0; --i) lanes[0] += *(end - i);
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) / static_cast<double>(n);
  }

  void write(byte_writer& w) const {
    w.varint(size_);
    w.varint(next_);
    for (std::size_t i = 0; i < size_; ++i) w.f64(twice_[i]);
  }
  void read(byte_reader& r) {
    read_place(r, N, size_, next_);
    for (std::size_t i = 0; i < size_; ++i) twice_[i] = twice_[i + N] = r.f64();
  }

 private:
  std::array<double, 2 * N> twice_{};
  std::size_t size_ = 0;
  std::size_t next_ = 0;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
