#include "barograph/detect/table_distance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::table_distance;

namespace {

/// Two columns that go together, and a third by itself.
std::vector<double> table(std::size_t rows) {
  std::vector<double> x(rows * 3);
  for (std::size_t i = 0; i < rows; ++i) {
    random_draws r(1, 0, i);
    x[i * 3] = 100 * r.normal();
    x[i * 3 + 1] = x[i * 3] / 50 + 0.1 * r.normal();
    x[i * 3 + 2] = r.normal();
  }
  return x;
}

std::vector<double> scores(const table_distance& t, const std::vector<double>& x) {
  std::vector<double> near(x.size() / t.columns()), far(near.size()), squares(near.size());
  t.score(x, near, far, squares);
  for (const double q : squares) CHECK((std::isfinite(q) && q >= 0));
  for (std::size_t i = 0; i < near.size(); ++i) near[i] += far[i];
  return near;
}

}  // namespace

TEST_CASE("a row that breaks what its columns have in common scores highest, and the column is named") {
  std::vector<double> x = table(600);
  x[300 * 3] = 150;  // each value is usual by itself
  x[300 * 3 + 1] = -3;
  x[400 * 3 + 2] = 9;
  const table_distance t(x, 3);
  const auto s = scores(t, x);
  for (std::size_t i = 0; i < s.size(); ++i)
    if (i != 300 && i != 400) CHECK(s[i] < std::min(s[300], s[400]));
  std::vector<double> parts(x.size());
  t.contributions(x, parts);
  CHECK(parts[400 * 3 + 2] > 5 * (parts[400 * 3] + parts[400 * 3 + 1]));
}

TEST_CASE("scores are of the row alone: batches, units and the seed of equal draws change no bit") {
  const std::vector<double> x = table(500);
  const table_distance t(x, 3, 7), again(x, 3, 7);
  const auto all = scores(t, x);
  CHECK(all == scores(again, x));
  const std::vector<double> half(x.begin() + 300, x.begin() + 600);
  const auto part = scores(t, half);
  CHECK(std::equal(part.begin(), part.end(), all.begin() + 100));
  std::vector<double> doubled(x);
  for (double& v : doubled) v *= 1024;  // a power of two
  CHECK(scores(table_distance(doubled, 3, 7), doubled) == all);
}

TEST_CASE("of many rows some are learnt from, and every one is scored") {
  std::vector<double> x = table(20000);
  x[15001 * 3 + 2] = 12;
  const auto s = scores(table_distance(x, 3), x);
  CHECK(std::max_element(s.begin(), s.end()) - s.begin() == 15001);
}

TEST_CASE("rows known to be strange are not learnt from: a group of them is far away") {
  std::vector<double> x = table(1000), known(1000, 0.0);
  for (std::size_t i = 0; i < 200; ++i) {  // too many to be far from each other
    for (std::size_t c = 0; c < 3; ++c) x[i * 5 * 3 + c] = (c == 0 ? 400 : 8) + 0.01 * x[i * 5 * 3 + c];
    known[i * 5] = 1000;
  }
  const auto far = [&](const table_distance& t) {
    std::vector<double> near(1000), out(1000), squares(1000);
    t.score(x, near, out, squares);
    return out;
  };
  const auto blind = far(table_distance(x, 3)), told = far(table_distance(x, 3, 0, known));
  double least = 1e9, most = -1e9, worst = -1e9;
  for (std::size_t i = 0; i < 1000; ++i)
    if (i % 5 == 0) {
      least = std::min(least, told[i]);
      worst = std::max(worst, blind[i]);
    } else {
      most = std::max(most, told[i]);
    }
  CHECK(least > most);
  CHECK(worst < least);
}

TEST_CASE("a group of every tenth row is far from the nearest, though its rows lie close together") {
  std::vector<double> x = table(1000), near(1000), far(1000), squares(1000);
  for (std::size_t i = 0; i < 1000; i += 10)
    for (std::size_t c = 0; c < 3; ++c) x[i * 3 + c] = (c == 0 ? 400 : 8) + 0.01 * x[i * 3 + c];
  table_distance(x, 3).score(x, near, far, squares);
  for (std::size_t i = 0; i < 1000; ++i) {
    if (i % 10 == 0) continue;
    CHECK(near[i] < near[i / 10 * 10]);
    CHECK(far[i] < far[i / 10 * 10]);
  }
}

TEST_CASE("rows to learn from are one of each stretch, by the seed, or all") {
  const auto rows = detect::drawn_rows(1000, 100, 3);
  for (std::size_t i = 0; i < 100; ++i) CHECK(rows[i] / 10 == i);
  CHECK(rows != detect::drawn_rows(1000, 100, 4));
  CHECK(detect::drawn_rows(3, 100, 3) == std::vector<std::size_t>{0, 1, 2});
  CHECK(detect::drawn_rows(0, 100, 3).empty());
}

TEST_CASE("missing, constant, mostly zero and extreme columns give finite scores") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  std::vector<double> x(200 * 5);
  for (std::size_t i = 0; i < 200; ++i) {
    x[i * 5] = nan;
    x[i * 5 + 1] = 3;
    x[i * 5 + 2] = i % 20 == 0 ? 1 : 0;
    x[i * 5 + 3] = i % 2 == 0 ? 1.7e308 : -1.7e308;
    x[i * 5 + 4] = i == 5 ? inf : static_cast<double>(i);
  }
  for (const double s : scores(table_distance(x, 5), x)) CHECK(std::isfinite(s));
  for (const std::size_t rows : {1u, 2u, 7u, 9u}) {
    const std::vector<double> few(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(rows * 5));
    for (const double s : scores(table_distance(few, 5), few)) CHECK(std::isfinite(s));
  }
}

TEST_CASE("what is no table is refused") {
  const std::vector<double> x(7);
  CHECK_THROWS_AS(table_distance(x, 3), invalid_argument);
  CHECK_THROWS_AS(table_distance(x, 0), invalid_argument);
  CHECK_THROWS_AS(table_distance({}, 3), invalid_argument);
  const table_distance t(std::vector<double>(6), 3);
  std::vector<double> out(1);
  CHECK_THROWS_AS(t.score(x, out, out, out), invalid_argument);
  CHECK_THROWS_AS(table_distance(std::vector<double>(6), 3, 0, std::vector<double>(3)), invalid_argument);
  CHECK_THROWS_AS(t.contributions(x, out), invalid_argument);
}

TEST_CASE("a standard scale leaves out the twentieth that is farthest") {
  std::vector<double> v(100);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = i < 95 ? static_cast<double>(i % 5) : 1e9;
  const auto s = detect::standard_scale::of(v);
  CHECK(s.mean == 2.0);
  CHECK(s.spread == Approx(std::sqrt(2.0)));
  CHECK(s.standard(2.0) == 0.0);
  CHECK(detect::standard_scale::of({3.0, 3.0}).spread == 1.0);
  CHECK(detect::standard_scale::of({}).mean == 0.0);
}

TEST_CASE("scaled columns have a median of 0 and a spread of about 1, and what is missing stays so") {
  std::vector<double> x;
  for (std::size_t i = 0; i < 301; ++i) {
    x.push_back(1e6 + 1e3 * (static_cast<double>(i) - 150) / 111);  // quarters lie 1.349 spreads apart
    x.push_back(i == 7 ? std::numeric_limits<double>::quiet_NaN() : 5.0);
  }
  std::vector<double> out(x.size());
  const detect::table_distance t(x, 2);
  t.scaled(x, out);
  CHECK(out[2 * 150] == Approx(0.0).margin(1e-9));
  CHECK(out[2 * 261] == Approx(0.8814).margin(0.01));  // asinh 1
  CHECK(std::isnan(out[2 * 7 + 1]));
  CHECK(out[1] == 0.0);
  CHECK_THROWS_AS(t.scaled(x, span<double>(out.data(), 4)), invalid_argument);
}

TEST_CASE("columns that are mostly one value have no part in the square, and one that was one value has") {
  std::vector<double> x(400 * 3);
  for (std::size_t i = 0; i < 400; ++i) {
    random_draws r(9, 0, i);
    x[i * 3] = r.normal();
    x[i * 3 + 1] = i % 40 == 0 ? 1.0 : 0.0;
    x[i * 3 + 2] = 7.0;
  }
  const std::vector<double> rows{0.5, 0, 7, 0.5, 1, 7, 0.5, 0, 20};
  std::vector<double> near(3), far(3), square(3);
  table_distance(x, 3).score(rows, near, far, square);
  CHECK(square[1] == square[0]);
  CHECK(square[2] > square[0] + 100);
}
