// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.

#include "golden.hpp"
#include "barograph/detect/cusum_chart.hpp"
#include "barograph/detect/ewma_chart.hpp"
#include "barograph/detect/half_space_trees.hpp"
#include "barograph/detect/isolation_forest.hpp"
#include "barograph/detect/online_change_point.hpp"
#include "barograph/detect/page_hinkley.hpp"
#include "barograph/detect/pca.hpp"
#include "barograph/detect/stream_detector.hpp"

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

/// `values.txt` five minutes apart; infinities and NaN are missing.
std::string stream() {
  detect::stream_detector d;
  std::int64_t row = 0;
  for (const double v : golden::numbers_in("values.txt")) d.push(1'700'000'000 + 300 * row++, v);
  d.set_clock({1'700'000'000 + 300 * (row - 1), 1, 300, static_cast<std::uint64_t>(row)});
  return d.to_bytes();
}

golden::recipes recipes() {
  return {{"cusum_chart_v1.bin", late(cusum_chart(100, 50, 0.5, 20))},
          {"cusum_chart_empty_v1.bin", cusum_chart(100, 50, 0.25, 10).to_bytes()},
          {"ewma_chart_v1.bin", late(ewma_chart(100, 50, 0.1))},
          {"page_hinkley_v1.bin", fed(page_hinkley(50, 0.5, 10))},
          {"online_change_point_v1.bin", fed(online_change_point(50, 5))},
          {"isolation_forest_v1.bin", forest(1, detect::forest_scoring::depth)},
          {"isolation_forest_extended_v1.bin", forest(2, detect::forest_scoring::density)},
          {"half_space_trees_v1.bin", trees()},
          {"stream_detector_v1.bin", stream()}};
}

}  // namespace

TEST_CASE("the bytes of detectors are those of the golden files") { golden::check(recipes()); }

namespace {

/// How many of the files that differ from `good` in one byte, with a right checksum, are read as a state that
/// has other bytes than those; all others have to be an error.
template <class State>
int misread(const std::string& good) {
  int count = 0;
  for (std::size_t at = 12; at + 4 < good.size(); ++at)
    for (const unsigned flip : {0x01u, 0x02u, 0x40u, 0x80u, 0xFFu}) {
      std::string bad = good;
      bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
      const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(bad.data()), bad.size() - 4);
      for (unsigned k = 0; k < 4; ++k) bad[bad.size() - 4 + k] = static_cast<char>(sum >> (8 * k) & 0xFFu);
      try {
        count += State::from_bytes(bad).to_bytes() != bad ? 1 : 0;
      } catch (const bad_bytes&) {
      }
    }
  return count;
}

std::string components() {
  auto values = golden::numbers_in("values.txt");
  values.resize(196);
  for (std::size_t i = 3; i < values.size(); i += 4) values[i] = 7;  // a column that is not in use
  return pca::fit(matrix_view::by_rows(values, 4)).to_bytes();
}

}  // namespace

TEST_CASE("a changed file is an error, or the only spelling of another state") {
  const auto files = recipes();
  CHECK(misread<cusum_chart>(files[0].second) == 0);
  CHECK(misread<cusum_chart>(files[1].second) == 0);
  CHECK(misread<ewma_chart>(files[2].second) == 0);
  CHECK(misread<page_hinkley>(files[3].second) == 0);
  CHECK(misread<online_change_point>(files[4].second) == 0);
  CHECK(misread<detect::isolation_forest>(files[5].second) == 0);
  CHECK(misread<detect::isolation_forest>(files[6].second) == 0);
  CHECK(misread<half_space_trees>(files[7].second) == 0);
  CHECK(misread<pca>(components()) == 0);
}

TEST_CASE("write golden files of detectors that do not exist", "[.][write-golden]") {
  golden::write_missing(recipes());
}
