#include "barograph/rolling/ranks.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

/// Few different values, zeros of both signs, every seventh missing.
std::vector<double> values(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto h = (i * 2654435761u) % 1009u;
    x[i] = h % 7 == 0 ? missing : static_cast<double>(h % 50) - 25.0;
    if (x[i] == 0.0 && i % 2 == 0) x[i] = -0.0;
  }
  return x;
}

/// By counting: rank of the last row, how many different, how many at all.
struct counted {
  double rank, different;
};

counted by_counting(const std::vector<double>& x, std::int64_t first, std::int64_t stop, ties method) {
  const double last = x[static_cast<std::size_t>(stop - 1)];
  double less = 0, equal = 0, different = 0;
  for (std::int64_t i = first; i < stop; ++i) {
    const double v = x[static_cast<std::size_t>(i)];
    less += v < last;
    equal += v == last;
    bool before = v != v;
    for (std::int64_t j = first; j < i; ++j) before |= x[static_cast<std::size_t>(j)] == v;
    different += !before;
  }
  const double rank = method == ties::least      ? less + 1
                      : method == ties::greatest ? less + equal
                                                 : less + (equal + 1) / 2;
  return {last != last ? missing : rank, different};
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("ranks and different values equal those counted one by one") {
  const auto x = values(700);
  for (const std::int64_t window : {1, 2, 40, 150, 700})
    for (const ties method : {ties::average, ties::least, ties::greatest}) {
      const windows w = fixed_windows(700, window);
      std::vector<double> ranks(700), different(700), compiled(700);
      rank(x, w, options{}, {method, true, false}, ranks);
      nunique(x, w, options{}, different);
      for (std::size_t i = 0; i < 700; i += 3) {
        const counted want = by_counting(x, w.first(i), w.stop(i), method);
        if (want.different > 0)
          CHECK(different[i] == want.different);
        else
          CHECK(different[i] != different[i]);
        if (want.rank == want.rank)
          CHECK(ranks[i] == want.rank);
        else
          CHECK(ranks[i] != ranks[i]);
      }
      rank<kernels::compiled>(x, w, options{}, {method, true, false}, compiled);
      CHECK(same(ranks, compiled));
      nunique<kernels::compiled>(x, w, options{}, compiled);
      CHECK(same(different, compiled));
    }
}

TEST_CASE("a falling rank counts from the other end, a share divides by the values") {
  const std::vector<double> x = {3.0, 1.0, 2.0, 2.0};
  const windows w = fixed_windows(4, 4);
  std::vector<double> rising(4), falling(4), share(4);
  rank(x, w, options{}, {}, rising);
  rank(x, w, options{}, {ties::average, false, false}, falling);
  rank(x, w, options{}, {ties::average, true, true}, share);
  CHECK(rising == std::vector<double>{1.0, 1.0, 2.0, 2.5});
  CHECK(falling == std::vector<double>{1.0, 2.0, 2.0, 2.5});
  CHECK(share == std::vector<double>{1.0, 0.5, 2.0 / 3.0, 0.625});
}

TEST_CASE("threads change no rank, also where a window repeats the one before") {
  const auto x = values(200000);
  const windows w = fixed_windows(200000, 900, true);
  std::vector<double> one(200000), four(200000);
  rank(x, w, options{}, {}, one);
  rank(x, w, options{}, {}, four, thread_executor(4));
  CHECK(same(one, four));
  nunique(x, w, options{}, one);
  nunique(x, w, options{}, four, thread_executor(4));
  CHECK(same(one, four));
}

TEST_CASE("results of another size, and unknown methods, are refused") {
  std::vector<double> x(4), out(3);
  CHECK_THROWS_AS(rank(x, fixed_windows(4, 2), options{}, {}, out), invalid_argument);
  CHECK_THROWS_AS(nunique(x, fixed_windows(5, 2), options{}, out), invalid_argument);
  CHECK_THROWS_AS(parse_ties("dense"), invalid_argument);
}

TEST_CASE("a window of no rows has no rank, whatever the window before had") {
  const std::vector<double> x = {1, 2, 3, 4};
  const std::vector<std::int64_t> first = {0, 2, 2, 4}, stop = {2, 2, 4, 4};
  options how;
  how.min_periods = 0;
  std::vector<double> out(4);
  rank<kernels::compiled>(x, bounded_windows(4, first, stop), how, rank_options{}, out);
  CHECK(out[0] == 2);
  CHECK(std::isnan(out[1]));
  CHECK(out[2] == 2);
  CHECK(std::isnan(out[3]));
}
