// sorted_window: the newest so many values of a stream, in their order and in order of size. Class I.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../core/bytes.hpp"
#include "sorted_blocks.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

class sorted_window {
 public:
  explicit sorted_window(std::size_t window) : window_(window) {
    recent_.reserve(std::min<std::size_t>(window, 8192));
  }

  const sorted_blocks& sorted() const noexcept { return sorted_; }
  std::size_t window() const noexcept { return window_; }

  /// Takes a value in, which is no NaN, at its place: sorted().find(v); the oldest one goes where it is full.
  void push(double v, const sorted_blocks::place& at) {
    sorted_.insert(v, at);
    if (recent_.size() < window_) {
      recent_.push_back(v);
      return;
    }
    sorted_.erase(recent_[next_]);
    recent_[next_] = v;
    next_ = next_ + 1 == window_ ? 0 : next_ + 1;
  }

  void clear() {
    sorted_.clear();
    recent_.clear();
    next_ = 0;
  }

  /// The values, and how those in order of size are cut into runs: sums over the largest depend on it.
  void write(byte_writer& w) const {
    w.varint(recent_.size());
    w.varint(next_);
    for (const double v : recent_) w.f64(v);
    w.varint(sorted_.runs());
    for (std::size_t i = 0; i < sorted_.runs(); ++i) w.varint(sorted_.run(i));
  }

  /// @throws bad_bytes for what no window of so many values can be
  void read(byte_reader& r) {
    clear();
    const std::size_t n = r.count(8);
    const std::uint64_t next = r.varint();
    if (n > window_ || (n < window_ ? next != 0 : next >= n))
      raise<bad_bytes>("bytes: a window that is none");
    next_ = static_cast<std::size_t>(next);
    recent_.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      recent_.push_back(r.f64());
      if (recent_.back() != recent_.back()) raise<bad_bytes>("bytes: a value that has no order");
    }
    std::vector<std::size_t> runs(r.count(1));
    for (std::size_t& length : runs) length = static_cast<std::size_t>(r.varint());
    std::vector<double> values(recent_);
    std::sort(values.begin(), values.end());
    if (!sorted_.assign(values, runs)) raise<bad_bytes>("bytes: values in runs that cannot be");
  }

 private:
  std::size_t window_;
  sorted_blocks sorted_;
  std::vector<double> recent_;  // a ring, the oldest at next_ once it is full
  std::size_t next_ = 0;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
