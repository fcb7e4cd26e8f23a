// bucket_line: the exponential buckets of all finite numbers, below zero, zero and above, within a budget.
//
// Law: class I. Buckets span at most `budget` indices a sign; past it the scale drops by one and pairs of
// buckets become one, so that the scale depends on the range of the values and not on their order. 0 and
// every bucket that reaches down to the zero threshold or below is counted as zero, in whole buckets of the
// current scale, so a merge need not know where in a bucket values were.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "../../core/decimal.hpp"
#include "../../core/span.hpp"
#include "exponential_buckets.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

class bucket_line {
 public:
  static constexpr std::uint32_t largest_budget = 65536;

  /// A bucket by sign (0: the zero bucket) and index.
  struct place {
    int sign;
    std::int32_t index;

    friend bool operator==(const place& a, const place& b) { return a.sign == b.sign && a.index == b.index; }
  };
  struct found {
    place where;
    bool more;  ///< whether the next order statistic stands in the same bucket
  };
  struct count_range {
    std::uint64_t at_least;
    std::uint64_t at_most;
  };

  bucket_line(int scale, std::uint32_t budget, double zero_threshold)
      : max_scale_(scale), scale_(scale), budget_(budget) {
    if (scale < -10 || scale > kernel::finest_scale)
      raise<invalid_argument>("scale: " + std::to_string(scale) + " given, expected -10 to 6");
    if (budget < 2 || budget > largest_budget)
      raise<invalid_argument>("budget: " + std::to_string(budget) + " buckets given, expected 2 to 65536");
    if (!(zero_threshold >= 0) || !std::isfinite(zero_threshold))
      raise<invalid_argument>("zero_threshold: " + decimal(zero_threshold) +
                              " given, expected a finite number, 0 or more");
    set_zero_threshold(zero_threshold);
  }

  /// For counts that were made elsewhere, at scale -11 at the coarsest.
  static bucket_line at_scale(int scale, std::uint32_t budget, double zero_threshold) {
    bucket_line line(std::max(scale, -10), budget, zero_threshold);
    line.scale_ = scale;
    return line;
  }

  int scale() const noexcept { return scale_; }
  /// Whether no value has lowered the scale.
  bool at_finest() const noexcept { return scale_ == max_scale_; }
  std::uint32_t budget() const noexcept { return budget_; }
  double zero_threshold() const noexcept { return zero_threshold_; }
  std::uint64_t zeros() const noexcept { return zeros_; }

  place find(double x) const {
    if (x == 0) return {0, 0};
    const double magnitude = std::min(std::fabs(x), std::numeric_limits<double>::max());
    const std::int32_t i = finest_index(magnitude) >> shift();
    return i <= last_zero_index() ? place{0, 0} : place{x < 0 ? -1 : 1, i};
  }

  void add(double x, std::uint64_t n) {
    const std::int32_t finest = x == 0 ? zero_index_ : finest_index(std::fabs(x));
    if (finest <= zero_index_) {
      zeros_ += n;
      return;
    }
    bucket_counts& side = x < 0 ? negative_ : positive_;
    const index_range range{finest >> shift(), finest >> shift()};
    if (range.low < side.range().low || range.high > side.range().high || side.range().empty())
      fit(x < 0 ? index_range{} : range, x < 0 ? range : index_range{});
    const std::int32_t i = finest >> shift();
    if (i <= last_zero_index())
      zeros_ += n;
    else
      side.at(i) += n;
  }

  /// A block of positive normal values by their finest indices; false (and nothing done) when some count as
  /// zero.
  bool add_block(const std::int32_t* index, std::size_t size, double low, double high) {
    const std::int32_t first = finest_index(low);
    if (first <= zero_index_) return false;
    const index_range range{first >> shift(), finest_index(high) >> shift()};
    if (range.low < positive_.range().low || range.high > positive_.range().high || positive_.range().empty())
      fit(range, {});
    const int by = shift();
    if ((first >> by) <= last_zero_index()) return false;
    std::uint64_t* counts = positive_.data();
    const std::int32_t base = positive_.range().low;
    for (std::size_t j = 0; j < size; ++j) ++counts[(index[j] >> by) - base];
    return true;
  }

  void add_zeros(std::uint64_t n) { zeros_ += n; }

  /// Counts of one side that were made elsewhere: the first one stands for bucket `offset` of `scale`. Those
  /// that are near to zero wait for collapse().
  ///
  /// @return how many they are, on top of `before`
  std::uint64_t add_counts(std::int32_t offset, span<const std::uint64_t> given, int scale, bool below_zero,
                           std::uint64_t before) {
    std::size_t first = 0;
    std::size_t last = given.size();
    while (first < last && given[first] == 0) ++first;
    while (last > first && given[last - 1] == 0) --last;
    if (first == last) return before;
    const std::int64_t low = std::int64_t{offset} + static_cast<std::int64_t>(first);
    const std::int64_t high = std::int64_t{offset} + static_cast<std::int64_t>(last) - 1;
    // The values of doubles: 2^-1074 is the last of bucket -1075 of scale 0, 2^1024 is beyond all.
    const auto outermost = [&](std::int64_t exponent) {
      return scale >= 0 ? exponent * (std::int64_t{1} << scale) : exponent >> -scale;
    };
    if (low < outermost(-1075) || high > (scale >= 0 ? outermost(1024) - 1 : outermost(1023)))
      raise<invalid_argument>("offset: buckets " + std::to_string(low) + " to " + std::to_string(high) +
                              " of scale " + std::to_string(scale) +
                              " hold counts, which is beyond the range of doubles");
    const auto index = [&](std::int64_t i) {
      return static_cast<std::int32_t>(i >> (scale - std::min(scale, kernel::finest_scale)) >>
                                       (std::min(scale, kernel::finest_scale) - scale_));
    };
    const index_range range{index(low), index(high)};
    fit(below_zero ? index_range{} : range, below_zero ? range : index_range{});
    bucket_counts& side = below_zero ? negative_ : positive_;
    for (std::size_t i = first; i < last; ++i) {
      before = sum_of_counts(before, given[i]);
      side.at(index(std::int64_t{offset} + static_cast<std::int64_t>(i))) += given[i];
    }
    return before;
  }

  /// Counts buckets that reach down to the zero threshold as zero.
  void collapse() {
    if (zero_threshold_ == 0) return;
    zeros_ += positive_.take_up_to(last_zero_index()) + negative_.take_up_to(last_zero_index());
  }

  void merge(const bucket_line& other) {
    zeros_ += other.zeros_;
    adopt(other);
    const int by = other.scale_ - scale_;
    fit(other.positive_.range().shifted(by), other.negative_.range().shifted(by));
    const int now = other.scale_ - scale_;  // to fit, the scale may have dropped again
    for_each(other.positive_, [&](std::int32_t i, std::uint64_t n) { positive_.at(i >> now) += n; });
    for_each(other.negative_, [&](std::int32_t i, std::uint64_t n) { negative_.at(i >> now) += n; });
    collapse();
  }

  /// Takes counts away, at the common scale; an error, after which this is of no use, when a bucket holds
  /// fewer.
  void subtract(bucket_line other) {
    adopt(other);
    other.adopt(*this);
    adopt(other);  // the other may have had to go further down than this
    collapse();
    other.collapse();
    zeros_ = difference_of_counts(zeros_, other.zeros_, "zeros");
    take(positive_, other.positive_);
    take(negative_, other.negative_);
  }

  /// Forgets the range of what has been subtracted.
  void trim() {
    positive_.trim();
    negative_.trim();
  }

  void reset() {
    zeros_ = 0;
    positive_ = negative_ = {};
    scale_ = max_scale_;
  }

  /// f(bucket, count) from the smallest values to the largest; counts may be 0.
  template <class F>
  void for_each_bucket(F f) const {
    for (std::int32_t i = negative_.range().high; i >= negative_.range().low; --i)
      f(place{-1, i}, negative_.at(i));
    f(place{0, 0}, zeros_);
    for_each(positive_, [&](std::int32_t i, std::uint64_t n) { f(place{1, i}, n); });
  }

  /// The bucket of the order statistic `rank` (from 0) of `count`: scanned from the nearer end.
  found locate(std::uint64_t rank, std::uint64_t count) const {
    if (rank < count / 2) return scan(negative_, -1, positive_, 1, rank);
    return scan(positive_, 1, negative_, -1, count - 1 - rank);
  }

  double middle(place where) const {
    return where.sign == 0 ? 0 : where.sign * representative(where.index, scale_);
  }
  /// The values of a bucket lie in (lower, upper], below zero in [lower, upper).
  double lower(place p) const {
    if (p.sign == 0) return 0.0 - zero_reach();  // never -0.0
    return p.sign > 0 ? lower_bound(p.index, scale_) : -upper_bound(p.index, scale_);
  }
  double upper(place p) const {
    if (p.sign == 0) return zero_reach();
    return p.sign > 0 ? upper_bound(p.index, scale_) : 0.0 - lower_bound(p.index, scale_);
  }

  /// What is certain about the number of values up to a finite x.
  count_range count_up_to(double x) const {
    const std::int32_t i = x == 0 ? 0 : finest_index(std::fabs(x)) >> shift();
    count_range c{0, 0};
    const auto add = [&c](bool certain, bool possible, std::uint64_t n) {
      if (certain) c.at_least += n;
      if (possible) c.at_most += n;
    };
    // v = -m <= x for every m of x's own bucket only when |x| is the smallest double in it.
    const bool smallest =
        x < 0 && -x == std::nextafter(lower_bound(i, scale_), std::numeric_limits<double>::infinity());
    const bool largest = x > 0 && x == upper_bound(i, scale_);
    for_each(negative_, [&](std::int32_t j, std::uint64_t n) {
      add(x >= 0 || j > i || (j == i && smallest), x >= 0 || j >= i, n);
    });
    add(x >= zero_reach(), x >= -zero_reach(), zeros_);
    for_each(positive_, [&](std::int32_t j, std::uint64_t n) {
      add(x > 0 && (j < i || (j == i && largest)), x > 0 && j <= i, n);
    });
    return c;
  }

  /// Whether so many values may have led to these counts.
  bool possible(std::uint64_t left) const {
    bool ok = true;
    for_each_bucket([&](place p, std::uint64_t n) {
      ok = ok && n <= left && (n == 0 || p.sign == 0 || p.index > last_zero_index());
      left -= ok ? n : 0;
    });
    return ok && left == 0;
  }

  void write_configuration(byte_writer& w) const {
    w.zigzag(max_scale_);
    w.zigzag(scale_);
    w.varint(budget_);
    w.f64(zero_threshold_);
  }
  static bucket_line read_configuration(byte_reader& r) {
    const std::int64_t max_scale = r.zigzag();
    const std::int64_t scale = r.zigzag();
    const std::uint64_t budget = r.varint();
    const double zero_threshold = r.f64();
    if (max_scale < -10 || max_scale > kernel::finest_scale || scale < coarsest_scale || scale > max_scale ||
        budget < 2 || budget > largest_budget || !std::isfinite(zero_threshold) ||
        std::signbit(zero_threshold))
      raise<bad_bytes>("bytes: a histogram configuration that cannot be");
    bucket_line line(static_cast<int>(max_scale), static_cast<std::uint32_t>(budget), zero_threshold);
    line.scale_ = static_cast<int>(scale);
    return line;
  }
  void write_sides(byte_writer& w) const {
    positive_.write(w);
    negative_.write(w);
  }
  void read_sides(byte_reader& r) {
    positive_ = bucket_counts::read(r, scale_, budget_);
    negative_ = bucket_counts::read(r, scale_, budget_);
  }

 private:
  template <class F>
  static void for_each(const bucket_counts& counts, F f) {
    for (std::int32_t i = counts.range().low; i <= counts.range().high; ++i) f(i, counts.at(i));
  }

  int shift() const { return kernel::finest_scale - scale_; }

  void set_zero_threshold(double t) {
    zero_threshold_ = t + 0.0;
    zero_index_ = t == 0 ? std::numeric_limits<std::int32_t>::min() : finest_index(t);
  }
  /// The last bucket that belongs to zero, at the current scale.
  std::int32_t last_zero_index() const { return zero_index_ >> shift(); }
  double zero_reach() const { return zero_threshold_ == 0 ? 0 : upper_bound(last_zero_index(), scale_); }

  /// Drops the scale until the ranges, given at the current one, fit the budget together with what
  /// is here, and makes room for them.
  void fit(index_range positive, index_range negative) {
    const index_range p = positive_.range().joined(positive);
    const index_range n = negative_.range().joined(negative);
    int by = 0;
    while (p.shifted(by).span() > budget_ || n.shifted(by).span() > budget_) ++by;
    if (by != 0) {
      halve(by);
      collapse();
    }
    positive_.cover(positive.shifted(by));
    negative_.cover(negative.shifted(by));
  }

  void halve(int by) {
    bucket_counts p = positive_.downscaled(by);
    bucket_counts n = negative_.downscaled(by);
    positive_ = std::move(p);
    negative_ = std::move(n);
    scale_ -= by;
  }

  /// Takes over the coarser configuration of two, without `collapse`.
  void adopt(const bucket_line& other) {
    max_scale_ = std::min(max_scale_, other.max_scale_);
    budget_ = std::min(budget_, other.budget_);
    if (other.zero_threshold_ > zero_threshold_) set_zero_threshold(other.zero_threshold_);
    const int target = std::min({scale_, other.scale_, max_scale_});
    if (target != scale_) halve(scale_ - target);
    fit({}, {});
  }

  static void take(bucket_counts& mine, const bucket_counts& theirs) {
    for_each(theirs, [&](std::int32_t i, std::uint64_t n) {
      if (n == 0) return;
      const bool there = i >= mine.range().low && i <= mine.range().high;
      const std::uint64_t rest = difference_of_counts(there ? mine.at(i) : 0, n, "values of one bucket");
      mine.at(i) = rest;
    });
  }

  /// Walks `outer` from its largest magnitude to zero, then `inner` away from zero. Seen from the
  /// top, the next order statistic is the one that was passed before.
  found scan(const bucket_counts& outer, int outer_sign, const bucket_counts& inner, int inner_sign,
             std::uint64_t rank) const {
    const bool ascending = outer_sign < 0;
    const auto here = [&](int sign, std::int32_t i, std::uint64_t n) {
      return found{{sign, i}, ascending ? rank + 1 < n : rank > 0};
    };
    const index_range o = outer.range();
    const std::uint64_t* n = outer.data();
    std::int64_t first = o.span() - 1;
    for (; first >= 7; first -= 8) {  // whole eights that the rank lies beyond
      const std::uint64_t eight = sum_of_eight(n + first - 7);
      if (rank < eight) break;
      rank -= eight;
    }
    for (std::int64_t i = first; i >= 0; --i) {
      if (rank < n[i]) return here(outer_sign, static_cast<std::int32_t>(o.low + i), n[i]);
      rank -= n[i];
    }
    if (rank < zeros_) return here(0, 0, zeros_);
    rank -= zeros_;
    const index_range in = inner.range();
    n = inner.data();
    first = 0;
    for (; first + 8 <= in.span(); first += 8) {
      const std::uint64_t eight = sum_of_eight(n + first);
      if (rank < eight) break;
      rank -= eight;
    }
    for (std::int64_t i = first; i < in.span(); ++i) {
      if (rank < n[i]) return here(inner_sign, static_cast<std::int32_t>(in.low + i), n[i]);
      rank -= n[i];
    }
    return {{0, 0}, false};  // not reached: rank < count
  }

  static std::uint64_t sum_of_eight(const std::uint64_t* n) {
    return ((n[0] + n[1]) + (n[2] + n[3])) + ((n[4] + n[5]) + (n[6] + n[7]));
  }

  int max_scale_;
  int scale_;
  std::uint32_t budget_;
  double zero_threshold_ = 0;
  std::int32_t zero_index_ = 0;
  std::uint64_t zeros_ = 0;
  bucket_counts positive_;
  bucket_counts negative_;
};

}  // namespace detail
BAROGRAPH_NAMESPACE_END
