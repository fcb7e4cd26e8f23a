// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.

#include "golden.hpp"
#include "barograph/detect/cusum_chart.hpp"
#include "barograph/detect/ewma_chart.hpp"
#include "barograph/detect/half_space_trees.hpp"
#include "barograph/detect/isolation_forest.hpp"
#include "barograph/detect/online_change_point.hpp"
#include "barograph/detect/page_hinkley.hpp"

using namespace barograph;

namespace {

/// `values.txt` seven seconds apart, then `removed.txt` from half an hour before: those are late.
template <class Chart>
std::string late(Chart chart) {
  std::int64_t time = 1'700'000'000;
  for (const double v : golden::numbers_in("values.txt"))
    chart.update(1'000'000'000 * std::exchange(time, time + 7), v);
  time = 1'699'998'200;
  for (const double v : golden::numbers_in("removed.txt"))
    chart.update(1'000'000'000 * std::exchange(time, time + 7), v);
  return chart.to_bytes();
}

template <class State>
std::string fed(State state) {
  const auto values = golden::numbers_in("values.txt");
  state.update(span<const double>(values));
  return state.to_bytes();
}

std::string trees() {
  half_space_options small;
  small.trees = 5;
  small.depth = 4;
  small.window = 20;
  small.seed = 7;
  half_space_trees t({0}, {200}, small);
  for (const double v : golden::numbers_in("values.txt")) t.update(span<const double>(&v, 1));
  return t.to_bytes();
}

/// Rows of five of the first 195 numbers.
std::string forest(std::size_t dimensions, detect::forest_scoring scoring) {
  auto values = golden::numbers_in("values.txt");
  values.resize(195);
  const auto rows = table_view::of_rows(span<const double>(values), 39, 5);
  detect::forest_options o;
  o.trees = 3;
  o.samples = 16;
  o.dimensions = dimensions;
  o.scoring = scoring;
  o.seed = 7;
  auto f = detect::isolation_forest::fit(rows, o);
  f.learn_usual(rows);
  f.calibrate(rows, 0.1);
  return f.to_bytes();
}

golden::recipes recipes() {
  return {{"cusum_chart_v1.bin", late(cusum_chart(100, 50, 0.5, 20))},
          {"cusum_chart_empty_v1.bin", cusum_chart(100, 50, 0.25, 10).to_bytes()},
          {"ewma_chart_v1.bin", late(ewma_chart(100, 50, 0.1))},
          {"page_hinkley_v1.bin", fed(page_hinkley(50, 0.5, 10))},
          {"online_change_point_v1.bin", fed(online_change_point(50, 5))},
          {"isolation_forest_v1.bin", forest(1, detect::forest_scoring::depth)},
          {"isolation_forest_extended_v1.bin", forest(2, detect::forest_scoring::density)},
          {"half_space_trees_v1.bin", trees()}};
}

}  // namespace

TEST_CASE("the bytes of detectors are those of the golden files") { golden::check(recipes()); }

TEST_CASE("write golden files of detectors that do not exist", "[.][write-golden]") {
  golden::write_missing(recipes());
}
