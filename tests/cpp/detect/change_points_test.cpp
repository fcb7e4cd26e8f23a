#include "barograph/detect/change_points.hpp"

#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {

double cost_of(const std::vector<double>& x, std::size_t from, std::size_t to, change_cost kind) {
  long double mean = 0, squares = 0;
  for (std::size_t i = from; i < to; ++i) mean += x[i] / static_cast<long double>(to - from);
  for (std::size_t i = from; i < to; ++i) squares += (x[i] - mean) * (x[i] - mean);
  const auto n = static_cast<double>(to - from);
  return kind == change_cost::mean ? static_cast<double>(squares)
                                   : n * std::log(static_cast<double>(squares) / n);
}

double total(const std::vector<double>& x, std::vector<std::size_t> changes, change_cost kind,
             double penalty) {
  double sum = penalty * static_cast<double>(changes.size());
  std::size_t from = 0;
  changes.push_back(x.size());
  for (const std::size_t to : changes) {
    sum += cost_of(x, from, to, kind);
    from = to;
  }
  return sum;
}

/// The least cost of all 2^(n - 1) segmentations whose segments have `least` rows.
double least_of_all(const std::vector<double>& x, change_cost kind, double penalty, std::size_t least) {
  double best = HUGE_VAL;
  const std::size_t n = x.size();
  for (std::uint32_t mask = 0; mask < (1u << (n - 1)); ++mask) {
    std::vector<std::size_t> changes;
    std::size_t from = 0;
    bool fits = true;
    for (std::size_t i = 1; i <= n; ++i) {
      if (i < n && (mask >> (i - 1) & 1u) == 0) continue;
      fits = fits && i - from >= least;
      from = i;
      if (i < n) changes.push_back(i);
    }
    if (fits) best = std::min(best, total(x, changes, kind, penalty));
  }
  return best;
}

std::vector<double> steps(std::size_t n, std::size_t every, std::uint64_t seed, double size = 3) {
  std::vector<double> x;
  random_draws draws(seed, 4, 0);
  for (std::size_t i = 0; i < n; ++i)
    x.push_back(100 + size * static_cast<double>((i / every) % 2) + draws.normal());
  return x;
}

}  // namespace

TEST_CASE("no segmentation of a short series costs less") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const auto x = steps(14, 2 + seed % 5, seed);
    for (const double penalty : {0.5, 3.0, 8.0}) {
      change_options means;
      means.penalty = penalty;
      CHECK(total(x, change_points(span<const double>(x), means), change_cost::mean, penalty) ==
            Approx(least_of_all(x, change_cost::mean, penalty, 1)).epsilon(1e-12));
      change_options both;
      both.cost = change_cost::mean_and_variance;
      both.penalty = penalty;
      both.least_rows = 2 + seed % 2;
      CHECK(total(x, change_points(span<const double>(x), both), both.cost, penalty) ==
            Approx(least_of_all(x, both.cost, penalty, both.least_rows)).epsilon(1e-9));
    }
  }
}

TEST_CASE("pruning loses nothing: long series cost what dynamic programming without it finds") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const auto x = steps(400, 37, seed, 1.5);
    for (const change_cost kind : {change_cost::mean, change_cost::mean_and_variance}) {
      const std::size_t least = kind == change_cost::mean ? 1 : 5;
      const double penalty = 9;
      std::vector<double> best(x.size() + 1, HUGE_VAL);
      best[0] = -penalty;
      for (std::size_t t = least; t <= x.size(); ++t)
        for (std::size_t s = 0; s + least <= t; ++s)
          best[t] = std::min(best[t], best[s] + penalty + cost_of(x, s, t, kind));
      change_options options;
      options.cost = kind;
      options.penalty = penalty;
      options.least_rows = std::max<std::size_t>(2, least);
      CHECK(total(x, change_points(span<const double>(x), options), kind, penalty) ==
            Approx(best.back()).epsilon(1e-10));
    }
  }
}

TEST_CASE("changes are found where they are, and none where there is none") {
  auto x = steps(3000, 1000, 5, 2);
  const auto found = change_points(span<const double>(x));
  REQUIRE(found.size() == 2);
  CHECK(std::fabs(static_cast<double>(found[0]) - 1000) <= 4);
  CHECK(std::fabs(static_cast<double>(found[1]) - 2000) <= 4);
  int with_changes = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    with_changes += !change_points(span<const double>(steps(500, 500, seed))).empty();
  CHECK(with_changes <= 3);
  random_draws draws(1, 2, 3);
  std::vector<double> calm;
  for (int i = 0; i < 1000; ++i) calm.push_back((i < 600 ? 1 : 4) * draws.normal());
  change_options both;
  both.cost = change_cost::mean_and_variance;
  const auto spread = change_points(span<const double>(calm), both);
  REQUIRE(spread.size() == 1);
  CHECK(std::fabs(static_cast<double>(spread[0]) - 600) <= 15);
}

TEST_CASE("a long series without changes takes no longer than one with many") {
  const auto x = steps(200000, 200000, 9);
  CHECK(change_points(span<const double>(x)).empty());
}

TEST_CASE("short, constant and impossible series") {
  CHECK(change_points(span<const double>()).empty());
  const std::vector<double> one = {3.0}, same(50, 0.1);
  CHECK(change_points(span<const double>(one)).empty());
  CHECK(change_points(span<const double>(same)).empty());
  change_options both;
  both.cost = change_cost::mean_and_variance;
  CHECK(change_points(span<const double>(same), both).empty());
  std::vector<double> step(50, 0.1);
  for (std::size_t i = 20; i < 50; ++i) step[i] = 7;
  change_options fine;
  fine.sigma = 0.01;
  CHECK(change_points(span<const double>(step), fine) == std::vector<std::size_t>{20});
  CHECK(change_points(span<const double>(step), both) == std::vector<std::size_t>{20});
  step[3] = std::nan("");
  CHECK_THROWS_AS(change_points(span<const double>(step)), invalid_argument);
  fine.sigma = 0;
  CHECK_THROWS_AS(change_points(span<const double>(same), fine), invalid_argument);
  both.least_rows = 1;
  CHECK_THROWS_AS(change_points(span<const double>(same), both), invalid_argument);
}
