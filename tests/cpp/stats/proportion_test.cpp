#include "barograph/stats/proportion.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("Wilson's interval agrees with the closed form") {
  // scipy.stats.binomtest(k, n).proportion_ci(confidence_level=c, method="wilson")
  const interval a = proportion(3, 10).wilson();
  CHECK(a.lower == Approx(0.10779126740630099).epsilon(1e-14));
  CHECK(a.upper == Approx(0.6032218525388546).epsilon(1e-14));
  const interval b = proportion(450, 10000).wilson(0.99);
  CHECK(b.lower == Approx(0.03995513942256712).epsilon(1e-13));
  CHECK(b.upper == Approx(0.05064823583488133).epsilon(1e-13));
}

TEST_CASE("the ends are exact and nothing is known of nothing") {
  CHECK(proportion(0, 20).wilson().lower == 0.0);
  CHECK(proportion(20, 20).wilson().upper == 1.0);
  CHECK(proportion().wilson().lower == 0.0);
  CHECK(proportion().wilson().upper == 1.0);
  CHECK(std::isnan(proportion().rate()));
}

TEST_CASE("trials arrive one by one, in batches and as counts") {
  proportion p;
  p.update(true);
  p.update(false, 3);
  const bool batch[] = {true, true, false};
  p.update(span<const bool>(batch));
  p.update_counts(2, 5);
  CHECK(p == proportion(5, 12));
  CHECK(p.rate() == 5.0 / 12);
}

TEST_CASE("a confidence outside of (0, 1) is refused by name") {
  CHECK_THROWS_WITH(proportion(1, 2).wilson(1.0), Catch::Contains("confidence"));
}

TEST_CASE("every byte but 0 is one success") {
  const std::vector<std::uint8_t> bytes = {0, 1, 2, 255, 0};
  proportion p;
  p.update(span<const std::uint8_t>(bytes));
  CHECK(p.successes() == 3);
  CHECK(p.trials() == 5);
}
