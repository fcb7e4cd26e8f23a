// exclusion: which rows a baseline is not to learn from: known incidents, deploys, maintenance.
//
// Law I. Intervals are half-open, [start, end): a row at the start is left out, one at the end is not.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

/// Intervals of time, in any order, overlapping or not.
class exclusion {
 public:
  exclusion() = default;

  /// @param start, end  of each interval, in the unit of the times
  /// @throws invalid_argument if there are not as many ends as starts, or an interval ends before it starts
  exclusion(span<const std::int64_t> start, span<const std::int64_t> end) {
    if (start.size() != end.size())
      raise<invalid_argument>("exclude: " + std::to_string(end.size()) + " ends given, expected " +
                              std::to_string(start.size()) + ", one for each start");
    std::vector<std::pair<std::int64_t, std::int64_t>> sorted;
    for (std::size_t i = 0; i < start.size(); ++i) {
      if (end[i] < start[i])
        raise<invalid_argument>("exclude: interval " + std::to_string(i) +
                                " ends before it starts, expected (start, end)");
      if (end[i] > start[i]) sorted.emplace_back(start[i], end[i]);
    }
    std::sort(sorted.begin(), sorted.end());
    for (const auto& [from, to] : sorted) {
      if (!end_.empty() && from <= end_.back()) {
        end_.back() = std::max(end_.back(), to);
      } else {
        start_.push_back(from);
        end_.push_back(to);
      }
    }
  }

  bool empty() const noexcept { return start_.empty(); }

  bool holds(std::int64_t time) const noexcept {
    const auto after = std::upper_bound(start_.begin(), start_.end(), time);
    return after != start_.begin() && time < end_[static_cast<std::size_t>(after - start_.begin()) - 1];
  }

  /// Sets the mask to 1 at the times that an interval holds; leaves the others as they are.
  /// @throws invalid_argument if sizes do not agree
  void mark(span<const std::int64_t> times, span<unsigned char> mask) const {
    if (times.size() != mask.size())
      raise<invalid_argument>("exclude: a mask of " + std::to_string(mask.size()) + " rows given, expected " +
                              std::to_string(times.size()));
    if (empty()) return;
    std::size_t k = 0;  // rows mostly come in order: the interval of the row before, or the next
    for (std::size_t i = 0; i < times.size(); ++i) {
      const std::int64_t t = times[i];
      const bool near = (k == 0 || start_[k] <= t) && (k + 1 == start_.size() || t < start_[k + 1]);
      if (!near) {
        const auto after = std::upper_bound(start_.begin(), start_.end(), t);
        k = after == start_.begin() ? 0 : static_cast<std::size_t>(after - start_.begin()) - 1;
      }
      if (start_[k] <= t && t < end_[k]) mask[i] = 1;
    }
  }

 private:
  std::vector<std::int64_t> start_, end_;  ///< in order, apart
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
