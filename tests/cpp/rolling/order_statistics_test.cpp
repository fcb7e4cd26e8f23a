#include "barograph/rolling/order_statistics.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

std::vector<double> by_sorting(const std::vector<double>& x, const windows& w, double q) {
  std::vector<double> out;
  for (std::size_t i = 0; i < w.size(); ++i) {
    std::vector<double> part;
    for (std::int64_t j = w.first(i); j < w.stop(i); ++j)
      if (x[static_cast<std::size_t>(j)] == x[static_cast<std::size_t>(j)])
        part.push_back(x[static_cast<std::size_t>(j)]);
    std::sort(part.begin(), part.end());
    if (part.empty()) {
      out.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    const double h = q * static_cast<double>(part.size() - 1);
    const auto k = static_cast<std::size_t>(h);
    const double t = h - static_cast<double>(k);
    out.push_back(t == 0.0 ? part[k] : part[k] + (part[k + 1] - part[k]) * t);
  }
  return out;
}

std::vector<double> shaped(int shape, std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double h = static_cast<double>((i * 2654435761u) % 1000003u) / 1000003.0;
    x[i] = shape == 0   ? h
           : shape == 1 ? static_cast<double>(static_cast<int>(h * 4))  // heavy ties
           : shape == 2 ? (i % 997 == 0 ? 1e300 : h * 1e-12)            // one prefix for nearly all
                        : (h < 0.3 ? std::numeric_limits<double>::quiet_NaN() : -h);
  }
  return x;
}

}  // namespace

TEST_CASE("quantiles equal those of sorted windows, bit by bit, in header and compiled form") {
  for (int shape = 0; shape < 4; ++shape)
    for (const std::int64_t window : {1, 2, 33, 400, 1200}) {
      const auto x = shaped(shape, 1200);
      const windows w = fixed_windows(1200, window, window == 33);
      const std::vector<double> q = {0.0, 0.25, 0.5, 0.99, 1.0};
      std::vector<double> plain(q.size() * w.size()), compiled(plain.size());
      quantiles(x, w, q, interpolation::linear, options{}, plain);
      quantiles<kernels::compiled>(x, w, q, interpolation::linear, options{}, compiled);
      CHECK(std::memcmp(plain.data(), compiled.data(), plain.size() * sizeof(double)) == 0);
      for (std::size_t k = 0; k < q.size(); ++k) {
        const auto want = by_sorting(x, w, q[k]);
        CHECK(std::memcmp(plain.data() + k * w.size(), want.data(), want.size() * sizeof(double)) == 0);
      }
    }
}

TEST_CASE("a Weibull quantile stands at (n + 1) q among n values, within their range") {
  std::vector<double> x(19);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>((i * 7) % 19);  // 0 to 18
  const windows w = fixed_windows(19, 19);
  const std::vector<double> q = {0.02, 0.05, 0.12, 0.5, 0.95, 0.99};
  std::vector<double> plain(q.size() * 19), compiled(plain.size());
  quantiles(x, w, q, interpolation::weibull, options{}, plain);
  quantiles<kernels::compiled>(x, w, q, interpolation::weibull, options{}, compiled);
  CHECK(std::memcmp(plain.data(), compiled.data(), plain.size() * sizeof(double)) == 0);
  const double want[] = {0.0, 0.0, 1.4, 9.0, 18.0, 18.0};
  for (std::size_t k = 0; k < q.size(); ++k) CHECK(plain[k * 19 + 18] == Approx(want[k]).margin(1e-12));
}

TEST_CASE("windows far apart and empty windows are in order") {
  windows w;
  w.rows = 6;
  w.start = {0, 1, 4, 6};
  w.end = {0, 2, 6, 6};
  const std::vector<double> x = {5, 4, 3, 2, 1, 0}, q = {0.5};
  std::vector<double> out(4);
  quantiles(x, w, q, interpolation::midpoint, options{}, out);
  CHECK(out[0] != out[0]);
  CHECK(out[1] == 4.0);
  CHECK(out[2] == 0.5);
  CHECK(out[3] != out[3]);
}

TEST_CASE("a quantile outside 0 to 1 is refused") {
  const std::vector<double> x = {1};
  std::vector<double> out(1);
  for (const double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> q = {bad};
    CHECK_THROWS_AS(quantiles(x, fixed_windows(1, 1), q, interpolation::linear, options{}, out),
                    invalid_argument);
  }
}
