// Exponentially weighted sum, mean, variance, deviation, covariance and correlation of a whole series: the
// arithmetic of the states of streams (exponential_moments.hpp, exponential_sum.hpp) in the same order, so
// the bits are equal.
//
// Law F. Definitions are those of pandas' ewm: weights fall by 1 - alpha a row, or by the time that passed
// in half-lives; `adjust` divides by the weights there are, else the first value begins with all of it.
// For a state that merges, in event time, see stats/ewma.hpp.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/number_span.hpp"
#include "../core/span.hpp"
#include "exponential_moments.hpp"
#include "exponential_sum.hpp"
#include "exponential_weights.hpp"
#include "series.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// "sum", "mean", "var", "std", "cov" or "corr" as a `reduction`.
inline reduction parse_exponential(const std::string& text) {
  if (text == "sum") return reduction::sum;
  if (text == "mean") return reduction::mean;
  if (text == "var") return reduction::variance;
  if (text == "std") return reduction::deviation;
  if (text == "cov") return reduction::covariance;
  if (text == "corr") return reduction::correlation;
  raise<invalid_argument>("what: '" + text + "' given, expected sum, mean, var, std, cov or corr");
}

namespace detail {

inline void check_rows(const char* name, std::size_t given, std::size_t expected) {
  if (given != expected)
    raise<invalid_argument>(std::string(name) + ": " + std::to_string(given) + " rows given, expected " +
                            std::to_string(expected));
}

/// row(i, elapsed since the row before) for all rows; before each, stretches(i, rows) may do some of `rows`
/// rows from it on, a row apart, and tells how many.
template <class Stretches, class F>
inline void for_each_row(std::size_t n, span<const double> elapsed, Stretches stretches, F row) {
  if (!elapsed.empty()) check_rows("elapsed", elapsed.size(), n);
  for (std::size_t i = 0; i < elapsed.size(); ++i)
    if (!(elapsed[i] >= 0.0))
      raise<invalid_argument>("times: row " + std::to_string(i) + " goes back (sort first)");
  for (std::size_t begin = 0; begin < n; begin += rows_between_checks) {
    check_interrupt();
    const std::size_t end = n - begin < rows_between_checks ? n : begin + rows_between_checks;
    for (std::size_t i = begin; i < end; ++i) {
      if (elapsed.empty()) i += stretches(i, end - i);
      if (i < end) row(i, elapsed.empty() ? 1.0 : elapsed[i]);
    }
  }
}
template <class F>
inline void for_each_row(std::size_t n, span<const double> elapsed, F row) {
  for_each_row(
      n, elapsed, [](std::size_t, std::size_t) { return std::size_t{0}; }, row);
}

/// How many of the rows from i on, `rows` at most, stretches(row, rows) does: at once where they are doubles,
/// else by blocks, which begin at multiples of their length.
constexpr std::size_t rows_of_block = 4096;
template <class F>
inline std::size_t by_blocks(std::size_t i, std::size_t rows, bool doubles, const F& stretches) {
  std::size_t done = 0;
  while (done < rows) {
    const std::size_t at = i + done, left = rows_of_block - at % rows_of_block;
    const std::size_t some = doubles || rows - done < left ? rows - done : left;
    const std::size_t now = stretches(at, some);
    done += now;
    if (now < some) break;
  }
  return done;
}

/// The doubles of the block that a row is in, to be found at their rows; it is converted once.
inline const double* block_around(number_block& block, const number_span& x, std::size_t row) {
  const std::size_t begin = row - row % rows_of_block, left = x.size() - begin;
  return block.rows(x, begin, begin + (left < rows_of_block ? left : rows_of_block));
}

/// How many of the rows from i on, `rows` at most, no mask leaves out.
class unmasked_rows {
 public:
  explicit unmasked_rows(span<const std::uint8_t> mask) : mask_(mask) {}
  std::size_t operator()(std::size_t i, std::size_t rows) noexcept {
    if (mask_.empty()) return rows;
    if (next_ < i) next_ = i;
    while (next_ < i + rows && mask_[next_] == 0) ++next_;  // none is looked at twice
    return next_ - i < rows ? next_ - i : rows;
  }

 private:
  span<const std::uint8_t> mask_;
  std::size_t next_ = 0;  ///< no row before it that is still to come is masked
};

/// A series times a power of two that brings its largest value near 1; without values where the squares of
/// those it has are within the range of doubles as they are.
struct scaled_series {
  std::vector<double> values;
  double root_of_unit = 1.0;  ///< the unit of `values` is its square, which may be no double

  scaled_series(const number_span& x, const options& how) {
    double most = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = std::fabs(x[i]);
      if (v > most && v - v == 0.0 && has_value(x[i], i, how)) most = v;
    }
    if (most == 0.0 || (most > 0x1p-400 && most < 0x1p+500)) return;
    root_of_unit = std::ldexp(1.0, std::ilogb(most) / 2);
    values = x.as_doubles();
    for (double& v : values) v = v / root_of_unit / root_of_unit;
  }
};

}  // namespace detail

/// Sum, mean, variance or deviation at each row, of it and all before it.
///
/// @param what     sum, mean, variance or deviation
/// @param x        the series
/// @param d        how fast weights fall
/// @param weights  how they are counted; its `least` is min_periods
/// @param how      what is missing
/// @param elapsed  by row, half-lives since the row before, 0 or more (the first is not looked at); empty: 1
/// @param out      x.size() results
/// @throws invalid_argument for another reduction, a sum without adjust, times that go back, or if sizes do
///     not agree
template <class Kernels = inline_exponential>
inline void exponential(reduction what, const number_span& x, const decay& d, const weighting& weights,
                        const options& how, span<const double> elapsed, span<double> out) {
  detail::check_rows("out", out.size(), x.size());
  if (!how.mask.empty()) detail::check_rows("mask", how.mask.size(), x.size());
  if (what == reduction::sum) {
    exponential_sum state(d, weights);
    return detail::for_each_row(x.size(), elapsed, [&](std::size_t i, double passed) {
      const double v = x[i];
      state.update(v, detail::has_value(v, i, how), passed);
      out[i] = state.sum();
    });
  }
  exponential_moments state(d, weights);
  detail::unmasked_rows unmasked(how.mask);
  const auto run = [&](auto read) {
    number_block block;
    const auto stretches = [&](std::size_t i, std::size_t rows) {
      if (state.within_stretch()) return std::size_t{0};
      return detail::by_blocks(i, rows, x.doubles() != nullptr, [&](std::size_t at, std::size_t some) {
        return state.update_stretches<Kernels>(what, detail::block_around(block, x, at) + at,
                                               unmasked(at, some), out.data() + at);
      });
    };
    detail::for_each_row(x.size(), elapsed, stretches, [&](std::size_t i, double passed) {
      const double v = x[i];
      state.update(v, detail::has_value(v, i, how), passed);
      out[i] = read();
    });
  };
  if (what == reduction::mean)
    run([&] { return state.mean(); });
  else if (what == reduction::variance)
    run([&] { return state.variance(); });
  else if (what == reduction::deviation)
    run([&] { return state.deviation(); });
  else
    raise<invalid_argument>("what: expected sum, mean, variance or deviation");
  if (what != reduction::deviation || state.squares_in_range()) return;
  const detail::scaled_series near_one(x, how);
  if (near_one.values.empty()) return;
  exponential<Kernels>(what, near_one.values, d, weights, how, elapsed, out);
  for (double& v : out) v = v * near_one.root_of_unit * near_one.root_of_unit;
}

/// Covariance or correlation at each row, of it and all before it; rows where either is missing are none.
///
/// @param what     covariance or correlation
/// @param how_y    what is missing in y
/// @throws invalid_argument for another reduction, times that go back, or if sizes do not agree
template <class Kernels = inline_exponential>
inline void exponential_pairs(reduction what, const number_span& x, const number_span& y, const decay& d,
                              const weighting& weights, const options& how, const options& how_y,
                              span<const double> elapsed, span<double> out) {
  detail::check_rows("y", y.size(), x.size());
  detail::check_rows("out", out.size(), x.size());
  if (!how.mask.empty()) detail::check_rows("mask", how.mask.size(), x.size());
  if (!how_y.mask.empty()) detail::check_rows("mask of y", how_y.mask.size(), x.size());
  exponential_comoments state(d, weights);
  detail::unmasked_rows unmasked(how.mask), unmasked_y(how_y.mask);
  const auto run = [&](auto read) {
    number_block block_x, block_y;
    const bool doubles = x.doubles() != nullptr && y.doubles() != nullptr;
    const auto stretches = [&](std::size_t i, std::size_t rows) {
      if (state.within_stretch()) return std::size_t{0};
      return detail::by_blocks(i, rows, doubles, [&](std::size_t at, std::size_t some) {
        return state.update_stretches<Kernels>(what, detail::block_around(block_x, x, at) + at,
                                               detail::block_around(block_y, y, at) + at,
                                               unmasked_y(at, unmasked(at, some)), out.data() + at);
      });
    };
    detail::for_each_row(x.size(), elapsed, stretches, [&](std::size_t i, double passed) {
      const double v = x[i], w = y[i];
      state.update(v, w, detail::has_value(v, i, how) && detail::has_value(w, i, how_y), passed);
      out[i] = read();
    });
  };
  if (what == reduction::covariance)
    run([&] { return state.covariance(); });
  else if (what == reduction::correlation)
    run([&] { return state.correlation(); });
  else
    raise<invalid_argument>("what: expected covariance or correlation");
  if (what != reduction::correlation || state.squares_in_range()) return;
  const detail::scaled_series near_one(x, how), near_one_y(y, how_y);
  if (near_one.values.empty() && near_one_y.values.empty()) return;
  exponential_pairs<Kernels>(what, near_one.values.empty() ? x : number_span(near_one.values),
                             near_one_y.values.empty() ? y : number_span(near_one_y.values), d, weights, how,
                             how_y, elapsed, out);
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
