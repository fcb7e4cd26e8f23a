// Four doubles side by side: operators act on each lane as they do on a double (plain code, see
// src/kernels).
//
// Law F: the kernels are written once for a type V that is `double` or `lanes`, so scalar and vector
// code give the same bits.
#pragma once

#include <cstdint>

#include "../../config.hpp"

// AddressSanitizer needs half a minute for what is inlined into a kernel of lanes, UBSan longer: one test
// program alone is built with the first, none with the second (whole numbers in lanes are of rows and of
// quanta, whose bounds are told where they are made).
#if defined(BAROGRAPH_SANITIZE_LANES)
#define BAROGRAPH_LANES_KERNEL __attribute__((no_sanitize("undefined")))
#else
#define BAROGRAPH_LANES_KERNEL __attribute__((no_sanitize("address", "undefined")))
#endif
/// Functions of lanes are always inlined: how lanes would be passed differs between instruction sets.
#define BAROGRAPH_LANES __attribute__((always_inline)) BAROGRAPH_LANES_KERNEL

BAROGRAPH_KERNEL_BEGIN

/// As many doubles as one register holds.
#if defined(__AVX__)
typedef double register_of_doubles __attribute__((vector_size(32)));
#else
typedef double register_of_doubles __attribute__((vector_size(16)));
#endif
typedef decltype(register_of_doubles{} == register_of_doubles{}) register_of_flags;
constexpr int in_register = static_cast<int>(sizeof(register_of_doubles) / sizeof(double));
constexpr int registers = 4 / in_register;

/// The statement for each register i; spelled out, since compilers take four times as long over a loop.
#if defined(__AVX__)
#define BAROGRAPH_EACH_REGISTER(statement) \
  {                                        \
    constexpr int i = 0;                   \
    statement;                             \
  }
#else
#define BAROGRAPH_EACH_REGISTER(statement) \
  {                                        \
    {                                      \
      constexpr int i = 0;                 \
      statement;                           \
    }                                      \
    {                                      \
      constexpr int i = 1;                 \
      statement;                           \
    }                                      \
  }
#endif

/// Where a comparison of lanes holds.
struct lane_mask {
  register_of_flags part[registers];
};

struct lanes {
  register_of_doubles part[registers];

  lanes() = default;
  BAROGRAPH_LANES lanes(double x) noexcept : lanes(x, x, x, x) {}  // implicit: the number in all lanes
  BAROGRAPH_LANES lanes(double a, double b, double c, double d) noexcept {
#if defined(__AVX__)
    part[0] = register_of_doubles{a, b, c, d};
#else
    part[0] = register_of_doubles{a, b};
    part[1] = register_of_doubles{c, d};
#endif
  }

  BAROGRAPH_LANES double operator[](int k) const noexcept { return part[k / in_register][k % in_register]; }
  BAROGRAPH_LANES void set(int k, double x) noexcept { part[k / in_register][k % in_register] = x; }
  BAROGRAPH_LANES lanes& operator+=(const lanes& b) noexcept {
    BAROGRAPH_EACH_REGISTER(part[i] += b.part[i])
    return *this;
  }
};

#define BAROGRAPH_LANE_OPERATOR(result, op)                                            \
  BAROGRAPH_LANES inline result operator op(const lanes& a, const lanes& b) noexcept { \
    result r;                                                                          \
    BAROGRAPH_EACH_REGISTER(r.part[i] = a.part[i] op b.part[i])                        \
    return r;                                                                          \
  }
BAROGRAPH_LANE_OPERATOR(lanes, +)
BAROGRAPH_LANE_OPERATOR(lanes, -)
BAROGRAPH_LANE_OPERATOR(lanes, *)
BAROGRAPH_LANE_OPERATOR(lanes, /)
BAROGRAPH_LANE_OPERATOR(lane_mask, ==)
BAROGRAPH_LANE_OPERATOR(lane_mask, !=)
BAROGRAPH_LANE_OPERATOR(lane_mask, <)
BAROGRAPH_LANE_OPERATOR(lane_mask, >)
BAROGRAPH_LANE_OPERATOR(lane_mask, >=)
#undef BAROGRAPH_LANE_OPERATOR

BAROGRAPH_LANES inline lanes operator-(const lanes& a) noexcept {
  lanes r;
  BAROGRAPH_EACH_REGISTER(r.part[i] = -a.part[i])
  return r;
}
BAROGRAPH_LANES inline lane_mask operator&(const lane_mask& a, const lane_mask& b) noexcept {
  lane_mask r;
  BAROGRAPH_EACH_REGISTER(r.part[i] = a.part[i] & b.part[i])
  return r;
}
BAROGRAPH_LANES inline lane_mask operator|(const lane_mask& a, const lane_mask& b) noexcept {
  lane_mask r;
  BAROGRAPH_EACH_REGISTER(r.part[i] = a.part[i] | b.part[i])
  return r;
}

/// a where the condition holds, else b.
BAROGRAPH_LANES inline double choose(bool condition, double a, double b) noexcept {
  return condition ? a : b;
}
BAROGRAPH_LANES inline lanes choose(const lane_mask& condition, const lanes& a, const lanes& b) noexcept {
  lanes r;
  BAROGRAPH_EACH_REGISTER(r.part[i] = condition.part[i] ? a.part[i] : b.part[i])
  return r;
}

/// a where it is less (greater) than b, else b.
BAROGRAPH_LANES inline lanes lesser(const lanes& a, const lanes& b) noexcept {
  lanes r;
  BAROGRAPH_EACH_REGISTER(r.part[i] = a.part[i] < b.part[i] ? a.part[i] : b.part[i])
  return r;
}
BAROGRAPH_LANES inline lanes greater(const lanes& a, const lanes& b) noexcept {
  lanes r;
  BAROGRAPH_EACH_REGISTER(r.part[i] = a.part[i] > b.part[i] ? a.part[i] : b.part[i])
  return r;
}

BAROGRAPH_LANES inline double root(double x) noexcept { return __builtin_sqrt(x); }
BAROGRAPH_LANES inline lanes root(const lanes& x) noexcept {
  return {__builtin_sqrt(x[0]), __builtin_sqrt(x[1]), __builtin_sqrt(x[2]), __builtin_sqrt(x[3])};
}

/// The rounding error of p = a * b: exact, so the two ways give the same bits, while |a| and |b| are
/// below 2^995 and |p| is 0 or above 2^-968 (Dekker's way overflows beyond, or loses the last bits).
template <class V>
BAROGRAPH_LANES inline V product_error_by_halves(V a, V b, V p) noexcept {
  constexpr double splitter = 134217729.0;  // 2^27 + 1
  const V as = a * splitter, ah = as - (as - a), al = a - ah;
  const V bs = b * splitter, bh = bs - (bs - b), bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
}

/// And s - q * n, where that is a double: of a quotient q of s by a whole n.
#if defined(__FMA__)
BAROGRAPH_LANES inline double product_error(double a, double b, double p) noexcept {
  return __builtin_fma(a, b, -p);
}
BAROGRAPH_LANES inline lanes product_error(const lanes& a, const lanes& b, const lanes& p) noexcept {
  return {__builtin_fma(a[0], b[0], -p[0]), __builtin_fma(a[1], b[1], -p[1]),
          __builtin_fma(a[2], b[2], -p[2]), __builtin_fma(a[3], b[3], -p[3])};
}
BAROGRAPH_LANES inline lanes rest_of_quotient(const lanes& s, const lanes& q, const lanes& n) noexcept {
  return {__builtin_fma(-q[0], n[0], s[0]), __builtin_fma(-q[1], n[1], s[1]),
          __builtin_fma(-q[2], n[2], s[2]), __builtin_fma(-q[3], n[3], s[3])};
}
#else
template <class V>
BAROGRAPH_LANES inline V product_error(V a, V b, V p) noexcept {
  return product_error_by_halves(a, b, p);
}
BAROGRAPH_LANES inline lanes rest_of_quotient(const lanes& s, const lanes& q, const lanes& n) noexcept {
  const lanes p = q * n;
  return (s - p) - product_error_by_halves(q, n, p);
}
#endif

/// Four numbers from memory, of any alignment, and back.
BAROGRAPH_LANES inline lanes loaded(const double* from) noexcept {
  lanes x;
  BAROGRAPH_EACH_REGISTER(__builtin_memcpy(&x.part[i], from + i * in_register, sizeof x.part[i]))
  return x;
}
BAROGRAPH_LANES inline void stored(const lanes& x, double* to) noexcept {
    BAROGRAPH_EACH_REGISTER(__builtin_memcpy(to + i * in_register, &x.part[i], sizeof x.part[i]))}

/// Rows become columns.
BAROGRAPH_LANES inline void transpose(lanes* r) noexcept {
#if defined(__AVX__)
  const register_of_doubles a = __builtin_shufflevector(r[0].part[0], r[1].part[0], 0, 4, 2, 6);
  const register_of_doubles b = __builtin_shufflevector(r[0].part[0], r[1].part[0], 1, 5, 3, 7);
  const register_of_doubles c = __builtin_shufflevector(r[2].part[0], r[3].part[0], 0, 4, 2, 6);
  const register_of_doubles d = __builtin_shufflevector(r[2].part[0], r[3].part[0], 1, 5, 3, 7);
  r[0].part[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  r[1].part[0] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  r[2].part[0] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  r[3].part[0] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
#else
  lanes t[4];
  for (int i = 0; i < 2; ++i)
    for (int k = 0; k < 2; ++k) {
      t[2 * i].part[k] = __builtin_shufflevector(r[2 * k].part[i], r[2 * k + 1].part[i], 0, 2);
      t[2 * i + 1].part[k] = __builtin_shufflevector(r[2 * k].part[i], r[2 * k + 1].part[i], 1, 3);
    }
  for (int k = 0; k < 4; ++k) r[k] = t[k];
#endif
}

#undef BAROGRAPH_EACH_REGISTER

BAROGRAPH_KERNEL_END
