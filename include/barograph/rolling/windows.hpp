// Which rows each window holds: of fixed length, or as long in time, with the edges that pandas has.
//
// Law I. Bounds are those of pandas.api.indexers: `closed` says which ends belong to the window,
// `center` puts the label in its middle, `step` keeps every step-th window.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// Which ends of a window belong to it.
enum class closed { right, left, both, neither };

/// "right", "left", "both" or "neither" as a `closed`.
inline closed parse_closed(const std::string& text) {
  if (text == "right") return closed::right;
  if (text == "left") return closed::left;
  if (text == "both") return closed::both;
  if (text == "neither") return closed::neither;
  raise<invalid_argument>("closed: '" + text + "' given, expected 'right', 'left', 'both' or 'neither'");
}

/// Windows [start[i], end[i]) over the rows of a series.
struct windows {
  std::vector<std::int64_t> start, end;
  std::int64_t rows = 0;    ///< rows of the series
  std::int64_t length = 0;  ///< for windows of one length without step: that length, else 0
  std::int64_t shift = 0;   ///< and by how many rows the last row of a window is past its label

  std::size_t size() const noexcept { return length > 0 ? static_cast<std::size_t>(rows) : start.size(); }

  /// The most rows that a window holds.
  std::int64_t longest() const noexcept {
    if (length > 0) return length < rows ? length : rows;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < start.size(); ++i) most = end[i] - start[i] > most ? end[i] - start[i] : most;
    return most;
  }

  /// First row of window i.
  std::int64_t first(std::size_t i) const noexcept {
    return length > 0 ? clip(static_cast<std::int64_t>(i) + shift + 1 - length) : start[i];
  }

  /// The row after the last of window i; never before its first.
  std::int64_t stop(std::size_t i) const noexcept {
    if (length > 0) return clip(static_cast<std::int64_t>(i) + shift + 1);
    return end[i] > start[i] ? end[i] : start[i];
  }

  /// Whether every window begins at the first row, and none ends before the one before it.
  bool expanding() const noexcept { return length > 0 && length - shift >= rows; }

  /// Whether neither starts nor ends ever go back.
  bool monotonic() const noexcept {
    for (std::size_t i = 1; i < start.size(); ++i)
      if (start[i] < start[i - 1] || end[i] < end[i - 1]) return false;
    return true;
  }

  /// The same windows with start and end of each as arrays.
  windows spelled_out() const {
    if (length == 0) return *this;
    windows w;
    w.rows = rows;
    w.start.resize(size());
    w.end.resize(size());
    for (std::size_t i = 0; i < size(); ++i) {
      w.start[i] = first(i);
      w.end[i] = stop(i);
    }
    return w;
  }

 private:
  std::int64_t clip(std::int64_t row) const noexcept { return row < 0 ? 0 : row > rows ? rows : row; }
};

/// Windows of `window` rows.
///
/// @param rows    rows of the series
/// @param window  rows of a window, at least 0
/// @param step    at least 1: a window for every step-th row
/// @throws invalid_argument for a negative window or a step below 1
inline windows fixed_windows(std::int64_t rows, std::int64_t window, bool center = false,
                             closed ends = closed::right, std::int64_t step = 1) {
  if (window < 0)
    raise<invalid_argument>("window: " + std::to_string(window) + " given, expected 0 or more rows");
  if (step < 1) raise<invalid_argument>("step: " + std::to_string(step) + " given, expected 1 or more");
  if (window > 4 * rows + 4) window = 4 * rows + 4;  // as good as any longer one, and no sum overflows
  const std::int64_t offset = window == 0 ? -1 : center ? (window - 1) / 2 : 0;
  const bool left = ends == closed::left || ends == closed::both;
  const bool right = ends == closed::right || ends == closed::both;
  windows w;
  w.rows = rows;
  w.shift = offset - (right ? 0 : 1);
  w.length = window + (left ? 1 : 0) - (right ? 0 : 1);
  if (w.length > 0 && step == 1) return w;
  const auto count = static_cast<std::size_t>(rows / step + (rows % step != 0 ? 1 : 0));
  w.start.resize(count);
  w.end.resize(count);
  const std::int64_t length = w.length > 0 ? w.length : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t stop = static_cast<std::int64_t>(i) * step + w.shift + 1;
    const auto clip = [rows](std::int64_t row) {
      return row < 0 ? std::int64_t{0} : row > rows ? rows : row;
    };
    w.end[i] = clip(stop);
    w.start[i] = clip(stop - length);
  }
  w.length = w.shift = 0;
  return w;
}

/// Windows [start[i], end[i]) of any rows, in any order. Where end[i] is not past start[i] it is empty.
///
/// Fast where neither starts nor ends go back; each that does may cost as many rows as it holds.
///
/// @param rows  rows of the series
/// @throws invalid_argument if there are not as many ends as starts, or a row is beyond the series
inline windows bounded_windows(std::int64_t rows, span<const std::int64_t> start,
                               span<const std::int64_t> end) {
  if (start.size() != end.size())
    raise<invalid_argument>("end: " + std::to_string(end.size()) + " given, expected " +
                            std::to_string(start.size()) + ", one for each start");
  windows w;
  w.rows = rows;
  w.start.assign(start.begin(), start.end());
  w.end.assign(end.begin(), end.end());
  for (std::size_t i = 0; i < w.start.size(); ++i) {
    const bool first = w.start[i] < 0 || w.start[i] > rows;
    if (first || w.end[i] < 0 || w.end[i] > rows)
      raise<invalid_argument>((first ? "start: " : "end: ") + std::to_string(first ? w.start[i] : w.end[i]) +
                              " given for window " + std::to_string(i) + ", expected rows from 0 to " +
                              std::to_string(rows));
    if (w.end[i] < w.start[i]) w.end[i] = w.start[i];
  }
  return w;
}

/// Windows as long as `width` in time, ending at (center: around) each row's time.
///
/// @param times  nanoseconds (any unit that `width` has too), never falling, or never rising
/// @param width  length of a window, above 0
/// @throws invalid_argument if times are not monotonic, or width or step are too small
inline windows time_windows(span<const std::int64_t> times, std::int64_t width, bool center = false,
                            closed ends = closed::right, std::int64_t step = 1) {
  if (width <= 0)
    raise<invalid_argument>("window: " + std::to_string(width) + " ns given, expected more than 0");
  if (step < 1) raise<invalid_argument>("step: " + std::to_string(step) + " given, expected 1 or more");
  const auto n = static_cast<std::int64_t>(times.size());
  const std::int64_t sign = n > 1 && times[times.size() - 1] < times[0] ? -1 : 1;
  for (std::size_t i = 1; i < times.size(); ++i)
    if (sign > 0 ? times[i] < times[i - 1] : times[i] > times[i - 1])
      raise<invalid_argument>("on: times must be monotonic; row " + std::to_string(i) +
                              " goes back (sort first)");
  bool right = ends == closed::right || ends == closed::both;
  bool left = ends == closed::left || ends == closed::both;
  if (center && width % 2 == 1) right = left = true;  // half a nanosecond on each side
  const auto half = static_cast<std::uint64_t>(center ? width / 2 : 0);
  const auto reach = center ? half : static_cast<std::uint64_t>(width);
  windows w;
  w.rows = n;
  const auto count = static_cast<std::size_t>(n / step + (n % step != 0 ? 1 : 0));
  w.start.reserve(count);
  w.end.reserve(count);
  // From one row to a later one, without a sign: two times may be further apart than int64 reaches.
  const auto between = [&](std::int64_t early, std::int64_t late) {
    const auto a = static_cast<std::uint64_t>(times[static_cast<std::size_t>(early)]);
    const auto b = static_cast<std::uint64_t>(times[static_cast<std::size_t>(late)]);
    return sign > 0 ? b - a : a - b;
  };
  std::int64_t s = 0, e = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (i % static_cast<std::int64_t>(rows_between_checks) == 0) check_interrupt();
    while (s < i && (left ? between(s, i) > reach : between(s, i) >= reach)) ++s;
    if (center) {
      if (e < i) e = i;
      while (e < n && (right ? between(i, e) <= half : between(i, e) < half)) ++e;
    } else if (right) {
      e = i + 1;  // of rows of one time, those up to this one
    } else {
      while (e < i && between(e, i) != 0) ++e;
    }
    if (i % step == 0) {
      w.start.push_back(s);
      w.end.push_back(e < s ? s : e);  // only where another thread writes the times meanwhile
    }
  }
  return w;
}

namespace detail {

/// Calls f(window, how many rows of it here(row) is 1 for); rows that windows share are asked once.
template <class Here, class F>
inline void count_in_windows(const windows& w, const Here& here, const F& f) {
  std::int64_t low = 0, high = 0, found = 0;  // in [low, high)
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (i % rows_between_checks == 0) check_interrupt();
    const std::int64_t s = w.first(i), e = w.stop(i);
    if (s >= high || e <= low) {
      low = high = s;
      found = 0;
    }
    while (low > s) found += here(static_cast<std::size_t>(--low));
    while (high < e) found += here(static_cast<std::size_t>(high++));
    while (low < s) found -= here(static_cast<std::size_t>(low++));
    while (high > e) found -= here(static_cast<std::size_t>(--high));
    f(i, found);
  }
}

}  // namespace detail

/// 1 where a window holds fewer than `least` rows that `mask` does not call missing, else 0.
///
/// @param mask  1 where a value is missing; empty: nowhere
/// @param out   w.size() results
/// @throws invalid_argument if sizes do not agree
inline void too_few(const windows& w, span<const unsigned char> mask, std::int64_t least,
                    span<unsigned char> out) {
  if (out.size() != w.size() || (!mask.empty() && static_cast<std::int64_t>(mask.size()) != w.rows))
    raise<invalid_argument>("out: " + std::to_string(out.size()) + " results given, expected " +
                            std::to_string(w.size()) + ", and a mask of " + std::to_string(w.rows) + " rows");
  if (mask.empty()) {
    for (std::size_t i = 0; i < w.size(); ++i) out[i] = w.stop(i) - w.first(i) < least;
    return;
  }
  detail::count_in_windows(
      w, [&](std::size_t row) { return static_cast<std::int64_t>(mask[row] == 0); },
      [&](std::size_t i, std::int64_t values) { out[i] = values < least; });
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
