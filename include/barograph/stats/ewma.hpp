// ewma: mean and variance of a stream whose values weigh half as much every half-life of event time.
//
// Law: ordered, and more: commutative, class I. Weights are those of forward decay, 2^(t / half-life)
// for a value at time t (Cormode, Shkapenyuk, Srivastava and Xu, "Forward decay: a practical time decay
// model for streaming systems", ICDE 2009): they depend on nothing but the value's own time. So each is
// rounded once, to 53 bits, and the sums of w, w^2, w x and w x^2 are kept as integers: any split, order,
// late value or tree of merges gives equal bytes. Time is cut into epochs of 64 half-lives; the newest
// and the one before are kept, so what is forgotten weighs less than 2^-64 of a new value.
//
// Reading rounds once; a weight is within 2^-51 of 2^(t / half-life), and so are the figures, relative to
// the same sums of |x| and of squared deviations.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "../core/decimal.hpp"
#include "../core/math.hpp"
#include "detail/superaccumulator.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class ewma {
 public:
  /// `half_life` in seconds of event time, 1 ns to 1e9 s, to the nanosecond.
  explicit ewma(double half_life = 60) {
    if (!(half_life >= 1e-9 && half_life <= 1e9))
      raise<invalid_argument>("half_life: " + decimal(half_life) + " s given, expected 1e-9 to 1e9");
    half_life_ns_ = static_cast<std::int64_t>(half_life * 1e9 + 0.5);
  }

  /// A value, n times, and when: nanoseconds of event time. Late values are as good as others.
  void update(std::int64_t time, double x, std::uint64_t n = 1) {
    counts_.add(x, n);
    if (std::isfinite(x) && n != 0) add(time, x, n);
  }

  void update(span<const std::int64_t> times, span<const double> values) {
    if (times.size() != values.size())
      raise<invalid_argument>("times: " + std::to_string(times.size()) + " given, expected " +
                              std::to_string(values.size()) + ", one for each value");
    counts_.check_room(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) update(times[i], values[i]);
  }

  /// A value without a time comes a second after the newest, the first one at 0: the half-life then
  /// counts values. Pieces that are to be merged need times, or their numbers as seconds.
  void update(double x) { update(x, std::uint64_t{1}); }
  /// n equal values at that time.
  void update(double x, std::uint64_t n) { update(next_time(), x, n); }
  void update(span<const double> values) {
    counts_.check_room(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) update(next_time(), values[i]);
  }

  /// Adds the values of a state with the same half-life; otherwise throws and changes nothing.
  void merge(const ewma& other) {
    if (other.half_life_ns_ != half_life_ns_)
      raise<invalid_argument>("merge: other has a half-life of " + decimal(other.half_life()) +
                              " s, expected " + decimal(half_life()) + " s");
    const detail::tally counts = counts_.plus(other.counts_);
    const ewma o = other;  // which may be this
    if (o.count() != 0) {
      const std::int64_t newest = o.newest_epoch();
      advance(o.newest_);
      if (newest_epoch() == newest) {
        recent_.merge(o.recent_);
        previous_.merge(o.previous_);
      } else if (newest_epoch() - newest == 1) {
        previous_.merge(o.recent_);
      }
    }
    counts_ = counts;
  }
  ewma& operator+=(const ewma& other) {
    merge(other);
    return *this;
  }

  void reset() {
    const std::int64_t keep = half_life_ns_;
    *this = ewma();
    half_life_ns_ = keep;
  }

  double half_life() const noexcept { return static_cast<double>(half_life_ns_) / 1e9; }  ///< seconds

  /// Finite values ever seen; the others are counted apart.
  std::uint64_t count() const noexcept { return counts_.finite; }
  std::uint64_t nan_count() const noexcept { return counts_.nan; }
  std::uint64_t positive_infinity_count() const noexcept { return counts_.positive_infinity; }
  std::uint64_t negative_infinity_count() const noexcept { return counts_.negative_infinity; }

  /// The latest time of a finite value, nanoseconds; 0 when there is none.
  std::int64_t newest() const noexcept { return newest_; }

  /// sum w x / sum w; NaN when there is no value. It does not move while none arrives.
  double mean() const {
    if (count() == 0) return std::numeric_limits<double>::quiet_NaN();
    const totals t(*this);
    return detail::ratio(t.wx, t.w, detail::sum_unit);
  }

  /// The weighted mean of squared deviations; unless `bias`, times (sum w)^2 / ((sum w)^2 - sum w^2),
  /// NaN for a single value.
  double variance(bool bias = false) const {
    if (count() == 0) return std::numeric_limits<double>::quiet_NaN();
    const totals t(*this);
    const detail::big_integer square = detail::product(t.w, t.w);
    const detail::big_integer divisor = bias ? square : detail::difference(square, t.ww);
    if (divisor.is_zero()) return std::numeric_limits<double>::quiet_NaN();
    return detail::ratio(deviation(t), divisor, detail::square_unit);
  }
  double std(bool bias = false) const { return std::sqrt(variance(bias)); }

  /// (sum w)^2 / sum w^2: how many values of equal weight would say as much; 0 when there is none.
  double effective_count() const {
    if (count() == 0) return 0;
    const totals t(*this);
    return detail::ratio(detail::product(t.w, t.w), t.ww);
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::ewma);
    w.varint(static_cast<std::uint64_t>(half_life_ns_));
    counts_.write(w);
    if (count() != 0) {
      w.zigzag(newest_);
      recent_.write(w);
      previous_.write(w);
    }
    return w.finish();
  }

  static ewma from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::ewma, limits);
    ewma e;
    const std::uint64_t half_life = r.varint();
    if (half_life == 0 || half_life > 1'000'000'000'000'000'000u)
      raise<bad_bytes>("bytes: a half-life that cannot be");
    e.half_life_ns_ = static_cast<std::int64_t>(half_life);
    e.counts_ = detail::tally::read(r);
    if (e.count() != 0) {
      e.newest_ = r.zigzag();
      e.started_ = true;
      e.recent_ = sums::read(r);
      e.previous_ = sums::read(r);
    }
    r.done();
    if (!e.possible()) raise<bad_bytes>("bytes: weighted sums that no values can have");
    return e;
  }

  friend bool operator==(const ewma& a, const ewma& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const ewma& a, const ewma& b) { return !(a == b); }

 private:
  static constexpr std::int64_t epoch_half_lives = 64;
  static constexpr unsigned weight_bits = 53 + 63;  // a mantissa, shifted by up to 63 half-lives

  /// The sums of one epoch. A weight is an integer of 53 bits << half-lives since the epoch began; x is
  /// in units of 2^-1074. Sizes: the bits of one term, 63 for the count, a chunk for the sign.
  struct sums {
    detail::superaccumulator<7> w;
    detail::superaccumulator<11> ww;
    detail::superaccumulator<73> wx;
    detail::superaccumulator<138> wxx;

    void merge(const sums& o) noexcept {
      w.merge(o.w);
      ww.merge(o.ww);
      wx.merge(o.wx);
      wxx.merge(o.wxx);
    }
    void write(byte_writer& b) const {
      w.write(b);
      ww.write(b);
      wx.write(b);
      wxx.write(b);
    }
    static sums read(byte_reader& r) {
      sums s;
      s.w = decltype(s.w)::read(r);
      s.ww = decltype(s.ww)::read(r);
      s.wx = decltype(s.wx)::read(r);
      s.wxx = decltype(s.wxx)::read(r);
      return s;
    }
  };

  /// Both epochs on one scale: 64 half-lives apart.
  struct totals {
    explicit totals(const sums& s) : w(s.w.value()), ww(s.ww.value()), wx(s.wx.value()), wxx(s.wxx.value()) {}
    explicit totals(const ewma& e) : totals(e.recent_) {
      const totals before(e.previous_);
      w = detail::sum(detail::shifted(w, 64), before.w);
      ww = detail::sum(detail::shifted(ww, 128), before.ww);
      wx = detail::sum(detail::shifted(wx, 64), before.wx);
      wxx = detail::sum(detail::shifted(wxx, 64), before.wxx);
    }
    detail::big_integer w, ww, wx, wxx;
  };

  /// sum w * sum w x^2 - (sum w x)^2.
  static detail::big_integer deviation(const totals& t) {
    return detail::signed_difference(detail::product(t.w, t.wxx), detail::product(t.wx, t.wx));
  }

  static std::int64_t floor_divide(std::int64_t a, std::int64_t b) noexcept {
    return a / b - (a % b < 0 ? 1 : 0);
  }
  std::int64_t newest_epoch() const noexcept {
    return floor_divide(floor_divide(newest_, half_life_ns_), epoch_half_lives);
  }

  std::int64_t next_time() const {
    if (!started_) return 0;
    constexpr std::int64_t second = 1'000'000'000;
    if (newest_ > std::numeric_limits<std::int64_t>::max() - second)
      raise<invalid_argument>("time: none given, and none is left after the newest");
    return newest_ + second;
  }

  /// Makes room for a value at `time`: epochs that are too old by then are forgotten.
  void advance(std::int64_t time) noexcept {
    if (started_ && time <= newest_) return;
    const std::int64_t before = newest_epoch();
    const bool first = !started_;
    newest_ = time;
    started_ = true;
    if (first || newest_epoch() == before) return;
    previous_ = newest_epoch() - before == 1 ? recent_ : sums();
    recent_ = sums();
  }

  /// += a * b * 2^position, a below 2^117.
  template <class Sum>
  static void add_product(Sum& sum, detail::uint128 a, std::uint64_t b, unsigned position, bool negative) {
    sum.add(static_cast<detail::uint128>(static_cast<std::uint64_t>(a)) * b, position, negative);
    const auto high = static_cast<std::uint64_t>(a >> 64);
    if (high != 0) sum.add(static_cast<detail::uint128>(high) * b, position + 64, negative);
  }

  void add(std::int64_t time, double x, std::uint64_t n) noexcept {
    advance(time);
    const std::int64_t halvings = floor_divide(time, half_life_ns_);
    const std::int64_t epoch = floor_divide(halvings, epoch_half_lives);
    const std::int64_t age = newest_epoch() - epoch;
    if (age > 1) return;
    sums& s = age == 0 ? recent_ : previous_;
    const auto shift = static_cast<unsigned>(halvings - epoch * epoch_half_lives);
    const std::uint64_t weight = weight_within(remainder_of(time, halvings));
    const std::uint64_t bits = kernel::bits_of(x);
    const bool negative = (bits >> 63) != 0;
    const kernel::exact_parts p = kernel::parts_of(bits & ~(std::uint64_t{1} << 63));
    s.w.add(static_cast<detail::uint128>(weight) * n, shift, false);
    add_product(s.ww, static_cast<detail::uint128>(weight) * weight, n, 2 * shift, false);
    add_product(s.wx, static_cast<detail::uint128>(p.mantissa) * n, weight, p.position + shift, negative);
    const detail::uint128 square = static_cast<detail::uint128>(p.mantissa) * p.mantissa;
    const unsigned at = 2 * p.position + shift;
    add_product(s.wxx, static_cast<detail::uint128>(static_cast<std::uint64_t>(square)) * n, weight, at,
                false);
    add_product(s.wxx, (square >> 64) * n, weight, at + 64, false);
  }

  /// time - halvings * half-life, whose product alone may be below int64.
  double remainder_of(std::int64_t time, std::int64_t halvings) const noexcept {
    return static_cast<double>(static_cast<std::uint64_t>(time) -
                               static_cast<std::uint64_t>(halvings) *
                                   static_cast<std::uint64_t>(half_life_ns_));
  }

  /// 2^(rest / half-life) as an integer of 53 bits; 0 <= rest < half-life.
  std::uint64_t weight_within(double rest) const noexcept {
    const double part = rest / static_cast<double>(half_life_ns_);
    const double w = math::exp(part * 0x1.62e42fefa39efp-1);
    const auto integer = static_cast<std::uint64_t>(w * 0x1p52);
    constexpr std::uint64_t largest = (std::uint64_t{1} << 53) - 1;
    return integer > largest ? largest : integer;
  }

  /// Whether values exist that lead to this state, as far as sums tell.
  bool possible() const {
    if (count() == 0) return true;
    const auto fits = [&](const sums& s) {
      const totals t(s);
      const std::size_t n = detail::bit_length(detail::uint128{count()});
      if (t.w.is_zero()) return t.ww.is_zero() && t.wx.is_zero() && t.wxx.is_zero();
      return !t.w.negative && !t.ww.negative && !t.wxx.negative && !t.ww.is_zero() &&
             detail::bit_length(t.w) <= weight_bits + n && detail::bit_length(t.ww) <= 2 * weight_bits + n &&
             detail::bit_length(t.wx) <= detail::sum_bits + weight_bits + n &&
             detail::bit_length(t.wxx) <= detail::square_bits + weight_bits + n &&
             detail::compare_magnitudes(detail::product(t.w, t.w), t.ww) >= 0 && !deviation(t).negative;
    };
    return !recent_.w.value().is_zero() && fits(recent_) && fits(previous_);
  }

  std::int64_t half_life_ns_ = 0;
  detail::tally counts_;
  std::int64_t newest_ = 0;
  bool started_ = false;
  sums recent_;
  sums previous_;
};

BAROGRAPH_NAMESPACE_END
