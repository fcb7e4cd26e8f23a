#include "barograph/generate/incidents.hpp"

#include "catch.hpp"

using namespace barograph;
using namespace barograph::generate;

TEST_CASE("an incident acts from its start until before its end, on its service") {
  const std::vector<incident> one{{"payments", 1000, 500, 3.0, 0.2}};
  CHECK(effect_at(one, "payments", 999).latency_factor == 1.0);
  CHECK(effect_at(one, "payments", 1000).latency_factor == 3.0);
  CHECK(effect_at(one, "payments", 1499).error_added == 0.2);
  CHECK(effect_at(one, "payments", 1500).error_added == 0.0);
  CHECK(effect_at(one, "auth", 1200).latency_factor == 1.0);
}

TEST_CASE("incidents without a service act on all, and those that overlap act together") {
  const std::vector<incident> two{{"", 0, 1000, 2.0, 0.1}, {"auth", 500, 1000, 1.5, 0.05}};
  CHECK(effect_at(two, "events", 600).latency_factor == 2.0);
  CHECK(effect_at(two, "auth", 600).latency_factor == 3.0);
  CHECK(effect_at(two, "auth", 600).error_added == Approx(0.15));
}
