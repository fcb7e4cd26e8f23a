#include "barograph/detect/run_length.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("run lengths are those of the tables") {
  // One-sided CUSUM, k = 0.5: Montgomery, "Introduction to Statistical Quality Control", table 9.3 has two
  // sides: h = 4 168, h = 5 465; shifted by 1: 8.38 and 10.4.
  CHECK(cusum_run_length(0.5, 4) == Approx(168).epsilon(0.005));
  CHECK(cusum_run_length(0.5, 5) == Approx(465).epsilon(0.005));
  CHECK(cusum_run_length(0.5, 4, 1) == Approx(8.38).epsilon(0.005));
  CHECK(cusum_run_length(0.5, 5, 1) == Approx(10.4).epsilon(0.005));
  // EWMA: Lucas and Saccucci's table 3 has run length 500 for these.
  CHECK(ewma_run_length(0.1, 2.814) == Approx(500).epsilon(0.005));
  CHECK(ewma_run_length(0.4, 3.054) == Approx(500).epsilon(0.005));
  CHECK(ewma_run_length(0.1, 2.814, 1) == Approx(10.3).epsilon(0.01));
}

TEST_CASE("with weight 1 the EWMA is Shewhart's chart, whose run length is one over the tail") {
  CHECK(ewma_run_length(1, 3) == Approx(1 / (2 * math::exp(log_normal_tail(3)))).epsilon(1e-9));
}

TEST_CASE("limits have the run length that was asked for") {
  for (const double wanted : {50.0, 1e4, 1e7}) {
    for (const double k : {0.1, 0.5, 1.5})
      CHECK(cusum_run_length(k, cusum_limit(k, wanted)) == Approx(wanted).epsilon(1e-5));
    for (const double weight : {0.02, 0.2, 1.0})
      CHECK(ewma_run_length(weight, ewma_limit(weight, wanted)) == Approx(wanted).epsilon(1e-5));
  }
}

TEST_CASE("long run lengths grow as Siegmund says") {
  // (exp(2 k b) - 2 k b - 1) / (2 k^2) with b = h + 1.166, one side
  for (const double h : {8.0, 12.0}) {
    const double b = h + 1.166, siegmund = (math::exp(b) - b - 1) / 0.5;
    CHECK(cusum_run_length_one_sided(0.5, h) == Approx(siegmund).epsilon(0.01));
  }
}

TEST_CASE("what no chart can have is refused") {
  CHECK_THROWS_AS(cusum_run_length(0, 5), invalid_argument);
  CHECK_THROWS_AS(cusum_limit(0.5, 1), invalid_argument);
  CHECK_THROWS_AS(cusum_limit(0.5, 1e10), invalid_argument);
  CHECK_THROWS_AS(ewma_run_length(0.001, 3), invalid_argument);
  CHECK_THROWS_AS(ewma_limit(0.2, std::nan("")), invalid_argument);
}
