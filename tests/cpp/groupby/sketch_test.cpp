#include "barograph/groupby/sketch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.hpp"

using namespace barograph;

namespace {
using column = std::vector<double>;
using codes_of = std::vector<std::int32_t>;
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

column sketched(const column& x, const codes_of& codes, std::size_t groups, const column& qs) {
  column out(groups * qs.size(), -1);
  groupby::sketch_quantiles(x, codes, groups, qs, out);
  return out;
}
}  // namespace

TEST_CASE("ends are exact, what lies between is within 0.55 % of the sorted group") {
  column x;
  codes_of codes;
  std::vector<column> groups(5);
  std::uint32_t state = 9;
  for (int i = 0; i < 4000; ++i) {
    state = state * 1664525u + 1013904223u;
    x.push_back(std::exp(static_cast<double>(state >> 8) / 2e6));
    codes.push_back(static_cast<std::int32_t>((state >> 5) % 6) - 1);
    if (codes.back() >= 0) groups[static_cast<std::size_t>(codes.back())].push_back(x.back());
  }
  const column qs = {0, 0.5, 0.9, 0.99, 1};
  const column out = sketched(x, codes, 5, qs);
  for (std::size_t g = 0; g < 5; ++g) {
    std::sort(groups[g].begin(), groups[g].end());
    CHECK(out[g * 5] == groups[g].front());
    CHECK(out[g * 5 + 4] == groups[g].back());
    for (std::size_t i = 1; i < 4; ++i) {
      const double h = qs[i] * static_cast<double>(groups[g].size() - 1);
      const auto k = static_cast<std::size_t>(h);
      const double exact = groups[g][k] + (groups[g][k + 1] - groups[g][k]) * (h - std::floor(h));
      CHECK(std::abs(out[g * 5 + i] - exact) <= 0.0055 * exact);
    }
  }
}

TEST_CASE("any order of the rows, and merged states, give the same bits") {
  const column x = {5, 0.1, 700, 3, 3, 1e-9, 42, -7};
  const codes_of codes = {0, 1, 0, 1, 0, 1, 0, 0};
  const column qs = {0.1, 0.5, 0.77};
  const column out = sketched(x, codes, 2, qs);
  CHECK(sketched(column(x.rbegin(), x.rend()), codes_of(codes.rbegin(), codes.rend()), 2, qs) == out);
  quantile_histogram first;
  quantile_histogram second;
  for (const double v : {5.0, 700.0}) first.update(v);
  for (const double v : {3.0, 42.0, -7.0}) second.update(v);
  first.merge(second);
  for (std::size_t i = 0; i < qs.size(); ++i) CHECK(out[i] == first.quantile(qs[i]));
}

TEST_CASE("rows without a group, a number or both are left out, an empty group is NaN") {
  const double infinity = std::numeric_limits<double>::infinity();
  const column out = sketched({nan_value, 8, 1, infinity, 8}, {0, 0, -1, 0, 0}, 2, {0, 0.5, 1});
  CHECK(column(out.begin(), out.begin() + 3) == column{8, 8, 8});
  for (std::size_t i = 3; i < 6; ++i) CHECK(std::isnan(out[i]));
  CHECK(sketched({2, 2}, {}, 1, {0.5}) == column{2});
}

TEST_CASE("no rows are any number of empty groups, none among them") {
  CHECK(sketched({}, {}, 0, {0.5}).empty());
  CHECK(std::isnan(sketched({}, {}, 1, {0.5})[0]));
  CHECK(std::isnan(sketched({}, {}, 3, {0.5})[2]));
  CHECK(sketched({1}, {0}, 1, {}).empty());
  CHECK(sketched({1}, {-1}, 0, {0.5}).empty());
}

TEST_CASE("sizes, codes and quantiles that cannot be are refused, though no group be there to ask") {
  column out(1);
  const auto ask = [&](const column& x, const codes_of& codes, std::size_t groups, const column& qs) {
    groupby::sketch_quantiles(x, codes, groups, qs, out);
  };
  CHECK_THROWS_AS(ask({1}, {0, 0}, 1, {0.5}), invalid_argument);
  CHECK_THROWS_AS(ask({1}, {0}, 1, {0.5, 0.6}), invalid_argument);
  CHECK_THROWS_AS(ask({1}, {1}, 1, {0.5}), invalid_argument);
  CHECK_THROWS_AS(ask({1}, {-2}, 1, {0.5}), invalid_argument);
  CHECK_THROWS_AS(ask({1, 2}, {}, 0, {}), invalid_argument);
  CHECK_THROWS_AS(ask({1}, {0}, 1, {95.0}), invalid_argument);
  CHECK_THROWS_AS(sketched({}, {}, 0, {nan_value}), invalid_argument);
}
