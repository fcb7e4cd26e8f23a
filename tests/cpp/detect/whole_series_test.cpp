#include "barograph/detect/whole_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "barograph/core/math.hpp"
#include "barograph/core/random.hpp"
#include "barograph/detect/false_discovery.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::whole_series;

namespace {

double noise(std::size_t i) {
  return math::normal_quantile((static_cast<double>((i * 2654435761u) % 1000003u) + 0.5) / 1000003.0);
}

std::vector<std::int64_t> every(std::int64_t step, std::size_t n) {
  std::vector<std::int64_t> t(n);
  for (std::size_t i = 0; i < n; ++i) t[i] = static_cast<std::int64_t>(i) * step;
  return t;
}

std::size_t strangest(const std::vector<double>& v) {
  return static_cast<std::size_t>(std::max_element(v.begin(), v.end()) - v.begin());
}

}  // namespace

TEST_CASE("a burst is the strangest part of a series, with times and without") {
  std::vector<double> x(1000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = noise(i) + (i >= 600 && i < 620 ? 6 : 0);
  for (const bool timed : {false, true}) {
    const auto t = every(3600, timed ? x.size() : 0);
    const auto r = whole_series(t, x);
    CHECK(strangest(r.evidence) >= 600);
    CHECK(strangest(r.evidence) < 620);
    CHECK(r.cycle == (timed ? 86400 : 0));
  }
}

TEST_CASE("what is usual follows the day, or the week where it fits better") {
  const std::size_t hours = 24 * 7 * 6;
  std::vector<double> daily(hours), weekly(hours);
  for (std::size_t i = 0; i < hours; ++i) {
    daily[i] = static_cast<double>(i % 24) + 0.1 * noise(i);
    weekly[i] = ((i / 24) % 7 < 5 ? 100.0 : 20.0) + noise(i);
  }
  const auto t = every(3600, hours);
  CHECK(whole_series(t, daily).cycle == 86400);
  const auto r = whole_series(t, weekly);
  CHECK(r.cycle == 604800);
  CHECK(r.expected[24 * 5 + 3] == Approx(20).margin(2));
  CHECK(r.margin == Approx(3).margin(1.5));
}

TEST_CASE(
    "two weekends unlike other days are known apart, one of two is not, nor are weekends like the rest") {
  constexpr std::int64_t thursday = 1767225600;  // 2026-01-01
  std::vector<std::int64_t> t = every(3600, 24 * 12);
  for (std::int64_t& s : t) s += thursday;
  std::vector<double> both(t.size()), first(t.size()), none(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    none[i] = 20 * std::sin(static_cast<double>(i % 24) / 4) + noise(i);
    const std::size_t of_week = i / 24 % 7;
    both[i] = none[i] + (of_week == 2 || of_week == 3 ? 30 : 0);
    first[i] = i < 24 * 7 ? both[i] : none[i];
  }
  const auto r = whole_series(t, both);
  CHECK(r.cycle == 2 * 86400);
  CHECK(r.expected[24 * 2 + 6] - r.expected[24 * 4 + 6] == Approx(30).margin(2));
  CHECK(whole_series(t, first).cycle == 86400);
  CHECK(whole_series(t, none).cycle == 86400);
}

TEST_CASE("a row that is alone at its time of the week is not what is usual there") {
  constexpr std::int64_t saturday = 1767398400;  // 2026-01-03
  for (const std::size_t n : {5u, 6u, 8u, 10u})
    for (std::size_t row = 0; row < n; ++row) {
      std::vector<std::int64_t> t = every(72 * 3600, n);
      for (std::int64_t& s : t) s += saturday;
      std::vector<double> x(n);
      for (std::size_t i = 0; i < n; ++i) x[i] = 100 + noise(i);
      x[row] += 100;
      INFO(n << " rows, spike at " << row);
      CHECK(whole_series(t, x).expected[row] == Approx(100).margin(5));
    }
}

TEST_CASE("a period in rows is followed where it fits, and left alone where it does not") {
  std::vector<double> x(700), plain(700);
  for (std::size_t i = 0; i < x.size(); ++i) {
    random_draws draws(1, 0, i);  // noise() repeats itself a little after seven rows
    plain[i] = draws.normal();
    x[i] = static_cast<double>((i * 37) % 7) * 5 + plain[i];
  }
  CHECK(whole_series({}, x, 7).period == 7);
  CHECK(whole_series({}, x, 7).expected[0] == Approx(0).margin(0.5));
  CHECK(whole_series({}, plain, 7).period == 0);
  CHECK(whole_series({}, x, 690).period == 0);
  CHECK(whole_series(every(3600, x.size()), x, 7).period == 0);  // times come first
}

TEST_CASE("between the middles of hours what is usual is interpolated") {
  std::vector<double> x(2 * 24 * 12 + 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>((i / 12) % 24);
  const auto r = whole_series(every(300, x.size()), x);
  CHECK(r.expected[12 * 5 + 6] == Approx(5.0));  // half past five: the middle of its hour
  CHECK(r.expected[12 * 6] == Approx(5.5));      // six: half way to the next
}

TEST_CASE("missing values say nothing, and their neighbours are judged without them") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  std::vector<double> x(300);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = noise(i);
  x[0] = x[150] = x[299] = nan;
  x[10] = inf;
  const auto r = whole_series({}, x);
  for (const std::size_t i : {0u, 10u, 150u, 299u}) CHECK(r.evidence[i] == 0.0);
  for (const double e : r.evidence) CHECK(std::isfinite(e));
  const std::vector<double> none = {nan, nan, inf};
  for (const double e : whole_series({}, none).evidence) CHECK(e == 0.0);
}

TEST_CASE("no rows, one row, constants and the largest numbers give finite figures") {
  CHECK(whole_series({}, {}).evidence.empty());
  for (const std::size_t n : {1u, 2u, 3u, 100u}) {
    const auto constant = whole_series({}, std::vector<double>(n, 5.0));
    for (const double e : constant.evidence) CHECK((std::isfinite(e) && e < 2.0));
    std::vector<double> large(n, 1.7e308);
    for (std::size_t i = 0; i < n; i += 2) large[i] = -1.7e308;
    for (const double e : whole_series({}, large).evidence) CHECK(std::isfinite(e));
  }
  CHECK_THROWS_AS(whole_series(every(1, 3), std::vector<double>(2)), invalid_argument);
}

TEST_CASE("a spike stands out, its neighbours do not, whatever smoothing makes of them") {
  std::vector<double> x(300);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 10 == 0 ? 3.0 : static_cast<double>(i % 3);
  x[204] = 1;  // the median
  x[205] = 90;
  const auto r = whole_series({}, x);
  CHECK(r.evidence[204] > 4.0);
  CHECK(r.stands_out[205] == 1);
  CHECK(r.stands_out[204] == 0);
}

TEST_CASE("jobs of each hour and each night, and rare spikes all over, are usual, what is larger is not") {
  const std::size_t n = 288 * 6;
  std::vector<double> hourly(n), nightly(n), anywhere(n);
  random_draws draws(5, 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    hourly[i] = noise(i) + (i % 12 == 5 ? 20 : 0);
    nightly[i] = noise(i) + (i % 288 >= 24 && i % 288 < 36 ? 30 : 0);
    anywhere[i] = noise(i) + (draws.uniform() < 0.01 ? 12 : 0);
  }
  const auto t = every(300, n);
  for (std::vector<double>* x : {&hourly, &nightly, &anywhere}) {
    const auto flagged = [&] {
      const auto r = whole_series(t, *x);
      const auto found = detect::stretch_findings(r.tests, 0.1);
      std::vector<std::size_t> rows;
      for (std::size_t i = 0; i < n; ++i)
        if ((found[i] != 0 && r.stands_out[i] != 0) || r.stretches[i] > 0) rows.push_back(i);
      return rows;
    };
    CHECK(flagged().size() < 3);
    (*x)[1000] = 70;
    const auto rows = flagged();
    CHECK(std::find(rows.begin(), rows.end(), 1000u) != rows.end());
  }
}

TEST_CASE("a value that is stuck is evidence in all of its rows") {
  std::vector<double> x(800);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = noise(i);
  for (std::size_t i = 500; i < 540; ++i) x[i] = 0.25;
  const auto r = whole_series({}, x);
  CHECK(r.evidence[502] > 6.0);
  CHECK(r.evidence[539] > 6.0);
  CHECK(r.stuck[400] == 0.0);
}

TEST_CASE("evidence of exponential values is their tail probability, whatever their scale") {
  for (const double scale : {1e-200, 1.0, 1e200}) {
    std::vector<double> r(5000);
    for (std::size_t i = 0; i < r.size(); ++i)
      r[i] = -scale * math::log((static_cast<double>((i * 7919) % r.size()) + 0.5) / 5000);
    const auto e = detect::detail::tail_evidence(r, 1.0);
    for (std::size_t i = 0; i < r.size(); i += 97)  // quantiles by whole ranks: 1 / 500 of a tenth
      CHECK(e[i] == Approx(r[i] / scale * std::log10(std::exp(1.0))).margin(0.02).epsilon(0.01));
  }
}

TEST_CASE("where most values are equal those do not stand out, and rows beside an odd one have no part") {
  std::vector<double> x(400, 0.0);
  for (const std::size_t i : {50u, 120u, 300u}) x[i] = 1.0;
  const auto r = whole_series(every(60, 400), x);
  for (std::size_t i = 0; i < 400; ++i) CHECK(static_cast<bool>(r.stands_out[i]) == (x[i] > 0));
}

TEST_CASE("few rows that are not the constant are found at any length, and a spike beside an only weekend") {
  const auto found = [](std::int64_t step, const std::vector<double>& x) {
    const auto r = whole_series(every(step, x.size()), x);
    auto rows = detect::stretch_findings(r.tests, 0.1);
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (r.stands_out[i] == 0 && r.stretches[i] <= 0) rows[i] = 0;
    return rows;
  };
  for (const std::size_t n : {1000u, 5000u}) {
    std::vector<double> x(n, 100.0);
    x[n / 2] = 0.0;
    const auto rows = found(300, x);
    CHECK(rows[n / 2] == 1);
    CHECK(std::count(rows.begin(), rows.end(), 1) == 1);
  }
  std::vector<double> x(8 * 96);  // from a Thursday on
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double s = std::sin(static_cast<double>(i % 96) * 6.283185307179586 / 96);
    x[i] = 100 + 30 * s + 3 * noise(i) - (i / 96 == 2 || i / 96 == 3 ? 25 + 25 * s : 0);
  }
  CHECK(found(900, x)[500] == 0);
  x[500] += 100;
  CHECK(found(900, x)[500] == 1);
}

TEST_CASE("parts of a row sum to its evidence, whatever the unit, and missing values have one of their own") {
  std::vector<double> x(500), large(500);
  for (std::size_t i = 0; i < 500; ++i) large[i] = 1e6 * (x[i] = noise(i) + (i == 100 ? 9 : 0));
  large[400] = large[401] = large[402] = large[403] = std::numeric_limits<double>::quiet_NaN();
  const auto r = whole_series(every(60, 500), x), far = whole_series(every(60, 500), large);
  CHECK(r.level[100] + r.season[100] + r.step[100] == Approx(r.evidence[100]));
  CHECK(far.level[401] == 0.0);
  CHECK(far.missing[401] == far.evidence[401]);
  CHECK(far.stands_out[401] == 1);
  CHECK_THROWS_AS(whole_series(every(60, 500), x, 0, every(60, 3)), invalid_argument);
}

TEST_CASE("what is strange by itself comes before the rest of a slow change and the row after a gap") {
  std::vector<double> x(1000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = noise(i) + (i >= 700 ? 3 : 0);
  x[200] = 12;
  auto t = every(60, 1000);
  for (std::size_t i = 400; i < t.size(); ++i) t[i] += 6000;
  const auto r = whole_series(t, x);
  REQUIRE(r.slow.size() == 1);
  CHECK(r.slow[0].begin == 700);
  CHECK(strangest(r.evidence) == 200);
  CHECK(r.stretches[400] == 12.0);  // a hundred rows did not come, and as severe as that
  CHECK(r.evidence[400] == Approx(2.0 + r.tests[400]));
  for (std::size_t i = 700; i < 1000; ++i) {
    CHECK(r.stretches[i] == r.slow[0].evidence);
    CHECK(r.evidence[i] >= 2.0);
    CHECK(r.evidence[i] <= std::max(r.slow[0].evidence, r.tests[i]));
  }
}

TEST_CASE(
    "peaks of up to three rows count as far as they stand out beyond usual steps, and rows beside them") {
  std::vector<double> x(1000, 0.0);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 2 == 0 ? 0.0 : 1.0;  // steps of 1
  x[200] = 30;
  for (const std::size_t i : {500u, 501u, 502u}) x[i] = -20;
  for (std::size_t i = 700; i < 710; ++i) x[i] = 25;
  x[999] = 40;
  const auto peak = detect::detail::peaks_beyond_usual(x);
  const double usual = 5 * 1000.0 / 1600;
  CHECK(peak[200] == Approx(0.4 * (29 - usual)));
  CHECK((peak[199] == peak[200] && peak[201] == peak[200]));
  CHECK(peak[498] == 0.0);
  CHECK(peak[501] == Approx(0.4 * (21 - usual)));                 // both sides are 1
  for (std::size_t i = 690; i < 720; ++i) CHECK(peak[i] == 0.0);  // ten rows are no peak
  CHECK(peak[999] > 10);                                          // one side is known
  CHECK(detect::detail::peaks_beyond_usual({}).empty());
  CHECK(detect::detail::peaks_beyond_usual({5.0})[0] == 0.0);
}
