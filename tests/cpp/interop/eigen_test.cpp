#include "barograph/interop/eigen.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <vector>

#include "barograph/stats/moments.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "catch.hpp"

using namespace barograph;
using barograph::rolling::reduction;

namespace {

std::vector<double> rolled(const std::vector<double>& x, std::int64_t window) {
  std::vector<double> out(x.size());
  rolling::options how;
  how.min_periods = window;
  rolling::reduce(reduction::mean, x, rolling::fixed_windows(static_cast<std::int64_t>(x.size()), window),
                  how, 1.0, out);
  return out;
}

}  // namespace

TEST_CASE("vectors, maps, rows, columns, blocks and expressions give the states that their values give") {
  const Eigen::MatrixXd m = Eigen::MatrixXd::Random(40, 7);
  const auto state_of = [](const std::vector<double>& values) {
    moments s;
    s.update(values);
    return s;
  };
  const auto list = [](const auto& expression) {
    std::vector<double> values;
    for (Eigen::Index j = 0; j < expression.cols(); ++j)
      for (Eigen::Index i = 0; i < expression.rows(); ++i) values.push_back(expression(i, j));
    return values;
  };
  const auto check = [&](const auto& expression) {
    moments s;
    eigen::update(s, expression);
    CHECK(s == state_of(list(expression)));
  };
  check(m);
  check(m.col(3));
  check(m.row(5));
  check(m.block(3, 2, 10, 4));
  check(m.transpose());
  check((m.array() * 3.0 + 1.0).matrix());
  std::vector<double> raw(90, 2.5);
  raw[7] = 9.0;
  check(Eigen::Map<const Eigen::VectorXd>(raw.data(), 90));
  check(Eigen::Map<const Eigen::VectorXd, 0, Eigen::InnerStride<3>>(raw.data(), 30));
  const Eigen::MatrixXf narrow = Eigen::MatrixXf::Random(5, 5);
  check(narrow.cast<double>());
  moments none;
  eigen::update(none, Eigen::VectorXd());
  CHECK(none == moments());
}

TEST_CASE("a strided view is refused where a span is wanted, not misread") {
  const Eigen::MatrixXd m = Eigen::MatrixXd::Random(4, 3);
  moments s;
  CHECK_THROWS_AS(s.update(m.row(1)), invalid_argument);
  CHECK_THROWS_AS(s.update(m.topRows(2)), invalid_argument);
  CHECK(s == moments());
  s.update(m.col(1));
  s.update(m.leftCols(2));
  CHECK(s.count() == 12);
}

TEST_CASE("rolling over vectors and matrices keeps the shape and gives the bits of a std::vector") {
  const Eigen::MatrixXd m = Eigen::MatrixXd::Random(50, 3);
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  const Eigen::ArrayXXd got = eigen::rolling(reduction::mean, m, 7);
  REQUIRE((got.rows() == 50 && got.cols() == 3));
  for (Eigen::Index j = 0; j < 3; ++j) {
    const Eigen::VectorXd column = m.col(j);
    const auto want = rolled({column.data(), column.data() + 50}, 7);
    for (Eigen::Index i = 0; i < 50; ++i) CHECK(same(got(i, j), want[static_cast<std::size_t>(i)]));
  }
  const Eigen::RowVectorXd row = m.col(0).transpose();
  const auto lying = eigen::rolling(reduction::mean, row, 7);
  REQUIRE((lying.rows() == 1 && lying.cols() == 50));
  for (Eigen::Index i = 0; i < 50; ++i) CHECK(same(lying(i), got(i, 0)));
  const auto of_sum = eigen::rolling(reduction::mean, m.col(0) + m.col(1), 7);
  CHECK(of_sum(20) == Approx(got(20, 0) + got(20, 1)));
  const Eigen::VectorXd steps = Eigen::VectorXd::LinSpaced(100, 1.0, 100.0);
  CHECK(eigen::rolling_quantile(steps, 5, 0.5)(99) == 98.0);
  CHECK_THROWS_AS(eigen::rolling_quantile(steps, 5, 1.5), invalid_argument);
}

TEST_CASE("a product, and what a product is part of, goes in like any matrix") {
  const Eigen::MatrixXd m = Eigen::MatrixXd::Random(20, 4);
  const Eigen::MatrixXd product = m * m.transpose(), sum = m * m.transpose() + Eigen::MatrixXd::Ones(20, 20);
  moments ours, theirs;
  eigen::update(ours, m * m.transpose());
  eigen::update(theirs, product);
  CHECK(ours == theirs);
  const auto same = [](const Eigen::ArrayXXd& a, const Eigen::ArrayXXd& b) {
    return ((a == b) || (a != a && b != b)).all();
  };
  CHECK(same(eigen::rolling(reduction::mean, m * m.transpose(), 3),
             eigen::rolling(reduction::mean, product, 3)));
  CHECK(same(eigen::rolling_quantile(m * m.transpose() + Eigen::MatrixXd::Ones(20, 20), 3, 0.9),
             eigen::rolling_quantile(sum, 3, 0.9)));
  CHECK(same(eigen::rolling(reduction::sum, (m * m.transpose()).row(2), 3),
             eigen::rolling(reduction::sum, product.row(2), 3)));
}
