// stable_hash: 64-bit hashes that are the same everywhere and for ever, because bytes of states depend
// on them. No key: who chooses the values can choose their hashes.
//
// Class I. With all arithmetic modulo 2^64, A, B, C, D the odd constants below (binary digits of the
// fractions of square roots of 2, 3, 5 and 7) and shifts to the right:
//
//   mix(x):     x ^= x >> 32, x *= A, x ^= x >> 29, x *= B, x ^= x >> 32, x *= C, x ^= x >> 29
//   integer v:  mix(v + D) for -2^63 <= v < 2^63, of v's two's complement; mix(mix(v + D) + 1) from 2^63
//               to 2^64 - 1
//   double x:   that of the integer where x is one (-0.0 is 0); else mix(mix(bits(x) + D) + 2), every
//               NaN as 0x7FF8000000000000
//   text:       h = mix(size + 3 D); for every 8 bytes w, little-endian, the last ones filled up with
//               zeros: h = rotate_left(h ^ mix(w), 27) * A + B; then mix(h)
//
// mix is a bijection: different integers have different hashes.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

constexpr std::uint64_t hash_a = 0x6A09E667F3BCC909u;
constexpr std::uint64_t hash_b = 0xBB67AE8584CAA73Bu;
constexpr std::uint64_t hash_c = 0x3C6EF372FE94F82Bu;
constexpr std::uint64_t hash_d = 0xA54FF53A5F1D36F1u;

constexpr std::uint64_t mix(std::uint64_t x) noexcept {
  x = (x ^ (x >> 32)) * hash_a;
  x = (x ^ (x >> 29)) * hash_b;
  x = (x ^ (x >> 32)) * hash_c;
  return x ^ (x >> 29);
}

}  // namespace detail

/// Of any integer type (bool as 0 and 1): equal numbers hash alike.
template <class Integer, class = std::enable_if_t<std::is_integral_v<Integer>>>
constexpr std::uint64_t stable_hash(Integer v) noexcept {
  const std::uint64_t h = detail::mix(static_cast<std::uint64_t>(v) + detail::hash_d);
  return v > 0 && static_cast<std::uint64_t>(v) >> 63 != 0 ? detail::mix(h + 1) : h;
}

/// Of a double; a whole number hashes as the integer.
inline std::uint64_t stable_hash(double x) noexcept {
  if (x >= -0x1p63 && x < 0x1p63) {
    const auto whole = static_cast<std::int64_t>(x);
    if (static_cast<double>(whole) == x) return stable_hash(whole);
  } else if (x >= 0x1p63 && x < 0x1p64) {
    return stable_hash(static_cast<std::uint64_t>(x));
  }
  std::uint64_t bits = 0x7FF8000000000000u;
  if (x == x) std::memcpy(&bits, &x, sizeof bits);
  return detail::mix(detail::mix(bits + detail::hash_d) + 2);
}

namespace detail {

/// The hash of text; another one under a key other than 0, for tables that strangers' text goes into.
inline std::uint64_t hash_of_text(std::string_view text, std::uint64_t key) noexcept {
  std::uint64_t h = mix(text.size() + 3 * hash_d + key);
  const auto add = [&h, key](std::uint64_t w) {
    h ^= mix(w + key);
    h = ((h << 27) | (h >> 37)) * hash_a + hash_b;
  };
  const char* at = text.data();
  std::size_t left = text.size();
  const auto word = [&](std::size_t size) {
    std::uint64_t w = 0;
    for (std::size_t i = 0; i < size; ++i)
      w |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
    return w;
  };
  for (; left >= 8; left -= 8, at += 8) add(word(8));
  if (left != 0) add(word(left));
  return mix(h);
}

}  // namespace detail

/// Of text, byte by byte.
inline std::uint64_t stable_hash(std::string_view text) noexcept { return detail::hash_of_text(text, 0); }

BAROGRAPH_NAMESPACE_END
