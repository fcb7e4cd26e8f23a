#include "barograph/detect/seasonal_guess.hpp"

#include <cmath>

#include "catch.hpp"

using barograph::detect::seasonal_guess;

namespace {

/// The mean error of the guesses of the last of several weeks.
template <class F>
double error_of_last_week(F value, std::int64_t weeks, std::int64_t step = 1800) {
  seasonal_guess guess;
  double sum = 0;
  std::int64_t rows = 0;
  const std::int64_t week = 7 * 86400;
  for (std::int64_t t = 0; t < weeks * week; t += step) {
    const double x = value(t), g = guess.push(t, x).value;
    if (t >= (weeks - 1) * week) {
      sum += std::abs(x - g);
      ++rows;
    }
  }
  return sum / static_cast<double>(rows);
}

}  // namespace

TEST_CASE("a daily pattern is guessed after a day") {
  seasonal_guess guess;
  double worst = 0;
  for (std::int64_t t = 0; t < 3 * 86400; t += 1800) {
    const double x = static_cast<double>(t % 86400);
    const double g = guess.push(t, x).value;
    if (t >= 86400) worst = std::max(worst, std::abs(g - x));
  }
  CHECK(worst < 1e-9);
}

TEST_CASE("a weekly pattern is followed where it is better, after it was seen") {
  const auto weekend = [](std::int64_t t) { return (t / 86400) % 7 < 5 ? 100.0 : 20.0; };
  CHECK(error_of_last_week(weekend, 6) < 1.0);
  CHECK(error_of_last_week(weekend, 1) > 5.0);
}

TEST_CASE("times before 1970 have their place in the week") {
  seasonal_guess before, after;
  const std::int64_t weeks = std::int64_t{1000} * 7 * 86400;
  bool same = true;
  for (std::int64_t t = 0; t < 20 * 86400; t += 3600) {
    const double x = static_cast<double>((t / 3600) % 24);
    same = same && before.push(t - weeks, x).value == after.push(t, x).value;
  }
  CHECK(same);
}
