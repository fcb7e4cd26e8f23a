#include "barograph/rolling/exponential_moments.hpp"

#include <cmath>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

std::vector<double> wave(std::size_t n, double step) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 100.0 + std::sin(step * static_cast<double>(i));
  return x;
}

}  // namespace

TEST_CASE("stretches of rows and rows one by one leave the same state, in any order") {
  const auto x = wave(1000, 0.37);
  for (const double span : {9.0, 60.0, 400.0}) {
    exponential_moments by_row(decay::from_span(span)), both(decay::from_span(span));
    std::vector<double> out(x.size());
    for (std::size_t i = 0; i < x.size();) {
      const std::size_t some = both.within_stretch()
                                   ? 0
                                   : both.update_stretches(reduction::variance, x.data() + i,
                                                           std::min<std::size_t>(x.size() - i, 200), &out[i]);
      for (std::size_t k = i; k < i + some; ++k) {
        by_row.update(x[k]);
        REQUIRE(out[k] == by_row.variance());
      }
      i += some;
      for (std::size_t last = i + 150; i < last && i < x.size(); ++i) {
        by_row.update(x[i]);
        both.update(x[i]);
        REQUIRE(both.mean() == by_row.mean());
        REQUIRE((both.count() == 1 || both.variance() == by_row.variance()));  // of one value there is none
      }
    }
    CHECK(both.count() == by_row.count());
  }
}

TEST_CASE("the same of pairs") {
  const auto x = wave(600, 0.37), y = wave(600, 0.21);
  exponential_comoments by_row(decay::from_span(60)), both(decay::from_span(60));
  for (std::size_t i = 0; i < 10; ++i) {
    by_row.update(x[i], y[i]);
    both.update(x[i], y[i]);
  }
  // The ten rows were part of a stretch, which goes on to its end.
  std::size_t i = 10;
  for (; both.within_stretch(); ++i) {
    by_row.update(x[i], y[i]);
    both.update(x[i], y[i]);
  }
  std::vector<double> out(x.size());
  const std::size_t some = both.update_stretches(reduction::correlation, &x[i], &y[i], x.size() - i, &out[i]);
  REQUIRE(some > 100);
  for (const std::size_t end = i + some; i < end; ++i) {
    by_row.update(x[i], y[i]);
    REQUIRE(out[i] == by_row.correlation());
  }
  CHECK(both.covariance() == by_row.covariance());
}

TEST_CASE("without values there are no figures") {
  const exponential_moments none(decay::from_alpha(0.1));
  CHECK(std::isnan(none.mean()));
  CHECK(std::isnan(none.deviation()));
  CHECK(std::isnan(exponential_comoments(decay::from_alpha(0.1)).correlation()));
}
