#include "barograph/stats/from_buckets.hpp"

#include <cmath>
#include <random>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
const double infinity = std::numeric_limits<double>::infinity();

bucketed_histogram prometheus(const std::vector<double>& le, const std::vector<std::uint64_t>& cumulative) {
  return from_buckets::prometheus(span<const double>(le), span<const std::uint64_t>(cumulative));
}

/// The cumulative counts of values at bounds.
std::vector<std::uint64_t> counted(const std::vector<double>& values, const std::vector<double>& le) {
  std::vector<std::uint64_t> r(le.size());
  for (const double v : values)
    for (std::size_t i = 0; i < le.size(); ++i) r[i] += v <= le[i] ? 1 : 0;
  return r;
}
const std::vector<double> defaults = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, infinity};
}  // namespace

TEST_CASE("counts at the bounds of Prometheus stay exact, through merges too") {
  std::mt19937_64 random(3);
  std::vector<double> values;
  for (int i = 0; i < 5000; ++i)
    values.push_back(std::exp(static_cast<double>(random() >> 11) * 0x1p-53 * 9 - 6));
  const auto cumulative = counted(values, defaults);
  const bucketed_histogram b = prometheus(defaults, cumulative);
  CHECK_FALSE(b.exact);
  CHECK(b.open == cumulative[11] - cumulative[10]);
  CHECK(b.spread == cumulative[10]);
  CHECK(b.relative_error == infinity);
  CHECK(b.histogram.count() == 5000);
  CHECK(b.histogram.scale() == 6);
  quantile_histogram twice = b.histogram;
  twice.merge(b.histogram);
  for (std::size_t i = 0; i < 11; ++i) {
    CHECK(b.histogram.pinned_count(defaults[i]) == cumulative[i]);
    CHECK(twice.pinned_count(defaults[i]) == 2 * cumulative[i]);
  }
  CHECK(quantile_histogram::from_bytes(b.histogram.to_bytes()) == b.histogram);
  // A quantile lies in the bucket that its order statistic lies in, up to one of our buckets.
  std::sort(values.begin(), values.end());
  for (const double q : {0.01, 0.2, 0.5, 0.9, 0.95}) {
    const double truth = values[static_cast<std::size_t>(q * 4999)];
    std::size_t i = 0;
    while (truth > defaults[i]) ++i;
    if (i == 11) continue;
    CHECK(b.histogram.quantile(q) <= defaults[i] * 1.02);
    CHECK(b.histogram.quantile(q) >= (i == 0 ? 0 : defaults[i - 1]) / 1.02);
  }
}

TEST_CASE("values between two bounds are taken to lie evenly, as histogram_quantile does") {
  const auto b = prometheus({100, 200}, {0, 1000});
  for (const double q : {0.1, 0.25, 0.5, 0.75, 0.9})
    CHECK(b.histogram.quantile(q) == Approx(100 + 100 * q).epsilon(0.012));
  CHECK(b.relative_error == Approx(1).epsilon(0.02));
  CHECK(b.open == 0);
}

TEST_CASE("bounds that are ours lose nothing") {
  std::vector<double> le;
  for (std::int32_t i = -3; i < 10; ++i) le.push_back(detail::lower_bound(i, 6));
  std::vector<std::uint64_t> cumulative;
  for (std::size_t i = 0; i < le.size(); ++i) cumulative.push_back(i * i);
  const auto b = prometheus(le, cumulative);
  CHECK(b.exact);
  CHECK(b.spread == 0);
  CHECK(b.relative_error == b.histogram.relative_error());
  const auto buckets = b.histogram.buckets();
  REQUIRE(buckets.size() == 12);
  CHECK(buckets[11].upper == le[12]);
  CHECK(buckets[11].count == 144 - 121);
}

TEST_CASE("negative bounds, zero and a range over many octaves keep the counts at every bound") {
  std::mt19937_64 random(11);
  const std::vector<double> pool = {-1e300, -1e9, -20, -3,   -1, -1e-3, -5e-324, 0,      5e-324,
                                    1e-310, 1e-9, 0.5, 0.75, 3,  1e6,   1e250,   1.7e308};
  for (int round = 0; round < 300; ++round) {
    std::vector<double> le;
    std::vector<std::uint64_t> cumulative;
    std::uint64_t n = 0;
    for (const double bound : pool)
      if (random() % 3 == 0) {
        le.push_back(bound);
        cumulative.push_back(n += random() % 2 == 0 ? 0 : random() % 1000);
      }
    if (random() % 2 == 0) {
      le.push_back(infinity);
      cumulative.push_back(n += random() % 5);
    }
    if (le.empty() || !std::isfinite(le[0])) continue;
    const auto b = prometheus(le, cumulative);
    REQUIRE(b.histogram.count() == n);
    for (std::size_t i = 0; i < le.size(); ++i)
      if (std::isfinite(le[i])) REQUIRE(b.histogram.count_bounds(le[i]).at_least == cumulative[i]);
    REQUIRE(quantile_histogram::from_bytes(b.histogram.to_bytes()) == b.histogram);
    REQUIRE(b.spread + b.open <= n);
  }
}

TEST_CASE("what is no histogram of Prometheus is refused by name") {
  CHECK_THROWS_WITH(prometheus({1, 2}, {1}), Catch::Contains("cumulative: 1 counts"));
  CHECK_THROWS_WITH(prometheus({2, 1}, {1, 1}), Catch::Contains("le: 1"));
  CHECK_THROWS_WITH(prometheus({1, std::nan("")}, {1, 1}), Catch::Contains("le: nan"));
  CHECK_THROWS_WITH(prometheus({1, 2}, {2, 1}), Catch::Contains("never fall"));
  CHECK_THROWS_WITH(prometheus({infinity}, {2}), Catch::Contains("no finite bound"));
  CHECK_THROWS_WITH(prometheus({-infinity, 3}, {2, 3}), Catch::Contains("le: -inf"));
  CHECK_THROWS_WITH(prometheus({}, {}), Catch::Contains("no finite bound"));
}

TEST_CASE("values with counts are that many values") {
  const double values[] = {1.5, -2, 0, 1e9};
  const std::int64_t counts[] = {3, 1, 0, 2};
  const auto b = from_buckets::values(values, counts, 0.001);
  quantile_histogram expected;
  expected.update(1.5, 3);
  expected.update(-2);
  expected.update(1e9, 2);
  CHECK(b.histogram == expected);
  CHECK_FALSE(b.exact);
  CHECK(b.relative_error > 0.0064);
  CHECK(b.relative_error < 0.0066);
  CHECK(from_buckets::values(values, counts).exact);
  CHECK_THROWS_WITH(from_buckets::values(values, counts, 1.0), Catch::Contains("precision"));
  const std::int64_t negative[] = {3, -1, 0, 2};
  CHECK_THROWS_WITH(from_buckets::values(values, negative), Catch::Contains("n: -1"));
  CHECK_THROWS_WITH(from_buckets::values(values, span<const std::int64_t>(counts, 3)),
                    Catch::Contains("as many"));
}

TEST_CASE("OTLP's exponential histogram is the histogram of its values at its scale") {
  // Values of 0.001 to 1000 at scale 3, counted as the specification says.
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.push_back(0.001 * std::pow(1e6, i / 999.0));
  quantile_histogram expected(3);
  expected.update(span<const double>(values));
  std::vector<std::uint64_t> counts;
  for (const double v : values) {
    const auto i = static_cast<std::size_t>((detail::finest_index(v) >> 3) + 100);
    if (counts.size() <= i) counts.resize(i + 1);
    ++counts[i];
  }
  exponential_counts point;
  point.scale = 3;
  point.positive_offset = -100;
  point.positive = counts;
  point.min = values.front();
  point.max = values.back();
  const auto b = from_buckets::otlp(point);
  CHECK(b.histogram == expected);
  CHECK(b.exact);
  CHECK(b.relative_error == expected.relative_error());
}
