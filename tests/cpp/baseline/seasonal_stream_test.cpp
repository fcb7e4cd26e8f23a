#include "barograph/baseline/seasonal_stream.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "barograph/baseline/seasonal_band.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

bool near(double a, double b, double bound) {
  return a == b || (a != a && b != b) || std::fabs(a - b) <= bound * std::fabs(b);
}

}  // namespace

TEST_CASE("what is expected before a row is the batch's, of its slot or pooled") {
  const season day = season::hours_of_day();
  std::vector<std::int64_t> times;
  std::vector<double> x;
  std::vector<unsigned char> mask;
  for (std::int64_t i = 0; i < 24 * 40; ++i) {
    times.push_back(i * ns_per_hour);
    x.push_back(static_cast<double>(i % 24) + static_cast<double>((i * 7919) % 101) / 50.0);
    mask.push_back(i > 500 && i < 520);
  }
  std::vector<std::int32_t> slot(times.size());
  day.slots(times, slot);
  for (const bool pooled : {false, true})
    for (const method what : {method::median, method::mean, method::quantile, method::ewma}) {
      const estimator how{what, 3.0, 0.1, 0.5, 0.9};
      rolling::options of;
      of.min_periods = 2;
      of.mask = mask;
      const band want = seasonal_band(x, slot, 24, {true, 6, pooled}, how, of);
      seasonal_stream s(day, 6, how, 2, pooled);
      band got(x.size());
      s.update(times, x, mask, got);
      const double bound = what == method::mean || (pooled && what == method::ewma) ? 1e-12 : 0.0;
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        wrong += !near(got[i].expected, want[i].expected, bound) ||
                 !near(got[i].scale, want[i].scale, bound) || !near(got[i].lower, want[i].lower, bound) ||
                 !near(got[i].upper, want[i].upper, bound);
      INFO("method " << static_cast<int>(what) << ", pooled " << pooled);
      CHECK(wrong == 0);
    }
}

TEST_CASE("rows take turns where the season is one of rows") {
  seasonal_stream s(season::of_rows(2), 5, estimator{}, 1, false);
  s.update(10.0);
  s.update(90.0);
  CHECK(s.expected(s.rows()).expected == 10.0);
  CHECK(s.update(11.0).expected == 10.0);
  CHECK(s.update(91.0).expected == 90.0);
  s.reset();
  CHECK(s.rows() == 0);
  CHECK(s.expected(0).expected != s.expected(0).expected);
}

TEST_CASE("a missing time has no slot, and a season of time asks for times") {
  seasonal_stream s(season::hours_of_week(), 5, estimator{}, 1, false);
  CHECK(s.update(not_a_time, 1.0).expected != 0.0);
  CHECK(s.expected(not_a_time).scale != s.expected(not_a_time).scale);
  CHECK_THROWS_AS(s.update(1.0), invalid_argument);
  CHECK_THROWS_AS(seasonal_stream(season::hours_of_day(), 0, estimator{}, 1, false), invalid_argument);
}
