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

/// The bounds of some windows as arrays: where they are written down, or in blocks of its own.
class window_block {
 public:
  /// Bounds of the windows [from, to), to be found at [i] of both; not of windows of one length.
  struct bounds {
    const std::int64_t *start, *end;
  };
  bounds of(const windows& w, std::size_t from, std::size_t to) {
    if (!w.in_time()) return {w.start.data(), w.end.data()};
    const std::size_t n = to - from;
    if (2 * n > room_) {
      room_ = 0;
      block_.reset();
      block_.reset(new std::int64_t[2 * n]);
      room_ = 2 * n;
    }
    std::int64_t *const start = block_.get(), *const end = start + n;
    const std::uint32_t* const back = w.back.data() + from;
    const std::int64_t own = static_cast<std::int64_t>(from) * w.step;
    for (std::size_t i = 0; i < n; ++i) start[i] = own + static_cast<std::int64_t>(i) * w.step - back[i];
    if (w.held.empty())
      for (std::size_t i = 0; i < n; ++i) end[i] = own + static_cast<std::int64_t>(i) * w.step + 1;
    else
      for (std::size_t i = 0; i < n; ++i) end[i] = start[i] + w.held[from + i];
    return {moved(start, from), moved(end, from)};
  }

 private:
  /// By numbers: a pointer may not be moved outside its array.
  static const std::int64_t* moved(const std::int64_t* block, std::size_t from) noexcept {
    return reinterpret_cast<const std::int64_t*>(reinterpret_cast<std::uintptr_t>(block) -
                                                 from * sizeof(std::int64_t));
  }

  std::unique_ptr<std::int64_t[]> block_;
  std::size_t room_ = 0;
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

/// The first row from `row` on whose time is not before `limit` (Inclusive: is after it), in rows that are
/// in order; Falling: the order that the complements of the times have. Four rows are asked at once,
/// since how many of them are before is nothing that a processor could guess.
template <bool Falling, bool Inclusive>
inline std::int64_t row_from(span<const std::int64_t> times, std::int64_t limit, std::int64_t row) noexcept {
  const auto n = static_cast<std::int64_t>(times.size());
  const std::int64_t* const t = times.data();
  const auto before = [limit](std::int64_t time) noexcept {
    const std::int64_t key = Falling ? ~time : time;
    return std::int64_t{Inclusive ? key <= limit : key < limit};
  };
  while (row + 4 <= n) {
    const std::int64_t more = before(t[row]) + before(t[row + 1]) + before(t[row + 2]) + before(t[row + 3]);
    row += more;
    if (more < 4) return row;
  }
  while (row < n && before(t[row]) != 0) ++row;
  return row;
}

/// out[i - begin] for the windows i of [begin, end): the first row not before (Inclusive: after) its limit,
/// limit(time of row i * step), where limits follow the order of the times. Four stretches go side by side,
/// so that none waits for what the last row found.
template <bool Falling, bool Inclusive, class Limit>
inline void find_rows(span<const std::int64_t> times, std::int64_t step, const Limit& limit,
                      std::size_t begin, std::size_t end, std::int64_t* out) noexcept {
  const auto limit_of = [&](std::size_t i) noexcept {
    const std::int64_t time = times[i * static_cast<std::size_t>(step)];
    return limit(Falling ? ~time : time);
  };
  const auto search = [&](std::int64_t lim) noexcept {  // by halves
    std::size_t low = 0, high = times.size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const std::int64_t key = Falling ? ~times[middle] : times[middle];
      if (Inclusive ? key <= lim : key < lim)
        low = middle + 1;
      else
        high = middle;
    }
    return static_cast<std::int64_t>(low);
  };
  const std::size_t quarter = (end - begin) / 4;
  std::int64_t row[4];
  for (std::size_t k = 0; k < 4 && quarter > 0; ++k) row[k] = search(limit_of(begin + k * quarter));
  for (std::size_t i = 0; i < quarter; ++i)
    for (std::size_t k = 0; k < 4; ++k) {
      const std::size_t at = i + k * quarter;
      out[at] = row[k] = row_from<Falling, Inclusive>(times, limit_of(begin + at), row[k]);
    }
  std::int64_t last = quarter > 0 ? row[3] : search(limit_of(begin));
  for (std::size_t i = 4 * quarter; i < end - begin; ++i)
    out[i] = last = row_from<Falling, Inclusive>(times, limit_of(begin + i), last);
}

inline std::int64_t less(std::int64_t a, std::uint64_t b) noexcept {
  const std::uint64_t room = static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(INT64_MIN);
  return b > room ? INT64_MIN : static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - b);
}
inline std::int64_t more(std::int64_t a, std::uint64_t b) noexcept {
  const std::uint64_t room = static_cast<std::uint64_t>(INT64_MAX) - static_cast<std::uint64_t>(a);
  return b > room ? INT64_MAX : static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + b);
}

/// How far in time a window reaches back from its row and, where it is centred, ahead.
struct reach_in_time {
  std::uint64_t back, ahead;  ///< of rows that belong to the window, both ends included
  bool centred;
  bool own;  ///< whether the row itself belongs to it
};

inline reach_in_time reach_of(std::int64_t width, bool center, closed ends) noexcept {
  bool right = ends == closed::right || ends == closed::both;
  bool left = ends == closed::left || ends == closed::both;
  if (center && width % 2 == 1) right = left = true;  // half a nanosecond on each side
  const auto half = static_cast<std::uint64_t>(center ? width / 2 : 0);
  const auto reach = center ? half : static_cast<std::uint64_t>(width);
  return {reach - (left ? 0 : 1), half - (right || !center ? 0 : 1), center, right || center};
}

/// Checks that times never go back; the time from each row to the next where that is always the same, else 0.
template <bool Falling>
inline std::uint64_t check_times(span<const std::int64_t> times) {
  const std::int64_t* const t = times.data();
  const std::size_t n = times.size();
  const std::uint64_t step = n < 2 ? 0 : static_cast<std::uint64_t>(t[1]) - static_cast<std::uint64_t>(t[0]);
  std::uint64_t other = 0;
  for (std::size_t begin = 1; begin < n; begin += rows_between_checks) {
    check_interrupt();
    const std::size_t end = n - begin < rows_between_checks ? n : begin + rows_between_checks;
    bool back = false;
    for (std::size_t i = begin; i < end; ++i) {
      back |= Falling ? t[i] > t[i - 1] : t[i] < t[i - 1];
      other |= (static_cast<std::uint64_t>(t[i]) - static_cast<std::uint64_t>(t[i - 1])) ^ step;
    }
    for (std::size_t i = begin; back && i < end; ++i)
      if (Falling ? t[i] > t[i - 1] : t[i] < t[i - 1])
        raise<invalid_argument>("on: times must be monotonic; row " + std::to_string(i) +
                                " goes back (sort first)");
  }
  return other != 0 ? 0 : Falling ? 0 - step : step;
}

/// The windows of one length that windows in time are where rows come every `step`; none (length 0) where
/// they hold nothing.
inline windows regular_windows(std::int64_t rows, std::uint64_t step, const reach_in_time& r) noexcept {
  const auto most = static_cast<std::uint64_t>(rows);
  const auto back = static_cast<std::int64_t>(r.back / step < most ? r.back / step : most);
  const auto ahead = static_cast<std::int64_t>(r.ahead / step < most ? r.ahead / step : most);
  windows w;
  w.rows = rows;
  w.shift = r.centred ? ahead : r.own ? 0 : -1;
  w.length = back + 1 + w.shift;
  return w;
}

template <bool Falling>
inline windows windows_in_time(span<const std::int64_t> times, const reach_in_time& r, std::int64_t step) {
  const std::uint64_t apart = check_times<Falling>(times);
  const auto n = static_cast<std::int64_t>(times.size());
  if (apart > 0 && step == 1) {
    windows w = regular_windows(n, apart, r);
    if (w.length > 0) return w;
  }
  if (times.size() > UINT32_MAX)
    raise<invalid_argument>("on: " + std::to_string(n) + " times given, expected at most 4294967295");
  windows w;
  w.rows = n;
  w.step = step;
  const auto count = static_cast<std::size_t>(n / step + (n % step != 0 ? 1 : 0));
  const bool to_own_row = r.own && !r.centred;  // of rows of one time up to this one
  for (std::vector<std::uint32_t>* rows : {&w.back, &w.held}) {
    if (rows == &w.held && to_own_row) continue;
    rows->reserve(count);
    prefer_large_pages(rows->data(), count * sizeof(std::uint32_t));
    rows->resize(count);
  }
  constexpr std::size_t block = 4096;
  std::int64_t start[block], end[block], most = 0;
  for (std::size_t begin = 0; begin < count; begin += block) {
    if (begin % rows_between_checks == 0) check_interrupt();
    const std::size_t here = count - begin < block ? count - begin : block;
    find_rows<Falling, false>(
        times, step, [&](std::int64_t key) noexcept { return less(key, r.back); }, begin, begin + here,
        start);
    if (r.centred)
      find_rows<Falling, true>(
          times, step, [&](std::int64_t key) noexcept { return more(key, r.ahead); }, begin, begin + here,
          end);
    else if (!r.own)
      find_rows<Falling, false>(
          times, step, [](std::int64_t key) noexcept { return key; }, begin, begin + here, end);
    std::uint32_t* const back = w.back.data() + begin;
    for (std::size_t i = 0; i < here; ++i) {  // where another thread writes the times meanwhile, too
      const std::int64_t row = static_cast<std::int64_t>(begin + i) * step;
      const std::int64_t rows = row > start[i] ? row - start[i] : 0;
      back[i] = static_cast<std::uint32_t>(rows);
      most = rows > most ? rows : most;
    }
    if (to_own_row) continue;
    for (std::size_t i = 0; i < here; ++i) {
      const std::int64_t row = static_cast<std::int64_t>(begin + i) * step, first = row - back[i];
      const std::int64_t least = r.centred ? row : first, stop = end[i] > least ? end[i] : least;
      w.held[begin + i] = static_cast<std::uint32_t>(stop - first);
      w.most_held = stop - first > w.most_held ? stop - first : w.most_held;
    }
  }
  if (to_own_row) w.most_held = most + 1;
  return w;
}

}  // namespace detail

/// Windows as long as `width` in time, ending at (center: around) each row's time. Where rows come at regular
/// times they are windows of one length, and their statistics have the bits that those have.
///
/// @param times  nanoseconds (any unit that `width` has too), never falling, or never rising
/// @param width  length of a window, above 0
/// @throws invalid_argument if times are not monotonic, or width or step are too small
inline windows time_windows(span<const std::int64_t> times, std::int64_t width, bool center = false,
                            closed ends = closed::right, std::int64_t step = 1) {
  if (width <= 0)
    raise<invalid_argument>("window: " + std::to_string(width) + " ns given, expected more than 0");
  if (step < 1) raise<invalid_argument>("step: " + std::to_string(step) + " given, expected 1 or more");
  const detail::reach_in_time r = detail::reach_of(width, center, ends);
  const bool falling = times.size() > 1 && times[times.size() - 1] < times[0];
  return falling ? detail::windows_in_time<true>(times, r, step)
                 : detail::windows_in_time<false>(times, r, step);
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
