#include "barograph/slo/health.hpp"

#include <cmath>

#include "catch.hpp"

using namespace barograph;

namespace {
health_inputs all_good() {
  health_inputs in;
  in.latency = 100.0;
  in.error_rate = 0.0;
  in.cpu = 50.0;
  in.memory = 50.0;
  in.anomaly_rate = 0.0;
  in.apdex = 0.85;
  return in;
}

const ledger_entry* entry(const health& h, const std::string& what) {
  for (const ledger_entry& e : h.ledger)
    if (e.what == what) return &e;
  return nullptr;
}

double added_up(const health& h) {
  double sum = 0.0;
  for (const ledger_entry& e : h.ledger)
    if (e.points == e.points) sum += e.points;
  return sum;
}
}  // namespace

TEST_CASE("each term costs what the policy apm says, strictly above its limit") {
  struct claim {
    double health_inputs::*input;
    double value;
    double score;
  };
  for (const claim& c : {
           claim{&health_inputs::latency, 500.0, 100.0},
           claim{&health_inputs::latency, 500.1, 70.0},
           claim{&health_inputs::error_rate, 0.01, 95.0},
           claim{&health_inputs::error_rate, 0.005, 97.5},
           claim{&health_inputs::error_rate, 0.25, 0.0},
           claim{&health_inputs::cpu, 85.0, 100.0},
           claim{&health_inputs::cpu, 85.1, 80.0},
           claim{&health_inputs::memory, 85.0, 100.0},
           claim{&health_inputs::memory, 85.1, 85.0},
           claim{&health_inputs::anomaly_rate, 0.05, 85.0},
           claim{&health_inputs::anomaly_rate, 0.025, 92.5},
           claim{&health_inputs::anomaly_rate, 0.9, 85.0},
           claim{&health_inputs::apdex, 0.0, 100.0},
       }) {
    health_inputs in = all_good();
    in.*c.input = c.value;
    CHECK(health_score(in).score == c.score);
  }
}

TEST_CASE("a high Apdex makes up for costs, and the clamp is an entry") {
  health_inputs in = all_good();
  in.apdex = 1.0;
  const health free = health_score(in);
  CHECK(free.score == 100.0);
  REQUIRE(entry(free, "clamp") != nullptr);
  CHECK(entry(free, "clamp")->points == -20.0);
  CHECK(entry(free, "clamp")->value == 120.0);
  in.cpu = 90.0;
  CHECK(health_score(in).score == 100.0);
  CHECK(entry(health_score(in), "clamp") == nullptr);
  in.apdex = 0.925;
  CHECK(health_score(in).score == Approx(90.0).margin(1e-12));  // two roundings in the bonus
  in.error_rate = 1.0;
  CHECK(health_score(in).score == 0.0);
  CHECK(entry(health_score(in), "clamp")->points > 0.0);
}

TEST_CASE("missing inputs are entries without points") {
  const health h = health_score({});
  CHECK(h.score == 100.0);
  CHECK(h.ledger.size() == 7);
  for (const char* what : {"latency", "error_rate", "cpu", "memory", "anomaly_rate", "apdex"}) {
    REQUIRE(entry(h, what) != nullptr);
    CHECK(std::isnan(entry(h, what)->value));
    CHECK(std::isnan(entry(h, what)->points));
  }
}

TEST_CASE("the ledger adds up to the score, bit for bit") {
  health_policy heavy;
  heavy.apdex_points = 777.7;
  heavy.error_points = 99.9;
  for (const health_policy& p : {health_policy::apm(), heavy})
    for (int i = 0; i < 4000; ++i) {
      health_inputs in;
      in.latency = (i % 7) * 111.1;
      in.error_rate = (i % 97) / 97.0 * ((i & 8) != 0 ? 1.0 : 0.03);
      in.cpu = (i * 31) % 101;
      if (i % 5 != 0) in.memory = (i * 17) % 101;
      in.anomaly_rate = (i % 13) / 130.0;
      in.apdex = (i % 89) / 88.0;
      const health h = health_score(in, p);
      CHECK(added_up(h) == h.score);
      CHECK((h.score >= 0.0 && h.score <= 100.0));
    }
}

TEST_CASE("status starts at its band") {
  health_policy p;
  p.error_points = 1.0;  // a percent of errors costs one point
  const auto status = [&p](double errors) {
    health_inputs in;
    in.error_rate = errors;
    return health_score(in, p).status;
  };
  CHECK(status(0.09) == "excellent");
  CHECK(status(0.11) == "good");
  CHECK(status(0.25) == "good");
  CHECK(status(0.26) == "fair");
  CHECK(status(0.41) == "poor");
  CHECK(status(0.60) == "poor");
  CHECK(status(0.61) == "critical");
}

TEST_CASE("values that cannot be are refused, a percentage for a fraction with the right value") {
  const auto refused = [](double health_inputs::*input, double value) {
    health_inputs in;
    in.*input = value;
    try {
      health_score(in);
    } catch (const invalid_argument& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(refused(&health_inputs::error_rate, 4.5) ==
        "error_rate: given 4.5, expected a fraction from 0 to 1 (4.5 % is 0.045)");
  CHECK(refused(&health_inputs::latency, -1.0) != "");
  CHECK(refused(&health_inputs::latency, HUGE_VAL) != "");
  CHECK(refused(&health_inputs::cpu, 100.5) != "");
  CHECK(refused(&health_inputs::memory, -0.5) != "");
  CHECK(refused(&health_inputs::anomaly_rate, 101.0) != "");
  CHECK(refused(&health_inputs::apdex, 1.5) != "");
}
