#include "barograph/slo/policy_toml.hpp"

#include <string>

#include "catch.hpp"

using namespace barograph;

namespace {
std::string complaint(const std::string& text) {
  try {
    read_policy(text);
  } catch (const invalid_argument& e) {
    return e.what();
  }
  return "";
}
}  // namespace

TEST_CASE("an empty file is the default policy, and the default policy is valid") {
  const policy p = read_policy("");
  CHECK_NOTHROW(policy{}.validate());
  CHECK(p.apdex.threshold == 500.0);
  CHECK(!p.apdex.tolerating);
  CHECK(p.zone == "UTC");
  CHECK(p.peak_hours == std::array<int, 2>{18, 22});
  CHECK(p.objectives.availability == 0.999);
  CHECK(p.health.bands == std::array<double, 4>{90, 75, 60, 40});
}

TEST_CASE("values that make no sense are refused by name") {
  const auto names = [](const char* text, const char* name) { return complaint(text).rfind(name, 0) == 0; };
  CHECK(names("[apdex]\nthreshold = 0", "apdex.threshold:"));
  CHECK(names("[apdex]\ntolerating = 499", "apdex.tolerating:"));
  CHECK(names("[apdex]\nbands = [0.5, 0.6, 0.7]", "bands:"));
  CHECK(names("[objectives]\navailability = 1", "objectives.availability:"));
  CHECK(names("[objectives]\navailability = 99.9", "objectives.availability:"));
  CHECK(names("[objectives]\nlatency_p95 = -1", "objectives.latency_p95:"));
  CHECK(names("[health]\ncpu_points = -1", "health.cpu_points:"));
  CHECK(names("[health]\ncpu_limit = 101", "health.cpu_limit:"));
  CHECK(names("[health]\napdex_limit = 1", "health.apdex_limit:"));
  CHECK(names("[health]\nanomaly_limit = 0", "health.anomaly_limit:"));
  CHECK(names("[health]\nbands = [90, 90, 60, 40]", "health.bands:"));
  CHECK(names("contamination = 0.6", "contamination:"));
  CHECK(names("absurd_latency_ms = 0", "absurd_latency_ms:"));
  CHECK(names("peak_hours = [22, 22]", "peak_hours:"));
  CHECK(names("peak_hours = [24, 4]", "peak_hours:"));
  CHECK(read_policy("peak_hours = [22, 4]").peak_hours == std::array<int, 2>{22, 4});
  CHECK(names("zone = \"\"", "zone:"));
}
