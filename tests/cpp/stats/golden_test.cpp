// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.

#include "golden.hpp"
#include "barograph/stats/counter.hpp"
#include "barograph/stats/distinct.hpp"
#include "barograph/stats/ewma.hpp"
#include "barograph/stats/exact_sum.hpp"
#include "barograph/stats/moments.hpp"
#include "barograph/stats/proportion.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "barograph/stats/top.hpp"
#include "barograph/stats/trend.hpp"
#include "barograph/stats/windowed.hpp"

using namespace barograph;

namespace {

template <class State>
State fed(State s, const std::string& file = "values.txt") {
  s.update(span<const double>(golden::numbers_in(file)));
  return s;
}

template <class State>
State less(State s) {
  State removed;
  removed.update(span<const double>(golden::numbers_in("removed.txt")));
  s.subtract(removed);
  return s;
}

/// The whole parts of values.txt, as text where they are odd.
distinct items(distinct d) {
  for (const double x : golden::numbers_in("values.txt")) {
    const double whole = x != x ? x : std::floor(std::min(std::max(x, -1e6), 1e6));
    if (x == x && (static_cast<long>(whole) & 1) != 0)
      d.update(std::to_string(static_cast<long>(whole)));
    else
      d.update(whole);
  }
  return d;
}

/// The whole parts modulo 100 as text: of values.txt one by one, of removed.txt at once.
top texts(top t) {
  const auto text_of = [](double x) {
    return std::to_string(static_cast<int>(std::fmod(std::fabs(x), 100.0)));
  };
  for (const double x : golden::numbers_in("values.txt")) {
    if (std::isfinite(x))
      t.update(text_of(x));
    else
      t.update_missing(1);
  }
  std::vector<std::string> batch;
  for (const double x : golden::numbers_in("removed.txt")) batch.push_back(text_of(x));
  const std::vector<std::string_view> views(batch.begin(), batch.end());
  t.update(span<const std::string_view>(views));
  return t;
}

/// The values of a file, seven seconds apart.
constexpr std::int64_t second = 1'000'000'000;
template <class State>
State timed(State s, const std::string& file, std::int64_t start) {
  const std::vector<double> values = golden::numbers_in(file);
  std::vector<std::int64_t> times;
  for (std::size_t i = 0; i < values.size(); ++i)
    times.push_back((start + 7 * static_cast<std::int64_t>(i)) * second);
  s.update(span<const std::int64_t>(times), span<const double>(values));
  return s;
}

/// values.txt, then removed.txt from half an hour before.
template <class State>
State timed(const State& s) {
  return timed(timed(s, "values.txt", 1'700'000'000), "removed.txt", 1'699'998'200);
}

/// The same as two pieces, the earlier one merged into the later one.
template <class State>
State pieces(const State& empty) {
  State s = timed(empty, "values.txt", 1'700'000'000);
  s.merge(timed(empty, "removed.txt", 1'699'000'000));
  return s;
}

golden::recipes recipes() {
  return {
      {"top_v1.bin", texts(top(30)).to_bytes()},
      {"top_exact_v1.bin", texts(top(100)).to_bytes()},
      {"top_empty_v1.bin", top(10).to_bytes()},
      {"distinct_v1.bin", items(distinct()).to_bytes()},
      {"distinct_registers_v1.bin", items(distinct(6)).to_bytes()},
      {"distinct_empty_v1.bin", distinct().to_bytes()},
      {"exact_sum_v1.bin", fed(exact_sum()).to_bytes()},
      {"moments_v1.bin", fed(moments()).to_bytes()},
      {"moments_subtracted_v1.bin", less(fed(moments())).to_bytes()},
      {"quantile_histogram_v1.bin", fed(quantile_histogram()).to_bytes()},
      {"quantile_histogram_configured_v1.bin",
       fed(quantile_histogram(4, {300.0, 0.5}, 160, 1e-3)).to_bytes()},
      {"quantile_histogram_subtracted_v1.bin", less(fed(quantile_histogram())).to_bytes()},
      {"quantile_histogram_scale6_v1.bin", fed(quantile_histogram(), "removed.txt").to_bytes()},
      {"quantile_histogram_empty_v1.bin", quantile_histogram().to_bytes()},
      {"counter_v1.bin", timed(counter()).to_bytes()},
      {"counter_reset_v1.bin", pieces(counter()).to_bytes()},
      {"counter_empty_v1.bin", counter().to_bytes()},
      {"trend_v1.bin", timed(trend()).to_bytes()},
      {"trend_sampled_v1.bin", timed(trend(20)).to_bytes()},
      {"trend_empty_v1.bin", trend().to_bytes()},
      {"windowed_moments_v1.bin", timed(windowed<moments>(moments(), 300 * second, 10 * second)).to_bytes()},
      {"windowed_ewma_v1.bin", timed(windowed<ewma>(ewma(60), 300 * second, 10 * second)).to_bytes()},
      {"ewma_v1.bin", timed(ewma(3600)).to_bytes()},
      {"proportion_v1.bin", proportion(450, 10000).to_bytes()},
  };
}

}  // namespace

TEST_CASE("the bytes are those of the golden files") { golden::check(recipes()); }

TEST_CASE("write golden files that do not exist", "[.][write-golden]") { golden::write_missing(recipes()); }
