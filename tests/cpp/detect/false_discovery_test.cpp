#include "barograph/detect/false_discovery.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using detect::benjamini_hochberg;
using detect::online_false_discovery;
using detect::stretch_findings;

TEST_CASE("Benjamini and Hochberg's own example has four findings") {
  // table 1 of the paper, 15 tests at 0.05
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  CHECK(benjamini_hochberg(p, 0.05) == 0.0095);
}

TEST_CASE("nothing is found among nothing, and what is no probability is no test") {
  CHECK(benjamini_hochberg({}, 0.1) == 0.0);
  const std::vector<double> p = {std::numeric_limits<double>::quiet_NaN(), 0.04};
  CHECK(benjamini_hochberg(p, 0.05) == 0.04);
  CHECK_THROWS_AS(benjamini_hochberg(p, 0.0), invalid_argument);
  CHECK_THROWS_AS(benjamini_hochberg(p, 1.0), invalid_argument);
  CHECK_THROWS_AS(online_false_discovery(1.0), invalid_argument);
}

TEST_CASE("one after the other: uniform probabilities give hardly a finding, however many") {
  online_false_discovery online(0.1);
  int findings = 0;
  const int n = 200000;
  for (int i = 0; i < n; ++i) {
    const double p = (static_cast<double>((i * 7919LL) % 199999) + 0.5) / 199999;
    findings += online.push(p) ? 1 : 0;
  }
  CHECK(findings <= 8);  // the floor alone: 1e-5 of 200,000 are 2, and what they make easier
}

TEST_CASE("a finding makes the next ones easier for a while, within a limit") {
  online_false_discovery online(0.1);
  for (int i = 0; i < 1000; ++i) online.push(0.5);
  const double before = online.level();
  CHECK(before == Approx(1e-5).epsilon(0.01));
  CHECK(online.push(1e-9));
  CHECK(online.level() == 1e-3);
  for (int i = 0; i < 50; ++i) online.push(0.5);
  CHECK(online.level() > before);
  CHECK(online.level() < 1e-4);
  for (int i = 0; i < 500; ++i) CHECK(online.push(1e-9));
  for (int i = 0; i < 5000; ++i) online.push(0.5);
  CHECK(online.level() == Approx(1e-5).epsilon(0.01));
}

TEST_CASE("one long stretch does not pay for many short ones") {
  std::vector<double> evidence(4000, 0.0);
  for (std::size_t i = 1000; i < 1200; ++i) evidence[i] = 6.0;  // 200 rows let p = 0.005 pass
  for (std::size_t i = 0; i < 20; ++i) evidence[2000 + 50 * i] = 3.0;
  const auto rows = stretch_findings(evidence, 0.1);
  std::size_t inside = 0, outside = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) (i >= 1000 && i < 1200 ? inside : outside) += rows[i];
  CHECK(inside == 200);
  CHECK(outside == 0);
  evidence[3900] = 5.0;  // enough by itself
  CHECK(stretch_findings(evidence, 0.1)[3900] == 1);
  CHECK(stretch_findings(std::vector<double>(100, 1.0), 0.1) == std::vector<std::uint8_t>(100, 0));
  CHECK(stretch_findings(std::vector<double>(), 0.1).empty());
}
