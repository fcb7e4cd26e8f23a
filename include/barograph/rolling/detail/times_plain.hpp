// Where windows in time begin and end (plain code, see src/kernels).
//
// Law I. Times are in order, and so are the limits of the windows. How many rows are before a limit is
// counted by comparing each row with the limits of eight windows at once, since how far a window gets is
// nothing that a processor could guess; a row is looked at about one time and a half.
#pragma once

#include <cstdint>

#include "jobs_plain.hpp"
#include "row_registers_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::times_job;

constexpr int eight_windows = 8, registers_of_eight = eight_windows / in_register;

/// How times are compared with limits: those of falling times are complements, as their keys are.
template <bool Falling, bool After>
struct time_order {
  template <class T>
  BAROGRAPH_LANES static auto before(const T& time, const T& limit) noexcept {
    if constexpr (Falling && After) return time >= limit;
    if constexpr (Falling && !After) return time > limit;
    if constexpr (!Falling && After) return time <= limit;
    if constexpr (!Falling && !After) return time < limit;
  }
  /// The limit of a window for a row of this time; the farthest there is where it would be beyond.
  static std::int64_t limit(std::int64_t time, std::int64_t reach) noexcept {
    const auto t = static_cast<std::uint64_t>(time), r = static_cast<std::uint64_t>(reach);
    const auto at = static_cast<std::int64_t>(Falling != After ? t + r : t - r);
    if constexpr (Falling != After) return at < time ? INT64_MAX : at;
    return at > time ? INT64_MIN : at;
  }
};

/// The first row from `row` on that is not before the limit.
template <class Order>
inline std::int64_t next_row(const times_job& j, std::int64_t limit, std::int64_t row) noexcept {
  constexpr std::int64_t leap = 16;
  while (row + leap <= j.rows && Order::before(j.times[row + leap - 1], limit)) row += leap;
  const std::int64_t stop = row + leap < j.rows ? row + leap : j.rows;
  std::int64_t more = 0;
  for (std::int64_t k = row; k < stop; ++k) more += Order::before(j.times[k], limit);
  return row + more;
}

/// The first row of all that is not before the limit, near `guess` where times come as they did.
template <class Order>
inline std::int64_t row_near(const times_job& j, std::int64_t limit, std::int64_t guess) noexcept {
  std::int64_t low = guess < j.rows ? guess : j.rows, high = j.rows, leap = 16;
  if (low > 0 && !Order::before(j.times[low - 1], limit)) {
    for (; low > 0 && !Order::before(j.times[low - 1], limit); leap *= 4) {
      high = low - 1;
      low = low > leap ? low - leap : 0;
    }
  } else {
    for (; low + leap <= j.rows && Order::before(j.times[low + leap - 1], limit); leap *= 4) low += leap;
    if (low + leap < high) high = low + leap;
  }
  while (high - low > 64) {
    const std::int64_t middle = low + (high - low) / 2;
    (Order::before(j.times[middle], limit) ? low : high) = middle;
  }
  return next_row<Order>(j, limit, low);
}

/// next_row() of eight windows, whose limits are in order: the rows to `out`, the last of them is returned.
template <class Order>
BAROGRAPH_LANES_KERNEL inline std::int64_t next_rows(const times_job& j, const std::int64_t* limits,
                                                     std::int64_t row, std::int64_t* out) noexcept {
  register_of_rows limit[registers_of_eight], count[registers_of_eight];
  for (int k = 0; k < registers_of_eight; ++k) {
    limit[k] = rows_at(limits + k * in_register);
    count[k] = register_of_rows{} + row;
  }
  std::int64_t seen = row;
  const auto four_more = [&]() BAROGRAPH_LANES {
    for (int r = 0; r < 4; ++r) {
      const register_of_rows time = register_of_rows{} + j.times[seen + r];
      for (int k = 0; k < registers_of_eight; ++k)
        count[k] -= reinterpret_cast<register_of_rows>(Order::before(time, limit[k]));
    }
    seen += 4;
  };
  if (seen + 12 <= j.rows) {  // which is enough for most
    four_more();
    four_more();
    four_more();
    while (Order::before(j.times[seen - 1], limits[eight_windows - 1]) && seen + 4 <= j.rows) four_more();
  }
  for (int k = 0; k < registers_of_eight; ++k) rows_to(out + k * in_register, count[k]);
  const std::int64_t last = count[registers_of_eight - 1][in_register - 1];
  if (last < seen) return last;
  for (int k = 0; k < eight_windows; ++k)  // there may be more, at the end of all rows
    if (out[k] == seen) out[k] = next_row<Order>(j, limits[k], seen);
  return out[eight_windows - 1];
}

constexpr std::int64_t windows_in_time_at_once = 1024;

/// The first rows that are not before the limits of the n windows from i on.
template <class Order>
inline void find_rows_of(const times_job& j, std::int64_t reach, std::int64_t i, std::int64_t n,
                         std::int64_t& last, std::int64_t* out) noexcept {
  constexpr int stretches = 4;  // side by side: others go on while one has to wait
  std::int64_t limits[windows_in_time_at_once];
  if (j.step == 1)
    for (std::int64_t k = 0; k < n; ++k) limits[k] = Order::limit(j.times[i + k], reach);
  else
    for (std::int64_t k = 0; k < n; ++k) limits[k] = Order::limit(j.times[(i + k) * j.step], reach);
  const std::int64_t part = j.step == 1 ? n / (stretches * eight_windows) * eight_windows : 0;
  std::int64_t row[stretches];
  for (int k = 0; k < stretches; ++k)
    last = row[k] = row_near<Order>(j, limits[k * part], last + (k == 0 ? j.step : part));
  for (std::int64_t at = 0; at < part; at += eight_windows)
    for (int k = 0; k < stretches; ++k)
      row[k] = next_rows<Order>(j, limits + k * part + at, row[k], out + k * part + at);
  last = row[stretches - 1];
  for (std::int64_t k = stretches * part; k < n; ++k) out[k] = last = next_row<Order>(j, limits[k], last);
}

/// A row of (begin, end) whose time is before that of the last one, or -1.
template <bool Falling>
BAROGRAPH_LANES_KERNEL inline std::int64_t disorder_in(const std::int64_t* t, std::int64_t begin,
                                                       std::int64_t end) noexcept {
  const auto wrong = [](const auto& now, const auto& last)
                         BAROGRAPH_LANES { return Falling ? now > last : now < last; };
  register_of_flags any = {};
  std::int64_t i = begin + 1;
  for (; i + in_register <= end; i += in_register)
    any |= reinterpret_cast<register_of_flags>(wrong(rows_at(t + i), rows_at(t + i - 1)));
  bool found = false;
  for (int lane = 0; lane < in_register; ++lane) found |= any[lane] != 0;
  if (found) i = begin + 1;
  for (; i < end; ++i)
    if (wrong(t[i], t[i - 1])) return i;
  return -1;
}

/// How far windows reach back, from where they begin, and how many rows they hold. Where another thread
/// writes the times meanwhile, too, these are rows of the series, and none ends before it begins.
BAROGRAPH_LANES_KERNEL inline void tell_windows(times_job& j, std::int64_t i, std::int64_t n,
                                                const std::int64_t* start, const std::int64_t* end) noexcept {
  const auto back_of = [](auto own, auto first) BAROGRAPH_LANES { return more(own - first, own - own); };
  const auto held_of = [&](auto own, auto back, auto stop) BAROGRAPH_LANES {
    return more(stop, j.centred ? own : own - back) - (own - back);
  };
  register_of_rows own = rows_from(i * j.step, j.step), backs = {}, helds = {};
  std::int64_t k = 0;
  for (; k + in_register <= n; k += in_register, own += in_register * j.step) {
    const register_of_rows back = back_of(own, rows_at(start + k));
    backs = more(back, backs);
    rows_to(j.rows_back + i + k, back);
    if (j.rows_held == nullptr) continue;
    const register_of_rows held = held_of(own, back, rows_at(end + k));
    helds = more(held, helds);
    rows_to(j.rows_held + i + k, held);
  }
  for (int lane = 0; lane < in_register; ++lane) {
    j.most_back = more(backs[lane], j.most_back);
    j.most_held = more(helds[lane], j.most_held);
  }
  for (; k < n; ++k) {
    const std::int64_t row = (i + k) * j.step, back = back_of(row, start[k]);
    j.most_back = more(back, j.most_back);
    j.rows_back[i + k] = static_cast<std::uint32_t>(back);
    if (j.rows_held == nullptr) continue;
    const std::int64_t held = held_of(row, back, end[k]);
    j.most_held = more(held, j.most_held);
    j.rows_held[i + k] = static_cast<std::uint32_t>(held);
  }
}

template <bool Falling>
inline void find_windows_of(times_job& j) noexcept {
  std::int64_t start[windows_in_time_at_once], end[windows_in_time_at_once];
  std::int64_t last_start = 0, last_end = 0;
  for (std::int64_t i = j.first; i < j.stop; i += windows_in_time_at_once) {
    const std::int64_t n = j.stop - i < windows_in_time_at_once ? j.stop - i : windows_in_time_at_once;
    const std::int64_t stop = i + n <= (j.rows - 1) / j.step ? (i + n) * j.step + 1 : j.rows;
    j.disorder = disorder_in<Falling>(j.times, i * j.step, stop);
    if (j.disorder >= 0) return;
    find_rows_of<time_order<Falling, false>>(j, j.back, i, n, last_start, start);
    if (j.rows_held != nullptr && j.centred)
      find_rows_of<time_order<Falling, true>>(j, j.ahead, i, n, last_end, end);
    else if (j.rows_held != nullptr)
      find_rows_of<time_order<Falling, false>>(j, 0, i, n, last_end, end);
    tell_windows(j, i, n, start, end);
  }
}

/// A template, so that who includes this for something else compiles none of it.
template <class Job>
inline void find_windows(Job& j) noexcept {
  if (j.falling)
    find_windows_of<true>(j);
  else
    find_windows_of<false>(j);
}

BAROGRAPH_KERNEL_END
