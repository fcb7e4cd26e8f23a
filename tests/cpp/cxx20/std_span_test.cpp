// Built as C++20, against kernels built as C++17: every header holds in both, and std::span goes in.
#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "barograph/barograph.hpp"
#include "catch.hpp"

static_assert(__cplusplus >= 202002L);

using namespace barograph;

TEST_CASE("std::span of any extent goes into states and rolling statistics as it is") {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(0.25 * ((i * 7) % 31));
  const std::span<double> writable(values);
  const std::span<const double> view(values);
  const std::span<const double, 400> fixed(view.data(), 400);

  moments want, from_writable, from_view, from_fixed;
  want.update(span<const double>(values.data(), values.size()));
  from_writable.update(writable);
  from_view.update(view);
  from_fixed.update(fixed);
  CHECK(from_writable == want);
  CHECK(from_view == want);
  CHECK(from_fixed == want);

  const rolling::windows windows = rolling::fixed_windows(400, 60);
  const std::vector<double> q = {0.95};
  std::vector<double> expected(400), given(400);
  rolling::quantiles<kernels::compiled>(values, windows, q, rolling::interpolation::linear,
                                        rolling::options{}, expected);
  rolling::quantiles<kernels::compiled>(view, windows, std::span<const double>(q),
                                        rolling::interpolation::linear, rolling::options{},
                                        std::span<double>(given));
  CHECK(std::equal(given.begin() + 59, given.end(), expected.begin() + 59));
  CHECK(given[399] > 7.0);
}

TEST_CASE("a part of a std::span and an empty one are what they are") {
  const std::array<double, 5> values = {1, 2, 3, 4, 5};
  moments some, none;
  some.update(std::span(values).subspan(1, 3));
  none.update(std::span<const double>());
  CHECK(some.count() == 3);
  CHECK(some.mean() == 3.0);
  CHECK(none.count() == 0);
}
