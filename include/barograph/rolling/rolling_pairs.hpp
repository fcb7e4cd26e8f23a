// rolling_pairs: covariance and correlation of the newest pairs of a stream, read at any time.
//
// Law F, as accurate as the batch form (rolling/sums.hpp), and by count with its bits over a series of eight
// windows or more unless a block begins with a missing pair: see detail/block_sums.hpp. A pair of which
// either is missing is left out. By event time late pairs are let in as far as agreed; what comes later is
// counted and left out (time/event_time.hpp). A pair costs O(1) on average, a reading O(1).
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "../core/number_span.hpp"
#include "detail/block_sums.hpp"
#include "detail/recent_rows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

class rolling_pairs {
 public:
  /// The newest `rows` pairs, missing ones among them: see rolling_window::by_count.
  static rolling_pairs by_count(std::int64_t rows, const options& how = {}) {
    return rolling_pairs(pairs::by_count(rows), how);
  }
  /// The pairs of the last `width` of event time: see rolling_window::by_time.
  static rolling_pairs by_time(std::int64_t width, std::int64_t late, const options& how = {}) {
    return rolling_pairs(pairs::by_time(width, late), how);
  }

  /// Adds the next pair of a window by count.
  void push(double x, double y) { add(pairs_.next(), {x, y}); }

  /// Adds pairs in order.
  void push(const number_span& x, const number_span& y) {
    check_sizes("y", y.size(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) push(x[i], y[i]);
  }

  /// Adds a pair of a window by time; false where it comes too late, which is counted.
  bool push(std::int64_t time, double x, double y) {
    pairs_.check_timed();
    return add(time, {x, y});
  }

  /// Adds pairs with their times; gives how many came too late.
  std::uint64_t push(span<const std::int64_t> times, const number_span& x, const number_span& y) {
    check_sizes("y", y.size(), x.size());
    check_sizes("time", times.size(), x.size());
    const std::uint64_t before = clock().too_late();
    for (std::size_t i = 0; i < x.size(); ++i) push(times[i], x[i], y[i]);
    return clock().too_late() - before;
  }

  /// How many pairs there are.
  std::int64_t size() const noexcept { return static_cast<std::int64_t>(pairs_.size()) - loud_; }
  /// The newest time, and how many pairs were on time, late and too late.
  const event_time& clock() const noexcept { return pairs_.clock(); }

  /// Divided by n - ddof.
  double covariance(double ddof = 1.0) const noexcept {
    const double r = result<reduction::covariance>(ddof);
    const int exponent = sums_.exponent(pairs_) + sums_.exponent_y(pairs_);
    return exponent == 0 ? r : __builtin_ldexp(r, exponent);
  }
  double correlation() const noexcept { return result<reduction::correlation>(0.0); }

  /// As after construction.
  void reset() {
    pairs_.clear();
    sums_ = sums(pairs_);
    loud_ = 0;
  }

 private:
  using pairs = detail::recent_rows<detail::two_values>;
  using sums = detail::block_sums<kernel::statistic<reduction::correlation>, detail::two_values>;

  rolling_pairs(pairs&& p, const options& how) : pairs_(p), how_(how), sums_(pairs_) { how_.mask = {}; }

  static void check_sizes(const char* name, std::size_t given, std::size_t expected) {
    if (given != expected)
      raise<invalid_argument>(std::string(name) + ": " + std::to_string(given) + " rows given, expected " +
                              std::to_string(expected));
  }

  bool is_loud(double x) const noexcept {
    return x != x ? how_.nan == treatment::propagate : x - x != 0.0 && how_.inf == treatment::propagate;
  }
  bool is_loud(const detail::two_values& v) const noexcept { return is_loud(v.x) || is_loud(v.y); }

  bool add(std::int64_t time, const detail::two_values& v) {
    const bool in = pairs_.admit(time, [&](const pairs::row& r) {
      sums_.popped(r.value);
      loud_ -= is_loud(r.value);
    });
    if (!in) return false;
    if (is_loud(v) || detail::is_finite(v)) {
      loud_ += is_loud(v);
      sums_.inserted(pairs_, pairs_.insert(time, v));
    } else {
      pairs_.insert_gap(time, false);
      sums_.passed(pairs_);
    }
    return true;
  }

  template <reduction What>
  double result(double ddof) const noexcept {
    if (loud_ > 0) return std::numeric_limits<double>::quiet_NaN();
    const auto whole = sums_.whole(pairs_);
    return kernel::result_of<kernel::statistic<What>>(whole.sum, static_cast<double>(pairs_.size()),
                                                      static_cast<double>(how_.min_periods), ddof);
  }

  pairs pairs_;  ///< those not missing
  options how_;
  sums sums_;
  std::int64_t loud_ = 0;  ///< pairs with a NaN or an infinity that shows
};

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
