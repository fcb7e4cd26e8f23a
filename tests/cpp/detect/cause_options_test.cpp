#include "barograph/detect/cause_options.hpp"

#include <vector>

#include "barograph/detect/causes.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::detect;

namespace {

/// Latencies of a caller, its callee and a third service, of which the first two are higher from row 30 on.
std::vector<double> latency(double level, double after) {
  std::vector<double> x(40);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = (i < 30 ? level : after) * (1 + 0.01 * static_cast<double>(i % 5));
  return x;
}

}  // namespace

TEST_CASE("by default nothing but the shift at the given row counts") {
  const cause_options how;
  CHECK(how.tolerance == 0);
  CHECK(how.recent == 0);
  CHECK(how.common == 0.0);
}

TEST_CASE("latency that a caller measures counts for less than the callee's own") {
  const std::vector<double> caller = latency(20, 90), callee = latency(20, 80);
  const std::vector<span<const double>> columns{caller, callee};
  const std::vector<metric_traits> traits{traits_of("client_latency"), traits_of("server_latency")};
  const ranked_causes found = rank_causes(columns, traits, 30);
  CHECK(found.causes[0].column == 1);
  cause_options how;
  how.outward = 1.0;
  CHECK(rank_causes(columns, traits, 30, 0, how).causes[0].column == 0);
  CHECK(found.causes[1].score == Approx(0.7 * rank_causes(columns, traits, 30, 0, how).causes[0].score));
}

TEST_CASE("cpu that rises as much as a latency goes before it") {
  const std::vector<double> slow = latency(20, 90), busy = latency(20, 80);
  const std::vector<span<const double>> columns{slow, busy};
  const std::vector<metric_traits> traits{traits_of("latency"), traits_of("cpu")};
  CHECK(rank_causes(columns, traits, 30).causes[0].column == 1);
  cause_options how;
  how.resources = 1.0;
  CHECK(rank_causes(columns, traits, 30, 0, how).causes[0].column == 0);
}

TEST_CASE("what a callee shows as well is taken off its caller, whatever the calls name besides") {
  const std::vector<double> caller = latency(100, 500), callee = latency(20, 80), third = latency(50, 50);
  const std::vector<span<const double>> columns{caller, callee, third};
  const std::vector<metric_traits> traits(3, traits_of("latency"));
  CHECK(rank_causes(columns, traits, 30).causes[0].column == 0);
  service_graph graph;
  graph.service = {0, 1, 2};
  graph.calls = {{0, 1}, {0, 1}, {0, 0}, {0, 7}, {-1, 2}, {0, 2}};
  const ranked_causes found = rank_causes(columns, traits, 30, 0, {}, graph);
  CHECK(found.causes[0].column == 1);
  graph.service = {0, 1, -1};
  CHECK(rank_causes(columns, traits, 30, 0, {}, graph).causes[0].column == 1);
}

TEST_CASE("a share of what a kind of metrics has in common is taken off") {
  const std::vector<double> x = latency(100, 500);
  const std::vector<span<const double>> columns{x, x, x};
  const std::vector<metric_traits> traits(3, traits_of("latency"));
  cause_options how;
  const double score = rank_causes(columns, traits, 30, 0, how).causes[0].score;
  how.common = 0.5;
  CHECK(rank_causes(columns, traits, 30, 0, how).causes[0].score == 0.5 * score);
}
