// Rolling median and quantiles, exact, several in one pass.
//
// Law I up to the interpolation between two values, one F expression: `linear` is a + (b - a) t as in
// pandas; the median of an even number is (a + b) / 2. Time is that of one radix sort of each value
// and a few bit operations a row and quantile. Source: detail/order_statistics_plain.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "detail/order_statistics_plain.hpp"
#include "series.hpp"
#include "windows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernel as compiled with the caller's own flags; kernels::compiled has that chosen at run time.
struct inline_order_statistics {
  static void quantiles(const detail::quantile_job& job) noexcept { kernel::moving_quantiles(job); }
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
/// @throws invalid_argument if a q is outside [0, 1] or sizes do not agree
template <class Kernels = inline_order_statistics>
inline void quantiles(span<const double> x, const windows& w, span<const double> q, interpolation between,
                      const options& how, span<double> out) {
  const std::vector<double> wanted_q(q.begin(), q.end());  // an own copy: what is checked is what is used
  for (const double v : wanted_q)
    if (!(v >= 0.0 && v <= 1.0))
      raise<invalid_argument>("q: " + std::to_string(v) + " given, expected quantiles from 0 to 1");
  if (w.rows != static_cast<std::int64_t>(x.size()))
    raise<invalid_argument>("windows: made for " + std::to_string(w.rows) + " rows, the series has " +
                            std::to_string(x.size()));
  if (out.size() != q.size() * w.size())
    raise<invalid_argument>("out: " + std::to_string(out.size()) + " results given, expected " +
                            std::to_string(q.size() * w.size()));
  if (out.empty()) return;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> values(x.begin(), x.end());
  options quiet = how;
  quiet.inf = treatment::missing;  // infinities have an order: what is not missing stays in the window
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool null = !how.mask.empty() && how.mask[i] != 0;
    const bool inf = values[i] == values[i] && !(values[i] - values[i] == 0.0);
    if (null || (inf && how.inf == treatment::missing)) values[i] = nan;
  }
  const windows spelled = w.spelled_out();
  const std::int64_t longest = spelled.longest();
  const std::int64_t wanted = 4 * longest > 1024 ? 4 * longest : 1024;
  const auto chunk =
      static_cast<std::size_t>(wanted < w.rows ? wanted : (longest > w.rows ? longest : w.rows));
  if (chunk >= 0x7FFFFFFFu) raise<invalid_argument>("window: more than 500 million rows in one window");

  std::vector<std::uint64_t> words(3 * chunk + chunk / 64 + 2);
  std::vector<std::uint32_t> rank(chunk);
  std::vector<double> sorted(chunk);
  std::vector<std::ptrdiff_t> pointers(2 * q.size());
  detail::quantile_job job{};
  job.x = values.data();
  job.start = spelled.start.data();
  job.end = spelled.end.data();
  job.windows = static_cast<std::ptrdiff_t>(w.size());
  job.q = wanted_q.data();
  job.quantiles = static_cast<std::ptrdiff_t>(q.size());
  job.how = between;
  job.min_periods = how.min_periods;
  job.chunk = static_cast<std::ptrdiff_t>(chunk);
  job.out = out.data();
  job.keys = words.data();
  job.order = job.keys + chunk;
  job.other = job.order + chunk;
  job.bits = job.other + chunk;
  job.rank = rank.data();
  job.sorted = sorted.data();
  job.pointer = pointers.data();
  job.below = job.pointer + q.size();
  Kernels::quantiles(job);

  if (how.nan == treatment::propagate) {
    const series s(x, quiet, 0.0);
    s.for_each_window(w, [&](std::size_t i, std::int64_t loud, double, double, double) {
      for (std::size_t k = 0; loud > 0 && k < q.size(); ++k) out[k * w.size() + i] = nan;
    });
  }
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
