// rolling_window: every rolling statistic of the newest values of a stream, read at any time.
//
// Order statistics, extrema, counts and ends have the bits of the batch form (order_statistics.hpp,
// median_deviation.hpp, ranks.hpp, extrema.hpp, first_last.hpp) over the same rows: law I. Sums and what is
// made of them (law F) are as accurate as there: see detail/block_sums.hpp. By event time late values are let
// in as far as agreed; what comes later is counted and left out (time/event_time.hpp).
//
// Any reading is right at any time. What is told to keep() is kept ready from row to row, so that reading
// it is O(1) (order statistics O(log w)); another reading goes over the rows, with the same result.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "../core/number_span.hpp"
#include "detail/block_sums.hpp"
#include "detail/extreme_queue.hpp"
#include "detail/quantile_place_plain.hpp"
#include "detail/ranked_tree.hpp"
#include "detail/recent_rows.hpp"
#include "rank_options.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

class rolling_window {
 public:
  /// The newest `rows` rows, missing ones among them.
  ///
  /// @param how  min_periods and what is missing; the mask is not looked at
  /// @throws invalid_argument for a window of no rows
  static rolling_window by_count(std::int64_t rows, const options& how = {}) {
    return rolling_window(detail::recent_rows<double>::by_count(rows), how);
  }

  /// The rows of the last `width` of event time: after newest - width, up to the newest.
  ///
  /// @param width  in the unit of the times, above 0
  /// @param late   a row may come so much after a newer one, 0 to width; else it is left out
  /// @throws invalid_argument for a width or lateness outside
  static rolling_window by_time(std::int64_t width, std::int64_t late, const options& how = {}) {
    return rolling_window(detail::recent_rows<double>::by_time(width, late), how);
  }

  /// Keeps a statistic of sums, or minimum or maximum, ready from row to row.
  void keep(reduction what) {
    if (what == reduction::minimum && !lowest_) lowest_ = queued<false>();
    if (what == reduction::maximum && !highest_) highest_ = queued<true>();
    if ((what == reduction::sum || what == reduction::mean) && !plain_) plain_.emplace(rows_);
    if (is_second(what) && !second_ && !fourth_) second_.emplace(rows_);
    if (is_fourth(what) && !fourth_) fourth_.emplace(rows_);
  }
  /// Keeps quantiles, median deviation, rank and nunique ready from row to row.
  void keep_order() {
    if (!order_) order_ = ordered();
  }

  /// Adds the next row of a window by count.
  void push(double x) { add(rows_.next(), x); }

  /// Adds rows in order.
  void push(const number_span& x) {
    for (std::size_t i = 0; i < x.size(); ++i) push(x[i]);
  }

  /// Adds a row of a window by time; false where it comes too late, which is counted.
  bool push(std::int64_t time, double x) {
    rows_.check_timed();
    return add(time, x);
  }

  /// Adds rows with their times; gives how many came too late.
  std::uint64_t push(span<const std::int64_t> times, const number_span& x) {
    if (times.size() != x.size())
      raise<invalid_argument>("time: " + std::to_string(times.size()) + " rows given, expected " +
                              std::to_string(x.size()));
    const std::uint64_t before = clock().too_late();
    for (std::size_t i = 0; i < x.size(); ++i) push(times[i], x[i]);
    return clock().too_late() - before;
  }

  /// How many values there are.
  std::int64_t size() const noexcept { return static_cast<std::int64_t>(rows_.size()) - nans_; }
  /// The newest time, and how many rows were on time, late and too late.
  const event_time& clock() const noexcept { return rows_.clock(); }

  /// How many values there are, infinities among them, as pandas counts: NaN where there are fewer rows,
  /// missing or not, than min_periods.
  double count() const noexcept {
    return rows_.in_window() < how_.min_periods
               ? nan()
               : static_cast<double>(static_cast<std::int64_t>(rows_.size()) + rows_.infinite());
  }

  double sum() const { return simple<reduction::sum>(); }
  double mean() const { return simple<reduction::mean>(); }
  /// Divided by n - ddof, as the next two.
  double variance(double ddof = 1.0) const { return second<reduction::variance>(ddof); }
  double deviation(double ddof = 1.0) const { return second<reduction::deviation>(ddof); }
  double standard_error(double ddof = 1.0) const { return second<reduction::standard_error>(ddof); }
  double skewness() const { return fourth<reduction::skewness>(0.0); }
  double kurtosis() const { return fourth<reduction::kurtosis>(0.0); }

  double minimum() const { return extreme(lowest_); }
  double maximum() const { return extreme(highest_); }

  /// @throws invalid_argument if q is outside [0, 1]
  double quantile(double q, interpolation between = interpolation::linear) const {
    if (!(q >= 0.0 && q <= 1.0))
      raise<invalid_argument>("q: " + std::to_string(q) + " given, expected quantiles from 0 to 1");
    if (q == 0.0) return minimum();
    if (q == 1.0) return maximum();
    if (!enough()) return nan();
    return in_order([&](const detail::ranked_tree& tree, std::int64_t) {
      const auto at = kernel::place_of(q, size(), between);
      const double a = tree.select(at.index);
      return kernel::needs_upper(between, at.fraction)
                 ? kernel::interpolated(between, a, tree.select(at.index + 1), at)
                 : a;
    });
  }

  /// Of an even number the mean of the middle two.
  double median() const { return quantile(0.5, interpolation::midpoint); }

  /// Median, and the median of |x - median|, as median_deviation.hpp has them; O(log^2 w) where kept.
  std::pair<double, double> median_deviation() const {
    using both = std::pair<double, double>;
    if (!enough()) return {nan(), nan()};
    return in_order<both>([&](const detail::ranked_tree& tree, std::int64_t) -> both {
      const std::int64_t n = size(), run = n / 2 + 1;
      const double low = tree.select((n - 1) / 2);
      const double m = n % 2 == 0 ? (low + tree.select(n / 2)) / 2.0 : low;
      if (!(m - m == 0.0)) return {m, nan()};
      // The values nearest to m are a run of neighbours; it begins at the least s that is settled.
      std::int64_t s = 0, most = (n - 1) / 2;
      while (s < most) {
        const std::int64_t middle = s + (most - s) / 2;
        if (tree.select(middle + run) - m >= m - tree.select(middle))
          most = middle;
        else
          s = middle + 1;
      }
      const double a = m - tree.select(s), b = tree.select(s + run - 1) - m;
      const double widest = a > b ? a : b;
      if (n % 2 == 1) return {m, widest + 0.0};
      const double inner = a > b ? m - tree.select(s + 1) : tree.select(s + run - 2) - m;
      const double other = a > b ? b : a;
      return {m, (widest + (inner > other ? inner : other)) / 2.0 + 0.0};
    });
  }

  /// The rank of the newest row among the values, from 1; NaN where it is missing.
  double rank(const rank_options& count = {}) const {
    if (!enough() || state_of(newest_) != present) return nan();
    return in_order([&](const detail::ranked_tree& tree, std::int64_t) {
      std::int64_t less = tree.count_below(newest_, false);
      const std::int64_t equal = tree.count_below(newest_, true) - less;
      if (!count.ascending) less = size() - less - equal;
      const double place = count.method == ties::least ? static_cast<double>(less + 1)
                           : count.method == ties::greatest
                               ? static_cast<double>(less + equal)
                               : static_cast<double>(less) + static_cast<double>(equal + 1) / 2.0;
      return count.pct ? place / static_cast<double>(size()) : place;
    });
  }

  /// How many different values there are.
  double nunique() const {
    if (size() < how_.min_periods || nans_ > 0) return nan();
    return in_order(
        [](const detail::ranked_tree&, std::int64_t different) { return static_cast<double>(different); });
  }

  /// The oldest and the newest value that is not missing, by time, of one time by arrival.
  double first() const noexcept { return holds_enough() ? rows_[0].value : nan(); }
  double last() const noexcept { return holds_enough() ? rows_[rows_.size() - 1].value : nan(); }

  /// As after construction; what is kept ready stays so.
  void reset() {
    rows_.clear();
    nans_ = high_ = low_ = 0;
    newest_ = 0.0;
    if (order_) order_ = ordered();
    if (plain_) plain_.emplace(rows_);
    if (second_) second_.emplace(rows_);
    if (fourth_) fourth_.emplace(rows_);
    if (lowest_) lowest_ = queued<false>();
    if (highest_) highest_ = queued<true>();
  }

 private:
  using rows = detail::recent_rows<double>;
  template <reduction What>
  using sums_of = detail::block_sums<kernel::statistic<What>, double>;
  using sums_to_fourth = sums_of<reduction::kurtosis>;  // the lower powers are among its sums

  /// The values in order, and how many different ones.
  struct values_in_order {
    detail::ranked_tree tree;
    std::int64_t different = 0;

    void insert(double x, std::uint64_t age) {
      different += tree.count_below(x, true) == tree.count_below(x, false);
      tree.insert(x, age);
    }
    void erase(double x, std::uint64_t age) {
      tree.erase(x, age);
      different -= tree.count_below(x, true) == tree.count_below(x, false);
    }
  };
  enum state { present, absent, loud };

  rolling_window(rows&& r, const options& how) : rows_(r), how_(how) { how_.mask = {}; }

  static double nan() noexcept { return std::numeric_limits<double>::quiet_NaN(); }
  static bool is_second(reduction r) noexcept {
    return r == reduction::variance || r == reduction::deviation || r == reduction::standard_error;
  }
  static bool is_fourth(reduction r) noexcept { return r == reduction::skewness || r == reduction::kurtosis; }

  state state_of(double x) const noexcept {
    if (x != x) return how_.nan == treatment::propagate ? loud : absent;
    return x - x == 0.0 || how_.inf == treatment::propagate ? present : absent;
  }
  bool enough() const noexcept { return size() > 0 && size() >= how_.min_periods && nans_ == 0; }
  bool holds_enough() const noexcept {
    return !rows_.empty() && static_cast<std::int64_t>(rows_.size()) >= how_.min_periods;
  }

  bool add(std::int64_t time, double x) {
    const bool newest = !clock().started() || time >= clock().newest();
    if (!rows_.admit(time, [&](const rows::row& r) { leave(r); })) return false;
    if (newest) newest_ = x;
    const state s = state_of(x);
    if (s == absent) {
      rows_.insert_gap(time, x == x);
      each_sum([&](auto& sums) { sums.passed(rows_); });
      return true;
    }
    const std::size_t at = rows_.insert(time, x);
    each_sum([&](auto& sums) { sums.inserted(rows_, at); });
    count_odd(x, 1);
    if (s == loud) return true;
    if (order_) order_->insert(x, rows_[at].age);
    if (lowest_) lowest_->insert(time, x);
    if (highest_) highest_->insert(time, x);
    return true;
  }

  void leave(const rows::row& r) {
    each_sum([&](auto& sums) { sums.popped(r.value); });
    count_odd(r.value, -1);
    if (r.value != r.value) return;
    if (order_) order_->erase(r.value, r.age);
    if (lowest_) lowest_->pop(r.time);
    if (highest_) highest_->pop(r.time);
  }

  void count_odd(double x, std::int64_t by) noexcept {
    if (x - x == 0.0) return;
    (x != x ? nans_ : x > 0.0 ? high_ : low_) += by;
  }

  template <class F>
  void each_sum(const F& f) {
    if (plain_) f(*plain_);
    if (second_) f(*second_);
    if (fourth_) f(*fourth_);
  }

  template <class Result = double, class F>
  Result in_order(const F& f) const {
    if (order_) return f(order_->tree, order_->different);
    const values_in_order now = ordered();
    return f(now.tree, now.different);
  }
  values_in_order ordered() const {
    values_in_order r;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (rows_[i].value == rows_[i].value) r.insert(rows_[i].value, rows_[i].age);
    return r;
  }

  template <bool Greatest>
  detail::extreme_queue<Greatest> queued() const {
    detail::extreme_queue<Greatest> q;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (rows_[i].value == rows_[i].value) q.insert(rows_[i].time, rows_[i].value);
    return q;
  }
  template <bool Greatest>
  double extreme(const std::optional<detail::extreme_queue<Greatest>>& kept) const {
    return !enough() ? nan() : kept ? kept->value() : queued<Greatest>().value();
  }

  template <reduction What>
  double simple() const {
    return plain_ ? result<What>(*plain_, 0.0) : result<What>(sums_of<reduction::sum>(rows_), 0.0);
  }
  template <reduction What>
  double second(double ddof) const {
    if (fourth_) return result<What>(*fourth_, ddof);
    return second_ ? result<What>(*second_, ddof) : result<What>(sums_of<reduction::variance>(rows_), ddof);
  }
  template <reduction What>
  double fourth(double ddof) const {
    return fourth_ ? result<What>(*fourth_, ddof) : result<What>(sums_to_fourth(rows_), ddof);
  }

  /// Of the sums; infinities and NaN that are values show.
  template <reduction What, class Sums>
  double result(const Sums& sums, double ddof) const {
    constexpr bool linear = What == reduction::sum || What == reduction::mean;
    const auto all = static_cast<std::int64_t>(rows_.size()), odd = nans_ + high_ + low_;
    if (odd > 0) {
      if (!linear || all < how_.min_periods || nans_ > 0 || (high_ > 0 && low_ > 0)) return nan();
      return high_ > 0 ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    }
    const auto whole = sums.whole(rows_);
    const double r = kernel::result_of<kernel::statistic<What>>(whole.sum, static_cast<double>(all),
                                                                static_cast<double>(how_.min_periods), ddof);
    const int exponent = is_fourth(What) ? 0 : sums.exponent(rows_) * (What == reduction::variance ? 2 : 1);
    return exponent == 0 ? r : __builtin_ldexp(r, exponent);
  }

  rows rows_;  ///< those not missing
  options how_;
  std::int64_t nans_ = 0, high_ = 0, low_ = 0;  ///< NaN and infinities that are values
  double newest_ = 0.0;                         ///< missing or not
  std::optional<values_in_order> order_;
  std::optional<sums_of<reduction::sum>> plain_;
  std::optional<sums_of<reduction::variance>> second_;
  std::optional<sums_to_fourth> fourth_;
  std::optional<detail::extreme_queue<false>> lowest_;
  std::optional<detail::extreme_queue<true>> highest_;
};

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
