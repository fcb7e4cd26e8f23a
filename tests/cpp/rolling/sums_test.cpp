#include "barograph/rolling/sums.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "barograph/stats/exact_sum.hpp"
#include "barograph/stats/moments.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::rolling;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> values(std::size_t n, double offset) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i)
    x[i] = offset + static_cast<double>((i * 2654435761u) % 10007u) / 7.0 - 700.0;
  return x;
}

std::vector<double> of(reduction what, const std::vector<double>& x, const windows& w,
                       const options& how = {}) {
  std::vector<double> out(w.size());
  reduce_sums(what, x, w, how, 1.0, out);
  return out;
}

double size_of(const std::vector<double>& x, const windows& w, std::size_t i) {
  double all = 0.0;
  for (auto row = static_cast<std::size_t>(w.first(i)); row < static_cast<std::size_t>(w.stop(i)); ++row)
    all += std::fabs(x[row]);
  return all;
}

template <class State>
State exact(const std::vector<double>& x, const windows& w, std::size_t i) {
  State s;
  for (auto row = static_cast<std::size_t>(w.first(i)); row < static_cast<std::size_t>(w.stop(i)); ++row)
    s.update(x[row]);
  return s;
}

}  // namespace

TEST_CASE("sums and means are within 2u of the sum of magnitudes, whatever the window and the offset") {
  for (const double offset : {0.0, 1e9, -1e15})
    for (const std::int64_t length : {1, 5, 8, 9, 33, 400}) {
      const auto x = values(700, offset);
      const windows w = fixed_windows(700, length);
      const auto sum = of(reduction::sum, x, w), mean = of(reduction::mean, x, w);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const auto s = exact<exact_sum>(x, w, i);
        const double bound = 0x1p-52 * size_of(x, w, i), n = static_cast<double>(w.stop(i) - w.first(i));
        wrong += !(std::fabs(sum[i] - s.value()) <= bound);
        wrong += !(std::fabs(mean[i] - s.value() / n) <= bound / n);
      }
      CHECK(wrong == 0);
    }
}

TEST_CASE("variances are those of exact sums, at an offset of 1e9 too") {
  for (const double offset : {0.0, 1e9}) {
    const auto x = values(500, offset);
    const windows w = fixed_windows(500, 30);
    const auto var = of(reduction::variance, x, w);
    std::size_t wrong = 0;
    for (std::size_t i = 1; i < x.size(); ++i) {
      const double want = exact<moments>(x, w, i).variance(1);
      wrong += !(std::fabs(var[i] - want) <= 8 * 0x1p-53 * want);  // a few roundings of the quotients
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a spike does not leak into windows that do not hold it, however large") {
  for (const double spike : {1e50, 1e150, 1e300}) {
    auto x = values(300, 0.0), y = values(300, 5.0);
    const windows w = fixed_windows(300, 10);
    std::vector<double> calm(300), torn(300);
    const auto without = of(reduction::deviation, x, w), without_k = of(reduction::kurtosis, x, w);
    reduce_pairs(reduction::covariance, x, y, w, {}, {}, 1.0, calm);
    x[150] = spike;
    const auto with = of(reduction::deviation, x, w), with_k = of(reduction::kurtosis, x, w);
    reduce_pairs(reduction::covariance, x, y, w, {}, {}, 1.0, torn);
    std::size_t leaks = 0;
    // Near a spike sums are made in the slower way, which may round a last digit otherwise.
    const auto differ = [](double a, double b) {
      return !(std::fabs(a - b) <= 1e-14 * (1.0 + std::fabs(b)));
    };
    for (std::size_t i = 9; i < x.size(); ++i)
      if (i < 150 || i >= 160)
        leaks += differ(with[i], without[i]) || differ(with_k[i], without_k[i]) || torn[i] != calm[i];
    CHECK(leaks == 0);
    CHECK(std::fabs(with[155] / spike - std::sqrt(0.1)) <= 1e-15);  // (n - 1) zeros beside it
  }
}

TEST_CASE("series with NaN alone are read as they stand and give what a copy gives") {
  auto x = values(600, 1e6);
  for (std::size_t i = 0; i < x.size(); i += 7) x[i] = missing;
  const std::vector<unsigned char> mask(x.size(), 0);  // masks nothing, but makes a copy
  options how, masked;
  how.min_periods = masked.min_periods = 2;
  masked.mask = mask;
  for (const std::int64_t length : {3, 20, 600})
    for (const reduction what :
         {reduction::sum, reduction::mean, reduction::deviation, reduction::kurtosis}) {
      const auto direct = of(what, x, fixed_windows(600, length), how);
      const auto copied = of(what, x, fixed_windows(600, length), masked);
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < x.size(); ++i)
        wrong += !(direct[i] == copied[i] || (direct[i] != direct[i] && copied[i] != copied[i]));
      CHECK(wrong == 0);
    }
}

TEST_CASE("growing windows have the same bits whether four blocks go at a time or one row") {
  // Missing values, a jump, and lengths about those of blocks: every way through the kernels.
  auto x = values(2300, 1e6);
  x[0] = x[1] = x[20] = x[1100] = x[2000] = missing;
  for (std::size_t i = 1500; i < x.size(); ++i) x[i] *= 30.0;
  for (const reduction what :
       {reduction::mean, reduction::variance, reduction::skewness, reduction::kurtosis}) {
    const auto all = of(what, x, fixed_windows(2300, 2300));
    std::size_t wrong = 0;
    for (std::size_t n = 1; n <= x.size();
         n += n < 140 || n > 2200 ? 1 : 13) {  // the last row of shorter ones
      const std::vector<double> part(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n));
      const auto rows = static_cast<std::int64_t>(n);
      const double last = of(what, part, fixed_windows(rows, rows)).back();
      wrong += !(last == all[n - 1] || (last != last && all[n - 1] != all[n - 1]));
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("moments of growing windows are those of twice the precision, whatever comes first or later") {
  for (const int kind : {0, 1, 2, 3, 4, 5}) {
    auto x = values(6000, kind == 1 ? 1e9 : 0.0);
    if (kind == 2) x[0] = 1e9;      // what deviations are taken from at first
    if (kind == 3) x[3000] = 1e12;  // far from all others
    if (kind == 4)
      for (std::size_t i = 1030; i < 3000; ++i) x[i] = 1e7 + x[i];  // another level, and back
    if (kind == 5)
      for (double& v : x) v = std::exp(v / 100.0);
    const windows w = fixed_windows(6000, 6000);
    const auto var = of(reduction::variance, x, w), skew = of(reduction::skewness, x, w),
               kurt = of(reduction::kurtosis, x, w);
    for (std::size_t i = 4; i < x.size(); i += i < 1200 ? 97 : 331) {
      const auto n = static_cast<long double>(i + 1);
      long double mean = 0, m2 = 0, m3 = 0, m4 = 0;
      for (std::size_t k = 0; k <= i; ++k) mean += (static_cast<long double>(x[k]) - x[5]) / n;
      for (std::size_t k = 0; k <= i; ++k) {
        const long double d = (static_cast<long double>(x[k]) - x[5]) - mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
      }
      const long double want_skew = n * std::sqrt(n - 1) / (n - 2) * m3 / (m2 * std::sqrt(m2));
      const long double want_kurt =
          (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * n * m4 / (m2 * m2) - 3 * (n - 1));
      INFO("kind " << kind << ", row " << i);
      CHECK(std::fabs(var[i] - static_cast<double>(m2 / (n - 1))) <= 8 * 0x1p-53 * var[i]);
      CHECK(std::fabs(skew[i] - static_cast<double>(want_skew)) <= 1e-14 * (1 + std::fabs(skew[i])));
      CHECK(std::fabs(kurt[i] - static_cast<double>(want_kurt)) <= 1e-13 * (1 + std::fabs(kurt[i])));
    }
  }
}

TEST_CASE("shapes of windows of one length are those of twice the precision, whatever sizes stand together") {
  for (const int kind : {0, 1, 2, 3, 4, 5, 6})
    for (const std::int64_t length : {9, 23, 60, 300}) {
      const std::size_t rows = 4000;
      auto x = values(rows, kind == 1 ? 1e9 : 0.0);
      for (std::size_t i = 0; i < rows; ++i) {
        if (kind == 2) x[i] = std::exp(x[i] / 150.0);
        if (kind == 3) x[i] += 30.0 * static_cast<double>(i);       // a trend
        if (kind == 4 && i % 97 == 0) x[i] = 1e12;                  // spikes
        if (kind == 5 && i / 250 % 2 == 0) x[i] *= 1e-9;            // quiet at times
        if (kind == 6) x[i] = std::floor(std::fabs(x[i]) / 300.0);  // few different values
      }
      const windows w = fixed_windows(static_cast<std::int64_t>(rows), length);
      const auto skew = of(reduction::skewness, x, w), kurt = of(reduction::kurtosis, x, w);
      std::size_t wrong = 0;
      for (auto i = static_cast<std::size_t>(length - 1); i < rows; i += 7) {
        const auto begin = i + 1 - static_cast<std::size_t>(length);
        const auto n = static_cast<long double>(length);
        long double mean = 0, m2 = 0, m3 = 0, m4 = 0;
        for (std::size_t k = begin; k <= i; ++k) mean += (static_cast<long double>(x[k]) - x[i]) / n;
        for (std::size_t k = begin; k <= i; ++k) {
          const long double d = (static_cast<long double>(x[k]) - x[i]) - mean;
          m2 += d * d;
          m3 += d * d * d;
          m4 += d * d * d * d;
        }
        const long double s = n * std::sqrt(n - 1) / (n - 2) * m3 / (m2 * std::sqrt(m2));
        const long double k = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * n * m4 / (m2 * m2) - 3 * (n - 1));
        wrong +=
            !(m2 == 0 || std::fabs(skew[i] - static_cast<double>(s)) <= 1e-14 * (1 + std::fabs(skew[i])));
        wrong +=
            !(m2 == 0 || std::fabs(kurt[i] - static_cast<double>(k)) <= 1e-13 * (1 + std::fabs(kurt[i])));
      }
      INFO("kind " << kind << ", length " << length);
      CHECK(wrong == 0);
    }
}

TEST_CASE("pairs and sums refuse what is not theirs") {
  std::vector<double> x(4, 1.0), y(3, 1.0), out(4);
  CHECK_THROWS_AS(reduce_pairs(reduction::mean, x, x, fixed_windows(4, 2), {}, {}, 1.0, out),
                  invalid_argument);
  CHECK_THROWS_AS(reduce_pairs(reduction::covariance, x, y, fixed_windows(4, 2), {}, {}, 1.0, out),
                  invalid_argument);
}

TEST_CASE("values that are all equal have no shape, also in windows that begin with nothing") {
  std::vector<double> x(40, 3.7);
  for (const std::size_t row : {0u, 1u, 2u, 9u, 20u, 21u, 22u, 23u, 24u}) x[row] = missing;
  std::vector<std::int64_t> start, end;
  for (std::int64_t i = 0; i < 40; ++i) {
    start.push_back(i < 4 ? 0 : i - 4);
    end.push_back(i + 1);
  }
  for (const windows& w : {bounded_windows(40, start, end), fixed_windows(40, 5)})
    for (const reduction what : {reduction::skewness, reduction::kurtosis})
      for (const double r : of(what, x, w)) CHECK(std::isnan(r));
}

TEST_CASE("a pair that has left the window leaves no trace, nor does half a pair") {
  const std::vector<double> x = {1.0, 5.0, missing, 3.0, 4.0, 6.0};
  const std::vector<double> y = {2.0, 1e50, 7.0, missing, 1048.0, 519.0};
  const std::vector<std::int64_t> start = {0, 0, 0, 0, 1, 2}, end = {1, 2, 3, 4, 5, 6};
  std::vector<double> out(6);
  reduce_pairs(reduction::covariance, x, y, bounded_windows(6, start, end), {}, {}, 1.0, out);
  CHECK(out[5] == -529.0);
  const std::vector<double> half = {2.0, missing, 1e250, 4.0};
  const std::vector<double> other = {1.0, 2.0, missing, 5.0};
  std::vector<double> r(4);
  reduce_pairs(reduction::correlation, half, other, fixed_windows(4, 4), {}, {}, 1.0, r);
  CHECK(std::fabs(r[3] - 1.0) < 1e-15);
}

TEST_CASE("windows of tiny values have their statistics, whatever stands beside them") {
  const std::size_t n = 240;
  const auto plain = values(n, 3.0), other = values(n, -8.0);
  std::vector<double> y(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = plain[i] + other[(7 * i) % n];
  // From row 60 on values are so many powers of two smaller, from row 150 on twice as many.
  for (const int smaller : {350, 560, -300})
    for (const windows& w : {fixed_windows(n, 6), fixed_windows(n, 25), fixed_windows(n, 25, true),
                             fixed_windows(n, 25).spelled_out()}) {
      auto x = plain;
      for (std::size_t i = 60; i < n; ++i)
        x[i] = std::ldexp(x[i], i < 150 || smaller > 500 ? -smaller : -2 * smaller);
      x[100] = missing;
      auto without = plain;
      without[100] = missing;
      const auto within = [&](std::size_t i, std::size_t from, std::size_t to) {
        return static_cast<std::size_t>(w.first(i)) >= from && static_cast<std::size_t>(w.stop(i)) <= to;
      };
      INFO("2^-" << smaller << ", windows of " << w.longest());
      for (const auto what : {reduction::skewness, reduction::kurtosis, reduction::deviation}) {
        const auto got = of(what, x, w), want = of(what, without, w);
        for (std::size_t i = 0; i < n; ++i) {
          if (want[i] != want[i] || !(within(i, 0, 60) || within(i, 60, 150) || within(i, 150, n))) continue;
          const int power = what != reduction::deviation || within(i, 0, 60) ? 0
                            : within(i, 60, 150) || smaller > 500            ? -smaller
                                                                             : -2 * smaller;
          REQUIRE(std::ldexp(got[i], -power) == Approx(want[i]).epsilon(1e-11).margin(1e-11));
        }
      }
      std::vector<double> got(w.size()), want(w.size());
      reduce_pairs(reduction::correlation, x, y, w, options{}, options{}, 1.0, got);
      reduce_pairs(reduction::correlation, without, y, w, options{}, options{}, 1.0, want);
      for (std::size_t i = 0; i < n; ++i)
        if (within(i, 0, 60) || within(i, 60, 150) || within(i, 150, n))
          REQUIRE((want[i] != want[i] || got[i] == Approx(want[i]).epsilon(1e-12)));
    }
}

TEST_CASE("sums and means of tiny values are theirs in a series of the largest") {
  const std::vector<double> x = {3e-301, 1e290, 7.464264872619195e-288, 2e-310, 1e300};
  for (const auto what : {reduction::sum, reduction::mean}) {
    CHECK(of(what, x, fixed_windows(5, 1)) == x);
    CHECK(of(what, x, fixed_windows(5, 5))[0] == x[0]);
    const auto two = of(what, x, fixed_windows(5, 2));
    CHECK(two[3] == (what == reduction::sum ? x[2] + x[3] : (x[2] + x[3]) / 2));
    CHECK(two[1] == (what == reduction::sum ? 1e290 : 5e289));
  }
}

TEST_CASE("infinities that are missing and rows without a partner are no NaN beside tiny values") {
  options shows;
  shows.nan = treatment::propagate;
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> x = {1, 2, 1e-250, infinity, 2e-250, 4e-250, 7e-250, 1, 3};
  const windows w = fixed_windows(9, 4);
  for (const auto what : {reduction::variance, reduction::deviation, reduction::skewness}) {
    const auto got = of(what, x, w, shows), want = of(what, x, w);
    for (std::size_t i = 0; i < 9; ++i)
      CHECK((got[i] == want[i] || (got[i] != got[i] && want[i] != want[i])));
  }
  CHECK(of(reduction::deviation, x, w, shows)[5] == Approx(1.5275252316519468e-250).epsilon(1e-14));
  const std::vector<double> pair = {1e-250, 3e-250, 5, 2e-250, 7e-250, 1}, other = {1, 2, 0, 3, 9, 1};
  const std::vector<unsigned char> mask = {0, 0, 1, 0, 0, 0};
  options partner = shows;
  partner.mask = mask;
  std::vector<double> r(6);
  reduce_pairs(reduction::correlation, pair, other, fixed_windows(6, 5), shows, partner, 1.0, r);
  CHECK(r[1] == Approx(1.0));
  CHECK(r[2] == Approx(1.0));
  CHECK(r[3] == Approx(0.5));
  CHECK(r[4] == Approx(0.9608).epsilon(1e-3));
}

/// Counts how often sums are made.
struct counted_sums : inline_sums {
  static inline int made = 0;
  template <class Job>
  static void sums(const Job& job) noexcept {
    ++made;
    inline_sums::sums(job);
  }
};

TEST_CASE("pairs of values of all sizes are gone through as often as there are sizes of both, no more") {
  std::vector<double> x(600), y(600), r(600);
  for (std::size_t i = 0; i < 600; ++i) {
    x[i] = std::ldexp(1.0 + static_cast<double>(i % 7), static_cast<int>(i * 2654435761u % 1900u) - 950);
    y[i] = std::ldexp(1.0 + static_cast<double>(i % 5), static_cast<int>(i * 40503u % 1900u) - 950);
  }
  counted_sums::made = 0;
  reduce_pairs<counted_sums>(reduction::correlation, x, y, fixed_windows(600, 5), {}, {}, 1.0, r);
  CHECK(counted_sums::made > 4);
  CHECK(counted_sums::made < 400);
}

/// What the next call finds where its variables will be.
[[gnu::noinline]] void leave_behind(double value) {
  volatile double left[8192];
  for (volatile double& v : left) v = value;
}

TEST_CASE("windows whose number is no multiple of four have the same bits whatever was left in memory") {
  for (const std::size_t n : {1u, 2u, 3u, 5u, 6u, 7u, 9u, 18u, 43u, 66u, 67u, 1001u, 4097u}) {
    auto x = values(n, 3.0);
    std::vector<std::int64_t> times(n);
    std::int64_t now = 0;
    for (std::size_t i = 0; i < n; ++i) times[i] = now += 1 + static_cast<std::int64_t>(i * i % 5);
    for (const bool whole : {true, false}) {
      if (!whole) x[n / 2] = missing;
      for (const windows& w : {time_windows(times, 20), fixed_windows(static_cast<std::int64_t>(n), 2)})
        for (const auto what : {reduction::sum, reduction::mean, reduction::variance, reduction::skewness}) {
          leave_behind(0.0);
          const auto one = of(what, x, w);
          leave_behind(1e6);
          const auto two = of(what, x, w);
          INFO(n << ' ' << static_cast<int>(what) << ' ' << whole);
          CHECK(std::memcmp(one.data(), two.data(), n * sizeof(double)) == 0);
        }
    }
  }
}

TEST_CASE("a value that is missing, or of a size to be scaled for, is seen wherever it stands") {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> times(3000);
  std::int64_t now = 0;
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = now += 1 + static_cast<std::int64_t>(i * i % 5);
  std::vector<windows> all;
  for (const std::int64_t length : {1, 5, 40, 200, 2900}) all.push_back(fixed_windows(3000, length));
  all.push_back(fixed_windows(3000, 40, true, closed::left));
  all.push_back(fixed_windows(3000, 60, false, closed::right, 3));
  all.push_back(time_windows(times, 120));
  all.push_back(time_windows(times, 2000, true));
  for (const windows& w : all)
    for (const auto what : {reduction::sum, reduction::mean, reduction::deviation, reduction::kurtosis})
      for (const double odd : {missing, infinity, 1e200, 1e-200})
        for (const std::size_t row : {0u, 1u, 39u, 1500u, 2801u, 2999u}) {
          auto x = values(3000, 0.0);
          x[row] = odd;
          std::vector<unsigned char> mask(x.size());
          mask[0] = row != 0;  // a mask has all values looked at before; here it leaves one more out
          x[0] = row == 0 ? odd : missing;
          options how;
          how.mask = mask;
          const auto want = of(what, x, w, how), got = of(what, x, w);
          bool same = true;
          for (std::size_t i = 0; i < w.size(); ++i) {
            const bool known = want[i] == want[i];
            same = same && known == (got[i] == got[i]);
            same = same && (!known || std::fabs(got[i] - want[i]) <= 1e-13 * std::fabs(want[i]));
          }
          INFO(w.longest() << ' ' << static_cast<int>(what) << ' ' << odd << ' ' << row);
          CHECK(same);
        }
}
