// moments: count, sum, mean, variance and extremes of a stream, exact until they are read.
//
// Law: commutative, class I. The sums of x and of x^2 are integers (detail/superaccumulator.hpp), so
// any order, split or tree of merges gives equal bytes; mean and variance are the true ones rounded
// once, whatever the offset, spikes or cancellation: the variance is the integer
// n * sum(x^2) - sum(x)^2 divided by n * (n - ddof). NaN and infinities are counted apart and enter
// nothing. `subtract` makes the extremes unknown until nothing remains.
// Source: R. M. Neal, arXiv:1505.05571.
#pragma once

#include <algorithm>

#include "detail/superaccumulator.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class moments {
 public:
  /// Adds x, n times.
  void update(double x, std::uint64_t n = 1) {
    counts_.add(x, n);
    if (!std::isfinite(x) || n == 0) return;
    extremes_known_add(x);
    const std::uint64_t bits = kernel::bits_of(x);
    const kernel::exact_parts p = kernel::parts_of(bits & ~(std::uint64_t{1} << 63));
    sum_.add(static_cast<detail::uint128>(p.mantissa) * n, p.position, (bits >> 63) != 0);
    // mantissa^2 * n has 169 bits: the two halves of the 106 are multiplied on their own.
    const detail::uint128 square = static_cast<detail::uint128>(p.mantissa) * p.mantissa;
    squares_.add(static_cast<detail::uint128>(static_cast<std::uint64_t>(square)) * n, 2 * p.position, false);
    squares_.add((square >> 64) * n, 2 * p.position + 64, false);
  }

  void update(span<const double> values) {
    counts_.check_room(values.size());
    for (std::size_t i = 0; i < values.size(); i += kernel::exact_block) {
      const std::size_t size = std::min(values.size() - i, kernel::exact_block);
      const auto r = kernel::add_exact<true>(sum_.ready(size), squares_.ready(size), values.data() + i, size);
      const std::uint64_t finite = size - r.nan - r.positive_infinity - r.negative_infinity;
      counts_ = counts_.plus({finite, r.nan, r.positive_infinity, r.negative_infinity});
      if (finite != 0) {
        extremes_known_add(r.min);
        extremes_known_add(r.max);
      }
    }
  }

  void merge(const moments& other) {
    counts_ = counts_.plus(other.counts_);
    sum_.merge(other.sum_);
    squares_.merge(other.squares_);
    extremes_.merge(other.extremes_);
  }
  moments& operator+=(const moments& other) {
    merge(other);
    return *this;
  }

  /// Takes values away that are in this state; an error (and no change) when counts or sums show
  /// that they are not.
  void subtract(const moments& other) {
    moments rest = *this;
    rest.counts_ = counts_.minus(other.counts_);
    rest.sum_.subtract(other.sum_);
    rest.squares_.subtract(other.squares_);
    rest.extremes_.subtracted(count(), rest.count());
    if (!rest.possible())
      raise<invalid_argument>("subtract: given moments of values that are not contained in this state");
    *this = rest;
  }

  /// subtract() where all values of `other` lie between the extremes, which stay known; false, and
  /// nothing is done, where they do not.
  bool subtract_within(const moments& other) {
    if (!extremes_.surround(other.extremes_)) return false;
    const detail::extremes same = extremes_;
    subtract(other);
    extremes_ = same;
    return true;
  }

  void reset() { *this = moments(); }

  /// Raises `invalid_argument` unless there is room for so many more values of any sort.
  void check_room(std::uint64_t size) const { counts_.check_room(size); }

  /// Finite values; the others are counted apart.
  std::uint64_t count() const noexcept { return counts_.finite; }
  std::uint64_t nan_count() const noexcept { return counts_.nan; }
  std::uint64_t positive_infinity_count() const noexcept { return counts_.positive_infinity; }
  std::uint64_t negative_infinity_count() const noexcept { return counts_.negative_infinity; }

  /// The sum, rounded once; 0 when there is no value.
  double sum() const { return detail::rounded_quotient(sum_.value(), detail::sum_unit, 1); }

  /// NaN when there is no value.
  double mean() const {
    return count() == 0 ? nan() : detail::rounded_quotient(sum_.value(), detail::sum_unit, count());
  }

  /// The mean of squared deviations, with divisor n - ddof, rounded once; NaN when n <= ddof.
  double variance(std::uint64_t ddof = 1) const {
    if (count() <= ddof) return nan();
    return detail::rounded_quotient(deviation(), detail::square_unit, divisor(ddof));
  }

  /// The square root of the variance, also where the variance itself would overflow or vanish.
  double std(std::uint64_t ddof = 1) const {
    if (count() <= ddof) return nan();
    return detail::root_of_quotient(deviation(), detail::square_unit, divisor(ddof));
  }

  /// Smallest and largest finite value; NaN when there is none, or after `subtract`.
  double min() const noexcept { return extremes_.min_or_nan(); }
  double max() const noexcept { return extremes_.max_or_nan(); }

  std::string to_bytes() const {
    byte_writer w(state_kind::moments);
    counts_.write(w);
    extremes_.write(w, count());
    sum_.write(w);
    squares_.write(w);
    return w.finish();
  }

  static moments from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::moments, limits);
    moments m;
    m.counts_ = detail::tally::read(r);
    m.extremes_ = detail::extremes::read(r, m.count());
    m.sum_ = detail::sum_accumulator::read(r);
    m.squares_ = detail::square_accumulator::read(r);
    r.done();
    if (!m.possible()) raise<bad_bytes>("bytes: moments that no values can have");
    return m;
  }

  friend bool operator==(const moments& a, const moments& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const moments& a, const moments& b) { return !(a == b); }

 private:
  static double nan() { return std::numeric_limits<double>::quiet_NaN(); }

  void extremes_known_add(double x) {
    if (extremes_.known) extremes_.add(x);
  }

  /// n * sum(x^2) - sum(x)^2.
  detail::big_integer deviation() const {
    detail::big_integer s = sum_.value();
    s.negative = false;
    return detail::difference(detail::product(detail::integer_of(count()), squares_.value()),
                              detail::product(s, s));
  }

  detail::uint128 divisor(std::uint64_t ddof) const {
    return static_cast<detail::uint128>(count()) * (count() - ddof);
  }

  /// Sums in range, and no negative variance (Cauchy-Schwarz).
  bool possible() const {
    const detail::big_integer squares = squares_.value();
    return detail::can_be_sum(sum_.value(), count(), detail::sum_bits) &&
           detail::can_be_sum(squares, count(), detail::square_bits) && !squares.negative &&
           !deviation().negative;
  }

  detail::tally counts_;
  detail::extremes extremes_;
  detail::sum_accumulator sum_;
  detail::square_accumulator squares_;
};

BAROGRAPH_NAMESPACE_END
