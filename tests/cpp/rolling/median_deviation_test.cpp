#include "barograph/rolling/median_deviation.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

double middle_of(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  const std::size_t n = v.size();
  return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2.0;
}

/// By sorting each window: medians, then deviations.
std::vector<double> by_sorting(const std::vector<double>& x, const windows& w, std::int64_t least) {
  std::vector<double> out(2 * w.size(), none);
  for (std::size_t i = 0; i < w.size(); ++i) {
    std::vector<double> part;
    for (std::int64_t j = w.first(i); j < w.stop(i); ++j)
      if (std::isfinite(x[static_cast<std::size_t>(j)])) part.push_back(x[static_cast<std::size_t>(j)]);
    if (part.empty() || static_cast<std::int64_t>(part.size()) < least) continue;
    const double m = middle_of(part);
    for (double& v : part) v = std::fabs(v - m);
    out[i] = m;
    out[w.size() + i] = middle_of(part);
  }
  return out;
}

std::vector<double> shaped(int shape, std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double h = static_cast<double>((i * 2654435761u) % 1000003u) / 1000003.0;
    x[i] = shape == 0   ? h
           : shape == 1 ? static_cast<double>(static_cast<int>(h * 4))  // heavy ties
           : shape == 2 ? (i % 2 == 0 ? 0.0 : 1e6) + h                  // the median leaps each row
           : shape == 3 ? (h < 0.3    ? none
                           : h < 0.32 ? HUGE_VAL
                                      : -h)                                      // missing values
           : shape == 4 ? std::floor(static_cast<double>(i) / 300.0) + 0.01 * h  // steps of the level
                        : (i % 97 == 0 ? 1e300 : -0.0);
  }
  return x;
}

}  // namespace

TEST_CASE("medians and deviations equal those of sorted windows, bit by bit, in header and compiled form") {
  for (int shape = 0; shape < 6; ++shape)
    for (const std::int64_t window : {1, 2, 3, 16, 33, 200, 900}) {
      const auto x = shaped(shape, 900);
      for (const windows& w : {fixed_windows(900, window, false, closed::left),
                               fixed_windows(900, window, true, closed::both).spelled_out()}) {
        options how;
        how.min_periods = window / 3;
        std::vector<double> plain(2 * w.size()), compiled(plain.size());
        median_deviation(x, w, how, plain);
        median_deviation<kernels::compiled>(x, w, how, compiled, thread_executor(2));
        const auto want = by_sorting(x, w, how.min_periods);
        INFO("shape " << shape << ", window " << window);
        CHECK(std::memcmp(plain.data(), want.data(), want.size() * sizeof(double)) == 0);
        CHECK(std::memcmp(compiled.data(), want.data(), want.size() * sizeof(double)) == 0);
      }
    }
}

TEST_CASE("windows wide enough for two levels of bits, and windows that jump, are in order") {
  const auto x = shaped(2, 12'000);
  windows w = fixed_windows(12'000, 5000, false, closed::right, 997).spelled_out();
  w.start.push_back(0);
  w.end.push_back(7);
  w.start.push_back(9000);
  w.end.push_back(9000);
  std::vector<double> out(2 * w.size());
  median_deviation(x, w, options{}, out);
  const auto want = by_sorting(x, w, 1);
  CHECK(std::memcmp(out.data(), want.data(), want.size() * sizeof(double)) == 0);
}

TEST_CASE("an infinite median has no deviation from it") {
  options how;
  how.inf = treatment::propagate;
  const std::vector<double> x = {HUGE_VAL, HUGE_VAL, 1.0, 2.0, 3.0};
  const windows w = fixed_windows(5, 3);
  std::vector<double> out(10);
  median_deviation(x, w, how, out);
  CHECK(out[2] == HUGE_VAL);
  CHECK(out[5 + 2] != out[5 + 2]);
  CHECK(out[3] == 2.0);
  CHECK(out[5 + 3] == 1.0);
}

TEST_CASE("deviations of a window need room for two results") {
  const std::vector<double> x = {1.0, 2.0};
  std::vector<double> out(2);
  CHECK_THROWS_AS(median_deviation(x, fixed_windows(2, 1), options{}, out), invalid_argument);
}
