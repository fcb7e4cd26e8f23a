#include "barograph/detect/metric_kind.hpp"

#include "catch.hpp"

using namespace barograph::detect;

namespace {
struct example {
  const char* name;
  metric_kind kind;
  int harmful;
};
}  // namespace

TEST_CASE("a metric's name tells its kind and the direction that does harm") {
  const example examples[] = {
      {"adservice_cpu", metric_kind::cpu, 1},
      {"CPUUtilization", metric_kind::cpu, 1},
      {"NodeCpuUsageRate(%)", metric_kind::cpu, 1},
      {"MemoryUsage(Mi)", metric_kind::memory, 1},
      {"cart_latency-90", metric_kind::latency, 1},
      {"PodServerLatencyP99(s)", metric_kind::latency, 1},
      {"http_p95", metric_kind::latency, 1},
      {"response_time_ms", metric_kind::latency, 1},
      {"checkout_errors", metric_kind::errors, 1},
      {"http_5xx", metric_kind::errors, 1},
      {"PetSite availability Average", metric_kind::errors, -1},
      {"PodSuccessRate(%)", metric_kind::errors, -1},
      {"login_requests", metric_kind::traffic, 0},
      {"PodWorkload(Ops)", metric_kind::traffic, 0},
      {"cart_diskio", metric_kind::other, 0},
      {"platform", metric_kind::other, 0},
      {"isolation", metric_kind::other, 0},
      {"", metric_kind::other, 0},
      {"_____", metric_kind::other, 0},
  };
  for (const example& e : examples) {
    INFO(e.name);
    CHECK(traits_of(e.name).kind == e.kind);
    CHECK(traits_of(e.name).harmful == e.harmful);
    CHECK(traits_of(e.name).successes == (e.harmful == -1));
  }
}

TEST_CASE("latency of calls to others is told from one's own") {
  for (const char* name : {"PodClientLatencyP99(s)", "http.client.request.duration", "upstream_rq_time"})
    CHECK(traits_of(name).outward);
  for (const char* name : {"PodServerLatencyP99(s)", "client_errors", "client_cpu", "clients_latency"})
    CHECK_FALSE(traits_of(name).outward);
}

TEST_CASE("failed successes are failures") {
  CHECK(traits_of("availability_errors").harmful == 1);
  CHECK_FALSE(traits_of("availability_errors").successes);
}

TEST_CASE("words of any length are read") {
  const std::string huge(100'000, 'x');
  CHECK(traits_of(huge).kind == metric_kind::other);
  CHECK(traits_of(huge + "_cpu").kind == metric_kind::cpu);
}

TEST_CASE("traits are compared member by member") {
  CHECK(traits_of("a_cpu") == traits_of("b_cpu"));
  CHECK_FALSE(traits_of("a_cpu") == traits_of("a_mem"));
  CHECK_FALSE(traits_of("a_cpu") == metric_traits{metric_kind::cpu, -1, false});
  CHECK_FALSE(traits_of("a_cpu") == metric_traits{metric_kind::cpu, 1, true});
}
