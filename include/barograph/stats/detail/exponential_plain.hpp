// Exponential buckets: which one a double falls into, by integers alone.
//
// Bucket i at scale s covers (2^(i / 2^s), 2^((i + 1) / 2^s)], upper side inclusive: OpenTelemetry
// metrics data model, "ExponentialHistogram" (text of August 2022 and later). The table holds
// floor(2^52 * 2^(k/64)), so a 53-bit mantissa is above the irrational bound k exactly when it is
// above the table's integer; taking one off the bits first turns "above" into "at least". A bucket
// of a lower scale is the index of scale 6 shifted right, arithmetically.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_KERNEL_BEGIN

constexpr int finest_scale = 6;

/// floor(2^52 * 2^(k/64)) for k = 0 .. 63; then 2^53.
constexpr std::uint64_t exponential_bound[65] = {
    0x10000000000000, 0x102C9A3E778060, 0x1059B0D3158574, 0x10874518759BC8, 0x10B5586CF9890F,
    0x10E3EC32D3D1A2, 0x111301D0125B50, 0x11429AAEA92DDF, 0x1172B83C7D517A, 0x11A35BEB6FCB75,
    0x11D4873168B9AA, 0x12063B88628CD6, 0x12387A6E756238, 0x126B4565E27CDD, 0x129E9DF51FDEE1,
    0x12D285A6E4030B, 0x1306FE0A31B715, 0x133C08B26416FF, 0x1371A7373AA9CA, 0x13A7DB34E59FF6,
    0x13DEA64C123422, 0x14160A21F72E29, 0x144E086061892D, 0x1486A2B5C13CD0, 0x14BFDAD5362A27,
    0x14F9B2769D2CA6, 0x15342B569D4F81, 0x156F4736B527DA, 0x15AB07DD485429, 0x15E76F15AD2148,
    0x16247EB03A5584, 0x16623882552224, 0x16A09E667F3BCC, 0x16DFB23C651A2E, 0x171F75E8EC5F73,
    0x175FEB564267C8, 0x17A11473EB0186, 0x17E2F336CF4E62, 0x182589994CCE12, 0x1868D99B4492EC,
    0x18ACE5422AA0DB, 0x18F1AE99157736, 0x193737B0CDC5E4, 0x197D829FDE4E4F, 0x19C49182A3F090,
    0x1A0C667B5DE564, 0x1A5503B23E255C, 0x1A9E6B5579FDBF, 0x1AE89F995AD3AD, 0x1B33A2B84F15FA,
    0x1B7F76F2FB5E46, 0x1BCC1E904BC1D2, 0x1C199BDD85529C, 0x1C67F12E57D14B, 0x1CB720DCEF9069,
    0x1D072D4A07897B, 0x1D5818DCFBA487, 0x1DA9E603DB3285, 0x1DFC97337B9B5E, 0x1E502EE78B3FF6,
    0x1EA4AFA2A490D9, 0x1EFA1BEE615A27, 0x1F50765B6E4540, 0x1FA7C1819E90D8, 0x20000000000000,
};

/// By the top seven bits of the fraction: the last bound that is not above the cell's start. A cell is
/// narrower than any bucket, so it holds at most one bound more.
constexpr unsigned char exponential_cell[128] = {
    0,  0,  1,  2,  2,  3,  4,  4,  5,  6,  6,  7,  8,  8,  9,  10, 10, 11, 12, 12, 13, 14, 14, 15, 15, 16,
    17, 17, 18, 18, 19, 20, 20, 21, 21, 22, 22, 23, 24, 24, 25, 25, 26, 26, 27, 27, 28, 28, 29, 29, 30, 30,
    31, 31, 32, 33, 33, 34, 34, 35, 35, 35, 36, 36, 37, 37, 38, 38, 39, 39, 40, 40, 41, 41, 42, 42, 43, 43,
    43, 44, 44, 45, 45, 46, 46, 47, 47, 47, 48, 48, 49, 49, 50, 50, 50, 51, 51, 52, 52, 52, 53, 53, 54, 54,
    54, 55, 55, 56, 56, 56, 57, 57, 58, 58, 58, 59, 59, 59, 60, 60, 61, 61, 61, 62, 62, 62, 63, 63,
};

/// By the same bits: what is added to the fraction for the bucket within its power of two to stand above
/// bit 52. The one bound that the cell can hold carries into it: one addition instead of a comparison.
struct exponential_steps {
  std::uint64_t step[128] = {};
  constexpr exponential_steps() {
    for (int cell = 0; cell < 128; ++cell) {
      const std::uint64_t k = exponential_cell[cell];
      step[cell] = (k << 52) + 0x20000000000000u - exponential_bound[k + 1];
    }
  }
};
constexpr exponential_steps exponential_step;

/// The bucket at scale 6 of a double with these bits less one, counted from that of exponent 0.
inline std::uint64_t exponential_index_of_bits(std::uint64_t b) {
  const std::uint64_t fraction = b & 0xFFFFFFFFFFFFFu;
  return (b >> 52) * 64 + ((fraction + exponential_step.step[fraction >> 45]) >> 52);
}

/// The bucket of a positive normal double above the smallest at scale 6, from its bits.
inline std::int32_t exponential_index_of_normal(std::uint64_t bits) {
  return static_cast<std::int32_t>(exponential_index_of_bits(bits - 1)) - 1023 * 64;
}

/// The bucket of a positive finite double at scale 6, from its bits.
inline std::int32_t exponential_index(std::uint64_t bits) {
  std::int32_t exponent = -1023;
  if (__builtin_expect(bits < 0x10000000000000u, 0)) {
    // A subnormal times 2^54 is normal, and exact.
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    x *= 0x1p54;
    __builtin_memcpy(&bits, &x, sizeof x);
    exponent -= 54;
  }
  return static_cast<std::int32_t>(exponential_index_of_bits(bits - 1)) + exponent * 64;
}

/// What one pass over a block saw: the range of the buckets of its values, and whether any value was
/// zero, negative or not finite (then the indices mean nothing).
struct exponential_block_result {
  double min;
  double max;
  bool plain;
};

/// Buckets at scale 6 of x[0 .. size), if all are positive, normal and finite. Each value is read
/// once, so the indices agree with min and max even while another thread writes x.
inline exponential_block_result exponential_indices(const double* x, std::size_t size, std::int32_t* index) {
  std::uint64_t low = ~std::uint64_t{0};
  std::uint64_t high = 0;
  for (std::size_t i = 0; i < size; ++i) {
    std::uint64_t bits;
    __builtin_memcpy(&bits, x + i, sizeof bits);
    // Zero, subnormal, negative or not finite: out of [low, high] as an unsigned integer.
    low = bits < low ? bits : low;
    high = bits > high ? bits : high;
    index[i] = exponential_index_of_normal(bits);
  }
  exponential_block_result r;
  __builtin_memcpy(&r.min, &low, sizeof low);
  __builtin_memcpy(&r.max, &high, sizeof high);
  r.plain = low >= 0x10000000000000u && high < 0x7FF0000000000000u;
  return r;
}

BAROGRAPH_KERNEL_END
