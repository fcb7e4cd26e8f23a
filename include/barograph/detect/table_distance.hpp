// table_distance: how far rows of a table lie from where rows usually are.
//
// Columns come to one scale first, asinh of (x - median) over a robust spread, or over the standard deviation
// where more than half of a column is one value. Then two distances: to the 20th nearest of 128 drawn rows
// (four draws: Sugiyama and Borgwardt, "Rapid distance-based outlier detection via sampling", NIPS 2013), so
// that anomalies which lie close together, up to a tenth of the rows, are far from it; and
// Mahalanobis' with a covariance shrunk towards a multiple of the identity, learnt from the three quarters
// of the rows (of more than 8,192 of so many) that are least strange by the first distance and by what the
// caller knows of them. Both are reported as standard scores over the rows. Class F; draws by seed, so no
// number of threads and no batch changes a bit.
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

/// Rows to learn from: all, or one drawn from each of `most` stretches where there are more.
inline std::vector<std::size_t> drawn_rows(std::size_t rows, std::size_t most, std::uint64_t seed) {
  std::vector<std::size_t> out(std::min(rows, most));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t begin = i * rows / out.size(), end = (i + 1) * rows / out.size();
    random_draws random(seed, 4, i);  // a stream that no draw of neighbours uses
    out[i] = rows <= most ? i : begin + random.below(end - begin);
  }
  return out;
}

class table_distance {
 public:
  /// How many rows are enough for a mean and a spread.
  static constexpr std::size_t enough = 2048;

  /// @param x        rows x columns, row after row; what is not finite is taken for the column's median
  /// @param columns  1 to 1,000
  /// @param seed     of the draws
  /// @param known    how strange each row is by other means, as a sum of standard scores; empty: nothing
  /// known
  /// @throws invalid_argument for no rows, or values that do not make up rows
  table_distance(span<const double> x, std::size_t columns, std::uint64_t seed = 0,
                 span<const double> known = {})
      : columns_(columns) {
    if (columns == 0 || columns > 1000)
      raise<invalid_argument>("columns: " + std::to_string(columns) + " given, expected 1 to 1000");
    if (x.size() == 0 || x.size() % columns != 0)
      raise<invalid_argument>("x: " + std::to_string(x.size()) + " values given, expected rows of " +
                              std::to_string(columns));
    if (known.size() != 0 && known.size() != x.size() / columns)
      raise<invalid_argument>("known: " + std::to_string(known.size()) + " rows given, expected " +
                              std::to_string(x.size() / columns));
    const std::vector<std::size_t> learnt = drawn_rows(x.size() / columns, most_learnt, seed);
    const std::size_t rows = learnt.size();
    learn_scales(x.data(), learnt);
    std::vector<double> z(rows * columns), plain(rows * columns), strange(rows), far(rows);
    for (std::size_t i = 0; i < rows; ++i)
      to_scale(x.data() + learnt[i] * columns, z.data() + i * columns, plain.data() + i * columns);
    draw(z, seed);
    for (std::size_t i = 0; i < rows; ++i) {
      if (i % 1024 == 0) check_interrupt();
      strange[i] = to_neighbor(z.data() + i * columns);
    }
    near_ = standard_scale::of(strange);
    for (std::size_t i = 0; i < rows; ++i)
      strange[i] = near_.standard(strange[i]) + (known.size() != 0 ? known[learnt[i]] : 0.0);
    const std::vector<std::size_t> usual = least_strange(strange);
    curved_.learn(z, columns, usual);
    plain_.learn(plain, columns, usual);
    for (std::size_t i = 0; i < rows; ++i) far[i] = std::sqrt(curved_.square(z.data() + i * columns));
    far_ = standard_scale::of(far);
  }

  std::size_t columns() const noexcept { return columns_; }

  /// Of each row: standard scores of the distance to neighbours and of Mahalanobis' distance, and the square
  /// of the latter without the asinh, whose tail is exponential where columns are normal; columns that are
  /// one value or missing in more than three quarters of the rows (all but three or more), which no ellipsoid
  /// holds, have no part in it. Higher is farther.
  ///
  /// @param x  rows x columns as before; near, far and square have one for each row
  void score(span<const double> x, span<double> near, span<double> far, span<double> square) const {
    if (far.size() != near.size() || square.size() != near.size())
      raise<invalid_argument>("near, far, square: " + std::to_string(near.size()) + ", " +
                              std::to_string(far.size()) + ", " + std::to_string(square.size()) +
                              " rows given, expected as many of each");
    std::vector<double> some(columns_);
    each_row(x, near.size(), [&](std::size_t i, const double* z, const double* plain) {
      for (std::size_t c = 0; c < columns_; ++c) some[c] = scales_[c].rare ? plain_.mean(c) : plain[c];
      near[i] = near_.standard(to_neighbor(z));
      far[i] = far_.standard(std::sqrt(curved_.square(z)));
      square[i] = plain_.square(some.data());
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
  static constexpr std::size_t draws = 4, sample = 128, neighbor = 20, most_learnt = 8192;

  struct column_scale {
    double middle = 0, spread = 1;
    bool rare = false;  // what is not in the middle: three values or more, in less than a quarter of the rows
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

  void learn_scales(const double* x, const std::vector<std::size_t>& rows) {
    scales_.resize(columns_);
    std::vector<double> v;
    for (std::size_t c = 0; c < columns_; ++c) {
      v.clear();
      for (const std::size_t i : rows)
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
      const std::size_t others = v.size() - static_cast<std::size_t>(high - low);
      s.rare = others >= 3 && others * 4 < rows.size();
      if (static_cast<std::size_t>(high - low) * 2 > v.size() || !(s.spread > 0)) {
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
      const double curved = math::log(a + std::sqrt(a * a + 1.0));
      z[c] = v < 0 ? -curved : curved;
      plain[c] = std::clamp(v, -1e6, 1e6);
    }
  }

  /// Three quarters of the rows, in their order; all of fewer than eight.
  static std::vector<std::size_t> least_strange(const std::vector<double>& strange) {
    std::vector<std::size_t> rows(strange.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    if (rows.size() < 8) return rows;
    const auto part = static_cast<std::ptrdiff_t>(rows.size() * 3 / 4);
    std::nth_element(rows.begin(), rows.begin() + part, rows.end(), [&](std::size_t a, std::size_t b) {
      return strange[a] != strange[b] ? strange[a] < strange[b] : a < b;
    });
    rows.resize(static_cast<std::size_t>(part));
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  void draw(const std::vector<double>& z, std::uint64_t seed) {
    const std::size_t rows = z.size() / columns_, m = std::min(sample, rows);
    size_ = m;
    nearest_ = std::max<std::size_t>(m < 8 ? 1 : 2, m * neighbor / sample);  // a drawn row is its own first
    drawn_.assign(draws * columns_ * m, 0.0);
    std::vector<std::size_t> order(rows);
    for (std::size_t i = 0; i < rows; ++i) order[i] = i;
    for (std::size_t d = 0; d < draws; ++d) {
      random_draws random(seed, static_cast<std::uint32_t>(d), 0);
      for (std::size_t i = 0; i < m; ++i) {  // the first m of a shuffle
        std::swap(order[i], order[i + random.below(rows - i)]);
        for (std::size_t c = 0; c < columns_; ++c)
          drawn_[(d * columns_ + c) * m + i] = z[order[i] * columns_ + c];
      }
    }
  }

  /// The count-th smallest of n.
  static double smallest(double* v, std::size_t n, std::size_t count) {
    std::nth_element(v, v + count - 1, v + n);
    return v[count - 1];
  }

  /// The same of all squares. One in each of 64 groups is the least of its group, so at least 20 are no
  /// larger than the 20th of those; few more are, and the 20th is among them.
  static double neighbor_of(const std::array<double, sample>& squares) {
    constexpr std::size_t groups = sample / 2;
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

  double to_neighbor(const double* z) const {
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
    return sum / static_cast<double>(draws);
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
