#include "barograph/formats/classic_histogram.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

std::vector<double> sample(int n) {
  std::vector<double> r;
  std::uint32_t state = 1;
  for (int i = 0; i < n; ++i) {
    state = state * 1664525u + 1013904223u;
    r.push_back(std::exp(static_cast<double>(state >> 8) / 2e6));
  }
  return r;
}

std::uint64_t at_most(const std::vector<double>& xs, double bound) {
  std::uint64_t n = 0;
  for (const double x : xs) n += x <= bound ? 1 : 0;
  return n;
}

}  // namespace

TEST_CASE("default bounds hold exact counts: powers of two and what is pinned") {
  const std::vector<double> xs = sample(5000);
  quantile_histogram h(6, {500.0, 2000.0});
  h.update(span<const double>(xs));
  const exported_histogram e = to_classic(h);
  REQUIRE(e.histogram.count.size() == e.histogram.upper.size() + 1);
  CHECK(e.histogram.upper.size() >= 12);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < e.histogram.upper.size(); ++i) {
    sum += e.histogram.count[i];
    CHECK(sum == at_most(xs, e.histogram.upper[i]));
  }
  CHECK(e.histogram.count.back() == 0);
  for (const std::string& s : e.dropped) CHECK(s.find("cut") == std::string::npos);
}

TEST_CASE("bounds of one's own: counts as the histogram tells them, and said where they are not exact") {
  const std::vector<double> xs = sample(5000);
  quantile_histogram h;
  h.update(span<const double>(xs));
  h.update(std::numeric_limits<double>::quiet_NaN(), 3);
  const exported_histogram e = to_classic(h, {8, 100, 1000}, 5.0);
  CHECK(e.histogram.count[0] == at_most(xs, 8));
  CHECK(std::fabs(static_cast<double>(e.histogram.count[1]) -
                  static_cast<double>(at_most(xs, 100) - at_most(xs, 8))) <= 10);
  REQUIRE(e.dropped.size() == 4);
  CHECK(e.dropped[0] == "3 values that are NaN");
  CHECK(e.dropped[1].find("100, 1000") != std::string::npos);
  CHECK_THROWS_AS(to_classic(h, {2, 1}), invalid_argument);
  CHECK_THROWS_AS(to_classic(h, {1, HUGE_VAL}), invalid_argument);
}

TEST_CASE("read back, a classic histogram has the same counts at its bounds") {
  const std::vector<double> xs = sample(5000);
  quantile_histogram h;
  h.update(span<const double>(xs));
  for (const std::vector<double>& bounds : {std::vector<double>{}, {5, 10, 25, 50, 100, 250, 500}}) {
    const classic_histogram c = to_classic(h, bounds).histogram;
    const quantile_histogram back = from_classic(c);
    CHECK(back.count() == h.count());
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < c.upper.size(); ++i) {
      sum += c.count[i];
      CHECK(back.pinned_count(c.upper[i]) == sum);
    }
    CHECK(to_classic(back, c.upper).histogram.count == c.count);
    CHECK_FALSE(back.extremes_known());
  }
}

TEST_CASE("between bounds values lie evenly, as Prometheus' histogram_quantile has it") {
  classic_histogram c;
  c.upper = {10, 20};
  c.count = {1000, 1000, 0};
  const quantile_histogram h = from_classic(c);
  // By hand: rank q n, linear within (0, 10] and (10, 20].
  for (const auto& [q, expected] :
       {std::pair{0.05, 1.0}, {0.25, 5.0}, {0.5, 10.0}, {0.75, 15.0}, {0.95, 19.0}})
    CHECK(std::fabs(h.quantile(q) - expected) <= 0.012 * expected);
  c.count = {0, 0, 5};
  CHECK(std::fabs(from_classic(c).quantile(0.5) - 20) <= 0.0055 * 20);  // right above the last bound
  CHECK(from_classic({{}, {}, {7}, {}}).count() == 7);
}

TEST_CASE("classic histograms that cannot be are errors") {
  CHECK_THROWS_AS(from_classic({{}, {1}, {1}, {}}), invalid_argument);
  CHECK_THROWS_AS(from_classic({{}, {-1}, {1, 1}, {}}), invalid_argument);
  CHECK_THROWS_AS(from_classic({{}, {2, 1}, {1, 1, 1}, {}}), invalid_argument);
  CHECK_THROWS_AS(from_classic({{}, {1}, {max_count, 1}, {}}), invalid_argument);
}
