#include "barograph/rolling/reductions.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

std::vector<double> noise(std::size_t n, double share_missing) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double h = static_cast<double>((i * 2654435761u) % 1000003u) / 1000003.0;
    x[i] = h < share_missing ? std::numeric_limits<double>::quiet_NaN() : (h - 0.5) * 1e3;
  }
  return x;
}

template <class Kernels>
std::vector<double> run(reduction what, const std::vector<double>& x, const windows& w) {
  std::vector<double> out(w.size());
  reduce<Kernels>(what, x, w, options{}, 1.0, out);
  return out;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

const reduction all[] = {reduction::sum,      reduction::mean,     reduction::variance, reduction::deviation,
                         reduction::skewness, reduction::kurtosis, reduction::minimum,  reduction::maximum};

/// To the last digits; skewness and kurtosis, which go through zero, to those of 1.
bool agree(reduction what, double a, double b) {
  const bool shape = what == reduction::skewness || what == reduction::kurtosis;
  return (std::isnan(a) && std::isnan(b)) || std::fabs(a - b) <= 1e-13 * (std::fabs(b) + (shape ? 1.0 : 0.0));
}

/// Windows of some 40 rows that begin and end irregularly, a stretch of them far from the others.
windows irregular(std::int64_t rows) {
  std::vector<std::int64_t> start, end;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t at = i > 600 && i < 620 ? rows - i : i;
    start.push_back(at < 40 ? 0 : at - 40 + at * at % 7);
    end.push_back(at < 10 ? at : at + 1 - at * at % 3);
  }
  return bounded_windows(rows, start, end);
}

}  // namespace

TEST_CASE("compiled kernels give the bits of the headers, with and without missing values") {
  for (const double missing : {0.0, 0.2})
    for (const std::int64_t window : {1, 2, 7, 60, 500}) {
      const auto x = noise(1001, missing);
      for (const auto& w : {fixed_windows(1001, window), fixed_windows(1001, window, true),
                            fixed_windows(1001, window, false, closed::both, 3), irregular(1001)})
        for (const reduction what : all)
          CHECK(same_bits(run<inline_kernels>(what, x, w), run<kernels::compiled>(what, x, w)));
    }
}

TEST_CASE("sums equal those of integers, which are exact") {
  std::vector<double> x(300);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>((i * 7919) % 1000);
  const auto got = run<inline_kernels>(reduction::sum, x, fixed_windows(300, 17));
  for (std::size_t i = 16; i < x.size(); ++i) {
    double want = 0;
    for (std::size_t j = i - 16; j <= i; ++j) want += x[j];
    REQUIRE(got[i] == want);
  }
}

TEST_CASE("fixed windows and the same windows as moving bounds agree") {
  const auto x = noise(777, 0.1);
  const windows fixed = fixed_windows(777, 31);
  for (const reduction what : all) {
    const auto a = run<inline_kernels>(what, x, fixed), b = run<inline_kernels>(what, x, fixed.spelled_out());
    for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(agree(what, a[i], b[i]));
  }
}

TEST_CASE("sizes that do not agree are refused") {
  std::vector<double> x(5), out(4);
  CHECK_THROWS_AS(reduce(reduction::sum, x, fixed_windows(5, 2), options{}, 1.0, out), invalid_argument);
  CHECK_THROWS_AS(reduce(reduction::sum, x, fixed_windows(4, 2), options{}, 1.0, out), invalid_argument);
  CHECK_THROWS_AS(count(x, fixed_windows(4, 2), options{}, out), invalid_argument);
}

TEST_CASE("counts are of values, min_periods of rows") {
  const std::vector<double> x = {1, std::numeric_limits<double>::quiet_NaN(), 3};
  std::vector<double> out(3);
  options how;
  how.min_periods = 2;
  count(x, fixed_windows(3, 2), how, out);
  CHECK(std::isnan(out[0]));
  CHECK(out[1] == 1.0);
  CHECK(out[2] == 1.0);
}

TEST_CASE("means of the largest doubles have the same bits in every instruction set") {
  // Beyond 2^996 Dekker's product overflows where a fused multiply-add does not.
  std::vector<double> x(400);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = std::ldexp(1.0 + static_cast<double>(i % 97) / 97.0, 1010);
  for (const std::int64_t window : {3, 7, 49}) {
    const auto w = fixed_windows(400, window);
    const auto means = run<inline_kernels>(reduction::mean, x, w);
    CHECK(same_bits(means, run<kernels::compiled>(reduction::mean, x, w)));
    std::vector<double> small(x);
    for (double& v : small) v = std::ldexp(v, -1010);
    const auto want = run<inline_kernels>(reduction::mean, small, w);
    for (std::size_t i = 48; i < x.size(); ++i) CHECK(means[i] == std::ldexp(want[i], 1010));
  }
}

TEST_CASE("growing windows give what windows of the same bounds give, sums to the last digits") {
  for (const double missing : {0.0, 0.2}) {
    const auto x = noise(700, missing);
    const windows grown = fixed_windows(700, 700), spelled = grown.spelled_out();
    for (const reduction what : all) {
      const auto a = run<kernels::compiled>(what, x, grown), b = run<kernels::compiled>(what, x, spelled);
      CHECK(same_bits(a, run<inline_kernels>(what, x, grown)));
      for (std::size_t i = 0; i < a.size(); ++i) CHECK(agree(what, a[i], b[i]));
    }
  }
}

TEST_CASE("floats and integers have the bits of converting them first") {
  std::vector<float> floats(30000);
  std::vector<std::int64_t> integers(floats.size());
  for (std::size_t i = 0; i < floats.size(); ++i) {
    const double h = static_cast<double>((i * 2654435761u) % 1000003u);
    floats[i] = static_cast<float>(h - 5e5);
    integers[i] = static_cast<std::int64_t>(h) << (i % 50 == 0 ? 40 : 3);
  }
  floats[700] = std::numeric_limits<float>::quiet_NaN();
  const auto n = static_cast<std::int64_t>(floats.size());
  std::vector<std::int64_t> start(floats.size()), end(floats.size());
  for (std::int64_t i = 0; i < n; ++i) {
    start[static_cast<std::size_t>(i)] = i / 2;
    end[static_cast<std::size_t>(i)] = i / 2 + i % 90;
  }
  const windows cases[] = {fixed_windows(n, 5),
                           fixed_windows(n, 60, true),
                           fixed_windows(n, n / 3),
                           fixed_windows(n, n),
                           fixed_windows(n, 60, false, closed::right, 3),
                           bounded_windows(n, start, end)};
  for (const windows& w : cases)
    for (const reduction what : all)
      for (const number_span& x : {number_span(floats), number_span(integers)}) {
        std::vector<double> got(w.size());
        reduce<kernels::compiled>(what, x, w, options{}, 1.0, got);
        CHECK(same_bits(got, run<kernels::compiled>(what, x.as_doubles(), w)));
      }
}
