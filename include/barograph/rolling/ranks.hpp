// Rolling rank of the newest value, and rolling number of different values.
//
// Law I: counts, equal to pandas' on every row. Time is that of one radix sort of each value and, a
// row, a few words of a bitmap. Sources: detail/ranks_plain.hpp, detail/ranked_chunk_plain.hpp.
#pragma once

#include "detail/order_job.hpp"
#include "detail/ranks_plain.hpp"
#include "rank_options.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernels as compiled with the caller's own flags; kernels::compiled has those chosen at run time.
struct inline_ranks {
  static void ranks(const detail::order_job& job) noexcept { kernel::moving_ranks(job); }
  static void distinct(const detail::order_job& job) noexcept { kernel::moving_distinct(job); }
};

/// The rank, from 1, of each window's last row among the window's values; NaN where that row is missing, and
/// for a window of no rows (of which pandas, with min_periods = 0, gives what an earlier one left in memory).
///
/// A window that brings no row beyond the window before (centred ones at the end of a series) repeats
/// its rank, as in pandas.
///
/// @param x      the series
/// @param w      its windows, made for x.size() rows
/// @param how    min_periods and what is missing
/// @param count  how a rank is counted
/// @param out    w.size() results
/// @param run    where stretches of windows are done; their number changes no bit
/// @throws invalid_argument if sizes do not agree
template <class Kernels = inline_ranks, class Executor = serial_executor>
inline void rank(const number_span& x, const windows& w, const options& how, const rank_options& count,
                 span<double> out, const Executor& run = Executor()) {
  detail::check_sizes(x, w, how, 1, out);
  detail::order_job job = detail::order_job_of(x, w, how, out);
  job.method = count.method;
  job.falling = !count.ascending;
  job.share = count.pct;
  job.bounds_go_back = !w.monotonic();
  if (!out.empty()) detail::run_order_job(job, w, Kernels::ranks, run);
}

/// How many different values each window holds; zeros of both signs are one value.
///
/// @throws invalid_argument if sizes do not agree
template <class Kernels = inline_ranks, class Executor = serial_executor>
inline void nunique(const number_span& x, const windows& w, const options& how, span<double> out,
                    const Executor& run = Executor()) {
  detail::check_sizes(x, w, how, 1, out);
  const detail::order_job job = detail::order_job_of(x, w, how, out);
  if (!out.empty()) detail::run_order_job(job, w, Kernels::distinct, run);
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
