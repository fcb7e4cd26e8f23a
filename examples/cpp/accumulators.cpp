// Boost.Accumulators: P99 and an exact mean beside Boost's own features, in one set.
#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <cstdio>

#include "barograph/interop/boost_accumulators.hpp"

int main() {
  namespace acc = boost::accumulators;
  namespace bg = barograph;
  using latencies =
      acc::accumulator_set<double, acc::stats<acc::tag::mean, bg::tag::p99, bg::tag::exact_mean>>;

  latencies host_a, host_b;
  for (int i = 1; i <= 1000; ++i) {
    host_a(0.1 * i);
    host_b(0.2 * i);
  }
  std::printf("host a: mean %.2f ms (exact %.2f), P99 %.1f ms\n", acc::mean(host_a),
              bg::extract::exact_mean(host_a), bg::extract::p99(host_a));

  // What is behind a feature is a state, which merges.
  bg::quantile_histogram both = bg::extract::quantile_histogram(host_a);
  both += bg::extract::quantile_histogram(host_b);
  std::printf("both hosts: P99 %.1f ms of %llu requests\n", both.quantile(0.99),
              static_cast<unsigned long long>(both.count()));
  return 0;
}
