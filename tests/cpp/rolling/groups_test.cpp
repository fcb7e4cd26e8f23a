#include "barograph/rolling/groups.hpp"

#include <utility>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

const std::vector<std::int64_t> ends = {3, 3, 4, 9};  // a group of none among them

std::vector<std::int64_t> starts_of(const windows& w) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < w.size(); ++i) rows.push_back(w.first(i));
  return rows;
}

std::vector<std::int64_t> stops_of(const windows& w) {
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < w.size(); ++i) rows.push_back(w.stop(i));
  return rows;
}

}  // namespace

TEST_CASE("windows of rows stay within their group") {
  const windows w = grouped_windows(ends, 9, 2);
  CHECK(starts_of(w) == std::vector<std::int64_t>{0, 0, 1, 3, 4, 4, 5, 6, 7});
  CHECK(stops_of(w) == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(w.monotonic());
  const windows around = grouped_windows(ends, 9, 3, true, closed::both);
  CHECK(stops_of(around) == std::vector<std::int64_t>{2, 3, 3, 4, 6, 7, 8, 9, 9});
  CHECK(starts_of(grouped_windows(ends, 9, 100)) == std::vector<std::int64_t>{0, 0, 0, 3, 4, 4, 4, 4, 4});
}

TEST_CASE("windows in time stay within their group, whose times may fall") {
  const std::vector<std::int64_t> times = {1, 2, 4, 0, 9, 8, 8, 3, 2};
  const windows w = grouped_time_windows(ends, times, 2, false, closed::both);
  CHECK(starts_of(w) == std::vector<std::int64_t>{0, 0, 1, 3, 4, 4, 4, 7, 7});
  const std::vector<std::int64_t> back = {1, 2, 1, 0, 9, 8, 8, 3, 2};
  CHECK_THROWS_AS(grouped_time_windows(ends, back, 2), invalid_argument);
}

TEST_CASE("weights begin anew with each group") {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const std::vector<double> y = {2, 1, 5, 4, 4, 3, 9, 8, 1};
  const decay d = decay::from_alpha(0.3);
  std::vector<double> got(9), want(9);
  grouped_exponential(ends, reduction::mean, x, d, {}, {}, {}, got);
  for (const auto& [first, count] : {std::pair<int, int>{0, 3}, {3, 1}, {4, 5}})
    exponential(reduction::mean, {x.data() + first, static_cast<std::size_t>(count)}, d, {}, {}, {},
                {want.data() + first, static_cast<std::size_t>(count)});
  CHECK(got == want);
  grouped_exponential_pairs(ends, reduction::covariance, x, y, d, {}, {}, {}, {}, got);
  exponential_pairs(reduction::covariance, {x.data() + 4, 5}, {y.data() + 4, 5}, d, {}, {}, {}, {},
                    {want.data() + 4, 5});
  CHECK(got[3] != got[3]);  // of one pair there is none
  CHECK(std::vector<double>(got.begin() + 5, got.end()) == std::vector<double>(want.begin() + 5, want.end()));
}

TEST_CASE("groups that are not all rows in order are refused") {
  CHECK_THROWS_AS(grouped_windows(std::vector<std::int64_t>{3, 2}, 9, 2), invalid_argument);
  CHECK_THROWS_AS(grouped_windows(std::vector<std::int64_t>{3, 10}, 9, 2), invalid_argument);
  CHECK_THROWS_AS(grouped_windows(std::vector<std::int64_t>{3}, 9, 2), invalid_argument);
  CHECK(grouped_windows(span<const std::int64_t>(), 0, 2).size() == 0);
}
