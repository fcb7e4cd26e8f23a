// order_window: quantiles, median deviation, rank, extrema, different values and ends of the newest values
// of a stream.
//
// Law I, and the bits of the batch form (order_statistics.hpp, median_deviation.hpp, ranks.hpp, extrema.hpp,
// first_last.hpp) over the same rows. A value costs O(log w) at worst, a reading too; by event time late
// values are let in as far as agreed, what comes later is counted and left out. Source:
// detail/ranked_tree.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "detail/order_statistics_plain.hpp"
#include "detail/ranked_tree.hpp"
#include "ranks.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

class order_window {
 public:
  /// The newest `rows` rows, missing ones among them.
  ///
  /// @param how  min_periods and what is missing; the mask is not looked at
  /// @throws invalid_argument for a window of no rows
  static order_window by_count(std::int64_t rows, const options& how = {}) {
    if (rows < 1 || rows >= 0x7FFFFFFF)
      raise<invalid_argument>("window: " + std::to_string(rows) +
                              " given, expected 1 row to 2147483646 rows");
    return order_window(rows, 0, false, how);
  }

  /// The rows of the last `width` of event time: after newest - width, up to the newest.
  ///
  /// @param width  in the unit of the times, above 0
  /// @param late   a row may come so much after a newer one, 0 to width; else it is left out
  /// @throws invalid_argument for a width or lateness outside
  static order_window by_time(std::int64_t width, std::int64_t late, const options& how = {}) {
    if (width < 1)
      raise<invalid_argument>("window: " + std::to_string(width) + " given, expected a time above 0");
    if (late < 0 || late > width)
      raise<invalid_argument>("late: " + std::to_string(late) + " given, expected 0 to " +
                              std::to_string(width));
    return order_window(width, late, true, how);
  }

  /// Adds the next row of a window by count.
  void push(double x) {
    if (timed_) raise<invalid_argument>("time: none given, expected one: the window is one of time");
    add({static_cast<std::int64_t>(pushed_), pushed_, x});
  }

  /// Adds rows in order.
  void push(span<const double> x) {
    for (const double v : x) push(v);
  }

  /// Adds a row of a window by time; false where it comes too late, which is counted.
  bool push(std::int64_t time, double x) {
    if (!timed_) raise<invalid_argument>("time: given, expected none: the window is one of rows");
    if (pushed_ > 0 && time < newest_.time) {
      const std::uint64_t behind = between(time, newest_.time);
      if (behind > static_cast<std::uint64_t>(late_) || behind >= static_cast<std::uint64_t>(window_)) {
        ++too_late_;
        return false;
      }
    }
    add({time, pushed_, x});
    return true;
  }

  /// Adds rows with their times; gives how many came too late.
  std::uint64_t push(span<const std::int64_t> times, span<const double> x) {
    if (times.size() != x.size())
      raise<invalid_argument>("time: " + std::to_string(times.size()) + " rows given, expected " +
                              std::to_string(x.size()));
    const std::uint64_t before = too_late_;
    for (std::size_t i = 0; i < x.size(); ++i) push(times[i], x[i]);
    return too_late_ - before;
  }

  /// How many values there are.
  std::int64_t size() const noexcept { return tree_.size(); }
  /// How many rows came too late and were left out.
  std::uint64_t late() const noexcept { return too_late_; }

  /// @throws invalid_argument if q is outside [0, 1]
  double quantile(double q, interpolation between = interpolation::linear) const {
    if (!(q >= 0.0 && q <= 1.0))
      raise<invalid_argument>("q: " + std::to_string(q) + " given, expected quantiles from 0 to 1");
    if (q == 0.0) return minimum();
    if (q == 1.0) return maximum();
    if (!enough()) return nan();
    const auto at = kernel::place_of(q, size());
    const double a = tree_.select(at.index);
    return kernel::needs_upper(between, at.fraction)
               ? kernel::interpolated(between, a, tree_.select(at.index + 1), at)
               : a;
  }

  /// Of an even number the mean of the middle two.
  double median() const { return quantile(0.5, interpolation::midpoint); }

  /// Median, and the median of |x - median|, as median_deviation.hpp has them; O(log^2 w).
  std::pair<double, double> median_deviation() const noexcept {
    if (!enough()) return {nan(), nan()};
    const std::int64_t n = size(), run = n / 2 + 1;
    const double low = tree_.select((n - 1) / 2);
    const double m = n % 2 == 0 ? (low + tree_.select(n / 2)) / 2.0 : low;
    if (!(m - m == 0.0)) return {m, nan()};
    // The values nearest to m are a run of neighbours; it begins at the least s that is settled.
    std::int64_t s = 0, most = (n - 1) / 2;
    while (s < most) {
      const std::int64_t middle = s + (most - s) / 2;
      if (tree_.select(middle + run) - m >= m - tree_.select(middle))
        most = middle;
      else
        s = middle + 1;
    }
    const double a = m - tree_.select(s), b = tree_.select(s + run - 1) - m;
    const double widest = a > b ? a : b;
    if (n % 2 == 1) return {m, widest + 0.0};
    const double inner = a > b ? m - tree_.select(s + 1) : tree_.select(s + run - 2) - m;
    const double other = a > b ? b : a;
    return {m, (widest + (inner > other ? inner : other)) / 2.0 + 0.0};
  }

  double minimum() const noexcept {
    return enough() ? tree_.select(tree_.count_below(tree_.select(0), true) - 1) : nan();
  }
  double maximum() const noexcept { return enough() ? tree_.select(size() - 1) : nan(); }

  /// The rank of the newest row among the values, from 1; NaN where it is missing.
  double rank(const rank_options& count = {}) const noexcept {
    if (!enough() || state_of(newest_.value) != present) return nan();
    std::int64_t less = tree_.count_below(newest_.value, false);
    const std::int64_t equal = tree_.count_below(newest_.value, true) - less;
    if (!count.ascending) less = size() - less - equal;
    const double place = count.method == ties::least ? static_cast<double>(less + 1)
                         : count.method == ties::greatest
                             ? static_cast<double>(less + equal)
                             : static_cast<double>(less) + static_cast<double>(equal + 1) / 2.0;
    return count.pct ? place / static_cast<double>(size()) : place;
  }

  /// How many different values there are.
  double nunique() const noexcept {
    return size() < how_.min_periods || loud_ > 0 ? nan() : static_cast<double>(different_);
  }

  /// The oldest and the newest value that is not missing, by time, of one time by arrival.
  double first() const noexcept { return holds_enough() ? rows_[0].value : nan(); }
  double last() const noexcept { return holds_enough() ? last_.value : nan(); }

  /// As after construction.
  void reset() {
    rows_.clear();
    tree_.clear();
    pushed_ = too_late_ = 0;
    different_ = loud_ = 0;
    newest_ = last_ = {};
  }

 private:
  struct row {
    std::int64_t time = 0;
    std::uint64_t age = 0;
    double value = 0.0;
  };
  enum state { present, absent, loud };

  order_window(std::int64_t window, std::int64_t late, bool timed, const options& how)
      : window_(window), late_(late), timed_(timed), how_(how) {
    how_.mask = {};
  }

  static double nan() noexcept { return std::numeric_limits<double>::quiet_NaN(); }
  static bool older(const row& a, const row& b) noexcept {
    return a.time < b.time || (a.time == b.time && a.age < b.age);
  }

  state state_of(double x) const noexcept {
    if (x != x) return how_.nan == treatment::propagate ? loud : absent;
    return x - x == 0.0 || how_.inf == treatment::propagate ? present : absent;
  }

  bool enough() const noexcept { return size() > 0 && size() >= how_.min_periods && loud_ == 0; }

  bool holds_enough() const noexcept {
    return !rows_.empty() && static_cast<std::int64_t>(rows_.size()) >= how_.min_periods;
  }

  static std::uint64_t between(std::int64_t early, std::int64_t late) noexcept {
    return static_cast<std::uint64_t>(late) - static_cast<std::uint64_t>(early);
  }

  void add(const row& r) {
    const state s = state_of(r.value);
    if (s != absent) {
      rows_.push_back(r);
      for (std::size_t i = rows_.size() - 1; i > 0 && older(rows_[i], rows_[(i - 1) / 2]); i = (i - 1) / 2)
        swap(i, (i - 1) / 2);
      if (rows_.size() == 1 || older(last_, r)) last_ = r;
    }
    if (s == present) {
      different_ += tree_.count_below(r.value, true) == tree_.count_below(r.value, false);
      tree_.insert(r.value, r.age);
    }
    loud_ += s == loud;
    if (pushed_ == 0 || !(r.time < newest_.time)) newest_ = r;
    ++pushed_;
    while (!rows_.empty() && between(rows_[0].time, newest_.time) >= static_cast<std::uint64_t>(window_))
      leave();
  }

  void leave() {
    const row r = rows_[0];
    drop_oldest();
    loud_ -= state_of(r.value) == loud;
    if (state_of(r.value) != present) return;
    tree_.erase(r.value, r.age);
    different_ -= tree_.count_below(r.value, true) == tree_.count_below(r.value, false);
  }

  void swap(std::size_t i, std::size_t j) noexcept {
    const row r = rows_[i];
    rows_[i] = rows_[j];
    rows_[j] = r;
  }

  void drop_oldest() {
    rows_[0] = rows_.back();
    rows_.pop_back();
    for (std::size_t i = 0;;) {
      std::size_t best = i;
      for (std::size_t child = 2 * i + 1; child <= 2 * i + 2; ++child)
        if (child < rows_.size() && older(rows_[child], rows_[best])) best = child;
      if (best == i) return;
      swap(i, best);
      i = best;
    }
  }

  std::int64_t window_, late_;
  bool timed_;
  options how_;
  std::vector<row> rows_;  ///< those not missing, as a heap, the oldest on top
  detail::ranked_tree tree_;
  std::uint64_t pushed_ = 0, too_late_ = 0;
  std::int64_t different_ = 0, loud_ = 0;
  row newest_;  ///< missing or not
  row last_;    ///< the newest of rows_
};

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
