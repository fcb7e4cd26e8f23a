// Rolling median and quantiles, exact, several in one pass.
//
// Law I up to the interpolation between two values, one F expression: `linear` is a + (b - a) t as in
// pandas; the median of an even number is (a + b) / 2; of zeros of both signs the older stands lower. Time is
// that of one radix sort of each value and a few bit operations a row and quantile. Source:
// detail/ranked_chunk_plain.hpp.
#pragma once

#include <string>
#include <vector>

#include "detail/order_job.hpp"
#include "detail/order_statistics_plain.hpp"
#include "extrema.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernels as compiled with the caller's own flags; kernels::compiled has those chosen at run time.
struct inline_order_statistics : inline_extrema {
  static void quantiles(const detail::order_job& job) noexcept { kernel::moving_quantiles(job); }
};

/// "linear", "lower", "higher", "nearest" or "midpoint" as an `interpolation`.
inline interpolation parse_interpolation(const std::string& text) {
  if (text == "linear") return interpolation::linear;
  if (text == "lower") return interpolation::lower;
  if (text == "higher") return interpolation::higher;
  if (text == "nearest") return interpolation::nearest;
  if (text == "midpoint") return interpolation::midpoint;
  raise<invalid_argument>("interpolation: '" + text +
                          "' given, expected 'linear', 'lower', 'higher', 'nearest' or 'midpoint'");
}

/// Quantiles of all windows.
///
/// @param x    the series
/// @param w    its windows, made for x.size() rows
/// @param q    quantiles, each in [0, 1]; the median is 0.5 with `interpolation::midpoint`
/// @param how  min_periods and what is missing
/// @param out  q.size() rows of w.size() results, one row a quantile
/// @param run  where stretches of windows are done; their number changes no bit
/// @throws invalid_argument if a q is outside [0, 1] or sizes do not agree
template <class Kernels = inline_order_statistics, class Executor = serial_executor>
inline void quantiles(const number_span& x, const windows& w, span<const double> q, interpolation between,
                      const options& how, span<double> out, const Executor& run = Executor()) {
  const std::vector<double> wanted_q(q.begin(), q.end());  // an own copy: what is checked is what is used
  for (const double v : wanted_q)
    if (!(v >= 0.0 && v <= 1.0))
      raise<invalid_argument>("q: " + std::to_string(v) + " given, expected quantiles from 0 to 1");
  detail::check_sizes(x, w, how, wanted_q.size(), out);
  if (out.empty()) return;
  // The ends are minima and maxima, as in pandas; what stands between two ends shares a pass.
  const std::size_t rows = w.size();
  std::size_t k = 0;
  while (k < wanted_q.size()) {
    const double q_here = wanted_q[k];
    if (q_here == 0.0 || q_here == 1.0) {
      reduce_extrema<Kernels>(q_here == 0.0 ? reduction::minimum : reduction::maximum, x, w, how,
                              span<double>(out.data() + k * rows, rows), run);
      ++k;
      continue;
    }
    std::size_t stop = k + 1;
    while (stop < wanted_q.size() && wanted_q[stop] != 0.0 && wanted_q[stop] != 1.0) ++stop;
    detail::order_job job =
        detail::order_job_of(x, w, how, span<double>(out.data() + k * rows, (stop - k) * rows));
    job.q = wanted_q.data() + k;
    job.quantiles = static_cast<std::ptrdiff_t>(stop - k);
    job.out_row = static_cast<std::int64_t>(rows);
    job.between = between;
    detail::run_order_job(job, w, Kernels::quantiles, run);
    k = stop;
  }
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
