#include "barograph/rolling/exponential.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

const double nan_value = std::numeric_limits<double>::quiet_NaN();

std::vector<double> noise(std::size_t n, double share_missing) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double h = static_cast<double>((i * 2654435761u) % 1000003u) / 1000003.0;
    x[i] = h < share_missing ? nan_value : (h - 0.5) * 1e3;
  }
  return x;
}

std::vector<double> run(reduction what, const std::vector<double>& x, const decay& d, const weighting& how,
                        const std::vector<double>& elapsed = {}) {
  std::vector<double> out(x.size());
  exponential(what, x, d, how, options{}, elapsed, out);
  return out;
}

/// sum w x / sum w and the like, by the definition: a weight falls by 1 - alpha a row.
struct by_definition {
  long double w = 0, ww = 0, wx = 0, wxx = 0;
  by_definition(const std::vector<double>& x, std::size_t last, double alpha) {
    for (std::size_t i = 0; i <= last; ++i) {
      if (std::isnan(x[i])) continue;
      const long double weight = std::pow(1.0L - alpha, static_cast<long double>(last - i));
      w += weight;
      ww += weight * weight;
      wx += weight * x[i];
    }
    for (std::size_t i = 0; i <= last; ++i)
      if (!std::isnan(x[i]))
        wxx += std::pow(1.0L - alpha, static_cast<long double>(last - i)) * (x[i] - wx / w) * (x[i] - wx / w);
  }
  double mean() const { return static_cast<double>(wx / w); }
  double variance() const { return static_cast<double>(wxx / w * (w * w / (w * w - ww))); }
};

}  // namespace

TEST_CASE("adjusted figures are those of the definition, with missing rows") {
  const auto x = noise(300, 0.2);
  const double alpha = 0.07;
  const auto mean = run(reduction::mean, x, decay::from_alpha(alpha), {});
  const auto variance = run(reduction::variance, x, decay::from_alpha(alpha), {});
  for (std::size_t i = 10; i < x.size(); ++i) {
    const by_definition want(x, i, alpha);
    REQUIRE(mean[i] == Approx(want.mean()).epsilon(1e-12).margin(1e-9));
    REQUIRE(variance[i] == Approx(want.variance()).epsilon(1e-12));
  }
}

TEST_CASE("a value at a time gives the bits of the batch") {
  const auto x = noise(2000, 0.1);
  const decay d = decay::from_half_life(12);
  for (const bool adjust : {true, false})
    for (const bool ignore : {true, false}) {
      weighting how;
      how.adjust = adjust;
      how.ignore_na = ignore;
      exponential_moments state(d, how);
      std::vector<double> one_by_one;
      for (const double v : x) {
        state.update(v, !std::isnan(v));
        one_by_one.push_back(state.variance());
      }
      const auto batch = run(reduction::variance, x, d, how);
      CHECK(std::memcmp(batch.data(), one_by_one.data(), x.size() * sizeof(double)) == 0);
    }
}

TEST_CASE("a constant series has its value as mean and no variance, whatever the offset") {
  const std::vector<double> x(100, 1e9 + 0.1);
  CHECK(run(reduction::mean, x, decay::from_span(7), {})[99] == x[0]);
  CHECK(run(reduction::variance, x, decay::from_span(7), {})[99] == 0.0);
}

TEST_CASE("an offset costs no more digits than the values have") {
  const auto x = noise(500, 0.0);
  auto moved = x;
  for (double& v : moved) v = std::round(v) + 1e9;
  auto plain = x;
  for (double& v : plain) v = std::round(v);
  const auto a = run(reduction::variance, plain, decay::from_alpha(0.1), {});
  const auto b = run(reduction::variance, moved, decay::from_alpha(0.1), {});
  for (std::size_t i = 1; i < x.size(); ++i) REQUIRE(b[i] == Approx(a[i]).epsilon(1e-6));
}

TEST_CASE("weights fall with the time that passed") {
  // half a weight after a half-life: (1 * 1/4 + 2 * 1/2 + 4) / (1/4 + 1/2 + 1)
  const auto out = run(reduction::mean, {1, 2, 4}, decay::from_alpha(0.5), {}, {0, 1, 1});
  CHECK(out[2] == Approx(3.0).epsilon(1e-15));
  const auto gap = run(reduction::mean, {1, 4}, decay::from_alpha(0.5), {}, {0, 3});
  CHECK(gap[1] == Approx((1.0 / 8 + 4) / (1.0 / 8 + 1)).epsilon(1e-14));
}

TEST_CASE("correlation of a line is one, of its mirror minus one") {
  const auto x = noise(50, 0.0);
  std::vector<double> mirror = x, out(x.size());
  for (double& v : mirror) v = 3 - 2 * v;
  exponential_pairs(reduction::correlation, x, mirror, decay::from_com(9), {}, options{}, options{}, {}, out);
  CHECK(std::isnan(out[0]));
  CHECK(out[49] == Approx(-1.0).epsilon(1e-14));
  std::vector<double> same(x.size()), variance = run(reduction::variance, x, decay::from_com(9), {});
  exponential_pairs(reduction::covariance, x, x, decay::from_com(9), {}, options{}, options{}, {}, same);
  CHECK(std::memcmp(same.data() + 1, variance.data() + 1, 49 * sizeof(double)) == 0);
}

TEST_CASE("few values give NaN, propagating ones stay") {
  weighting how;
  how.least = 3;
  const auto out = run(reduction::mean, {1, nan_value, 2, 3}, decay::from_alpha(0.5), how);
  CHECK(std::isnan(out[2]));
  CHECK_FALSE(std::isnan(out[3]));
  options loud;
  loud.nan = treatment::propagate;
  std::vector<double> x{1, nan_value, 2}, shown(3);
  exponential(reduction::mean, x, decay::from_alpha(0.5), {}, loud, {}, shown);
  CHECK(std::isnan(shown[2]));
}

TEST_CASE("decays outside their ranges, times that go back and wrong sizes are named") {
  CHECK_THROWS_AS(decay::from_alpha(0), invalid_argument);
  CHECK_THROWS_AS(decay::from_alpha(1.1), invalid_argument);
  CHECK_THROWS_AS(decay::from_com(-1), invalid_argument);
  CHECK_THROWS_AS(decay::from_span(0.5), invalid_argument);
  CHECK_THROWS_AS(decay::from_half_life(nan_value), invalid_argument);
  CHECK_THROWS_AS(run(reduction::mean, {1, 2}, decay{}, {}, {0, -1}), invalid_argument);
  CHECK_THROWS_AS(run(reduction::mean, {1, 2}, decay{}, {}, {0}), invalid_argument);
  CHECK_THROWS_AS(run(reduction::skewness, {1, 2}, decay{}, {}), invalid_argument);
}
