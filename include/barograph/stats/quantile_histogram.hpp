// quantile_histogram: quantiles of a stream with a relative error bound, in exponential buckets.
//
// Law: commutative, class I: counts in buckets chosen by integers. Any order, split or tree of
// merges gives equal bytes, merges of unequal configurations included: the result has the smaller
// scale and budget and the larger zero threshold. `quantile` is numpy's `linear` between
// representatives; a representative is within `relative_error()` of every value of its bucket.
// Sources: OpenTelemetry metrics data model, "ExponentialHistogram" (detail/exponential_plain.hpp);
// C. Masson, J. E. Rim, H. K. Lee, "DDSketch", VLDB 2019, for the representative 2ab / (a + b).
//
// - Scale: buckets span at most `budget` indices per sign; past it the scale drops by one and pairs
//   of buckets become one. The scale depends on the range of the values, not on their order.
// - Zero: 0 and every bucket that reaches down to the zero threshold or below is counted as zero, in
//   whole buckets of the current scale, so a merge need not know where in a bucket values were.
// - Pinned bounds keep the exact count of values <= bound. A merge keeps the bounds that both sides
//   have; a side without values knows every count (it is 0) and takes none away.
// - NaN and infinities are counted apart and enter no quantile.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "../core/decimal.hpp"
#include "detail/exponential_buckets.hpp"
#include "interval.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Counts that were made elsewhere in exponential buckets: bucket i of `scale` holds the values in
/// (base^i, base^(i+1)] with base = 2^(2^-scale), those below zero by magnitude; the first count of a
/// side stands for its offset. OTLP's ExponentialHistogramDataPoint is the same.
struct exponential_counts {
  int scale = 6;
  std::int32_t positive_offset = 0;
  span<const std::uint64_t> positive;
  std::int32_t negative_offset = 0;
  span<const std::uint64_t> negative;
  std::uint64_t zero_count = 0;
  double zero_threshold = 0;                              ///< values up to this size are in zero_count
  double min = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not known
  double max = std::numeric_limits<double>::quiet_NaN();
  std::uint64_t nan_count = 0;
  std::uint64_t positive_infinity_count = 0;
  std::uint64_t negative_infinity_count = 0;
  span<const double> pinned;  ///< bounds, ascending, and the exact counts of values up to each
  span<const std::uint64_t> pinned_counts;
};

class quantile_histogram {
 public:
  static constexpr int default_scale = 6;
  static constexpr std::uint32_t default_budget = 4096;
  static constexpr std::uint32_t largest_budget = 65536;
  static constexpr std::size_t largest_pins = 1024;

  /// Values v with lower < v <= upper (the sides swapped below zero), and how many they are.
  struct bucket {
    double lower;
    double upper;
    std::uint64_t count;
  };

  /// What is certain about a count.
  struct count_range {
    std::uint64_t at_least;
    std::uint64_t at_most;
  };

  quantile_histogram() : quantile_histogram(default_scale) {}

  /// scale: -10 to 6, buckets per power of two are 2^scale. pinned: finite bounds in any order.
  /// budget: 2 to 65,536 bucket indices a sign. zero_threshold: finite, not negative.
  explicit quantile_histogram(int scale, span<const double> pinned = {},
                              std::uint32_t budget = default_budget, double zero_threshold = 0)
      : max_scale_(scale), scale_(scale), budget_(budget) {
    if (scale < -10 || scale > kernel::finest_scale)
      raise<invalid_argument>("scale: " + std::to_string(scale) + " given, expected -10 to 6");
    if (budget < 2 || budget > largest_budget)
      raise<invalid_argument>("budget: " + std::to_string(budget) + " buckets given, expected 2 to 65536");
    if (!(zero_threshold >= 0) || !std::isfinite(zero_threshold))
      raise<invalid_argument>("zero_threshold: " + decimal(zero_threshold) +
                              " given, expected a finite number, 0 or more");
    set_zero_threshold(zero_threshold);
    for (const double bound : pinned) {
      if (!std::isfinite(bound)) raise<invalid_argument>("pinned: a bound that is not finite given");
      pins_.push_back({bound + 0.0, 0});
    }
    sort_pins(pins_);
  }
  quantile_histogram(int scale, std::initializer_list<double> pinned, std::uint32_t budget = default_budget,
                     double zero_threshold = 0)
      : quantile_histogram(scale, span<const double>(pinned.begin(), pinned.size()), budget, zero_threshold) {
  }

  /// The histogram of values of which only the buckets are known. Counts above scale 6 go to the
  /// buckets of scale 6 that hold theirs. Minimum and maximum stay unknown unless both are given and
  /// stand in the first and the last bucket that hold something.
  static quantile_histogram from_counts(const exponential_counts& given,
                                        std::uint32_t budget = default_budget) {
    constexpr int finest = 20;
    if (given.scale < detail::coarsest_scale || given.scale > finest)
      raise<invalid_argument>("scale: " + std::to_string(given.scale) + " given, expected -11 to 20");
    const int scale = std::min(given.scale, kernel::finest_scale);
    quantile_histogram h(std::max(scale, -10), {}, budget, given.zero_threshold);
    h.scale_ = scale;
    h.counts_ = {0, given.nan_count, given.positive_infinity_count, given.negative_infinity_count};
    for (const std::uint64_t n : {h.counts_.nan, h.counts_.positive_infinity, h.counts_.negative_infinity})
      detail::sum_of_counts(n, 0);
    h.counts_.finite = h.zero_count_ = detail::sum_of_counts(given.zero_count, 0);
    h.add_counts(given.positive_offset, given.positive, given.scale, false);
    h.add_counts(given.negative_offset, given.negative, given.scale, true);
    h.collapse();
    h.add_pins(given.pinned, given.pinned_counts);
    if (h.count() == 0) {
      h.positive_ = h.negative_ = {};
      h.scale_ = h.max_scale_;
      return h;
    }
    h.extremes_ = {given.min + 0.0, given.max + 0.0, true};
    if (!std::isfinite(given.min) || !std::isfinite(given.max) || !h.extremes_possible())
      h.extremes_.forget();
    if (!h.pins_possible())
      raise<invalid_argument>("pinned_counts: counts given that the buckets cannot have");
    return h;
  }

  /// Adds x, n times.
  void update(double x, std::uint64_t n = 1) {
    if (n == 0) return;
    detail::tally counts = counts_;
    counts.add(x, n);
    if (std::isfinite(x)) place(x, n);
    counts_ = counts;
  }

  void update(span<const double> values) {
    counts_.check_room(values.size());
    constexpr std::size_t block = 512;
    double x[block];
    std::int32_t index[block];
    for (std::size_t i = 0; i < values.size(); i += block) {
      const std::size_t size = std::min(values.size() - i, block);
      std::copy_n(values.data() + i, size, x);  // the array may change under us; this does not
      const auto seen = kernel::exponential_indices(x, size, index);
      if (!seen.plain || !place_block(x, index, size, seen.min, seen.max))
        for (std::size_t j = 0; j < size; ++j) update(x[j]);
    }
  }

  /// Adds each value as often as its count says; an error (and no change) when one is negative.
  void update(span<const double> values, span<const std::int64_t> counts) {
    if (values.size() != counts.size())
      raise<invalid_argument>("n: " + std::to_string(counts.size()) + " counts given for " +
                              std::to_string(values.size()) + " values, expected as many");
    std::uint64_t total = 0;
    for (const std::int64_t n : counts) {
      if (n < 0) raise<invalid_argument>("n: " + std::to_string(n) + " given, expected 0 or more");
      total = detail::sum_of_counts(total, static_cast<std::uint64_t>(n));
    }
    counts_.check_room(total);
    for (std::size_t i = 0; i < values.size(); ++i) update(values[i], static_cast<std::uint64_t>(counts[i]));
  }

  void merge(const quantile_histogram& other) {
    quantile_histogram r = *this;
    r.counts_ = counts_.plus(other.counts_);
    r.zero_count_ += other.zero_count_;
    r.extremes_.merge(other.extremes_);
    r.pins_ = merged_pins(other);
    r.adopt(other);
    r.fit(other.positive_.range().shifted(other.scale_ - r.scale_),
          other.negative_.range().shifted(other.scale_ - r.scale_));
    const int by = other.scale_ - r.scale_;
    for_each(other.positive_, [&](std::int32_t i, std::uint64_t n) { r.positive_.at(i >> by) += n; });
    for_each(other.negative_, [&](std::int32_t i, std::uint64_t n) { r.negative_.at(i >> by) += n; });
    r.collapse();
    *this = std::move(r);
  }
  quantile_histogram& operator+=(const quantile_histogram& other) {
    merge(other);
    return *this;
  }

  /// Takes values away that are in this state, at the common scale; an error (and no change) when a
  /// bucket holds fewer. Minimum and maximum are then known to a bucket only, until nothing remains.
  void subtract(const quantile_histogram& other) {
    quantile_histogram r = *this;
    quantile_histogram o = other;
    r.adopt(o);
    o.adopt(r);
    r.adopt(o);  // o may have had to go further down than r
    r.collapse();
    o.collapse();
    r.counts_ = counts_.minus(o.counts_);
    r.zero_count_ = detail::difference_of_counts(r.zero_count_, o.zero_count_, "zeros");
    r.take(r.positive_, o.positive_);
    r.take(r.negative_, o.negative_);
    r.pins_.clear();
    for (const pin& p : pins_) {
      const pin* q = o.find_pin(p.bound);
      if (q == nullptr && o.count() != 0) continue;
      const std::uint64_t taken = q == nullptr ? 0 : q->count;
      r.pins_.push_back(
          {p.bound, detail::difference_of_counts(p.count, taken, "values up to a pinned bound")});
    }
    r.extremes_.subtracted(count(), r.count());
    if (r.count() == 0) {
      r.positive_ = r.negative_ = {};
      r.scale_ = r.max_scale_;
    } else if (o.count() != 0) {
      r.positive_.trim();
      r.negative_.trim();
    }
    if (!r.pins_possible())
      raise<invalid_argument>("subtract: pinned counts of values that are not contained in this state");
    *this = std::move(r);
  }

  /// subtract() where nothing is lost by it: all values of `other` lie between the extremes, and no value
  /// has lowered the scale; false, and nothing is done, where that is not so.
  bool subtract_within(const quantile_histogram& other) {
    if (!extremes_.surround(other.extremes_) || scale_ != max_scale_) return false;
    const detail::extremes same = extremes_;
    subtract(other);
    extremes_ = same;
    return true;
  }

  /// Empty again, with the configuration it has.
  void reset() {
    counts_ = {};
    zero_count_ = 0;
    extremes_ = {};
    positive_ = negative_ = {};
    scale_ = max_scale_;
    for (pin& p : pins_) p.count = 0;
  }

  /// Finite values; the others are counted apart.
  std::uint64_t count() const noexcept { return counts_.finite; }
  std::uint64_t nan_count() const noexcept { return counts_.nan; }
  std::uint64_t positive_infinity_count() const noexcept { return counts_.positive_infinity; }
  std::uint64_t negative_infinity_count() const noexcept { return counts_.negative_infinity; }
  std::uint64_t zero_count() const noexcept { return zero_count_; }

  /// The scale in use: at most the one that was asked for.
  int scale() const noexcept { return scale_; }
  std::uint32_t budget() const noexcept { return budget_; }
  double zero_threshold() const noexcept { return zero_threshold_; }

  /// The bound on |representative - value| / |value| now; near 0 add half of the smallest double,
  /// and values counted as zero come back as 0.
  double relative_error() const { return detail::bucket_error(scale_); }

  /// Smallest and largest value; after `subtract` the outer bound of the bucket they are in.
  /// NaN when there is no value.
  double min() const {
    if (extremes_.known || count() == 0) return extremes_.min_or_nan();
    return lower(locate(0).where);
  }
  double max() const {
    if (extremes_.known || count() == 0) return extremes_.max_or_nan();
    return upper(locate(count() - 1).where);
  }
  bool extremes_known() const noexcept { return extremes_.known; }

  /// numpy's `linear` at h = q (n - 1) between representatives; exact at 0 and 1 while minimum and
  /// maximum are known; NaN when there is no value. 0 <= q <= 1.
  double quantile(double q) const {
    if (!(q >= 0 && q <= 1)) raise<invalid_argument>("q: " + decimal(q) + " given, expected 0 <= q <= 1");
    if (count() == 0) return std::numeric_limits<double>::quiet_NaN();
    const std::uint64_t last = count() - 1;
    const double h = q * static_cast<double>(last);
    const std::uint64_t k = std::min(static_cast<std::uint64_t>(h), last);
    const double t = h - static_cast<double>(k);
    const found at = locate(k);
    const double here = middle(at.where);
    const double a = order_statistic(k, here);
    if (k == last || !(t > 0)) return a;
    const double b = order_statistic(k + 1, at.more ? here : middle(locate(k + 1).where));
    if (a == b) return a;
    if (a < 0 && b > 0) return a * (1 - t) + b * t;
    return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
  }

  std::vector<double> quantiles(span<const double> q) const {
    std::vector<double> r;
    for (const double p : q) r.push_back(quantile(p));
    return r;
  }

  /// Where the quantile of the population lies with the given confidence, whatever its distribution:
  /// the binomial interval of ranks, each end moved out to the bound of its bucket. An end that the
  /// sample cannot bound is infinite.
  interval quantile_interval(double q, double confidence = 0.95) const {
    const rank_interval ranks = quantile_ranks(count(), q, confidence);
    interval r{-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
    if (ranks.lower >= 1)
      r.lower = std::max(lower(locate(ranks.lower - 1).where), extremes_.known ? extremes_.min : r.lower);
    if (ranks.upper <= count())
      r.upper = std::min(upper(locate(ranks.upper - 1).where), extremes_.known ? extremes_.max : r.upper);
    return r;
  }

  /// Buckets that hold something, from the smallest values to the largest. The zero bucket is the
  /// one with lower <= 0 <= upper.
  std::vector<bucket> buckets() const {
    std::vector<bucket> r;
    for (std::int32_t i = negative_.range().high; i >= negative_.range().low; --i)
      if (negative_.at(i) != 0) r.push_back({lower({-1, i}), upper({-1, i}), negative_.at(i)});
    if (zero_count_ != 0) r.push_back({lower({0, 0}), upper({0, 0}), zero_count_});
    for_each(positive_, [&](std::int32_t i, std::uint64_t n) {
      if (n != 0) r.push_back({lower({1, i}), upper({1, i}), n});
    });
    return r;
  }

  /// What is certain about the number of values <= x: exact at pinned bounds, at bounds of buckets
  /// and outside of [min, max].
  count_range count_bounds(double x) const {
    if (x != x) raise<invalid_argument>("x: NaN given, expected a number");
    if (const pin* p = find_pin(x)) return {p->count, p->count};
    return certain_count(x);
  }

  /// The number of values <= x, exact where `count_bounds` is; within a bucket the values are taken
  /// to lie evenly.
  std::uint64_t count_at_most(double x) const {
    const count_range c = count_bounds(x);
    if (c.at_least == c.at_most) return c.at_least;
    const place_of_value where = find(x);
    const double a = lower(where);
    const double b = upper(where);
    const double share = std::min(1.0, std::max(0.0, (x / 2 - a / 2) / (b / 2 - a / 2)));
    const auto inside = static_cast<double>(c.at_most - c.at_least);
    return std::min(c.at_most, c.at_least + static_cast<std::uint64_t>(inside * share + 0.5));
  }

  std::vector<double> pinned() const {
    std::vector<double> r;
    for (const pin& p : pins_) r.push_back(p.bound);
    return r;
  }

  /// The exact number of values <= bound, which must be pinned (any bound while there is no value).
  std::uint64_t pinned_count(double bound) const {
    if (const pin* p = find_pin(bound)) return p->count;
    if (count() == 0) return 0;
    raise<invalid_argument>("bound: " + decimal(bound) +
                            " is not pinned: construct every histogram that is merged with it in `pinned`");
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::quantile_histogram);
    w.zigzag(max_scale_);
    w.zigzag(scale_);
    w.varint(budget_);
    w.f64(zero_threshold_);
    counts_.write(w);
    w.varint(zero_count_);
    extremes_.write(w, count());
    positive_.write(w);
    negative_.write(w);
    w.varint(pins_.size());
    for (const pin& p : pins_) {
      w.f64(p.bound);
      w.varint(p.count);
    }
    return w.finish();
  }

  static quantile_histogram from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::quantile_histogram, limits);
    const std::int64_t max_scale = r.zigzag();
    const std::int64_t scale = r.zigzag();
    const std::uint64_t budget = r.varint();
    const double zero_threshold = r.f64();
    if (max_scale < -10 || max_scale > kernel::finest_scale || scale < detail::coarsest_scale ||
        scale > max_scale || budget < 2 || budget > largest_budget || !std::isfinite(zero_threshold) ||
        std::signbit(zero_threshold))
      raise<bad_bytes>("bytes: a histogram configuration that cannot be");
    quantile_histogram h(static_cast<int>(max_scale), span<const double>(),
                         static_cast<std::uint32_t>(budget), zero_threshold);
    h.scale_ = static_cast<int>(scale);
    h.counts_ = detail::tally::read(r);
    h.zero_count_ = detail::read_count(r);
    h.extremes_ = detail::extremes::read(r, h.count());
    h.positive_ = detail::bucket_counts::read(r, h.scale_, budget);
    h.negative_ = detail::bucket_counts::read(r, h.scale_, budget);
    const std::size_t pins = r.count(9);
    if (pins > largest_pins) raise<bad_bytes>("bytes: more pinned bounds than a histogram takes");
    for (std::size_t i = 0; i < pins; ++i) {
      const double bound = r.f64();
      if (!std::isfinite(bound) || (bound == 0 && std::signbit(bound)) ||
          (!h.pins_.empty() && bound <= h.pins_.back().bound))
        raise<bad_bytes>("bytes: pinned bounds that are not in order");
      h.pins_.push_back({bound, detail::read_count(r)});
    }
    r.done();
    if (!h.possible()) raise<bad_bytes>("bytes: a histogram that no values can have");
    return h;
  }

  friend bool operator==(const quantile_histogram& a, const quantile_histogram& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const quantile_histogram& a, const quantile_histogram& b) { return !(a == b); }

 private:
  struct pin {
    double bound;
    std::uint64_t count;
  };

  /// A bucket by sign (0: the zero bucket) and index.
  struct place_of_value {
    int sign;
    std::int32_t index;
  };

  struct found {
    place_of_value where;
    bool more;  ///< whether the next order statistic stands in the same bucket
  };

  template <class Counts, class F>
  static void for_each(const Counts& counts, F f) {
    for (std::int32_t i = counts.range().low; i <= counts.range().high; ++i) f(i, counts.at(i));
  }

  int shift() const { return kernel::finest_scale - scale_; }

  void set_zero_threshold(double t) {
    zero_threshold_ = t + 0.0;
    zero_index_ = t == 0 ? std::numeric_limits<std::int32_t>::min() : detail::finest_index(t);
  }

  /// The last bucket that belongs to zero, at the current scale.
  std::int32_t last_zero_index() const { return zero_index_ >> shift(); }

  place_of_value find(double x) const {
    if (x == 0) return {0, 0};
    const double magnitude = std::min(std::fabs(x), std::numeric_limits<double>::max());
    const std::int32_t i = detail::finest_index(magnitude) >> shift();
    return i <= last_zero_index() ? place_of_value{0, 0} : place_of_value{x < 0 ? -1 : 1, i};
  }

  /// Drops the scale until the ranges, given at the current one, fit the budget together with what
  /// is here, and makes room for them.
  void fit(detail::index_range positive, detail::index_range negative) {
    const detail::index_range p = positive_.range().joined(positive);
    const detail::index_range n = negative_.range().joined(negative);
    int by = 0;
    while (p.shifted(by).span() > budget_ || n.shifted(by).span() > budget_) ++by;
    if (by != 0) downscale(by);
    positive_.cover(positive.shifted(by));
    negative_.cover(negative.shifted(by));
  }

  void downscale(int by) {
    halve(by);
    collapse();
  }

  void halve(int by) {
    detail::bucket_counts p = positive_.downscaled(by);
    detail::bucket_counts n = negative_.downscaled(by);
    positive_ = std::move(p);
    negative_ = std::move(n);
    scale_ -= by;
  }

  /// Counts buckets that reach down to the zero threshold as zero.
  void collapse() {
    if (zero_threshold_ == 0) return;
    zero_count_ += positive_.take_up_to(last_zero_index()) + negative_.take_up_to(last_zero_index());
  }

  void place(double x, std::uint64_t n) {
    const double magnitude = std::fabs(x);
    const std::int32_t finest = x == 0 ? zero_index_ : detail::finest_index(magnitude);
    if (finest <= zero_index_) {
      zero_count_ += n;
    } else {
      detail::bucket_counts& side = x < 0 ? negative_ : positive_;
      detail::index_range range{finest >> shift(), finest >> shift()};
      if (range.low < side.range().low || range.high > side.range().high || side.range().empty()) {
        fit(x < 0 ? detail::index_range{} : range, x < 0 ? range : detail::index_range{});
      }
      const std::int32_t i = finest >> shift();
      if (i <= last_zero_index())
        zero_count_ += n;
      else
        side.at(i) += n;
    }
    if (extremes_.known) extremes_.add(x);
    for (pin& p : pins_) p.count += x <= p.bound ? n : 0;
  }

  /// A block of positive normal values; false (and nothing done) when some count as zero.
  bool place_block(const double* x, const std::int32_t* index, std::size_t size, double low, double high) {
    const std::int32_t first = detail::finest_index(low);
    if (first <= zero_index_) return false;
    const detail::index_range range{first >> shift(), detail::finest_index(high) >> shift()};
    if (range.low < positive_.range().low || range.high > positive_.range().high || positive_.range().empty())
      fit(range, {});
    const int by = shift();
    if ((first >> by) <= last_zero_index()) return false;
    std::uint64_t* counts = positive_.data();
    const std::int32_t base = positive_.range().low;
    for (std::size_t j = 0; j < size; ++j) ++counts[(index[j] >> by) - base];
    counts_.finite += size;
    if (extremes_.known) {
      extremes_.add(low);
      extremes_.add(high);
    }
    for (pin& p : pins_) {
      std::uint64_t n = 0;
      for (std::size_t j = 0; j < size; ++j) n += x[j] <= p.bound ? 1 : 0;
      p.count += n;
    }
    return true;
  }

  /// Takes over the coarser configuration of two, without `collapse`.
  void adopt(const quantile_histogram& other) {
    max_scale_ = std::min(max_scale_, other.max_scale_);
    budget_ = std::min(budget_, other.budget_);
    if (other.zero_threshold_ > zero_threshold_) set_zero_threshold(other.zero_threshold_);
    const int target = std::min({scale_, other.scale_, max_scale_});
    if (target != scale_) halve(scale_ - target);
    fit({}, {});
  }

  void take(detail::bucket_counts& mine, const detail::bucket_counts& theirs) const {
    for_each(theirs, [&](std::int32_t i, std::uint64_t n) {
      if (n == 0) return;
      const bool there = i >= mine.range().low && i <= mine.range().high;
      const std::uint64_t rest =
          detail::difference_of_counts(there ? mine.at(i) : 0, n, "values of one bucket");
      mine.at(i) = rest;
    });
  }

  /// Ascending, each bound once; an error when they are too many.
  static void sort_pins(std::vector<pin>& pins) {
    std::sort(pins.begin(), pins.end(), [](const pin& a, const pin& b) { return a.bound < b.bound; });
    pins.erase(
        std::unique(pins.begin(), pins.end(), [](const pin& a, const pin& b) { return a.bound == b.bound; }),
        pins.end());
    if (pins.size() > largest_pins)
      raise<invalid_argument>("pinned: " + std::to_string(pins.size()) + " bounds given, expected at most " +
                              std::to_string(largest_pins));
  }

  const pin* find_pin(double bound) const {
    for (const pin& p : pins_)
      if (p.bound == bound) return &p;
    return nullptr;
  }

  std::vector<pin> merged_pins(const quantile_histogram& other) const {
    if (count() != 0 && other.count() == 0) return pins_;
    if (count() == 0 && other.count() != 0) return other.pins_;
    std::vector<pin> r;
    for (const pin& p : pins_) {
      const pin* q = other.find_pin(p.bound);
      if (q != nullptr)
        r.push_back({p.bound, p.count + q->count});
      else if (count() == 0)
        r.push_back(p);
    }
    if (count() == 0) {  // both sides are empty: nothing is lost yet
      for (const pin& q : other.pins_)
        if (find_pin(q.bound) == nullptr) r.push_back(q);
      sort_pins(r);
    }
    return r;
  }

  /// The bucket of the order statistic `rank` (from 0): scanned from the nearer end.
  found locate(std::uint64_t rank) const {
    if (rank < count() / 2) return scan(negative_, -1, positive_, 1, rank);
    return scan(positive_, 1, negative_, -1, count() - 1 - rank);
  }

  /// Walks `outer` from its largest magnitude to zero, then `inner` away from zero. Seen from the
  /// top, the next order statistic is the one that was passed before.
  found scan(const detail::bucket_counts& outer, int outer_sign, const detail::bucket_counts& inner,
             int inner_sign, std::uint64_t rank) const {
    const bool ascending = outer_sign < 0;
    const auto here = [&](int sign, std::int32_t i, std::uint64_t n) {
      return found{{sign, i}, ascending ? rank + 1 < n : rank > 0};
    };
    const detail::index_range o = outer.range();
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
    if (rank < zero_count_) return here(0, 0, zero_count_);
    rank -= zero_count_;
    const detail::index_range in = inner.range();
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
    return {{0, 0}, false};  // not reached: rank < count()
  }

  static std::uint64_t sum_of_eight(const std::uint64_t* n) {
    return ((n[0] + n[1]) + (n[2] + n[3])) + ((n[4] + n[5]) + (n[6] + n[7]));
  }

  double middle(place_of_value where) const {
    return where.sign == 0 ? 0 : where.sign * detail::representative(where.index, scale_);
  }

  double order_statistic(std::uint64_t rank, double v) const {
    if (!extremes_.known) return v;
    if (rank == 0) return extremes_.min;
    if (rank == count() - 1) return extremes_.max;
    return std::min(std::max(v, extremes_.min), extremes_.max);
  }

  /// The values of a bucket lie in (lower, upper], below zero in [lower, upper).
  double lower(place_of_value p) const {
    if (p.sign == 0) return 0.0 - zero_reach();  // never -0.0
    return p.sign > 0 ? detail::lower_bound(p.index, scale_) : -detail::upper_bound(p.index, scale_);
  }
  double upper(place_of_value p) const {
    if (p.sign == 0) return zero_reach();
    return p.sign > 0 ? detail::upper_bound(p.index, scale_) : 0.0 - detail::lower_bound(p.index, scale_);
  }
  double zero_reach() const {
    return zero_threshold_ == 0 ? 0 : detail::upper_bound(last_zero_index(), scale_);
  }

  /// count_bounds without the pins.
  count_range certain_count(double x) const {
    const double infinity = std::numeric_limits<double>::infinity();
    if (count() == 0 || x == -infinity) return {0, 0};
    if (x == infinity || (extremes_.known && x >= extremes_.max)) return {count(), count()};
    if (extremes_.known && x < extremes_.min) return {0, 0};
    const std::int32_t i = x == 0 ? 0 : detail::finest_index(std::fabs(x)) >> shift();
    count_range c{0, 0};
    const auto add = [&c](bool certain, bool possible, std::uint64_t n) {
      if (certain) c.at_least += n;
      if (possible) c.at_most += n;
    };
    // v = -m <= x for every m of x's own bucket only when |x| is the smallest double in it.
    const bool smallest = x < 0 && -x == std::nextafter(detail::lower_bound(i, scale_), infinity);
    const bool largest = x > 0 && x == detail::upper_bound(i, scale_);
    for_each(negative_, [&](std::int32_t j, std::uint64_t n) {
      add(x >= 0 || j > i || (j == i && smallest), x >= 0 || j >= i, n);
    });
    add(x >= zero_reach(), x >= -zero_reach(), zero_count_);
    for_each(positive_, [&](std::int32_t j, std::uint64_t n) {
      add(x > 0 && (j < i || (j == i && largest)), x > 0 && j <= i, n);
    });
    return c;
  }

  bool pins_possible() const {
    std::uint64_t before = 0;
    for (const pin& p : pins_) {
      const count_range c = certain_count(p.bound);
      if (p.count < before || p.count < c.at_least || p.count > c.at_most) return false;
      before = p.count;
    }
    return true;
  }

  /// Whether values exist that lead to this state.
  bool possible() const {
    std::uint64_t left = count();
    const auto spend = [&](std::uint64_t n) {
      const bool enough = n <= left;
      left -= enough ? n : left;
      return enough;
    };
    bool ok = spend(zero_count_);
    for_each(positive_, [&](std::int32_t i, std::uint64_t n) {
      ok = ok && spend(n) && (n == 0 || i > last_zero_index());
    });
    for_each(negative_, [&](std::int32_t i, std::uint64_t n) {
      ok = ok && spend(n) && (n == 0 || i > last_zero_index());
    });
    if (!ok || left != 0) return false;
    if (count() != 0 && extremes_.known && !extremes_possible()) return false;
    return pins_possible();
  }

  /// Whether minimum and maximum stand in the first and the last bucket that hold something.
  bool extremes_possible() const {
    const auto same = [&](double x, place_of_value p) {
      const place_of_value f = find(x);
      return f.sign == p.sign && f.index == p.index;
    };
    return same(extremes_.min, locate(0).where) && same(extremes_.max, locate(count() - 1).where);
  }

  /// Counts at bounds, for `from_counts`.
  void add_pins(span<const double> bounds, span<const std::uint64_t> counts) {
    if (bounds.size() != counts.size() || bounds.size() > largest_pins)
      raise<invalid_argument>("pinned: " + std::to_string(bounds.size()) + " bounds and " +
                              std::to_string(counts.size()) + " counts given, expected as many, at most " +
                              std::to_string(largest_pins));
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      if (!std::isfinite(bounds[i]) || (i != 0 && !(bounds[i] > bounds[i - 1])))
        raise<invalid_argument>("pinned: bounds given that are not finite and ascending");
      pins_.push_back({bounds[i] + 0.0, counts[i]});
    }
  }

  /// One side of `from_counts`.
  void add_counts(std::int32_t offset, span<const std::uint64_t> given, int scale, bool below_zero) {
    std::size_t first = 0;
    std::size_t last = given.size();
    while (first < last && given[first] == 0) ++first;
    while (last > first && given[last - 1] == 0) --last;
    if (first == last) return;
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
    const detail::index_range range{index(low), index(high)};
    fit(below_zero ? detail::index_range{} : range, below_zero ? range : detail::index_range{});
    detail::bucket_counts& side = below_zero ? negative_ : positive_;
    for (std::size_t i = first; i < last; ++i) {
      counts_.finite = detail::sum_of_counts(counts_.finite, given[i]);
      side.at(index(std::int64_t{offset} + static_cast<std::int64_t>(i))) += given[i];
    }
  }

  int max_scale_;
  int scale_;
  std::uint32_t budget_;
  double zero_threshold_ = 0;
  std::int32_t zero_index_ = 0;
  detail::tally counts_;
  std::uint64_t zero_count_ = 0;
  detail::extremes extremes_;
  detail::bucket_counts positive_;
  detail::bucket_counts negative_;
  std::vector<pin> pins_;
};

BAROGRAPH_NAMESPACE_END
