#include "barograph/detect/ewma_chart.hpp"

#include <vector>

#include "barograph/core/random.hpp"
#include "barograph/detect/run_length.hpp"
#include "catch.hpp"

using namespace barograph;

static_assert(is_state_v<ewma_chart>);
static_assert(is_timed_state_v<ewma_chart>);

namespace {
std::vector<double> noise(std::size_t n) {
  std::vector<double> x;
  random_draws draws(8, 0, 0);
  for (std::size_t i = 0; i < n; ++i) x.push_back(50 + 4 * draws.normal());
  return x;
}
ewma_chart part(const std::vector<double>& x, std::size_t from, std::size_t to) {
  ewma_chart c(50, 4, 0.1);
  for (std::size_t i = from; i < to; ++i) c.update(static_cast<std::int64_t>(i), x[i]);
  return c;
}
}  // namespace

TEST_CASE("the statistic is that of the definition") {
  const auto x = noise(300);
  ewma_chart c(50, 4, 0.1);
  std::vector<double> s(300);
  c.update(span<const double>(x), span<double>(s));
  long double z = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    z = 0.9L * z + 0.1L * (static_cast<long double>(x[i]) - 50) / 4;
    CHECK(s[i] == Approx(static_cast<double>(z / std::sqrt(0.1L / 1.9L))).margin(1e-13));
  }
  CHECK(c.mean() == Approx(static_cast<double>(50 + 4 * z)).epsilon(1e-13));
}

TEST_CASE("pieces put together have the statistic of the whole") {
  const auto x = noise(300);
  const ewma_chart whole = part(x, 0, 300);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{290}, std::size_t{300}}) {
    ewma_chart left = part(x, 0, cut), right = part(x, cut, 300);
    const ewma_chart before = left;
    left.merge(right);
    right += before;
    CHECK(left.statistic() == Approx(whole.statistic()).margin(1e-12));
    CHECK(left == right);
    CHECK(left.count() == 300);
  }
  ewma_chart a = part(x, 0, 10);
  CHECK_THROWS_AS(a.merge(part(x, 5, 15)), invalid_argument);
  CHECK_THROWS_AS(a.merge(ewma_chart(50, 4, 0.2)), invalid_argument);
}

TEST_CASE("ewma_chart: repeated values are counted, missing and late ones are left out") {
  ewma_chart a(0, 1, 0.3), b(0, 1, 0.3);
  a.update(1, 2.0, 6);
  for (int i = 0; i < 6; ++i) b.update(i, 2.0);
  CHECK(a.statistic() == Approx(b.statistic()).epsilon(1e-14));
  a.update(2, std::nan(""));
  a.update(1, 9.0);
  CHECK(a.nan_count() == 1);
  CHECK(a.late() == 1);
  CHECK(a.statistic() == Approx(b.statistic()).epsilon(1e-14));
  a.update(3, -std::numeric_limits<double>::infinity());
  CHECK(std::isfinite(a.statistic()));
}

TEST_CASE("ewma_chart: false alarms come as often as the run length says") {
  const double limit = ewma_limit(0.2, 200);
  double rows = 0;
  constexpr int runs = 2000;
  for (int run = 0; run < runs; ++run) {
    ewma_chart c;
    random_draws draws(6, 1, static_cast<std::uint64_t>(run));
    while (std::fabs(c.statistic()) <= limit) c.update(draws.normal());
    rows += static_cast<double>(c.count());
  }
  CHECK(rows / runs == Approx(200).epsilon(4 / std::sqrt(double(runs))));
}

TEST_CASE("ewma_chart: bytes give the state back, and hostile ones an error") {
  const ewma_chart c = part(noise(20), 0, 20);
  const std::string bytes = c.to_bytes();
  CHECK(ewma_chart::from_bytes(bytes) == c);
  CHECK(ewma_chart::from_bytes(ewma_chart().to_bytes()) == ewma_chart());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    CHECK_THROWS_AS(ewma_chart::from_bytes(bytes.substr(0, i)), bad_bytes);
  CHECK_THROWS_AS(ewma_chart(0, 1, 0.001), invalid_argument);
  CHECK_THROWS_AS(ewma_chart(0, -1), invalid_argument);
}
