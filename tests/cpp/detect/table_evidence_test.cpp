#include "barograph/detect/table_evidence.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using detect::table_evidence;

namespace {

/// Exponential quantiles in an order that says nothing.
std::vector<double> waiting(std::size_t n) {
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i)
    out[i] = -std::log((static_cast<double>(i * 7 % n) + 0.5) / static_cast<double>(n));
  return out;
}

}  // namespace

TEST_CASE("the order of all rows is that of the first kind where the second says nothing") {
  const std::vector<double> first = waiting(500), second(500, 1.0);
  const auto evidence = table_evidence(first, second);
  for (std::size_t i = 0; i < 500; ++i)
    for (std::size_t k = 0; k < 500; ++k)
      if (first[i] < first[k]) CHECK(evidence[i] < evidence[k]);
  CHECK(*std::min_element(evidence.begin(), evidence.end()) >= 0);
}

TEST_CASE("evidence is the probability that the better of two is so high") {
  const auto evidence = table_evidence(waiting(2001), waiting(2001));
  // of exponential strangeness p = exp(-x): for the better of two 1 - (1 - p)^2
  for (const double p : {0.3, 0.1, 0.02}) {
    std::size_t reached = 0;
    for (const double e : evidence) reached += std::pow(10.0, -e) <= 1 - (1 - p) * (1 - p);
    CHECK(static_cast<double>(reached) / 2001 == Approx(p).epsilon(0.1));
  }
}

TEST_CASE("the second kind counts where it is rarer than one row in ten thousand") {
  std::vector<double> first = waiting(1000), second = waiting(1000);
  std::reverse(second.begin(), second.end());
  const auto before = table_evidence(first, second);
  second[10] = 60;  // of a thousand rows it may be of a heavier tail
  const auto after = table_evidence(first, second);
  CHECK(after[10] > 4);
  for (std::size_t i = 0; i < 1000; ++i)
    if (i != 10) CHECK(after[i] == Approx(before[i]).margin(0.05));
  CHECK_THROWS_AS(table_evidence(first, {}), invalid_argument);
  CHECK(table_evidence({}, {}).empty());
}

TEST_CASE("a second kind whose tail is heavy makes no findings by it") {
  std::vector<double> second = waiting(1000);
  for (double& v : second) v = std::exp(0.5 * v);  // p^-1/2: the largest is 30 times the median
  for (const double e : table_evidence(waiting(1000), second)) CHECK(e < 4);
}
