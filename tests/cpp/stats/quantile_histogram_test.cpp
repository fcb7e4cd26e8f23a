#include "barograph/stats/quantile_histogram.hpp"

#include <algorithm>
#include <random>

#include "catch.hpp"

using namespace barograph;

namespace {
quantile_histogram of(const std::vector<double>& values, int scale = 6) {
  quantile_histogram h(scale);
  h.update(span<const double>(values));
  return h;
}
std::vector<double> up_to(int n) {
  std::vector<double> v;
  for (int i = 1; i <= n; ++i) v.push_back(i);
  return v;
}
}  // namespace

TEST_CASE("upper bounds are inclusive") {
  const auto buckets = of({1.0, 2.0, 4.0}, 0).buckets();
  REQUIRE(buckets.size() == 3);
  CHECK(buckets[0].lower == 0.5);
  CHECK(buckets[0].upper == 1.0);
  CHECK(buckets[2].lower == 2.0);
  CHECK(buckets[2].upper == 4.0);
}

TEST_CASE("a bound holds its own value and not the next double, at every scale and every edge") {
  const double inf = std::numeric_limits<double>::infinity();
  bool holds = true;
  for (int scale = -11; scale <= 6; ++scale) {
    const std::int32_t first = (-1074 * 64) >> (6 - scale);
    const std::int32_t last = (1023 * 64 + 63) >> (6 - scale);
    for (std::int32_t i = first; i < last; ++i) {
      const double bound = detail::upper_bound(i, scale);
      if (bound == 0) continue;
      const auto index = [scale](double x) { return detail::finest_index(x) >> (6 - scale); };
      holds = holds && index(bound) <= i && index(std::nextafter(bound, inf)) > i &&
              (index(bound) == i || detail::lower_bound(i, scale) == bound);  // among the subnormals
    }
  }
  CHECK(holds);
}

TEST_CASE("quantiles are within the relative error of numpy's linear ones") {
  std::mt19937_64 random(1);
  std::vector<double> v;
  for (int i = 0; i < 20001; ++i)
    v.push_back(std::exp(static_cast<double>(random() >> 11) * 0x1p-53 * 12 - 4));
  const quantile_histogram h = of(v);
  std::sort(v.begin(), v.end());
  double before = 0;
  for (int i = 0; i <= 1000; ++i) {
    const double q = i / 1000.0;
    const double exact = v[static_cast<std::size_t>(i) * 20];
    CHECK(std::fabs(h.quantile(q) - exact) <= h.relative_error() * exact * (1 + 1e-12));
    CHECK(h.quantile(q) >= before);
    before = h.quantile(q);
  }
  CHECK(h.relative_error() < 0.0055);
  CHECK(h.quantile(0) == v.front());
  CHECK(h.quantile(1) == v.back());
}

TEST_CASE("negative values, zeros and positive values keep their order") {
  const quantile_histogram h = of({-100.0, -1.0, 0.0, 0.0, 1.0, 100.0, -100.0});
  CHECK(h.quantile(0) == -100.0);
  CHECK(h.quantile(0.5) == 0.0);
  CHECK(h.quantile(1.0 / 3) == Approx(-1.0).epsilon(0.0055));
  CHECK(h.zero_count() == 2);
  const auto b = h.buckets();
  REQUIRE(b.size() == 5);
  CHECK(b[0].count == 2);
  CHECK(b[0].lower <= -100.0);
  CHECK(b[0].upper > -100.0);
  CHECK(b[1].lower == -1.0);
}

TEST_CASE("an empty histogram has no quantile") {
  CHECK(std::isnan(quantile_histogram().quantile(0.5)));
  CHECK(std::isnan(quantile_histogram().min()));
  CHECK_THROWS_AS(quantile_histogram().quantile(1.5), invalid_argument);
  CHECK_THROWS_AS(quantile_histogram().quantile(std::nan("")), invalid_argument);
}

TEST_CASE("one microsecond to one hour fits scale 6, the whole range of doubles ends at scale 0") {
  CHECK(of({1e-6, 3600.0}).scale() == 6);
  CHECK(of({5e-324, std::numeric_limits<double>::max()}).scale() == 0);
  quantile_histogram tiny(6, {}, 2);
  for (const double x : {5e-324, 1.0, 1e300}) tiny.update(x);
  CHECK(tiny.scale() == -11);
  CHECK(tiny.count() == 3);
}

TEST_CASE("the scale is the same whatever the order of the values") {
  std::vector<double> v = {1e-9, 1e9, 3.0, 1e-30, 7e8, 1e40};
  std::sort(v.begin(), v.end());
  const quantile_histogram sorted = of(v);
  do {
    quantile_histogram h;
    for (const double x : v) h.update(x);
    REQUIRE(h == sorted);
  } while (std::next_permutation(v.begin(), v.end()));
}

TEST_CASE("pinned bounds count exactly, merged or not") {
  const std::vector<double> v = up_to(1000);
  quantile_histogram h(6, {500.0, 100.5, 500.0});
  h.update(span<const double>(v));
  CHECK(h.pinned() == std::vector<double>{100.5, 500.0});
  CHECK(h.pinned_count(500.0) == 500);
  CHECK(h.pinned_count(100.5) == 100);
  quantile_histogram other(6, {500.0});
  other.update(2.0, 7);
  h.merge(other);
  CHECK(h.pinned_count(500.0) == 507);
  CHECK_THROWS_AS(h.pinned_count(100.5), invalid_argument);
  quantile_histogram start;  // without values: takes no bound away
  start.merge(h);
  CHECK(start.pinned_count(500.0) == 507);
  CHECK(start == h);
}

TEST_CASE("counts up to a bound are certain at bounds of buckets and bracket the truth elsewhere") {
  const quantile_histogram h = of(up_to(1000));
  for (double x = 0.25; x < 1100; x += 0.75) {
    const auto truth = static_cast<std::uint64_t>(std::min(1000.0, std::floor(x)));
    const auto c = h.count_bounds(x);
    CHECK(c.at_least <= truth);
    CHECK(c.at_most >= truth);
    CHECK(h.count_at_most(x) >= c.at_least);
    CHECK(h.count_at_most(x) <= c.at_most);
  }
  CHECK(h.count_bounds(512.0).at_least == 512);
  CHECK(h.count_bounds(512.0).at_most == 512);
}

TEST_CASE("unequal zero thresholds merge the same in every order") {
  quantile_histogram a;
  quantile_histogram b(6, {}, 64, 1e-3);
  quantile_histogram c(4);
  for (const double x : {1e-9, 0.99e-3, 1e-3, 1.001e-3, -1.0005e-3, 5.0}) {
    a.update(x);
    b.update(x);
  }
  for (const double x : {1e3, -1e7, 2e-3}) c.update(x);
  const auto merged = [](quantile_histogram x, const quantile_histogram& y) {
    x.merge(y);
    return x;
  };
  const quantile_histogram left = merged(merged(a, b), c);
  CHECK(merged(a, merged(b, c)) == left);
  CHECK(merged(merged(a, c), b) == left);
  CHECK(merged(merged(c, b), a) == left);
  CHECK(left.zero_threshold() == 1e-3);
  CHECK(left.count() == 15);
  CHECK(quantile_histogram::from_bytes(left.to_bytes()) == left);
}

TEST_CASE("subtraction leaves the rest, with bounds known to a bucket") {
  quantile_histogram h = of({1.0, 5.0, 5.0, 900.0});
  h.subtract(of({1.0, 5.0}));
  CHECK(h.count() == 2);
  CHECK_FALSE(h.extremes_known());
  CHECK(h.min() < 5.0);
  CHECK(h.min() > 4.9);
  CHECK(h.max() >= 900.0);
  CHECK(h.max() < 910.0);
  const quantile_histogram before = h;
  CHECK_THROWS_AS(h.subtract(of({5.0, 5.0})), invalid_argument);
  CHECK(h == before);
  h.subtract(of({5.0, 900.0}));
  CHECK(h == quantile_histogram());
}

TEST_CASE("the interval of a quantile holds what the ranks of a binomial law say") {
  // scipy.stats.binom(1000, .99): the largest l with cdf(l - 1) <= .025, the smallest u with
  // sf(u - 1) <= .025.
  const rank_interval r = quantile_ranks(1000, 0.99);
  CHECK(r.lower == 983);
  CHECK(r.upper == 997);
  const interval i = of(up_to(1000)).quantile_interval(0.99);
  CHECK(i.lower <= 983);
  CHECK(i.lower > 983 * 0.98);
  CHECK(i.upper >= 997);
  CHECK(i.upper <= 1000);
  // Twenty values cannot bound the 99th percentile from above.
  CHECK(of(up_to(20)).quantile_interval(0.99).upper == std::numeric_limits<double>::infinity());
}

TEST_CASE("a configuration out of range is refused by name") {
  CHECK_THROWS_WITH(quantile_histogram(7), Catch::Contains("scale"));
  CHECK_THROWS_WITH(quantile_histogram(6, {}, 1), Catch::Contains("budget"));
  CHECK_THROWS_WITH(quantile_histogram(6, {}, 4096, -1.0), Catch::Contains("zero_threshold"));
  CHECK_THROWS_WITH(quantile_histogram(6, {std::nan("")}), Catch::Contains("pinned"));
}

TEST_CASE("no bound of a bucket is a negative zero") {
  quantile_histogram h;
  h.update(0.0);
  h.update(-5e-324);
  for (const auto& b : h.buckets()) {
    if (b.lower == 0) CHECK_FALSE(std::signbit(b.lower));
    if (b.upper == 0) CHECK_FALSE(std::signbit(b.upper));
  }
}

TEST_CASE("too many pinned bounds are refused at once, equal ones count once") {
  std::vector<double> bounds(500000);
  for (std::size_t i = 0; i < bounds.size(); ++i) bounds[i] = static_cast<double>(i % 1000);
  CHECK(quantile_histogram(6, span<const double>(bounds)).pinned().size() == 1000);
  bounds.push_back(5000);
  for (int i = 0; i < 24; ++i) bounds.push_back(6000 + i);
  CHECK_THROWS_AS(quantile_histogram(6, span<const double>(bounds)), invalid_argument);
}

TEST_CASE("counts made elsewhere give the histogram of their values") {
  const std::uint64_t positive[] = {0, 3, 0, 2, 0};
  const std::uint64_t negative[] = {4};
  exponential_counts given;
  given.scale = 0;
  given.positive_offset = -1;
  given.positive = positive;  // (1, 2]: 3, (4, 8]: 2
  given.negative_offset = 3;
  given.negative = negative;  // -(8, 16]: 4
  given.zero_count = 1;
  given.min = -9;
  given.max = 5;
  quantile_histogram expected(0);
  expected.update(2.0, 3);
  expected.update(5.0, 2);
  expected.update(-9.0, 4);
  expected.update(0.0);
  CHECK(quantile_histogram::from_counts(given) == expected);
  given.max = 3;  // stands in no bucket that holds something
  CHECK_FALSE(quantile_histogram::from_counts(given).extremes_known());
}

TEST_CASE("finer counts go to the buckets of scale 6 that hold them, coarser ones keep their scale") {
  const std::uint64_t counts[] = {1, 2, 4, 8};
  exponential_counts given;
  given.scale = 8;
  given.positive_offset = -2;
  given.positive = counts;
  const auto fine = quantile_histogram::from_counts(given).buckets();
  REQUIRE(fine.size() == 2);
  CHECK(fine[0].count == 3);
  CHECK(fine[0].upper == 1.0);
  CHECK(fine[1].count == 12);
  given.scale = -11;
  given.positive_offset = -1;
  given.positive = span<const std::uint64_t>(counts, 2);
  const quantile_histogram coarse = quantile_histogram::from_counts(given);
  CHECK(coarse.scale() == -11);
  CHECK(coarse.count() == 3);
  CHECK(quantile_histogram::from_bytes(coarse.to_bytes()) == coarse);
}

TEST_CASE("counts out of the range of doubles, or of too many values, are refused") {
  const std::uint64_t one[] = {1};
  const std::uint64_t full[] = {max_count, 1};
  exponential_counts given;
  given.positive = one;
  given.positive_offset = 1024 * 64;
  CHECK_THROWS_WITH(quantile_histogram::from_counts(given), Catch::Contains("offset"));
  given.positive_offset = -1075 * 64 - 1;
  CHECK_THROWS_WITH(quantile_histogram::from_counts(given), Catch::Contains("offset"));
  given.positive_offset = std::numeric_limits<std::int32_t>::max();
  CHECK_THROWS_WITH(quantile_histogram::from_counts(given), Catch::Contains("offset"));
  given.scale = 21;
  CHECK_THROWS_WITH(quantile_histogram::from_counts(given), Catch::Contains("scale"));
  given = {};
  given.positive = full;
  CHECK_THROWS_WITH(quantile_histogram::from_counts(given), Catch::Contains("2^63"));
}
