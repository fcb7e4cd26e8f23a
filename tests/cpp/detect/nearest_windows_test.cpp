#include "barograph/detect/nearest_windows.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using detect::nearest_windows;

namespace {

/// Distance to the third nearest of the last `past` stretches that end before the newest one begins, by hand.
double third_nearest(const std::vector<double>& x, std::size_t t, std::size_t length, std::size_t past) {
  std::vector<double> all;
  for (std::size_t lag = length + 1; lag <= length + past && lag + length <= t + 1; ++lag) {
    double sum = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const double d = x[t - i] - x[t - i - lag];
      sum += d * d;
    }
    all.push_back(std::sqrt(sum));
  }
  if (all.size() < 3) return 0;
  std::nth_element(all.begin(), all.begin() + 2, all.end());
  return all[2];
}

}  // namespace

TEST_CASE("distances are those to the third nearest stretch, at every row") {
  for (const double offset : {0.0, 1e9}) {
    std::vector<double> x(700);
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = offset + std::floor(20 * std::sin(static_cast<double>(i) / 9)) / 4 +
             static_cast<double>((i * 7919) % 13) / 8;
    nearest_windows near(64);
    double worst = 0;
    for (std::size_t t = 0; t < x.size(); ++t) {
      const auto d = near.push(x[t]);
      worst = std::max(worst, std::abs(d.of_12 - third_nearest(x, t, 12, 64)));
      worst = std::max(worst, std::abs(d.of_24 - third_nearest(x, t, 24, 64)));
    }
    CHECK(worst == 0.0);  // quarters and eighths, squared: every sum is exact
  }
}

TEST_CASE("a spike leaves no trace once it is out of reach") {
  nearest_windows spiked(20), plain(20);
  bool same = true;
  for (std::size_t i = 0; i < 400; ++i) {
    const double x = static_cast<double>((i * 7919) % 13);
    const auto a = spiked.push(i == 100 ? 1e150 : x), b = plain.push(x);
    if (i > 100 + 20 + 24 + 24) same = same && a.of_12 == b.of_12 && a.of_24 == b.of_24;
  }
  CHECK(same);
}

TEST_CASE("after a reset the past is forgotten") {
  nearest_windows used(16), fresh(16);
  for (int i = 0; i < 100; ++i) used.push(static_cast<double>(i * i));
  used.reset();
  bool same = true;
  for (int i = 0; i < 100; ++i) {
    const auto a = used.push(i % 7), b = fresh.push(i % 7);
    same = same && a.of_12 == b.of_12 && a.of_24 == b.of_24;
  }
  CHECK(same);
  CHECK_THROWS_AS(nearest_windows(3), invalid_argument);
}
