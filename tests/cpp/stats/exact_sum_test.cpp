#include "barograph/stats/exact_sum.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
double sum_of(std::vector<double> values) {
  exact_sum s;
  s.update(span<const double>(values));
  return s.value();
}
}  // namespace

TEST_CASE("small terms survive large ones that cancel") {
  CHECK(sum_of({1e308, 1.0, -1e308}) == 1.0);
  CHECK(sum_of({1e308, 5e-324, -1e308}) == 5e-324);
  CHECK(sum_of(std::vector<double>(10, 0.1)) == 1.0);
}

TEST_CASE("ties round to even, and a bit far below breaks the tie") {
  CHECK(sum_of({0x1p53, 1.0}) == 0x1p53);
  CHECK(sum_of({0x1p53 + 2, 1.0}) == 0x1p53 + 4);
  CHECK(sum_of({0x1p53, 1.0, 5e-324}) == 0x1p53 + 2);
  CHECK(sum_of({-0x1p53, -1.0, -5e-324}) == -0x1p53 - 2);
}

TEST_CASE("a sum beyond the largest double is infinite until something brings it back") {
  const double largest = std::numeric_limits<double>::max();
  CHECK(sum_of({largest, largest}) == std::numeric_limits<double>::infinity());
  CHECK(sum_of({largest, 0x1p969}) == largest);
  CHECK(sum_of({largest, 0x1p970}) == std::numeric_limits<double>::infinity());
  CHECK(sum_of({largest, largest, -largest}) == largest);
}

TEST_CASE("what is not finite is counted apart") {
  exact_sum s;
  const double inf = std::numeric_limits<double>::infinity();
  s.update(span<const double>(std::vector<double>{1.0, inf, std::nan(""), -inf, 2.0, inf}));
  CHECK(s.value() == 3.0);
  CHECK(s.count() == 2);
  CHECK(s.nan_count() == 1);
  CHECK(s.positive_infinity_count() == 2);
  CHECK(s.negative_infinity_count() == 1);
}

TEST_CASE("more values than fit between two carries") {
  exact_sum s;
  const std::vector<double> values(100003, std::numeric_limits<double>::max());
  s.update(span<const double>(values));
  for (int i = 0; i < 5000; ++i) s.update(std::numeric_limits<double>::max());
  CHECK(s.mean() == std::numeric_limits<double>::max());
  exact_sum minus;
  minus.update(-std::numeric_limits<double>::max(), 105003);
  s.merge(minus);
  CHECK(s.value() == 0.0);
}

TEST_CASE("subtraction leaves no trace, and refuses what is not contained") {
  exact_sum a;
  a.update(1e300);
  a.update(0.1);
  exact_sum b;
  b.update(1e300);
  exact_sum rest;
  rest.update(0.1);
  a.subtract(b);
  CHECK(a == rest);
  CHECK_THROWS_AS(a.subtract(b), invalid_argument);  // 1e300 is no longer there
  CHECK(a == rest);
}
