#include "barograph/baseline/holt_winters.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

const double missing = std::numeric_limits<double>::quiet_NaN();

std::vector<double> bent() {
  std::vector<double> x;
  for (int i = 0; i < 24; ++i)
    x.push_back(i == 9 ? 200.0 : 100.0 + 2.0 * (i % 4) * (i % 4) - i + static_cast<double>((i * 7919) % 13));
  return x;
}

const smoothing by = {0.3, 0.1, 0.2, 0.9};

}  // namespace

TEST_CASE("one-step expectations and forecasts are those of statsmodels 0.15") {
  struct oracle {
    seasonality kind;
    std::vector<double> season;
    double first, second, tenth, eleventh, last, ahead;
  };
  for (const oracle& o : {oracle{seasonality::additive,
                                 {-4, -2, 2, 4},
                                 96.9,
                                 100.7237,
                                 105.08652673420565,
                                 141.0267189317143,
                                 95.4872914831855,
                                 92.93655507933762},
                          oracle{seasonality::multiplicative,
                                 {0.96, 0.98, 1.02, 1.04},
                                 96.864,
                                 100.722636,
                                 104.87965133057678,
                                 142.4809335571124,
                                 94.63757997827506,
                                 92.4357315494105},
                          oracle{seasonality::none,
                                 {},
                                 100.9,
                                 101.4157,
                                 107.43972039019732,
                                 137.82527912626134,
                                 89.12290124716351,
                                 92.0678720975639}}) {
    holt_winters model(o.kind, by, {100.0, 1.0, o.season});
    band b(24);
    model.update(bent(), {}, b);
    const auto near = [](double a, double c) { return std::fabs(a - c) < 1e-11 * c; };
    CHECK(near(b[0].expected, o.first));
    CHECK(near(b[1].expected, o.second));
    CHECK(near(b[9].expected, o.tenth));
    CHECK(near(b[10].expected, o.eleventh));
    CHECK(near(b[23].expected, o.last));
    band next(2);
    model.ahead(next);
    CHECK(near(next[1].expected, o.ahead));
    CHECK(next[0].expected == model.expected().expected);
  }
}

TEST_CASE("the scale is the weighted root mean square of the errors before") {
  holt_winters model(seasonality::none, {0.0, 0.0, 0.0, 1.0}, {10.0, 0.0, {}}, 2.0, 3.0);
  CHECK(model.update(12.0).scale != 0.0);  // nothing known yet
  CHECK(model.expected().scale == 2.0);
  CHECK(model.expected().upper == 14.0);
  model.update(6.0);
  CHECK(std::fabs(model.expected().scale - std::sqrt((4.0 * 0.5 + 16.0) / 1.5)) < 1e-14);
}

TEST_CASE("a missing row changes nothing but that time goes on") {
  holt_winters model(seasonality::additive, {0.5, 0.5, 0.5, 1.0}, {10.0, 1.0, {5.0, -5.0}});
  CHECK(model.update(missing).expected == 16.0);
  CHECK(model.update(1e9, true).expected == 7.0);
  CHECK(model.expected().expected == 18.0);
  const components now = model.parts();
  CHECK(now.level == 12.0);
  CHECK(now.trend == 1.0);
  CHECK(now.season == std::vector<double>{5.0, -5.0});
  holt_winters ratio(seasonality::multiplicative, {0.5, 0.5, 0.5, 1.0}, {10.0, 0.0, {2.0, 0.5}});
  CHECK(ratio.update(0.0).expected == 20.0);  // not above 0: nothing a season can multiply
  CHECK(ratio.expected().expected == 5.0);
}

TEST_CASE("a robust model lets an error count up to two scales") {
  const auto fed = [](bool robust) {
    holt_winters model(seasonality::none, {0.5, 0.0, 0.0, 1.0}, {10.0, 0.0, {}}, 3.0, 50.0, robust);
    for (int i = 0; i < 100; ++i) model.update(i % 2 == 0 ? 9.0 : 11.0);
    model.update(1000.0);
    return model.expected();
  };
  CHECK(fed(false).expected > 500.0);
  CHECK(fed(true).expected < 13.0);
  CHECK(fed(true).scale < 3.0);
}

TEST_CASE("a falling trend does not lead a multiplied level below 0") {
  holt_winters model(seasonality::multiplicative, {0.1, 0.1, 0.1, 1.0}, {1.0, -0.4, {1.0, 1.0}});
  for (int i = 0; i < 50; ++i) {
    model.update(i % 3 == 0 ? missing : 1e-3);
    CHECK(model.expected().expected > 0.0);
  }
}

TEST_CASE("smoothing and parts that cannot be are refused, and so are unequal sizes") {
  const auto refused = [](const smoothing& s, const components& c, double width, double memory) {
    CHECK_THROWS_AS(holt_winters(seasonality::additive, s, c, width, memory), invalid_argument);
  };
  const components fine = {1.0, 0.0, {0.0, 0.0}};
  refused({1.1, 0.0, 0.0, 1.0}, fine, 3.0, 10.0);
  refused({0.1, missing, 0.0, 1.0}, fine, 3.0, 10.0);
  refused(by, {1.0, 0.0, {}}, 3.0, 10.0);
  refused(by, {missing, 0.0, {0.0, 0.0}}, 3.0, 10.0);
  refused(by, fine, -1.0, 10.0);
  refused(by, fine, 3.0, 0.5);
  holt_winters model(seasonality::additive, by, fine);
  band out(1);
  CHECK_THROWS_AS(model.update(std::vector<double>{1.0, 2.0}, {}, out), invalid_argument);
  CHECK_THROWS_AS(model.update(std::vector<double>{1.0}, std::vector<unsigned char>(2), out),
                  invalid_argument);
  CHECK_THROWS_AS(parse_seasonality("both"), invalid_argument);
  CHECK(parse_seasonality("multiplicative") == seasonality::multiplicative);
}

TEST_CASE("bytes go on where the model was, and none are read that no model has") {
  for (const seasonality kind : {seasonality::none, seasonality::additive, seasonality::multiplicative}) {
    const bool plain = kind == seasonality::none;
    holt_winters model(kind, by,
                       {96.0, -1.0, plain ? std::vector<double>{} : std::vector<double>{1, 2, 3, 4}}, 2.5,
                       40.0, true);
    for (const double x : bent()) model.follow(x);
    model.follow(missing);
    holt_winters again = holt_winters::from_bytes(model.to_bytes());
    CHECK(again == model);
    CHECK(again.kind() == kind);
    CHECK(again.robust());
    CHECK(again.width() == 2.5);
    CHECK(std::fabs(again.memory() - 40.0) < 1e-12);
    band ours(9), theirs(9);
    again.ahead(ours);
    model.ahead(theirs);
    for (std::size_t i = 0; i < 9; ++i) CHECK(ours.expected()[i] == theirs.expected()[i]);
    CHECK(again.follow(90.0) == model.follow(90.0));
    CHECK(again == model);
    const std::string bytes = model.to_bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK_THROWS_AS(holt_winters::from_bytes(bytes.substr(0, size)), bad_bytes);
    byte_writer w(state_kind::holt_winters);
    w.u8(plain ? 1 : 0);  // a season where there is none, or none where there is one
    w.u8(0);
    for (int i = 0; i < 10; ++i) w.f64(0.5);
    w.varint(plain ? 0 : 1);
    if (!plain) w.f64(1.0);
    CHECK_THROWS_AS(holt_winters::from_bytes(w.finish()), bad_bytes);
  }
}
