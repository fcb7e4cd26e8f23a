#include "barograph/detect/stream_judge.hpp"

#include "barograph/core/math.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::stream_judge;

TEST_CASE("a strangeness beyond all before is a finding and an alarm, the usual is neither") {
  stream_judge j;
  int findings = 0;
  for (std::size_t i = 0; i < 3000; ++i) {
    const double s = -math::log((static_cast<double>((i * 7919) % 3001) + 0.5) / 3001) / 4;
    findings += j.push(s, s, 0.0).finding ? 1 : 0;
  }
  CHECK(findings == 0);
  const auto v = j.push(6.0, 6.0, 0.0);
  CHECK(v.finding);
  CHECK(v.score > v.threshold);
  CHECK(v.alarm > 0.8);
  CHECK(j.push(6.0, 6.0, 0.0).alarm == 0.0);  // it lasts
}

TEST_CASE("evidence of another kind counts by itself") {
  stream_judge j;
  for (int i = 0; i < 500; ++i) j.push(0.1 * (i % 5), 0.1 * (i % 5), 0.0);
  const auto v = j.push(0.1, 0.1, 0.0, 9.0);
  CHECK(v.evidence == 9.0);
  CHECK(v.strangeness == 3.0);
  CHECK(v.finding);
}

TEST_CASE("of two kinds of strangeness either may show a row of a table") {
  for (const bool second : {false, true}) {
    detect::table_judge j;
    int findings = 0;
    for (std::size_t i = 0; i < 2000; ++i) {
      const double a = -math::log((static_cast<double>((i * 7919) % 2003) + 0.5) / 2003);
      findings += j.push(a, 100 * a).finding ? 1 : 0;
    }
    CHECK(findings == 0);
    CHECK(j.push(second ? 1.0 : 30.0, second ? 3000.0 : 100.0).finding);
  }
}
