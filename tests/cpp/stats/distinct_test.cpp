#include "barograph/stats/distinct.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace barograph;

static_assert(is_state_v<distinct>);
static_assert(is_state_v<distinct, std::int64_t>);
static_assert(is_state_v<distinct, std::string_view>);
static_assert(!is_subtractable_v<distinct>);

namespace {
/// `size` different integers; other seeds give others.
distinct of(std::int64_t size, int precision = 14, std::int64_t seed = 0) {
  distinct d(precision);
  for (std::int64_t i = 0; i < size; ++i) d.update(seed * 1000000007 + i);
  return d;
}
}  // namespace

TEST_CASE("different values are counted exactly while they are few") {
  distinct d;
  for (int round = 0; round < 3; ++round)
    for (int i = 0; i < 2048; ++i) d.update(i);
  CHECK(d.exact());
  CHECK(d.estimate() == 2048);
  CHECK(d.count() == 3 * 2048);
  CHECK(d.standard_error() == 0);
  CHECK(d.estimate_interval().lower == 2048);
  d.update(2048);
  CHECK_FALSE(d.exact());
  CHECK(d.estimate() == Approx(2049).epsilon(0.03));
}

TEST_CASE("numbers are values, not types, text is another value, NaN is missing") {
  distinct d;
  d.update(1);
  d.update(1.0);
  d.update(1.0f);
  d.update(true);
  d.update(std::uint8_t{1}, 5);
  d.update(0.0);
  d.update(-0.0);
  d.update("1");
  d.update(std::string("1"));
  d.update(std::numeric_limits<double>::infinity());
  d.update(std::nan(""), 2);
  CHECK(d.estimate() == 4);
  CHECK(d.count() == 14);
  CHECK(d.missing() == 2);
}

TEST_CASE("the estimate keeps its standard error from a thousand to ten million values") {
  // 16 independent sketches: the root mean square error has a relative spread of 1 / sqrt(32).
  for (const std::int64_t size : {600, 1000, 2000, 4000, 10000, 30000, 100000, 500000}) {
    double squares = 0;
    double sum = 0;
    for (std::int64_t seed = 1; seed <= 16; ++seed) {
      const distinct d = of(size, 12, seed);
      const double error = d.estimate() / static_cast<double>(size) - 1;
      squares += error * error;
      sum += error;
      CHECK(d.standard_error() == Approx(1.04 / 64));
    }
    INFO(size);
    CHECK(std::sqrt(squares / 16) < 1.04 / 64 * 1.6);
    CHECK(std::fabs(sum / 16) < 1.04 / 64 * 0.25 * 3.5);  // no bias
  }
  CHECK(of(10000000).estimate() == Approx(1e7).epsilon(4 * 1.04 / 128));
}

TEST_CASE("the interval holds the truth as often as it says") {
  int inside = 0;
  for (std::int64_t seed = 1; seed <= 300; ++seed) {
    const interval i = of(20000, 8, seed).estimate_interval(0.9);
    inside += i.lower <= 20000 && 20000 <= i.upper ? 1 : 0;
  }
  // Binomial(300, 0.9): standard deviation 5.2.
  CHECK(inside >= 270 - 4 * 5);
  CHECK(inside <= 300);
}

TEST_CASE("an estimate and its interval stay within what is certain") {
  distinct d(4);
  for (int i = 0; i < 3; ++i) d.update(i);
  CHECK_FALSE(d.exact());
  CHECK(d.estimate() == 3);  // of three values no more can be different, and more than two are
  CHECK(d.estimate_interval(0.999).lower == 3);
  CHECK(d.estimate_interval(0.999).upper == 3);
}

TEST_CASE("any order, split and tree of merges gives equal bytes, from sparse to registers") {
  for (const std::int64_t size : {0, 3, 100, 127, 128, 129, 300, 5000}) {
    const distinct whole = of(size, 10);
    for (const std::int64_t parts : {2, 3, 7}) {
      std::vector<distinct> pieces(static_cast<std::size_t>(parts), distinct(10));
      for (std::int64_t i = size - 1; i >= 0; --i) pieces[static_cast<std::size_t>(i % parts)].update(i);
      distinct left(10);
      for (const distinct& p : pieces) left.merge(p);
      distinct right(10);
      for (auto p = pieces.rbegin(); p != pieces.rend(); ++p) {
        distinct r = *p;
        r.merge(right);
        right = r;
      }
      INFO(size << " " << parts);
      CHECK(left == whole);
      CHECK(right == whole);
    }
  }
}

TEST_CASE("a merge with a smaller precision is what that precision would have seen") {
  for (const std::int64_t size : {5, 60, 100, 3000, 50000}) {
    for (const int precision : {4, 9, 13}) {
      distinct fine = of(size, 14);
      const distinct other = of(7, precision, 3);
      distinct coarse = of(size, precision);
      coarse.merge(other);
      distinct merged = other;
      merged.merge(fine);
      fine.merge(other);
      INFO(size << " " << precision);
      CHECK(fine == coarse);
      CHECK(merged == coarse);
      CHECK(distinct::from_bytes(fine.to_bytes()) == fine);
    }
  }
}

TEST_CASE("bytes come back, damaged and impossible ones do not") {
  for (const std::int64_t size : {0, 2, 100}) {
    const distinct d = of(size, 5);
    const std::string bytes = d.to_bytes();
    CHECK(distinct::from_bytes(bytes) == d);
    for (std::size_t n = 0; n < bytes.size(); ++n)
      CHECK_THROWS_AS(distinct::from_bytes(bytes.substr(0, n)), bad_bytes);
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
      std::string bad = bytes;
      bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
      CHECK_THROWS_AS(distinct::from_bytes(bad), bad_bytes);
    }
  }
}

TEST_CASE("a count that would overflow is refused and changes nothing") {
  distinct full;
  full.update(1, max_count);
  const distinct before = full;
  CHECK_THROWS_AS(full.update(2), invalid_argument);
  CHECK_THROWS_AS(full.merge(of(1)), invalid_argument);
  CHECK(full == before);
}

TEST_CASE("a precision out of range is refused by name") {
  CHECK_THROWS_WITH(distinct(3), Catch::Contains("precision"));
  CHECK_THROWS_WITH(distinct(19), Catch::Contains("precision"));
  CHECK_THROWS_WITH(of(5).estimate_interval(1.0), Catch::Contains("confidence"));
}
