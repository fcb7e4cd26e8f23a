// exact_total: a fixed-point number wide enough for any sum of doubles, rounded once, at the end.
//
// What exact_sum is as a state, this is as scratch space: magnitudes m * 2^(e - 1074) with m below
// 2^96 are added without error, and `round()` gives the double nearest to the total (ties to even).
// Order and grouping cannot change it: class I.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {
namespace detail {

__extension__ typedef unsigned __int128 uint128;

class exact_total {
 public:
  /// Adds (negative ? -1 : 1) * magnitude * 2^(exponent - 1074), 0 <= exponent <= 2046.
  void add(uint128 magnitude, unsigned exponent, bool negative) noexcept {
    if (magnitude == 0) return;
    side& s = negative ? negative_ : positive_;
    std::size_t i = exponent / 64;
    const unsigned shift = exponent % 64;
    if (i < s.first) s.first = i;
    const uint128 low = (magnitude & ~std::uint64_t{0}) << shift;
    const uint128 high = ((magnitude >> 64) << shift) + (low >> 64);  // 32 + 63 bits: no overflow
    const std::uint64_t parts[3] = {static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high),
                                    static_cast<std::uint64_t>(high >> 64)};
    std::uint64_t carry = 0;
    for (std::size_t k = 0; k < 3 || carry != 0; ++k, ++i) {
      const uint128 t = static_cast<uint128>(s.limbs[i]) + (k < 3 ? parts[k] : 0) + carry;
      s.limbs[i] = static_cast<std::uint64_t>(t);
      carry = static_cast<std::uint64_t>(t >> 64);
    }
    if (i > s.last) s.last = i;
  }

  /// Adds one finite double.
  void add_bits(std::uint64_t bits) noexcept {
    const auto biased = static_cast<unsigned>((bits >> 52) & 0x7FFu);
    const std::uint64_t fraction = bits & 0xFFFFFFFFFFFFFu;
    const bool normal = biased != 0;
    add(fraction | (std::uint64_t{normal} << 52), normal ? biased - 1 : 0, (bits >> 63) != 0);
  }

  /// The double nearest to the total, and back to zero for the next one.
  double round_and_reset() noexcept { return rounded_and_reset(0).first; }

  /// The same, and, where that is infinite, the double nearest to the total times 2^-down, else the same
  /// again; finite with a `down` of 64, for there are fewer than 2^64 values.
  std::pair<double, double> rounded_and_reset(int down) noexcept {
    const bool negative = less(positive_, negative_);
    side& larger = negative ? negative_ : positive_;
    side& smaller = negative ? positive_ : negative_;
    if (smaller.last > smaller.first) subtract(larger, smaller);
    const double magnitude = nearest(larger, 0);
    const double scaled = std::isinf(magnitude) ? nearest(larger, down) : magnitude;
    positive_.clear();
    negative_.clear();
    return negative ? std::pair(-magnitude, -scaled) : std::pair(magnitude, scaled);
  }

 private:
  static constexpr std::size_t limb_count = 36;  // 2046 + 96 bits of one term, 64 more for their number
  struct side {
    std::uint64_t limbs[limb_count] = {};
    std::size_t first = limb_count;  // limbs outside [first, last) are zero
    std::size_t last = 0;
    void clear() noexcept {
      for (std::size_t i = first; i < last; ++i) limbs[i] = 0;
      first = limb_count;
      last = 0;
    }
  };

  static bool less(const side& a, const side& b) noexcept {
    for (std::size_t i = a.last > b.last ? a.last : b.last; i-- > 0;)
      if (a.limbs[i] != b.limbs[i]) return a.limbs[i] < b.limbs[i];
    return false;
  }

  static void subtract(side& a, const side& b) noexcept {
    std::uint64_t borrow = 0;
    if (b.first < a.first) a.first = b.first;
    for (std::size_t i = b.first; i < a.last; ++i) {
      const uint128 t = static_cast<uint128>(a.limbs[i]) - b.limbs[i] - borrow;
      a.limbs[i] = static_cast<std::uint64_t>(t);
      borrow = static_cast<std::uint64_t>(t >> 64) & 1u;
    }
  }

  static double nearest(const side& a, int down) noexcept {
    std::size_t top = a.last;
    while (top > a.first && a.limbs[top - 1] == 0) --top;
    if (top <= a.first) return 0.0;
    const std::size_t high = top - 1;
    const auto zeros = static_cast<unsigned>(__builtin_clzll(a.limbs[high]));
    const std::uint64_t below = high > 0 ? a.limbs[high - 1] : 0;
    // The leading 64 bits, everything under them ored into the lowest.
    std::uint64_t lead = zeros == 0 ? a.limbs[high] : (a.limbs[high] << zeros) | (below >> (64 - zeros));
    bool sticky = zeros == 0 ? below != 0 : (below << zeros) != 0;
    for (std::size_t i = a.first; i + 1 < high && !sticky; ++i) sticky = a.limbs[i] != 0;
    // lead stands for lead * 2^(position), position counted from 2^-1074.
    const int position = static_cast<int>(high * 64) - static_cast<int>(zeros);
    if (position <= -11) return std::ldexp(static_cast<double>(lead >> 11), position + 11 - 1074 - down);
    std::uint64_t kept = lead >> 11;
    const std::uint64_t rest = lead & 0x7FFu;
    if (rest > 0x400u || (rest == 0x400u && (sticky || (kept & 1u) != 0))) ++kept;
    return std::ldexp(static_cast<double>(kept), position + 11 - 1074 - down);
  }

  side positive_;
  side negative_;
};

}  // namespace detail
}  // namespace groupby
BAROGRAPH_NAMESPACE_END
