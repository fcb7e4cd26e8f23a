// What the sums of a window's powers and products become: mean, variance, skewness, covariance and the
// like (plain code, see src/kernels).
//
// Law F. Powers and products are of deviations from a pivot, carried with their rounding errors; what a
// difference of such sums loses is lost of 106 bits. Sample skewness and excess kurtosis are the
// unbiased ones that pandas gives (Joanes and Gill 1998, G1 and G2).
#pragma once

#include "double_double_plain.hpp"
#include "jobs_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::reduction;

/// What depends only on how many values there are.
template <class V>
struct divisors {
  V n, one_over_n;
  V least;  ///< the fewest values that have the statistic
  V a, b;   ///< what the statistic says
};

template <class V>
BAROGRAPH_LANES inline divisors<V> divisors_of(V n, double least) noexcept {
  return {n, 1.0 / n, V(least), n, n};
}

/// The powers 1 to Order of v, with their rounding errors.
template <int Order>
struct powers_of_one_series {
  static constexpr bool pair = false, pivoted = true;
  static constexpr int sums = Order;
  static constexpr bool exact_term(int k) noexcept { return k == 0; }

  template <class V>
  BAROGRAPH_LANES static void terms(V v, V, twofold<V>* t) noexcept {
    t[0] = {v, V(0.0)};
    if constexpr (Order > 1) t[1] = two_product(v, v);
    if constexpr (Order > 2) t[2] = times(t[1], v);
    if constexpr (Order > 3) t[3] = times(t[1], t[1]);
  }
};

/// A statistic in units of m2, the spread of the values: NaN where they are all equal.
template <class V>
BAROGRAPH_LANES inline V where_spread(V m2, V value) noexcept {
  return choose(m2 == V(0.0), V(__builtin_nan("")), value);  // what is above m2 may be a rounding error
}

/// Sum of squared deviations from the mean, 0 where all digits of the difference are rounding.
template <class V>
BAROGRAPH_LANES inline V squared_deviations(twofold<V> s1, twofold<V> s2, const divisors<V>& d) noexcept {
  const twofold<V> m2 = minus(s2, over(times(tidied(s1), tidied(s1)), d.n, d.one_over_n));
  const V value = m2.hi + m2.lo;
  const V noise = s2.hi * d.n * 0x1p-100;
  return choose((value > noise) | (value != value), value, V(0.0));
}

template <class V>
BAROGRAPH_LANES inline V not_negative(V x) noexcept {
  return choose(x > 0.0, x, V(0.0));
}

template <reduction What>
struct statistic;

template <>
struct statistic<reduction::sum> {
  static constexpr bool pair = false, pivoted = false;
  static constexpr int sums = 1;
  static constexpr bool exact_term(int) noexcept { return true; }

  template <class V>
  BAROGRAPH_LANES static void terms(V v, V, twofold<V>* t) noexcept {
    t[0] = {v, V(0.0)};
  }
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double) noexcept {
    return divisors_of(n, 0.0);
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>&) noexcept {
    return rounded(s[0]);
  }
  /// Of a sum that is finite, and far from what of it is in lo.
  template <class V>
  BAROGRAPH_LANES static V of_whole(twofold<V> s, const divisors<V>&) noexcept {
    return s.hi + s.lo;
  }
};

template <>
struct statistic<reduction::mean> : statistic<reduction::sum> {
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double) noexcept {
    return divisors_of(n, 1.0);
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    return rounded(over(s[0], d.n, d.one_over_n));
  }
  template <class V>
  BAROGRAPH_LANES static V of_whole(twofold<V> s, const divisors<V>& d) noexcept {
    return quotient_in_range(s, d.n, d.one_over_n);
  }
};

template <>
struct statistic<reduction::variance> : powers_of_one_series<2> {
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double ddof) noexcept {
    divisors<V> d = divisors_of(n, 1.0);
    d.a = n - ddof;
    d.least = V(ddof) + 0x1p-20;
    return d;
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    return squared_deviations(s[0], s[1], d) / d.a;
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_central(const M& m, const divisors<V>& d) noexcept {
    return not_negative(m.m2) / d.a;
  }
  /// Of so many values that the statistic is there but for a great ddof.
  template <class M, class V>
  BAROGRAPH_LANES static V of_growing(const M& m, V n, double ddof) noexcept {
    return choose(n > ddof, not_negative(m.m2) / (n - ddof), V(__builtin_nan("")));
  }
};

template <>
struct statistic<reduction::deviation> : statistic<reduction::variance> {
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    return root(squared_deviations(s[0], s[1], d) / d.a);
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_central(const M& m, const divisors<V>& d) noexcept {
    return root(not_negative(m.m2) / d.a);
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_growing(const M& m, V n, double ddof) noexcept {
    return root(statistic<reduction::variance>::of_growing(m, n, ddof));
  }
};

template <>
struct statistic<reduction::standard_error> : statistic<reduction::variance> {
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double ddof) noexcept {
    divisors<V> d = statistic<reduction::variance>::of_count(n, ddof);
    d.b = root(n);
    return d;
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    return root(squared_deviations(s[0], s[1], d) / d.a) / d.b;
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_central(const M& m, const divisors<V>& d) noexcept {
    return root(not_negative(m.m2) / d.a) / d.b;
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_growing(const M& m, V n, double ddof) noexcept {
    return root(statistic<reduction::variance>::of_growing(m, n, ddof)) / root(n);
  }
};

template <>
struct statistic<reduction::skewness> : powers_of_one_series<3> {
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double) noexcept {
    divisors<V> d = divisors_of(n, 3.0);
    d.a = n * root(n - 1.0) / (n - 2.0);
    return d;
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    // m3 = s3 - m (3 s2 - 2 m s1) with the mean m of the deviations from the pivot
    const twofold<V> s1 = tidied(s[0]);
    const twofold<V> m = over(s1, d.n, d.one_over_n);
    const twofold<V> ms1 = times(m, s1);
    const twofold<V> inner = minus(times(s[1], V(3.0)), plus(ms1, ms1));
    const twofold<V> m3 = minus(s[2], times(m, tidied(inner)));
    const V m2 = squared_deviations(s[0], s[1], d);
    return where_spread(m2, d.a * ((m3.hi + m3.lo) / (m2 * root(m2))));
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_central(const M& m, const divisors<V>& d) noexcept {
    return d.a * (m.m3 / (m.m2 * root(m.m2)));
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_growing(const M& m, V n, double) noexcept {
    return n * root((n - 1.0) * m.m2) * m.m3 / ((n - 2.0) * (m.m2 * m.m2));
  }
};

template <>
struct statistic<reduction::kurtosis> : powers_of_one_series<4> {
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double) noexcept {
    divisors<V> d = divisors_of(n, 4.0);
    d.a = (n - 1.0) / ((n - 2.0) * (n - 3.0));
    d.b = (n + 1.0) * n;
    return d;
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    // m4 = s4 - m (4 s3 - m (6 s2 - 3 m s1))
    const twofold<V> s1 = tidied(s[0]);
    const twofold<V> m = over(s1, d.n, d.one_over_n);
    const twofold<V> first = minus(times(s[1], V(6.0)), times(times(m, s1), V(3.0)));
    const twofold<V> second = minus(times(s[2], V(4.0)), times(m, tidied(first)));
    const twofold<V> m4 = minus(s[3], times(m, tidied(second)));
    const V m2 = squared_deviations(s[0], s[1], d);
    return where_spread(m2, d.a * (d.b * ((m4.hi + m4.lo) / (m2 * m2)) - 3.0 * (d.n - 1.0)));
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_central(const M& m, const divisors<V>& d) noexcept {
    return d.a * (d.b * (m.m4 / (m.m2 * m.m2)) - 3.0 * (d.n - 1.0));
  }
  template <class M, class V>
  BAROGRAPH_LANES static V of_growing(const M& m, V n, double) noexcept {
    const V square = m.m2 * m.m2, less = n - 1.0;
    return less * ((n + 1.0) * n * m.m4 - 3.0 * less * square) / ((n - 2.0) * (n - 3.0) * square);
  }
};

template <>
struct statistic<reduction::covariance> {
  static constexpr bool pair = true, pivoted = true;
  static constexpr int sums = 3;
  static constexpr bool exact_term(int k) noexcept { return k < 2; }

  template <class V>
  BAROGRAPH_LANES static void terms(V v, V w, twofold<V>* t) noexcept {
    t[0] = {v, V(0.0)};
    t[1] = {w, V(0.0)};
    t[2] = two_product(v, w);
  }
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double ddof) noexcept {
    return statistic<reduction::variance>::of_count(n, ddof);
  }
  template <class V>
  BAROGRAPH_LANES static V products(twofold<V> s1, twofold<V> t1, twofold<V> st,
                                    const divisors<V>& d) noexcept {
    const twofold<V> p = over(times(tidied(s1), tidied(t1)), d.n, d.one_over_n);
    const twofold<V> m = minus(st, p);
    return m.hi + m.lo;
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    return products(s[0], s[1], s[2], d) / d.a;
  }
};

template <>
struct statistic<reduction::correlation> : statistic<reduction::covariance> {
  static constexpr int sums = 5;

  template <class V>
  BAROGRAPH_LANES static void terms(V v, V w, twofold<V>* t) noexcept {
    statistic<reduction::covariance>::terms(v, w, t);
    t[3] = two_product(v, v);
    t[4] = two_product(w, w);
  }
  template <class V>
  BAROGRAPH_LANES static divisors<V> of_count(V n, double) noexcept {
    return divisors_of(n, 2.0);
  }
  template <class V>
  BAROGRAPH_LANES static V result(const twofold<V>* s, const divisors<V>& d) noexcept {
    const V a = squared_deviations(s[0], s[3], d), b = squared_deviations(s[1], s[4], d);
    const V r = products(s[0], s[1], s[2], d) / (root(a) * root(b));
    return where_spread(a, where_spread(b, choose(r > 1.0, V(1.0), choose(r < -1.0, V(-1.0), r))));
  }
};

BAROGRAPH_KERNEL_END
