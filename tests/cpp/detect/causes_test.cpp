#include "barograph/detect/causes.hpp"

#include <limits>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::detect;

namespace {

using columns = std::vector<std::vector<double>>;

std::vector<span<const double>> views(const columns& data) {
  return std::vector<span<const double>>(data.begin(), data.end());
}

/// Metrics around `level`, of which column 1 is three times as high from `at` on.
columns metrics(std::size_t n, std::size_t rows, std::size_t at, double level = 100) {
  columns data(n, std::vector<double>(rows));
  for (std::size_t c = 0; c < n; ++c)
    for (std::size_t i = 0; i < rows; ++i) {
      const double noise = static_cast<double>((i * 7919 + c * 104729) % 997) / 997.0 - 0.5;
      data[c][i] = level * (1 + 0.1 * noise) * (c == 1 && i >= at ? 3.0 : 1.0);
    }
  return data;
}

std::vector<metric_traits> plain(std::size_t n) { return std::vector<metric_traits>(n); }

}  // namespace

TEST_CASE("the metric that shifts is the first cause, with its direction and the row of its onset") {
  const columns data = metrics(5, 100, 70);
  const ranked_causes found = rank_causes(views(data), plain(5), 70);
  REQUIRE(found.causes.size() == 5);
  CHECK(found.causes[0].column == 1);
  CHECK(found.causes[0].shift > 3);
  CHECK(found.causes[0].onset == 70);
  for (std::size_t i = 1; i < 5; ++i) CHECK(found.causes[i].onset == -1);
}

TEST_CASE("a row that is off is corrected by all metrics together") {
  columns data = metrics(6, 200, 120);
  data[2] = data[1];
  cause_options how;
  how.tolerance = 10;
  how.recent = 20;
  for (const std::size_t at : {110u, 113u, 120u, 126u, 130u}) {
    const ranked_causes found = rank_causes(views(data), plain(6), at, 0, how);
    CHECK(found.begin == 120);
    CHECK(found.causes[0].column == 1);
    CHECK(found.causes[1].column == 2);
  }
}

TEST_CASE("a metric without values, or with too few, scores nothing, one that falls silent does") {
  columns data = metrics(4, 50, 40);
  const double missing = std::numeric_limits<double>::quiet_NaN();
  for (double& x : data[0]) x = missing;
  for (std::size_t i = 0; i < 38; ++i) data[2][i] = missing;
  for (std::size_t i = 40; i < 50; ++i) data[3][i] = std::numeric_limits<double>::infinity();
  const ranked_causes found = rank_causes(views(data), plain(4), 40);
  CHECK(found.causes[0].column == 1);
  CHECK(found.causes[1].column == 3);  // fell silent
  CHECK(found.causes[1].score == cause_options().silence);
  CHECK(found.causes[1].onset == 40);
  for (std::size_t i = 2; i < 4; ++i) {
    CHECK(found.causes[i].score == 0);
    CHECK(found.causes[i].shift == 0);
  }
}

TEST_CASE("values near the end of the doubles are ranked as small ones are") {
  const columns small = metrics(4, 60, 50), huge = metrics(4, 60, 50, 0x1p1000 * 100);
  const ranked_causes a = rank_causes(views(small), plain(4), 50), b = rank_causes(views(huge), plain(4), 50);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(a.causes[i].column == b.causes[i].column);
    CHECK(a.causes[i].score == Approx(b.causes[i].score).epsilon(1e-9));
  }
}

TEST_CASE("a direction that does no harm counts for less") {
  columns data = metrics(3, 60, 50);
  data[2] = data[1];
  for (std::size_t i = 0; i < 60; ++i) data[2][i] = 400 - data[1][i];  // falls as far as column 1 rises
  std::vector<metric_traits> traits(3, traits_of("x_latency"));
  const ranked_causes found = rank_causes(views(data), traits, 50);
  CHECK(found.causes[0].column == 1);
  CHECK(found.causes[1].column == 2);
  CHECK(found.causes[1].shift < 0);
}

TEST_CASE("an effect that moves as much, rows later, does not stand before its cause") {
  for (const std::size_t later : {1u, 3u, 6u}) {
    columns data = metrics(5, 140, 120);
    for (std::size_t i = 120 + later; i < 140; ++i) data[0][i] = data[1][i];
    const ranked_causes found = rank_causes(views(data), plain(5), 120);
    CHECK(found.causes[0].column == 1);
    CHECK(found.causes[1].column == 0);
  }
}

TEST_CASE("threads change no bit of a ranking") {
  const columns data = metrics(100, 300, 200);
  cause_options how;
  how.tolerance = 5;
  how.recent = 30;
  const ranked_causes a = rank_causes(views(data), plain(100), 201, 0, how);
  const ranked_causes b = rank_causes(views(data), plain(100), 201, 0, how, {}, thread_executor(3));
  CHECK(a.begin == b.begin);
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(a.causes[i].column == b.causes[i].column);
    CHECK(a.causes[i].score == b.causes[i].score);
    CHECK(a.causes[i].onset == b.causes[i].onset);
  }
}

TEST_CASE("what does not fit together is refused") {
  columns data = metrics(3, 20, 10);
  CHECK_THROWS_AS(rank_causes(views(data), plain(2), 10), invalid_argument);
  CHECK_THROWS_AS(rank_causes(views(data), plain(3), 0), invalid_argument);
  CHECK_THROWS_AS(rank_causes(views(data), plain(3), 20), invalid_argument);
  service_graph graph;
  graph.service = {0};
  CHECK_THROWS_AS(rank_causes(views(data), plain(3), 10, 0, {}, graph), invalid_argument);
  data[1].pop_back();
  CHECK_THROWS_AS(rank_causes(views(data), plain(3), 10), invalid_argument);
  CHECK(rank_causes({}, {}, 10).causes.empty());
}
