// Order statistics of one group after the other, by selection (std::nth_element).
//
// Law I: a selection; the combiner's few operations are class F.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../../stats/order_statistic.hpp"
#include "scan_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {
namespace detail {

/// Selects order statistics of one group after the other, given as ordered bits, and combines them.
class rank_reader {
 public:
  /// @param quantiles  each in [0, 1]; to outlive this
  rank_reader(const std::vector<double>& quantiles, combiner rule) : quantiles_(quantiles), rule_(rule) {}

  /// Begins a group of n >= 1 values: the ranks that its quantiles and extremes need.
  void begin(std::size_t n) {
    n_ = n;
    needed_.assign({0, n - 1});
    for (const double q : quantiles_) {
      const quantile_position p = position_of(q, n);
      needed_.push_back(p.rank);
      if (p.fraction != 0.0) needed_.push_back(p.rank + 1);
    }
    std::sort(needed_.begin(), needed_.end());
    needed_.erase(std::unique(needed_.begin(), needed_.end()), needed_.end());
    values_.resize(needed_.size());
  }

  /// Ascending and distinct.
  const std::vector<std::size_t>& needed() const noexcept { return needed_; }

  /// Reads the needed ranks in [base, base + count) from the `count` values with these ranks.
  void select(std::int64_t* keys, std::size_t count, std::size_t base) {
    std::size_t done = 0;
    for (std::size_t i = first_at(base); i < needed_.size() && needed_[i] - base < count; ++i) {
      const std::size_t k = needed_[i] - base;
      if (done > 0 && k == done) {  // the successor of what was selected last
        std::iter_swap(keys + k, std::min_element(keys + k, keys + count));
      } else if (k + 1 == count && done == 0) {
        std::iter_swap(keys + k, std::max_element(keys, keys + count));
      } else {
        std::nth_element(keys + done, keys + k, keys + count);
      }
      values_[i] = kernel::groupby::from_ordered_bits(keys[k]);
      done = k + 1;
    }
  }

  double minimum() const noexcept { return values_.front(); }
  double maximum() const noexcept { return values_.back(); }

  /// The group's quantiles, to `row`.
  void write(double* row) const {
    for (const double q : quantiles_) {
      const quantile_position p = position_of(q, n_);
      const std::size_t i = first_at(p.rank);
      const double a = values_[i];
      *row++ = combine(rule_, a, p.fraction != 0.0 ? values_[i + 1] : a, p.fraction);
    }
  }

 private:
  std::size_t first_at(std::size_t rank) const {
    return static_cast<std::size_t>(std::lower_bound(needed_.begin(), needed_.end(), rank) - needed_.begin());
  }

  const std::vector<double>& quantiles_;
  combiner rule_;
  std::size_t n_ = 0;
  std::vector<std::size_t> needed_;
  std::vector<double> values_;
};

}  // namespace detail
}  // namespace groupby
BAROGRAPH_NAMESPACE_END
