// The median and the median absolute deviation from it, over windows (plain code, see src/kernels).
//
// Law I: selections, and |x - median| of one subtraction each; the bits of sorting every window. Of n values
// in order, those nearest to the median m are a run of n / 2 + 1 neighbours, and the run always holds the
// middle: it begins at the least s with y[s + run] - m >= m - y[s]. So the ends of the run are two more
// pointers that stand at an index, like a quantile's; a slide moves them by a step or few. Where the median
// leaps (two levels, half a window each) the run is sought by doubled strides, 64 ranks at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ranked_chunk_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

/// Median and deviation of the window; the pointers stand at the indices middle, first and last.
template <bool Deep>
struct deviation_state {
  const order_job& job;
  rank_set<Deep> set{};
  const std::uint32_t* rank = nullptr;  ///< by row
  std::int64_t inside = 0, loud = 0;
  std::int64_t start = 0;     ///< index of the run's first member
  std::ptrdiff_t at[3] = {};  ///< the lower middle, the first and the last of the run
  std::int64_t below[3] = {};

  void begin(std::int64_t chunk_begin, std::int64_t, std::ptrdiff_t m) noexcept {
    rank = job.rank - chunk_begin;
    set.reset(job, m);
    restart();
  }

  void clear() noexcept {
    set.clear();
    restart();
  }

  void restart() noexcept {
    inside = loud = start = 0;
    for (int k = 0; k < 3; ++k) at[k] = below[k] = 0;
  }

  void insert(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud += r == nan_rank;
      return;
    }
    set.insert(r);
    ++inside;
    for (int k = 0; k < 3; ++k) below[k] += static_cast<std::ptrdiff_t>(r) < at[k];
  }

  void remove(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud -= r == nan_rank;
      return;
    }
    set.remove(r);
    --inside;
    for (int k = 0; k < 3; ++k) below[k] -= static_cast<std::ptrdiff_t>(r) < at[k];
  }

  void none(std::int64_t window) const noexcept {
    job.out[window] = job.out[job.out_row + window] = __builtin_nan("");
  }

  /// The member `by` members after member p (before it, where `by` is negative).
  std::ptrdiff_t moved(std::ptrdiff_t p, std::int64_t by) const noexcept {
    if (by == 1) return set.at_or_after(p + 1);
    if (by == -1) return set.before(p);
    if (by == 0) return p;
    std::ptrdiff_t word = p >> 6;
    if (by > 0) {
      std::uint64_t w = set.bits[word] & (~std::uint64_t{1} << (p & 63));
      std::int64_t left = by;
      for (std::int64_t here; (here = __builtin_popcountll(w)) < left; w = set.bits[++word]) left -= here;
      for (; left > 1; --left) w &= w - 1;
      return word * 64 + __builtin_ctzll(w);
    }
    std::uint64_t w = set.bits[word] & ((std::uint64_t{1} << (p & 63)) - 1);
    std::int64_t left = -by;
    for (std::int64_t here; (here = __builtin_popcountll(w)) < left; w = set.bits[--word]) left -= here;
    for (; left > 1; --left) w &= ~(std::uint64_t{1} << (63 - __builtin_clzll(w)));
    return word * 64 + 63 - __builtin_clzll(w);
  }

  /// Puts pointer k on the member of an index.
  void point(int k, std::int64_t index) noexcept {
    std::ptrdiff_t p = set.at_or_after(at[k]);  // the member of index below[k], or behind the last one
    p = below[k] < inside ? moved(p, index - below[k]) : set.select(index);
    at[k] = p;
    below[k] = index;
  }

  /// Whether the run that begins at member `first` and ends at `last` need not begin later.
  bool settled(double m, std::ptrdiff_t first, std::ptrdiff_t last) const noexcept {
    return job.sorted[set.at_or_after(last + 1)] - m >= m - job.sorted[first];
  }

  /// Moves the run to where it is nearest to m; `most` is the greatest index it may begin at.
  void seek(double m, std::int64_t most) noexcept {
    std::ptrdiff_t first = at[1], last = at[2];
    std::int64_t s = start;
    bool growing = true;
    if (s < most && !settled(m, first, last)) {
      for (std::int64_t stride = 1;;) {  // s is too early
        const std::int64_t by = stride < most - s ? stride : most - s;
        const std::ptrdiff_t f = moved(first, by), l = moved(last, by);
        if (s + by < most && !settled(m, f, l)) {
          s += by;
          first = f;
          last = l;
          if (growing) stride *= 2;
        } else if (by == 1) {
          first = f;
          last = l;
          ++s;
          break;
        } else {
          growing = false;
          stride = by / 2;
        }
      }
    } else {
      const auto may_leave = [&](std::int64_t from, std::ptrdiff_t f, std::ptrdiff_t l) {
        return from > 0 && job.sorted[l] - m >= m - job.sorted[set.before(f)];
      };
      for (std::int64_t stride = 1; may_leave(s, first, last);) {  // the run one earlier is settled, too
        const std::int64_t by = stride < s ? stride : s;
        const std::ptrdiff_t f = moved(first, -by), l = moved(last, -by);
        if (by == 1 || settled(m, f, l)) {
          s -= by;
          first = f;
          last = l;
          if (growing) stride *= 2;
        } else {
          growing = false;
          stride = by / 2;
        }
      }
    }
    start = below[1] = s;
    below[2] = s + inside / 2;
    at[1] = first;
    at[2] = last;
  }

  /// Writes the results of a window; all three pointers stand where they should.
  void give(std::int64_t window, double m) const noexcept {
    const double* const y = job.sorted;
    const double a = m - y[at[1]], b = y[at[2]] - m;
    double deviation = a > b ? a : b;
    if (inside % 2 == 0) {
      const double second = a > b ? m - y[set.at_or_after(at[1] + 1)] : y[set.before(at[2])] - m;
      const double other = a > b ? b : a;
      deviation = (deviation + (second > other ? second : other)) / 2.0;
    }
    job.out[window] = m;
    job.out[job.out_row + window] = m - m == 0.0 ? deviation + 0.0 : __builtin_nan("");  // no -0.0
  }

  double middle() const noexcept {
    const double a = job.sorted[at[0]];
    return inside % 2 == 0 ? (a + job.sorted[set.at_or_after(at[0] + 1)]) / 2.0 : a;
  }

  void result(std::int64_t window, std::uint32_t) noexcept {
    if (inside == 0 || inside < job.min_periods || loud > 0) return none(window);
    const std::int64_t most = (inside - 1) / 2;
    point(0, most);
    if (start > most) start = most;
    point(1, start);
    point(2, start + inside / 2);
    const double m = middle();
    if (m - m == 0.0) seek(m, most);
    give(window, m);
  }

  /// One row enters, one leaves: each pointer moves by at most one member, without a branch.
  std::int64_t steady(std::int64_t i, std::int64_t last) noexcept {
    if (i > last || job.length < job.min_periods) return i;
    const std::uint32_t* const in = rank + job.shift;
    const std::uint32_t* const gone = in - job.length;
    const std::int64_t most = (inside - 1) / 2;
    for (; i <= last; ++i) {
      const auto enters = static_cast<std::ptrdiff_t>(in[i]), leaves = static_cast<std::ptrdiff_t>(gone[i]);
      set.insert(enters);
      set.remove(leaves);
      for (int k = 0; k < 3; ++k) {
        const std::ptrdiff_t more = (enters < at[k]) - (leaves < at[k]);  // below the pointer
        const std::ptrdiff_t next = set.at_or_after(at[k] + (more < 0)), previous = set.before(at[k]);
        at[k] = more > 0 ? previous : next;
      }
      const double m = middle();
      if (m - m == 0.0) seek(m, most);
      give(i, m);
    }
    return i;
  }
};

/// Median and median absolute deviation of the windows: out[i] and out[out_row + i].
inline void moving_deviations(const order_job& job) noexcept {
  if (deep_from(job.chunk)) {
    deviation_state<true> state{job};
    walk_windows(job, state);
  } else {
    deviation_state<false> state{job};
    walk_windows(job, state);
  }
}

BAROGRAPH_KERNEL_END
