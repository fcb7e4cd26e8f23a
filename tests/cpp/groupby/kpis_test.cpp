#include "barograph/groupby/kpis.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "barograph/core/executor.hpp"
#include "barograph/groupby/quantiles.hpp"
#include "barograph/groupby/sketch.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

double sorted_quantile(std::vector<double> x, double q) {
  if (x.empty()) return missing;
  std::sort(x.begin(), x.end());
  const double h = q * static_cast<double>(x.size() - 1);
  const auto k = static_cast<std::size_t>(h);
  const double t = h - static_cast<double>(k);
  return t == 0.0 ? x[k] : x[k] + (x[k + 1] - x[k]) * t;
}

bool same(double a, double b) { return a == b || (a != a && b != b); }
}  // namespace

TEST_CASE("figures of a small log, computed by hand") {
  const std::vector<double> latency = {50, 100, 150, 400, 401, missing, missing, 10};
  const std::vector<unsigned char> errors = {0, 0, 0, 0, 0, 0, 1, 1};
  const std::vector<std::int32_t> codes = {1, 1, 1, 1, 1, 1, 1, 1};
  groupby::kpi_options options;
  options.quantiles = {0.5};
  options.satisfied = 100;
  options.tolerating = 400;
  const auto t = groupby::kpis<double>(latency, errors, codes, 8, 2, options);
  CHECK(t.requests == std::vector<std::int64_t>{0, 8});
  CHECK(t.errors == std::vector<std::int64_t>{0, 2});
  CHECK(t.latencies == std::vector<std::int64_t>{0, 6});
  CHECK(t.samples == std::vector<std::int64_t>{0, 7});  // all but the missing latency without an error
  CHECK(t.satisfied == std::vector<std::int64_t>{0, 2});
  CHECK(t.tolerating == std::vector<std::int64_t>{0, 2});
  CHECK(t.sum[1] == 1111);
  CHECK(t.quantiles[1] == 125);
  CHECK(t.minimum[1] == 10);
  CHECK(t.maximum[1] == 401);
  CHECK(std::isnan(t.mean[0]));
  CHECK(std::isnan(t.quantiles[0]));
}

TEST_CASE("counting and distributing give the quantiles of the sorted groups") {
  std::mt19937_64 random(7);
  const std::vector<double> qs = {0.99, 0.0, 0.5, 1.0, 0.123};
  for (const std::size_t groups : {std::size_t{1}, std::size_t{20}, std::size_t{3000}}) {
    const std::size_t n = 5000;
    std::vector<double> x(n);
    std::vector<std::int32_t> codes(n);
    std::vector<std::vector<double>> by(groups);
    std::lognormal_distribution<double> latency(4, 1.5);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = i % 50 == 0 ? missing : i % 7 == 0 ? -latency(random) : latency(random);
      codes[i] = static_cast<std::int32_t>(random() % (groups + 1)) - 1;
      if (codes[i] >= 0 && x[i] == x[i]) by[static_cast<std::size_t>(codes[i])].push_back(x[i]);
    }
    std::vector<double> out(groups * qs.size());
    groupby::quantiles<double>(x, codes, groups, qs, out);
    bool all = true;
    for (std::size_t g = 0; g < groups; ++g)
      for (std::size_t i = 0; i < qs.size(); ++i)
        all = all && same(out[g * qs.size() + i], sorted_quantile(by[g], qs[i]));
    CHECK(all);
  }
}

TEST_CASE("the combiner is a choice") {
  const std::vector<double> x = {1, 2};
  std::vector<double> out(1);
  groupby::quantiles<double>(x, {}, 1, std::vector<double>{0.25}, out, combiner::midpoint);
  CHECK(out[0] == 1.5);
  groupby::quantiles<double>(x, {}, 1, std::vector<double>{0.25}, out, combiner::numpy_linear);
  CHECK(out[0] == 1.25);
}

TEST_CASE("infinities are values, both make the mean undefined") {
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (const std::size_t groups : {std::size_t{1}, std::size_t{1000}}) {
    const std::vector<double> x = {inf, 1, 2};
    const std::vector<std::int32_t> codes = {0, 0, 0};
    CHECK(groupby::kpis<double>(x, {}, codes, 3, groups).mean[0] == inf);
    const std::vector<double> y = {inf, 1, -inf};
    CHECK(std::isnan(groupby::kpis<double>(y, {}, codes, 3, groups).mean[0]));
  }
}

TEST_CASE("what cannot be is named") {
  const std::vector<double> x = {1, 2, 3};
  const std::vector<std::int32_t> codes = {0, 5, 0};
  CHECK_THROWS_WITH(groupby::kpis<double>(x, {}, codes, 3, 2), Catch::Contains("given 5 in row 1"));
  const std::vector<std::int32_t> negative = {0, -2, 0};
  CHECK_THROWS_WITH(groupby::kpis<double>(x, {}, negative, 3, 2), Catch::Contains("given -2 in row 1"));
  const std::vector<unsigned char> errors = {0, 1};
  CHECK_THROWS_WITH(groupby::kpis<double>(x, errors, {}, 3, 1), Catch::Contains("errors: given 2 rows"));
  CHECK_THROWS_WITH(groupby::kpis<double>(x, {}, {}, 3, 2), Catch::Contains("expected 1 without codes"));
  groupby::kpi_options options;
  options.quantiles = {1.5};
  CHECK_THROWS_WITH(groupby::kpis<double>(x, {}, {}, 3, 1, options), Catch::Contains("from 0 to 1"));
}

TEST_CASE("threads change no bit") {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> latency(5, 1);
  const std::size_t n = 100000;
  std::vector<double> x(n);
  std::vector<std::int32_t> codes(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = latency(random);
    codes[i] = static_cast<std::int32_t>(random() % 30000) - 1;
  }
  for (const std::size_t groups : {std::size_t{30000}, std::size_t{40}}) {
    for (std::int32_t& c : codes) c %= static_cast<std::int32_t>(groups);
    const auto one = groupby::kpis<double>(x, {}, codes, n, groups);
    const auto three = groupby::kpis<double>(x, {}, codes, n, groups, {}, thread_executor(3));
    CHECK(one.requests == three.requests);
    bool all = true;
    for (std::size_t i = 0; i < one.quantiles.size(); ++i)
      all = all && same(one.quantiles[i], three.quantiles[i]);
    for (std::size_t i = 0; i < groups; ++i) all = all && same(one.sum[i], three.sum[i]);
    CHECK(all);
  }
}

TEST_CASE("sketched quantiles are those of one histogram a group") {
  const std::vector<double> x = {1, 10, 100, 7, 3};
  const std::vector<std::int32_t> codes = {1, 1, 1, -1, 0};
  std::vector<double> out(4);
  groupby::sketch_quantiles(x, codes, 2, std::vector<double>{0.5, 1.0}, out);
  quantile_histogram h;
  for (const double v : {1.0, 10.0, 100.0}) h.update(v);
  CHECK(out[2] == h.quantile(0.5));
  CHECK(out[3] == h.quantile(1.0));
}

TEST_CASE("a mean of values whose sum is beyond the doubles is finite") {
  const double most = std::numeric_limits<double>::max();
  const std::vector<double> x = {most, most, most, -1e308, -1e308, -1e308, -1e308};
  const std::vector<std::int32_t> codes = {0, 0, 0, 1, 1, 1, 1};
  for (const std::size_t groups : {std::size_t{2}, std::size_t{100000}}) {  // both ways through the rows
    const groupby::kpi_table t =
        groupby::kpis(span<const double>(x), {}, span<const std::int32_t>(codes), x.size(), groups);
    CHECK(t.mean[0] == most);
    CHECK(t.mean[1] == -1e308);
    CHECK(t.sum[0] == std::numeric_limits<double>::infinity());
  }
}
