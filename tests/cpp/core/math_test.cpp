#include "barograph/core/math.hpp"

#include <cmath>
#include <limits>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
// The distance of y from the exact value in units of the exact value's last place.
double ulps(double y, long double exact) {
  int e = 0;
  std::frexp(static_cast<double>(exact), &e);
  const long double ulp = std::ldexp(1.0L, std::max(e - 53, -1074));
  return static_cast<double>(std::fabs((static_cast<long double>(y) - exact) / ulp));
}
}  // namespace

TEST_CASE("exp is within one ulp of the exact value") {
  random_draws draws(1, 0, 0);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = (draws.uniform() - 0.5) * (i % 3 == 0 ? 1400.0 : i % 3 == 1 ? 20.0 : 1.0);
    if (x > 709.0 || x < -708.0) continue;
    worst = std::max(worst, ulps(math::exp(x), std::exp(static_cast<long double>(x))));
  }
  CAPTURE(worst);
  CHECK(worst < 1.0);
}

TEST_CASE("exp at its borders") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(math::exp(0.0) == 1.0);
  CHECK(math::exp(-0.0) == 1.0);
  CHECK(math::exp(inf) == inf);
  CHECK(math::exp(-inf) == 0.0);
  CHECK(std::isnan(math::exp(std::nan(""))));
  CHECK(math::exp(709.782712893384) < inf);
  CHECK(math::exp(709.7827128933841) == inf);
  CHECK(ulps(math::exp(709.78), std::exp(static_cast<long double>(709.78))) < 1.0);
  CHECK(ulps(math::exp(-740.0), std::exp(-740.0L)) < 1.5);  // a subnormal: the last rounding is coarse
  CHECK(math::exp(-746.0) == 0.0);
}

TEST_CASE("log is within one ulp of the exact value") {
  random_draws draws(2, 0, 0);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = i % 2 == 0 ? 0.5 + draws.uniform() : std::ldexp(draws.uniform(), i % 2000 - 1000);
    if (x == 1.0) continue;
    worst = std::max(worst, ulps(math::log(x), std::log(static_cast<long double>(x))));
  }
  CAPTURE(worst);
  CHECK(worst < 1.0);
}

TEST_CASE("log at its borders") {
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(math::log(1.0) == 0.0);
  CHECK(math::log(0.0) == -inf);
  CHECK(std::isnan(math::log(-1.0)));
  CHECK(std::isnan(math::log(std::nan(""))));
  CHECK(math::log(inf) == inf);
  const double tiny = std::numeric_limits<double>::denorm_min();
  CHECK(ulps(math::log(tiny), std::log(static_cast<long double>(tiny))) < 1.0);
}

TEST_CASE("normal_quantile inverts the normal distribution function") {
  // Tables: the usual confidence limits, to the digits of Abramowitz and Stegun 26.2.
  CHECK(normal_quantile(0.5) == 0.0);
  CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-15));
  CHECK(normal_quantile(0.995) == Approx(2.5758293035489004).epsilon(1e-15));
  CHECK(normal_quantile(0.25) == Approx(-0.6744897501960817).epsilon(1e-15));
  CHECK(normal_quantile(1e-10) == Approx(-6.361340902404056).epsilon(1e-15));
  for (double z = -8.0; z < 5.0; z += 0.037) {
    const long double p = 0.5L * std::erfc(-static_cast<long double>(z) / std::sqrt(2.0L));
    const double rounded = static_cast<double>(p);
    // p itself was rounded to double: z moves by that error over the density.
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::acos(-1.0));
    const double slack = std::fabs(static_cast<double>(p - static_cast<long double>(rounded))) / density;
    CHECK(std::fabs(normal_quantile(rounded) - z) <= slack + 2e-15 * std::max(1.0, std::fabs(z)));
  }
}

TEST_CASE("normal_quantile outside its domain") {
  CHECK(normal_quantile(0.0) == -std::numeric_limits<double>::infinity());
  CHECK(normal_quantile(1.0) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(normal_quantile(-0.1)));
  CHECK(std::isnan(normal_quantile(1.1)));
  CHECK(std::isnan(normal_quantile(std::nan(""))));
}

TEST_CASE("log_factorial equals lgamma") {
  for (double k = 0; k < 300; k += 1)
    CHECK(math::log_factorial(k) == Approx(std::lgamma(k + 1.0)).epsilon(4e-15).margin(1e-15));
  CHECK(math::log_factorial(1e9) == Approx(std::lgamma(1e9 + 1.0)).epsilon(1e-15));
}
