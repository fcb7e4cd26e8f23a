#include "barograph/detect/stream_detector.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "barograph/core/math.hpp"
#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::stream_detector;

namespace {

double noise(std::size_t i) {
  const double u = (static_cast<double>((i * 2654435761u) % 1000003u) + 0.5) / 1000003.0;
  return math::normal_quantile(u);
}

std::int64_t minute(std::size_t i) { return static_cast<std::int64_t>(i) * 300; }

}  // namespace

TEST_CASE("a spike, a shift and a value that is stuck are found, the quiet before is not") {
  for (const int what : {0, 1, 2}) {
    stream_detector d;
    std::size_t before = 0, after = 0;
    for (std::size_t i = 0; i < 4100; ++i) {
      double x = 10 + noise(i);
      if (what == 0 && i == 4000) x += 9;
      if (what == 1 && i >= 4000) x += 5;
      if (what == 2 && i >= 4000) x = 10.25;
      const auto r = d.push(minute(i), x);
      (i < 4000 ? before : after) += r.finding ? 1 : 0;
    }
    CHECK(before == 0);
    CHECK(after > 0);
  }
}

TEST_CASE("scores, thresholds and alarms are in the unit, and a copy goes on with the same bits") {
  stream_detector d;
  stream_detector copy;
  bool within = true, same = true;
  for (std::size_t i = 0; i < 1500; ++i) {
    if (i == 700) copy = d;
    const double x = i % 211 == 0 ? 50.0 : noise(i);
    const auto r = d.push(minute(i), x);
    for (const double v : {r.score, r.threshold, r.alarm}) within = within && v >= 0 && v < 1;
    if (i < 700) continue;
    const auto q = copy.push(minute(i), x);
    same = same && q.score == r.score && q.alarm == r.alarm && q.threshold == r.threshold &&
           q.expected == r.expected && copy.parts() == d.parts();
  }
  CHECK(within);
  CHECK(same);
}

TEST_CASE("values that are not finite count as the one before") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  stream_detector a, b;
  bool same = true;
  double last = 0;
  for (std::size_t i = 0; i < 600; ++i) {
    const bool missing = i % 50 == 3;
    if (!missing) last = noise(i);
    const auto r = a.push(minute(i), missing ? (i % 100 == 3 ? nan : inf) : last),
               q = b.push(minute(i), last);
    same = same && r.score == q.score && r.alarm == q.alarm;
  }
  CHECK(same);
}

TEST_CASE("constant series and the largest numbers give finite figures") {
  stream_detector constant, large;
  bool fine = true, quiet = true;
  for (std::size_t i = 0; i < 400; ++i) {
    const auto r = constant.push(minute(i), 3.0);
    quiet = quiet && !r.finding && r.alarm == 0.0;
    const auto q = large.push(minute(i), i % 2 == 0 ? 1.7e308 : -1.7e308);
    fine = fine && std::isfinite(q.score) && std::isfinite(q.alarm) && std::isfinite(q.strangeness);
  }
  CHECK(quiet);
  CHECK(fine);
}
