#include "barograph/rolling/windows.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "barograph/rolling/detail/bounds_plain.hpp"
#include "catch.hpp"

using namespace barograph::rolling;
using list = std::vector<std::int64_t>;

TEST_CASE("a fixed window ends at its row, and is clipped at the edges") {
  const windows w = fixed_windows(4, 3).spelled_out();
  CHECK(w.start == list{0, 0, 0, 1});
  CHECK(w.end == list{1, 2, 3, 4});
}

TEST_CASE("closed and center move the ends as in pandas") {
  CHECK(fixed_windows(4, 2, false, closed::both).spelled_out().start == list{0, 0, 0, 1});
  CHECK(fixed_windows(4, 2, false, closed::left).spelled_out().end == list{0, 1, 2, 3});
  CHECK(fixed_windows(4, 3, true).spelled_out().end == list{2, 3, 4, 4});
  CHECK(fixed_windows(5, 2, false, closed::right, 2).end == list{1, 3, 5});
}

TEST_CASE("a window in time holds what is younger than its width") {
  const std::int64_t times[] = {0, 1, 1, 5, 6};
  const windows w = time_windows(times, 2).spelled_out();
  CHECK(w.start == list{0, 0, 0, 3, 3});
  CHECK(w.end == list{1, 2, 3, 4, 5});
  CHECK(time_windows(times, 2, false, closed::left).spelled_out().end ==
        list{0, 1, 1, 3, 4});  // no row of its own time
  CHECK(time_windows(times, 4, true, closed::both).spelled_out().end == list{3, 3, 3, 5, 5});
}

TEST_CASE("windows in time hold the rows that are near enough, rising, falling, with ties and gaps") {
  for (const std::int64_t width : {1, 2, 7, 40})
    for (const bool falling : {false, true})
      for (const bool center : {false, true})
        for (const closed ends : {closed::right, closed::left, closed::both, closed::neither}) {
          std::vector<std::int64_t> times(500);
          for (std::size_t i = 1; i < times.size(); ++i) {
            const auto gap = static_cast<std::int64_t>((i * 2654435761u) % 97u);
            times[i] = times[i - 1] + (falling ? -1 : 1) * (gap < 20 ? 0 : gap < 90 ? gap % 5 : gap);
          }
          const bool left = ends == closed::left || ends == closed::both;
          const bool right = ends == closed::right || ends == closed::both;
          const windows w = time_windows(times, width, center, ends);
          std::size_t wrong = 0;
          for (std::size_t i = 0; i < times.size(); ++i) {
            std::int64_t first = 0, stop = 0;
            bool begun = false;
            for (std::size_t row = 0; row < times.size(); ++row) {
              const std::int64_t age = (times[i] - times[row]) * (falling ? -1 : 1);
              const std::int64_t reach = center ? width : 2 * width;  // in halves
              const bool edges = center && width % 2 == 1;            // nothing is half a nanosecond away
              const bool back = 2 * age < reach || (2 * age == reach && (left || edges));
              const bool ahead = center  ? -2 * age < reach || (-2 * age == reach && (right || edges))
                                 : right ? row <= i
                                         : age > 0;
              if (!(back && ahead)) continue;
              if (!begun) first = static_cast<std::int64_t>(row);
              begun = true;
              stop = static_cast<std::int64_t>(row) + 1;
            }
            wrong += begun ? w.first(i) != first || w.stop(i) != stop : w.stop(i) != w.first(i);
          }
          CHECK(wrong == 0);
        }
}

TEST_CASE("windows in time over regular times are those of one length") {
  std::vector<std::int64_t> times(50);
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = 60 * static_cast<std::int64_t>(i);
  CHECK(time_windows(times, 600).length == 10);
  CHECK(time_windows(times, 600, false, closed::both).length == 11);
  CHECK(time_windows(times, 600, true).shift == 5);
  CHECK(time_windows(times, 600, false, closed::left).shift == -1);
  CHECK(time_windows(times, INT64_MAX).expanding());
  CHECK(time_windows(times, 30, false, closed::neither).stop(7) == 7);  // nothing in any
  times[49] += 1;
  CHECK(time_windows(times, 600).length == 0);
}

TEST_CASE("times at the ends of their range do not overflow") {
  const std::int64_t times[] = {INT64_MIN / 2 + 1, 0, INT64_MAX / 2};
  CHECK(time_windows(times, INT64_MAX - 1).spelled_out().start == list{0, 0, 1});
}

TEST_CASE("wrong windows are refused") {
  CHECK_THROWS_AS(fixed_windows(3, -1), barograph::invalid_argument);
  CHECK_THROWS_AS(fixed_windows(3, 1, false, closed::right, 0), barograph::invalid_argument);
  const std::int64_t back[] = {0, 2, 1};
  CHECK_THROWS_AS(time_windows(back, 1), barograph::invalid_argument);
  CHECK_THROWS_AS(parse_closed("up"), barograph::invalid_argument);
}

TEST_CASE("times at the two ends of int64 are not near each other") {
  const std::int64_t first = INT64_MIN + 1, last = INT64_MAX;
  for (const bool center : {false, true}) {
    const auto up = time_windows(std::vector<std::int64_t>{first, 0, last}, 1000, center).spelled_out();
    CHECK(up.start == std::vector<std::int64_t>{0, 1, 2});
    CHECK(up.end == std::vector<std::int64_t>{1, 2, 3});
    const auto down = time_windows(std::vector<std::int64_t>{last, 0, INT64_MIN}, 1000, center).spelled_out();
    CHECK(down.start == std::vector<std::int64_t>{0, 1, 2});
    CHECK(down.end == std::vector<std::int64_t>{1, 2, 3});
  }
}

TEST_CASE("the longest windows and steps there are hold what they should") {
  const std::int64_t most = INT64_MAX;
  for (const bool center : {false, true})
    for (const closed ends : {closed::right, closed::left, closed::both, closed::neither}) {
      const auto huge = fixed_windows(5, most, center, ends);
      const auto enough = fixed_windows(5, 100, center, ends);
      REQUIRE(huge.size() == enough.size());
      for (std::size_t i = 0; i < huge.size(); ++i) {
        CHECK(huge.first(i) == enough.first(i));
        CHECK(huge.stop(i) == enough.stop(i));
      }
    }
  CHECK(fixed_windows(5, 2, false, closed::right, most).size() == 1);
  CHECK(time_windows(std::vector<std::int64_t>{1, 2, 3}, most, false, closed::right, most).size() == 1);
}

TEST_CASE("windows of any bounds are taken as they are, those beyond the series are refused") {
  const std::vector<std::int64_t> start = {3, 0, 2}, end = {5, 5, 1};
  const windows w = bounded_windows(5, start, end);
  REQUIRE(w.size() == 3);
  CHECK(w.first(0) == 3);
  CHECK(w.stop(1) == 5);
  CHECK(w.stop(2) == 2);
  CHECK(w.longest() == 5);
  CHECK_FALSE(w.monotonic());
  CHECK_THROWS_AS(bounded_windows(4, start, end), barograph::invalid_argument);
  const std::vector<std::int64_t> negative = {-1, 0, 0};
  CHECK_THROWS_AS(bounded_windows(5, negative, end), barograph::invalid_argument);
  const std::vector<std::int64_t> two = {0, 1};
  CHECK_THROWS_AS(bounded_windows(5, two, end), barograph::invalid_argument);
}

TEST_CASE("windows with too few values are told apart, in any order of bounds") {
  const std::vector<unsigned char> missing{1, 0, 0, 1, 0, 0};
  const std::vector<std::int64_t> start{0, 3, 1, 0, 4}, end{2, 6, 3, 6, 4};
  std::vector<unsigned char> few(5);
  too_few(bounded_windows(6, start, end), missing, 2, few);
  CHECK(few == std::vector<unsigned char>{1, 0, 0, 0, 1});
  too_few(bounded_windows(6, start, end), {}, 3, few);
  CHECK(few == std::vector<unsigned char>{1, 0, 1, 0, 1});
  CHECK_THROWS_AS(too_few(fixed_windows(6, 2), missing, 2, few), barograph::invalid_argument);
}

TEST_CASE("windows as long as the series all begin at its first row") {
  CHECK(fixed_windows(10, 10).expanding());
  CHECK(fixed_windows(10, 1000).expanding());
  CHECK_FALSE(fixed_windows(10, 9).expanding());
  CHECK_FALSE(fixed_windows(10, 10, true).expanding());
  CHECK(fixed_windows(10, 40, true).expanding());
}

TEST_CASE("windows in time are kept in a few bytes, and spelled out some at a time") {
  std::vector<std::int64_t> times;
  for (std::int64_t i = 0; i < 30000; ++i) times.push_back(i * 7 - i % 5 * (i % 3));
  std::sort(times.begin(), times.end());
  for (const bool center : {false, true})
    for (const closed ends : {closed::right, closed::left, closed::both, closed::neither})
      for (const std::int64_t step : {1, 3}) {
        const windows w = time_windows(times, 500, center, ends, step);
        REQUIRE(w.in_time());
        CHECK(w.start.empty());
        CHECK(w.held.empty() == (!center && (ends == closed::right || ends == closed::both)));
        const windows all = w.spelled_out();
        CHECK(all.longest() == w.longest());
        CHECK(w.monotonic());
        struct {
          const std::int64_t *start, *end;
          const std::uint32_t *back, *held;
          std::int64_t step;
        } const job{nullptr, nullptr, w.back.data(), w.held.empty() ? nullptr : w.held.data(), w.step};
        barograph::kernel::bounds_of_some some;
        const auto count = static_cast<std::int64_t>(w.size()), most = barograph::kernel::windows_at_once;
        bool same = true;
        for (std::int64_t from = 0; from < count; from += most) {
          const std::int64_t here = count - from < most ? count - from : most;
          some.read(job, from, here);
          for (std::int64_t k = 0; k < here; ++k) {
            const auto i = static_cast<std::size_t>(from + k);
            same = same && some.start[k] == all.start[i] && some.end[k] == all.end[i];
          }
        }
        CHECK(same);
      }
}

TEST_CASE("windows in time hold the rows that each time says, in crowds and after gaps") {
  std::vector<std::int64_t> times;
  std::int64_t now = -5000;
  for (std::int64_t i = 0; i < 6000; ++i)
    times.push_back(now += i % 97 == 0 ? 900 : i / 500 % 2 == 0 ? i * i % 7 : i % 11 == 0);
  std::vector<std::int64_t> falling(times.rbegin(), times.rend());
  for (const auto* given : {&times, &falling})
    for (const bool center : {false, true})
      for (const closed ends : {closed::right, closed::left, closed::both, closed::neither})
        for (const std::int64_t step : {1, 5})
          for (const std::int64_t width : {1, 40, 3001}) {
            const auto& t = *given;
            const windows w = time_windows(t, width, center, ends, step);
            const bool left = ends == closed::left || ends == closed::both;
            const bool right = ends == closed::right || ends == closed::both;
            bool same = true;
            for (std::size_t i = 0; i < w.size(); i += 7) {
              const std::size_t own = i * static_cast<std::size_t>(step);
              // Twice the distance, since half a width may be half a nanosecond.
              const auto ahead = [&](std::size_t row) {
                return 2 * (given == &times ? t[row] - t[own] : t[own] - t[row]);
              };
              const std::int64_t last = center ? width : 0, first = last - 2 * width;
              std::int64_t start = 0, stop = 0;
              while (left ? ahead(static_cast<std::size_t>(start)) < first
                          : ahead(static_cast<std::size_t>(start)) <= first)
                if (++start == static_cast<std::int64_t>(own) + (center ? 1 : 0)) break;
              stop = start;
              const auto in = [&](std::int64_t row) {
                if (row >= static_cast<std::int64_t>(t.size())) return false;
                const std::int64_t a = ahead(static_cast<std::size_t>(row));
                if (!center && right) return row <= static_cast<std::int64_t>(own);
                return right ? a <= last : a < last;
              };
              while (in(stop)) ++stop;
              same = same && w.first(i) == start && w.stop(i) == stop;
            }
            INFO(center << ' ' << static_cast<int>(ends) << ' ' << step << ' ' << width);
            CHECK(same);
          }
}
