#include "barograph/detect/comoments.hpp"

#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
std::vector<double> noise(std::size_t n, double offset) {
  random_draws draws(11, 0, 0);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = offset + draws.uniform();
  return x;
}
}  // namespace

TEST_CASE("covariances are those of the definition in long double") {
  for (const double offset : {0.0, 1e6, -1e9}) {
    const std::size_t n = 3001, d = 5;
    const auto x = noise(n * d, offset);
    comoments c(d);
    c.update(matrix_view::by_rows(span<const double>(x), d), {0, 1, 2, 3, 4});
    std::vector<long double> mean(d, 0);
    for (std::size_t i = 0; i < n * d; ++i) mean[i % d] += static_cast<long double>(x[i]) / n;
    for (std::size_t j = 0; j < d; ++j) {
      CHECK(c.mean(j) == Approx(static_cast<double>(mean[j])).epsilon(1e-15));
      for (std::size_t k = 0; k < d; ++k) {
        long double s = 0;
        for (std::size_t i = 0; i < n; ++i)
          s += (static_cast<long double>(x[i * d + j]) - mean[j]) *
               (static_cast<long double>(x[i * d + k]) - mean[k]);
        // variances are 1/12: the law's 1e-12 of them
        CHECK(c.covariance(j, k) == Approx(static_cast<double>(s / (n - 1))).margin(1e-12 / 12));
      }
    }
  }
}

TEST_CASE("columns are picked, in memory by columns too, and incomplete rows are counted") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> by_column = {1, 2, 3, 4, nan, nan, nan, nan, 10, 30, nan, 20};
  comoments c(2);
  c.update(matrix_view{by_column.data(), 4, 3, 1, 4}, {0, 2});
  CHECK(c.count() == 3);
  CHECK(c.incomplete() == 1);
  CHECK(c.mean(1) == 20.0);
  CHECK(c.covariance(1, 1) == Approx(100).epsilon(1e-15));
  const double infinite[] = {1e150, 2};
  c.update(matrix_view{infinite, 1, 2, 2, 1}, {0, 1});
  CHECK(c.incomplete() == 2);
}

TEST_CASE("a constant column has its value as mean and no variance") {
  std::vector<double> x(2 * 5000);
  for (std::size_t i = 0; i < 5000; ++i) {
    x[2 * i] = 0.1;
    x[2 * i + 1] = static_cast<double>(i);
  }
  comoments c(2);
  c.update(matrix_view::by_rows(span<const double>(x), 2), {0, 1});
  CHECK(c.mean(0) == 0.1);
  CHECK(c.covariance(0, 0) == 0.0);
  CHECK(c.covariance(0, 1) == 0.0);
}

TEST_CASE("too many columns are refused") {
  CHECK_THROWS_AS(comoments(0), invalid_argument);
  CHECK_THROWS_AS(comoments(4097), invalid_argument);
  comoments two(2);
  CHECK_THROWS_AS(two.merge(comoments(3)), invalid_argument);
}
