#include "barograph/stats/interval.hpp"

#include <limits>

#include "catch.hpp"

using namespace barograph;

namespace {
/// P(B <= k) for B ~ Binomial(n, q), term by term from the definition.
long double at_most(std::int64_t k, int n, long double q) {
  long double total = 0;
  for (int i = 0; i <= k && i <= n; ++i) {
    long double term = 1;
    for (int j = 0; j < i; ++j) term *= q * static_cast<long double>(n - j) / static_cast<long double>(i - j);
    for (int j = 0; j < n - i; ++j) term *= 1 - q;
    total += term;
  }
  return total;
}
}  // namespace

TEST_CASE("ranks for the median are those of printed tables") {
  const auto ranks = [](std::uint64_t n) {
    const rank_interval r = quantile_ranks(n, 0.5);
    return std::pair<std::uint64_t, std::uint64_t>(r.lower, r.upper);
  };
  using pair = std::pair<std::uint64_t, std::uint64_t>;
  CHECK(ranks(5) == pair(0, 6));  // 2 / 2^5 is more than 5 %: five values bound nothing
  CHECK(ranks(6) == pair(1, 6));
  CHECK(ranks(10) == pair(2, 9));
  CHECK(ranks(20) == pair(6, 15));
  CHECK(ranks(100) == pair(40, 61));
}

TEST_CASE("the ranks hold their confidence, and no narrower ones on either side do") {
  for (const double q : {0.01, 0.25, 0.5, 0.9, 0.99})
    for (const double confidence : {0.5, 0.9, 0.95, 0.999})
      for (const int n : {1, 2, 3, 7, 12, 30, 60}) {
        const rank_interval r = quantile_ranks(static_cast<std::uint64_t>(n), q, confidence);
        const auto doubt = static_cast<long double>(1 - confidence) / 2;
        const auto lower = static_cast<std::int64_t>(r.lower);
        const auto upper = static_cast<std::int64_t>(r.upper);
        INFO(n << ' ' << q << ' ' << confidence << ": " << lower << ' ' << upper);
        CHECK(at_most(lower - 1, n, q) <= doubt * 1.000001L);
        CHECK(1 - at_most(upper - 1, n, q) <= doubt * 1.000001L);
        const double h = q * (n - 1);  // the sample's own quantile stays inside
        const bool left_is_sample = lower == static_cast<std::int64_t>(h) + 1;
        const bool right_is_sample = upper == static_cast<std::int64_t>(std::ceil(h)) + 1;
        if (!left_is_sample) CHECK(at_most(lower, n, q) > doubt * 0.999999L);
        if (!right_is_sample) CHECK(1 - at_most(upper - 2, n, q) > doubt * 0.999999L);
      }
}

TEST_CASE("nothing bounds the ends, and nothing is known of nothing") {
  for (const double q : {0.0, 0.5, 1.0}) {
    CHECK(quantile_ranks(0, q).lower == 0);
    CHECK(quantile_ranks(0, q).upper == 1);
  }
  CHECK(quantile_ranks(10, 0).lower == 0);
  CHECK(quantile_ranks(10, 0).upper == 1);
  CHECK(quantile_ranks(10, 1).lower == 10);
  CHECK(quantile_ranks(10, 1).upper == 11);
  CHECK(quantile_ranks(1, 0.5).lower == 0);
  CHECK(quantile_ranks(1, 0.5).upper == 2);
}

TEST_CASE("large counts agree with the normal law, on both sides of the change of method") {
  for (const std::uint64_t n : {std::uint64_t{1} << 26, (std::uint64_t{1} << 26) + 1}) {
    const double reach = 1.959963984540054 * std::sqrt(static_cast<double>(n) / 4);
    const rank_interval r = quantile_ranks(n, 0.5);
    CHECK(static_cast<double>(r.lower) == Approx(static_cast<double>(n) / 2 - reach).margin(3));
    CHECK(static_cast<double>(r.upper) == Approx(static_cast<double>(n) / 2 + reach).margin(3));
  }
  const rank_interval far = quantile_ranks(std::uint64_t{1} << 40, 1e-13);  // 0.1 values are expected below
  CHECK(far.lower == 0);
  CHECK(far.upper >= 2);
}

TEST_CASE("a quantile or confidence that is none is refused by name") {
  const auto complaint = [](double q, double confidence) -> std::string {
    try {
      quantile_ranks(9, q, confidence);
    } catch (const invalid_argument& e) {
      return e.what();
    }
    return "";
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double q : {-0.1, 1.1, nan}) CHECK(complaint(q, 0.95).rfind("q: ", 0) == 0);
  for (const double c : {0.0, 1.0, -1.0, nan}) CHECK(complaint(0.5, c).rfind("confidence: ", 0) == 0);
}
