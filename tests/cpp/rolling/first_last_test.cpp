#include "barograph/rolling/first_last.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();
const double inf = std::numeric_limits<double>::infinity();

std::vector<double> of(window_end which, const std::vector<double>& x, const windows& w,
                       const options& how = {}) {
  std::vector<double> out(w.size());
  value_at(which, x, w, how, out);
  for (double& v : out)
    if (v != v) v = -999.0;
  return out;
}

}  // namespace

TEST_CASE("first and last are the ends of a window without what is missing") {
  const std::vector<double> x = {missing, 1.0, missing, 3.0, inf, missing, missing, 8.0};
  const windows w = fixed_windows(8, 3);
  CHECK(of(window_end::first, x, w) == std::vector<double>{-999, 1, 1, 1, 3, 3, -999, 8});
  CHECK(of(window_end::last, x, w) == std::vector<double>{-999, 1, 1, 3, 3, 3, -999, 8});
  options how;
  how.inf = treatment::propagate;
  CHECK(of(window_end::last, x, w, how) == std::vector<double>{-999, 1, 1, 3, inf, inf, inf, 8});
  how.min_periods = 2;
  CHECK(of(window_end::first, x, w, how) == std::vector<double>{-999, -999, -999, 1, 3, 3, -999, -999});
}

TEST_CASE("without missing values the ends are those of the window") {
  const std::vector<double> x = {4.0, 5.0, 6.0};
  CHECK(of(window_end::first, x, fixed_windows(3, 2)) == std::vector<double>{4, 4, 5});
  CHECK(of(window_end::last, x, fixed_windows(3, 2, false, closed::left)) == std::vector<double>{-999, 4, 5});
}

TEST_CASE("an end that is none, and results of another size, are refused") {
  std::vector<double> x(2), out(1);
  CHECK_THROWS_AS(parse_window_end("middle"), invalid_argument);
  CHECK_THROWS_AS(value_at(window_end::last, x, fixed_windows(2, 1), options{}, out), invalid_argument);
}
