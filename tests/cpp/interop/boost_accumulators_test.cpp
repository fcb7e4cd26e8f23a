#include "barograph/interop/boost_accumulators.hpp"

#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/count.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <boost/accumulators/statistics/variance.hpp>
#include <boost/accumulators/statistics/weighted_mean.hpp>

#include "catch.hpp"

namespace acc = boost::accumulators;
using barograph::quantile_histogram;

TEST_CASE("our features stand beside Boost's own and give what our states give") {
  acc::accumulator_set<
      double, acc::stats<acc::tag::mean, acc::tag::variance, acc::tag::count, barograph::tag::p50,
                         barograph::tag::p99, barograph::tag::exact_mean, barograph::tag::exact_variance>>
      set;
  quantile_histogram h;
  barograph::moments m;
  for (int i = 1; i <= 1000; ++i) {
    const double x = 0.5 * i * i;
    set(x);
    h.update(x);
    m.update(x);
  }
  CHECK(acc::count(set) == 1000);
  CHECK(barograph::extract::p50(set) == h.quantile(0.5));
  CHECK(barograph::extract::p99(set) == h.quantile(0.99));
  CHECK(barograph::extract::exact_mean(set) == m.mean());
  CHECK(barograph::extract::exact_variance(set) == m.variance());
  CHECK(barograph::extract::exact_mean(set) == Approx(acc::mean(set)).epsilon(1e-12));
  // Boost divides by n.
  CHECK(barograph::extract::exact_variance(set) * 999.0 / 1000.0 == Approx(acc::variance(set)).epsilon(1e-9));
}

TEST_CASE("the state itself can be taken out, merged and written") {
  acc::accumulator_set<double, acc::stats<barograph::tag::quantile_histogram>> here, there;
  here(1.0);
  there(100.0);
  quantile_histogram both = barograph::extract::quantile_histogram(here);
  both.merge(barograph::extract::quantile_histogram(there));
  quantile_histogram want;
  want.update(1.0);
  want.update(100.0);
  CHECK(both.to_bytes() == want.to_bytes());
}

TEST_CASE("weights are numbers of equal samples") {
  acc::accumulator_set<double, acc::stats<barograph::tag::p95, barograph::tag::exact_mean>, int> set;
  set(1.0, acc::weight = 90);
  set(50.0, acc::weight = 10);
  quantile_histogram want;
  want.update(1.0, 90);
  want.update(50.0, 10);
  CHECK(barograph::extract::p95(set) == want.quantile(0.95));
  CHECK(barograph::extract::exact_mean(set) == 5.9);
  CHECK_THROWS_AS(set(2.0, acc::weight = -1), barograph::invalid_argument);
}

TEST_CASE("an empty set gives NaN") {
  acc::accumulator_set<double, acc::stats<barograph::tag::p99>> set;
  CHECK(barograph::extract::p99(set) != barograph::extract::p99(set));
}
