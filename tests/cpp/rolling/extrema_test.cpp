#include "barograph/rolling/extrema.hpp"

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

std::vector<double> values(std::size_t n, bool odd) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto h = (i * 2654435761u) % 10007u;
    x[i] = odd && h % 5 == 0 ? missing : static_cast<double>(h % 9) - 4.0;
    if (x[i] == 0.0 && h % 2 == 0) x[i] = -0.0;
  }
  return x;
}

/// One by one, the newest of equal ones kept.
double greatest(const std::vector<double>& x, std::int64_t first, std::int64_t stop, double sign) {
  double best = missing;
  for (std::int64_t i = first; i < stop; ++i) {
    const double v = x[static_cast<std::size_t>(i)];
    if (v == v && !(sign * best > sign * v)) best = v;
  }
  return best;
}

bool same(double a, double b) { return a != a ? b != b : a == b && std::signbit(a) == std::signbit(b); }

void check_all(const std::vector<double>& x, const windows& w) {
  for (const bool maximum : {false, true}) {
    const auto what = maximum ? reduction::maximum : reduction::minimum;
    std::vector<double> plain(w.size()), compiled(w.size()), four(w.size());
    reduce_extrema(what, x, w, options{}, plain);
    reduce_extrema<kernels::compiled>(what, x, w, options{}, compiled);
    reduce_extrema(what, x, w, options{}, four, thread_executor(4));
    CHECK(std::memcmp(plain.data(), compiled.data(), plain.size() * sizeof(double)) == 0);
    CHECK(std::memcmp(plain.data(), four.data(), plain.size() * sizeof(double)) == 0);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < w.size(); ++i)
      wrong += !same(plain[i], greatest(x, w.first(i), w.stop(i), maximum ? 1.0 : -1.0));
    CHECK(wrong == 0);
  }
}

}  // namespace

TEST_CASE("extrema equal those found one by one, the sign of zeros with them, wherever blocks begin") {
  for (const bool odd : {false, true}) {
    const auto x = values(9000, odd);
    for (const std::int64_t window : {1, 2, 7, 60, 1100}) {
      check_all(x, fixed_windows(9000, window));
      check_all(x, fixed_windows(9000, window, true, closed::both));
      check_all(x, fixed_windows(9000, window, false, closed::left, 3));
    }
  }
  check_all(values(300, true), fixed_windows(300, 5000));
  check_all(values(300, false), fixed_windows(300, 5000, true));
}

TEST_CASE("extrema of windows whose bounds go back are those of their rows") {
  const auto x = values(500, true);
  windows w;
  w.rows = 500;
  for (std::int64_t i = 0; i < 400; ++i) {
    const std::int64_t first = (i * 7919) % 480, length = (i * 31) % 60;
    w.start.push_back(first);
    w.end.push_back(first + length > 500 ? 500 : first + length);
  }
  check_all(x, w);
}

TEST_CASE("infinities that propagate are values, NaN that propagate show") {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> x = {1.0, -inf, 2.0, missing, 5.0, 4.0};
  options how;
  how.inf = treatment::propagate;
  how.nan = treatment::propagate;
  windows moving = fixed_windows(6, 2).spelled_out();
  for (const windows& w : {fixed_windows(6, 2), moving}) {
    std::vector<double> least(6), most(6);
    reduce_extrema(reduction::minimum, x, w, how, least);
    reduce_extrema(reduction::maximum, x, w, how, most);
    CHECK(least[1] == -inf);
    CHECK(most[1] == 1.0);
    CHECK(most[2] == 2.0);
    CHECK(most[3] != most[3]);
    CHECK(least[4] != least[4]);
    CHECK(least[5] == 4.0);
  }
}

TEST_CASE(
    "extrema of windows in time, and of bounds that hold few rows or many, are those found one by one") {
  for (const bool odd : {false, true}) {
    const auto x = values(9000, odd);
    std::vector<std::int64_t> times(x.size()), start(x.size()), end(x.size());
    std::int64_t now = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto h = (i * 40503u) % 1009u, row = i;
      times[i] = now += i / 1500 % 2 == 0 ? static_cast<std::int64_t>(h % 9) : h % 40 == 0 ? 200 : 1;
      start[i] = static_cast<std::int64_t>(row > h % 60 + i / 300 ? row - h % 60 - i / 300 : 0);
      end[i] = static_cast<std::int64_t>(h % 71 == 0 ? row - row % 2 : row + 1);
    }
    for (const std::int64_t width : {1, 30, 900})
      for (const closed ends : {closed::right, closed::neither, closed::both})
        check_all(x, time_windows(times, width, width == 30, ends));
    check_all(x, bounded_windows(static_cast<std::int64_t>(x.size()), start, end));
  }
}
