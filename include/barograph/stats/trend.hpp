// trend: where a level is going: Theil-Sen slope, Mann-Kendall test, least squares, from one bounded state.
//
// Law: commutative, class I. Least squares keeps sums of t, t^2, x, x^2 and t x as integers, so they are
// those of all points, and reading them rounds once. The rank methods need the points themselves: kept are
// the `points` different (time, x) whose Philox number is smallest, each with how often it occurred. That
// number is a function of the point alone, so the choice is the same for any order, cut and tree of
// merges, and a uniform sample of the different points. While there are no more than `points` nothing is
// left out and the figures are those of all data; above, `rank_error()` bounds what the sample costs.
//
// Sources: P. K. Sen, J. Amer. Statist. Assoc. 63 (1968), 1379-1389 (slope, interval; ties as in M. G.
// Kendall, "Rank Correlation Methods", 1970, section 5); H. B. Mann, Econometrica 13 (1945), 245-259;
// W. Hoeffding, J. Amer. Statist. Assoc. 58 (1963), 13-30, section 5b (U-statistics).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/random.hpp"
#include "detail/superaccumulator.hpp"
#include "interval.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// x = intercept + slope * seconds since `origin`.
struct fitted_line {
  double slope;           ///< per second
  double intercept;       ///< at `origin`
  double correlation;     ///< Pearson's r
  double standard_error;  ///< of the slope; NaN below three points
};

/// The median of the slopes between points, and where the true one lies.
struct theil_sen_slope {
  double slope;  ///< per second; NaN without two times
  interval range;
  double intercept;  ///< median x - slope * median time since `origin`
};

/// Mann and Kendall's test that there is no trend.
struct mann_kendall_test {
  double s;         ///< rising pairs less falling ones
  double tau;       ///< Kendall's tau-b
  double variance;  ///< of s when there is no trend, for ties in values and times
  double z;         ///< s, one step nearer to 0, in standard deviations
  double p_value;   ///< two-sided
};

class trend {
 public:
  static constexpr std::uint32_t most_points = 4096;

  /// `points` is how many different points the rank methods may use, 2 to 4,096.
  explicit trend(std::uint32_t points = 1024) : points_(points) {
    if (points < 2 || points > most_points)
      raise<invalid_argument>("points: " + std::to_string(points) + " given, expected 2 to 4096");
  }

  /// A value, n times, and when: nanoseconds of event time.
  void update(std::int64_t time, double x, std::uint64_t n = 1) {
    counts_.add(x, n);
    if (!std::isfinite(x) || n == 0) return;
    sums_.add(time, x, n);
    keep({number_of(time, x), time, x + 0.0, n});
  }

  void update(span<const std::int64_t> times, span<const double> values) {
    if (times.size() != values.size())
      raise<invalid_argument>("times: " + std::to_string(times.size()) + " given, expected " +
                              std::to_string(values.size()) + ", one for each value");
    counts_.check_room(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) update(times[i], values[i]);
  }

  /// Adds the points of another state; the smaller of two `points` holds for both.
  void merge(const trend& other) {
    trend both = *this;
    both.counts_ = counts_.plus(other.counts_);
    both.sums_.merge(other.sums_);
    both.points_ = std::min(points_, other.points_);
    both.sampled_ = sampled_ || other.sampled_;
    both.cut();
    for (const point& p : other.kept_) both.keep(p);
    *this = std::move(both);
  }
  trend& operator+=(const trend& other) {
    merge(other);
    return *this;
  }

  void reset() { *this = trend(points_); }

  std::uint32_t points() const noexcept { return points_; }  ///< the most that are kept
  std::size_t kept() const noexcept { return kept_.size(); }
  bool sampled() const noexcept { return sampled_; }  ///< whether different points were left out

  std::uint64_t count() const noexcept { return counts_.finite; }
  std::uint64_t nan_count() const noexcept { return counts_.nan; }
  std::uint64_t positive_infinity_count() const noexcept { return counts_.positive_infinity; }
  std::uint64_t negative_infinity_count() const noexcept { return counts_.negative_infinity; }

  /// Least squares over all points, from exact sums; NaN without two times. `origin` in nanoseconds.
  fitted_line least_squares(std::int64_t origin = 0) const {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const totals t(sums_, count());
    if (count() < 2 || t.tt.is_zero()) return {nan, nan, nan, nan};
    fitted_line line{};
    line.slope = detail::ratio(scaled(t.tx), t.tt, detail::sum_unit);
    // n sum x / n^2 at the mean time: (sum x * tt - tx * (sum t - n origin)) / (n tt).
    detail::big_integer since =
        detail::signed_difference(t.t, detail::product(detail::integer_of(count()), signed_integer(origin)));
    line.intercept =
        detail::ratio(detail::signed_difference(detail::product(t.x, t.tt), detail::product(t.tx, since)),
                      detail::product(detail::integer_of(count()), t.tt), detail::sum_unit);
    if (t.xx.is_zero()) {
      line.correlation = nan;
      line.standard_error = count() > 2 ? 0.0 : nan;
      return line;
    }
    const detail::big_integer explained = detail::product(t.tx, t.tx);
    const detail::big_integer all = detail::product(t.tt, t.xx);
    const double r = std::sqrt(std::min(1.0, detail::ratio(explained, all)));
    line.correlation = t.tx.negative ? -r : r;
    // var(slope) = (xx tt - tx^2) / (tt^2 (n - 2)), exact up to the root; per second, not per nanosecond.
    line.standard_error =
        count() > 2 ? std::sqrt(detail::ratio(
                          detail::signed_difference(all, explained),
                          detail::product(detail::product(t.tt, t.tt), detail::integer_of(count() - 2)),
                          detail::square_unit)) *
                          1e9
                    : nan;
    return line;
  }

  /// Sen's slope and its interval (two-sided `confidence`) from the kept points. When points were left out
  /// it is an estimate of the slope of all, see rank_error().
  theil_sen_slope theil_sen(double confidence = 0.95, std::int64_t origin = 0) const {
    detail::check_confidence(confidence);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    std::vector<weighted> slopes;
    slopes.reserve(kept_.size() * (kept_.size() - (kept_.empty() ? 0 : 1)) / 2);
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      for (std::size_t j = i + 1; j < kept_.size(); ++j) {
        const point& a = kept_[i].time < kept_[j].time ? kept_[i] : kept_[j];
        const point& b = kept_[i].time < kept_[j].time ? kept_[j] : kept_[i];
        if (a.time == b.time) continue;
        slopes.push_back({(b.x - a.x) / seconds(a.time, b.time),
                          static_cast<double>(a.count) * static_cast<double>(b.count)});
      }
    }
    if (slopes.empty()) return {nan, {nan, nan}, nan};
    std::sort(slopes.begin(), slopes.end());
    const double total = accumulate(slopes);
    theil_sen_slope r{};
    r.slope = median(slopes, total);
    std::vector<weighted> xs, ts;
    for (const point& p : kept_) {
      xs.push_back({p.x, static_cast<double>(p.count)});
      ts.push_back({p.time < origin ? -seconds(p.time, origin) : seconds(origin, p.time),
                    static_cast<double>(p.count)});
    }
    std::sort(xs.begin(), xs.end());
    std::sort(ts.begin(), ts.end());
    const double n = accumulate(xs);
    accumulate(ts);
    r.intercept = median(xs, n) - r.slope * median(ts, n);
    const double half = -math::normal_quantile((1 - confidence) / 2) * std::sqrt(pair_variance(xs, ts, n));
    // As ranks from 0, rounded to the nearest even, within the slopes there are.
    const double low = std::max(std::nearbyint((total - half) / 2) - 1, 0.0);
    const double high = std::min(std::nearbyint((total + half) / 2), total - 1);
    r.range = {at_rank(slopes, low), at_rank(slopes, high)};
    return r;
  }

  /// The Mann-Kendall test from the kept points: of all data while none was left out.
  mann_kendall_test mann_kendall() const {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    std::vector<weighted> xs, ts;
    for (const point& p : kept_) {
      xs.push_back({p.x, static_cast<double>(p.count)});
      ts.push_back({static_cast<double>(p.time), static_cast<double>(p.count)});
    }
    double s = 0;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      for (std::size_t j = i + 1; j < kept_.size(); ++j) {
        const point& a = kept_[i];
        const point& b = kept_[j];
        const int later = (b.time > a.time) - (b.time < a.time);
        const int higher = (b.x > a.x) - (b.x < a.x);
        s +=
            static_cast<double>(later * higher) * static_cast<double>(a.count) * static_cast<double>(b.count);
      }
    }
    std::sort(xs.begin(), xs.end());
    const double n = accumulate(xs);
    if (n < 2) return {0, nan, nan, nan, nan};
    sort_times(ts);
    accumulate(ts);
    const ties x = ties_of(xs);
    const ties t = ties_of(ts);
    const double pairs = n * (n - 1);
    mann_kendall_test r{};
    r.s = s;
    r.tau = s / (std::sqrt((pairs - x.pairs) / 2) * std::sqrt((pairs - t.pairs) / 2));
    r.variance = (pairs * (2 * n + 5) - x.variance - t.variance) / 18 + x.pairs * t.pairs / (2 * pairs);
    if (n > 2) r.variance += x.triples * t.triples / (9 * pairs * (n - 2));
    const double step = s > 0 ? s - 1 : s < 0 ? s + 1 : 0;
    r.z = step / std::sqrt(r.variance);
    r.p_value = std::erfc(std::fabs(r.z) * 0x1.6a09e667f3bcdp-1);
    return r;
  }

  /// With this confidence the share of all pairs of different points whose slope is below theil_sen()'s
  /// lies within 1/2 -+ rank_error: 0 while nothing was left out, 0.06 for 1,024 points at 0.95.
  double rank_error(double confidence = 0.95) const {
    detail::check_confidence(confidence);
    if (!sampled_) return 0;
    return std::sqrt(-math::log((1 - confidence) / 2) / (2.0 * static_cast<double>(kept_.size() / 2)));
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::trend);
    w.varint(points_);
    counts_.write(w);
    sums_.write(w);
    w.u8(sampled_ ? 1 : 0);
    w.varint(kept_.size());
    for (const point& p : kept_) {
      w.zigzag(p.time);
      w.f64(p.x);
      w.varint(p.count);
    }
    return w.finish();
  }

  static trend from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::trend, limits);
    const std::uint64_t points = r.varint();
    if (points < 2 || points > most_points) raise<bad_bytes>("bytes: a number of points that cannot be");
    trend t(static_cast<std::uint32_t>(points));
    t.counts_ = detail::tally::read(r);
    t.sums_ = sums::read(r);
    const std::uint8_t sampled = r.u8();
    const std::size_t size = r.count(10);
    if (sampled > 1 || size > points || (sampled == 1 && size != points))
      raise<bad_bytes>("bytes: points that cannot be");
    t.sampled_ = sampled == 1;
    sums all;
    std::uint64_t left = t.count();
    for (std::size_t i = 0; i < size; ++i) {
      point p{};
      p.time = r.zigzag();
      p.x = r.f64();
      p.count = detail::read_count(r);
      if (!std::isfinite(p.x) || (p.x == 0 && std::signbit(p.x)) || p.count == 0 || p.count > left)
        raise<bad_bytes>("bytes: a point that cannot be");
      left -= p.count;
      p.number = number_of(p.time, p.x);
      if (!t.kept_.empty() && !(t.kept_.back() < p)) raise<bad_bytes>("bytes: points out of order");
      t.kept_.push_back(p);
      all.add(p.time, p.x, p.count);
    }
    r.done();
    // Without a sample the sums are those of the points; with one they cannot be checked so closely.
    if (t.sampled_ ? left == 0 || !t.sums_.possible(t.count()) : left != 0 || all != t.sums_)
      raise<bad_bytes>("bytes: sums that are not those of the points");
    return t;
  }

  friend bool operator==(const trend& a, const trend& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const trend& a, const trend& b) { return !(a == b); }

 private:
  /// A different (time, x), its number in the drawing of lots, and how often it occurred.
  struct point {
    std::uint64_t number;
    std::int64_t time;
    double x;
    std::uint64_t count;

    friend bool operator<(const point& a, const point& b) {
      if (a.number != b.number) return a.number < b.number;
      return a.time != b.time ? a.time < b.time : a.x < b.x;
    }
  };

  struct weighted {
    double value;
    double weight;  ///< after accumulate(): of this value and those before
    friend bool operator<(const weighted& a, const weighted& b) { return a.value < b.value; }
  };

  /// Integers: t in nanoseconds, x in units of 2^-1074, so t x has 2098 + 63 bits. Sizes as in
  /// superaccumulator.hpp: the bits of one term, 63 for the count, a chunk for the sign.
  struct sums {
    detail::superaccumulator<5> t;
    detail::superaccumulator<7> tt;
    detail::sum_accumulator x;
    detail::square_accumulator xx;
    detail::superaccumulator<72> tx;

    void add(std::int64_t time, double value, std::uint64_t n) noexcept {
      const bool before = time < 0;
      const std::uint64_t size =
          before ? 0 - static_cast<std::uint64_t>(time) : static_cast<std::uint64_t>(time);
      t.add(static_cast<detail::uint128>(size) * n, 0, before);
      add_product(tt, static_cast<detail::uint128>(size) * size, n, 0, false);
      const std::uint64_t bits = kernel::bits_of(value);
      const bool negative = (bits >> 63) != 0;
      const kernel::exact_parts p = kernel::parts_of(bits & ~(std::uint64_t{1} << 63));
      const detail::uint128 times_n = static_cast<detail::uint128>(p.mantissa) * n;
      x.add(times_n, p.position, negative);
      add_product(tx, times_n, size, p.position, negative != before);
      add_product(xx, static_cast<detail::uint128>(p.mantissa) * p.mantissa, n, 2 * p.position, false);
    }
    void merge(const sums& o) noexcept {
      t.merge(o.t);
      tt.merge(o.tt);
      x.merge(o.x);
      xx.merge(o.xx);
      tx.merge(o.tx);
    }
    void write(byte_writer& w) const {
      t.write(w);
      tt.write(w);
      x.write(w);
      xx.write(w);
      tx.write(w);
    }
    static sums read(byte_reader& r) {
      sums s;
      s.t = decltype(s.t)::read(r);
      s.tt = decltype(s.tt)::read(r);
      s.x = detail::sum_accumulator::read(r);
      s.xx = detail::square_accumulator::read(r);
      s.tx = decltype(s.tx)::read(r);
      return s;
    }
    /// Bits that count values can reach, and no negative squares (Cauchy-Schwarz for all three pairs).
    bool possible(std::uint64_t count) const {
      const totals v(*this, count);
      return detail::can_be_sum(t.value(), count, 64) && detail::can_be_sum(tt.value(), count, 128) &&
             detail::can_be_sum(v.x, count, detail::sum_bits) &&
             detail::can_be_sum(xx.value(), count, detail::square_bits) &&
             detail::can_be_sum(tx.value(), count, detail::sum_bits + 64) && !tt.value().negative &&
             !xx.value().negative && !v.tt.negative && !v.xx.negative &&
             detail::compare_magnitudes(detail::product(v.tx, v.tx), detail::product(v.tt, v.xx)) <= 0;
    }
    friend bool operator!=(const sums& a, const sums& b) {
      const auto bytes = [](const sums& s) {
        byte_writer w(state_kind::trend);
        s.write(w);
        return w.finish();
      };
      return bytes(a) != bytes(b);
    }
  };

  /// n times the sums of squares and products about the means, exactly.
  struct totals {
    totals(const sums& s, std::uint64_t count) : t(s.t.value()), x(s.x.value()) {
      const detail::big_integer n = detail::integer_of(count);
      tt = about(n, s.tt.value(), t, t);
      xx = about(n, s.xx.value(), x, x);
      tx = about(n, s.tx.value(), t, x);
    }
    static detail::big_integer about(const detail::big_integer& n, const detail::big_integer& products,
                                     const detail::big_integer& a, const detail::big_integer& b) {
      return detail::signed_difference(detail::product(n, products), detail::product(a, b));
    }
    detail::big_integer t, x, tt, xx, tx;
  };

  /// Pairs n_i (n_i - 1), triples n_i (n_i - 1) (n_i - 2) and n_i (n_i - 1) (2 n_i + 5) of equal values.
  struct ties {
    double pairs = 0;
    double triples = 0;
    double variance = 0;
  };

  /// += a * b * 2^position.
  template <class Sum>
  static void add_product(Sum& sum, detail::uint128 a, std::uint64_t b, unsigned position, bool negative) {
    sum.add(static_cast<detail::uint128>(static_cast<std::uint64_t>(a)) * b, position, negative);
    const auto high = static_cast<std::uint64_t>(a >> 64);
    if (high != 0) sum.add(static_cast<detail::uint128>(high) * b, position + 64, negative);
  }

  static detail::big_integer signed_integer(std::int64_t v) {
    detail::big_integer r =
        detail::integer_of(v < 0 ? 0 - static_cast<std::uint64_t>(v) : static_cast<std::uint64_t>(v));
    r.negative = v < 0;
    return r;
  }
  /// Per nanosecond to per second.
  static detail::big_integer scaled(const detail::big_integer& v) {
    return detail::product(v, detail::integer_of(1'000'000'000));
  }

  /// Philox is a bijection of (time, bits of x): different points have different blocks.
  static std::uint64_t number_of(std::int64_t time, double x) noexcept {
    const auto t = static_cast<std::uint64_t>(time);
    const std::uint64_t b = kernel::bits_of(x + 0.0);
    const philox_block r = philox4x32({static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(t >> 32),
                                       static_cast<std::uint32_t>(b), static_cast<std::uint32_t>(b >> 32)},
                                      0x7472656Eu, 0x64u);
    return r[0] | std::uint64_t{r[1]} << 32;
  }

  static double seconds(std::int64_t from, std::int64_t to) noexcept {
    return static_cast<double>(static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)) / 1e9;
  }

  void keep(const point& p) {
    if (kept_.size() == points_ && kept_.back() < p) {
      sampled_ = true;
      return;
    }
    const auto at = std::lower_bound(kept_.begin(), kept_.end(), p);
    if (at != kept_.end() && !(p < *at)) {
      at->count += p.count;  // the count of all has room, so this one has
      return;
    }
    kept_.insert(at, p);
    cut();
  }

  void cut() {
    if (kept_.size() <= points_) return;
    kept_.resize(points_);
    sampled_ = true;
  }

  /// Weights to sums of weights; returns the last.
  static double accumulate(std::vector<weighted>& v) {
    double sum = 0;
    for (weighted& w : v) w.weight = sum += w.weight;
    return sum;
  }
  /// The value at a rank from 0.
  static double at_rank(const std::vector<weighted>& v, double rank) {
    const auto at =
        std::upper_bound(v.begin(), v.end(), rank, [](double r, const weighted& w) { return r < w.weight; });
    return at == v.end() ? v.back().value : at->value;
  }
  static double median(const std::vector<weighted>& v, double total) {
    const double lower = std::floor((total - 1) / 2);
    const double a = at_rank(v, lower);
    const double b = at_rank(v, std::floor(total / 2));
    return a == b ? a : a / 2 + b / 2;
  }
  /// Times as doubles would make neighbours equal: they are sorted and told apart as they are.
  void sort_times(std::vector<weighted>& ts) const {
    std::vector<point> by_time = kept_;
    std::sort(by_time.begin(), by_time.end(), [](const point& a, const point& b) { return a.time < b.time; });
    double index = 0;
    for (std::size_t i = 0; i < by_time.size(); ++i) {
      if (i != 0 && by_time[i].time != by_time[i - 1].time) ++index;
      ts[i] = {index, static_cast<double>(by_time[i].count)};
    }
  }

  /// Of sorted and accumulated values.
  static ties ties_of(const std::vector<weighted>& v) {
    ties r;
    double before = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i + 1 < v.size() && v[i + 1].value == v[i].value) continue;
      const double n = v[i].weight - before;
      r.pairs += n * (n - 1);
      r.triples += n * (n - 1) * (n - 2);
      r.variance += n * (n - 1) * (2 * n + 5);
      before = v[i].weight;
    }
    return r;
  }

  static double pair_variance(const std::vector<weighted>& xs, const std::vector<weighted>& ts, double n) {
    return (n * (n - 1) * (2 * n + 5) - ties_of(xs).variance - ties_of(ts).variance) / 18;
  }

  std::uint32_t points_;
  detail::tally counts_;
  sums sums_;
  std::vector<point> kept_;  // by their numbers
  bool sampled_ = false;
};

BAROGRAPH_NAMESPACE_END
