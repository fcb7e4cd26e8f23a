// nearest_windows: how far the last 12 and the last 24 values of a stream are from the nearest stretches of
// the past, so that a shape that never was shows, and one that recurs does not.
//
// The distance is Euclidean, to the third nearest of the last `past` stretches that do not overlap the
// newest. Squared differences are kept by lag, and summed in steps of 3, 6, 12 and 24, so a row costs a
// handful of additions a lag, whatever the length, and nothing is ever subtracted from a running sum. The
// profile of distances between stretches: Yeh et al., "Matrix Profile I", ICDM 2016. Class F.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class nearest_windows {
 public:
  struct distances {
    double of_12, of_24;  ///< 0 while there are fewer than three stretches to compare with
  };

  /// @param past  how many stretches are compared with, 16 to 100,000; memory is
  ///              232 bytes each
  explicit nearest_windows(std::size_t past = 500) : past_(past), lags_(past + 12) {
    if (past < 16 || past > 100'000)
      raise<invalid_argument>("past: " + std::to_string(past) + " given, expected 16 to 100000");
    values_.assign(2 * (lags_ + first_lag), 0.0);
    rings_.assign(rows * lags_, 0.0);
  }

  /// @param x  finite
  distances push(double x) {
    const std::size_t span = lags_ + first_lag;
    const std::size_t slot = count_ % span;
    values_[slot] = values_[slot + span] = x;
    // the newest value stands at [slot + span], the one of lag k at [slot + span - k]
    const double* past = values_.data() + slot + span - first_lag;
    double* one = ring(0, 3, 0);
    const double *one_1 = ring(0, 3, 1), *one_2 = ring(0, 3, 2);
    double* three = ring(3, 4, 0);
    const double* three_3 = ring(3, 4, 3);
    double* six = ring(7, 7, 0);
    const double* six_6 = ring(7, 7, 6);
    double* twelve = ring(14, 13, 0);
    for (std::size_t k = 0; k < lags_; ++k) {
      const double d = x - *(past - k);
      one[k] = d * d;
    }
    for (std::size_t k = 0; k < lags_; ++k) three[k] = (one[k] + one_1[k]) + one_2[k];
    for (std::size_t k = 0; k < lags_; ++k) six[k] = three[k] + three_3[k];
    for (std::size_t k = 0; k < lags_; ++k) twelve[k] = six[k] + six_6[k];
    const std::size_t newest = count_++;
    distances d{0.0, 0.0};
    d.of_12 = third(newest, 12, [&](std::size_t k) { return twelve[k]; });
    const double* twelve_12 = ring(14, 13, 12, newest);
    d.of_24 = third(newest, 24, [&](std::size_t k) { return twelve[k] + twelve_12[k]; });
    return d;
  }

  void reset() {
    count_ = 0;
    std::fill(rings_.begin(), rings_.end(), 0.0);
  }

  /// Into the bytes of what it is part of, and back; `past` is the same there.
  void write(byte_writer& w) const {
    w.varint(count_);
    for (std::size_t i = 0; i < lags_ + first_lag; ++i) w.f64(values_[i]);
    for (const double v : rings_) w.f64(v);
  }
  void read(byte_reader& r) {
    const std::size_t span = lags_ + first_lag;
    count_ = static_cast<std::size_t>(r.varint());
    if (count_ > std::size_t{1} << 53 || r.remaining() / 8 < span + rings_.size())
      raise<bad_bytes>("bytes: truncated");
    for (std::size_t i = 0; i < span; ++i) values_[i] = values_[i + span] = r.f64();
    for (double& v : rings_) v = r.f64();
  }

 private:
  static constexpr std::size_t first_lag = 13;  // 12 would touch the newest stretch of 12
  static constexpr std::size_t rows = 3 + 4 + 7 + 13;

  double* ring(std::size_t begin, std::size_t size, std::size_t back) {
    return ring(begin, size, back, count_);
  }
  double* ring(std::size_t begin, std::size_t size, std::size_t back, std::size_t now) {
    return rings_.data() + (begin + (now + size - back % size) % size) * lags_;
  }

  /// Root of the third smallest of the sums whose stretches are whole: those of lags length + 1 on.
  template <class F>
  double third(std::size_t newest, std::size_t length, F sum) const {
    const std::size_t begin = length + 1 - first_lag;
    if (newest + 1 < length + length + 1) return 0.0;
    const std::size_t end = std::min(begin + past_, newest + 1 - (length - 1) - first_lag);
    if (end < begin + 3) return 0.0;
    constexpr double inf = std::numeric_limits<double>::infinity();
    double a = inf, b = inf, c = inf;  // a <= b <= c
    const auto take = [&](double s) {
      if (!(s < c)) return;
      c = s < b ? b : s;
      b = s < a ? a : s < b ? s : b;
      a = s < a ? s : a;
    };
    constexpr std::size_t lanes = 8;  // few sums are among the smallest: eight are looked at together
    std::size_t k = begin;
    for (; k + lanes <= end; k += lanes) {
      double sums[lanes], half[4];
      for (std::size_t i = 0; i < lanes; ++i) sums[i] = sum(k + i);
      for (std::size_t i = 0; i < 4; ++i) half[i] = sums[i] < sums[i + 4] ? sums[i] : sums[i + 4];
      const double p = half[0] < half[1] ? half[0] : half[1], q = half[2] < half[3] ? half[2] : half[3];
      if ((p < q ? p : q) < c)
        for (const double s : sums) take(s);
    }
    for (; k < end; ++k) take(sum(k));
    return std::sqrt(c);
  }

  std::size_t past_, lags_;
  std::size_t count_ = 0;
  std::vector<double> values_;  // twice the same ring, so that the past is one stretch
  std::vector<double> rings_;   // sums by lag of the last rows: of 1, 3, 6 and 12
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
