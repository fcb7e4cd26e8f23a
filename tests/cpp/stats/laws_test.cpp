// The static check: every state has the whole interface of DESIGN's states.
#include "barograph/stats/counter.hpp"
#include "barograph/stats/ewma.hpp"
#include "barograph/stats/exact_sum.hpp"
#include "barograph/stats/moments.hpp"
#include "barograph/stats/proportion.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "barograph/stats/trend.hpp"
#include "catch.hpp"

using namespace barograph;

static_assert(is_state_v<exact_sum>);
static_assert(is_state_v<moments>);
static_assert(is_state_v<quantile_histogram>);
static_assert(is_state_v<proportion, bool>);
static_assert(is_state_v<ewma> && is_timed_state_v<ewma>);
static_assert(is_timed_state_v<counter> && !is_subtractable_v<counter>);
static_assert(is_timed_state_v<trend> && !is_subtractable_v<trend>);
static_assert(!is_timed_state_v<moments> && !is_subtractable_v<ewma>);
static_assert(!is_state_v<double>);
static_assert(is_subtractable_v<exact_sum> && is_subtractable_v<moments> &&
              is_subtractable_v<quantile_histogram> && is_subtractable_v<proportion>);

namespace {

template <class State>
constexpr bool is_timed_only = std::is_same_v<State, counter> || std::is_same_v<State, trend>;

template <class State>
State of(const std::vector<double>& values) {
  State s;
  s.update(span<const double>(values));
  return s;
}

const std::vector<double> awkward = {1.0,
                                     1e308,
                                     -1e308,
                                     1e-308,
                                     5e-324,
                                     0.0,
                                     -0.0,
                                     3.25,
                                     1e15 + 0.125,
                                     -7e-5,
                                     1e308,
                                     2.0,
                                     2.0,
                                     -5e-324,
                                     0.1,
                                     1e-200,
                                     42.0,
                                     std::numeric_limits<double>::quiet_NaN(),
                                     std::numeric_limits<double>::infinity(),
                                     -std::numeric_limits<double>::infinity()};

}  // namespace

TEMPLATE_TEST_CASE("batches, single values and weights give equal bytes", "", exact_sum, moments,
                   quantile_histogram) {
  const TestType batch = of<TestType>(awkward);
  TestType single;
  for (const double x : awkward) single.update(x);
  CHECK(batch == single);
  TestType twice = batch;
  twice += batch;
  TestType weighted;
  for (const double x : awkward) weighted.update(x, 2);
  CHECK(twice == weighted);
}

TEMPLATE_TEST_CASE("any split and order merge to equal bytes", "", exact_sum, moments, quantile_histogram) {
  const TestType whole = of<TestType>(awkward);
  for (std::size_t cut = 0; cut <= awkward.size(); ++cut) {
    const auto middle = awkward.begin() + static_cast<std::ptrdiff_t>(cut);
    const TestType left = of<TestType>({awkward.begin(), middle});
    const TestType right = of<TestType>({middle, awkward.end()});
    TestType a = left;
    a.merge(right);
    TestType b = right;
    b.merge(left);
    CHECK(a == whole);
    CHECK(b == whole);
  }
}

TEMPLATE_TEST_CASE("a state merges with itself", "", exact_sum, moments, quantile_histogram) {
  TestType s = of<TestType>(awkward);
  TestType t = s;
  t.merge(TestType(s));
  s.merge(s);
  CHECK(s == t);
  s.subtract(s);
  CHECK(s == TestType());
}

TEMPLATE_TEST_CASE("bytes come back, damaged bytes do not", "", exact_sum, moments, quantile_histogram,
                   proportion, ewma, counter, trend) {
  TestType s;
  for (const bool b : {true, false, true}) {
    if constexpr (std::is_same_v<TestType, proportion>)
      s.update(b);
    else if constexpr (is_timed_only<TestType>)
      s.update(static_cast<std::int64_t>(s.count()), b ? 7.5 : 0.25);
    else
      s.update(b ? 0.1 : -3.0);
  }
  const std::string bytes = s.to_bytes();
  CHECK(TestType::from_bytes(bytes) == s);
  CHECK(TestType::from_bytes(bytes).to_bytes() == bytes);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_THROWS_AS(TestType::from_bytes(bytes.substr(0, n)), bad_bytes);
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string bad = bytes;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
    CHECK_THROWS_AS(TestType::from_bytes(bad), bad_bytes);
  }
  CHECK_THROWS_AS(TestType::from_bytes(bytes, byte_limits{4}), bad_bytes);
}

TEMPLATE_TEST_CASE("payloads with a right checksum are canonical or refused", "", exact_sum, moments,
                   quantile_histogram, proportion, ewma, counter, trend) {
  TestType s;
  if constexpr (std::is_same_v<TestType, proportion>)
    s.update_counts(300, 1000);
  else if constexpr (is_timed_only<TestType>)
    for (const double x : {0.5, 0.5, 8.0, -3.0, 0.0}) s.update(7 * static_cast<std::int64_t>(s.count()), x);
  else
    for (const double x : {0.5, 0.5, 8.0, -3.0, 0.0}) s.update(x);
  const std::string bytes = s.to_bytes();
  const auto sealed = [](std::string frame) {
    const std::uint32_t payload = static_cast<std::uint32_t>(frame.size() - 16);
    for (unsigned i = 0; i < 4; ++i) frame[8 + i] = static_cast<char>((payload >> (8 * i)) & 0xFFu);
    const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(frame.data()), frame.size() - 4);
    for (unsigned i = 0; i < 4; ++i)
      frame[frame.size() - 4 + i] = static_cast<char>((sum >> (8 * i)) & 0xFFu);
    return frame;
  };
  const auto canonical_or_refused = [](const std::string& frame) {
    try {
      return TestType::from_bytes(frame).to_bytes() == frame;
    } catch (const bad_bytes&) {
      return true;
    }
  };
  CHECK(sealed(bytes) == bytes);
  bool ok = true;
  for (std::size_t i = 12; i + 4 < bytes.size(); ++i) {
    for (int v = 0; v < 256; ++v) {
      std::string bad = bytes;
      bad[i] = static_cast<char>(v);
      ok = ok && canonical_or_refused(sealed(bad));
      bad.insert(i, 1, static_cast<char>(v));
      ok = ok && canonical_or_refused(sealed(bad));
    }
    std::string bad = bytes;
    bad.erase(i, 1);
    ok = ok && canonical_or_refused(sealed(bad));
  }
  CHECK(ok);
}

TEMPLATE_TEST_CASE("a merge that would overflow a count changes nothing", "", exact_sum, moments,
                   quantile_histogram) {
  TestType full;
  full.update(1.5, max_count);
  TestType one;
  one.update(2.5);
  const TestType before = full;
  CHECK_THROWS_AS(full.merge(one), invalid_argument);
  CHECK_THROWS_AS(full.update(1.0), invalid_argument);
  CHECK(full == before);
  CHECK_THROWS_AS(one.subtract(full), invalid_argument);
  CHECK(one.count() == 1);
}

TEST_CASE("a proportion keeps the laws") {
  proportion a(3, 10);
  proportion b(7, 90);
  proportion whole(10, 100);
  proportion merged = a;
  merged += b;
  CHECK(merged == whole);
  merged.subtract(b);
  CHECK(merged == a);
  CHECK_THROWS_AS(b.subtract(whole), invalid_argument);
  CHECK(b == proportion(7, 90));
  proportion full(0, max_count);
  CHECK_THROWS_AS(full.merge(a), invalid_argument);
  CHECK_THROWS_AS(full.update_counts(2, 1), invalid_argument);
}
