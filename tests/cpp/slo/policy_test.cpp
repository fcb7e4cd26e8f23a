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

TEST_CASE("every kind of value is read") {
  const policy p = read_policy(
      "\xEF\xBB\xBF# a policy\r\n"
      "zone = \"Europe/\\u0042erlin\" # \xC3\xA4 comment\r\n"
      "detector = 'C:\\x'\n"
      "peak_hours = [ 7, # from\n  9, ]\n"
      "[apdex]\n"
      "threshold=1_000\n"
      "bands = \"apm\"\n"
      " [ health ] \n"
      "anomaly_limit = +2.5e-2\n"
      "bands = [95, 80.0, 6e1, 40]");
  CHECK(p.zone == "Europe/Berlin");
  CHECK(p.detector == "C:\\x");
  CHECK(p.peak_hours == std::array<int, 2>{7, 9});
  CHECK(p.apdex.threshold == 1000.0);
  CHECK(p.apdex.bands == apdex_bands::apm());
  CHECK(p.health.anomaly_limit == 0.025);
  CHECK(p.health.bands == std::array<double, 4>{95, 80, 60, 40});
}

TEST_CASE("what is written is read back equal, key by key") {
  policy p;
  p.zone = "a \"quoted\" \\ zone\n\x01\xC3\xA4";
  p.peak_hours = {0, 24};
  p.contamination = 0.1 + 0.2 - 0.29;
  p.apdex.tolerating = 1e22;
  p.apdex.bands.limits = {0.9, 0.8, 0.1};
  p.health.bands = {99.9, 50.5, 1.0, 1e-9};
  const std::string text = write_policy(p);
  const policy q = read_policy(text);
  CHECK(write_policy(q) == text);
  CHECK(q.zone == p.zone);
  CHECK(q.contamination == p.contamination);
  CHECK(q.apdex.tolerating == p.apdex.tolerating);
  CHECK(!q.objectives.latency_p95);
  CHECK(q.health.bands == p.health.bands);
}

TEST_CASE("an unknown key is an error with its line and the nearest key") {
  CHECK(complaint("zone = \"UTC\"\n\n[apdex]\ntreshold = 1\n") ==
        "policy: line 4: unknown key \"apdex.treshold\", did you mean \"apdex.threshold\"?");
  CHECK(complaint("threshold = 1\n") ==
        "policy: line 1: unknown key \"threshold\", did you mean \"apdex.threshold\"?");
}

TEST_CASE("what the subset of TOML does not have is an error with its line") {
  for (const char* text : {
           "zone",                        // no value
           "zone =",                      //
           "zone = UTC",                  // no quotes
           "zone = \"UTC",                // no end
           "zone = \"U\\qTC\"",           // no such escape
           "zone = \"\\ud800\"",          // a surrogate
           "zone = \"\"\"UTC\"\"\"",      // several lines
           "zone = 'a' 'b'",              // two values
           "zone = \"a\"\nzone = \"b\"",  // twice
           "[apdex]\n[apdex]",            //
           "[[apdex]]",                   //
           "[a.b]",                       //
           "apdex.threshold = 1",         //
           "apdex = { threshold = 1 }",   //
           "contamination = 01",          //
           "contamination = .1",          //
           "contamination = 1.",          //
           "contamination = 1__0",        //
           "contamination = 0x10",        //
           "contamination = 1e999",       //
           "contamination = 1e",          //
           "contamination = nan",         //
           "contamination = true",        //
           "peak_hours = [18.0, 22]",     //
           "peak_hours = [18 22]",        //
           "peak_hours = [18, 22",        //
           "peak_hours = [1, 2, 3]",      //
           "zone = 5",                    //
           "# \x01",                      // a control character
       })
    CHECK(complaint(text).rfind("policy: line ", 0) == 0);
  CHECK(complaint("\n\nzone = [1,\n2]").rfind("policy: line 3: zone: given [1, 2]", 0) == 0);
  CHECK(complaint(std::string("zone = \"a\"\n\0", 12)) != "");
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
  CHECK(names("peak_hours = [22, 18]", "peak_hours:"));
  CHECK(names("zone = \"\"", "zone:"));
}
