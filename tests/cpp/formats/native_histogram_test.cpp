#include "barograph/formats/native_histogram.hpp"

#include <cmath>

#include "catch.hpp"

using namespace barograph;

TEST_CASE("a native histogram's index is one higher: schema 0 has 1 to 2 in bucket 1") {
  quantile_histogram h(0);
  h.update(2.0, 3);
  h.update(4.0, 5);
  h.update(32.0);
  h.update(-2.0, 2);
  h.update(0.0);
  const native_histogram n = to_native(h);
  CHECK(n.schema == 0);
  CHECK(n.count == 12);
  CHECK(n.zero_count == 1);
  // Buckets 1 and 2, then a gap of two, then 5.
  REQUIRE(n.positive_spans.size() == 2);
  CHECK(n.positive_spans[0].offset == 1);
  CHECK(n.positive_spans[0].length == 2);
  CHECK(n.positive_spans[1].offset == 2);
  CHECK(n.positive_spans[1].length == 1);
  CHECK(n.positive_deltas == std::vector<std::int64_t>{3, 2, -4});
  REQUIRE(n.negative_spans.size() == 1);
  CHECK(n.negative_spans[0].offset == 1);
  CHECK(n.negative_deltas == std::vector<std::int64_t>{2});
}

TEST_CASE("finite counts come back whole at every schema") {
  for (int scale = -4; scale <= 6; ++scale) {
    quantile_histogram h(scale, {}, 65536, scale == 3 ? 0.01 : 0);
    for (int i = 0; i < 2000; ++i)
      h.update(std::exp(0.01 * i - 6) * (i % 7 == 0 ? -1 : 1), static_cast<std::uint64_t>(1 + i % 3));
    h.update(0.0, 4);
    const quantile_histogram back = from_native(to_native(h));
    CHECK(back.scale() == h.scale());
    CHECK(back.zero_count() == h.zero_count());
    const auto a = h.buckets();
    const auto b = back.buckets();
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].lower == b[i].lower);
      CHECK(a[i].count == b[i].count);
    }
  }
  CHECK(from_native(to_native(quantile_histogram())).count() == 0);
}

TEST_CASE("schemas 7 and 8 are read into the buckets that hold theirs") {
  native_histogram n;
  n.schema = 8;
  n.positive_spans = {{1, 4}};  // (1, 2^(4/256)]: one bucket of scale 6
  n.positive_deltas = {1, 0, 0, 0};
  n.count = 4;
  const auto b = from_native(n).buckets();
  REQUIRE(b.size() == 1);
  CHECK(b[0].lower == 1);
  CHECK(b[0].count == 4);
}

TEST_CASE("what the format cannot say is said, what cannot be is refused") {
  quantile_histogram h(6, {5.0});
  h.update(1.0);
  h.update(HUGE_VAL, 2);
  CHECK(to_native(h).dropped.size() == 3);
  quantile_histogram coarse(-10);
  coarse.update(1.0);
  CHECK_THROWS_AS(to_native(coarse), invalid_argument);
  native_histogram n;
  n.schema = 9;
  CHECK_THROWS_AS(from_native(n), invalid_argument);
  n.schema = 0;
  n.count = 1;
  CHECK_THROWS_AS(from_native(n), invalid_argument);
  n.positive_spans = {{0, 0xFFFFFFFFu}};
  CHECK_THROWS_AS(from_native(n), invalid_argument);
  n.positive_spans = {{0, 1}};
  n.positive_deltas = {-1};
  CHECK_THROWS_AS(from_native(n), invalid_argument);
  n.positive_spans = {{0, 1}, {-1, 1}};
  n.positive_deltas = {1, 0};
  CHECK_THROWS_AS(from_native(n), invalid_argument);
  n.positive_spans = {{2'000'000'000, 1}};
  n.positive_deltas = {1};
  CHECK_THROWS_AS(from_native(n), invalid_argument);
}
