// extreme_queue: the least (or greatest) of the rows of a moving window.
//
// Law I; of equal values the newest. Those rows that no newer row is as low as, the oldest in front: a row
// costs O(1) on average, a late one a search among them. Source: D. Lemire (2006), "Streaming
// maximum-minimum filter using no more than three comparisons per element".
#pragma once

#include <cstdint>

#include "sliding_array.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

template <bool Greatest>
class extreme_queue {
 public:
  void insert(std::int64_t time, double value) {
    std::size_t at = rows_.size();
    while (at > 0 && rows_[at - 1].time > time) --at;
    if (at < rows_.size() && covers(rows_[at].value, value)) return;
    std::size_t from = at;
    while (from > 0 && covers(value, rows_[from - 1].value)) --from;
    if (from == at) return rows_.insert(at, {time, value});
    rows_[from] = {time, value};
    while (--at > from) rows_.erase(at);
  }

  /// The oldest row of the window leaves; rows of one time leave together.
  void pop(std::int64_t time) {
    while (!rows_.empty() && rows_.front().time <= time) rows_.pop_front();
  }

  bool empty() const noexcept { return rows_.empty(); }
  double value() const noexcept { return rows_.front().value; }

 private:
  struct row {
    std::int64_t time;
    double value;
  };
  static bool covers(double a, double b) noexcept { return Greatest ? !(a < b) : !(b < a); }

  sliding_array<row> rows_;
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
