// sliding_array: elements in one stretch of memory that come at the back and leave at the front.
//
// What left at the front stays until it is half of the memory: leaving costs O(1) an element on average.
#pragma once

#include <cstddef>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

template <class T>
class sliding_array {
 public:
  std::size_t size() const noexcept { return all_.size() - left_; }
  bool empty() const noexcept { return size() == 0; }
  T& operator[](std::size_t i) noexcept { return all_[left_ + i]; }
  const T& operator[](std::size_t i) const noexcept { return all_[left_ + i]; }
  const T& front() const noexcept { return all_[left_]; }
  const T& back() const noexcept { return all_.back(); }

  /// Before element i; those from there on move by one.
  void insert(std::size_t i, const T& x) {
    all_.push_back(x);
    for (std::size_t at = size() - 1; at > i; --at) (*this)[at] = (*this)[at - 1];
    (*this)[i] = x;
  }

  void erase(std::size_t i) noexcept {
    for (std::size_t at = i + 1; at < size(); ++at) (*this)[at - 1] = (*this)[at];
    all_.pop_back();
  }

  void pop_front(std::size_t n = 1) {
    left_ += n;
    if (left_ < 64 || left_ < all_.size() - left_) return;
    all_.erase(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(left_));
    left_ = 0;
  }

  void clear() noexcept {
    all_.clear();
    left_ = 0;
  }

 private:
  std::vector<T> all_;
  std::size_t left_ = 0;  ///< elements that have left
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
