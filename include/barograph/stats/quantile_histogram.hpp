// quantile_histogram: quantiles of a stream with a relative error bound, in exponential buckets.
//
// Law: commutative, class I: counts in buckets chosen by integers. Any order, split or tree of
// merges gives equal bytes, merges of unequal configurations included: the result has the smaller
// scale and budget and the larger zero threshold. `quantile` is numpy's `linear` between
// representatives; a representative is within `relative_error()` of every value of its bucket.
// Sources: OpenTelemetry metrics data model, "ExponentialHistogram" (detail/exponential_plain.hpp);
// C. Masson, J. E. Rim, H. K. Lee, "DDSketch", VLDB 2019, for the representative 2ab / (a + b).
//
// - Scale, budget and zero threshold are those of detail/bucket_line.hpp.
// - Pinned bounds keep the exact count of values <= bound. A merge keeps the bounds that both sides
//   have; a side without values knows every count (it is 0) and takes none away.
// - NaN and infinities are counted apart and enter no quantile.
#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/decimal.hpp"
#include "detail/bucket_line.hpp"
#include "detail/pinned_counts.hpp"
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
  static constexpr std::uint32_t largest_budget = detail::bucket_line::largest_budget;
  static constexpr std::size_t largest_pins = detail::pinned_counts::most;

  /// Values v with lower < v <= upper (the sides swapped below zero), and how many they are.
  struct bucket {
    double lower;
    double upper;
    std::uint64_t count;
  };

  /// What is certain about a count.
  using count_range = detail::bucket_line::count_range;

  quantile_histogram() : quantile_histogram(default_scale) {}

  /// scale: -10 to 6, buckets per power of two are 2^scale. pinned: finite bounds in any order.
  /// budget: 2 to 65,536 bucket indices a sign. zero_threshold: finite, not negative.
  explicit quantile_histogram(int scale, span<const double> pinned = {},
                              std::uint32_t budget = default_budget, double zero_threshold = 0)
      : buckets_(scale, budget, zero_threshold), pins_(pinned) {}
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
    quantile_histogram h(detail::bucket_line::at_scale(std::min(given.scale, kernel::finest_scale), budget,
                                                       given.zero_threshold));
    h.counts_ = {0, given.nan_count, given.positive_infinity_count, given.negative_infinity_count};
    for (const std::uint64_t n : {h.counts_.nan, h.counts_.positive_infinity, h.counts_.negative_infinity})
      detail::sum_of_counts(n, 0);
    std::uint64_t& finite = h.counts_.finite;
    finite = detail::sum_of_counts(given.zero_count, 0);
    h.buckets_.add_zeros(finite);
    finite = h.buckets_.add_counts(given.positive_offset, given.positive, given.scale, false, finite);
    finite = h.buckets_.add_counts(given.negative_offset, given.negative, given.scale, true, finite);
    h.buckets_.collapse();
    h.pins_ = detail::pinned_counts(given.pinned, given.pinned_counts);
    if (h.count() == 0) {
      h.buckets_.reset();
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
    r.extremes_.merge(other.extremes_);
    r.pins_ = pins_.merged(other.pins_, count() == 0, other.count() == 0);
    r.buckets_.merge(other.buckets_);
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
    r.counts_ = counts_.minus(other.counts_);
    r.buckets_.subtract(other.buckets_);
    r.pins_ = pins_.without(other.pins_, other.count() == 0);
    r.extremes_.subtracted(count(), r.count());
    if (r.count() == 0)
      r.buckets_.reset();
    else if (other.count() != 0)
      r.buckets_.trim();
    if (!r.pins_possible())
      raise<invalid_argument>("subtract: pinned counts of values that are not contained in this state");
    *this = std::move(r);
  }

  /// subtract() where nothing is lost by it: all values of `other` lie between the extremes, and no value
  /// has lowered the scale; false, and nothing is done, where that is not so.
  bool subtract_within(const quantile_histogram& other) {
    if (!extremes_.surround(other.extremes_) || !buckets_.at_finest()) return false;
    const detail::extremes same = extremes_;
    subtract(other);
    extremes_ = same;
    return true;
  }

  /// Empty again, with the configuration it has.
  void reset() {
    counts_ = {};
    extremes_ = {};
    buckets_.reset();
    pins_.reset();
  }

  /// Finite values; the others are counted apart.
  std::uint64_t count() const noexcept { return counts_.finite; }
  std::uint64_t nan_count() const noexcept { return counts_.nan; }
  std::uint64_t positive_infinity_count() const noexcept { return counts_.positive_infinity; }
  std::uint64_t negative_infinity_count() const noexcept { return counts_.negative_infinity; }
  std::uint64_t zero_count() const noexcept { return buckets_.zeros(); }

  /// The scale in use: at most the one that was asked for.
  int scale() const noexcept { return buckets_.scale(); }
  std::uint32_t budget() const noexcept { return buckets_.budget(); }
  double zero_threshold() const noexcept { return buckets_.zero_threshold(); }

  /// The bound on |representative - value| / |value| now; near 0 add half of the smallest double,
  /// and values counted as zero come back as 0.
  double relative_error() const { return detail::bucket_error(scale()); }

  /// Smallest and largest value; after `subtract` the outer bound of the bucket they are in.
  /// NaN when there is no value.
  double min() const {
    if (extremes_.known || count() == 0) return extremes_.min_or_nan();
    return buckets_.lower(locate(0).where);
  }
  double max() const {
    if (extremes_.known || count() == 0) return extremes_.max_or_nan();
    return buckets_.upper(locate(count() - 1).where);
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
    const detail::bucket_line::found at = locate(k);
    const double here = buckets_.middle(at.where);
    const double a = order_statistic(k, here);
    if (k == last || !(t > 0)) return a;
    const double b = order_statistic(k + 1, at.more ? here : buckets_.middle(locate(k + 1).where));
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
      r.lower =
          std::max(buckets_.lower(locate(ranks.lower - 1).where), extremes_.known ? extremes_.min : r.lower);
    if (ranks.upper <= count())
      r.upper =
          std::min(buckets_.upper(locate(ranks.upper - 1).where), extremes_.known ? extremes_.max : r.upper);
    return r;
  }

  /// Buckets that hold something, from the smallest values to the largest. The zero bucket is the
  /// one with lower <= 0 <= upper.
  std::vector<bucket> buckets() const {
    std::vector<bucket> r;
    buckets_.for_each_bucket([&](detail::bucket_line::place p, std::uint64_t n) {
      if (n != 0) r.push_back({buckets_.lower(p), buckets_.upper(p), n});
    });
    return r;
  }

  /// What is certain about the number of values <= x: exact at pinned bounds, at bounds of buckets
  /// and outside of [min, max].
  count_range count_bounds(double x) const {
    if (x != x) raise<invalid_argument>("x: NaN given, expected a number");
    if (const auto* p = pins_.find(x)) return {p->count, p->count};
    return certain_count(x);
  }

  /// The number of values <= x, exact where `count_bounds` is; within a bucket the values are taken
  /// to lie evenly.
  std::uint64_t count_at_most(double x) const {
    const count_range c = count_bounds(x);
    if (c.at_least == c.at_most) return c.at_least;
    const detail::bucket_line::place where = buckets_.find(x);
    const double a = buckets_.lower(where);
    const double b = buckets_.upper(where);
    const double share = std::min(1.0, std::max(0.0, (x / 2 - a / 2) / (b / 2 - a / 2)));
    const auto inside = static_cast<double>(c.at_most - c.at_least);
    return std::min(c.at_most, c.at_least + static_cast<std::uint64_t>(inside * share + 0.5));
  }

  std::vector<double> pinned() const {
    std::vector<double> r;
    for (const auto& p : pins_.all()) r.push_back(p.bound);
    return r;
  }

  /// The exact number of values <= bound, which must be pinned (any bound while there is no value).
  std::uint64_t pinned_count(double bound) const {
    if (const auto* p = pins_.find(bound)) return p->count;
    if (count() == 0) return 0;
    raise<invalid_argument>("bound: " + decimal(bound) +
                            " is not pinned: construct every histogram that is merged with it in `pinned`");
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::quantile_histogram);
    buckets_.write_configuration(w);
    counts_.write(w);
    w.varint(buckets_.zeros());
    extremes_.write(w, count());
    buckets_.write_sides(w);
    pins_.write(w);
    return w.finish();
  }

  static quantile_histogram from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::quantile_histogram, limits);
    quantile_histogram h(detail::bucket_line::read_configuration(r));
    h.counts_ = detail::tally::read(r);
    h.buckets_.add_zeros(detail::read_count(r));
    h.extremes_ = detail::extremes::read(r, h.count());
    h.buckets_.read_sides(r);
    h.pins_ = detail::pinned_counts::read(r);
    r.done();
    if (!h.possible()) raise<bad_bytes>("bytes: a histogram that no values can have");
    return h;
  }

  friend bool operator==(const quantile_histogram& a, const quantile_histogram& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const quantile_histogram& a, const quantile_histogram& b) { return !(a == b); }

 private:
  explicit quantile_histogram(detail::bucket_line buckets) : buckets_(std::move(buckets)) {}

  void place(double x, std::uint64_t n) {
    buckets_.add(x, n);
    if (extremes_.known) extremes_.add(x);
    pins_.add(x, n);
  }

  /// A block of positive normal values; false (and nothing done) when some count as zero.
  bool place_block(const double* x, const std::int32_t* index, std::size_t size, double low, double high) {
    if (!buckets_.add_block(index, size, low, high)) return false;
    counts_.finite += size;
    if (extremes_.known) {
      extremes_.add(low);
      extremes_.add(high);
    }
    pins_.add(x, size);
    return true;
  }

  detail::bucket_line::found locate(std::uint64_t rank) const { return buckets_.locate(rank, count()); }

  double order_statistic(std::uint64_t rank, double v) const {
    if (!extremes_.known) return v;
    if (rank == 0) return extremes_.min;
    if (rank == count() - 1) return extremes_.max;
    return std::min(std::max(v, extremes_.min), extremes_.max);
  }

  /// count_bounds without the pins.
  count_range certain_count(double x) const {
    const double infinity = std::numeric_limits<double>::infinity();
    if (count() == 0 || x == -infinity) return {0, 0};
    if (x == infinity || (extremes_.known && x >= extremes_.max)) return {count(), count()};
    if (extremes_.known && x < extremes_.min) return {0, 0};
    return buckets_.count_up_to(x);
  }

  bool pins_possible() const {
    std::uint64_t before = 0;
    for (const auto& p : pins_.all()) {
      const count_range c = certain_count(p.bound);
      if (p.count < before || p.count < c.at_least || p.count > c.at_most) return false;
      before = p.count;
    }
    return true;
  }

  /// Whether values exist that lead to this state.
  bool possible() const {
    if (!buckets_.possible(count())) return false;
    if (count() != 0 && extremes_.known && !extremes_possible()) return false;
    return pins_possible();
  }

  /// Whether minimum and maximum stand in the first and the last bucket that hold something.
  bool extremes_possible() const {
    return buckets_.find(extremes_.min) == locate(0).where &&
           buckets_.find(extremes_.max) == locate(count() - 1).where;
  }

  detail::tally counts_;
  detail::extremes extremes_;
  detail::bucket_line buckets_;
  detail::pinned_counts pins_;
};

BAROGRAPH_NAMESPACE_END
