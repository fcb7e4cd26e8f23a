// latency_counts: what a recorder has counted, as a plain value: add, take away, turn into a summary.
//
// Law: commutative, class I: counts of a fixed partition and a sum of integers, so any split, order or
// tree of additions gives the same summary. The partition has the buckets of quantile_histogram at scale
// 6 from `lower` to `upper` ms, split once more at Apdex's T and F (so that their counts are exact), a
// cell below and one above, one for infinite and one for missing latencies; `count` is derived from the
// cells. Every latency adds itself to the sum in units of 2^-20 ms (0.95 ns), to the nearest; the sum is
// kept modulo 2^64 and made whole again by what the buckets say of it.
// Bounds of `summary()`: quantiles as quantile_histogram; the mean within 2^-21 ms of the true one (taken
// while threads record: within the bound of the buckets); std within twice relative_error() of the root
// mean square; a latency of at most `lower` counts as 0, one above `upper` as if it stood in the next
// bucket (`below()` and `above()` say how many). Smallest and largest are known to a bucket.
// Source of the correction: G. Tene, "How NOT to Measure Latency", 2013: coordinated omission.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "../slo/latency_summary.hpp"
#include "../stats/detail/exponential_buckets.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Which latencies a recorder tells apart, in ms: from about 1 µs to 70 min unless you say otherwise.
struct latency_range {
  double lower = 0x1p-10;
  double upper = 0x1p22;
};

/// Where a latency is counted: a value that every recorder, shard and count shares.
class latency_cells {
 public:
  explicit latency_cells(const apdex_policy& limits = {}, latency_range range = {})
      : threshold_(limits.threshold), tolerating_(limits.tolerating.value_or(4 * limits.threshold)) {
    if (!(range.lower >= 1e-6) || !(range.upper <= 1e12) || !(range.upper >= 2 * range.lower))
      raise<invalid_argument>(
          "range: " + decimal(range.lower) + " to " + decimal(range.upper) +
          " ms given, expected 1e-6 to 1e12 ms and an upper end of at least twice the lower");
    const apdex checked(threshold_, tolerating_);
    first_ = detail::finest_index(range.lower) + 1;
    buckets_ = detail::finest_index(range.upper) - first_ + 1;
    under_ = detail::lower_bound(first_, kernel::finest_scale);
    over_ = detail::lower_bound(first_ + buckets_, kernel::finest_scale);
    if (!(threshold_ > under_ && tolerating_ <= over_))
      raise<invalid_argument>("range: " + decimal(range.lower) + " to " + decimal(range.upper) +
                              " ms given, expected one that holds Apdex's T and F, " + decimal(threshold_) +
                              " and " + decimal(tolerating_) + " ms");
    least_bits_ = bits_of(under_) + 1;
    before_first_ = static_cast<std::size_t>(first_ - 1 + 1023 * 64);
    span_bits_ = bits_of(over_) - bits_of(under_);
    threshold_bits_ = bits_of(threshold_);
    tolerating_bits_ = bits_of(tolerating_);
  }

  double threshold() const noexcept { return threshold_; }          ///< Apdex's T
  double tolerating_limit() const noexcept { return tolerating_; }  ///< Apdex's F
  double lower() const noexcept { return under_; }                  ///< the largest latency that counts as 0
  double upper() const noexcept { return over_; }  ///< the largest one that is told from longer ones

  /// Cells: below, the buckets and two splits, above, infinite, missing.
  std::size_t size() const noexcept { return static_cast<std::size_t>(buckets_) + 6; }
  std::size_t above() const noexcept { return size() - 3; }
  std::size_t infinite() const noexcept { return size() - 2; }
  std::size_t missing() const noexcept { return size() - 1; }

  /// 0 up to T, 1 up to F, 2 beyond; 3 for a missing latency.
  static constexpr std::size_t zones = 4;
  std::size_t zone(double latency) const noexcept {
    if (__builtin_expect(latency != latency, 0)) return 3;
    return static_cast<std::size_t>(latency > threshold_) + static_cast<std::size_t>(latency > tolerating_);
  }

  std::size_t cell(double latency) const noexcept { return find(latency).cell; }

  /// What a latency adds to the sum: units of 2^-20 ms; none when it is negative or not finite.
  static std::uint64_t units(double latency) noexcept {
    if (!(latency > 0 && latency < std::numeric_limits<double>::infinity())) return 0;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::min(latency, 0x1p42) * 0x1p20 + 0.5));
  }

  struct place {
    std::size_t cell;
    std::size_t zone;
    std::uint64_t units;
  };

  /// All of it at once. Positive doubles have the order of their bits, so one comparison of integers
  /// finds out what lies outside of the range.
  place find(double latency) const noexcept {
    const std::uint64_t bits = bits_of(latency);
    if (__builtin_expect(bits - least_bits_ >= span_bits_, 0)) return find_outside(latency);
    const std::size_t zone =
        static_cast<std::size_t>(bits > threshold_bits_) + static_cast<std::size_t>(bits > tolerating_bits_);
    const std::size_t bucket = kernel::exponential_index_of_bits(bits - 1) - before_first_;
    return {bucket + zone, zone,
            static_cast<std::uint64_t>(static_cast<std::int64_t>(latency * 0x1p20 + 0.5))};
  }

  /// Calls f(cell, lower, upper, value) for every cell of finite latencies, the smallest first: a latency
  /// v of it has lower < v <= upper, and `value` stands for it.
  template <class F>
  void for_each(F f) const {
    f(std::size_t{0}, 0.0, under_, 0.0);
    const std::int32_t t = detail::finest_index(threshold_);
    const std::int32_t g = detail::finest_index(tolerating_);
    std::size_t cell = 1;
    for (std::int32_t i = first_; i < first_ + buckets_; ++i) {
      double low = detail::lower_bound(i, kernel::finest_scale);
      const double high = detail::upper_bound(i, kernel::finest_scale);
      const double middle = detail::representative(i, kernel::finest_scale);
      const auto part = [&](double end) {
        const double above_low = std::nextafter(low, std::numeric_limits<double>::infinity());
        f(cell++, low, end, std::min(std::max(middle, above_low), end));
        low = end;
      };
      if (i == t) part(threshold_);
      if (i == g) part(tolerating_);
      part(high);
    }
    f(above(), over_, std::numeric_limits<double>::infinity(),
      detail::representative(first_ + buckets_, kernel::finest_scale));
  }

  friend bool operator==(const latency_cells& a, const latency_cells& b) noexcept {
    return a.threshold_ == b.threshold_ && a.tolerating_ == b.tolerating_ && a.first_ == b.first_ &&
           a.buckets_ == b.buckets_;
  }
  friend bool operator!=(const latency_cells& a, const latency_cells& b) noexcept { return !(a == b); }

 private:
  static std::uint64_t bits_of(double x) noexcept {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
  }

  place find_outside(double latency) const noexcept {
    const std::size_t cell = latency != latency                                   ? missing()
                             : latency <= under_                                  ? 0
                             : latency == std::numeric_limits<double>::infinity() ? infinite()
                                                                                  : above();
    return {cell, zone(latency), units(latency)};
  }

  double threshold_;
  double tolerating_;
  double under_ = 0;
  double over_ = 0;
  std::uint64_t least_bits_ = 0;  ///< of the smallest latency in the range
  std::uint64_t span_bits_ = 0;
  std::uint64_t threshold_bits_ = 0;
  std::uint64_t tolerating_bits_ = 0;
  std::size_t before_first_ = 0;  ///< the bucket before the first, counted from that of exponent 0
  std::int32_t first_ = 0;
  std::int32_t buckets_ = 0;
};

class latency_counts {
 public:
  explicit latency_counts(const latency_cells& cells = latency_cells()) : cells_(cells) {}

  /// Counts of cells [0, size), the errors of each zone, and the sum modulo 2^64.
  latency_counts(const latency_cells& cells, std::vector<std::uint64_t> counts,
                 const std::uint64_t (&errors)[latency_cells::zones], std::uint64_t sum_units)
      : cells_(cells), counts_(std::move(counts)), sum_units_(sum_units) {
    if (counts_.size() != cells_.size())
      raise<invalid_argument>("counts: " + std::to_string(counts_.size()) + " cells given, expected " +
                              std::to_string(cells_.size()));
    std::uint64_t all[latency_cells::zones] = {};
    for_each_zone(
        [&](std::size_t zone, std::uint64_t n) { all[zone] = detail::sum_of_counts(all[zone], n); });
    std::uint64_t total = 0;
    for (std::size_t z = 0; z < latency_cells::zones; ++z) {
      total = detail::sum_of_counts(total, all[z]);
      errors_[z] = std::min(errors[z], all[z]);
    }
    trim();
  }

  /// The latency of one request and whether it failed, as a recorder counts it.
  void update(double latency, bool error = false) {
    detail::sum_of_counts(count(), 1);
    widen();
    ++counts_[cells_.cell(latency)];
    errors_[cells_.zone(latency)] += error ? 1 : 0;
    sum_units_ += latency_cells::units(latency);
    trim();
  }

  const latency_cells& cells() const noexcept { return cells_; }
  std::uint64_t at(std::size_t cell) const noexcept {
    return cell < first_ || cell - first_ >= counts_.size() ? 0 : counts_[cell - first_];
  }

  std::uint64_t count() const noexcept {
    std::uint64_t n = 0;
    for (const std::uint64_t c : counts_) n += c;
    return n;
  }
  std::uint64_t errors() const noexcept { return errors_[0] + errors_[1] + errors_[2] + errors_[3]; }
  std::uint64_t below() const noexcept { return at(0); }               ///< latencies that count as 0
  std::uint64_t above() const noexcept { return at(cells_.above()); }  ///< finite ones beyond the range
  std::uint64_t missing() const noexcept { return at(cells_.missing()); }

  /// Adds the counts of the same cells; otherwise an error, and nothing is changed.
  void merge(const latency_counts& other) {
    same_cells(other, "merge");
    detail::sum_of_counts(count(), other.count());
    widen();
    for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[other.first_ + i] += other.counts_[i];
    for (std::size_t z = 0; z < latency_cells::zones; ++z) errors_[z] += other.errors_[z];
    sum_units_ += other.sum_units_;
    trim();
  }
  latency_counts& operator+=(const latency_counts& other) {
    merge(other);
    return *this;
  }

  /// What was counted since `earlier`, counts of the same recorder; an error when a cell would have fewer
  /// than nothing. An error flag whose request was counted before `earlier` was taken falls out.
  latency_counts since(const latency_counts& earlier) const {
    same_cells(earlier, "since");
    std::vector<std::uint64_t> counts(cells_.size());
    std::uint64_t errors[latency_cells::zones];
    for (std::size_t c = 0; c < counts.size(); ++c)
      counts[c] = detail::difference_of_counts(at(c), earlier.at(c), "latencies of one cell");
    for (std::size_t z = 0; z < latency_cells::zones; ++z)
      errors[z] = detail::difference_of_counts(errors_[z], earlier.errors_[z], "errors");
    return latency_counts(cells_, std::move(counts), errors, sum_units_ - earlier.sum_units_);
  }

  /// With the requests that a load generator would have sent while it waited for a slow one: for every
  /// latency v above `interval`, the ms between two requests as they were planned, also v - interval,
  /// v - 2 interval, ... down to `interval`. Each bucket stands for all of its latencies.
  latency_counts corrected(double interval) const {
    if (!(interval >= cells_.lower()) || !std::isfinite(interval) || interval == 0)
      raise<invalid_argument>("interval: " + decimal(interval) + " ms given, expected at least " +
                              decimal(cells_.lower()) + " ms, where the range begins");
    latency_counts r = *this;
    r.widen();
    std::vector<double> upper;
    cells_.for_each([&](std::size_t, double, double high, double) { upper.push_back(high); });
    std::uint64_t total = count();
    cells_.for_each([&](std::size_t cell, double, double, double v) {
      const std::uint64_t n = at(cell);
      const double steps = std::floor(v / interval) - 1;  // v - steps * interval >= interval
      if (n == 0 || !(steps >= 1)) return;
      double up_to_last = 0;  // synthetic latencies of one v in the cells before
      for (std::size_t c = 0; c <= cell && up_to_last < steps; ++c) {
        const double longer = std::ceil((v - upper[c]) / interval) - 1;  // those above this cell
        const double up_to = steps - std::min(steps, std::max(0.0, longer));
        const double share = (up_to - up_to_last) * static_cast<double>(n);
        up_to_last = up_to;
        if (!(share > 0)) continue;
        if (!(share < 0x1p62)) raise<invalid_argument>("interval: too short for these latencies");
        const auto more = static_cast<std::uint64_t>(share);
        total = detail::sum_of_counts(total, more);
        r.counts_[c] += more;
      }
      const double sum = steps * v - interval * (steps * (steps + 1) / 2);
      r.sum_units_ += static_cast<std::uint64_t>(std::fmod(sum * static_cast<double>(n) * 0x1p20, 0x1p63));
    });
    r.trim();
    return r;
  }

  /// The sum of the finite latencies in ms.
  double sum() const {
    double least = 0;
    double most = 0;
    cells_.for_each([&](std::size_t cell, double low, double high, double) {
      const auto n = static_cast<double>(at(cell));
      if (n == 0) return;
      least += low * n;
      most += high * n;
    });
    // The sum is known modulo 2^64 units; the buckets know it to 1 %.
    const double guess = std::isfinite(most) ? least / 2 + most / 2 : least;
    const auto known = static_cast<double>(sum_units_);
    const double turns = std::max(0.0, std::nearbyint((guess * 0x1p20 - known) * 0x1p-64));
    return std::min(std::max((known + turns * 0x1p64) * 0x1p-20, least), most);
  }

  /// As the state that travels and merges.
  latency_summary summary() const {
    const double t = cells_.threshold();
    const double f = cells_.tolerating_limit();
    const double infinity = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    quantile_histogram latencies(quantile_histogram::default_scale, {t, f});
    std::uint64_t finite = 0;
    double of_buckets = 0;
    cells_.for_each([&](std::size_t cell, double, double, double v) {
      const std::uint64_t n = at(cell);
      if (n == 0) return;
      latencies.update(v, n);
      finite += n;
      of_buckets += v * static_cast<double>(n);
    });
    // The buckets' own sum is off by their error: scaled, they have the sum that was measured.
    moments spread;
    const double total = sum();
    const double scale = of_buckets > 0 ? total / of_buckets : 1;
    const auto mean_of_all = [&] { return finite == 0 ? 0 : total / static_cast<double>(finite); };
    cells_.for_each([&](std::size_t cell, double, double, double v) {
      spread.update(of_buckets > 0 ? v * scale : mean_of_all(), at(cell));
    });
    if (finite != 0) {  // which latency was the smallest is not known
      forget_extremes(latencies, t);
      forget_extremes(spread, t);
    }
    latencies.update(infinity, at(cells_.infinite()));
    latencies.update(nan, missing());
    spread.update(infinity, at(cells_.infinite()));
    spread.update(nan, missing());

    std::uint64_t all[latency_cells::zones] = {};
    for_each_zone([&](std::size_t zone, std::uint64_t n) { all[zone] += n; });
    apdex zones(t, f);
    const double of_zone[latency_cells::zones] = {t, f, infinity, nan};
    for (std::size_t z = 0; z < latency_cells::zones; ++z) {
      zones.update(of_zone[z], false, all[z] - errors_[z]);
      zones.update(of_zone[z], true, errors_[z]);
    }
    return latency_summary(std::move(latencies), std::move(spread), zones, proportion(errors(), count()));
  }

  /// Bytes this value occupies.
  std::size_t bytes() const noexcept { return sizeof *this + counts_.capacity() * sizeof(std::uint64_t); }

  friend bool operator==(const latency_counts& a, const latency_counts& b) {
    return a.cells_ == b.cells_ && a.first_ == b.first_ && a.counts_ == b.counts_ &&
           a.sum_units_ == b.sum_units_ && std::equal(a.errors_, a.errors_ + latency_cells::zones, b.errors_);
  }
  friend bool operator!=(const latency_counts& a, const latency_counts& b) { return !(a == b); }

 private:
  void same_cells(const latency_counts& other, const char* operation) const {
    if (cells_ != other.cells_)
      raise<invalid_argument>(std::string(operation) + ": counts with another T, F or range given (T " +
                              decimal(other.cells_.threshold()) + ", F " +
                              decimal(other.cells_.tolerating_limit()) + "), expected T " +
                              decimal(cells_.threshold()) + ", F " + decimal(cells_.tolerating_limit()) +
                              " and the same range");
  }

  template <class State>
  static void forget_extremes(State& state, double x) {
    State one = state;
    one.reset();
    one.update(x);
    state.update(x);
    state.subtract(one);
  }

  template <class F>
  void for_each_zone(F f) const {
    cells_.for_each([&](std::size_t cell, double, double, double v) { f(cells_.zone(v), at(cell)); });
    f(2, at(cells_.infinite()));
    f(3, missing());
  }

  /// All cells, for a change.
  void widen() {
    std::vector<std::uint64_t> all(cells_.size());
    std::copy(counts_.begin(), counts_.end(), all.begin() + static_cast<std::ptrdiff_t>(first_));
    counts_.swap(all);
    first_ = 0;
  }

  /// Only from the first cell that holds something to the last.
  void trim() {
    std::size_t begin = 0;
    std::size_t end = counts_.size();
    while (end > 0 && counts_[end - 1] == 0) --end;
    while (begin < end && counts_[begin] == 0) ++begin;
    const auto at_of = [&](std::size_t i) { return counts_.begin() + static_cast<std::ptrdiff_t>(i); };
    counts_ = std::vector<std::uint64_t>(at_of(begin), at_of(end));
    first_ = begin == end ? 0 : first_ + begin;
  }

  latency_cells cells_;
  std::size_t first_ = 0;              ///< the cell of counts_[0]
  std::vector<std::uint64_t> counts_;  ///< trimmed: windows keep many of these
  std::uint64_t errors_[latency_cells::zones] = {};
  std::uint64_t sum_units_ = 0;
};

BAROGRAPH_NAMESPACE_END
