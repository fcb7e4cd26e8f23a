// Exact quantiles over windows (plain code, see src/kernels).
//
// Law I up to the interpolation, which is one F expression of two values. Each quantile's pointer stands
// on a set bit of the window's ranks and moves to a neighbouring one: no tree, no list, no comparison of
// values per slide.
#pragma once

#include <cstddef>
#include <cstdint>

#include "quantile_place_plain.hpp"
#include "ranked_chunk_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

/// The window's ranks and, for each quantile, the pointer and how many ranks are below it.
template <bool Deep>
struct quantile_state {
  const order_job& job;
  rank_set<Deep> set{};
  const std::uint32_t* rank = nullptr;  ///< by row
  std::int64_t inside = 0, loud = 0;

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
    inside = loud = 0;
    for (std::ptrdiff_t k = 0; k < job.quantiles; ++k) job.pointer[k] = job.below[k] = 0;
  }

  void insert(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud += r == nan_rank;
      return;
    }
    set.insert(r);
    ++inside;
    for (std::ptrdiff_t k = 0; k < job.quantiles; ++k)
      job.below[k] += static_cast<std::ptrdiff_t>(r) < job.pointer[k];
  }

  void remove(std::uint32_t r) noexcept {
    if (r >= nan_rank) {
      loud -= r == nan_rank;
      return;
    }
    set.remove(r);
    --inside;
    for (std::ptrdiff_t k = 0; k < job.quantiles; ++k)
      job.below[k] -= static_cast<std::ptrdiff_t>(r) < job.pointer[k];
  }

  void none(std::int64_t window) const noexcept {
    for (std::ptrdiff_t k = 0; k < job.quantiles; ++k) job.out[k * job.out_row + window] = __builtin_nan("");
  }

  void result(std::int64_t window, std::uint32_t) noexcept {
    if (inside == 0 || inside < job.min_periods || loud > 0) return none(window);
    for (std::ptrdiff_t k = 0; k < job.quantiles; ++k) {
      const quantile_place at = place_of(job.q[k], inside, job.between);
      std::ptrdiff_t p = job.pointer[k];
      std::int64_t below = job.below[k];
      if (below - at.index > 32 || at.index - below > 32) {
        p = set.select(at.index);
      } else {
        for (; below > at.index; --below) p = set.before(p);
        p = set.at_or_after(p);
        for (; below < at.index; ++below) p = set.at_or_after(p + 1);
      }
      job.pointer[k] = p;
      job.below[k] = at.index;
      const double a = job.sorted[p];
      job.out[k * job.out_row + window] =
          needs_upper(job.between, at.fraction)
              ? interpolated(job.between, a, job.sorted[set.at_or_after(p + 1)], at)
              : a;
    }
  }

  /// One row enters, one leaves, each pointer moves by at most one member, without a branch.
  template <int Count>
  void slide(std::int64_t i, std::int64_t last) noexcept {
    const std::uint32_t* const in = rank + job.shift;
    const std::uint32_t* const gone = in - job.length;
    const double* const sorted = job.sorted;
    std::ptrdiff_t p[Count];
    quantile_place at[Count];
    bool upper[Count];
    double* out[Count];
    for (int k = 0; k < Count; ++k) {
      p[k] = job.pointer[k];
      at[k] = place_of(job.q[k], job.length, job.between);
      upper[k] = needs_upper(job.between, at[k].fraction);
      out[k] = job.out + k * job.out_row;
    }
    const interpolation between = job.between;
    const rank_set<Deep> ranks = set;
    for (; i <= last; ++i) {
      const auto enters = static_cast<std::ptrdiff_t>(in[i]), leaves = static_cast<std::ptrdiff_t>(gone[i]);
      ranks.insert(enters);
      ranks.remove(leaves);
      for (int k = 0; k < Count; ++k) {
        const std::ptrdiff_t more = (enters < p[k]) - (leaves < p[k]);  // below the pointer
        const std::ptrdiff_t next = ranks.at_or_after(p[k] + (more < 0)), previous = ranks.before(p[k]);
        p[k] = more > 0 ? previous : next;
        const double a = sorted[p[k]];
        out[k][i] = upper[k] ? interpolated(between, a, sorted[ranks.at_or_after(p[k] + 1)], at[k]) : a;
      }
    }
    for (int k = 0; k < Count; ++k) job.pointer[k] = p[k];
  }

  std::int64_t steady(std::int64_t i, std::int64_t last) noexcept {
    if (i > last || job.length < job.min_periods) return i;
    switch (job.quantiles) {
      case 1:
        slide<1>(i, last);
        break;
      case 2:
        slide<2>(i, last);
        break;
      case 3:
        slide<3>(i, last);
        break;
      default:
        return i;
    }
    return last + 1;
  }
};

/// All quantiles of the windows.
inline void moving_quantiles(const order_job& job) noexcept {
  if (deep_from(job.chunk)) {
    quantile_state<true> state{job};
    walk_windows(job, state);
  } else {
    quantile_state<false> state{job};
    walk_windows(job, state);
  }
}

BAROGRAPH_KERNEL_END
