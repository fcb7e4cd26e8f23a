// steady_usual: what is usual by the hour of a cycle, whatever the level does meanwhile.
//
// A level that shifts for half of the days tears medians by the hour in two: some hours are those of before,
// some those of after. So the level goes first: the median of one whole cycle about each hour, which keeps
// edges. What is left is averaged by the hour, drawn in to the fifths: a mean keeps the shape of a season
// that is lost for half of the time, a median does not. Class F; O(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../config.hpp"
#include "../../core/span.hpp"
#include "order.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// A series by whole hours: the median of each, and which rows are its own.
struct series_hours {
  std::vector<std::int64_t> hour, seconds, clock;  ///< which; times of its row in the middle
  std::vector<double> value;
  std::vector<std::size_t> begins;  ///< first rows, and one more
};

inline series_hours by_hours(span<const std::int64_t> seconds, span<const std::int64_t> clock,
                             const std::vector<double>& y) {
  const auto hour_of = [&](std::size_t i) {
    const std::int64_t t = seconds[i];
    return t / 3600 - (t % 3600 < 0 ? 1 : 0);
  };
  series_hours out;
  std::vector<double> scratch;
  for (std::size_t i = 0; i < y.size();) {
    const std::int64_t hour = hour_of(i);
    const std::size_t begin = i;
    scratch.clear();
    for (; i < y.size() && hour_of(i) == hour; ++i) scratch.push_back(y[i]);
    out.hour.push_back(hour);
    out.begins.push_back(begin);
    out.seconds.push_back(seconds[begin + (i - begin) / 2]);
    out.clock.push_back(clock[begin + (i - begin) / 2]);
    out.value.push_back(median(scratch));
  }
  out.begins.push_back(y.size());
  return out;
}

/// Of each hour the median over one cycle about it; at the ends over the first and the last whole one.
///
/// @param value  of each hour
inline std::vector<double> level_of_cycles(const series_hours& of, const std::vector<double>& value,
                                           std::int64_t cycle) {
  const std::int64_t length = cycle / 3600, first = of.hour.front();
  const std::int64_t latest = std::max(first, of.hour.back() - length + 1);
  std::vector<double> out(value.size()), window;  // in order
  std::size_t b = 0, e = 0;
  for (std::size_t k = 0; k < value.size(); ++k) {
    const std::int64_t from = std::clamp(of.hour[k] - length / 2, first, latest);
    for (; e < value.size() && of.hour[e] < from + length; ++e)
      window.insert(std::upper_bound(window.begin(), window.end(), value[e]), value[e]);
    for (; of.hour[b] < from; ++b) window.erase(std::lower_bound(window.begin(), window.end(), value[b]));
    const std::size_t half = window.size() / 2;
    out[k] = window.size() % 2 != 0 ? window[half] : window[half - 1] / 2 + window[half] / 2;
  }
  return out;
}

/// The mean of values drawn in to those a fifth from either end; they are reordered.
inline double drawn_in_mean(std::vector<double>& v) {
  if (v.empty()) return 0.0;
  const std::size_t fifth = (v.size() - 1) / 5;
  const auto first = v.begin() + static_cast<std::ptrdiff_t>(fifth);
  const auto last = v.end() - 1 - static_cast<std::ptrdiff_t>(fifth);
  std::nth_element(v.begin(), first, v.end());
  const double low = *first;  // now: the next search may move it
  std::nth_element(first, last, v.end());
  const double high = *last, middle = low / 2 + high / 2;
  double sum = 0.0;
  for (const double value : v) sum += std::clamp(value, low, high) - middle;
  return middle + sum / static_cast<double>(v.size());
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
