#include "barograph/record/latency_counts.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double nan_ = std::numeric_limits<double>::quiet_NaN();

apdex_policy limits(double t, double f) {
  apdex_policy p;
  p.threshold = t;
  p.tolerating = f;
  return p;
}

/// Latencies from 0.1 ms to about 30 s, on no grid.
std::vector<double> sample(std::size_t n) {
  std::vector<double> r;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    r.push_back(0.1 * std::exp(static_cast<double>(state >> 8) / 1.33e6));
  }
  return r;
}

}  // namespace

TEST_CASE("cells part the line: every latency is within the bounds of its cell and of no other") {
  for (const latency_cells& cells :
       {latency_cells(), latency_cells(limits(100, 100)), latency_cells(limits(64, 512)),
        latency_cells(limits(100, 100.0001), {0.01, 1000})}) {
    std::vector<double> low;
    std::vector<double> high;
    cells.for_each([&](std::size_t cell, double l, double h, double v) {
      REQUIRE(cell == low.size());
      low.push_back(l);
      high.push_back(h);
      if (l < h) {
        CHECK(v >= l);
        CHECK((v > l || cell == 0));
        CHECK(v <= h);
        CHECK(cells.cell(v) == cell);
        if (std::isfinite(h) && h > 0) CHECK(cells.cell(h) == cell);
        if (cell > 0) CHECK(cells.cell(std::nextafter(l, infinity)) == cell);
      }
    });
    REQUIRE(low.size() == cells.size() - 2);
    for (std::size_t c = 1; c < low.size(); ++c) REQUIRE(low[c] == high[c - 1]);
    for (double x : sample(2000)) {
      const std::size_t c = cells.cell(x);
      REQUIRE((low[c] < x && x <= high[c]));
    }
  }
}

TEST_CASE("latencies outside of the range, infinite and missing ones have cells of their own") {
  const latency_cells cells(apdex_policy{}, {1, 5000});
  CHECK(cells.cell(-3) == 0);
  CHECK(cells.cell(-infinity) == 0);
  CHECK(cells.cell(0) == 0);
  CHECK(cells.cell(std::numeric_limits<double>::denorm_min()) == 0);
  CHECK(cells.cell(cells.lower()) == 0);
  CHECK(cells.cell(cells.upper()) == cells.above() - 1);
  CHECK(cells.cell(std::nextafter(cells.upper(), infinity)) == cells.above());
  CHECK(cells.cell(std::numeric_limits<double>::max()) == cells.above());
  CHECK(cells.cell(infinity) == cells.infinite());
  CHECK(cells.cell(nan_) == cells.missing());
}

TEST_CASE("a summary of counts has the count, the errors, the Apdex and the quantiles of the requests") {
  latency_counts counts;
  latency_summary truth;
  std::vector<double> xs = sample(20000);
  xs[3] = 500;
  xs[4] = std::nextafter(500.0, 1000.0);
  xs[5] = 2000;
  xs[6] = std::nextafter(2000.0, 3000.0);
  xs[7] = infinity;
  xs[8] = nan_;
  xs[9] = nan_;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const bool error = i % 17 == 9;
    counts.update(xs[i], error);
    truth.update(xs[i], error);
  }
  const latency_summary s = counts.summary();
  CHECK(s.count() == truth.count());
  CHECK(s.errors() == truth.errors());
  CHECK(s.missing() == 2);
  CHECK(s.apdex_counts() == truth.apdex_counts());
  CHECK(s.latencies().pinned_count(500) == truth.latencies().pinned_count(500));
  CHECK(s.latencies().pinned_count(2000) == truth.latencies().pinned_count(2000));
  CHECK(s.latencies().positive_infinity_count() == 1);
  const auto mine = s.latencies().buckets();
  const auto theirs = truth.latencies().buckets();
  REQUIRE(mine.size() == theirs.size());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    CHECK(mine[i].lower == theirs[i].lower);
    CHECK(mine[i].count == theirs[i].count);
  }
  // Half a unit a latency, and the rounding of 20,000 scaled representatives.
  CHECK(std::fabs(s.mean() - truth.mean()) <= 0x1p-21 + 1e-15 * truth.mean());
  const double rms = std::sqrt(truth.mean() * truth.mean() + truth.std(0) * truth.std(0));
  CHECK(std::fabs(s.std() - truth.std()) <= 2 * s.relative_error() * rms);
  CHECK(latency_summary::from_bytes(s.to_bytes()) == s);
  latency_summary both = s;
  both += truth;
  CHECK(both.count() == 40000);
}

TEST_CASE("a latency below the range counts as 0, one above as longer than all others") {
  latency_counts counts(latency_cells(apdex_policy{}, {1, 5000}));
  for (double x : {-1.0, 0.5, 10.0, 1e7}) counts.update(x);
  CHECK(counts.below() == 2);
  CHECK(counts.above() == 1);
  const latency_summary s = counts.summary();
  CHECK(s.count() == 4);
  CHECK(s.latencies().zero_count() == 2);
  CHECK(s.quantile(1) > 5000);
  CHECK(s.apdex_counts().frustrated() == 1);
  CHECK(std::fabs(s.mean() - (0.5 + 10 + 1e7) / 4) <=
        1e-6 * s.mean());  // the sum knows what the cells do not
}

TEST_CASE("counts of nothing are an empty summary") {
  const latency_summary s = latency_counts().summary();
  CHECK(s == latency_summary());
  CHECK(s.mean() != s.mean());
}

TEST_CASE("latencies below the range alone keep their mean") {
  latency_counts counts;
  for (int i = 0; i < 10; ++i) counts.update(0.0005);
  CHECK(std::fabs(counts.summary().mean() - 0.0005) <= 0x1p-21);
}

TEST_CASE("adding counts in any order gives one value, and what came since is their difference") {
  const std::vector<double> xs = sample(3000);
  latency_counts parts[3];
  latency_counts whole;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    parts[i % 3].update(xs[i], i % 5 == 0);
    whole.update(xs[i], i % 5 == 0);
  }
  latency_counts a = parts[0];
  (a += parts[1]) += parts[2];
  latency_counts b = parts[2];
  b.merge(parts[0]);
  CHECK(a == whole);
  CHECK(b != whole);
  CHECK(whole.since(b) == parts[1]);
  CHECK(whole.since(whole) == latency_counts());
  CHECK_THROWS_AS(b.since(whole), invalid_argument);
  CHECK_THROWS_AS(b.since(latency_counts(latency_cells(limits(1, 2)))), invalid_argument);
  CHECK_THROWS_AS(b.merge(latency_counts(latency_cells(apdex_policy{}, {1, 5000}))), invalid_argument);
}

TEST_CASE("the sum survives its wrap") {
  const latency_cells cells;
  std::vector<std::uint64_t> counts(cells.size());
  // 10^13 requests of 4 ms: 4e13 ms are 2.27 times 2^64 units.
  counts[cells.cell(4)] = 10'000'000'000'000;
  const std::uint64_t none[latency_cells::zones] = {};
  const latency_counts c(cells, counts, none, 10'000'000'000'000u * latency_cells::units(4));
  CHECK(std::fabs(c.summary().mean() - 4) <= 1e-14);
}

TEST_CASE("a sum that runs ahead of the counts stays within the buckets") {
  const latency_cells cells;
  std::vector<std::uint64_t> counts(cells.size());
  counts[cells.cell(100)] = 1;
  const std::uint64_t none[latency_cells::zones] = {};
  for (double seen : {0.0, 200.0}) {
    const double mean = latency_counts(cells, counts, none, latency_cells::units(seen)).summary().mean();
    CHECK(std::fabs(mean - 100) <= 1.1);
  }
}

TEST_CASE("errors that run ahead of their requests are held back") {
  const latency_cells cells;
  std::vector<std::uint64_t> counts(cells.size());
  counts[cells.cell(10)] = 1;
  const std::uint64_t errors[latency_cells::zones] = {2, 1, 0, 0};
  const latency_summary s = latency_counts(cells, counts, errors, latency_cells::units(10)).summary();
  CHECK(s.errors() == 1);
}

TEST_CASE("coordinated omission: a stall of 100 s at one request a second is a hundred slow requests") {
  // G. Tene's example: 10,000 requests of 1 ms, then the service stands still for 100 s.
  latency_counts counts(latency_cells(apdex_policy{}, {0.01, 200'000}));
  for (int i = 0; i < 10000; ++i) counts.update(1);
  counts.update(100'000);
  const latency_counts c = counts.corrected(1000);
  // HdrHistogram's rule: 100,000 and 99,000, 98,000, ... 1,000 as well; to within a bucket.
  CHECK(c.count() == 10'000 + 100);
  CHECK(c.errors() == 0);
  CHECK(std::fabs(c.sum() - (10'000 + 50.5 * 100'000)) <= 99 * 0.0055 * 100'000);
  latency_counts slow = c.since(counts);
  CHECK(slow.count() == 99);
  CHECK(std::fabs(slow.summary().p50() - 50'000) <= 0.02 * 50'000);
  CHECK(counts.corrected(200'000) == counts);
  CHECK_THROWS_AS(counts.corrected(0), invalid_argument);
  CHECK_THROWS_AS(counts.corrected(nan_), invalid_argument);
  CHECK_THROWS_AS(counts.corrected(infinity), invalid_argument);
}

TEST_CASE("cells say what cannot be") {
  CHECK_THROWS_AS(latency_cells(apdex_policy{}, {0, 1000}), invalid_argument);
  CHECK_THROWS_AS(latency_cells(apdex_policy{}, {nan_, 1000}), invalid_argument);
  CHECK_THROWS_AS(latency_cells(apdex_policy{}, {1, infinity}), invalid_argument);
  CHECK_THROWS_AS(latency_cells(apdex_policy{}, {1, 1.5}), invalid_argument);
  CHECK_THROWS_AS(latency_cells(apdex_policy{}, {1, 1000}), invalid_argument);  // F is 2000
  CHECK_THROWS_AS(latency_cells(limits(-1, 1)), invalid_argument);
  CHECK_NOTHROW(latency_cells(apdex_policy{}, {1e-6, 1e12}));
}
