#include "barograph/detect/lead_lag.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "barograph/core/executor.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::detect;

namespace {

std::vector<double> noise(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 draw(seed);
  std::vector<double> x(n);
  for (double& v : x) v = static_cast<double>(draw() >> 11) * 0x1p-52 - 1.0;
  return x;
}

std::vector<double> moved(const std::vector<double>& x, std::size_t rows) {
  std::vector<double> y(x.size(), 0.0);
  for (std::size_t i = rows; i < x.size(); ++i) y[i] = x[i - rows];
  return y;
}

/// Pearson's correlation of x[i] and y[i + lag], by its definition in long double.
double by_definition(const std::vector<double>& x, const std::vector<double>& y, std::int64_t lag) {
  long double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(x.size()); ++i) {
    const std::int64_t j = i + lag;
    if (j < 0 || j >= static_cast<std::int64_t>(y.size())) continue;
    const long double a = x[static_cast<std::size_t>(i)], b = y[static_cast<std::size_t>(j)];
    if (!std::isfinite(static_cast<double>(a)) || !std::isfinite(static_cast<double>(b))) continue;
    n += 1;
    sx += a;
    sy += b;
    sxx += a * a;
    syy += b * b;
    sxy += a * b;
  }
  return static_cast<double>((n * sxy - sx * sy) / std::sqrt((n * sxx - sx * sx) * (n * syy - sy * sy)));
}

}  // namespace

TEST_CASE("a metric that the target follows leads by as many rows, one that follows it has a lag below 0") {
  const std::vector<double> target = noise(400, 1), other = noise(400, 2);
  const std::vector<double> late = moved(target, 5), early = moved(noise(400, 3), 3);
  const std::vector<span<const double>> columns{late, other, target};
  const std::vector<association> found = lead_lag(columns, target);
  for (std::size_t i = 0; i < 2; ++i) {  // both correlate fully
    CHECK(found[i].column != 1);
    CHECK(found[i].lag == (found[i].column == 2 ? 0 : -5));
    CHECK(found[i].correlation == Approx(1.0));
    CHECK(found[i].p_value < 1e-9);
  }
  CHECK(found[2].column == 1);
  CHECK(found[2].p_value > 0.01);
  const std::vector<double> lead = noise(400, 3);
  const std::vector<span<const double>> leading{lead};
  CHECK(lead_lag(leading, early)[0].lag == 3);
}

TEST_CASE("correlations are those of the definition, with values missing or not") {
  std::vector<double> x = noise(200, 4), y = noise(200, 5);
  for (std::size_t i = 0; i < 200; ++i) y[i] = 1e6 + y[i] + (i >= 7 ? 0.8 * x[i - 7] : 0.0);
  for (const bool holes : {false, true}) {
    if (holes)
      for (std::size_t i = 0; i < 200; i += 9) {
        x[i] = std::numeric_limits<double>::quiet_NaN();
        y[(i * 3 + 1) % 200] = std::numeric_limits<double>::infinity();
      }
    const std::vector<span<const double>> columns{x};
    const association found = lead_lag(columns, y)[0];
    CHECK(found.lag == 7);
    CHECK(found.correlation == Approx(by_definition(x, y, 7)).margin(1e-9));
  }
}

TEST_CASE("what another metric explains is no partial correlation") {
  const std::vector<double> cause = noise(600, 6), a = noise(600, 7), b = noise(600, 8);
  std::vector<double> target(600), echo(600);
  for (std::size_t i = 0; i < 600; ++i) {
    target[i] = cause[i] + 0.5 * a[i];
    echo[i] = cause[i] + 0.5 * b[i];
  }
  const std::vector<span<const double>> columns{echo, cause};
  const std::vector<association> found = lead_lag(columns, target);
  CHECK(found[0].column == 1);
  CHECK(found[0].partial > 0.6);
  CHECK(found[1].correlation > 0.6);
  CHECK(std::fabs(found[1].partial) < 0.15);
}

TEST_CASE("constants, nothing but missing values and too few rows have no correlation") {
  const double missing = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> constant(50, 0.1), nothing(50, missing), target = noise(50, 1);
  const std::vector<span<const double>> columns{constant, nothing};
  for (const association& a : lead_lag(columns, target)) {
    CHECK(std::isnan(a.correlation));
    CHECK(std::isnan(a.p_value));
    CHECK(std::isnan(a.partial));
  }
  const std::vector<double> few = noise(3, 1);
  const std::vector<span<const double>> short_columns{few};
  CHECK(std::isnan(lead_lag(short_columns, few)[0].correlation));
  const std::vector<double> none;
  const std::vector<span<const double>> empty{none};
  CHECK(std::isnan(lead_lag(empty, none)[0].correlation));
  CHECK_THROWS_AS(lead_lag(short_columns, target), invalid_argument);
}

TEST_CASE("two random walks are not taken for related") {
  std::vector<double> x = noise(500, 11), y = noise(500, 12);
  for (std::size_t i = 1; i < 500; ++i) {
    x[i] += x[i - 1];
    y[i] += y[i - 1];
  }
  const std::vector<span<const double>> columns{x};
  CHECK(lead_lag(columns, y)[0].p_value > 0.05);
  lead_lag_options how;
  how.changes = true;
  CHECK(std::fabs(lead_lag(columns, y, how)[0].correlation) < 0.25);
}

TEST_CASE("threads change no bit of an association") {
  std::vector<std::vector<double>> data;
  for (std::uint64_t c = 0; c < 30; ++c) data.push_back(noise(300, c));
  const std::vector<span<const double>> columns(data.begin(), data.end());
  const std::vector<association> a = lead_lag(columns, data[3]);
  const std::vector<association> b = lead_lag(columns, data[3], {}, thread_executor(3));
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].column == b[i].column);
    CHECK(a[i].correlation == b[i].correlation);
    CHECK((a[i].partial == b[i].partial || std::isnan(a[i].partial)));
  }
}
