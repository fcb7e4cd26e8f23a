// table_distance: how far rows of a table lie from where rows usually are.
//
// Columns come to one scale first, asinh of (x - median) over a robust spread; a column of which more than
// half is one value keeps its own shape, over its standard deviation. Then two distances: to the 16th nearest
// of 256 drawn rows (four draws: Sugiyama and Borgwardt, "Rapid distance-based outlier detection via
// sampling", NIPS 2013), and Mahalanobis' with a covariance shrunk towards a multiple of the identity. Both
// are learnt from all rows (of more than 8,192 from so many) first, then again from the three quarters of
// them that were least strange, and
// reported as standard scores over those. Class F; draws by seed, so no number of threads and no batch
// changes a bit.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/math.hpp"
#include "../core/random.hpp"
#include "../core/span.hpp"
#include "detail/ellipsoid.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// Mean and spread of strangeness, without the twentieth that is farthest, so that outliers do not set the
/// scale.
struct standard_scale {
  double mean = 0, spread = 1;

  static standard_scale of(std::vector<double> v) {
    if (v.empty()) return {};
    const auto n = std::max<std::size_t>(1, v.size() * 19 / 20);
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(n - 1), v.end());
    std::sort(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(n));  // so that the sum has one order
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = 0; i < n; ++i) sum += v[i];
    const double middle = sum / static_cast<double>(n);
    for (std::size_t i = 0; i < n; ++i) squares += (v[i] - middle) * (v[i] - middle);
    const double root = std::sqrt(squares / static_cast<double>(n));
    return {middle, root > 1e-12 ? root : 1.0};
  }

  double standard(double v) const noexcept { return (v - mean) / spread; }
};

class table_distance {
 public:
  /// @param x        rows x columns, row after row; what is not finite is taken for the column's median
  /// @param columns  1 to 1,000
  /// @param seed     of the draws
  /// @throws invalid_argument for no rows, or values that do not make up rows
  table_distance(span<const double> x, std::size_t columns, std::uint64_t seed = 0) : columns_(columns) {
    if (columns == 0 || columns > 1000)
      raise<invalid_argument>("columns: " + std::to_string(columns) + " given, expected 1 to 1000");
    if (x.size() == 0 || x.size() % columns != 0)
      raise<invalid_argument>("x: " + std::to_string(x.size()) + " values given, expected rows of " +
                              std::to_string(columns));
    const std::vector<double> learnt = some_rows(x.data(), x.size() / columns, seed);
    const std::size_t rows = learnt.size() / columns;
    learn_scales(learnt.data(), rows);
    std::vector<double> z(learnt.size()), plain(learnt.size());
    for (std::size_t i = 0; i < rows; ++i)
      to_scale(learnt.data() + i * columns, z.data() + i * columns, plain.data() + i * columns);
    std::vector<std::size_t> kept(rows);
    for (std::size_t i = 0; i < rows; ++i) kept[i] = i;
    std::vector<double> near(rows), far(rows), both(rows);
    for (int pass = 0; pass < 2; ++pass) {
      learn(z, kept, seed + static_cast<std::uint64_t>(pass));
      for (std::size_t i = 0; i < rows; ++i) {
        if (i % 4096 == 0) check_interrupt();
        raw(z.data() + i * columns, near[i], far[i]);
      }
      near_ = standard_scale::of(near);
      far_ = standard_scale::of(far);
      plain_.learn(plain, columns, kept);
      if (pass == 1 || rows < 8) break;
      for (std::size_t i = 0; i < rows; ++i) both[i] = near_.standard(near[i]) + far_.standard(far[i]);
      const auto part = static_cast<std::ptrdiff_t>(rows * 3 / 4);
      std::nth_element(kept.begin(), kept.begin() + part, kept.end(), [&](std::size_t a, std::size_t b) {
        return both[a] != both[b] ? both[a] < both[b] : a < b;
      });
      kept.resize(static_cast<std::size_t>(part));
      std::sort(kept.begin(), kept.end());
    }
  }

  std::size_t columns() const noexcept { return columns_; }

  /// Of each row: twice the standard score of the distance to neighbours and half of that of Mahalanobis',
  /// and the square of Mahalanobis' distance without the asinh, whose tail is exponential where columns are
  /// normal. Higher is farther.
  ///
  /// @param x  rows x columns as before; score and square have one for each row
  void score(span<const double> x, span<double> score, span<double> square) const {
    if (square.size() != score.size())
      raise<invalid_argument>("square: " + std::to_string(square.size()) + " rows given, expected " +
                              std::to_string(score.size()));
    each_row(x, score.size(), [&](std::size_t i, const double* z, const double* plain) {
      double near = 0, far = 0;
      raw(z, near, far);
      score[i] = 2.0 * near_.standard(near) + 0.5 * far_.standard(far);
      square[i] = plain_.square(plain);
    });
  }

  /// The columns on one scale, with asinh; what is missing is NaN; rows x columns.
  void scaled(span<const double> x, span<double> out) const {
    if (out.size() != x.size())
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " values given, expected " +
                              std::to_string(x.size()));
    each_row(x, x.size() / columns_, [&](std::size_t i, const double* z, const double*) {
      for (std::size_t a = 0; a < columns_; ++a) {
        const std::size_t at = i * columns_ + a;
        out[at] = std::isfinite(x[at]) ? z[a] : std::numeric_limits<double>::quiet_NaN();
      }
    });
  }

  /// What each column adds to the square of the distance, at least 0; rows x columns.
  void contributions(span<const double> x, span<double> out) const {
    if (out.size() != x.size())
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " values given, expected " +
                              std::to_string(x.size()));
    each_row(x, x.size() / columns_, [&](std::size_t i, const double*, const double* plain) {
      for (std::size_t a = 0; a < columns_; ++a) out[i * columns_ + a] = plain_.part(a, plain);
    });
  }

 private:
  static constexpr std::size_t draws = 4, sample = 256, neighbor = 16, most_learnt = 8192;

  struct column_scale {
    double middle = 0, spread = 1;
    bool plain = false;  // no asinh
  };
  template <class F>
  void each_row(span<const double> x, std::size_t rows, F f) const {
    if (x.size() != rows * columns_)
      raise<invalid_argument>("x: " + std::to_string(x.size()) + " values given, expected " +
                              std::to_string(rows) + " rows of " + std::to_string(columns_));
    std::vector<double> z(columns_), plain(columns_);
    for (std::size_t i = 0; i < rows; ++i) {
      if (i % 4096 == 0) check_interrupt();
      to_scale(x.data() + i * columns_, z.data(), plain.data());
      f(i, z.data(), plain.data());
    }
  }

  /// Rows to learn from: all, or of many one drawn from each of 8,192 stretches.
  std::vector<double> some_rows(const double* x, std::size_t rows, std::uint64_t seed) const {
    if (rows <= most_learnt) return {x, x + rows * columns_};
    std::vector<double> out;
    out.reserve(most_learnt * columns_);
    for (std::size_t i = 0; i < most_learnt; ++i) {
      const std::size_t begin = i * rows / most_learnt, end = (i + 1) * rows / most_learnt;
      random_draws random(seed, draws, i);  // a stream that no draw of neighbours uses
      const double* row = x + (begin + random.below(end - begin)) * columns_;
      out.insert(out.end(), row, row + columns_);
    }
    return out;
  }

  void learn_scales(const double* x, std::size_t rows) {
    scales_.resize(columns_);
    std::vector<double> v;
    for (std::size_t c = 0; c < columns_; ++c) {
      v.clear();
      for (std::size_t i = 0; i < rows; ++i)
        if (std::isfinite(x[i * columns_ + c])) v.push_back(x[i * columns_ + c]);
      if (v.empty()) continue;
      std::sort(v.begin(), v.end());
      const auto at = [&](double q) {
        return v[static_cast<std::size_t>(q * static_cast<double>(v.size() - 1))];
      };
      column_scale& s = scales_[c];
      s.middle = at(0.5);
      s.spread = (at(0.75) - at(0.25)) / 1.349;
      const auto [low, high] = std::equal_range(v.begin(), v.end(), s.middle);
      s.plain = static_cast<std::size_t>(high - low) * 2 > v.size() || !(s.spread > 0);
      if (s.plain) {
        double squares = 0.0;
        const double largest = std::max(std::abs(v.front() - s.middle), std::abs(v.back() - s.middle));
        for (const double y : v) squares += ((y - s.middle) / largest) * ((y - s.middle) / largest);
        s.spread = largest > 0 ? largest * std::sqrt(squares / static_cast<double>(v.size())) : 0.0;
      }
      if (!(s.spread > 0) || !std::isfinite(s.spread)) s.spread = 1.0;
    }
  }

  /// Of a row: the columns on one scale with asinh, and without it.
  void to_scale(const double* x, double* z, double* plain) const {
    for (std::size_t c = 0; c < columns_; ++c) {
      const column_scale& s = scales_[c];
      const double v = std::isfinite(x[c]) ? std::clamp((x[c] - s.middle) / s.spread, -1e15, 1e15) : 0.0;
      const double a = std::abs(v);
      const double curved = s.plain ? std::min(a, 1e3) : math::log(a + std::sqrt(a * a + 1.0));
      z[c] = v < 0 ? -curved : curved;
      plain[c] = std::clamp(v, -1e6, 1e6);
    }
  }

  void learn(const std::vector<double>& z, const std::vector<std::size_t>& kept, std::uint64_t seed) {
    const std::size_t m = std::min(sample, kept.size());
    size_ = m;
    nearest_ = std::min(neighbor, std::max<std::size_t>(1, m / 4));
    drawn_.assign(draws * columns_ * m, 0.0);
    std::vector<std::size_t> order(kept);
    for (std::size_t d = 0; d < draws; ++d) {
      random_draws random(seed, static_cast<std::uint32_t>(d), 0);
      for (std::size_t i = 0; i < m; ++i) {  // the first m of a shuffle
        std::swap(order[i], order[i + random.below(order.size() - i)]);
        for (std::size_t c = 0; c < columns_; ++c)
          drawn_[(d * columns_ + c) * m + i] = z[order[i] * columns_ + c];
      }
    }
    curved_.learn(z, columns_, kept);
  }

  /// The count-th smallest of n.
  static double smallest(double* v, std::size_t n, std::size_t count) {
    std::nth_element(v, v + count - 1, v + n);
    return v[count - 1];
  }

  /// The same of all squares. One in each of 32 groups is the least of its group, so at least 16 are no
  /// larger than the 16th of those; few are, and the 16th is among them.
  static double neighbor_of(const std::array<double, sample>& squares) {
    constexpr std::size_t groups = 2 * neighbor;
    std::array<double, groups> least;
    std::copy(squares.begin(), squares.begin() + groups, least.begin());
    for (std::size_t i = groups; i < sample; i += groups)
      for (std::size_t k = 0; k < groups; ++k) least[k] = std::min(least[k], squares[i + k]);
    const double limit = smallest(least.data(), groups, neighbor);
    std::array<double, sample + 1> some;
    std::size_t count = 0;
    for (const double v : squares) {
      some[count] = v;
      count += v <= limit;
    }
    return smallest(some.data(), count, neighbor);
  }

  void raw(const double* z, double& near, double& far) const {
    double sum = 0.0;
    for (std::size_t d = 0; d < draws; ++d) {
      std::array<double, sample> squares{};
      for (std::size_t c = 0; c < columns_; ++c) {
        const double* column = drawn_.data() + (d * columns_ + c) * size_;
        const double v = z[c];
        for (std::size_t i = 0; i < size_; ++i) squares[i] += (column[i] - v) * (column[i] - v);
      }
      sum += std::sqrt(size_ == sample && nearest_ == neighbor ? neighbor_of(squares)
                                                               : smallest(squares.data(), size_, nearest_));
    }
    near = sum / static_cast<double>(draws);
    far = std::sqrt(curved_.square(z));
  }

  std::size_t columns_;
  std::vector<column_scale> scales_;
  std::size_t size_ = 0, nearest_ = 1;
  std::vector<double> drawn_;  // draw, column, row
  detail::ellipsoid curved_, plain_;
  standard_scale near_, far_;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
