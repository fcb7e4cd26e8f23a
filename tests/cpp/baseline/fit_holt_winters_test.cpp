#include "barograph/baseline/fit_holt_winters.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

double noise(std::size_t i) { return static_cast<double>((i * 2654435761u) % 1009u) / 1009.0 - 0.5; }

/// A level that wanders, a season of seven, noise.
std::vector<double> wandering(std::size_t n) {
  std::vector<double> x;
  double level = 100.0;
  for (std::size_t i = 0; i < n; ++i) {
    level += 0.4 * noise(3 * i + 1);
    x.push_back(level + 5.0 * static_cast<double>(i % 7) + noise(i));
  }
  return x;
}

double loss(holt_winters model, const std::vector<double>& x) {
  double sum = 0.0;
  for (const double v : x) {
    const double e = v - model.follow(v);
    sum += e * e;
  }
  return sum;
}

holt_winters_options of_seven() {
  holt_winters_options o;
  o.period = 7;
  return o;
}

}  // namespace

TEST_CASE("no point of a fine grid has smaller one-step errors than the fit") {
  const auto x = wandering(300);
  const holt_winters best = fit_holt_winters(x, of_seven());
  const double least = loss(best, x);
  holt_winters_options o = of_seven();
  for (double level = 0.05; level <= 1.0; level += 0.1)
    for (double trend = 0.0; trend <= 0.5; trend += 0.1)
      for (double season = 0.0; season <= 1.0; season += 0.2) {
        o.by = {level, trend, season, 1.0};
        CHECK(loss(fit_holt_winters(x, o), x) >= least * (1.0 - 1e-6));
      }
}

TEST_CASE("smoothing that is given is kept, what a model lacks is 0") {
  holt_winters_options o = of_seven();
  o.by.level = 0.25;
  o.trend = false;
  const holt_winters model = fit_holt_winters(wandering(100), o);
  CHECK(model.by().level == 0.25);
  CHECK(model.by().trend == 0.0);
  CHECK(model.by().damping == 1.0);
  CHECK(model.parts().trend == 0.0);
  o.damped = true;
  o.trend = true;
  const double damping = fit_holt_winters(wandering(100), o).by().damping;
  CHECK(damping >= 0.8);
  CHECK(damping <= 1.0);
}

TEST_CASE("the first parts of a line and a season are exact, also with holes, and multiplied") {
  std::vector<double> x, y;
  for (std::size_t i = 0; i < 60; ++i) {
    const double season = static_cast<double>(i % 6) - 2.5, line = 50.0 + 2.0 * static_cast<double>(i);
    x.push_back(i % 11 == 4 ? missing : line + season);
    y.push_back(50.0 * (1.0 + 0.2 * season));
  }
  holt_winters_options o;
  o.period = 6;
  const components added = fit_holt_winters(x, o).parts();
  CHECK(std::fabs(added.level - 48.0) < 1e-9);
  CHECK(std::fabs(added.trend - 2.0) < 1e-12);
  CHECK(std::fabs(added.season[5] - 2.5) < 1e-9);
  o.seasonal = seasonality::multiplicative;
  const components multiplied = fit_holt_winters(y, o).parts();
  CHECK(std::fabs(multiplied.level - 50.0) < 1e-9);
  CHECK(std::fabs(multiplied.season[0] - 0.5) < 1e-9);
}

TEST_CASE("a robust fit of a series with outliers is near that of the series without") {
  const auto x = wandering(400);
  auto spoiled = x;
  for (std::size_t i = 60; i < 400; i += 50) spoiled[i] += 300.0;
  holt_winters_options o = of_seven();
  o.robust = true;
  const holt_winters robust = fit_holt_winters(spoiled, o);
  CHECK(std::fabs(robust.by().level - fit_holt_winters(x, o).by().level) < 0.2);
  CHECK(loss(robust, x) < 2.0 * loss(fit_holt_winters(x, of_seven()), x));
}

TEST_CASE("rows left out, constant series and series of one row") {
  auto x = wandering(140);
  std::vector<unsigned char> mask(140);
  for (std::size_t i = 30; i < 40; ++i) {
    x[i] = 1e5;
    mask[i] = 1;
  }
  CHECK(fit_holt_winters(x, of_seven(), mask).parts().level < 200.0);
  holt_winters_options level;
  level.seasonal = seasonality::none;
  CHECK(fit_holt_winters(std::vector<double>{5.0}, level).expected().expected == 5.0);
  CHECK(fit_holt_winters(std::vector<double>(20, 5.0), level).expected().expected == 5.0);
  level.robust = true;
  CHECK(fit_holt_winters(std::vector<double>(20, 5.0), level).expected().expected == 5.0);
}

TEST_CASE("series too short or empty and values that no season multiplies are refused") {
  const auto x = wandering(13);
  CHECK_THROWS_AS(fit_holt_winters(x, of_seven()), invalid_argument);
  holt_winters_options o;
  CHECK_THROWS_AS(fit_holt_winters(x, o), invalid_argument);  // a period of 0
  o.seasonal = seasonality::none;
  CHECK_THROWS_AS(fit_holt_winters(std::vector<double>(), o), invalid_argument);
  CHECK_THROWS_AS(fit_holt_winters(std::vector<double>(5, missing), o), invalid_argument);
  CHECK_THROWS_AS(fit_holt_winters(x, o, std::vector<unsigned char>(2)), invalid_argument);
  o.seasonal = seasonality::multiplicative;
  o.period = 2;
  CHECK_THROWS_AS(fit_holt_winters(std::vector<double>{1.0, 2.0, 0.0, 1.0}, o), invalid_argument);
}
