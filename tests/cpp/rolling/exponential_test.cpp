#include "barograph/rolling/exponential.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "barograph/kernels.hpp"
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

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// sum w x / sum w and the like, by the definition: a weight falls by 1 - alpha a row.
struct by_definition {
  long double w = 0, ww = 0, wx = 0, wxx = 0;
  by_definition(const std::vector<double>& x, std::size_t last, double alpha) {
    const long double keep = 1.0 - alpha;  // as a double: the state cannot know it better
    for (std::size_t i = 0; i <= last; ++i) {
      if (std::isnan(x[i])) continue;
      const long double weight = std::pow(keep, static_cast<long double>(last - i));
      w += weight;
      ww += weight * weight;
      wx += weight * x[i];
    }
    for (std::size_t i = 0; i <= last; ++i)
      if (!std::isnan(x[i]))
        wxx += std::pow(keep, static_cast<long double>(last - i)) * (x[i] - wx / w) * (x[i] - wx / w);
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

TEST_CASE("a value at a time gives the bits of the batch, however weights fall and whatever is missing") {
  for (const double share_missing : {0.0, 0.002, 0.1})
    for (const double alpha : {1e-6, 0.001, 0.01, 2.0 / 61, 0.1, 0.19, 0.5, 1.0})
      for (const bool adjust : {true, false})
        for (const bool ignore : {true, false}) {
          const auto x = noise(3000, share_missing);
          const decay d = decay::from_alpha(alpha);
          weighting how;
          how.adjust = adjust;
          how.ignore_na = ignore;
          how.least = 3;
          exponential_moments state(d, how);
          std::vector<double> mean, variance, deviation;
          for (const double v : x) {
            state.update(v, !std::isnan(v));
            mean.push_back(state.mean());
            variance.push_back(state.variance());
            deviation.push_back(state.deviation());
          }
          INFO("alpha " << alpha << ", missing " << share_missing << ", adjust " << adjust);
          CHECK(same_bits(run(reduction::mean, x, d, how), mean));
          CHECK(same_bits(run(reduction::variance, x, d, how), variance));
          CHECK(same_bits(run(reduction::deviation, x, d, how), deviation));
        }
}

TEST_CASE("a pair at a time gives the bits of the batch") {
  const auto x = noise(3000, 0.001);
  auto y = noise(3000, 0.0);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = 0.3 * y[i] + y[(i * 7) % y.size()];
  for (const double alpha : {0.001, 0.05, 0.4}) {
    const decay d = decay::from_alpha(alpha);
    exponential_comoments state(d);
    std::vector<double> covariance, correlation, batch(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      state.update(x[i], y[i], !std::isnan(x[i]));
      covariance.push_back(state.covariance());
      correlation.push_back(state.correlation());
    }
    exponential_pairs(reduction::covariance, x, y, d, {}, options{}, options{}, {}, batch);
    CHECK(same_bits(batch, covariance));
    exponential_pairs(reduction::correlation, x, y, d, {}, options{}, options{}, {}, batch);
    CHECK(same_bits(batch, correlation));
  }
}

TEST_CASE("rows that a mask leaves out do not show, whatever their values") {
  auto x = noise(2000, 0.0);
  std::vector<std::uint8_t> mask(x.size());
  for (const std::size_t row : {0u, 5u, 300u, 301u, 999u, 1999u}) {
    mask[row] = 1;
    x[row] = 1e300;
  }
  options masked;
  masked.mask = mask;
  std::vector<double> got(x.size());
  exponential(reduction::variance, x, decay::from_span(60), {}, masked, {}, got);
  for (std::size_t row = 0; row < x.size(); ++row)
    if (mask[row] != 0) x[row] = nan_value;
  CHECK(same_bits(got, run(reduction::variance, x, decay::from_span(60), {})));
}

TEST_CASE("figures of long series are those of the definition, before weights settle and after") {
  auto x = noise(4000, 0.0);
  for (std::size_t i = 2000; i < x.size(); ++i) x[i] += 1e7;  // a level that is left behind
  for (const double alpha : {0.0005, 0.01, 2.0 / 61, 0.15}) {
    const auto mean = run(reduction::mean, x, decay::from_alpha(alpha), {});
    const auto variance = run(reduction::variance, x, decay::from_alpha(alpha), {});
    for (std::size_t i = 1; i < x.size(); i += 61) {
      const by_definition want(x, i, alpha);
      INFO("row " << i << ", alpha " << alpha);
      REQUIRE(mean[i] == Approx(want.mean()).epsilon(1e-15).margin(1e-11));
      // A mean of 1e7 is known to 2e-9, of which deviations are about 300.
      REQUIRE(variance[i] == Approx(want.variance()).epsilon(1e-11));
    }
  }
}

TEST_CASE("a spike fades as weights do, in values that are small beside it") {
  auto x = noise(1200, 0.0);
  auto spiked = x;
  spiked[500] = 1e15;
  const double alpha = 2.0 / 61;
  const auto mean = run(reduction::mean, spiked, decay::from_alpha(alpha), {});
  for (std::size_t i = 501; i < x.size(); ++i) {
    const by_definition want(spiked, i, alpha);
    const double weight = std::pow(1 - alpha, static_cast<double>(i - 500));  // of what rounding there left
    REQUIRE(std::fabs(mean[i] - want.mean()) <= 1e15 * 0x1p-50 * weight + 1e-12);
  }
}

TEST_CASE("a constant series has its value as mean and no variance, whatever the offset") {
  const std::vector<double> x(1000, 1e9 + 0.1);
  for (const double span : {7.0, 20.0, 60.0, 1e5})
    for (const std::size_t row : {2u, 99u, 999u}) {
      CHECK(run(reduction::mean, x, decay::from_span(span), {})[row] == x[0]);
      CHECK(run(reduction::variance, x, decay::from_span(span), {})[row] == 0.0);
    }
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

TEST_CASE("times that go back, wrong sizes and other reductions are named") {
  CHECK_THROWS_AS(run(reduction::mean, {1, 2}, decay{}, {}, {0, -1}), invalid_argument);
  CHECK_THROWS_AS(run(reduction::mean, {1, 2}, decay{}, {}, {0}), invalid_argument);
  CHECK_THROWS_AS(run(reduction::skewness, {1, 2}, decay{}, {}), invalid_argument);
}

TEST_CASE("the first value after a long gap leaves those before it the share that they have") {
  std::vector<double> x = {1, 2, 4, 3}, y = {2, 1, 5, 3};
  for (int i = 0; i < 150; ++i) {
    x.push_back(std::numeric_limits<double>::quiet_NaN());
    y.push_back(0);
  }
  x.push_back(5);
  y.push_back(4);
  std::vector<double> out(x.size());
  exponential_pairs(reduction::correlation, x, y, decay::from_span(3), {}, options{}, options{}, {}, out);
  CHECK(out.back() == Approx(0.7789240586062484).epsilon(1e-12));  // by fractions
  x.insert(x.end() - 1, 10, std::numeric_limits<double>::quiet_NaN());
  y.insert(y.end() - 1, 10, 0);
  out.resize(x.size());
  exponential_pairs(reduction::correlation, x, y, decay::from_span(10), {}, options{}, options{}, {}, out);
  CHECK(out.back() == Approx(0.8262055).epsilon(1e-7));

  const std::vector<double> few = {1, 2, 4, 3, 5}, others = {2, 1, 5, 3, 4}, elapsed = {0, 1, 1, 1, 3597};
  std::vector<double> variance(5), correlation(5);
  const decay hours = decay::from_half_life(60);
  exponential(reduction::variance, few, hours, {}, options{}, elapsed, variance);
  exponential_pairs(reduction::correlation, few, others, hours, {}, options{}, options{}, elapsed,
                    correlation);
  CHECK(variance.back() == Approx(3.7183).epsilon(1e-4));  // by decimals of 60 digits
  CHECK(correlation.back() == Approx(0.8473).epsilon(1e-4));
}

TEST_CASE("deviations and correlations of values whose squares are no doubles are those of others, scaled") {
  const auto x = noise(300, 0.1), y = noise(400, 0.0);
  for (const double span : {3.0, 40.0})
    for (const int power : {1000, -1000, 501}) {
      const auto scaled = [&](std::vector<double> values) {
        for (double& v : values) v = std::ldexp(v, power);
        return values;
      };
      const decay d = decay::from_span(span);
      CHECK(same_bits(run(reduction::deviation, scaled(x), d, {}),
                      scaled(run(reduction::deviation, x, d, {}))));
      const auto correlated = [&](const std::vector<double>& a) {
        std::vector<double> out(a.size());
        exponential_pairs(reduction::correlation, a, {y.data(), a.size()}, d, {}, options{}, options{}, {},
                          out);
        return out;
      };
      CHECK(same_bits(correlated(scaled(x)), correlated(x)));
    }
  const std::vector<double> constant(9, 1e300);
  CHECK(run(reduction::deviation, constant, decay{}, {}).back() == 0.0);
}

TEST_CASE("values out of range leave the bits of the rows before them as they are") {
  const auto plain = noise(50, 0.0), other = noise(90, 0.0);
  const auto correlated = [&](const std::vector<double>& x, std::size_t skip) {
    const std::vector<double> y(other.begin() + static_cast<std::ptrdiff_t>(skip),
                                other.begin() + static_cast<std::ptrdiff_t>(skip + x.size()));
    std::vector<double> out(x.size()), turned(x.size());
    exponential_pairs(reduction::correlation, x, y, decay::from_span(12), {}, options{}, options{}, {}, out);
    exponential_pairs(reduction::correlation, y, x, decay::from_span(12), {}, options{}, options{}, {},
                      turned);
    CHECK(same_bits(out, turned));
    exponential_pairs<kernels::compiled>(reduction::correlation, x, y, decay::from_span(12), {}, options{},
                                         options{}, {}, turned);
    CHECK(same_bits(out, turned));
    return out;
  };
  for (const int power : {0, -700, 700})
    for (const double next : {1e200, 1e-200, 1.0, 0.0}) {
      std::vector<double> x = plain;
      for (double& v : x) v = std::ldexp(v, power);
      auto longer = x;
      longer.push_back(next);
      INFO("times 2^" << power << ", then " << next);
      for (const double span : {3.0, 12.0}) {
        const auto want = run(reduction::deviation, x, decay::from_span(span), {});
        auto got = run(reduction::deviation, longer, decay::from_span(span), {});
        CHECK(want.back() > 0.0);
        std::vector<double> compiled(longer.size());
        exponential<kernels::compiled>(reduction::deviation, longer, decay::from_span(span), {}, options{},
                                       {}, compiled);
        CHECK(same_bits(compiled, got));
        CHECK(std::isfinite(got.back()));
        CHECK(got.back() > 0.0);
        got.pop_back();
        CHECK(same_bits(got, want));
      }
      auto got = correlated(longer, 7);
      CHECK(std::fabs(got.back()) <= 1.0);
      got.pop_back();
      CHECK(same_bits(got, correlated(x, 7)));
      CHECK(same_bits(got, correlated(plain, 7)));
    }
}
