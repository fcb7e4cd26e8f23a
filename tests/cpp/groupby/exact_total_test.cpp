#include "barograph/groupby/detail/exact_total.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "barograph/groupby/detail/scan_plain.hpp"
#include "catch.hpp"

using barograph::groupby::detail::exact_total;
namespace plain = barograph::kernel::groupby;

namespace {
double total_of(std::initializer_list<double> values) {
  exact_total t;
  for (const double v : values) t.add_bits(plain::bits_of(v));
  return t.round_and_reset();
}
}  // namespace

TEST_CASE("what cancels leaves what was small") {
  CHECK(total_of({1e300, 1.0, -1e300}) == 1.0);
  CHECK(total_of({1.0, 1e-300, -1.0}) == 1e-300);
  CHECK(total_of({5e-324, 5e-324, -5e-324}) == 5e-324);
  CHECK(total_of({}) == 0.0);
}

TEST_CASE("halves round to even, unless anything lies below") {
  CHECK(total_of({9007199254740992.0, 1.0}) == 9007199254740992.0);
  CHECK(total_of({9007199254740994.0, 1.0}) == 9007199254740996.0);
  CHECK(total_of({9007199254740992.0, 1.0, 5e-324}) == 9007199254740994.0);
  CHECK(total_of({-9007199254740992.0, -1.0, -5e-324}) == -9007199254740994.0);
}

TEST_CASE("a total beyond the largest double is infinite, and comes back") {
  constexpr double most = std::numeric_limits<double>::max();
  CHECK(total_of({most, most}) == std::numeric_limits<double>::infinity());
  CHECK(total_of({most, most, -most}) == most);
}

TEST_CASE("a scaled count equals as many single values") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t fraction = random() >> 12;
    const auto exponent = static_cast<unsigned>(random() % 2046);
    exact_total one;
    exact_total many;
    one.add(static_cast<barograph::groupby::detail::uint128>(fraction) * 17, exponent, (i & 1) != 0);
    for (int k = 0; k < 17; ++k) many.add(fraction, exponent, (i & 1) != 0);
    CHECK(one.round_and_reset() == many.round_and_reset());
  }
}
