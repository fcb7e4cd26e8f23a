#include "barograph/groupby/quantiles.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
using column = std::vector<double>;
using codes_of = std::vector<std::int32_t>;
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

column quantiles_of(const column& x, const codes_of& codes, std::size_t groups, const column& qs,
                    combiner rule = combiner::pandas_linear) {
  column out(groups * qs.size(), -1);
  groupby::quantiles<double>(x, codes, groups, qs, out, rule);
  return out;
}
}  // namespace

TEST_CASE("small groups by hand, quantiles in the order asked for") {
  const column x = {4, 10, 1, 3, 30, 2, 99};
  const codes_of codes = {0, 2, 0, 0, 2, 0, -1};
  const column out = quantiles_of(x, codes, 3, {1, 0.5, 0});
  CHECK(column(out.begin(), out.begin() + 3) == column{4, 2.5, 1});
  for (std::size_t i = 3; i < 6; ++i) CHECK(std::isnan(out[i]));  // group 1 has no row
  CHECK(column(out.begin() + 6, out.end()) == column{30, 20, 10});
  CHECK(quantiles_of({7, 3}, {}, 1, {0.25}) == column{4});
}

TEST_CASE("NaN is left out, infinities are values, -0.0 stands below 0.0") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(quantiles_of({nan_value, 5, nan_value, 1}, {}, 1, {0.5}) == column{3});
  CHECK(std::isnan(quantiles_of({nan_value}, {}, 1, {0.5})[0]));
  CHECK(quantiles_of({infinity, 1, -infinity}, {}, 1, {0, 0.5, 1}) == column{-infinity, 1, infinity});
  const column zeros = quantiles_of({0.0, -0.0}, {}, 1, {0, 1});
  CHECK(std::signbit(zeros[0]));
  CHECK_FALSE(std::signbit(zeros[1]));
}

TEST_CASE("nothing to group, nothing to ask for") {
  CHECK(quantiles_of({}, {}, 0, {0.5}).empty());
  CHECK(quantiles_of({1}, {0}, 1, {}).empty());
  CHECK(std::isnan(quantiles_of({}, {}, 2, {0.5})[1]));
}

TEST_CASE("quantiles are those of sorting each group, with every combiner and width") {
  const std::size_t n = 3000;
  column x(n);
  std::vector<float> narrow(n);
  codes_of codes(n);
  std::vector<column> groups(7);
  std::uint32_t state = 5;
  for (std::size_t i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    narrow[i] = static_cast<float>(state >> 12) / 1000.0f - 300.0f;
    x[i] = static_cast<double>(narrow[i]);
    codes[i] = static_cast<std::int32_t>((state >> 8) % 8) - 1;
    if (codes[i] >= 0) groups[static_cast<std::size_t>(codes[i])].push_back(x[i]);
  }
  const column qs = {0.5, 0.95, 0.001, 1.0};
  for (const combiner rule : {combiner::pandas_linear, combiner::numpy_linear, combiner::midpoint}) {
    const column out = quantiles_of(x, codes, 7, qs, rule);
    column out_narrow(out.size());
    groupby::quantiles<float>(narrow, codes, 7, qs, out_narrow, rule);
    for (std::size_t g = 0; g < 7; ++g) {
      std::sort(groups[g].begin(), groups[g].end());
      for (std::size_t i = 0; i < qs.size(); ++i) {
        const double h = qs[i] * static_cast<double>(groups[g].size() - 1);
        const auto k = static_cast<std::size_t>(h);
        const double a = groups[g][k];
        const double b = groups[g][std::min(k + 1, groups[g].size() - 1)];
        REQUIRE(out[g * qs.size() + i] == combine(rule, a, b, h - std::floor(h)));
        REQUIRE(out_narrow[g * qs.size() + i] == out[g * qs.size() + i]);
      }
    }
  }
}

TEST_CASE("sizes, codes and quantiles that cannot be are refused") {
  column out(2);
  const column x = {1, 2};
  const auto ask = [&](const codes_of& codes, std::size_t groups, const column& qs) {
    groupby::quantiles<double>(x, codes, groups, qs, out);
  };
  CHECK_THROWS_AS(ask({0, 0}, 1, {0.5}), invalid_argument);  // out has room for two
  CHECK_THROWS_AS(ask({0}, 2, {0.5}), invalid_argument);
  CHECK_THROWS_AS(ask({0, 2}, 2, {0.5}), invalid_argument);
  CHECK_THROWS_AS(ask({0, -2}, 2, {0.5}), invalid_argument);
  CHECK_THROWS_AS(ask({0, 1}, 2, {1.5}), invalid_argument);
  CHECK_THROWS_AS(ask({0, 1}, 2, {nan_value}), invalid_argument);
  CHECK_THROWS_AS(ask({}, 2, {0.5}), invalid_argument);
}
