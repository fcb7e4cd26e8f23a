#include "barograph/slo/latency_summary.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;

static_assert(is_state_v<apdex>);
static_assert(is_state_v<latency_summary>);

namespace {

struct requests {
  std::vector<double> latencies;
  std::vector<std::uint8_t> errors;
};

/// 5,000 requests with every awkward latency among them; a small linear congruence is enough here.
requests sample() {
  requests r;
  std::uint32_t state = 1;
  for (int i = 0; i < 5000; ++i) {
    state = state * 1664525u + 1013904223u;
    r.latencies.push_back(std::exp(static_cast<double>(state >> 8) / 2e6));
    r.errors.push_back(static_cast<std::uint8_t>(state % 23 == 0));
  }
  r.latencies[17] = std::numeric_limits<double>::quiet_NaN();
  r.latencies[2100] = std::numeric_limits<double>::infinity();
  r.latencies[2101] = -std::numeric_limits<double>::infinity();
  r.latencies[4000] = -1.0;
  r.latencies[4001] = 0.0;
  r.latencies[4002] = 500.0;
  r.latencies[4003] = 2000.0;
  r.latencies[18] = r.latencies[17];
  r.errors[18] = 1;
  return r;
}

latency_summary of(const requests& r, std::size_t from, std::size_t to) {
  latency_summary s;
  s.update(span<const double>(r.latencies).subspan(from, to - from),
           span<const std::uint8_t>(r.errors).subspan(from, to - from));
  return s;
}

}  // namespace

TEST_CASE("a summary says what its parts say of the same requests") {
  const requests r = sample();
  const latency_summary s = of(r, 0, 5000);
  apdex a(500.0);
  a.update(r.latencies, r.errors);
  moments m;
  m.update(span<const double>(r.latencies));
  std::uint64_t errors = 0;
  for (std::uint8_t e : r.errors) errors += e;
  CHECK(s.count() == 5000);
  CHECK(s.errors() == errors);
  CHECK(s.missing() == 2);
  CHECK(s.error_rate() == static_cast<double>(errors) / 5000.0);
  CHECK(s.error_interval().lower < s.error_rate());
  CHECK(s.error_interval().upper > s.error_rate());
  CHECK(s.apdex_counts() == a);
  CHECK(s.apdex_score() == a.score());
  CHECK(s.latency_moments() == m);
  CHECK(s.mean() == m.mean());
  CHECK(s.max() == m.max());
  CHECK(s.min() == -1.0);
  CHECK(s.p95() == s.latencies().quantile(0.95));
  CHECK(s.latencies().scale() == 6);
  CHECK(s.latencies().pinned() == std::vector<double>{500.0, 2000.0});
}

TEST_CASE("single requests, weights and batches give equal bytes") {
  const requests r = sample();
  latency_summary single;
  latency_summary plain;
  for (std::size_t i = 0; i < 5000; ++i) {
    single.update(r.latencies[i], r.errors[i] != 0);
    plain.update(r.latencies[i]);
  }
  CHECK(single.to_bytes() == of(r, 0, 5000).to_bytes());
  latency_summary batch;
  batch.update(span<const double>(r.latencies));
  CHECK(batch == plain);
  latency_summary twice = batch;
  twice += batch;
  latency_summary weighted;
  for (double x : r.latencies) weighted.update(x, 2);
  CHECK(twice == weighted);
  CHECK(twice.to_bytes() == weighted.to_bytes());
}

TEST_CASE("any split and order merge to equal bytes, and what was merged can be taken out") {
  const requests r = sample();
  const latency_summary whole = of(r, 0, 5000);
  for (std::size_t cut : {0u, 1u, 18u, 2048u, 2101u, 4003u, 5000u}) {
    const latency_summary left = of(r, 0, cut);
    const latency_summary right = of(r, cut, 5000);
    latency_summary a = left;
    a.merge(right);
    latency_summary b = right;
    b.merge(left);
    CHECK(a.to_bytes() == whole.to_bytes());
    CHECK(b.to_bytes() == whole.to_bytes());
    a.subtract(right);
    CHECK(a.count() == left.count());
    CHECK(a.apdex_counts() == left.apdex_counts());
    if (left.latencies().count() != 0) CHECK(a.mean() == left.mean());
    if (left.count() == 0) CHECK(a == left);
    CHECK(latency_summary::from_bytes(a.to_bytes()) == a);  // extremes unknown
  }
}

TEST_CASE("a merge or subtraction that cannot be changes nothing") {
  const requests r = sample();
  latency_summary s = of(r, 0, 100);
  const std::string before = s.to_bytes();
  policy other;
  other.apdex.threshold = 300.0;
  CHECK_THROWS_AS(s.merge(latency_summary(other)), invalid_argument);
  CHECK_THROWS_AS(s.subtract(of(r, 0, 101)), invalid_argument);
  CHECK_THROWS_AS(s.subtract(of(r, 200, 210)), invalid_argument);
  CHECK_THROWS_AS(s.update(r.latencies, span<const std::uint8_t>(r.errors).subspan(0, 4)), invalid_argument);
  latency_summary full;
  full.update(1.0, max_count);
  CHECK_THROWS_AS(full.update(1.0), invalid_argument);
  CHECK_THROWS_AS(s.merge(full), invalid_argument);
  CHECK(s.to_bytes() == before);
  s.reset();
  CHECK(s == latency_summary());
}

TEST_CASE("T and F come from the policy") {
  policy p;
  p.apdex.threshold = 100.0;
  p.apdex.tolerating = 150.0;
  latency_summary s(p);
  s.update(120.0);
  s.update(160.0);
  CHECK(s.apdex_score() == 0.25);
  p.apdex.tolerating = 100.0;
  latency_summary t(p);
  t.update(100.0);
  CHECK(latency_summary::from_bytes(t.to_bytes()) == t);
}

TEST_CASE("bytes come back, parts that cannot belong together are refused") {
  const requests r = sample();
  const latency_summary s = of(r, 0, 5000);
  const std::string bytes = s.to_bytes();
  CHECK(latency_summary::from_bytes(bytes) == s);
  CHECK(latency_summary::from_bytes(bytes).to_bytes() == bytes);
  CHECK(latency_summary::from_bytes(latency_summary().to_bytes()) == latency_summary());
  for (std::size_t n = 0; n < bytes.size(); n += 7)
    CHECK_THROWS_AS(latency_summary::from_bytes(bytes.substr(0, n)), bad_bytes);
  const auto joined = [](const apdex& a, const proportion& e, const moments& m, const quantile_histogram& h) {
    byte_writer w(state_kind::latency_summary);
    for (const std::string& part : {a.to_bytes(), e.to_bytes(), m.to_bytes(), h.to_bytes()}) w.nested(part);
    return w.finish();
  };
  const latency_summary t = of(r, 0, 4999);
  latency_summary all_failed;
  const std::vector<std::uint8_t> failed(5000, 1);
  all_failed.update(r.latencies, failed);
  const auto &a = s.apdex_counts(), &b = t.apdex_counts();
  const auto &e = s.error_proportion(), &f = t.error_proportion();
  const auto &m = s.latency_moments(), &n = t.latency_moments();
  const auto &h = s.latencies(), &i = t.latencies();
  CHECK(joined(a, e, m, h) == bytes);
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(b, e, m, h)), bad_bytes);
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(a, f, m, h)), bad_bytes);
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(a, e, n, h)), bad_bytes);
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(a, e, m, i)), bad_bytes);
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(all_failed.apdex_counts(), e, m, h)), bad_bytes);
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(a, all_failed.error_proportion(), m, h)), bad_bytes);
  quantile_histogram coarse(4, {500.0, 2000.0});
  coarse.update(span<const double>(r.latencies));
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(a, e, m, coarse)), bad_bytes);
  quantile_histogram unpinned;
  unpinned.update(span<const double>(r.latencies));
  CHECK_THROWS_AS(latency_summary::from_bytes(joined(a, e, m, unpinned)), bad_bytes);
}

TEST_CASE("a summary of parts is one of requests, or an error") {
  const requests r = sample();
  const latency_summary s = of(r, 0, 5000);
  CHECK(latency_summary(s.latencies(), s.latency_moments(), s.apdex_counts(), s.error_proportion()) == s);
  moments other = s.latency_moments();
  other.update(1.0);
  CHECK_THROWS_AS(latency_summary(s.latencies(), other, s.apdex_counts(), s.error_proportion()),
                  invalid_argument);
  CHECK_THROWS_AS(latency_summary(s.latencies(), s.latency_moments(), apdex(10.0), s.error_proportion()),
                  invalid_argument);
  CHECK_THROWS_AS(
      latency_summary(quantile_histogram(), s.latency_moments(), s.apdex_counts(), s.error_proportion()),
      invalid_argument);
}
