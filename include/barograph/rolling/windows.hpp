// Which rows each window holds: of fixed length, or as long in time, with the edges that pandas has.
//
// Law I. Bounds are those of pandas.api.indexers: `closed` says which ends belong to the window,
// `center` puts the label in its middle, `step` keeps every step-th window.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/large_pages.hpp"
#include "../core/span.hpp"
#include "detail/times_plain.hpp"

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

/// Windows [start[i], end[i]) over the rows of a series; those of one length, and those in time, without
/// bounds that are written down.
struct windows {
  std::vector<std::int64_t> start, end;
  std::int64_t rows = 0;    ///< rows of the series
  std::int64_t length = 0;  ///< for windows of one length without step: that length, else 0
  std::int64_t shift = 0;   ///< and by how many rows the last row of a window is past its label
  /// Of windows in time: how many rows before its own, row i * step, window i begins, and how many it holds;
  /// where `held` is empty it ends with its own row.
  std::vector<std::uint32_t> back, held;
  std::int64_t step = 1;
  std::int64_t most_held = 0;  ///< and the most rows that one holds

  bool in_time() const noexcept { return !back.empty(); }

  std::size_t size() const noexcept {
    return length > 0 ? static_cast<std::size_t>(rows) : in_time() ? back.size() : start.size();
  }

  /// The most rows that a window holds.
  std::int64_t longest() const noexcept {
    if (length > 0) return length < rows ? length : rows;
    if (in_time()) return most_held;
    std::int64_t most = 0;
    for (std::size_t i = 0; i < start.size(); ++i) most = end[i] - start[i] > most ? end[i] - start[i] : most;
    return most;
  }

  /// First row of window i.
  std::int64_t first(std::size_t i) const noexcept {
    if (length > 0) return clip(static_cast<std::int64_t>(i) + shift + 1 - length);
    return in_time() ? static_cast<std::int64_t>(i) * step - back[i] : start[i];
  }

  /// The row after the last of window i; never before its first.
  std::int64_t stop(std::size_t i) const noexcept {
    if (length > 0) return clip(static_cast<std::int64_t>(i) + shift + 1);
    if (in_time()) return held.empty() ? static_cast<std::int64_t>(i) * step + 1 : first(i) + held[i];
    return end[i] > start[i] ? end[i] : start[i];
  }

  /// Whether every window begins at the first row, and none ends before the one before it.
  bool expanding() const noexcept { return length > 0 && length - shift >= rows; }

  /// Whether neither starts nor ends ever go back.
  bool monotonic() const noexcept {
    for (std::size_t i = 1; i < start.size(); ++i)
      if (start[i] < start[i - 1] || end[i] < end[i - 1]) return false;
    for (std::size_t i = 1; i < back.size(); ++i)
      if (first(i) < first(i - 1) || stop(i) < stop(i - 1)) return false;
    return true;
  }

  /// The same windows with start and end of each as arrays.
  windows spelled_out() const {
    if (length == 0 && !in_time()) return *this;
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

/// The search as compiled with the caller's own flags; kernels::compiled has that chosen at run time.
struct inline_times {
  template <class Job>
  static void times(Job& job) noexcept {
    kernel::find_windows(job);
  }
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

namespace detail {

/// How far in time a window reaches back from its row and, where it is centred, ahead.
struct reach_in_time {
  std::int64_t back, ahead;  ///< of rows that belong to the window, both ends included
  bool centred;
  bool own;  ///< whether the row itself belongs to it
};

inline reach_in_time reach_of(std::int64_t width, bool center, closed ends) noexcept {
  bool right = ends == closed::right || ends == closed::both;
  bool left = ends == closed::left || ends == closed::both;
  if (center && width % 2 == 1) right = left = true;  // half a nanosecond on each side
  const std::int64_t half = center ? width / 2 : 0, reach = center ? half : width;
  return {reach - (left ? 0 : 1), half - (right || !center ? 0 : 1), center, right || center};
}

/// The time from each row to the next where that is always the same, and above 0; else 0.
template <bool Falling>
inline std::uint64_t time_between_rows(span<const std::int64_t> times) {
  const auto apart = [&](std::size_t i) {
    const auto now = static_cast<std::uint64_t>(times[i]), last = static_cast<std::uint64_t>(times[i - 1]);
    return Falling ? last - now : now - last;
  };
  const std::size_t n = times.size();
  const std::uint64_t step = n < 2 ? 0 : apart(1);
  const std::uint64_t whole =
      n < 2 ? 0 : static_cast<std::uint64_t>(times[n - 1]) - static_cast<std::uint64_t>(times[0]);
  if (step == 0 || (Falling ? 0 - whole : whole) / step < n - 1) return 0;  // or times that go back
  for (std::size_t begin = 1; begin < n; begin += rows_between_checks) {
    if (begin > 1) check_interrupt();
    const std::size_t end = n - begin < rows_between_checks ? n : begin + rows_between_checks;
    for (std::size_t i = begin; i < end; i += 64) {
      std::uint64_t other = 0;
      for (std::size_t k = i; k < end && k < i + 64; ++k) other |= apart(k) ^ step;
      if (other != 0) return 0;
    }
  }
  return step;
}

/// The windows of one length that windows in time are where rows come every `step`; none (length 0) where
/// they hold nothing.
inline windows regular_windows(std::int64_t rows, std::uint64_t step, const reach_in_time& r) noexcept {
  const auto most = static_cast<std::uint64_t>(rows);
  const auto rows_in = [&](std::int64_t reach) {
    const std::uint64_t some = static_cast<std::uint64_t>(reach) / step;
    return static_cast<std::int64_t>(some < most ? some : most);
  };
  const std::int64_t back = rows_in(r.back), ahead = rows_in(r.ahead);
  windows w;
  w.rows = rows;
  w.shift = r.centred ? ahead : r.own ? 0 : -1;
  w.length = back + 1 + w.shift;
  return w;
}

template <bool Falling, class Kernels>
inline windows windows_in_time(span<const std::int64_t> times, const reach_in_time& r, std::int64_t step) {
  const auto n = static_cast<std::int64_t>(times.size());
  const std::uint64_t apart = time_between_rows<Falling>(times);
  if (apart > 0 && step == 1) {
    windows w = regular_windows(n, apart, r);
    if (w.length > 0) return w;
  }
  if (times.size() > UINT32_MAX)
    raise<invalid_argument>("on: " + std::to_string(n) + " times given, expected at most 4294967295");
  windows w;
  w.rows = n;
  w.step = step = std::min(step, std::max<std::int64_t>(n, 1));  // the same windows, and no product overflows
  const auto count = static_cast<std::size_t>(n / step + (n % step != 0 ? 1 : 0));
  const bool to_own_row = r.own && !r.centred;  // of rows of one time up to this one
  for (std::vector<std::uint32_t>* rows : {&w.back, &w.held}) {
    if (rows == &w.held && to_own_row) continue;
    rows->reserve(count);
    prefer_large_pages(rows->data(), count * sizeof(std::uint32_t));
    rows->resize(count);
  }
  times_job job{};
  job.times = times.data();
  job.rows = n;
  job.falling = Falling;
  job.step = step;
  job.back = r.back;
  job.ahead = r.ahead;
  job.centred = r.centred;
  job.rows_back = w.back.data();
  job.rows_held = to_own_row ? nullptr : w.held.data();
  for (std::size_t begin = 0; begin < count; begin += rows_between_checks) {
    check_interrupt();
    job.first = static_cast<std::int64_t>(begin);
    job.stop =
        static_cast<std::int64_t>(count - begin < rows_between_checks ? count : begin + rows_between_checks);
    Kernels::times(job);
    if (job.disorder >= 0)
      raise<invalid_argument>("on: times must be monotonic; row " + std::to_string(job.disorder) +
                              " goes back (sort first)");
  }
  w.most_held = to_own_row ? job.most_back + 1 : job.most_held;
  return w;
}

}  // namespace detail

/// Windows as long as `width` in time, ending at (center: around) each row's time. Where rows come at regular
/// times they are windows of one length, and their statistics have the bits that those have.
///
/// @param times  nanoseconds (any unit that `width` has too), never falling, or never rising
/// @param width  length of a window, above 0
/// @tparam Kernels  which code finds them: kernels::compiled has that chosen at run time
/// @throws invalid_argument if times are not monotonic, or width or step are too small
template <class Kernels = inline_times>
inline windows time_windows(span<const std::int64_t> times, std::int64_t width, bool center = false,
                            closed ends = closed::right, std::int64_t step = 1) {
  if (width <= 0)
    raise<invalid_argument>("window: " + std::to_string(width) + " ns given, expected more than 0");
  if (step < 1) raise<invalid_argument>("step: " + std::to_string(step) + " given, expected 1 or more");
  const detail::reach_in_time r = detail::reach_of(width, center, ends);
  const bool falling = times.size() > 1 && times[times.size() - 1] < times[0];
  return falling ? detail::windows_in_time<true, Kernels>(times, r, step)
                 : detail::windows_in_time<false, Kernels>(times, r, step);
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
