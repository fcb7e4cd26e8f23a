// loess: local regression of an evenly spaced series, of degree 0 or 1, with tricube weights.
//
// Law F: sums of eight lanes about the point that is fitted. Source: W. S. Cleveland, "Robust locally
// weighted regression and smoothing scatterplots", J. Amer. Statist. Assoc. 74 (1979); windows and edges as
// in STL.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {
namespace detail {

class loess {
 public:
  using values = std::vector<double>;

  /// @param gaps  rows may have no weight because they are missing: then a fit looks further, else it keeps y
  explicit loess(bool gaps) : gaps_(gaps) {}

  /// The smooth at each row.
  ///
  /// @param length   rows of a window
  /// @param jump     smooth each so many rows, join by lines
  /// @param weights  of the rows, or null for 1
  values smoothed(const values& y, std::int64_t length, int degree, std::int64_t jump,
                  const values* weights) {
    values out(y.size());
    smooth(y, length, degree, jump, weights, out.data());
    return out;
  }

  /// The smooth one row before the first, at each row, and one after the last.
  values extended(const values& y, std::int64_t length, int degree, std::int64_t jump,
                  const values* weights) {
    const auto n = static_cast<std::int64_t>(y.size());
    values out(y.size() + 2);
    smooth(y, length, degree, jump, weights, out.data() + 1);
    const std::int64_t near = std::min(length, n);
    if (!fit(y, length, degree, -1, 0, near - 1, weights, out[0])) out[0] = out[1];
    if (!fit(y, length, degree, n, n - near, n - 1, weights, out.back())) out.back() = out[y.size()];
    return out;
  }

 private:
  static constexpr std::int64_t lanes = 8;

  void smooth(const values& y, std::int64_t length, int degree, std::int64_t jump, const values* weights,
              double* out) {
    const auto n = static_cast<std::int64_t>(y.size());
    if (n == 1) {
      out[0] = y[0];
      return;
    }
    const std::int64_t step = std::min(jump, n - 1), half = (length + 1) / 2;
    std::int64_t left = 0, right = std::min(length, n) - 1, i = 0;
    const auto at = [&](std::int64_t row) {
      if (!fit(y, length, degree, row, left, right, weights, out[row]))
        out[row] = y[static_cast<std::size_t>(row)];
    };
    for (; i < n; i += step) {
      if (length < n) {
        left = std::clamp<std::int64_t>(i - half + 1, 0, n - length);
        right = left + length - 1;
      }
      at(i);
    }
    if (step == 1) return;
    i -= step;
    if (i != n - 1) at(n - 1);
    for (std::int64_t a = 0; a < n - 1; a += step) {
      const std::int64_t b = std::min(a + step, n - 1);
      const double slope = (out[b] - out[a]) / static_cast<double>(b - a);
      for (std::int64_t j = a + 1; j < b; ++j) out[j] = out[a] + slope * static_cast<double>(j - a);
    }
  }

  /// Tricube weights of whole distances 0 .. reach, for a window that is h wide to one side.
  void tabulate(double h, std::int64_t reach) {
    if (h == h_ && reach < static_cast<std::int64_t>(table_.size())) return;
    h_ = h;
    table_.resize(static_cast<std::size_t>(reach) + 1);
    for (std::size_t d = 0; d < table_.size(); ++d) {
      const auto r = static_cast<double>(d);
      const double u = r / h, v = 1.0 - u * u * u;
      table_[d] = r <= 0.001 * h ? 1.0 : r <= 0.999 * h ? v * v * v : 0.0;
    }
  }

  static double sum_of(const double (&part)[lanes]) noexcept {
    return ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
  }

  /// The fit at row x (which may lie outside) from the rows left .. right; false where none has a weight.
  bool fit(const values& y, std::int64_t length, int degree, std::int64_t x, std::int64_t left,
           std::int64_t right, const values* weights, double& out) {
    const auto n = static_cast<std::int64_t>(y.size());
    double h = static_cast<double>(std::max(x - left, right - x));
    if (length > n) h += static_cast<double>((length - n) / 2);
    if (weights == nullptr && x - left == right - x) {
      out = middle(y.data() + x, x - left, h);
      return true;
    }
    if (fitted(y, degree, x, left, right, h, weights, out)) return true;
    if (!gaps_) return false;
    for (std::int64_t reach = length; left > 0 || right < n - 1;) {  // nothing near: look twice as far
      reach *= 2;
      left = std::max<std::int64_t>(x - reach, 0);
      right = std::min(x + reach, n - 1);
      if (fitted(y, degree, x, left, right, static_cast<double>(reach), weights, out)) return true;
    }
    return false;
  }

  /// Without weights and with as many rows to both sides a line passes through the weighted mean.
  double middle(const double* y, std::int64_t side, double h) {
    if (h != kernel_h_ || 2 * side + 1 != static_cast<std::int64_t>(kernel_.size())) {
      tabulate(h, side);
      kernel_h_ = h;
      kernel_.resize(static_cast<std::size_t>(2 * side + 1));
      for (std::int64_t d = -side; d <= side; ++d)
        kernel_[static_cast<std::size_t>(d + side)] = table_[static_cast<std::size_t>(d < 0 ? -d : d)];
      kernel_sum_ = 0.0;
      for (const double w : kernel_) kernel_sum_ += w;
    }
    const double* const from = y - side;
    const std::int64_t size = 2 * side + 1;
    double part[lanes] = {};
    std::int64_t i = 0;
    for (; i + lanes <= size; i += lanes)
      for (std::int64_t k = 0; k < lanes; ++k)
        part[k] += kernel_[static_cast<std::size_t>(i + k)] * from[i + k];
    for (std::int64_t k = 0; i < size; ++i, ++k) part[k] += kernel_[static_cast<std::size_t>(i)] * from[i];
    return sum_of(part) / kernel_sum_;
  }

  bool fitted(const values& y, int degree, std::int64_t x, std::int64_t left, std::int64_t right, double h,
              const values* weights, double& out) {
    tabulate(h, std::max(x - left, right - x));
    const std::int64_t size = right - left + 1;
    near_.resize(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i) {
      const std::int64_t d = left + i - x;
      near_[static_cast<std::size_t>(i)] = table_[static_cast<std::size_t>(d < 0 ? -d : d)];
    }
    if (weights != nullptr) {
      const double* const w = weights->data() + left;
      for (std::int64_t i = 0; i < size; ++i) near_[static_cast<std::size_t>(i)] *= w[i];
    }
    const double* const w = near_.data();
    const double* const v = y.data() + left;
    const auto start = static_cast<double>(left - x);
    double w0[lanes] = {}, w1[lanes] = {}, w2[lanes] = {}, y0[lanes] = {}, y1[lanes] = {};
    const auto add = [&](std::int64_t i, std::int64_t k) {
      const double d = start + static_cast<double>(i), wd = w[i] * d, wy = w[i] * v[i];
      w0[k] += w[i];
      w1[k] += wd;
      w2[k] += wd * d;
      y0[k] += wy;
      y1[k] += wy * d;
    };
    std::int64_t i = 0;
    for (; i + lanes <= size; i += lanes)
      for (std::int64_t k = 0; k < lanes; ++k) add(i + k, k);
    for (std::int64_t k = 0; i < size; ++i, ++k) add(i, k);
    const double total = sum_of(w0);
    if (!(total > 0.0)) return false;
    const double mean = sum_of(y0) / total;
    out = mean;
    if (h > 0.0 && degree > 0) {
      const double center = sum_of(w1) / total, spread = sum_of(w2) / total - center * center;
      const double range = static_cast<double>(y.size()) - 1.0;
      if (spread > 0.0 && std::sqrt(spread) > 0.001 * range)
        out = mean - center / spread * (sum_of(y1) / total - center * mean);
    }
    return true;
  }

  bool gaps_;
  double h_ = -1.0, kernel_h_ = -1.0, kernel_sum_ = 0.0;
  values table_, kernel_, near_;
};

}  // namespace detail
}  // namespace baseline
BAROGRAPH_NAMESPACE_END
