// Running sums of what rows add to a statistic, in twice the precision (plain code, see src/kernels).
//
// Law F. Nothing is ever subtracted from them.
#pragma once

#include <cstdint>

#include "moments_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::sums_job;

/// How many values there are, where some can be missing.
template <class V, bool Missing>
struct counted {
  V n;
};
template <class V>
struct counted<V, false> {};

/// What one row adds to the sums; a NaN is a missing value.
template <class S, class V, bool Missing>
struct terms_of_row : counted<V, Missing> {
  twofold<V> term[S::sums];

  BAROGRAPH_LANES terms_of_row(V x, V y, V pivot, V pivot_y) noexcept {
    V v = x, w = y;
    if constexpr (S::pivoted) {
      v = x - pivot;
      if constexpr (S::pair) w = y - pivot_y;
    }
    if constexpr (Missing) {
      const V zero = V(0.0);
      const V both = S::pair ? x + y : x;
      v = choose(both == both, v, zero);
      if constexpr (S::pair) w = choose(both == both, w, zero);
      this->n = choose(both == both, V(1.0), zero);
    }
    S::terms(v, w, term);
  }
};

/// The sums of a statistic's terms.
template <class S, class V, bool Missing>
struct running : counted<V, Missing> {
  twofold<V> sum[S::sums];

  BAROGRAPH_LANES void clear() noexcept {
    for (int k = 0; k < S::sums; ++k) sum[k] = {V(0.0), V(0.0)};
    if constexpr (Missing) this->n = V(0.0);
  }

  BAROGRAPH_LANES void take_in(V x, V y, V pivot, V pivot_y) noexcept {
    const terms_of_row<S, V, Missing> row(x, y, pivot, pivot_y);
    for (int k = 0; k < S::sums; ++k) {
      sum[k] = plus(sum[k], row.term[k].hi);
      if (!S::exact_term(k)) sum[k].lo += row.term[k].lo;
    }
    if constexpr (Missing) this->n += row.n;
  }

  /// These sums, of the later rows, and those of the rows before them.
  BAROGRAPH_LANES void merge(const running& before) noexcept {
    for (int k = 0; k < S::sums; ++k) sum[k] = plus(before.sum[k], sum[k]);
    if constexpr (Missing) this->n += before.n;
  }
};

/// The statistic of n values; NaN where they are too few.
template <class S, class V>
BAROGRAPH_LANES inline V result_of(const twofold<V>* sum, V n, double min_periods, double ddof) noexcept {
  const divisors<V> d = S::of_count(n, ddof);
  return choose((n >= min_periods) & (n >= d.least), S::result(sum, d), V(__builtin_nan("")));
}

/// The value at a row, NaN past the ends of the series.
inline double value_at(const double* x, std::int64_t rows, std::int64_t row) noexcept {
  return row >= 0 && row < rows ? x[row] : __builtin_nan("");
}

inline bool is_missing(const sums_job& j, std::int64_t row) noexcept {
  const double v = value_at(j.x, j.rows, row);
  const double w = j.y != nullptr ? value_at(j.y, j.rows, row) : 0.0;
  return v + w != v + w;
}

BAROGRAPH_KERNEL_END
