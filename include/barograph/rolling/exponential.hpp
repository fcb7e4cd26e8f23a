// Exponentially weighted mean, variance, deviation, covariance and correlation, a value at a time or of a
// whole series: the batch is the same loop over the same state, so the bits are equal.
//
// Law F. Definitions are those of pandas' ewm: weights fall by 1 - alpha a row, or by the time that passed
// in half-lives; `adjust` divides by the weights there are, else the first value begins with all of it.
// Means and sums of squared deviations are moved by West's update (D. H. D. West, "Updating mean and
// variance estimates: an improved method", CACM 22(9), 1979), in which nothing large is ever cancelled. For
// a state that merges, in event time, see stats/ewma.hpp.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"
#include "detail/jobs_plain.hpp"
#include "series.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// How fast weights fall: a row keeps 1 - alpha of every weight before it.
struct decay {
  double alpha = 0.5;

  /// @throws invalid_argument unless 0 < alpha <= 1
  static decay from_alpha(double alpha) {
    if (!(alpha > 0.0 && alpha <= 1.0)) refuse("alpha", alpha, "above 0 and at most 1");
    return {alpha};
  }
  /// Centre of mass, in rows: alpha = 1 / (1 + com).
  static decay from_com(double com) {
    if (!(com >= 0.0 && com - com == 0.0)) refuse("com", com, "0 or more");
    return {1.0 / (1.0 + com)};
  }
  /// Span, in rows: alpha = 2 / (span + 1).
  static decay from_span(double span) {
    if (!(span >= 1.0 && span - span == 0.0)) refuse("span", span, "1 or more");
    return {2.0 / (span + 1.0)};
  }
  /// Rows in which a weight falls to half: alpha = 1 - 2^(-1 / half_life).
  static decay from_half_life(double half_life) {
    if (!(half_life > 0.0 && half_life - half_life == 0.0)) refuse("halflife", half_life, "more than 0");
    return {1.0 - math::exp(-0x1.62e42fefa39efp-1 / half_life)};
  }

 private:
  [[noreturn]] static void refuse(const char* name, double given, const char* expected) {
    raise<invalid_argument>(std::string(name) + ": " + std::to_string(given) + " given, expected " +
                            expected);
  }
};

/// "mean", "var", "std", "cov" or "corr" as a `reduction`.
inline reduction parse_exponential(const std::string& text) {
  if (text == "mean") return reduction::mean;
  if (text == "var") return reduction::variance;
  if (text == "std") return reduction::deviation;
  if (text == "cov") return reduction::covariance;
  if (text == "corr") return reduction::correlation;
  raise<invalid_argument>("what: '" + text + "' given, expected mean, var, std, cov or corr");
}

/// How weights are counted.
struct weighting {
  bool adjust = true;      ///< divide by the weights there are, so that the first value is one like others
  bool ignore_na = false;  ///< rows without a value do not age the others
  bool fills = false;      ///< without adjust: a new value has all the weight that the old ones lost
  bool bias = false;       ///< variances and covariances are not corrected for the number of values
  std::int64_t least = 1;  ///< min_periods: fewer values give NaN
};

namespace detail {

/// The weights apart from the values: all that is needed of them is their sum and that of their squares.
class exponential_weights {
 public:
  exponential_weights(const decay& d, const weighting& how)
      : kept_(1.0 - d.alpha), log_kept_(math::log(kept_)), alpha_(how.adjust ? 1.0 : d.alpha), how_(how) {}

  /// A row, `elapsed` rows or half-lives after the last one; the share of the weights that its value gets.
  double pass(bool present, double elapsed) noexcept {
    if (count_ == 0) {
      count_ = present;
      return 1.0;
    }
    if (!present && how_.ignore_na) return 0.0;
    const double k = elapsed == 1.0   ? kept_
                     : elapsed == 0.0 ? 1.0
                     : kept_ == 0.0   ? 0.0
                                      : math::exp(elapsed * log_kept_);
    sum_ *= k;
    squares_ *= k * k;
    if (!present) return 0.0;
    ++count_;
    const double fresh = how_.fills ? 1.0 - sum_ : alpha_;
    const double whole = sum_ + fresh, share = whole > 0.0 ? fresh / whole : 1.0;
    squares_ += fresh * fresh;
    sum_ = whole;
    correction_ = sum_ * sum_ - squares_ > 0.0 ? sum_ * sum_ / (sum_ * sum_ - squares_) : 0.0;
    if (!how_.adjust) {
      squares_ /= whole * whole;
      sum_ = 1.0;
    }
    return share;
  }

  /// The share that a row with a value gets where such rows no longer change the weights; 0 until then.
  double settled_share() const noexcept {
    exponential_weights next = *this;
    const double share = next.pass(true, 1.0);
    const bool same = next.sum_ == sum_ && next.squares_ == squares_ && next.correction_ == correction_;
    return count_ > 0 && same ? share : 0.0;
  }
  /// `rows` more such rows.
  void pass_settled(std::int64_t rows) noexcept { count_ += rows; }

  bool enough() const noexcept { return count_ > 0 && count_ >= how_.least; }
  std::int64_t count() const noexcept { return count_; }

  /// What a mean squared deviation is multiplied by.
  double correction() const noexcept {
    return how_.bias ? 1.0 : correction_ > 0.0 ? correction_ : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  double kept_, log_kept_, alpha_;
  weighting how_;
  double sum_ = 1.0, squares_ = 1.0, correction_ = 0.0;
  std::int64_t count_ = 0;
};

}  // namespace detail

/// Mean, variance and deviation of a stream.
class exponential_moments {
 public:
  explicit exponential_moments(const decay& d, const weighting& how = {}) : weights_(d, how) {}

  /// The next row; without a value its time passes all the same.
  void update(double x, bool present = true, double elapsed = 1.0) noexcept {
    const double share = weights_.pass(present, elapsed);
    if (!present) return;
    if (weights_.count() == 1) {
      mean_ = x;
      square_ = x - x;
      return;
    }
    move(x, share, mean_, square_);
  }

  /// Rows from x on with finite values, a row apart, once the weights have settled; `result(row, mean, mean
  /// squared deviation as corrected)` for each. How many there were: those up to `rows`, or none.
  template <class Result>
  std::size_t update_settled(const double* x, std::size_t rows, Result result) noexcept {
    const double share = weights_.settled_share(), correction = weights_.correction();
    if (share == 0.0 || !weights_.enough()) return 0;
    double mean = mean_, square = square_;  // of this object they would go through memory each time
    std::size_t i = 0;
    for (; i < rows; ++i) {
      const double v = x[i];
      if (!(v - v == 0.0)) break;
      move(v, share, mean, square);
      result(i, mean, correction * square);
    }
    mean_ = mean;
    square_ = square;
    weights_.pass_settled(static_cast<std::int64_t>(i));
    return i;
  }

  std::int64_t count() const noexcept { return weights_.count(); }
  double mean() const noexcept { return weights_.enough() ? mean_ : none(); }
  double variance() const noexcept { return weights_.enough() ? weights_.correction() * square_ : none(); }
  double deviation() const noexcept { return std::sqrt(variance()); }

 private:
  static double none() noexcept { return std::numeric_limits<double>::quiet_NaN(); }

  static void move(double x, double share, double& mean, double& square) noexcept {
    const double d = x - mean;
    mean += share * d;
    square = (1.0 - share) * (square + share * d * d);
  }

  detail::exponential_weights weights_;
  double mean_ = 0.0, square_ = 0.0;
};

/// Covariance and correlation of a stream of pairs.
class exponential_comoments {
 public:
  explicit exponential_comoments(const decay& d, const weighting& how = {}) : weights_(d, how) {}

  /// The next row; without a pair its time passes all the same.
  void update(double x, double y, bool present = true, double elapsed = 1.0) noexcept {
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
    const double dx = x - mean_x_, dy = y - mean_y_, rest = 1.0 - share;
    mean_x_ += share * dx;
    mean_y_ += share * dy;
    xx_ = rest * (xx_ + share * dx * dx);
    xy_ = rest * (xy_ + share * dx * dy);
    yy_ = rest * (yy_ + share * dy * dy);
  }

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

/// row(i, elapsed since the row before) for all rows.
template <class F>
inline void for_each_row(std::size_t n, span<const double> elapsed, F row) {
  if (!elapsed.empty()) check_rows("elapsed", elapsed.size(), n);
  for (std::size_t i = 0; i < elapsed.size(); ++i)
    if (!(elapsed[i] >= 0.0))
      raise<invalid_argument>("times: row " + std::to_string(i) + " goes back (sort first)");
  for (std::size_t begin = 0; begin < n; begin += rows_between_checks) {
    check_interrupt();
    const std::size_t end = n - begin < rows_between_checks ? n : begin + rows_between_checks;
    if (elapsed.empty())
      for (std::size_t i = begin; i < end; ++i) row(i, 1.0);
    else
      for (std::size_t i = begin; i < end; ++i) row(i, elapsed[i]);
  }
}

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
inline void exponential(reduction what, span<const double> x, const decay& d, const weighting& weights,
                        const options& how, span<const double> elapsed, span<double> out) {
  detail::check_rows("out", out.size(), x.size());
  if (!how.mask.empty()) detail::check_rows("mask", how.mask.size(), x.size());
  exponential_moments state(d, weights);
  const auto run = [&](auto read, auto result) {
    if (!elapsed.empty() || !how.mask.empty())
      return detail::for_each_row(x.size(), elapsed, [&](std::size_t i, double passed) {
        const double v = x[i];
        state.update(v, detail::has_value(v, i, how), passed);
        out[i] = read();
      });
    constexpr std::size_t stretch =
        256;  // rows after which it is asked anew whether the weights have settled
    for (std::size_t i = 0, checked = 0; i < x.size();) {
      if (i >= checked) {
        check_interrupt();
        checked = i + rows_between_checks;
      }
      const std::size_t rest = checked < x.size() ? checked - i : x.size() - i;
      i += state.update_settled(x.data() + i, rest, [&, i](std::size_t row, double mean, double variance) {
        out[i + row] = result(mean, variance);
      });
      for (const std::size_t end = x.size() - i < stretch ? x.size() : i + stretch; i < end; ++i) {
        state.update(x[i], detail::has_value(x[i], i, how));
        out[i] = read();
      }
    }
  };
  if (what == reduction::mean)
    run([&] { return state.mean(); }, [](double mean, double) { return mean; });
  else if (what == reduction::variance)
    run([&] { return state.variance(); }, [](double, double variance) { return variance; });
  else if (what == reduction::deviation)
    run([&] { return state.deviation(); }, [](double, double variance) { return std::sqrt(variance); });
  else
    raise<invalid_argument>("what: expected mean, variance or deviation");
}

/// Covariance or correlation at each row, of it and all before it; rows where either is missing are none.
///
/// @param what     covariance or correlation
/// @param how_y    what is missing in y
/// @throws invalid_argument for another reduction, times that go back, or if sizes do not agree
inline void exponential_pairs(reduction what, span<const double> x, span<const double> y, const decay& d,
                              const weighting& weights, const options& how, const options& how_y,
                              span<const double> elapsed, span<double> out) {
  detail::check_rows("y", y.size(), x.size());
  detail::check_rows("out", out.size(), x.size());
  if (!how.mask.empty()) detail::check_rows("mask", how.mask.size(), x.size());
  if (!how_y.mask.empty()) detail::check_rows("mask of y", how_y.mask.size(), x.size());
  exponential_comoments state(d, weights);
  const auto run = [&](auto read) {
    detail::for_each_row(x.size(), elapsed, [&](std::size_t i, double passed) {
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
