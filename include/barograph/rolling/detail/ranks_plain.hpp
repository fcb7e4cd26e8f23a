// Ranks of last rows, and numbers of different values, over windows (plain code, see src/kernels).
//
// Law I: counts. A rank is the number of set bits below the value's own in the bitmap of the window's
// ranks, with their sums per 512 and 4096 ranks; different values are counted per run of equal ranks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ranked_chunk_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::ties;

/// Gives each rank the least of the ranks of its value, and one more than the greatest.
inline void runs_of_equals(const double* sorted, std::ptrdiff_t m, std::uint32_t* least,
                           std::uint32_t* after) noexcept {
  for (std::ptrdiff_t r = 0; r < m; ++r)
    least[r] = r > 0 && sorted[r] == sorted[r - 1] ? least[r - 1] : static_cast<std::uint32_t>(r);
  if (after == nullptr) return;
  for (std::ptrdiff_t r = m - 1; r >= 0; --r)
    after[r] = r + 1 < m && sorted[r] == sorted[r + 1] ? after[r + 1] : static_cast<std::uint32_t>(r + 1);
}

/// The window's ranks with their sums, and the rank that the window before gave.
struct rank_state {
  const order_job& job;
  rank_set<false> set{};
  std::uint32_t *least = nullptr, *after = nullptr;   ///< by rank: the run of equal values
  std::uint32_t *groups = nullptr, *wider = nullptr;  ///< members of 512 ranks, of 4096
  const std::uint32_t* rank = nullptr;                ///< by row
  std::ptrdiff_t size = 0;                            ///< of the chunk
  std::int64_t inside = 0, loud = 0;
  double carried = __builtin_nan("");  ///< the rank of the last row that came in

  void begin(std::int64_t chunk_begin, std::int64_t, std::ptrdiff_t m) noexcept {
    rank = job.rank - chunk_begin;
    least = job.place;
    after = job.cell;
    groups = job.order;
    wider = job.other;
    size = m;
    runs_of_equals(job.sorted, m, least, after);
    set.reset(job, m);
    clear();
  }

  void clear() noexcept {
    set.clear();
    __builtin_memset(groups, 0, static_cast<std::size_t>((size >> 9) + 1) * sizeof(std::uint32_t));
    __builtin_memset(wider, 0, static_cast<std::size_t>((size >> 12) + 1) * sizeof(std::uint32_t));
    inside = loud = 0;
  }

  void insert(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud += r == nan_rank;
      return;
    }
    set.insert(r);
    ++groups[r >> 9];
    ++wider[r >> 12];
    ++inside;
  }

  void remove(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud -= r == nan_rank;
      return;
    }
    set.remove(r);
    --groups[r >> 9];
    --wider[r >> 12];
    --inside;
  }

  /// How many members are below r.
  std::int64_t below(std::ptrdiff_t r) const noexcept {
    std::int64_t n = 0;
    for (std::ptrdiff_t g = 0; g < r >> 12; ++g) n += wider[g];
    for (std::ptrdiff_t g = r >> 12 << 3; g < r >> 9; ++g) n += groups[g];
    for (std::ptrdiff_t w = r >> 9 << 3; w < r >> 6; ++w) n += __builtin_popcountll(set.bits[w]);
    return n + __builtin_popcountll(set.bits[r >> 6] & ((std::uint64_t{1} << (r & 63)) - 1));
  }

  double rank_of(std::uint32_t r) const noexcept {
    const std::ptrdiff_t low = least[r], high = after[r];
    std::int64_t less = below(low), equal = 1;
    if (high - low > 1) equal = below(high) - less;
    if (job.falling) less = inside - less - equal;
    switch (job.method) {
      case ties::least:
        return static_cast<double>(less + 1);
      case ties::greatest:
        return static_cast<double>(less + equal);
      default:
        return static_cast<double>(less) + static_cast<double>(equal + 1) / 2.0;
    }
  }

  void give(std::int64_t window) const noexcept {
    if (window < job.keep_from) return;
    const double n = static_cast<double>(inside);
    job.out[window] = inside < job.min_periods || loud > 0 ? __builtin_nan("")
                      : job.share                          ? carried / n
                                                           : carried;
  }

  void none(std::int64_t window) const noexcept {
    if (window >= job.keep_from) job.out[window] = __builtin_nan("");
  }

  void result(std::int64_t window, std::uint32_t last) noexcept {
    if (!repeats(job, window)) carried = last >= nan_rank ? __builtin_nan("") : rank_of(last);
    give(window);
  }

  std::int64_t steady(std::int64_t i, std::int64_t last) noexcept {
    const std::uint32_t* const in = rank + job.shift;
    const std::uint32_t* const gone = in - job.length;
    for (; i <= last; ++i) {
      insert(in[i]);
      remove(gone[i]);
      carried = rank_of(in[i]);
      give(i);
    }
    return i;
  }

  /// Whether window i brings no row that the window before has not: then pandas keeps that one's rank.
  static bool repeats(const order_job& job, std::int64_t i) noexcept {
    if (i == 0 || job.bounds_go_back) return false;
    const row_range now = window_of(job, i), before = window_of(job, i - 1);
    return now.stop == before.stop && now.first < before.stop;
  }
};

/// The rank of each window's last row.
inline void moving_ranks(const order_job& job) noexcept {
  // From the window whose rank the first one may have to repeat.
  order_job whole = job;
  whole.keep_from = job.first;
  for (; whole.first > 0; --whole.first) {
    const row_range w = window_of(job, whole.first);
    if (w.stop > w.first && !rank_state::repeats(job, whole.first)) break;
  }
  rank_state state{whole};
  walk_windows(whole, state);
}

/// How often each value is in the window, and how many are.
struct distinct_state {
  const order_job& job;
  const std::uint32_t* rank = nullptr;  ///< by row: the least rank of its value
  std::uint32_t* times = nullptr;       ///< by that rank
  std::ptrdiff_t size = 0;
  std::int64_t inside = 0, loud = 0, different = 0;

  void begin(std::int64_t chunk_begin, std::int64_t rows, std::ptrdiff_t m) noexcept {
    runs_of_equals(job.sorted, m, job.place, nullptr);
    for (std::int64_t i = 0; i < rows; ++i)
      if (job.rank[i] < nan_rank) job.rank[i] = job.place[job.rank[i]];
    rank = job.rank - chunk_begin;
    times = job.cell;
    size = m;
    clear();
  }

  void clear() noexcept {
    __builtin_memset(times, 0, static_cast<std::size_t>(size) * sizeof(std::uint32_t));
    inside = loud = different = 0;
  }

  void insert(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud += r == nan_rank;
      return;
    }
    different += times[r]++ == 0;
    ++inside;
  }

  void remove(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud -= r == nan_rank;
      return;
    }
    different -= --times[r] == 0;
    --inside;
  }

  void none(std::int64_t window) const noexcept {
    job.out[window] = job.min_periods > 0 ? __builtin_nan("") : 0.0;
  }

  void result(std::int64_t window, std::uint32_t) const noexcept {
    job.out[window] =
        inside < job.min_periods || loud > 0 ? __builtin_nan("") : static_cast<double>(different);
  }

  std::int64_t steady(std::int64_t i, std::int64_t last) noexcept {
    if (job.length < job.min_periods) return i;
    const std::uint32_t* const in = rank + job.shift;
    const std::uint32_t* const gone = in - job.length;
    std::int64_t n = different;
    for (; i <= last; ++i) {
      n += times[in[i]]++ == 0;
      n -= --times[gone[i]] == 0;
      job.out[i] = static_cast<double>(n);
    }
    different = n;
    return i;
  }
};

/// How many different values each window holds; zeros of both signs are one.
inline void moving_distinct(const order_job& job) noexcept {
  distinct_state state{job};
  walk_windows(job, state);
}

BAROGRAPH_KERNEL_END
