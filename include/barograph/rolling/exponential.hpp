// Exponentially weighted mean, variance, deviation, covariance and correlation, a value at a time or of a
// whole series: the batch is the same arithmetic in the same order, so the bits are equal.
//
// Law F. Definitions are those of pandas' ewm: weights fall by 1 - alpha a row, or by the time that passed
// in half-lives; `adjust` divides by the weights there are, else the first value begins with all of it.
// Rows a step apart go in stretches (detail/exponential_plain.hpp); at others means and mean squared
// deviations are moved by West's update (D. H. D. West, "Updating mean and variance estimates: an improved
// method", CACM 22(9), 1979). Nothing large is ever cancelled. For a state that merges, in event time, see
// stats/ewma.hpp.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/math.hpp"
#include "../core/number_span.hpp"
#include "../core/span.hpp"
#include "detail/exponential_plain.hpp"
#include "exponential_weights.hpp"
#include "series.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// "mean", "var", "std", "cov" or "corr" as a `reduction`.
inline reduction parse_exponential(const std::string& text) {
  if (text == "mean") return reduction::mean;
  if (text == "var") return reduction::variance;
  if (text == "std") return reduction::deviation;
  if (text == "cov") return reduction::covariance;
  if (text == "corr") return reduction::correlation;
  raise<invalid_argument>("what: '" + text + "' given, expected mean, var, std, cov or corr");
}

/// The kernel as compiled with the caller's own flags; kernels::compiled has the one chosen at run time.
struct inline_exponential {
  static void exponential(detail::exponential_job& job) noexcept { kernel::run_exponential(job); }
};

/// Mean, variance and deviation of a stream.
class exponential_moments {
 public:
  explicit exponential_moments(const decay& d, const weighting& how = {}) : weights_(d, how) {}

  /// The next row; without a value its time passes all the same.
  void update(double x, bool present = true, double elapsed = 1.0) noexcept {
    if (weights_.begin_steady(present && x - x == 0.0 && elapsed == 1.0)) {
      if (weights_.first_of_stretch()) {
        means_.begin(mean_);
        squares_.begin(square_ * weights_.in_newest());
      }
      const double share = weights_.pass_steady(), d = means_.take(x, share, weights_.place());
      square_ = squares_.take(d * d, share, weights_.rest(), weights_.place());
      mean_ = means_.mean();
      return;
    }
    const double share = weights_.pass(present, elapsed);
    if (!present) return;
    if (weights_.count() == 1) {
      mean_ = x;
      square_ = x - x;
      return;
    }
    const double d = x - mean_;
    mean_ += share * d;
    square_ = weights_.rest() * (square_ + share * d * d);
  }

  /// As many rows from x on as go in whole stretches: rows that all have finite values, a row apart, with
  /// results that there are values enough for. The results go to `out`; how many there were.
  ///
  /// @param what  mean, variance or deviation; after means the state has no variance
  template <class Kernels = inline_exponential>
  std::size_t update_stretches(reduction what, const double* x, std::size_t rows, double* out) noexcept {
    detail::exponential_job job;
    if (!weights_.begin_stretches(job, rows)) return 0;
    job.what = what;
    job.x = x;
    job.mean = mean_;
    job.xx = square_;
    job.out = out;
    Kernels::exponential(job);
    mean_ = job.mean;
    square_ = job.xx;
    return weights_.end_stretches(job);
  }

  /// Whether the next row is one within a stretch.
  bool within_stretch() const noexcept { return !weights_.first_of_stretch(); }
  std::int64_t count() const noexcept { return weights_.count(); }
  double mean() const noexcept { return weights_.enough() ? mean_ : none(); }
  double variance() const noexcept { return weights_.enough() ? weights_.correction() * square_ : none(); }
  double deviation() const noexcept { return std::sqrt(variance()); }

 private:
  static double none() noexcept { return std::numeric_limits<double>::quiet_NaN(); }

  detail::exponential_weights weights_;
  detail::stretched_mean means_;
  detail::stretched_product squares_;
  double mean_ = 0.0, square_ = 0.0;
};

/// Covariance and correlation of a stream of pairs.
class exponential_comoments {
 public:
  explicit exponential_comoments(const decay& d, const weighting& how = {}) : weights_(d, how) {}

  /// The next row; without a pair its time passes all the same.
  void update(double x, double y, bool present = true, double elapsed = 1.0) noexcept {
    if (weights_.begin_steady(present && x - x == 0.0 && y - y == 0.0 && elapsed == 1.0)) {
      if (weights_.first_of_stretch()) {
        const double in_newest = weights_.in_newest();
        means_x_.begin(mean_x_);
        means_y_.begin(mean_y_);
        products_[0].begin(xx_ * in_newest);
        products_[1].begin(xy_ * in_newest);
        products_[2].begin(yy_ * in_newest);
      }
      const double share = weights_.pass_steady(), rest = weights_.rest();
      const double dx = means_x_.take(x, share, weights_.place());
      const double dy = means_y_.take(y, share, weights_.place());
      xx_ = products_[0].take(dx * dx, share, rest, weights_.place());
      xy_ = products_[1].take(dx * dy, share, rest, weights_.place());
      yy_ = products_[2].take(dy * dy, share, rest, weights_.place());
      mean_x_ = means_x_.mean();
      mean_y_ = means_y_.mean();
      return;
    }
    const double share = weights_.pass(present, elapsed);
    if (!present) return;
    if (weights_.count() == 1) {
      mean_x_ = x;
      mean_y_ = y;
      xx_ = x - x;
      yy_ = y - y;
      xy_ = xx_ + yy_;
      return;
    }
    const double dx = x - mean_x_, dy = y - mean_y_, rest = weights_.rest();
    mean_x_ += share * dx;
    mean_y_ += share * dy;
    xx_ = rest * (xx_ + share * dx * dx);
    xy_ = rest * (xy_ + share * dx * dy);
    yy_ = rest * (yy_ + share * dy * dy);
  }

  /// As many rows from x and y on as go in whole stretches: see exponential_moments.
  ///
  /// @param what  covariance or correlation
  template <class Kernels = inline_exponential>
  std::size_t update_stretches(reduction what, const double* x, const double* y, std::size_t rows,
                               double* out) noexcept {
    detail::exponential_job job;
    if (!weights_.begin_stretches(job, rows)) return 0;
    job.what = what;
    job.x = x;
    job.y = y;
    job.mean = mean_x_;
    job.mean_y = mean_y_;
    job.xx = xx_;
    job.xy = xy_;
    job.yy = yy_;
    job.out = out;
    Kernels::exponential(job);
    mean_x_ = job.mean;
    mean_y_ = job.mean_y;
    xx_ = job.xx;
    xy_ = job.xy;
    yy_ = job.yy;
    return weights_.end_stretches(job);
  }

  /// Whether the next row is one within a stretch.
  bool within_stretch() const noexcept { return !weights_.first_of_stretch(); }
  std::int64_t count() const noexcept { return weights_.count(); }
  double covariance() const noexcept { return weights_.enough() ? weights_.correction() * xy_ : none(); }
  double correlation() const noexcept {
    if (!weights_.enough()) return none();
    const double r = xy_ / (std::sqrt(xx_) * std::sqrt(yy_));
    return r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r;
  }

 private:
  static double none() noexcept { return std::numeric_limits<double>::quiet_NaN(); }

  detail::exponential_weights weights_;
  detail::stretched_mean means_x_, means_y_;
  detail::stretched_product products_[3];  ///< of x by itself, of both, of y by itself
  double mean_x_ = 0.0, mean_y_ = 0.0, xx_ = 0.0, xy_ = 0.0, yy_ = 0.0;
};

namespace detail {

/// Whether row i has a value: neither null, nor a NaN or infinity that is missing.
inline bool has_value(double v, std::size_t i, const options& how) noexcept {
  if (!how.mask.empty() && how.mask[i] != 0) return false;
  if (v - v == 0.0) return true;
  return (v != v ? how.nan : how.inf) == treatment::propagate;
}

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

}  // namespace detail

/// Mean, variance or deviation at each row, of it and all before it.
///
/// @param what     mean, variance or deviation
/// @param x        the series
/// @param d        how fast weights fall
/// @param weights  how they are counted; its `least` is min_periods
/// @param how      what is missing
/// @param elapsed  by row, half-lives since the row before, 0 or more (the first is not looked at); empty: 1
/// @param out      x.size() results
/// @throws invalid_argument for another reduction, times that go back, or if sizes do not agree
template <class Kernels = inline_exponential>
inline void exponential(reduction what, const number_span& x, const decay& d, const weighting& weights,
                        const options& how, span<const double> elapsed, span<double> out) {
  detail::check_rows("out", out.size(), x.size());
  if (!how.mask.empty()) detail::check_rows("mask", how.mask.size(), x.size());
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
    raise<invalid_argument>("what: expected mean, variance or deviation");
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
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
