// Exponentially weighted mean, variance, deviation, covariance and correlation of a stream, a value at a
// time or in stretches of rows, with equal bits.
//
// Law F. Rows a step apart go in stretches (detail/exponential_plain.hpp); at others means and mean squared
// deviations are moved by West's update (D. H. D. West, "Updating mean and variance estimates: an improved
// method", CACM 22(9), 1979). Nothing large is ever cancelled.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "detail/exponential_plain.hpp"
#include "exponential_weights.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernel as compiled with the caller's own flags; kernels::compiled has the one chosen at run time.
struct inline_exponential {
  static void exponential(detail::exponential_job& job) noexcept { kernel::run_exponential(job); }
};

namespace detail {

/// As many rows from x, and of pairs y, on as go in whole stretches: what the figures become, and how many
/// rows there were.
template <class Kernels>
inline std::size_t run_stretches(exponential_weights& weights, reduction what, const double* x,
                                 const double* y, std::size_t rows, double* out,
                                 exponential_figures& figures) noexcept {
  exponential_job job;
  if (!weights.begin_stretches(job, rows)) return 0;
  static_cast<exponential_figures&>(job) = figures;
  job.what = what;
  job.x = x;
  job.y = y;
  job.out = out;
  Kernels::exponential(job);
  figures = job;
  return weights.end_stretches(job);
}

}  // namespace detail

/// Mean, variance and deviation of a stream.
class exponential_moments {
 public:
  explicit exponential_moments(const decay& d, const weighting& how = {}) : weights_(d, how) {}

  /// The next row; without a value its time passes all the same.
  void update(double x, bool present = true, double elapsed = 1.0) noexcept {
    if (weights_.begin_steady(present && x - x == 0.0 && elapsed == 1.0)) {
      if (weights_.first_of_stretch()) {
        means_.begin(now_.mean);
        squares_.begin(now_.xx * weights_.in_newest());
      }
      const double share = weights_.pass_steady(), d = means_.take(x, share, weights_.place());
      now_.xx = squares_.take(d * d, share, weights_.rest(), weights_.place());
      now_.mean = means_.mean();
      return;
    }
    const double share = weights_.pass(present, elapsed);
    if (!present) return;
    if (weights_.count() == 1) {
      now_.mean = x;
      now_.xx = x - x;
      return;
    }
    const double d = x - now_.mean;
    now_.mean += share * d;
    now_.xx = weights_.rest() * (now_.xx + share * d * d);
  }

  /// As many rows from x on as go in whole stretches: rows that all have finite values, a row apart, with
  /// results that there are values enough for. Where weights fall too fast for stretches, once they no longer
  /// change: any number of such rows. The results go to `out`; how many there were.
  ///
  /// @param what  mean, variance or deviation; after means the state has no variance
  template <class Kernels = inline_exponential>
  std::size_t update_stretches(reduction what, const double* x, std::size_t rows, double* out) noexcept {
    if (weights_.settled_alone()) return update_settled(what, x, rows, out);
    return detail::run_stretches<Kernels>(weights_, what, x, nullptr, rows, out, now_);
  }

  /// Whether the next row is one within a stretch.
  bool within_stretch() const noexcept { return !weights_.first_of_stretch(); }
  std::int64_t count() const noexcept { return weights_.count(); }
  double mean() const noexcept { return weights_.enough() ? now_.mean : none(); }
  double variance() const noexcept { return weights_.enough() ? weights_.correction() * now_.xx : none(); }
  double deviation() const noexcept { return std::sqrt(variance()); }

 private:
  /// update() of rows whose weights no longer change, and fall too fast for stretches.
  std::size_t update_settled(reduction what, const double* x, std::size_t rows, double* out) noexcept {
    const double share = weights_.share(), rest = weights_.rest(), correction = weights_.correction();
    double mean = now_.mean, square = now_.xx;
    std::size_t i = 0;
    const auto run = [&](auto result) {
      for (; i < rows && x[i] - x[i] == 0.0; ++i) {
        const double d = x[i] - mean;
        mean += share * d;
        square = rest * (square + share * d * d);
        out[i] = result();
      }
    };
    if (what == reduction::mean)
      run([&] { return mean; });
    else if (what == reduction::variance)
      run([&] { return correction * square; });
    else
      run([&] { return std::sqrt(correction * square); });
    now_.mean = mean;
    now_.xx = square;
    weights_.pass_settled(i);
    return i;
  }
  static double none() noexcept { return std::numeric_limits<double>::quiet_NaN(); }

  detail::exponential_weights weights_;
  detail::stretched_mean means_;
  detail::stretched_product squares_;
  detail::exponential_figures now_{};  ///< of x alone
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
        means_x_.begin(now_.mean);
        means_y_.begin(now_.mean_y);
        products_[0].begin(now_.xx * in_newest);
        products_[1].begin(now_.xy * in_newest);
        products_[2].begin(now_.yy * in_newest);
      }
      const double share = weights_.pass_steady(), rest = weights_.rest();
      const double dx = means_x_.take(x, share, weights_.place());
      const double dy = means_y_.take(y, share, weights_.place());
      now_.xx = products_[0].take(dx * dx, share, rest, weights_.place());
      now_.xy = products_[1].take(dx * dy, share, rest, weights_.place());
      now_.yy = products_[2].take(dy * dy, share, rest, weights_.place());
      now_.mean = means_x_.mean();
      now_.mean_y = means_y_.mean();
      return;
    }
    const double share = weights_.pass(present, elapsed);
    if (!present) return;
    if (weights_.count() == 1) {
      now_.mean = x;
      now_.mean_y = y;
      now_.xx = x - x;
      now_.yy = y - y;
      now_.xy = now_.xx + now_.yy;
      return;
    }
    const double dx = x - now_.mean, dy = y - now_.mean_y, rest = weights_.rest();
    now_.mean += share * dx;
    now_.mean_y += share * dy;
    now_.xx = rest * (now_.xx + share * dx * dx);
    now_.xy = rest * (now_.xy + share * dx * dy);
    now_.yy = rest * (now_.yy + share * dy * dy);
  }

  /// As many rows from x and y on as go in whole stretches: see exponential_moments.
  ///
  /// @param what  covariance or correlation
  template <class Kernels = inline_exponential>
  std::size_t update_stretches(reduction what, const double* x, const double* y, std::size_t rows,
                               double* out) noexcept {
    return detail::run_stretches<Kernels>(weights_, what, x, y, rows, out, now_);
  }

  /// Whether the next row is one within a stretch.
  bool within_stretch() const noexcept { return !weights_.first_of_stretch(); }
  std::int64_t count() const noexcept { return weights_.count(); }
  double covariance() const noexcept { return weights_.enough() ? weights_.correction() * now_.xy : none(); }
  double correlation() const noexcept {
    if (!weights_.enough()) return none();
    const double r = now_.xy / (std::sqrt(now_.xx) * std::sqrt(now_.yy));
    return r > 1.0 ? 1.0 : r < -1.0 ? -1.0 : r;
  }

 private:
  static double none() noexcept { return std::numeric_limits<double>::quiet_NaN(); }

  detail::exponential_weights weights_;
  detail::stretched_mean means_x_, means_y_;
  detail::stretched_product products_[3];  ///< of x by itself, of both, of y by itself
  detail::exponential_figures now_{};
};

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
