#include "barograph/detect/incidents.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;
using detect::find_incidents;
using detect::group_intervals;

namespace {

std::vector<std::uint8_t> from(const std::vector<double>& score, double level) {
  std::vector<std::uint8_t> f;
  for (const double s : score) f.push_back(s >= level ? 1 : 0);
  return f;
}

}  // namespace

TEST_CASE("an incident goes from where the score began to stay high to where it has been low for a while") {
  //                                  0    1    2    3    4    5    6    7    8    9    10
  const std::vector<double> score = {0.1, 0.6, 0.9, 0.4, 0.7, 0.95, 0.3, 0.2, 0.1, 0.9, 0.1};
  const auto found = find_incidents(score, from(score, 0.8));
  REQUIRE(found.size() == 2);
  CHECK(found[0].onset == 1);
  CHECK(found[0].alert_on == 2);
  CHECK(found[0].peak == 5);
  CHECK(found[0].end == 5);
  CHECK(found[0].alert_off == 8);
  CHECK(found[0].findings == 2);
  CHECK(found[1].onset == 9);
  CHECK(found[1].alert_off == score.size());  // it lasts
}

TEST_CASE("the rules say how low, how long and how many") {
  const std::vector<double> score = {0.9, 0.4, 0.9, 0.0, 0.9};
  const auto flags = from(score, 0.8);
  CHECK(find_incidents(score, flags, {0.5, 1, 1}).size() == 3);
  CHECK(find_incidents(score, flags, {0.3, 1, 1}).size() == 2);
  CHECK(find_incidents(score, flags, {0.5, 2, 1}).size() == 1);
  CHECK(find_incidents(score, flags, {0.3, 1, 2}).size() == 1);
  CHECK(find_incidents({}, {}).empty());
}

TEST_CASE("rows that cannot be are refused") {
  const std::vector<double> score = {0.9};
  CHECK_THROWS_AS(find_incidents(score, {}), invalid_argument);
  CHECK_THROWS_AS(find_incidents(score, from(score, 0.8), {0.5, 0, 1}), invalid_argument);
  CHECK_THROWS_AS(find_incidents(score, from(score, 0.8), {0.5, 1, 0}), invalid_argument);
  CHECK_THROWS_AS(group_intervals(std::vector<std::int64_t>{1}, {}, 0), invalid_argument);
}

TEST_CASE("intervals that overlap or follow closely are of one group, numbered by their begin") {
  const std::vector<std::int64_t> begin = {50, 0, 8, 21}, end = {60, 10, 20, 30};
  CHECK(group_intervals(begin, end, 0) == std::vector<std::size_t>{2, 0, 0, 1});
  CHECK(group_intervals(begin, end, 1) == std::vector<std::size_t>{1, 0, 0, 0});
  CHECK(group_intervals(begin, end, 20) == std::vector<std::size_t>{0, 0, 0, 0});
  const std::vector<std::int64_t> far = {INT64_MIN, INT64_MAX};
  CHECK(group_intervals(far, far, 1) == std::vector<std::size_t>{0, 1});
}
