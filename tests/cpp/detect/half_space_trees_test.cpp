#include "barograph/detect/half_space_trees.hpp"

#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
/// Two clusters in three columns.
std::vector<double> row(std::uint64_t i) {
  random_draws draws(4, 6, i);
  const double c = draws.uniform() < 0.5 ? 0.3 : 0.7;
  std::vector<double> r;
  for (int j = 0; j < 3; ++j) r.push_back(c + 0.05 * draws.normal());
  return r;
}
half_space_trees fed(std::size_t n, const half_space_options& options = {}) {
  half_space_trees t({0, 0, 0}, {1, 1, 1}, options);
  for (std::size_t i = 0; i < n; ++i) t.update(span<const double>(row(i)));
  return t;
}
}  // namespace

TEST_CASE("rows between the clusters are stranger than nearly all rows of them") {
  half_space_trees t = fed(1000);
  std::vector<double> usual;
  for (std::uint64_t i = 1000; i < 2000; ++i) usual.push_back(t.update(span<const double>(row(i))));
  std::sort(usual.begin(), usual.end());
  for (const std::vector<double>& odd : {std::vector<double>{0.3, 0.7, 0.3}, {0.5, 0.1, 0.9}, {5, 5, 5}}) {
    half_space_trees copy = t;
    CHECK(copy.update(span<const double>(odd)) > usual[970]);
  }
}

TEST_CASE("what is normal turns over with the windows") {
  half_space_trees t = fed(1000);
  const std::vector<double> there = {0.1, 0.9, 0.1};
  half_space_trees before = t;
  const double strange = before.update(span<const double>(there));
  for (int i = 0; i < 600; ++i) t.update(span<const double>(there));
  CHECK(t.update(span<const double>(there)) < strange - 2);
}

TEST_CASE("nothing is judged in the first window, and the same seed gives the same bits") {
  half_space_trees a({0, 0, 0}, {1, 1, 1}), b({0, 0, 0}, {1, 1, 1});
  half_space_options other;
  other.seed = 1;
  half_space_trees c({0, 0, 0}, {1, 1, 1}, other);
  double differ = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    const double x = a.update(span<const double>(row(i))), y = b.update(span<const double>(row(i)));
    CHECK(std::isnan(x) == (i < 250));
    if (i >= 250) CHECK(x == y);
    const double z = c.update(span<const double>(row(i)));
    if (i >= 250) differ += x != z;
  }
  CHECK(a == b);
  CHECK(differ > 100);
}

TEST_CASE("missing cells and infinities are taken, wrong widths are not") {
  half_space_trees t = fed(500);
  const double nan = std::nan("");
  for (const std::vector<double>& odd : {std::vector<double>{nan, nan, nan}, {HUGE_VAL, -HUGE_VAL, 0.5}})
    CHECK(std::isfinite(t.update(span<const double>(odd))));
  const std::vector<double> two = {1, 2};
  CHECK_THROWS_AS(t.update(span<const double>(two)), invalid_argument);
  CHECK_THROWS_AS(half_space_trees({0}, {0}), invalid_argument);
  CHECK_THROWS_AS(half_space_trees({}, {}), invalid_argument);
  half_space_options deep;
  deep.depth = 17;
  CHECK_THROWS_AS(half_space_trees({0}, {1}, deep), invalid_argument);
}

TEST_CASE("half_space_trees: bytes give the state back, and hostile ones an error") {
  half_space_options small;
  small.trees = 3;
  small.depth = 3;
  small.window = 40;
  half_space_trees t = fed(130, small);
  const std::string bytes = t.to_bytes();
  half_space_trees back = half_space_trees::from_bytes(bytes);
  CHECK(back == t);
  CHECK(back.update(span<const double>(row(9))) == t.update(span<const double>(row(9))));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    CHECK_THROWS_AS(half_space_trees::from_bytes(bytes.substr(0, i)), bad_bytes);
  t.reset();
  CHECK(t == half_space_trees({0, 0, 0}, {1, 1, 1}, small));
}

TEST_CASE("half_space_trees: a node has the rows of its two children, in bytes too") {
  const auto read = [](std::uint32_t root, std::uint32_t left, std::uint32_t right) {
    byte_writer w(state_kind::half_space_trees);
    for (const std::uint64_t option : {1u, 1u, 10u}) w.varint(option);  // a tree, a level, ten rows a window
    w.u64(0);
    w.varint(1);
    w.f64(0.0);
    w.f64(1.0);
    w.varint(10);
    for (const std::uint64_t rows : {0u, root, left, right, 0u, 0u, 0u, 0u}) w.varint(rows);
    return half_space_trees::from_bytes(w.finish());
  };
  CHECK(read(10, 4, 6).count() == 10);
  CHECK_THROWS_AS(read(10, 4, 5), bad_bytes);
  CHECK_THROWS_AS(read(9, 4, 6), bad_bytes);
}
