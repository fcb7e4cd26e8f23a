#include "barograph/detect/strangeness_calibration.hpp"

#include <cmath>

#include "barograph/core/math.hpp"
#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::strangeness_calibration;

namespace {

double uniform(std::size_t i) {  // van der Corput's sequence, shuffled
  std::size_t h = (i * 7919) % 65536;
  double x = 0, f = 0.5;
  for (; h != 0; h >>= 1, f /= 2)
    if (h & 1) x += f;
  return x + 0x1p-18;
}

}  // namespace

TEST_CASE("of exponential values the evidence is their own tail probability, far beyond the ranks") {
  strangeness_calibration c;
  for (std::size_t i = 0; i < 6000; ++i) c.push(-math::log(uniform(i)));
  for (const double p : {1e-2, 1e-4, 1e-6, 1e-8}) {
    strangeness_calibration copy = c;
    // 500 excesses tell their mean to 4.5 % (one standard error), and the predictive tail is heavier
    CHECK(copy.push(-math::log(p)) == Approx(-std::log10(p)).epsilon(0.1));
  }
}

TEST_CASE(
    "evidence is uniform under exchangeable values: one in a hundred above 2, one in a thousand above 3") {
  strangeness_calibration c;
  int above_2 = 0, above_3 = 0;
  for (std::size_t i = 0; i < 20000; ++i) {
    const double e = c.push(-math::log(uniform(i)));
    above_2 += e > 2 ? 1 : 0;
    above_3 += e > 3 ? 1 : 0;
  }
  CHECK(above_2 == Approx(200).margin(60));
  CHECK(above_3 == Approx(20).margin(14));  // three standard deviations
}

TEST_CASE("few values give little evidence, equal ones give ranks") {
  strangeness_calibration c;
  for (int i = 0; i < 100; ++i) CHECK(c.push(i % 10) == 0.0);
  CHECK(c.push(100.0) < 12.0);
  strangeness_calibration equal;
  double last = 0;
  for (int i = 0; i < 1000; ++i) last = equal.push(1.0);
  CHECK(last < 0.01);
  CHECK(equal.push(2.0) == Approx(-std::log10(0.5 / 1001)).margin(1e-12));
}

namespace {

/// The evidence of a distance by 6,000 before it, which were drawn from the quantiles of a law.
template <class Quantile>
double evidence_of(double distance, Quantile quantile) {
  strangeness_calibration c(strangeness_calibration::kind::log_distance);
  for (std::size_t i = 0; i < 6000; ++i) c.push(math::log(quantile(uniform(i))));
  return c.push(math::log(distance));
}

}  // namespace

TEST_CASE("the tail of distances is taken for as heavy as it is") {
  const auto exponential = [](double p) { return -math::log(p); };
  const auto pareto = [](double p) { return math::exp(-0.5 * math::log(p)); };  // p = x^-2
  for (const double p : {1e-3, 1e-5}) {
    // never above by more than chance, and below by what one standard error of the shape forgives
    CHECK(evidence_of(exponential(p), exponential) < -std::log10(p) + 0.2);
    CHECK(evidence_of(exponential(p), exponential) > -0.75 * std::log10(p));
    CHECK(evidence_of(pareto(p), pareto) < -std::log10(p) + 0.2);
    CHECK(evidence_of(pareto(p), pareto) > -0.75 * std::log10(p));
  }
  CHECK(evidence_of(100.0, pareto) < 4.2);
  CHECK(evidence_of(100.0, exponential) > 8.0);  // the same distance where tails are light
}

TEST_CASE(
    "what a mean of tails is worth hardly depends on how long one has looked, nor on ten rows of a past "
    "incident") {
  constexpr double mean_excess = 0.3;  // beyond 0.7, which one in ten exceeds: the law that is known before
  const auto of = [&](std::size_t i) {
    return 0.7 + mean_excess * (-math::log(uniform(i)) - 0x1.26bb1bbb55516p+1);
  };
  strangeness_calibration early(strangeness_calibration::kind::mean_of_tails), late = early, hit = early;
  for (std::size_t i = 0; i < 6000; ++i) {
    if (i < 60) early.push(of(i));
    late.push(of(i));
    hit.push(i >= 3000 && i < 3010 ? 5.0 : of(i));
  }
  for (const double p : {1e-2, 1e-4, 1e-6})
    for (strangeness_calibration c : {early, late, hit})
      CHECK(c.push(0.7 + mean_excess * (-math::log(p) - 0x1.26bb1bbb55516p+1)) ==
            Approx(-std::log10(p)).epsilon(0.12));
  CHECK(early.push(0.0) == 0.0);
}

TEST_CASE("where most distances are equal, one like some before it is no finding") {
  CHECK(evidence_of(1.0, [](double p) { return p < 0.02 ? 1.0 : 1e-12; }) < 3.5);
}
