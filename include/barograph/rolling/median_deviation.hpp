// Rolling median and median absolute deviation (MAD) from it, exact, in one pass.
//
// Law I up to one subtraction a value and, of an even number, the mean of two: the bits of sorting each
// window. Time is that of one radix sort of each value and a few bit operations a row; where the median leaps
// between far levels, a step takes the logarithm of the leap in looks and one word per 64 ranks between.
// Source: detail/median_deviation_plain.hpp.
#pragma once

#include "detail/median_deviation_plain.hpp"
#include "detail/order_job.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernel as compiled with the caller's own flags; kernels::compiled has the one chosen at run time.
struct inline_deviations {
  static void deviations(const detail::order_job& job) noexcept { kernel::moving_deviations(job); }
};

/// Median, and median of |x - median|, of all windows. Of an even number each is the mean of the middle two.
///
/// @param x    the series
/// @param w    its windows, made for x.size() rows
/// @param how  min_periods and what is missing
/// @param out  two rows of w.size() results: the medians, then the deviations (NaN where the median is
///             infinite); both NaN where a window holds fewer than min_periods values
/// @param run  where stretches of windows are done; their number changes no bit
/// @throws invalid_argument if sizes do not agree
template <class Kernels = inline_deviations, class Executor = serial_executor>
inline void median_deviation(const number_span& x, const windows& w, const options& how, span<double> out,
                             const Executor& run = Executor()) {
  detail::check_sizes(x, w, how, 2, out);
  if (out.empty()) return;
  detail::order_job job = detail::order_job_of(x, w, how, out);
  job.out_row = static_cast<std::int64_t>(w.size());
  detail::run_order_job(job, w, Kernels::deviations, run);
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
