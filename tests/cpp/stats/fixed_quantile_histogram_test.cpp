#include "barograph/stats/fixed_quantile_histogram.hpp"

#include <random>
#include <thread>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
using latencies = fixed_quantile_histogram<>;
using small = fixed_quantile_histogram<3, -2, 5>;

static_assert(noexcept(std::declval<latencies&>().update(1.0)));
static_assert(noexcept(std::declval<latencies&>().update(span<const double>())));
static_assert(noexcept(std::declval<latencies&>().merge(std::declval<const latencies&>())));
static_assert(noexcept(std::declval<latencies&>().subtract(std::declval<const latencies&>())));
static_assert(noexcept(std::declval<latencies&>().reset()));
static_assert(std::is_trivially_copyable_v<latencies>);

const double infinity = std::numeric_limits<double>::infinity();

std::vector<double> spread(int n, double low, double high) {
  std::mt19937_64 random(7);
  std::vector<double> v;
  for (int i = 0; i < n; ++i) {
    const double u = static_cast<double>(random() >> 11) * 0x1p-53;
    v.push_back(low * std::exp(u * std::log(high / low)));
  }
  return v;
}

template <class Fixed>
Fixed of(const std::vector<double>& values) {
  Fixed f;
  f.update(span<const double>(values));
  return f;
}

quantile_histogram growing(const std::vector<double>& values, int scale, double zero_threshold) {
  quantile_histogram h(scale, {}, quantile_histogram::default_budget, zero_threshold);
  h.update(span<const double>(values));
  return h;
}
}  // namespace

TEST_CASE("within the range the histogram is that of the growing one, byte by byte") {
  std::vector<double> v = spread(5000, 0x1p-10, 0x1p22);
  for (const double x : {0.0, -0.0, 0x1p-10, 0x1p-11, -0x1p-10, 5e-324, 0x1p22, 1.0, 2.0, std::nan(""),
                         infinity, -infinity, -infinity})
    v.push_back(x);
  const auto fixed = of<latencies>(v);
  CHECK(fixed.histogram() == growing(v, 6, 0x1p-10));
  CHECK(fixed.count() == v.size() - 4);
  CHECK(fixed.underflow() == 6);
  CHECK(fixed.overflow() == 0);
  const auto coarse = of<small>({0.25, 0.2500001, 31.0, 32.0, 0.3, 5.0});
  CHECK(coarse.histogram() == growing({0.25, 0.2500001, 31.0, 32.0, 0.3, 5.0}, 3, 0.25));
  CHECK(latencies().histogram() == growing({}, 6, 0x1p-10));
}

TEST_CASE("every edge of a bucket and its neighbours fall where the growing histogram puts them") {
  for (std::int32_t i = -2 * 8; i <= 5 * 8; ++i) {
    const double edge = detail::lower_bound(i, 3);
    for (const double x : {std::nextafter(edge, 0.0), edge, std::nextafter(edge, infinity)}) {
      if (x > 32) continue;
      INFO(x);
      CHECK(of<small>({x}).histogram() == growing({x}, 3, 0.25));
    }
  }
}

TEST_CASE("values out of the range are counted, in the bucket above it or as zero") {
  small f;
  f.update(32.0);
  f.update(std::nextafter(32.0, infinity));
  f.update(1e300, 3);
  f.update(-7.0, 2);
  CHECK(f.count() == 7);
  CHECK(f.overflow() == 4);
  CHECK(f.underflow() == 2);
  const quantile_histogram h = f.histogram();
  CHECK(h.count() == 7);
  CHECK(h.zero_count() == 2);
  CHECK_FALSE(h.extremes_known());
  const auto buckets = h.buckets();
  REQUIRE(buckets.size() == 3);
  CHECK(buckets.back().lower == 32.0);
  CHECK(buckets.back().count == 4);
  CHECK(quantile_histogram::from_bytes(h.to_bytes()) == h);
}

TEST_CASE("merging equals having seen both, and a difference of readings the values between") {
  const std::vector<double> v = spread(999, 0.01, 1e6);
  const auto first = of<latencies>({v.begin(), v.begin() + 400});
  const auto second = of<latencies>({v.begin() + 400, v.end()});
  const auto whole = of<latencies>(v);
  latencies merged = first;
  merged += second;
  CHECK(merged == whole);
  latencies between = whole;
  between.subtract(first);
  CHECK(between.count() == 599);
  for (std::size_t i = 0; i < latencies::size; ++i)
    REQUIRE(between.bucket_count(i) == second.bucket_count(i));
  CHECK_FALSE(between.histogram().extremes_known());
  between.update(v.front());  // does not make the minimum of the others known
  CHECK_FALSE(between.histogram().extremes_known());
  latencies again = merged;
  again.merge(between);
  CHECK_FALSE(again.histogram().extremes_known());
  again.subtract(again);
  CHECK(again == latencies());
  quantile_histogram into = first.histogram();
  into.merge(second.histogram());
  CHECK(into == whole.histogram());
}

TEST_CASE("weights are that many values, and a count stays at its limit") {
  small a;
  a.update(3.0, 5);
  a.update(4.0, 0);
  CHECK(a == of<small>({3.0, 3.0, 3.0, 3.0, 3.0}));
  a.update(3.0, max_count);
  CHECK(a.count() == max_count);
}

TEST_CASE("quantiles are those of the histogram") {
  const auto f = of<latencies>(spread(1000, 1, 1000));
  for (const double q : {0.0, 0.001, 0.25, 0.5, 0.99, 1.0}) CHECK(f.quantile(q) == f.histogram().quantile(q));
  CHECK(std::isnan(f.quantile(1.5)));
  CHECK(std::isnan(latencies().quantile(0.5)));
}

TEST_CASE("a reader sees whole counts that only grow while one thread writes") {
  fixed_quantile_histogram<6, -10, 22, one_writer_cells> shard;
  std::thread writer([&] {
    for (int i = 0; i < 200000; ++i) shard.update(static_cast<double>(i % 1000 + 1));
  });
  std::uint64_t before = 0;
  while (before < 200000) {
    latencies snapshot;
    snapshot.merge(shard);
    const std::uint64_t now = snapshot.count();
    REQUIRE(now >= before);
    const quantile_histogram h = snapshot.histogram();
    REQUIRE(quantile_histogram::from_bytes(h.to_bytes()) == h);
    before = now;
  }
  writer.join();
  std::vector<double> v;
  for (int i = 0; i < 200000; ++i) v.push_back(i % 1000 + 1);
  CHECK(shard.histogram() == growing(v, 6, 0x1p-10));
}
