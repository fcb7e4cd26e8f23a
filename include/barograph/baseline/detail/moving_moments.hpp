// moving_moments: mean and standard deviation of a queue of values; nothing is ever subtracted from a sum.
//
// Law F: sums of deviations from a value of the queue, in twice the precision, as rolling/sums.hpp has them;
// within 2u * sum|x| / n for means. Two stacks: what comes in is added to one sum, what stands to leave has
// the sums of all behind it, made when that stack runs empty: O(1) a value in the mean.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "../../rolling/detail/double_double_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {
namespace detail {

class moving_moments {
 public:
  void push(std::int64_t at, double x) {
    if (leaving_.empty() && come_.empty()) pivot_ = x;
    come_.push_back({at, x});
    new_ = added(new_, x);
  }

  /// Takes out what came at or before `at`.
  void drop_until(std::int64_t at) {
    for (;;) {
      if (leaving_.empty()) {
        if (come_.empty() || come_.front().at > at) return;
        turn();
      }
      if (leaving_.back().at > at) return;
      leaving_.pop_back();
    }
  }

  std::int64_t count() const noexcept { return static_cast<std::int64_t>(leaving_.size() + come_.size()); }

  /// NaN when there is nothing.
  double mean() const noexcept {
    const auto n = static_cast<double>(count());
    const twofold s = all().sum;
    return kernel::rounded(kernel::plus(kernel::over(s, n, 1.0 / n), pivot_));
  }

  /// Divided by n - 1; NaN below two values.
  double deviation() const noexcept {
    const auto n = static_cast<double>(count());
    if (n < 2.0) return std::numeric_limits<double>::quiet_NaN();
    const sums a = all();
    const twofold mean_square = kernel::over(kernel::times(a.sum, a.sum), n, 1.0 / n);
    const double m2 = kernel::rounded(kernel::minus(a.square, mean_square));
    return m2 > 0.0 ? std::sqrt(m2 / (n - 1.0)) : m2 == m2 ? 0.0 : m2;
  }

  void reset() { *this = moving_moments(); }

 private:
  using twofold = kernel::twofold<double>;
  struct sums {
    twofold sum{0.0, 0.0}, square{0.0, 0.0};
  };
  struct value {
    std::int64_t at;
    double x;
  };
  struct tail {
    std::int64_t at;
    sums of;
  };

  sums added(const sums& s, double x) const noexcept {
    const double d = x - pivot_;
    const twofold exact{d, kernel::two_sum_error(x, -pivot_, d)};
    return {kernel::plus(s.sum, exact), kernel::plus(s.square, kernel::times(exact, exact))};
  }

  sums all() const noexcept {
    if (leaving_.empty()) return new_;
    const sums& old = leaving_.back().of;
    return {kernel::plus(old.sum, new_.sum), kernel::plus(old.square, new_.square)};
  }

  /// All that came becomes what leaves, about its newest value.
  void turn() {
    pivot_ = come_.back().x;
    sums s;
    for (auto v = come_.rbegin(); v != come_.rend(); ++v) {
      s = added(s, v->x);
      leaving_.push_back({v->at, s});
    }
    come_.clear();
    new_ = sums();
  }

  std::vector<value> come_;
  std::vector<tail> leaving_;  ///< the oldest last
  sums new_;                   ///< of come_
  double pivot_ = 0.0;
};

}  // namespace detail
}  // namespace baseline
BAROGRAPH_NAMESPACE_END
