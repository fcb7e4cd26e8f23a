#include "barograph/detect/pareto_tail.hpp"

#include <cmath>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
/// Values of a generalised Pareto distribution, by inversion.
std::vector<double> pareto(std::size_t n, double shape, double scale, std::uint64_t seed = 1) {
  std::vector<double> x;
  random_draws draws(seed, 7, 0);
  for (std::size_t i = 0; i < n; ++i)
    x.push_back(pareto_tail{shape, scale}.excess(std::log(draws.uniform())));
  return x;
}
}  // namespace

TEST_CASE("shape and scale of the law come back") {
  for (const double shape : {-0.3, 0.0, 0.2, 0.6}) {
    const auto x = pareto(20000, shape, 7);
    const pareto_tail found = fit_pareto_tail(span<const double>(x));
    // (1 + shape) / sqrt(n) is the standard error of the shape
    CHECK(found.shape == Approx(shape).margin(4 * (1 + shape) / std::sqrt(20000.0)));
    CHECK(found.scale == Approx(7).epsilon(0.05));
  }
}

TEST_CASE("tail and excess are each other's inverse") {
  for (const double shape : {-0.4, -1e-12, 0.0, 1e-9, 0.5}) {
    const pareto_tail t{shape, 3};
    for (const double p : {0.9, 0.01, 1e-7})
      CHECK(t.log_tail(t.excess(std::log(p))) == Approx(std::log(p)).epsilon(1e-7));
  }
  const pareto_tail bounded{-0.5, 1};  // ends at 2
  CHECK(bounded.log_tail(3) < bounded.log_tail(2.5));
  CHECK(std::isfinite(bounded.log_tail(1e9)));
}

TEST_CASE("excesses that cannot be are refused") {
  const double negative[] = {-1.0};
  CHECK_THROWS_AS(fit_pareto_tail(span<const double>(negative)), invalid_argument);
  CHECK(fit_pareto_tail(span<const double>()).scale == 0.0);
}

TEST_CASE("an excess to come passes its limit no more often than asked, in the mean over what was seen") {
  for (const double shape : {0.0, 0.4, 0.9})
    for (const std::size_t m : {50u, 120u}) {
      double passed[2] = {0, 0};
      const double q[2] = {0.05, 0.005};
      const int repeats = 100;
      for (int r = 0; r < repeats; ++r) {
        const auto x = pareto(m, shape, 3, 100 * m + static_cast<std::uint64_t>(r));
        const predictive_tail t{span<const double>(x)};
        for (int k = 0; k < 2; ++k)
          passed[k] += std::exp(pareto_tail{shape, 3}.log_tail(t.excess(std::log(q[k]))));
      }
      for (int k = 0; k < 2; ++k) {
        INFO("shape " << shape << ", " << m << " excesses, q " << q[k]);
        CHECK(passed[k] / repeats < 1.2 * q[k]);
        CHECK(passed[k] / repeats > 0.1 * q[k]);
      }
    }
}

TEST_CASE("many excesses tell their law, and what is to come is by it") {
  const auto x = pareto(20000, 0.3, 2);
  const predictive_tail t{span<const double>(x)};
  for (const double p : {0.1, 1e-3, 1e-5}) {
    const double y = t.excess(std::log(p));
    CHECK(t.log_tail(y) == Approx(std::log(p)).epsilon(1e-9));
    // the shape's standard error, 0.009, to four of them, over ln(1 / p) / shape
    CHECK(pareto_tail{0.3, 2}.log_tail(y) == Approx(std::log(p)).epsilon(0.12));
  }
  CHECK(t.log_tail(0.0) == 0.0);
  CHECK(std::isnan(t.log_tail(std::nan(""))));
  CHECK(t.log_tail(1e300) < t.log_tail(1e200));
}

TEST_CASE("no excess, or none above zero, has no law") {
  const std::vector<double> zeros(20, 0.0);
  for (const predictive_tail& t : {predictive_tail(), predictive_tail(span<const double>(zeros))}) {
    CHECK(t.log_tail(1.0) < -900);
    CHECK(t.log_tail(2.0) < t.log_tail(1.0));
    CHECK(t.excess(-3.0) == 0.0);
  }
}
