// correlation: of two series at a lag, where both have values, and of two given others.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../../core/math.hpp"
#include "../../core/span.hpp"
#include "level.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// The sum of products of n pairs, in eight lanes.
inline double dot(const double* a, const double* b, std::size_t n) noexcept {
  double lanes[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  std::size_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (std::size_t l = 0; l < 8; ++l) lanes[l] += a[i + l] * b[i + l];
  for (; i < n; ++i) lanes[i % 8] += a[i] * b[i];
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

/// A series of mean 0 and variance 1, 0 where a value is missing, and which are there (1, else 0).
class standard_series {
 public:
  standard_series() = default;
  standard_series(span<const double> x, bool changes) : value_(x.size(), 0.0) {
    const double unit = unit_of(x);
    std::vector<double> there(x.size(), 0.0);
    double count = 0, sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool here = finite(x[i]) && (!changes || (i > 0 && finite(x[i - 1])));
      if (!here) continue;
      value_[i] = changes ? x[i] * unit - x[i - 1] * unit : x[i] * unit;
      there[i] = 1;
      sum += value_[i];
      count += 1;
    }
    const double mean = count > 0 ? sum / count : 0.0;
    double squares = 0, largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (there[i] == 0) continue;
      value_[i] -= mean;
      squares += value_[i] * value_[i];
      largest = std::max(largest, std::fabs(value_[i]));
    }
    const double deviation = count > 0 ? std::sqrt(squares / count) : 0.0;
    // what rounding leaves of a constant is no movement
    varies_ = count > 1 && deviation > 1e-13 * std::fabs(mean) && deviation > 0;
    for (double& v : value_) v = varies_ ? v / deviation : 0.0;
    if (count != static_cast<double>(x.size())) there_ = std::move(there);
  }

  std::size_t size() const noexcept { return value_.size(); }
  bool varies() const noexcept { return varies_; }
  bool complete() const noexcept { return there_.empty(); }
  const double* values() const noexcept { return value_.data(); }
  /// 1 where a value is, else 0; only where not complete.
  const double* there() const noexcept { return there_.data(); }
  double value_at(std::size_t i) const noexcept { return value_[i]; }

  double first_autocorrelation() const noexcept {
    if (value_.size() < 3) return 0;
    const double all = dot(value_.data(), value_.data(), value_.size());
    return all == 0 ? 0 : dot(value_.data(), value_.data() + 1, value_.size() - 1) / all;
  }

 private:
  static bool finite(double x) noexcept { return x - x == 0.0; }

  std::vector<double> value_, there_;
  bool varies_ = false;
};

struct lagged {
  std::int64_t lag = 0;
  double r = std::numeric_limits<double>::quiet_NaN();
  double pairs = 0;
};

/// Pearson's correlation of n pairs x[i], y[i]; NaN below `least` pairs or where one of them does not vary.
inline lagged correlation_of(const double* x, const double* x_there, const double* y, const double* y_there,
                             std::size_t n, std::size_t least, std::vector<double>& ones) {
  if (ones.size() < n) ones.assign(n, 1.0);
  const double* mx = x_there != nullptr ? x_there : ones.data();
  const double* my = y_there != nullptr ? y_there : ones.data();
  lagged out;
  out.pairs = dot(mx, my, n);
  if (out.pairs < static_cast<double>(std::max<std::size_t>(least, 2))) return out;
  const double sx = dot(x, my, n), sy = dot(y, mx, n), sxy = dot(x, y, n);
  double sxx = 0, syy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    sxx += x[i] * x[i] * my[i];
    syy += y[i] * y[i] * mx[i];
  }
  const double vx = sxx - sx * sx / out.pairs, vy = syy - sy * sy / out.pairs;
  if (vx <= 1e-12 * sxx || vy <= 1e-12 * syy) return out;
  out.r = std::min(1.0, std::max(-1.0, (sxy - sx * sy / out.pairs) / std::sqrt(vx * vy)));
  return out;
}

/// The same for series without missing values, of which prefix sums are there: one product a lag.
class prefix_sums {
 public:
  explicit prefix_sums(const standard_series& s) : sum_(s.size() + 1, 0.0), square_(s.size() + 1, 0.0) {
    for (std::size_t i = 0; i < s.size(); ++i) {
      sum_[i + 1] = sum_[i] + s.value_at(i);
      square_[i + 1] = square_[i] + s.value_at(i) * s.value_at(i);
    }
  }
  double sum(std::size_t begin, std::size_t end) const noexcept { return sum_[end] - sum_[begin]; }
  double squares(std::size_t begin, std::size_t end) const noexcept { return square_[end] - square_[begin]; }

 private:
  std::vector<double> sum_, square_;
};

/// The lag of -longest to longest at which x and y correlate most, the shortest of equal ones; above 0 x
/// leads.
inline lagged best_lag(const standard_series& x, const standard_series& y, std::size_t longest,
                       std::size_t least) {
  lagged best;
  if (!x.varies() || !y.varies()) return best;
  const std::size_t n = x.size();
  const bool quick = x.complete() && y.complete();
  std::vector<double> ones;
  const prefix_sums of_x(x), of_y(y);
  const auto at = [&](std::size_t from_x, std::size_t from_y, std::size_t rows) {
    if (!quick)
      return correlation_of(x.values() + from_x, x.complete() ? nullptr : x.there() + from_x,
                            y.values() + from_y, y.complete() ? nullptr : y.there() + from_y, rows, least,
                            ones);
    lagged out;
    out.pairs = static_cast<double>(rows);
    if (rows < std::max<std::size_t>(least, 2)) return out;
    const double sx = of_x.sum(from_x, from_x + rows), sy = of_y.sum(from_y, from_y + rows);
    const double sxx = of_x.squares(from_x, from_x + rows), syy = of_y.squares(from_y, from_y + rows);
    const double vx = sxx - sx * sx / out.pairs, vy = syy - sy * sy / out.pairs;
    if (vx <= 1e-12 * sxx || vy <= 1e-12 * syy) return out;
    const double sxy = dot(x.values() + from_x, y.values() + from_y, rows);
    out.r = std::min(1.0, std::max(-1.0, (sxy - sx * sy / out.pairs) / std::sqrt(vx * vy)));
    return out;
  };
  for (std::size_t lag = 0; lag <= longest; ++lag)
    for (const bool leads : {true, false}) {
      if (lag == 0 && !leads) continue;
      lagged found = leads ? at(0, lag, n - lag) : at(lag, 0, n - lag);
      found.lag = leads ? static_cast<std::int64_t>(lag) : -static_cast<std::int64_t>(lag);
      if (found.r == found.r && (best.r != best.r || std::fabs(found.r) > std::fabs(best.r))) best = found;
    }
  return best;
}

/// Two-sided p of a correlation of so many independent pairs (Fisher's z), times the correlations tried.
inline double p_of_correlation(double r, double pairs, double tried) noexcept {
  if (pairs <= 4) return 1.0;
  const double size = std::min(std::fabs(r), 1 - 1e-15);
  const double z = 0.5 * log((1 + size) / (1 - size)) * std::sqrt(pairs - 3);
  return std::min(1.0, tried * std::erfc(z / std::sqrt(2.0)));
}

/// Rows [begin, end) of a series, of mean 0 and length 1; empty where they do not vary.
inline std::vector<double> unit_part(const standard_series& s, std::int64_t begin, std::size_t rows) {
  std::vector<double> part(s.values() + begin, s.values() + begin + static_cast<std::int64_t>(rows));
  double mean = 0;
  for (const double v : part) mean += v;
  mean /= static_cast<double>(rows);
  for (double& v : part) v -= mean;
  const double length = std::sqrt(dot(part.data(), part.data(), rows));
  if (length == 0) return {};
  for (double& v : part) v /= length;
  return part;
}

/// The partial correlation of the last two of k series, given the first k - 2, of their correlations (k by
/// k, the lower half). What of the given ones says no more than those before it is left out.
inline double partial_of_last_two(const std::vector<double>& r, std::size_t k) {
  const std::size_t given = k - 2;
  std::vector<double> l(k * given, 0.0);  // Cholesky's columns of the given ones
  const auto left = [&](std::size_t a, std::size_t b, std::size_t columns) {
    double v = r[a * k + b];
    for (std::size_t c = 0; c < columns; ++c) v -= l[a * given + c] * l[b * given + c];
    return v;
  };
  for (std::size_t b = 0; b < given; ++b) {
    const double pivot = left(b, b, b);
    if (pivot <= 1e-10) continue;
    for (std::size_t a = b; a < k; ++a) l[a * given + b] = left(a, b, b) / std::sqrt(pivot);
  }
  const double of_first = left(given, given, given), of_second = left(k - 1, k - 1, given);
  if (of_first < 1e-10 || of_second < 1e-10) return 0.0;  // the given ones say it all
  return std::min(1.0, std::max(-1.0, left(k - 1, given, given) / std::sqrt(of_first * of_second)));
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
