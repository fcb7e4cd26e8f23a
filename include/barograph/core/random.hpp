// Counter-based random numbers: any draw can be made alone, in parallel, and it is the same draw.
//
// Law F. The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
// easy as 1, 2, 3", SC 2011): a bijection of 128-bit counters under a 64-bit key. The key is the seed;
// the counter is (slot, index, stream). No distribution of std:: is used, and no libm.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "errors.hpp"
#include "math.hpp"

BAROGRAPH_NAMESPACE_BEGIN

using philox_block = std::array<std::uint32_t, 4>;

/// Philox4x32 with ten rounds.
inline philox_block philox4x32(philox_block counter, std::uint32_t key0, std::uint32_t key1) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key0, static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key1, static_cast<std::uint32_t>(a)};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return counter;
}

/// The 128 random bits that belong to (seed, stream, index, slot).
inline philox_block random_block(std::uint64_t seed, std::uint32_t stream, std::uint64_t index,
                                 std::uint32_t slot) noexcept {
  return philox4x32(
      {slot, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), stream},
      static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32));
}

/// 32 random bits as the middle of one of 2^32 equal cells of (0, 1).
inline double unit_from_bits(std::uint32_t bits) noexcept {
  return (static_cast<double>(bits) + 0.5) * 0x1.0p-32;
}

/// 53 of 64 random bits as the middle of one of 2^52 equal cells of (0, 1); never 0, never 1.
inline double unit_from_bits(std::uint64_t bits) noexcept {
  return (static_cast<double>(bits >> 12) + 0.5) * 0x1.0p-52;
}

/// 32 random bits as one of 0..n-1 by multiplication; no cell differs by more than n / 2^32 of itself.
inline std::uint32_t below_from_bits(std::uint32_t bits, std::uint32_t n) noexcept {
  return static_cast<std::uint32_t>((std::uint64_t{bits} * n) >> 32);
}

/// The draws that belong to one (seed, stream, index), one after the other.
///
///     random_draws draws(seed, /*stream=*/1, /*index=*/row);
///     double wait = draws.exponential();
class random_draws {
 public:
  random_draws(std::uint64_t seed, std::uint32_t stream, std::uint64_t index) noexcept
      : seed_(seed), index_(index), stream_(stream) {}

  std::uint64_t bits() noexcept {
    if (left_ == 0) {
      block_ = random_block(seed_, stream_, index_, slot_++);
      left_ = 2;
    }
    const std::size_t at = left_-- == 2 ? 0 : 2;
    return block_[at] | (std::uint64_t{block_[at + 1]} << 32);
  }

  /// Uniform in the open interval (0, 1).
  double uniform() noexcept { return unit_from_bits(bits()); }

  /// Standard normal, by inversion.
  double normal() noexcept { return math::normal_quantile(uniform()); }

  /// Exponential with mean 1, by inversion.
  double exponential() noexcept { return -math::log(uniform()); }

  /// Uniform in 0..n-1, without bias. `n` must not be 0.
  std::uint64_t below(std::uint64_t n) {
    if (n == 0) raise<invalid_argument>("n: given 0, expected at least 1");
    const std::uint64_t rest = (0 - n) % n;  // 2^64 mod n: draws below it would be one too many
    std::uint64_t x = bits();
    while (x < rest) x = bits();
    return x % n;
  }

  /// Poisson with the given mean: inversion below 10, above it the transformed rejection PTRS of
  /// Hoermann, "The transformed rejection method for generating Poisson random variables",
  /// Insurance: Mathematics and Economics 12 (1993), 39-45, which is exact. From a mean of 1e6 the
  /// probabilities it compares with are Loader's saddle-point form ("Fast and accurate computation of
  /// binomial probabilities", 2000), which keeps its digits where logarithms of factorials cancel.
  std::int64_t poisson(double mean) {
    if (!(mean >= 0.0 && mean <= 1e15))
      raise<invalid_argument>("mean: given " + std::to_string(mean) + ", expected 0 to 1e15");
    if (mean < 10.0) {
      const double u = uniform();
      double term = math::exp(-mean);
      double sum = term;
      std::int64_t k = 0;
      while (u > sum && k < 200) {  // at mean 10 P(k > 200) is below 2^-500
        ++k;
        term *= mean / static_cast<double>(k);
        sum += term;
      }
      return k;
    }
    const double log_mean = math::log(mean);
    const double b = 0.931 + 2.53 * std::sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double log_inverse_alpha = math::log(1.1239 + 1.1328 / (b - 3.4));
    const double v_r = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
      const double u = uniform() - 0.5;
      const double v = uniform();
      const double us = 0.5 - (u < 0.0 ? -u : u);
      const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
      if (us >= 0.07 && v <= v_r) return static_cast<std::int64_t>(k);
      if (k < 0.0 || (us < 0.013 && v > us)) continue;
      if (mean >= 1e6) {
        if (k < 0.5 * mean || k > 2.0 * mean) continue;  // probability below exp(-1e5)
        if (math::log(v) + log_inverse_alpha - math::log(a / (us * us) + b) <= saddle_point(k, mean))
          return static_cast<std::int64_t>(k);
        continue;
      }
      if (math::log(v) + log_inverse_alpha - math::log(a / (us * us) + b) <=
          k * log_mean - mean - math::log_factorial(k))
        return static_cast<std::int64_t>(k);
    }
  }

 private:
  /// The logarithm of the Poisson probability of k at a large mean, k from half to twice the mean.
  static double saddle_point(double k, double mean) noexcept {
    // the deviance k log(k / mean) + mean - k, by the series of its logarithm in v
    const double v = (k - mean) / (k + mean);
    double deviance = (k - mean) * v;
    double term = 2.0 * k * v;
    for (int i = 3; i < 100; i += 2) {
      term *= v * v;
      const double next = deviance + term / static_cast<double>(i);
      if (next == deviance) break;
      deviance = next;
    }
    constexpr double two_pi = 6.283185307179586;
    return -deviance - 0.5 * math::log(two_pi * k) - 1.0 / (12.0 * k);
  }

  std::uint64_t seed_;
  std::uint64_t index_;
  std::uint32_t stream_;
  std::uint32_t slot_ = 0;
  philox_block block_{};
  int left_ = 0;
};

BAROGRAPH_NAMESPACE_END
