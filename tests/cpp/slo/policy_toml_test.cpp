#include "barograph/slo/policy_toml.hpp"

#include <array>
#include <string>
#include <vector>

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
  p.absurd_latency_ms = 3.6e6;
  p.apdex.tolerating = 1e22;
  p.apdex.bands.limits = {0.9, 0.8, 0.1};
  p.health.bands = {99.9, 50.5, 1.0, 1e-9};
  const std::string text = write_policy(p);
  const policy q = read_policy(text);
  CHECK(write_policy(q) == text);
  CHECK(q.zone == p.zone);
  CHECK(q.contamination == p.contamination);
  CHECK(q.absurd_latency_ms == p.absurd_latency_ms);
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

TEST_CASE("the limits of the subset: arrays over lines, ends of lines, the last line without one") {
  CHECK(read_policy("peak_hours = [\n# from\n 7\n,\r\n9\n]").peak_hours == std::array<int, 2>{7, 9});
  CHECK(read_policy("\r\n\t# only a comment").zone == "UTC");
  CHECK(read_policy("zone = '\\u0041'").zone == "\\u0041");  // a literal string has no escapes
  CHECK(read_policy("zone = \"\\U0001F600\\t\"").zone == "\xF0\x9F\x98\x80\t");
  for (const char* text :
       {"peak_hours = [,]", "peak_hours = [7,,9]", "peak_hours = [7, 9", "peak_hours = []",
        "zone = \"\\U00110000\"", "zone = \"\\u00\"", "zone = \"a\nb\"", "[]", "[health", "= 1",
        "zone = 'a'\rdetector = 'b'", "contamination = +", "contamination = 1_", "a b = 1"})
    CHECK(complaint(text).rfind("policy: line ", 0) == 0);
}

TEST_CASE("every key is listed once, can be set to its own value and written") {
  const std::vector<std::string> keys = policy_keys();
  CHECK(keys.size() == 22);
  policy p;
  p.contamination = 0.1;
  p.absurd_latency_ms = 6e5;
  p.apdex.tolerating = 3000;
  p.objectives.latency_p95 = 250;
  policy q;
  for (const std::string& key : keys) {
    const auto value = policy_value(p, key);
    REQUIRE(value);
    set_policy_value(q, key, *value);
    CHECK(nearest_policy_key(key) == key);
  }
  CHECK(write_policy(q) == write_policy(p));
  CHECK_FALSE(policy_value(policy(), "contamination"));
  CHECK_FALSE(policy_value(p, "no.such.key"));
}

TEST_CASE("a value of the wrong type leaves the policy as it was") {
  policy p;
  const std::string before = write_policy(p);
  for (const std::string& key : policy_keys())
    CHECK_THROWS_AS(set_policy_value(p, key, true), invalid_argument);
  CHECK_THROWS_AS(set_policy_value(p, "zone", toml_number{5, true}), invalid_argument);
  CHECK_THROWS_AS(set_policy_value(p, "apdex.bands", std::string("apdex")), invalid_argument);
  CHECK_THROWS_AS(set_policy_value(p, "peak_hours", std::vector<toml_number>{{7, true}, {25, true}}),
                  invalid_argument);
  CHECK_THROWS_AS(set_policy_value(p, "health.bands", std::vector<toml_number>{{90, true}}),
                  invalid_argument);
  CHECK_THROWS_AS(set_policy_value(p, "apdex.threshhold", toml_number{5, true}), invalid_argument);
  CHECK(write_policy(p) == before);
}

TEST_CASE("Levenshtein's distances, by hand") {
  CHECK(policy_toml::distance("kitten", "sitting") == 3);
  CHECK(policy_toml::distance("", "abc") == 3);
  CHECK(policy_toml::distance("abc", "") == 3);
  CHECK(policy_toml::distance("flaw", "lawn") == 2);
  CHECK(nearest_policy_key("objectives.p95_latency") == "objectives.latency_p95");
  CHECK(nearest_policy_key("cpu_limit") == "health.cpu_limit");
  CHECK(nearest_policy_key("timezone") == "zone");
}

TEST_CASE("a table that policies do not have is refused, empty or not") {
  CHECK(complaint("[apdex]\n[health]\n[objectives]\n").empty());
  CHECK(complaint("zone = 'UTC'\n[helth]\n") ==
        "policy: line 2: unknown table [helth], did you mean [health]?");
  CHECK(complaint("[zone]\n").rfind("policy: line 1: unknown table [zone]", 0) == 0);
  CHECK(complaint("[healt]\ncpu_limit = 5").rfind("policy: line 1: unknown table [healt]", 0) == 0);
}
