// seasonal_band: what is normal at each row, from rows of the same slot of a season (the same hour of the
// week).
//
// Law: that of rolling_band.hpp, of whose windows it is made: rows are brought together by slot, and a row's
// window is all of its slot, or the part before it. The scale is the slot's own, or that of all residuals,
// which is steadier where a slot has few rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/number_span.hpp"
#include "../core/serial_executor.hpp"
#include "detail/residuals.hpp"
#include "rolling_band.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

/// Which rows of a slot a row is compared with.
struct seasonal_window {
  bool before = false;    ///< only rows before it, as a detector must; else all of the slot
  std::int64_t rows = 0;  ///< only the newest so many of them; 0: all
  bool pooled = false;    ///< scale and limits from the residuals of all slots
};

namespace detail {

/// Rows by slot, each slot's in their order.
struct by_slot {
  std::vector<std::int64_t> order;  ///< row numbers
  std::vector<std::int64_t> first;  ///< of each slot, and the end of the last

  by_slot(span<const std::int32_t> slot, std::int64_t slots) : first(static_cast<std::size_t>(slots) + 2) {
    for (std::size_t i = 0; i < slot.size(); ++i) {
      if (slot[i] >= slots)
        raise<invalid_argument>("slot: " + std::to_string(slot[i]) + " given for row " + std::to_string(i) +
                                ", expected below " + std::to_string(slots));
      if (slot[i] >= 0) ++first[static_cast<std::size_t>(slot[i]) + 2];
    }
    for (std::size_t s = 2; s < first.size(); ++s) first[s] += first[s - 1];
    order.resize(static_cast<std::size_t>(first.back()));
    for (std::size_t i = 0; i < slot.size(); ++i)
      if (slot[i] >= 0)
        order[static_cast<std::size_t>(first[static_cast<std::size_t>(slot[i]) + 1]++)] =
            static_cast<std::int64_t>(i);
    first.pop_back();
  }
};

}  // namespace detail

/// A band from rows of the same slot.
///
/// @param x      the series, in order of time where a window is `before`
/// @param slot   the slot of each row, below `slots`; negative: none, nothing is known of the row
/// @param slots  how many there are
/// @param how    median, mean or quantile; ewma with rows as its span
/// @param of     min_periods of a slot and what is missing; rows to be left out are those of its mask
/// @param run    where pieces are done; their number changes no bit
/// @return a row for each of x; NaN where the window has fewer than min_periods values
/// @throws invalid_argument for wrong slots or rows, ewma without rows or before, or sizes that do not agree
template <class Kernels = inline_baselines, class Executor = serial_executor>
inline band seasonal_band(const number_span& x, span<const std::int32_t> slot, std::int64_t slots,
                          const seasonal_window& window, const estimator& how, const rolling::options& of,
                          const Executor& run = Executor()) {
  how.check();
  rolling::detail::check_rows("slot", slot.size(), x.size());
  if (!of.mask.empty()) rolling::detail::check_rows("mask", of.mask.size(), x.size());
  if (window.rows < 0)
    raise<invalid_argument>("window: " + std::to_string(window.rows) +
                            " given, expected 1 row of a slot or more");
  if (window.rows > 0 && !window.before)
    raise<invalid_argument>("window: given, expected none where all rows of a slot are compared");
  if (how.what == method::ewma && window.rows == 0)
    raise<invalid_argument>(
        "window: none given, expected the rows of a slot that are the span of the weights");
  const detail::by_slot rows(slot, slots);
  const std::size_t n = rows.order.size();
  std::vector<double> y(n);
  std::vector<unsigned char> mask(of.mask.empty() ? 0 : n);
  for (std::size_t k = 0; k < n; ++k) {
    const auto row = static_cast<std::size_t>(rows.order[k]);
    y[k] = x[row];
    if (!mask.empty()) mask[k] = of.mask[row];
  }
  rolling::options here = of;
  here.mask = mask;
  band out(x.size());
  if (how.what == method::ewma) {
    for (std::int64_t s = 0; s < slots; ++s) {
      const auto begin = static_cast<std::size_t>(rows.first[static_cast<std::size_t>(s)]);
      const auto size = static_cast<std::size_t>(rows.first[static_cast<std::size_t>(s) + 1]) - begin;
      if (!mask.empty()) here.mask = span<const unsigned char>(mask).subspan(begin, size);
      const auto own = span<const double>(y).subspan(begin, size);
      const band b = exponential_band<Kernels>(own, window.rows, here, true, how.width);
      for (std::size_t k = 0; k < size; ++k) out.set(static_cast<std::size_t>(rows.order[begin + k]), b[k]);
    }
  } else {
    rolling::windows w;
    w.rows = static_cast<std::int64_t>(n);
    for (std::size_t s = 0; s < static_cast<std::size_t>(slots); ++s) {
      if (!window.before) {
        w.start.push_back(rows.first[s]);
        w.end.push_back(rows.first[s + 1]);
        continue;
      }
      for (std::int64_t k = rows.first[s]; k < rows.first[s + 1]; ++k) {
        const bool all = window.rows == 0 || k - rows.first[s] < window.rows;
        w.start.push_back(all ? rows.first[s] : k - window.rows);
        w.end.push_back(k);
      }
    }
    const band b = rolling_band<Kernels>(y, w, how, here, run);
    for (std::size_t s = 0, k = 0; s < static_cast<std::size_t>(slots); ++s)
      for (; k < static_cast<std::size_t>(rows.first[s + 1]); ++k)
        out.set(static_cast<std::size_t>(rows.order[k]), b[window.before ? k : s]);
  }
  if (!window.pooled) return out;
  // Residuals in the order of the rows; the same number of seasons of them.
  std::vector<double> residual(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) residual[i] = x[i] - out.expected()[i];
  rolling::options quiet = of;
  quiet.nan = rolling::treatment::missing;
  const auto total = static_cast<std::int64_t>(x.size());
  const std::int64_t reach = detail::rows_pooled(window.rows, slots, total);
  rolling::windows w = rolling::fixed_windows(total, reach, false, rolling::closed::left);
  if (!window.before) {
    w = rolling::windows();
    w.rows = total;
    w.start.assign(1, 0);
    w.end.assign(1, total);
  }
  const band around = rolling_band<Kernels>(residual, w, detail::of_residuals(how), quiet, run);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const expectation r = around[window.before ? i : 0];
    const double expected = out.expected()[i];
    out.set(i, detail::around_expected(expected, r, how));
  }
  return out;
}

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
