#include "barograph/stats/update.hpp"

#include <cstdint>
#include <iterator>
#include <list>
#include <set>
#include <sstream>
#include <vector>

#include "barograph/stats/counter.hpp"
#include "barograph/stats/moments.hpp"
#include "catch.hpp"

using namespace barograph;

TEST_CASE("pairs of iterators of every kind give the state of their values") {
  std::vector<double> values;
  for (int i = 0; i < 3000; ++i) values.push_back(0.25 * i);
  moments want;
  want.update(values);
  const std::list<double> list(values.begin(), values.end());
  const std::set<float> set(values.begin(), values.end());
  std::istringstream text("1 2 3.5");
  moments a, b, c, d, e;
  update(a, values.begin(), values.end());
  update(b, values.data(), values.data() + values.size());
  update(c, list.begin(), list.end());
  update(d, set.begin(), set.end());
  update(e, std::istream_iterator<double>(text), std::istream_iterator<double>());
  CHECK(a == want);
  CHECK(b == want);
  CHECK(c == want);
  CHECK(d == want);
  CHECK((e.count() == 3 && e.sum() == 6.5));
  update(e, list.end(), list.end());
  CHECK(e.count() == 3);
}

TEST_CASE("floats and integers give the state of the doubles that they are") {
  std::vector<float> floats;
  std::vector<std::int64_t> integers, times;
  for (int i = 0; i < 3000; ++i) {
    floats.push_back(0.1f * static_cast<float>(i));
    integers.push_back(std::int64_t{i} * i * 1000003);
    times.push_back(std::int64_t{i} * 1000000000);
  }
  for (const number_span& x : {number_span(floats), number_span(integers)}) {
    moments got, want;
    update(got, x);
    want.update(x.as_doubles());
    CHECK(got == want);
    counter timed, same;
    update(timed, times, x);
    same.update(times, x.as_doubles());
    CHECK(timed == same);
    const counter before = timed;
    CHECK_THROWS_AS(update(timed, span<const std::int64_t>(times).subspan(0, 5), x), invalid_argument);
    CHECK(timed == before);
  }
}
