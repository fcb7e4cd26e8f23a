#include "barograph/stats/tails.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("log tails are scipy's") {
  // scipy.stats: norm.logsf, chi2.logsf, f.logsf of scipy 1.17
  CHECK(log_normal_tail(0) == Approx(-0.6931471805599453).epsilon(1e-14));
  CHECK(log_normal_tail(-9) == Approx(-1.1285884059538324e-19).epsilon(1e-12));
  CHECK(log_normal_tail(5) == Approx(-15.064998393988727).epsilon(1e-13));
  CHECK(log_normal_tail(1000) == Approx(-500007.8266948122).epsilon(1e-12));
  CHECK(log_chi_squared_tail(1, 1) == Approx(-1.1478744644493275).epsilon(1e-13));
  CHECK(log_chi_squared_tail(100, 3.5) == Approx(-46.96676513749167).epsilon(1e-13));
  CHECK(log_f_tail(5, 2, 30) == Approx(-4.315231086776713).epsilon(1e-13));
  CHECK(log_f_tail(5, 3, 30) == Approx(-5.074394822427773).epsilon(1e-12));
  CHECK(log_f_tail(0.5, 1, 5) == Approx(-0.6712211613543583).epsilon(1e-12));
}

TEST_CASE("the tail of F nears that of chi-squared, and even and odd degrees agree where they meet") {
  CHECK(log_f_tail(3.0, 4, 1e9) == Approx(log_chi_squared_tail(12, 4)).epsilon(1e-6));
  CHECK(log_f_tail(3.0, 4 + 1e-9, 20) == Approx(log_f_tail(3.0, 4, 20)).epsilon(1e-7));
}

TEST_CASE(
    "weighted sums of squares have the tails of chi-squared where weights are equal, and those of tables") {
  for (const double k : {1.0, 2.0, 5.0, 40.0}) {
    const std::vector<double> weights(static_cast<std::size_t>(k), 3.0);
    for (const double x : {0.05, 0.5, 1.0, 1.5, 3.0, 20.0, 1000.0}) {
      const double exact = log_chi_squared_tail(x * k, k), found = weighted_log_tail(3 * x * k, weights);
      CHECK(found - exact == Approx(0).margin(k == 1   ? 0.15
                                              : k == 2 ? 0.08
                                                       : 0.04));  // in probability, relatively
    }
  }
  // Imhof, "Computing the distribution of quadratic forms in normal variables", Biometrika 48 (1961), table 1
  const std::vector<double> q1 = {0.6, 0.3, 0.1};
  CHECK(math::exp(weighted_log_tail(0.1, q1)) == Approx(0.9458).epsilon(0.02));
  CHECK(math::exp(weighted_log_tail(0.7, q1)) == Approx(0.5064).epsilon(0.02));
  CHECK(math::exp(weighted_log_tail(2.0, q1)) == Approx(0.1240).epsilon(0.03));
}

TEST_CASE("a weighted tail falls all the way, through the mean and far beyond the doubles") {
  const std::vector<double> weights = {5.0, 1.0, 0.25, 0.25};
  double before = 0.1;
  for (double x = 1e-3; x < 1e7; x *= 1.01) {
    const double now = weighted_log_tail(x, weights);
    CHECK(now < before);
    before = now;
  }
  CHECK(before < -9e5);
  for (double x = 6.4; x < 6.6; x += 1e-4) {  // the mean is 6.5
    const double now = weighted_log_tail(x, weights), next = weighted_log_tail(x + 1e-4, weights);
    CHECK(next < now + 2e-5);  // where the formula at the mean takes over
    CHECK(now - next < 1e-4);
  }
}

TEST_CASE("tails of Student's t are scipy's") {
  CHECK(log_t_tail(2.5, 7, true) == Approx(-3.1943730208817356).epsilon(1e-10));  // log(2 stats.t.sf(2.5, 7))
  CHECK(log_t_tail(2.5, 7, false) == Approx(-3.1943730208817356 - std::log(2.0)).epsilon(1e-7));
  CHECK(log_t_tail(-2.5, 7, false) == Approx(-0.020709069469520856).epsilon(1e-5));
  CHECK(log_t_tail(3, 1e9, true) == Approx(log_normal_tail(3) + std::log(2.0)).epsilon(1e-12));
  CHECK(std::isfinite(log_t_tail(HUGE_VAL, 5, true)));
  CHECK(std::isnan(log_t_tail(1, 0, true)));
}

TEST_CASE("limits cut the tail they are asked for") {
  for (const double alpha : {0.5, 0.01, 1e-9}) {
    CHECK(log_chi_squared_tail(chi_squared_limit(alpha, 3), 3) == Approx(std::log(alpha)).epsilon(1e-12));
    CHECK(log_f_tail(f_limit(alpha, 3, 12), 3, 12) == Approx(std::log(alpha)).epsilon(1e-12));
  }
  CHECK(chi_squared_limit(0.05, 1) == Approx(3.841458820694124).epsilon(1e-13));
  CHECK_THROWS_AS(chi_squared_limit(0, 1), invalid_argument);
  CHECK_THROWS_AS(f_limit(1, 1, 1), invalid_argument);
}

TEST_CASE("what is no number stays none, what is beyond all is finite or minus infinity") {
  CHECK(std::isnan(log_normal_tail(std::nan(""))));
  CHECK(std::isnan(log_f_tail(std::nan(""), 1, 2)));
  CHECK(log_chi_squared_tail(-1, 2) == 0.0);
  CHECK(log_f_tail(1e308, 5, 10) < -600);
}
