#include "barograph/detect/missing_rows.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using detect::missing_rows;
using detect::missing_runs;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<std::int64_t> every(std::int64_t step, std::size_t n) {
  std::vector<std::int64_t> t(n);
  for (std::size_t i = 0; i < n; ++i) t[i] = static_cast<std::int64_t>(i) * step;
  return t;
}

double largest(const std::vector<double>& v) {
  double most = 0;
  for (const double e : v) most = std::max(most, e);
  return most;
}

/// The same row by row.
std::vector<double> so_far(const std::vector<std::int64_t>& t, const std::vector<double>& x) {
  missing_rows m;
  std::vector<double> out;
  for (std::size_t i = 0; i < x.size(); ++i) out.push_back(m.push(t[i], std::isfinite(x[i])));
  return out;
}

}  // namespace

TEST_CASE("a series that goes silent is evidence from its third missing row on, to the end") {
  const auto t = every(60, 300);
  std::vector<double> x(300, 1.0);
  for (std::size_t i = 250; i < 300; ++i) x[i] = none;
  const auto whole = missing_runs(t, x), causal = so_far(t, x);
  for (std::size_t i = 0; i < 250; ++i) CHECK((whole[i] == 0.0 && causal[i] == 0.0));
  CHECK(causal[251] == 0.0);
  CHECK(causal[252] == Approx(3.0));
  for (std::size_t i = 254; i < 300; ++i) CHECK(causal[i] >= causal[i - 1]);
  for (std::size_t i = 250; i < 300; ++i) CHECK(whole[i] == 12.0);
}

TEST_CASE("a gap in steady times is evidence in the row after it, one in times by chance is none") {
  std::vector<std::int64_t> t = every(60, 200), odd;
  for (std::size_t i = 120; i < 200; ++i) t[i] += 60 * 30;
  for (std::size_t i = 0; i < 200; ++i) odd.push_back(static_cast<std::int64_t>(i * i) * 7);
  const std::vector<double> x(200, 1.0);
  for (const auto& evidence : {missing_runs(t, x), so_far(t, x)})
    for (std::size_t i = 0; i < 200; ++i) CHECK((evidence[i] > 6.0) == (i == 120));
  CHECK(largest(missing_runs(odd, x)) == 0.0);
  CHECK(largest(so_far(odd, x)) == 0.0);
  CHECK(largest(missing_runs({}, x)) == 0.0);
}

TEST_CASE("missing rows beside a gap are one run with it") {
  std::vector<std::int64_t> t = every(60, 100);
  std::vector<double> x(100, 1.0);
  for (std::size_t i = 61; i < 100; ++i) t[i] += 60;  // one row is missing, and two have no value
  x[60] = x[61] = none;
  CHECK(missing_runs(t, x)[60] == Approx(3.0));
  CHECK(so_far(t, x)[61] == Approx(3.0));
}

TEST_CASE("rows that are missing again and again are usual, and what has not begun is not missing") {
  const auto t = every(60, 4000);
  std::vector<double> nights(4000, 1.0), late(4000, 1.0), seldom(4000, none), some(4000, 1.0);
  for (std::size_t i = 0; i < 4000; ++i) {
    if (i % 200 < 80) nights[i] = none;
    if (i < 2000) late[i] = none;
    if (i % 10 == 0) seldom[i] = 1.0;
    if (i * 2654435761u % 1000 < 200) some[i] = none;
  }
  for (const auto* x : {&nights, &late, &seldom, &some}) CHECK(largest(missing_runs(t, *x)) == 0.0);
  for (const auto* x : {&late, &seldom, &some}) CHECK(largest(so_far(t, *x)) == 0.0);
  const auto causal = so_far(t, nights);
  for (std::size_t i = 300; i < 4000; ++i) CHECK(causal[i] == 0.0);  // the first night is news
  CHECK(causal[279] == 12.0);
}

TEST_CASE("few values, none at all, and times that go back or are equal say nothing") {
  CHECK(missing_runs({}, {}).empty());
  const std::vector<double> never(50, none), few{1, none, none, none, none, none, none, none, 1};
  CHECK(largest(missing_runs({}, never)) == 0.0);
  CHECK(largest(missing_runs({}, few)) == 0.0);
  CHECK(largest(so_far(every(1, 50), never)) == 0.0);
  missing_rows m;
  double most = 0;
  for (int i = 0; i < 200; ++i) {
    most = std::max(most, m.push(i % 50 == 49 ? std::numeric_limits<std::int64_t>::min() : 7, true));
    most = std::max(most, m.push(std::numeric_limits<std::int64_t>::max(), true));
  }
  CHECK(most <= 12.0);
}

TEST_CASE("nights without rows are usual, two of them as well, one twice as long is not") {
  constexpr std::size_t day = 288;
  const auto t = every(300, 14 * day);
  std::vector<double> x(14 * day, 1.0);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (i % day >= 20 + i / day % 3 && i % day < 44 + i / day % 4) x[i] = none;  // never quite alike
  CHECK(largest(missing_runs(t, x)) == 0.0);
  const auto two = every(300, 2 * day);
  CHECK(largest(missing_runs(two, std::vector<double>(x.begin(), x.begin() + 2 * day))) == 0.0);
  for (std::size_t i = 5 * day + 30; i < 5 * day + 80; ++i) x[i] = none;
  CHECK(missing_runs(t, x)[5 * day + 50] > 6.0);
  CHECK(missing_runs(t, x)[6 * day + 30] == 0.0);
}
