// Exponentially weighted sum, mean, variance, deviation, covariance and correlation of a whole series: the
// arithmetic of the states of streams (exponential_moments.hpp, exponential_sum.hpp) in the same order, so
// the bits are equal.
//
// Law F. Definitions are those of pandas' ewm: weights fall by 1 - alpha a row, or by the time that passed
// in half-lives; `adjust` divides by the weights there are, else the first value begins with all of it.
// For a state that merges, in event time, see stats/ewma.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
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

/// From which rows on a series has had values whose squares may overflow or be lost. Later rows do not count,
/// so that the rows before them keep their bits.
struct extreme_rows {
  std::size_t huge, tiny;  ///< the first row each, or the number of rows

  extreme_rows(const number_span& x, const options& how) : huge(x.size()), tiny(x.size()) {
    if (x.doubles() == nullptr) return;  // squares of floats and integers are in range
    const double* v = x.doubles();
    for (std::size_t begin = 0; begin < x.size(); begin += some) {
      const bool whole = x.size() - begin >= some;
      if (whole && !any_of(v + begin)) continue;
      for (std::size_t i = begin, end = whole ? begin + some : x.size(); i < end; ++i) {
        if (i < huge && std::fabs(v[i]) >= 0x1p+500 && has_value(v[i], i, how)) huge = i;
        if (i < tiny && std::fabs(v[i]) < 0x1p-400 && v[i] != 0.0 && has_value(v[i], i, how)) tiny = i;
      }
    }
  }
  bool any(std::size_t rows) const noexcept { return huge < rows || tiny < rows; }

 private:
  static constexpr std::size_t some = 256;
  /// Whether one of some values is huge or tiny, by their bits and the signs of differences, so that
  /// compilers take several at once: magnitudes are in the order of their bits, infinity before NaN.
  static bool any_of(const double* v) noexcept {
    constexpr std::int64_t least_huge = (1023 + 500LL) << 52, beyond_tiny = (1023 - 400LL) << 52;
    constexpr std::int64_t least_nan = (2047LL << 52) + 1;
    std::int64_t any = 0;
    for (std::size_t i = 0; i < some; ++i) {
      std::int64_t m = 0;
      std::memcpy(&m, v + i, sizeof m);
      m &= INT64_MAX;
      any |= ((least_huge - 1 - m) & (m - least_nan)) | ((m - beyond_tiny) & ~(m - 1));
    }
    return any < 0;
  }
};

/// A series is looked at as it is, times 2^-540 and times 2^540: whatever it holds, squares are in range in
/// one.
constexpr double scales[] = {1.0, 0x1p-540, 0x1p+540};
inline std::vector<double> times_scale(const number_span& x, std::size_t which) {
  std::vector<double> values = x.as_doubles();
  for (double& v : values) v *= scales[which];
  return values;
}

/// Whether no deviation of a series may have lost digits, or have overflowed, which stays to the last row.
inline bool in_range(span<const double> out) noexcept {
  int lost = 0;
  for (const double v : out) lost |= int{v < 0x1p-450};
  return lost == 0 && (out.empty() || out[out.size() - 1] - out[out.size() - 1] == 0.0);
}

/// Deviations of a series as it is, in `out`, corrected by pass(which scale, results) where squares were not
/// in range.
///
/// @returns by row, the scale it was taken from
template <class Pass>
inline std::vector<std::uint8_t> correct_deviations(const extreme_rows& first, const Pass& pass,
                                                    span<double> out) {
  std::vector<std::uint8_t> from(out.size());
  std::vector<double> other;
  const auto take = [&](std::uint8_t which, std::size_t begin, const auto& is_lost) {
    bool ran = false;
    for (std::size_t i = begin; i < out.size(); ++i) {
      if (!is_lost(out[i])) continue;
      if (!ran) {
        other.resize(out.size());
        pass(which, span<double>(other));
        ran = true;
      }
      if (other[i] - other[i] != 0.0) continue;
      out[i] = other[i] / scales[which];
      from[i] = which;
    }
  };
  take(2, first.tiny, [](double v) { return v < 0x1p-450; });
  take(1, first.huge, [](double v) { return v - v != 0.0; });
  return from;
}

/// exponential() of values as they are, but sums.
template <class Kernels>
inline void exponential_pass(reduction what, const number_span& x, const decay& d, const weighting& weights,
                             const options& how, span<const double> elapsed, span<double> out) {
  exponential_moments state(d, weights);
  unmasked_rows unmasked(how.mask);
  const auto run = [&](auto read) {
    number_block block;
    const auto stretches = [&](std::size_t i, std::size_t rows) {
      if (state.within_stretch()) return std::size_t{0};
      return by_blocks(i, rows, x.doubles() != nullptr, [&](std::size_t at, std::size_t some) {
        return state.update_stretches<Kernels>(what, block_around(block, x, at) + at, unmasked(at, some),
                                               out.data() + at);
      });
    };
    for_each_row(x.size(), elapsed, stretches, [&](std::size_t i, double passed) {
      const double v = x[i];
      state.update(v, has_value(v, i, how), passed);
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
}

/// exponential_pairs() of values as they are.
template <class Kernels>
inline void exponential_pairs_pass(reduction what, const number_span& x, const number_span& y, const decay& d,
                                   const weighting& weights, const options& how, const options& how_y,
                                   span<const double> elapsed, span<double> out) {
  exponential_comoments state(d, weights);
  unmasked_rows unmasked(how.mask), unmasked_y(how_y.mask);
  const auto run = [&](auto read) {
    number_block block_x, block_y;
    const bool doubles = x.doubles() != nullptr && y.doubles() != nullptr;
    const auto stretches = [&](std::size_t i, std::size_t rows) {
      if (state.within_stretch()) return std::size_t{0};
      return by_blocks(i, rows, doubles, [&](std::size_t at, std::size_t some) {
        return state.update_stretches<Kernels>(what, block_around(block_x, x, at) + at,
                                               block_around(block_y, y, at) + at,
                                               unmasked_y(at, unmasked(at, some)), out.data() + at);
      });
    };
    for_each_row(x.size(), elapsed, stretches, [&](std::size_t i, double passed) {
      const double v = x[i], w = y[i];
      state.update(v, w, has_value(v, i, how) && has_value(w, i, how_y), passed);
      out[i] = read();
    });
  };
  if (what == reduction::covariance)
    run([&] { return state.covariance(); });
  else if (what == reduction::correlation)
    run([&] { return state.correlation(); });
  else
    raise<invalid_argument>("what: expected covariance or correlation");
}

/// For exponential_pairs_pass() of correlations: by row, the scale of x at which its squares are in range.
template <class Kernels>
inline std::vector<std::uint8_t> scales_of(const number_span& x, const std::vector<std::uint8_t>& left_out,
                                           const decay& d, const weighting& weights, const options& how,
                                           span<const double> elapsed) {
  options alone = how;
  alone.mask = left_out;
  const extreme_rows first(x, alone);
  if (!first.any(x.size())) return std::vector<std::uint8_t>(x.size());
  std::vector<double> out(x.size());
  const auto pass = [&](std::size_t which, span<double> results) {
    exponential_pass<Kernels>(reduction::deviation, times_scale(x, which), d, weights, alone, elapsed,
                              results);
  };
  pass(0, out);
  return correct_deviations(first, pass, out);
}

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
  detail::exponential_pass<Kernels>(what, x, d, weights, how, elapsed, out);
  if (what != reduction::deviation || detail::in_range(out)) return;
  const detail::extreme_rows first(x, how);
  if (!first.any(x.size())) return;
  detail::correct_deviations(
      first,
      [&](std::size_t which, span<double> results) {
        detail::exponential_pass<Kernels>(what, detail::times_scale(x, which), d, weights, how, elapsed,
                                          results);
      },
      out);
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
  detail::exponential_pairs_pass<Kernels>(what, x, y, d, weights, how, how_y, elapsed, out);
  if (what != reduction::correlation) return;
  const std::size_t n = x.size();
  if (!detail::extreme_rows(x, how).any(n) && !detail::extreme_rows(y, how_y).any(n)) return;
  std::vector<std::uint8_t> left_out(n);
  for (std::size_t i = 0; i < n; ++i)
    left_out[i] = !(detail::has_value(x[i], i, how) && detail::has_value(y[i], i, how_y));
  std::vector<std::uint8_t> scale = detail::scales_of<Kernels>(x, left_out, d, weights, how, elapsed);
  const std::vector<std::uint8_t> of_y = detail::scales_of<Kernels>(y, left_out, d, weights, how_y, elapsed);
  for (std::size_t i = 0; i < n; ++i) scale[i] = static_cast<std::uint8_t>(3 * scale[i] + of_y[i]);
  std::vector<double> other(n);
  for (std::uint8_t both = 1; both < 9; ++both) {
    if (std::find(scale.begin(), scale.end(), both) == scale.end()) continue;
    detail::exponential_pairs_pass<Kernels>(what, detail::times_scale(x, both / 3),
                                            detail::times_scale(y, both % 3), d, weights, how, how_y, elapsed,
                                            other);
    for (std::size_t i = 0; i < n; ++i)
      if (scale[i] == both) out[i] = other[i];
  }
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
