#include "barograph/baseline/stl.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

/// A season of four that bends, a falling line, some noise and an outlier.
std::vector<double> bent() {
  std::vector<double> x;
  for (int i = 0; i < 24; ++i)
    x.push_back(i == 9 ? 200.0 : 100.0 + 2.0 * (i % 4) * (i % 4) - i + static_cast<double>((i * 7919) % 13));
  return x;
}

/// A line and a season of six.
double plain(std::size_t i) {
  return 3.0 + 0.5 * static_cast<double>(i) + static_cast<double>((i % 6) * (i % 6));
}

std::vector<double> plain_series(std::size_t n) {
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(plain(i));
  return x;
}

}  // namespace

TEST_CASE("trend, season and weights are those of statsmodels 0.15") {
  stl_options o;
  o.robust = false;
  const decomposition straight = stl(bent(), 4, o), robust = stl(bent(), 4);
  const auto near = [](double a, double b) { return std::fabs(a - b) < 1e-10; };
  CHECK(near(straight.trend[0], 106.10081126972794));
  CHECK(near(straight.trend[9], 126.38904206485972));
  CHECK(near(straight.trend[23], 84.46933013903765));
  CHECK(near(straight.seasonal[5], 11.541981243724909));
  CHECK(near(straight.seasonal[23], 19.76215408397663));
  CHECK(straight.weights[9] == 1.0);
  CHECK(near(robust.trend[0], 107.0018414773004));
  CHECK(near(robust.trend[9], 103.31798886805831));
  CHECK(near(robust.trend[23], 86.05110015626914));
  CHECK(near(robust.seasonal[5], -5.057991358843245));
  CHECK(near(robust.seasonal[23], 15.901143599331247));
  CHECK(robust.weights[9] == 0.0);
}

TEST_CASE("a line and a season are taken apart without a remainder, with any jumps") {
  stl_options o;
  o.seasonal_jump = 2;
  o.trend_jump = 3;
  o.low_pass_jump = 4;
  for (const auto& options : {stl_options{}, o}) {
    const decomposition d = stl(plain_series(60), 6, options);
    double season = 0.0;
    for (std::size_t i = 0; i < 60; ++i) {
      CHECK(std::fabs(d.resid[i]) < 1e-9);
      if (i >= 12 && i < 18) season += d.seasonal[i];
    }
    CHECK(std::fabs(season) < 1e-9);
    CHECK(std::fabs(d.trend[30] - d.trend[29] - 0.5) < 1e-9);
  }
}

TEST_CASE("rows that are missing or left out have all parts and no say") {
  auto x = plain_series(72);
  for (std::size_t i = 20; i < 29; ++i) x[i] = missing;
  std::vector<unsigned char> mask(72);
  for (std::size_t i = 50; i < 55; ++i) {
    x[i] = 1e6;
    mask[i] = 1;
  }
  const decomposition d = stl(x, 6, {}, mask);
  for (std::size_t i = 0; i < 72; ++i) CHECK(std::fabs(d.trend[i] + d.seasonal[i] - plain(i)) < 1e-8);
  CHECK(d.resid[25] != d.resid[25]);
  CHECK(std::fabs(d.resid[52] - (1e6 - plain(52))) < 1e-8);
  CHECK(d.scale() < 1e-8);
  const band b = d.expected(2.0);
  CHECK(b.size() == 72);
  CHECK(b[25].upper >= b[25].expected);
}

TEST_CASE("a slot without any value and a stretch longer than a window leave no hole") {
  auto x = plain_series(60);
  for (std::size_t i = 3; i < 60; i += 6) x[i] = missing;
  for (std::size_t i = 24; i < 48; ++i) x[i] = missing;
  const decomposition d = stl(x, 6);
  for (const double t : d.trend) CHECK(t - t == 0.0);
  for (const double s : d.seasonal) CHECK(s - s == 0.0);
}

TEST_CASE("series too short, periods and parameters that cannot be are refused") {
  const auto x = plain_series(11);
  CHECK_THROWS_AS(stl(x, 6), invalid_argument);
  CHECK_THROWS_AS(stl(x, 1), invalid_argument);
  CHECK_THROWS_AS(stl(std::vector<double>(), 2), invalid_argument);
  CHECK_THROWS_AS(stl(std::vector<double>(8, missing), 2), invalid_argument);
  CHECK_THROWS_AS(stl(x, 2, {}, std::vector<unsigned char>(3)), invalid_argument);
  const auto refused = [&](auto change) {
    stl_options o;
    change(o);
    CHECK_THROWS_AS(stl(x, 3, o), invalid_argument);
  };
  refused([](stl_options& o) { o.seasonal = 4; });
  refused([](stl_options& o) { o.trend = 3; });
  refused([](stl_options& o) { o.low_pass = 4; });
  refused([](stl_options& o) { o.low_pass_deg = 2; });
  refused([](stl_options& o) { o.trend_jump = 0; });
  refused([](stl_options& o) { o.inner_iter = -2; });
  CHECK_THROWS_AS(stl(x, 3).expected(-1.0), invalid_argument);
}
