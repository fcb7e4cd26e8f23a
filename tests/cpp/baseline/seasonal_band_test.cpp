#include "barograph/baseline/seasonal_band.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

bool same(double a, double b) { return a == b || (a != a && b != b); }

/// Sums of the same rows in another place of a series may be rounded otherwise, once.
bool near(double a, double b) { return same(a, b) || std::fabs(a - b) <= 1e-14 * std::fabs(b); }

struct sample {
  std::vector<double> x;
  std::vector<std::int32_t> slot;
};

sample made(std::size_t n) {
  sample s;
  for (std::size_t i = 0; i < n; ++i) {
    const double noise = static_cast<double>((i * 2654435761u) % 1009u) / 100.0;
    s.x.push_back(i % 29 == 3 ? missing : 100.0 * static_cast<double>(i % 7) + noise);
    s.slot.push_back(i % 31 == 5 ? -1 : static_cast<std::int32_t>(i % 7));
  }
  return s;
}

/// The rows of one slot alone.
std::vector<double> only(const sample& s, std::int32_t slot) {
  std::vector<double> out;
  for (std::size_t i = 0; i < s.x.size(); ++i)
    if (s.slot[i] == slot) out.push_back(s.x[i]);
  return out;
}

}  // namespace

TEST_CASE("a row's band is that of its slot's rows alone, before it or all of them") {
  const sample s = made(700);
  rolling::options of;
  of.min_periods = 3;
  for (const method what : {method::median, method::mean, method::quantile, method::ewma})
    for (const seasonal_window& window : {seasonal_window{false, 0, false}, seasonal_window{true, 0, false},
                                          seasonal_window{true, 10, false}}) {
      if (what == method::ewma && window.rows == 0) continue;
      const estimator how{what, 2.0, 0.1, 0.5, 0.9};
      const band got = seasonal_band<kernels::compiled>(s.x, s.slot, 7, window, how, of, thread_executor(2));
      std::size_t wrong = 0;
      for (std::int32_t slot = 0; slot < 7; ++slot) {
        const auto y = only(s, slot);
        const auto rows = static_cast<std::int64_t>(y.size());
        const auto w = window.before ? rolling::fixed_windows(rows, window.rows == 0 ? rows : window.rows,
                                                              false, rolling::closed::left)
                                     : rolling::fixed_windows(rows, 2 * rows + 1, true);
        const band want =
            what == method::ewma ? exponential_band(y, 10, of, true, 2.0) : rolling_band(y, w, how, of);
        for (std::size_t i = 0, k = 0; i < s.x.size(); ++i) {
          if (s.slot[i] != slot) continue;
          const auto equal = what == method::mean ? near : same;
          wrong += !equal(got[i].expected, want[k].expected) || !equal(got[i].scale, want[k].scale) ||
                   !equal(got[i].lower, want[k].lower) || !equal(got[i].upper, want[k].upper);
          ++k;
        }
      }
      INFO("method " << static_cast<int>(what) << ", rows " << window.rows);
      CHECK(wrong == 0);
      CHECK(got[5].expected != got[5].expected);  // has no slot
    }
}

TEST_CASE("a pooled scale is that of all residuals") {
  const sample s = made(140);
  const rolling::options of;
  const band slots = seasonal_band(s.x, s.slot, 7, {false, 0, false}, estimator{}, of);
  const band pooled = seasonal_band(s.x, s.slot, 7, {false, 0, true}, estimator{}, of);
  std::vector<double> residual;
  for (std::size_t i = 0; i < s.x.size(); ++i) residual.push_back(s.x[i] - slots[i].expected);
  const band all = rolling_band(residual, rolling::fixed_windows(140, 300, true), estimator{}, of);
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    CHECK(same(pooled[i].expected, slots[i].expected));
    if (s.slot[i] < 0) continue;
    CHECK(pooled[i].scale == all[70].scale);
    CHECK(pooled[i].upper == slots[i].expected + 3.0 * all[70].scale);
  }
  const estimator outer{method::quantile, 3.0, 0.05, 0.5, 0.95};
  const band quantiles = seasonal_band(s.x, s.slot, 7, {true, 4, true}, outer, of);
  CHECK(quantiles[100].lower < quantiles[100].expected);
  CHECK(quantiles[100].expected < quantiles[100].upper);
}

TEST_CASE("a season that is not over knows nothing of the slots to come, nor of one row its spread") {
  const std::vector<double> x = {1.0, 2.0, 3.0};
  const std::vector<std::int32_t> slot = {0, 1, 2};
  const band before = seasonal_band(x, slot, 5, {true, 0, false}, estimator{}, rolling::options{});
  CHECK(before[2].expected != before[2].expected);
  const band all = seasonal_band(x, slot, 5, {false, 0, false}, estimator{}, rolling::options{});
  CHECK(all[2].expected == 3.0);
  CHECK(all[2].scale == 0.0);
  const std::vector<double> none;
  CHECK(seasonal_band(none, {}, 5, {true, 0, true}, estimator{}, rolling::options{}).size() == 0);
}

TEST_CASE("rows of the mask teach nothing, and wrong slots and windows are refused") {
  const std::vector<double> x = {1.0, 900.0, 3.0, 2.0};
  const std::vector<std::int32_t> slot = {0, 0, 0, 0};
  const std::vector<unsigned char> mask = {0, 1, 0, 0};
  rolling::options of;
  of.mask = mask;
  CHECK(seasonal_band(x, slot, 1, {true, 0, false}, estimator{}, of)[3].expected == 2.0);
  CHECK(seasonal_band(x, slot, 1, {true, 0, true}, estimator{}, of)[3].scale == 0.0);
  const rolling::options plain;
  CHECK_THROWS_AS(seasonal_band(x, slot, 0, {}, estimator{}, plain), invalid_argument);
  CHECK_THROWS_AS(seasonal_band(x, {}, 1, {}, estimator{}, plain), invalid_argument);
  CHECK_THROWS_AS(seasonal_band(x, slot, 1, {false, 3, false}, estimator{}, plain), invalid_argument);
  CHECK_THROWS_AS(seasonal_band(x, slot, 1, {true, -1, false}, estimator{}, plain), invalid_argument);
  CHECK_THROWS_AS(seasonal_band(x, slot, 1, {true, 0, false}, estimator{method::ewma}, plain),
                  invalid_argument);
}
