// block_sums: the sums of a moving window's terms, kept from row to row, nothing ever subtracted.
//
// Law F. Of each row of the newest block the sums up to it, of each row of the block before it the sums from
// it on (van Herk 1992; Gil and Werman 1993): a window is one of each. The sums are a function of the rows
// alone, in order of time, whatever came late and whenever they are read; over rows by count they are
// the twofold ones of detail/sums_plain.hpp, to the bit, unless a block begins with a missing value. A row on
// time costs O(1) on average, a late one as many rows as stand between it and the block's end.
#pragma once

#include <cstdint>

#include "recent_rows.hpp"
#include "sums_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

/// Two series' values in one row.
struct two_values {
  double x, y;
};
inline double x_of(double v) noexcept { return v; }
inline double y_of(double) noexcept { return 0.0; }
inline double x_of(const two_values& v) noexcept { return v.x; }
inline double y_of(const two_values& v) noexcept { return v.y; }
template <class Value>
inline bool is_finite(const Value& v) noexcept {
  const double x = x_of(v), y = y_of(v);
  return x - x == 0.0 && y - y == 0.0;
}

template <class S, class Value>
class block_sums {
 public:
  using rows = recent_rows<Value>;
  using sums = kernel::running<S, double, false>;

  explicit block_sums(const rows& r) { rebuild(r); }

  /// The row at this place is new.
  void inserted(const rows& r, std::size_t at) {
    if (r.brief(kernel::short_window)) return;
    const std::size_t middle = r.middle();
    const Value& v = r[at].value;
    if (partial_.size() + 1 != r.size() || r.new_block() || stale_ || beyond(v) ||
        (is_finite(v) && at == pivot_place(r)))
      return rebuild(r);
    partial_.insert(at, none());
    count_near(v, 1);
    at < middle ? suffixes(r, at + 1) : prefixes(r, at);
  }
  /// The oldest row, of this value, has left. The last value near to what the sums are scaled for takes the
  /// scale with it: powers of all others might have vanished in it.
  void popped(const Value& v) {
    if (!partial_.empty()) partial_.pop_front();
    count_near(v, -1);
    stale_ = stale_ || (exponent_ != 0 && near_ == 0) || (exponent_y_ != 0 && near_y_ == 0);
  }
  /// A row without a value came.
  void passed(const rows& r) {
    if (r.new_block() || stale_) rebuild(r);
  }

  /// The sums over the whole window, of values divided by 2^exponent.
  sums whole(const rows& r) const noexcept {
    sums all = none();
    const std::size_t n = r.size();
    if (r.brief(kernel::short_window)) {
      block_sums now;
      now.aim(r);
      for (std::size_t i = n; i-- > 0;) now.take_in(all, r[i].value);
      return all;
    }
    if (r.middle() < n) all = partial_[n - 1];
    if (r.middle() > 0) all.merge(partial_[0]);
    return all;
  }
  int exponent(const rows& r) const noexcept {
    return r.brief(kernel::short_window) ? aimed(r).exponent_ : exponent_;
  }
  int exponent_y(const rows& r) const noexcept {
    return r.brief(kernel::short_window) ? aimed(r).exponent_y_ : exponent_y_;
  }

 private:
  block_sums() = default;

  static block_sums aimed(const rows& r) noexcept {
    block_sums b;
    b.aim(r);
    return b;
  }
  static sums none() noexcept {
    sums s;
    s.clear();
    return s;
  }

  /// A value that every window of the newest block holds once it is there: deviations are taken from it.
  static std::size_t pivot_place(const rows& r) noexcept {
    const std::size_t n = r.size();
    if (!r.brief(kernel::short_window))
      for (std::size_t i = r.middle(); i < n; ++i)
        if (is_finite(r[i].value)) return i;
    for (std::size_t i = n; i-- > 0;)
      if (is_finite(r[i].value)) return i;
    return n;
  }

  void aim(const rows& r) noexcept {
    double most = 0.0, most_y = 0.0;
    for (std::size_t i = 0; i < r.size(); ++i) {
      if (!is_finite(r[i].value)) continue;
      const double x = __builtin_fabs(x_of(r[i].value)), y = __builtin_fabs(y_of(r[i].value));
      most = x > most ? x : most;
      most_y = y > most_y ? y : most_y;
    }
    exponent_ = scale_of(most);
    exponent_y_ = scale_of(most_y);
    near_ = near_y_ = 0;
    for (std::size_t i = 0; i < r.size(); ++i) count_near(r[i].value, 1);
    const std::size_t at = pivot_place(r);
    pivot_ = at < r.size() ? scaled(x_of(r[at].value), exponent_) : 0.0;
    pivot_y_ = at < r.size() ? scaled(y_of(r[at].value), exponent_y_) : 0.0;
  }

  void rebuild(const rows& r) {
    partial_.clear();
    stale_ = false;
    if (r.brief(kernel::short_window)) return;
    aim(r);
    for (std::size_t i = 0; i < r.size(); ++i) partial_.insert(i, none());
    suffixes(r, r.middle());
    prefixes(r, r.middle());
  }

  /// Anew for the rows before `stop`.
  void suffixes(const rows& r, std::size_t stop) {
    sums s = stop < r.middle() ? partial_[stop] : none();
    for (std::size_t i = stop; i-- > 0;) {
      take_in(s, r[i].value);
      partial_[i] = s;
    }
  }
  /// Anew for the rows from `first` on.
  void prefixes(const rows& r, std::size_t first) {
    sums s = first > r.middle() ? partial_[first - 1] : none();
    for (std::size_t i = first; i < r.size(); ++i) {
      take_in(s, r[i].value);
      partial_[i] = s;
    }
  }

  void take_in(sums& s, const Value& v) const noexcept {
    if (is_finite(v)) s.take_in(scaled(x_of(v), exponent_), scaled(y_of(v), exponent_y_), pivot_, pivot_y_);
  }

  static double scaled(double x, int exponent) noexcept {
    return exponent == 0 ? x : __builtin_ldexp(x, -exponent);
  }
  static int exponent_of(double x) noexcept {
    std::uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return x == 0.0 ? 0 : static_cast<int>(bits >> 52 & 0x7FF) - 1023;
  }

  /// A power of two that keeps powers (sums) of values this large within the range; 0 for usual ones.
  static int scale_of(double most) noexcept {
    const int e = exponent_of(most);
    if constexpr (S::pivoted)
      return e > 200 || e < -200 ? e : 0;
    else
      return e > 940 ? 100 : 0;
  }
  /// Counts the values that the scale is there for.
  void count_near(const Value& v, std::int64_t by) noexcept {
    if (!is_finite(v)) return;
    if (exponent_ != 0 && exponent_of(x_of(v)) > exponent_ - 200) near_ += by;
    if (exponent_y_ != 0 && exponent_of(y_of(v)) > exponent_y_ - 200) near_y_ += by;
  }
  bool beyond(const Value& v) const noexcept {
    return is_finite(v) && (beyond(x_of(v), exponent_) || beyond(y_of(v), exponent_y_));
  }
  static bool beyond(double x, int exponent) noexcept {
    const int e = exponent_of(x);
    return S::pivoted ? e > exponent + 200 : e > 940 && exponent == 0;
  }

  sliding_array<sums> partial_;
  double pivot_ = 0.0, pivot_y_ = 0.0;
  int exponent_ = 0, exponent_y_ = 0;
  std::int64_t near_ = 0, near_y_ = 0;  ///< values that the exponents are for
  bool stale_ = false;                  ///< to be made anew with the next row
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
