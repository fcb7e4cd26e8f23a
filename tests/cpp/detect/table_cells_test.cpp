#include "barograph/detect/table_cells.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::table_cells;

namespace {

/// By columns: normal; the ratio of two; its exponential; mostly zero.
std::vector<double> table(std::size_t rows) {
  std::vector<double> x(rows * 4);
  for (std::size_t i = 0; i < rows; ++i) {
    random_draws r(3, 0, i);
    x[i * 4] = 1000 + r.normal();
    x[i * 4 + 1] = r.normal() / r.normal();
    x[i * 4 + 2] = std::exp(r.normal());
    x[i * 4 + 3] = r.below(10) == 0 ? r.normal() : 0.0;
  }
  return x;
}

std::vector<double> evidence(const std::vector<double>& learnt, const std::vector<double>& x) {
  std::vector<double> out(x.size());
  table_cells(learnt, 4).evidence(x, out);
  return out;
}

}  // namespace

TEST_CASE("a cell is as unlikely as its own column makes it, on either side") {
  const std::vector<double> x = table(1000);
  const auto of = evidence(x, {1008, 8, 8, 8, 992, -8, -8, -8, 1000, 0, 1, 0, 1001, 0, 2, 0});
  CHECK(of[0] > 5);  // eight standard deviations
  CHECK(of[4] > 5);
  CHECK(of[1] < 2);  // a Cauchy distribution goes there
  CHECK(of[5] < 2);
  CHECK(of[2] < 4);
  CHECK(of[6] > 6);  // on this side it ends
  CHECK(of[3] > 5);  // eight of one in ten that are not 0
  CHECK(of[7] > 4);
  for (const std::size_t i : {8u, 9u, 10u, 11u, 12u, 13u, 14u, 15u}) CHECK(of[i] < 1);
}

TEST_CASE("of flags and rare counts a cell far from all others is unlikely, and another of the same is not") {
  std::vector<double> x(600 * 4);
  for (std::size_t i = 0; i < 600; ++i) {
    random_draws r(5, 0, i);
    x[i * 4] = i % 50 == 7 ? 1 : 0;
    x[i * 4 + 1] = r.below(20) == 0 ? 1.0 + (r.below(20) == 0 ? 1 : 0) : 0.0;
    x[i * 4 + 2] = i % 150 == 7 ? 3 : 2;
    x[i * 4 + 3] = i % 100 == 7 ? -r.uniform() : 0.0;
  }
  const auto of = evidence(x, {20, 20, 20, -20, 1e9, 1e9, 1e9, -1e9, 1, 1, 3, -1, 1, 2, 3, -0.5});
  for (std::size_t i = 0; i < 4; ++i) CHECK(of[i] > 3);
  for (std::size_t i = 4; i < 8; ++i) CHECK(of[i] > 6);
  for (std::size_t i = 8; i < 16; ++i) CHECK(of[i] < 3);
  x[300 * 4] = 1e9;  // itself among what is learnt
  CHECK(evidence(x, x)[300 * 4] > 6);
}

TEST_CASE("what is looked for does not set the tail it is judged by, and farther is no less") {
  std::vector<double> x = table(1000);
  for (std::size_t i = 0; i < 10; ++i) x[i * 100 * 4] = 1009;
  CHECK(evidence(x, x)[0] > 3);
  double before = 0.0;
  for (double off = 0.0; off < 1e9; off = off * 1.5 + 0.01) {
    const double now = evidence(x, {1000 + off, 0, 0, 0})[0];
    CHECK(now >= before - 1e-9);
    before = now;
  }
}

TEST_CASE("of quiet tables of any columns few cells are unlikely") {
  const std::vector<double> x = table(5000);
  std::size_t beyond = 0;
  for (const double e : evidence(x, x)) beyond += e > 4;  // one in ten thousand of 20,000 cells
  CHECK(beyond <= 4);
}

TEST_CASE("cells that are missing, columns of few values and of none say nothing") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  std::vector<double> x(400);
  for (std::size_t i = 0; i < 100; ++i) {
    x[i * 4] = nan;
    x[i * 4 + 1] = 7;
    x[i * 4 + 2] = i % 2 == 0 ? 1.7e308 : -1.7e308;
    x[i * 4 + 3] = i == 0 ? 1e9 : i % 10 == 0 ? inf : 1.0;
  }
  for (const double e : evidence(x, x)) CHECK(e == 0.0);
  CHECK(evidence({}, {1, 2, 3, 4}) == std::vector<double>(4));
  CHECK(evidence({1, 2, 3, 4}, {1, 2, 3, 9}) == std::vector<double>(4));
  CHECK_THROWS_AS(table_cells(std::vector<double>(7), 4), invalid_argument);
  CHECK_THROWS_AS(table_cells({}, 0), invalid_argument);
  std::vector<double> out(3);
  CHECK_THROWS_AS(table_cells(x, 4).evidence(x, out), invalid_argument);
}
