// table_cells: how unlikely each cell of a table is by the other cells of its column.
//
// A table of many columns hides a row that is strange in one of them: distances and forests add up what all
// columns say. So each column has tails of its own, one to each side of its median, on the scale of -log P
// that a normal column has by its quartiles: there it is exponential where the column is normal, and as heavy
// as its cells show (detail/shaped_tail.hpp) where it is not; for lighter than normal no tail is taken. Class
// F.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"
#include "detail/shaped_tail.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class table_cells {
 public:
  /// @param x        rows x columns, row after row; what is not finite is missing
  /// @param columns  1 or more
  /// @throws invalid_argument for values that do not make up rows
  table_cells(span<const double> x, std::size_t columns) {
    check(x, columns);
    columns_.resize(columns);
    std::vector<double> v;
    std::vector<detail::shape_likelihood> told;
    for (std::size_t c = 0; c < columns; ++c) {
      check_interrupt();
      v.clear();
      for (std::size_t at = c; at < x.size(); at += columns)
        if (std::isfinite(x[at])) v.push_back(x[at]);
      std::sort(v.begin(), v.end());
      columns_[c].learn(v);
      for (const detail::shaped_tail& t : columns_[c].tails)
        if (t.tells()) told.push_back(t.likelihood());
    }
    usual_ = detail::usual_shapes(told);
    for (column& c : columns_)
      for (detail::shaped_tail& t : c.tails) t.settle(usual_);
  }

  std::size_t columns() const noexcept { return columns_.size(); }

  /// How usual each shape of a tail is among the columns.
  const detail::shape_likelihood& usual() const noexcept { return usual_; }

  /// Of each cell -log10 of the chance that a cell of its column is so far from the median, on either side; 0
  /// for what is missing, and for all cells of columns that tell of no tail. Rows x columns.
  void evidence(span<const double> x, span<double> out) const {
    check(x, columns_.size());
    if (out.size() != x.size())
      raise<invalid_argument>("out: " + std::to_string(out.size()) + " values given, expected " +
                              std::to_string(x.size()));
    for (std::size_t begin = 0; begin < x.size(); begin += columns_.size()) {
      if (begin / columns_.size() % 4096 == 0) check_interrupt();
      for (std::size_t c = 0; c < columns_.size(); ++c) out[begin + c] = columns_[c].evidence(x[begin + c]);
    }
  }

 private:
  struct column {
    double middle = 0, spread = 0;
    std::array<double, 2> begins{};            // how far from the median the tails do
    std::array<detail::shaped_tail, 2> tails;  // below the median, and above

    /// @param v  in order
    void learn(const std::vector<double>& v) {
      if (v.empty()) return;
      const auto at = [&](double q) {
        return v[static_cast<std::size_t>(q * static_cast<double>(v.size() - 1))];
      };
      middle = at(0.5);
      spread = at(0.75) / 1.349 - at(0.25) / 1.349;
      const auto [low, high] = std::equal_range(v.begin(), v.end(), middle);
      if (static_cast<std::size_t>(high - low) * 2 > v.size() || !(spread > 0)) {
        std::vector<double> others;  // how far cells usually are that are not at the median
        for (const double y : v)
          if (y != middle) others.push_back(std::abs(y - middle));
        std::sort(others.begin(), others.end());
        spread = others.empty() ? 0.0 : others[others.size() / 2];
      }
      if (!(spread > 0) || !std::isfinite(spread)) {
        spread = 0.0;
        return;
      }
      const std::size_t most = std::min<std::size_t>(v.size() * 3 / 20, 400);
      std::vector<double> far(v.size());
      for (std::size_t i = 0; i < v.size(); ++i) far[v.size() - 1 - i] = surprise(middle - v[i]);
      tails[0].learn(far, most, 1.0, 0.1);
      for (std::size_t i = 0; i < v.size(); ++i) far[i] = surprise(v[i] - middle);
      tails[1].learn(far, most, 1.0, 0.1);
      begins = {middle - v[most], v[v.size() - 1 - most] - middle};
    }

    /// -log of the chance that a normal value is so far above its mean, to a hundredth (Karagiannidis and
    /// Lioumpas, "An improved approximation for the Gaussian Q-function", 2007, have the like).
    double surprise(double off) const noexcept {
      const double z = std::clamp(off / spread, 0.0, 1e6);
      return 0.5 * z * z + math::log(0.82 * z + std::sqrt(0.19 * z * z + 1.0)) + 0x1.62e42fefa39efp-1;
    }

    double evidence(double x) const noexcept {
      if (!(spread > 0) || !std::isfinite(x)) return 0.0;
      constexpr double log10_2 = 0x1.34413509f79ffp-2;  // two sides
      const bool above = x >= middle;
      const double off = above ? x - middle : middle - x;
      if (off <= begins[above]) return 0.0;
      const double one = tails[above].evidence(surprise(off));
      return std::max(0.0, one - log10_2);
    }
  };

  static void check(span<const double> x, std::size_t columns) {
    if (columns == 0 || x.size() % columns != 0)
      raise<invalid_argument>("x: " + std::to_string(x.size()) + " values given, expected rows of " +
                              std::to_string(columns));
  }

  std::vector<column> columns_;
  detail::shape_likelihood usual_{};
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
