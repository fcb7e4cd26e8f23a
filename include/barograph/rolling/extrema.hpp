// Rolling minimum and maximum.
//
// Law I: a selection, no arithmetic; of zeros of both signs the newest, as in pandas. Time is O(1) a
// row, for any window. Source: detail/extrema_plain.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "../core/number_span.hpp"
#include "detail/extrema_plain.hpp"
#include "detail/job_interrupt.hpp"
#include "detail/order_job.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernel as compiled with the caller's own flags; kernels::compiled has that chosen at run time.
struct inline_extrema {
  static void extrema(const detail::extrema_job& job) noexcept { kernel::run_extrema(job); }
};

namespace detail {

/// Windows that all begin at the first row: the best so far, no memory.
template <bool Max>
inline void expanding_extrema(const extrema_job& job, const number_span& x, const windows& w) {
  constexpr std::int64_t rows_at_once = 4096;
  const double none = std::numeric_limits<double>::quiet_NaN();
  double best = kernel::neutral<Max>(), last = none;
  std::int64_t values = 0, louds = 0;
  const auto count = static_cast<std::int64_t>(w.size()), first = std::min(count, -w.shift);
  std::int64_t i = 0;
  for (; i < first; ++i) job.out[i] = none;
  number_block block;
  for (std::int64_t begin = 0; begin < w.rows; begin += rows_at_once) {
    if (begin % static_cast<std::int64_t>(rows_between_checks) == 0) check_interrupt();
    const std::int64_t stop = std::min(w.rows, begin + rows_at_once);
    const double* const v = block.rows(x, static_cast<std::size_t>(begin), static_cast<std::size_t>(stop));
    const auto run = [&](const auto& take) {
      for (std::int64_t row = begin; row < stop; ++row) {
        take(row);
        last = values > 0 && values >= job.min_periods && louds == 0 ? best : none;
        if (row >= w.shift && i < count) job.out[i++] = last;
      }
    };
    if (!kernel::any_odd(job, v + begin, begin, stop))
      run([&](std::int64_t row) {
        best = kernel::better<Max>(best, v[row]);
        ++values;
      });
    else
      run([&](std::int64_t row) {
        bool loud = false;
        const bool here = kernel::has_value(job, row, v[row], loud);
        if (here) best = kernel::better<Max>(best, v[row]);
        values += here;
        louds += loud;
      });
  }
  for (; i < count; ++i) job.out[i] = last;
}

/// Windows with bounds of their own, which do not go back unless the numbers are doubles: these are taken
/// where they stand, others by blocks.
template <class Kernels>
inline void moving_extrema(extrema_job job, const number_span& numbers, const windows& w) {
  const std::int64_t stop = job.stop;
  const std::int64_t unit = numbers.doubles() != nullptr ? stop - job.first : 4096 + 8 * job.room;
  number_block block;
  job_interrupt interrupt;
  job.leave = interrupt.asker();
  for (; job.first < stop; job.first = job.stop) {
    job.stop = stop - job.first < unit ? stop : job.first + unit;
    job.x = block.rows(numbers, static_cast<std::size_t>(w.first(static_cast<std::size_t>(job.first))),
                       static_cast<std::size_t>(w.stop(static_cast<std::size_t>(job.stop - 1))));
    Kernels::extrema(job);
    interrupt.rethrow();
  }
}

}  // namespace detail

/// Minimum or maximum over all windows.
///
/// @param what      minimum or maximum
/// @param x         the series
/// @param w         its windows, made for x.size() rows; bounds that go back cost the window's rows
/// @param how       min_periods and what is missing; infinities that propagate are values
/// @param out       w.size() results, which may not overlap x;
///                  NaN where a window holds fewer than min_periods values, or none
/// @param executor  runs stretches of windows; their number changes no bit
/// @throws invalid_argument if sizes do not agree
template <class Kernels = inline_extrema, class Executor = serial_executor>
inline void reduce_extrema(reduction what, const number_span& x, const windows& w, const options& how,
                           span<double> out, const Executor& executor = Executor()) {
  detail::check_sizes(x, w, how, 1, out);
  if (out.empty()) return;
  detail::extrema_job whole{};
  whole.maximum = what == reduction::maximum;
  whole.x = x.doubles();
  whole.mask = how.mask.empty() ? nullptr : how.mask.data();
  whole.rows = w.rows;
  whole.inf_is_missing = how.inf == treatment::missing;
  whole.nan_is_loud = how.nan == treatment::propagate;
  whole.min_periods = how.min_periods;
  whole.out = out.data();
  if (w.expanding())
    return whole.maximum ? detail::expanding_extrema<true>(whole, x, w)
                         : detail::expanding_extrema<false>(whole, x, w);
  const std::int64_t longest = w.longest();
  number_span numbers = x;  // of which rows are taken, with bounds of their own
  std::vector<double> values;
  std::vector<std::int64_t> before, loud_before;
  if (w.length > 0) {
    // A window longer than the series and its labels' distance holds no more than one of that length.
    const std::int64_t most = w.rows + (w.shift < 0 ? -w.shift : w.shift) + 1;
    whole.length = w.length < most ? w.length : most;
    whole.shift = w.shift;
    const std::int64_t group = 4 * whole.length, few = 4096;
    whole.stretch = group < few ? few / group * group : group;
    if (whole.x == nullptr) {
      whole.read = &number_span::read_from;
      whole.series = &x;
    }
  } else {
    if (w.in_time()) {
      whole.back = w.back.data();
      whole.held = w.held.empty() ? nullptr : w.held.data();
      whole.step = w.step;
    } else {
      whole.start = w.start.data();
      whole.end = w.end.data();
    }
    whole.room = longest > 1 ? longest : 1;
    whole.stretch = static_cast<std::int64_t>(w.size());
    bool odd = false;
    x.for_each_block([&](std::size_t first, span<const double> block) {
      const auto row = static_cast<std::int64_t>(first);
      odd = odd || kernel::any_odd(whole, block.data(), row, row + static_cast<std::int64_t>(block.size()));
    });
    if (odd) {
      const double infinity = std::numeric_limits<double>::infinity();
      values.resize(x.size());
      before.resize(x.size() + 1);
      loud_before.resize(x.size() + 1);
      for (std::size_t i = 0; i < x.size(); ++i) {
        bool loud = false;
        const double v = x[i];
        const bool here = kernel::has_value(whole, static_cast<std::int64_t>(i), v, loud);
        values[i] = here ? v : whole.maximum ? -infinity : infinity;
        before[i + 1] = before[i] + here;
        loud_before[i + 1] = loud_before[i] + loud;
      }
      numbers = values;
      whole.before = before.data();
      whole.loud_before = loud_before.data();
    }
  }
  const auto part = [&](std::size_t first, std::size_t stop) {
    detail::extrema_job job = whole;
    job.first = static_cast<std::int64_t>(first);
    job.stop = static_cast<std::int64_t>(stop);
    std::unique_ptr<double[]> doubles;
    std::unique_ptr<std::int64_t[]> rows;
    if (w.length > 0) {
      if (job.stretch > job.stop - job.first) job.stretch = job.stop - job.first;
      const auto copied = static_cast<std::size_t>(job.stretch + job.length);
      doubles.reset(new double[4 * static_cast<std::size_t>(job.length) + copied]);
      rows.reset(new std::int64_t[2 * copied]);
      job.scratch = doubles.get();
      job.values = job.scratch + 4 * job.length;
      job.before = rows.get();
      job.loud_before = job.before + copied;
    } else {
      doubles.reset(new double[static_cast<std::size_t>(detail::extrema_scratch(job.room, job.rows))]);
      job.values = doubles.get();
      return detail::moving_extrema<Kernels>(job, numbers, w);
    }
    Kernels::extrema(job);
  };
  if (w.length <= 0 && numbers.doubles() == nullptr && !w.monotonic()) {
    values = x.as_doubles();
    numbers = values;
  }
  detail::for_each_stretch(w.size(), w.length > 0 ? whole.stretch : 8 * longest, executor, part);
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
