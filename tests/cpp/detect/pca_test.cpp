#include "barograph/detect/pca.hpp"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <vector>

#include "barograph/core/executor.hpp"
#include "barograph/core/random.hpp"
#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {

/// n rows of d columns that two hidden factors move, plus noise.
std::vector<double> correlated(std::size_t n, std::size_t d, std::uint64_t seed = 1, double offset = 0) {
  std::vector<double> x(n * d);
  for (std::size_t i = 0; i < n; ++i) {
    random_draws draws(seed, 0, i);
    const double f = draws.normal(), g = draws.normal();
    for (std::size_t j = 0; j < d; ++j)
      x[i * d + j] =
          offset + f * static_cast<double>(j + 1) + g * static_cast<double>(j % 3) + 0.5 * draws.normal();
  }
  return x;
}

/// Of a v = b, a by rows: Gauss and Jordan, for a matrix that needs no pivots.
std::vector<double> solution(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t c = 0; c < n; ++c)
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c) continue;
      const double factor = a[r * n + c] / a[c * n + c];
      for (std::size_t k = 0; k < n; ++k) a[r * n + k] -= factor * a[c * n + k];
      b[r] -= factor * b[c];
    }
  for (std::size_t c = 0; c < n; ++c) b[c] /= a[c * n + c];
  return b;
}

struct scores {
  std::vector<double> t2, q;
};
template <class Executor = serial_executor>
scores score(const pca& m, const matrix_view& x, const Executor& executor = {}) {
  scores s{std::vector<double>(x.rows), std::vector<double>(x.rows)};
  m.score(x, span<double>(s.t2), span<double>(s.q), executor);
  return s;
}

matrix_view rows(const std::vector<double>& x, std::size_t d) {
  return matrix_view::by_rows(span<const double>(x), d);
}

}  // namespace

TEST_CASE("with all components T2 is Mahalanobis' distance, and with none left out Q is nothing") {
  const auto x = correlated(400, 4);
  pca_options all;
  all.components = 4;
  const pca m = pca::fit(rows(x, 4), all);
  std::vector<double> mean(4), covariance(16);
  for (std::size_t i = 0; i < 1600; ++i) mean[i % 4] += x[i] / 400;
  for (std::size_t i = 0; i < 400; ++i)
    for (std::size_t j = 0; j < 16; ++j)
      covariance[j] += (x[4 * i + j / 4] - mean[j / 4]) * (x[4 * i + j % 4] - mean[j % 4]) / 399;
  const scores s = score(m, rows(x, 4));
  for (std::size_t i = 0; i < 400; ++i) {
    std::vector<double> away;
    for (std::size_t j = 0; j < 4; ++j) away.push_back(x[4 * i + j] - mean[j]);
    const auto solved = solution(covariance, away);
    double distance = 0;
    for (std::size_t j = 0; j < 4; ++j) distance += away[j] * solved[j];
    CHECK(s.t2[i] == Approx(distance).epsilon(1e-9));
    CHECK(s.q[i] < 1e-20);
  }
}

TEST_CASE("contributions are not negative and sum to T2 and Q") {
  const auto x = correlated(100, 5);
  pca_options two;
  two.components = 2;
  const pca m = pca::fit(rows(x, 5), two);
  const scores s = score(m, rows(x, 5));
  std::vector<double> t2(500), q(500);
  m.contributions(rows(x, 5), span<double>(t2), span<double>(q));
  for (std::size_t i = 0; i < 100; ++i) {
    double sum_t2 = 0, sum_q = 0;
    for (std::size_t j = 0; j < 5; ++j) {
      CHECK(t2[i * 5 + j] >= 0);
      sum_t2 += t2[i * 5 + j];
      sum_q += q[i * 5 + j];
    }
    CHECK(sum_t2 == Approx(s.t2[i]).epsilon(1e-10));
    CHECK(sum_q == Approx(s.q[i]).epsilon(1e-10));
  }
}

TEST_CASE("a column that is far off has the largest part in what its replacement takes off") {
  const std::size_t d = 5, n = 400;
  const auto x = correlated(n, d);
  const pca m = pca::fit(rows(x, d));
  for (std::size_t far = 0; far < d; ++far) {
    std::vector<double> row(x.begin(), x.begin() + d), out(d), compiled(d);
    row[far] += 30;
    m.replacements(rows(row, d), m.t2_limit(0.001), m.q_limit(0.001), span<double>(out));
    m.replacements<kernels::compiled>(rows(row, d), m.t2_limit(0.001), m.q_limit(0.001),
                                      span<double>(compiled));
    CHECK(std::memcmp(out.data(), compiled.data(), d * sizeof(double)) == 0);
    for (std::size_t j = 0; j < d; ++j) CHECK((out[j] >= 0 && (j == far || out[j] < out[far])));
  }
}

TEST_CASE("compiled kernels give the bits of the headers, whatever the rows have") {
  for (const std::size_t d : {1u, 2u, 3u, 6u, 17u}) {
    for (const std::size_t n : {20u, 64u, 511u, 512u, 1300u}) {
      auto x = correlated(n, d);
      if (n % 2 == 0) x[d] = std::numeric_limits<double>::quiet_NaN();
      if (n == 1300) x[5 * d] = 1e200;
      const pca plain = pca::fit(rows(x, d)), compiled = pca::fit<kernels::compiled>(rows(x, d));
      CHECK(plain == compiled);
      const scores by_headers = score(plain, rows(x, d));
      std::vector<double> t2(n), q(n);
      compiled.score<kernels::compiled>(rows(x, d), span<double>(t2), span<double>(q));
      CHECK(std::memcmp(t2.data(), by_headers.t2.data(), n * sizeof(double)) == 0);
      CHECK(std::memcmp(q.data(), by_headers.q.data(), n * sizeof(double)) == 0);
    }
  }
}

TEST_CASE("threads change no bit") {
  const auto x = correlated(50000, 3);
  const pca one = pca::fit(rows(x, 3));
  const pca two = pca::fit(rows(x, 3), {}, thread_executor(3));
  CHECK(one == two);
  const scores a = score(one, rows(x, 3)), b = score(one, rows(x, 3), thread_executor(3));
  CHECK(a.t2 == b.t2);
  CHECK(a.q == b.q);
}

TEST_CASE("models of parts have the components of the whole, at any offset") {
  for (const double offset : {0.0, 1e9}) {
    const auto x = correlated(5000, 4, 7, offset);
    const auto part = [&](std::size_t from, std::size_t to) {
      return pca::fit(matrix_view{x.data() + from * 4, to - from, 4, 4, 1});
    };
    const pca whole = part(0, 5000);
    pca merged = part(0, 700);
    merged.merge(part(700, 3000));
    merged += part(3000, 5000);
    CHECK(merged.rows().count() == 5000);
    for (std::size_t c = 0; c < 4; ++c)
      CHECK(merged.variances()[c] == Approx(whole.variances()[c]).epsilon(1e-11));
    for (std::size_t c = 0; c < whole.components(); ++c)
      for (std::size_t j = 0; j < 4; ++j)
        CHECK(merged.loading(c, j) == Approx(whole.loading(c, j)).margin(1e-9));
  }
  const auto x = correlated(10, 2), y = correlated(10, 3);
  pca a = pca::fit(rows(x, 2));
  CHECK_THROWS_AS(a.merge(pca::fit(rows(y, 3))), invalid_argument);
}

TEST_CASE("normal rows pass their limits as often as alpha says") {
  const auto learnt = correlated(20000, 6, 3), fresh = correlated(100000, 6, 4);
  pca_options two;
  two.components = 2;
  const pca m = pca::fit(rows(learnt, 6), two);
  const scores s = score(m, rows(fresh, 6));
  for (const double alpha : {0.05, 0.01, 0.001}) {
    double by_t2 = 0, by_q = 0, by_both = 0;
    const double t2_limit = m.t2_limit(alpha), q_limit = m.q_limit(alpha);
    for (std::size_t i = 0; i < s.q.size(); ++i) {
      by_t2 += s.t2[i] > t2_limit;
      by_q += s.q[i] > q_limit;
      by_both += m.log_tail(s.t2[i], s.q[i]) < std::log(alpha);
    }
    // four standard deviations of a binomial share, and a tenth for the approximation
    const double n = 1e5, noise = 4 * std::sqrt(alpha / n) + 0.1 * alpha;
    CHECK(by_t2 / n == Approx(alpha).margin(noise));
    CHECK(by_q / n == Approx(alpha).margin(noise));
    CHECK(by_both / n == Approx(alpha).margin(noise));
  }
  CHECK(m.jackson_mudholkar_limit(0.01) == Approx(m.q_limit(0.01)).epsilon(0.2));
  // The F limit of few rows: k (n^2 - 1) / (n (n - k)) F; scipy.stats.f.isf(0.01, 2, 28) = 5.45293...
  const pca few = pca::fit(rows(correlated(30, 6, 5), 6), two);
  CHECK(few.t2_limit(0.01) == Approx(2.0 * (900 - 1) / (30 * 28.0) * 5.4529369).epsilon(1e-6));
}

TEST_CASE("degenerate covariances give finite scores") {
  const double inf = std::numeric_limits<double>::infinity();
  std::vector<double> x;
  for (int i = 0; i < 50; ++i)  // b = 2 a, c never moves, d is nothing but rounding
    for (const double v : {double(i % 7), 2.0 * (i % 7), 5.0, 1e15 + 0.1}) x.push_back(v);
  const pca m = pca::fit(rows(x, 4));
  CHECK(m.components() == 1);
  const scores learnt = score(m, rows(x, 4));
  for (std::size_t i = 0; i < 50; ++i) {
    CHECK(learnt.t2[i] < 4);
    CHECK(learnt.q[i] < m.q_limit(0.001));
  }
  const std::vector<double> odd = {3, 7, 5, 1e15, 3, 6, 5.1, 1e15, 3, 6, 5, 1.1e15, 1e200, -inf, inf, 0};
  const scores s = score(m, rows(odd, 4));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(std::isfinite(s.t2[i]));
    CHECK(std::isfinite(s.q[i]));
    CHECK(s.q[i] > m.q_limit(1e-6));
    CHECK(std::isfinite(m.log_tail(s.t2[i], s.q[i])));
  }
  const std::vector<double> same(20, 3.0);  // nothing varies at all
  const pca still = pca::fit(rows(same, 2));
  CHECK(still.components() == 0);
  CHECK(score(still, rows(same, 2)).q[3] == 0.0);
  CHECK(score(still, rows({3.0, 3.5}, 2)).q[0] > still.q_limit(1e-9));
}

TEST_CASE("missing cells are the mean, columns without values are no columns") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  auto x = correlated(300, 3);
  for (std::size_t i = 0; i < 300; ++i) x[i * 3 + 1] = nan;
  x[0] = nan;
  const pca m = pca::fit(rows(x, 3));
  CHECK(m.used() == std::vector<std::size_t>{0, 2});
  CHECK(m.rows().count() == 299);
  CHECK(m.rows().incomplete() == 1);
  const scores s = score(m, rows({nan, 4.0, m.center(1), m.center(0), nan, nan, nan, 1.0, nan}, 3));
  CHECK(s.t2[0] == Approx(0).margin(1e-20));
  CHECK(s.t2[1] == Approx(0).margin(1e-20));
  CHECK(std::isnan(s.t2[2]));
  CHECK(std::isnan(m.log_tail(s.t2[2], s.q[2])));
}

TEST_CASE("windows of a series are read where they are") {
  std::vector<double> series;
  for (int i = 0; i < 600; ++i) series.push_back(std::sin(i * 0.3));
  const pca m = pca::fit(matrix_view::windows(span<const double>(series), 20));
  CHECK(m.components() == 2);  // a sine is a plane of its lags
  series[300] += 0.5;
  const scores s = score(m, matrix_view::windows(span<const double>(series), 20));
  for (std::size_t i = 0; i < s.q.size(); ++i) CHECK((s.q[i] > 1e-3) == (i + 20 > 300 && i <= 300));
  CHECK_THROWS_AS(matrix_view::windows(span<const double>(series), 601), invalid_argument);
}

TEST_CASE("what cannot be learnt is said") {
  const auto x = correlated(10, 3);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(pca::fit(matrix_view{x.data(), 1, 3, 3, 1}), invalid_argument);
  CHECK_THROWS_AS(pca::fit(matrix_view{x.data(), 0, 3, 3, 1}), invalid_argument);
  CHECK_THROWS_AS(pca::fit(rows({nan, nan}, 2)), invalid_argument);
  pca_options four;
  four.components = 4;
  CHECK_THROWS_AS(pca::fit(rows(x, 3), four), invalid_argument);
  const pca m = pca::fit(rows(x, 3));
  std::vector<double> out(5);
  CHECK_THROWS_AS(m.score(rows(x, 2), span<double>(out), span<double>(out)), invalid_argument);
  CHECK_THROWS_AS(m.q_limit(0), invalid_argument);
}

TEST_CASE("pca: bytes give the model back, and hostile ones an error") {
  auto x = correlated(200, 4);
  for (std::size_t i = 0; i < 200; ++i) x[i * 4] = std::numeric_limits<double>::quiet_NaN();
  const pca m = pca::fit(rows(x, 4), {0.8, 0, false});
  const std::string bytes = m.to_bytes();
  const pca back = pca::from_bytes(bytes);
  CHECK(back == m);
  CHECK(score(back, rows(x, 4)).q == score(m, rows(x, 4)).q);
  CHECK(pca::fit(rows(x, 4), {0.5, 2, true}) == pca::fit(rows(x, 4), {0.7, 2, true}));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string cut = bytes.substr(0, i);
    CHECK_THROWS_AS(pca::from_bytes(cut), bad_bytes);
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x11);
    CHECK_THROWS_AS(pca::from_bytes(damaged), bad_bytes);
  }
  byte_writer w(state_kind::pca);  // 4096 columns announced, none there
  w.f64(0.9);
  w.varint(0);
  w.u8(1);
  w.varint(4096);
  w.varint(1);
  w.varint(0);
  w.varint(4096);
  w.varint(10);
  w.varint(0);
  CHECK_THROWS_AS(pca::from_bytes(w.finish()), bad_bytes);
}

namespace {
/// The golden model: `values.txt` in rows of five.
std::string golden_bytes() {
  std::vector<double> values;
  std::ifstream in(std::string(BAROGRAPH_GOLDEN_DIR) + "/values.txt");
  for (std::string line; std::getline(in, line);) values.push_back(std::strtod(line.c_str(), nullptr));
  values.resize(values.size() / 5 * 5);
  pca_options two;
  two.components = 2;
  return pca::fit(rows(values, 5), two).to_bytes();
}
const std::string golden = std::string(BAROGRAPH_GOLDEN_DIR) + "/pca_v1.bin";
}  // namespace

TEST_CASE("pca: the bytes are those of the golden file") {
  std::ifstream in(golden, std::ios::binary);
  std::stringstream file;
  file << in.rdbuf();
  CHECK(file.str() == golden_bytes());
}

TEST_CASE("write the golden file of pca", "[.][write-golden]") {
  if (!std::ifstream(golden).good()) std::ofstream(golden, std::ios::binary) << golden_bytes();
}
