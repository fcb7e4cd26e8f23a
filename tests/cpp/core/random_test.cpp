#include "barograph/core/random.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "catch.hpp"

using namespace barograph;

TEST_CASE("philox gives the known answers of Random123") {
  CHECK(philox4x32({0, 0, 0, 0}, 0, 0) == philox_block{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u});
  const std::uint32_t ones = 0xFFFFFFFFu;
  CHECK(philox4x32({ones, ones, ones, ones}, ones, ones) ==
        philox_block{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu});
  CHECK(philox4x32({0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u}, 0xa4093822u, 0x299f31d0u) ==
        philox_block{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u});
}

TEST_CASE("seed, stream, index and slot each change the block") {
  const philox_block base = random_block(1, 2, 3, 4);
  CHECK(random_block(1, 2, 3, 4) == base);
  CHECK(random_block(2, 2, 3, 4) != base);
  CHECK(random_block(1ull << 40, 2, 3, 4) != random_block(0, 2, 3, 4));
  CHECK(random_block(1, 3, 3, 4) != base);
  CHECK(random_block(1, 2, 4, 4) != base);
  CHECK(random_block(1, 2, 3 | (1ull << 40), 4) != base);
  CHECK(random_block(1, 2, 3, 5) != base);
}

TEST_CASE("uniform stays inside the open interval") {
  CHECK(unit_from_bits(std::uint64_t{0}) > 0.0);
  CHECK(unit_from_bits(~std::uint64_t{0}) < 1.0);
  CHECK(unit_from_bits(std::uint32_t{0}) > 0.0);
  CHECK(unit_from_bits(~std::uint32_t{0}) < 1.0);
  CHECK(below_from_bits(~std::uint32_t{0}, 7) == 6);
}

TEST_CASE("uniform, normal and exponential have their moments") {
  constexpr int n = 200000;
  double u1 = 0, u2 = 0, z1 = 0, z2 = 0, z4 = 0, e1 = 0;
  for (int i = 0; i < n; ++i) {
    random_draws draws(5, 1, static_cast<std::uint64_t>(i));
    const double u = draws.uniform();
    const double z = draws.normal();
    u1 += u;
    u2 += u * u;
    z1 += z;
    z2 += z * z;
    z4 += z * z * z * z;
    e1 += draws.exponential();
  }
  // Five standard errors of each mean: sd / sqrt(n).
  const double root = std::sqrt(static_cast<double>(n));
  CHECK(std::fabs(u1 / n - 0.5) < 5 * std::sqrt(1.0 / 12) / root);
  CHECK(std::fabs(u2 / n - 1.0 / 3) < 5 * std::sqrt(4.0 / 45) / root);
  CHECK(std::fabs(z1 / n) < 5 / root);
  CHECK(std::fabs(z2 / n - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::fabs(z4 / n - 3) < 5 * std::sqrt(96.0) / root);
  CHECK(std::fabs(e1 / n - 1) < 5 / root);
}

TEST_CASE("below is uniform and refuses nothing to choose from") {
  std::vector<int> seen(7);
  random_draws draws(3, 0, 0);
  for (int i = 0; i < 70000; ++i) ++seen[draws.below(7)];
  double chi2 = 0;
  for (int count : seen) chi2 += (count - 10000.0) * (count - 10000.0) / 10000.0;
  CHECK(chi2 < 22.5);  // the 0.999 quantile with 6 degrees of freedom
  CHECK_THROWS_AS(draws.below(0), invalid_argument);
}

TEST_CASE("poisson follows its distribution on both sides of its change of method") {
  for (const double mean : {0.3, 4.0, 9.99, 10.0, 37.5, 1000.0}) {
    constexpr int n = 100000;
    std::map<std::int64_t, int> seen;
    for (int i = 0; i < n; ++i) ++seen[random_draws(11, 0, static_cast<std::uint64_t>(i)).poisson(mean)];
    double chi2 = 0;
    int cells = 0;
    for (const auto& [k, count] : seen) {
      const double kd = static_cast<double>(k);
      const double expected = n * std::exp(kd * std::log(mean) - mean - std::lgamma(kd + 1));
      if (expected < 10) continue;
      chi2 += (count - expected) * (count - expected) / expected;
      ++cells;
    }
    CAPTURE(mean, chi2, cells);
    CHECK(chi2 < cells + 4.0 * std::sqrt(2.0 * cells) + 4);  // four standard deviations of chi-squared
  }
}

TEST_CASE("poisson follows its distribution at the largest means, which the normal one is the limit of") {
  for (const double mean : {2e6, 1e10, 1e15}) {
    constexpr int n = 100000;
    std::vector<double> z;
    for (int i = 0; i < n; ++i) {
      const auto k = random_draws(5, 0, static_cast<std::uint64_t>(i)).poisson(mean);
      z.push_back((static_cast<double>(k) - mean + 0.5) / std::sqrt(mean));
    }
    std::sort(z.begin(), z.end());
    double farthest = 0;  // Kolmogorov and Smirnov; with the first term of Edgeworth's series
    for (int i = 0; i < n; ++i) {
      const double x = z[static_cast<std::size_t>(i)];
      const double density = std::exp(-x * x / 2) / std::sqrt(2 * M_PI);
      const double below = std::erfc(-x / std::sqrt(2.0)) / 2 - density * (x * x - 1) / (6 * std::sqrt(mean));
      farthest =
          std::max({farthest, std::fabs(below - i / double{n}), std::fabs(below - (i + 1) / double{n})});
    }
    CAPTURE(mean);
    CHECK(farthest * std::sqrt(double{n}) < 1.95);  // exceeded by chance once in 1000
    double fourth = 0;                              // the tails, which a cancelled logarithm spoils first
    for (const double x : z) fourth += x * x * x * x / n;
    CHECK(std::fabs(fourth - 3.0) < 0.1);  // three standard deviations, sqrt(96 / n) each
  }
}

TEST_CASE("both ways to write poisson's probabilities agree where they meet") {
  // The draws of neighbouring means differ by the means: 1e6 takes the second way, the double below it
  // the first.
  const double below = std::nextafter(1e6, 0.0);
  int differ = 0;
  for (int i = 0; i < 100000; ++i)
    differ += random_draws(9, 0, static_cast<std::uint64_t>(i)).poisson(1e6) !=
              random_draws(9, 0, static_cast<std::uint64_t>(i)).poisson(below);
  CHECK(differ <= 1);
}

TEST_CASE("poisson of nothing is nothing, and a mean that is none is refused") {
  CHECK(random_draws(1, 1, 1).poisson(0.0) == 0);
  CHECK_THROWS_AS(random_draws(1, 1, 1).poisson(-1.0), invalid_argument);
  CHECK_THROWS_AS(random_draws(1, 1, 1).poisson(std::nan("")), invalid_argument);
}
