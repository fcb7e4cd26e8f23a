// exact_sum: the sum of doubles without any rounding until it is read.
//
// Law: commutative, class I. Any order, split or tree of merges gives equal bytes, and `value()` is
// the true sum rounded once (half to even; infinity beyond the largest double). `subtract` takes a
// contained sum away without a trace. NaN and infinities are counted apart and are not in the sum.
// Source: R. M. Neal, arXiv:1505.05571 (detail/superaccumulator.hpp).
#pragma once

#include <algorithm>

#include "detail/superaccumulator.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class exact_sum {
 public:
  /// Adds x, n times.
  void update(double x, std::uint64_t n = 1) {
    counts_.add(x, n);
    if (!std::isfinite(x) || n == 0) return;
    const std::uint64_t bits = kernel::bits_of(x);
    const kernel::exact_parts p = kernel::parts_of(bits & ~(std::uint64_t{1} << 63));
    sum_.add(static_cast<detail::uint128>(p.mantissa) * n, p.position, (bits >> 63) != 0);
  }

  void update(span<const double> values) {
    counts_.check_room(values.size());
    for (std::size_t i = 0; i < values.size(); i += kernel::exact_block) {
      const std::size_t size = std::min(values.size() - i, kernel::exact_block);
      const auto r = kernel::add_exact<false>(sum_.ready(size), nullptr, values.data() + i, size);
      counts_ = counts_.plus({size - r.nan - r.positive_infinity - r.negative_infinity, r.nan,
                              r.positive_infinity, r.negative_infinity});
    }
  }

  void merge(const exact_sum& other) {
    counts_ = counts_.plus(other.counts_);
    sum_.merge(other.sum_);
  }
  exact_sum& operator+=(const exact_sum& other) {
    merge(other);
    return *this;
  }

  /// Takes values away that are in this sum; an error (and no change) when the counts say otherwise.
  void subtract(const exact_sum& other) {
    exact_sum rest = *this;
    rest.counts_ = counts_.minus(other.counts_);
    rest.sum_.subtract(other.sum_);
    if (!detail::can_be_sum(rest.sum_.value(), rest.count(), detail::sum_bits))
      raise<invalid_argument>("subtract: given a sum that is not contained in this one");
    *this = rest;
  }

  void reset() { *this = exact_sum(); }

  /// Finite values; the others are counted apart.
  std::uint64_t count() const noexcept { return counts_.finite; }
  std::uint64_t nan_count() const noexcept { return counts_.nan; }
  std::uint64_t positive_infinity_count() const noexcept { return counts_.positive_infinity; }
  std::uint64_t negative_infinity_count() const noexcept { return counts_.negative_infinity; }

  /// The sum of the finite values, rounded once; 0 when there are none.
  double value() const { return detail::rounded_quotient(sum_.value(), detail::sum_unit, 1); }

  /// The sum divided by the count, rounded once; NaN when there are none.
  double mean() const {
    if (count() == 0) return std::numeric_limits<double>::quiet_NaN();
    return detail::rounded_quotient(sum_.value(), detail::sum_unit, count());
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::exact_sum);
    counts_.write(w);
    sum_.write(w);
    return w.finish();
  }

  static exact_sum from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::exact_sum, limits);
    exact_sum s;
    s.counts_ = detail::tally::read(r);
    s.sum_ = detail::sum_accumulator::read(r);
    r.done();
    if (!detail::can_be_sum(s.sum_.value(), s.count(), detail::sum_bits))
      raise<bad_bytes>("bytes: a sum that no values can have");
    return s;
  }

  friend bool operator==(const exact_sum& a, const exact_sum& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const exact_sum& a, const exact_sum& b) { return !(a == b); }

 private:
  detail::tally counts_;
  detail::sum_accumulator sum_;
};

BAROGRAPH_NAMESPACE_END
