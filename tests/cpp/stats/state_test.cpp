#include "barograph/stats/state.hpp"

#include <vector>

#include "barograph/stats/moments.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "catch.hpp"

using namespace barograph;
using detail::extremes;
using detail::tally;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

template <class Bytes, class Equal, class Value = double>
struct written_state {
  void update(Value, std::uint64_t = 1) {}
  void update(span<const Value>) {}
  void merge(const written_state&) {}
  written_state& operator+=(const written_state&) { return *this; }
  void subtract(const written_state&) {}
  void reset() {}
  Bytes to_bytes() const { return {}; }
  static written_state from_bytes(const std::string&, byte_limits) { return {}; }
  Equal operator==(const written_state&) const { return {}; }
  Equal operator!=(const written_state&) const { return {}; }
};
struct without_merge : written_state<std::string, bool> {
  void merge(const without_merge&) = delete;
  static without_merge from_bytes(const std::string&, byte_limits) { return {}; }
};

std::string frame_of(const tally& t, const extremes& e) {
  byte_writer w(state_kind::moments);
  t.write(w);
  e.write(w, t.finite);
  return w.finish();
}
extremes back(const std::string& frame) {
  byte_reader r(frame, state_kind::moments);
  const tally t = tally::read(r);
  const extremes e = extremes::read(r, t.finite);
  r.done();
  return e;
}
}  // namespace

TEST_CASE("the interface is checked at compile time") {
  STATIC_REQUIRE(is_state_v<moments>);
  STATIC_REQUIRE(is_state_v<quantile_histogram>);
  STATIC_REQUIRE(is_state_v<written_state<std::string, bool>>);
  STATIC_REQUIRE(is_state_v<written_state<std::string, bool, const char*>, const char*>);
  STATIC_REQUIRE_FALSE(is_state_v<written_state<std::vector<char>, bool>>);
  STATIC_REQUIRE_FALSE(is_state_v<written_state<std::string, int>>);
  STATIC_REQUIRE_FALSE(is_state_v<without_merge>);
  STATIC_REQUIRE_FALSE(is_state_v<int>);
  STATIC_REQUIRE_FALSE(is_state_v<moments, std::string>);
}

TEST_CASE("counts end at 2^63 - 1, and an error leaves everything as it was") {
  CHECK(detail::sum_of_counts(max_count - 1, 1) == max_count);
  CHECK_THROWS_AS(detail::sum_of_counts(max_count, 1), invalid_argument);
  CHECK_THROWS_AS(detail::sum_of_counts(0, max_count + 1), invalid_argument);
  CHECK_THROWS_AS(detail::sum_of_counts(UINT64_MAX, UINT64_MAX), invalid_argument);
  CHECK(detail::difference_of_counts(5, 5, "values") == 0);
  CHECK_THROWS_AS(detail::difference_of_counts(5, 6, "values"), invalid_argument);
  tally t;
  t.add(1.0, max_count);
  CHECK_THROWS_AS(t.add(2.0, 1), invalid_argument);
  CHECK(t.finite == max_count);
  CHECK_NOTHROW(t.add(nan_value, 1));  // each sort has a count of its own
  CHECK_THROWS_AS(t.check_room(1), invalid_argument);
}

TEST_CASE("each sort of value has its count, sums and differences go by sort") {
  tally t;
  for (const double x : {0.0, -0.0, 5e-324, -1e308}) t.add(x, 1);
  t.add(nan_value, 2);
  t.add(-nan_value, 1);
  t.add(infinity, 4);
  t.add(-infinity, 5);
  CHECK(t.finite == 4);
  CHECK(t.nan == 3);
  CHECK(t.positive_infinity == 4);
  CHECK(t.negative_infinity == 5);
  const tally twice = t.plus(t);
  CHECK(twice.negative_infinity == 10);
  CHECK(twice.minus(t).nan == 3);
  tally other;
  other.add(infinity, 5);
  CHECK_THROWS_AS(t.minus(other), invalid_argument);  // more infinities than there are
}

TEST_CASE("extremes: nothing has none, zeros have no sign, a subtraction forgets") {
  extremes e;
  CHECK(std::isnan(e.min_or_nan()));
  CHECK(std::isnan(e.max_or_nan()));
  e.add(-0.0);
  CHECK_FALSE(std::signbit(e.min_or_nan()));
  CHECK_FALSE(std::signbit(e.max_or_nan()));
  e.add(-3);
  e.add(2);
  extremes o;
  o.add(7);
  o.merge(e);
  CHECK(o.min_or_nan() == -3);
  CHECK(o.max_or_nan() == 7);
  o.subtracted(4, 4);  // nothing was taken away
  CHECK(o.known);
  o.subtracted(4, 1);
  CHECK_FALSE(o.known);
  CHECK(std::isnan(o.max_or_nan()));
  e.merge(o);  // what is not known stays so in a sum
  CHECK_FALSE(e.known);
  e.subtracted(1, 0);
  CHECK(e.known);
  CHECK(e.min == infinity);
}

TEST_CASE("bytes of counts and extremes are canonical or refused") {
  const tally none;
  tally two;
  two.add(1, 2);
  const auto made = [](double low, double high, bool known) { return extremes{low, high, known}; };
  CHECK(back(frame_of(two, made(-1, 5, true))).max == 5);
  CHECK_FALSE(back(frame_of(two, made(0, 0, false))).known);
  CHECK(back(frame_of(none, extremes{})).min == infinity);
  CHECK_THROWS_AS(back(frame_of(none, made(0, 0, false))), bad_bytes);
  CHECK_THROWS_AS(back(frame_of(two, made(5, -1, true))), bad_bytes);
  CHECK_THROWS_AS(back(frame_of(two, made(-0.0, 1, true))), bad_bytes);
  CHECK_THROWS_AS(back(frame_of(two, made(1, infinity, true))), bad_bytes);
  CHECK_THROWS_AS(back(frame_of(two, made(nan_value, nan_value, true))), bad_bytes);
  byte_writer w(state_kind::moments);
  w.varint(max_count + 1);
  const std::string frame = w.finish();
  byte_reader r(frame, state_kind::moments);
  CHECK_THROWS_AS(detail::read_count(r), bad_bytes);
}
