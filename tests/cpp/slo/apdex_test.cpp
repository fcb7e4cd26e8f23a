#include "barograph/slo/apdex.hpp"

#include <limits>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
apdex counted(double t, std::uint64_t satisfied, std::uint64_t tolerating, std::uint64_t frustrated) {
  apdex a(t);
  a.update(t, satisfied);
  a.update(2 * t, tolerating);
  a.update(5 * t, frustrated);
  return a;
}
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("both limits belong to the better zone, and F is 4 T unless given") {
  apdex a(500.0);
  CHECK(a.tolerating_limit() == 2000.0);
  a.update(500.0);
  a.update(500.0000001);
  a.update(2000.0);
  a.update(2000.0000001);
  CHECK(a.satisfied() == 1);
  CHECK(a.tolerating() == 2);
  CHECK(a.frustrated() == 1);
  apdex b(500.0, 600.0);
  b.update(700.0);
  CHECK(b.frustrated() == 1);
}

TEST_CASE("errors and infinite latencies frustrate, NaN without an error is missing") {
  apdex a(500.0);
  a.update(1.0, true);
  a.update(not_a_number, true);
  a.update(inf);
  CHECK(a.frustrated() == 3);
  a.update(not_a_number);
  CHECK(a.missing() == 1);
  CHECK(a.count() == 3);
  CHECK(a.score() == 0.0);
}

TEST_CASE("a batch counts as its values do one by one, with and without errors") {
  const std::vector<double> x{1, 500, 501, 2000, 2001, not_a_number, inf, -3, not_a_number, 7};
  const std::vector<std::uint8_t> flags{0, 1, 0, 0, 0, 0, 0, 0, 1, 2};
  const bool bools[] = {false, true, false, false, false, false, false, false, true, true};
  apdex one(500.0), plain(500.0), batch(500.0), batch_plain(500.0), of_bools(500.0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    one.update(x[i], flags[i] != 0);
    plain.update(x[i]);
  }
  batch.update(x, flags);
  of_bools.update(x, bools);
  batch_plain.update(span<const double>(x));
  CHECK(batch == one);
  CHECK(of_bools == one);
  CHECK(batch_plain == plain);
  CHECK_THROWS_AS(batch.update(x, span<const std::uint8_t>(flags).subspan(0, 3)), invalid_argument);
  CHECK(batch == one);
}

TEST_CASE("the standard's example: 60 satisfied, 30 tolerating, 10 frustrated of 100 score 0.75") {
  CHECK(counted(4000.0, 60, 30, 10).score() == 0.75);
  CHECK(counted(4000.0, 60, 30, 10).notation() == "0.75 [4.0]");
}

TEST_CASE("notation: asterisk below 100 requests, NS for none, T in seconds with the digits it needs") {
  CHECK(counted(4000.0, 2, 2, 0).notation() == "0.75 [4.0]*");
  CHECK(counted(4000.0, 99, 0, 0).notation() == "1.00 [4.0]*");
  CHECK(counted(4000.0, 100, 0, 0).notation() == "1.00 [4.0]");
  CHECK(apdex(4000.0).notation() == "NS [4.0]");
  CHECK(apdex(500.0).notation() == "NS [0.5]");
  CHECK(apdex(250.0).notation() == "NS [0.25]");
  CHECK(apdex(10000.0).notation() == "NS [10]");
  CHECK(apdex(0.1).notation(1.0) == "NS [0.1]");
  CHECK_THROWS_AS(apdex(1.0).notation(0.0), invalid_argument);
}

TEST_CASE("the printed score is rounded half up from the counts, not from a double") {
  CHECK(counted(500.0, 1, 0, 199).notation() == "0.01 [0.5]");  // 0.005
  CHECK(counted(500.0, 57, 1, 42).notation() == "0.58 [0.5]");  // 0.575 is 0.57499... as a double
  CHECK(counted(500.0, 994, 0, 6).notation() == "0.99 [0.5]");  // 0.994
  CHECK(counted(500.0, std::uint64_t{1} << 61, 0, std::uint64_t{1} << 61).notation() == "0.50 [0.5]");
}

TEST_CASE("ratings start at their limits, in both bands") {
  const auto rated = [](std::uint64_t satisfied, const apdex_bands& bands) {
    return std::string(counted(500.0, satisfied, 0, 1000 - satisfied).rating(bands));
  };
  const apdex_bands s = apdex_bands::standard();
  CHECK(rated(940, s) == "Excellent");
  CHECK(rated(939, s) == "Good");
  CHECK(rated(850, s) == "Good");
  CHECK(rated(849, s) == "Fair");
  CHECK(rated(700, s) == "Fair");
  CHECK(rated(699, s) == "Poor");
  CHECK(rated(500, s) == "Poor");
  CHECK(rated(499, s) == "Unacceptable");
  const apdex_bands a = apdex_bands::named("apm");
  CHECK(rated(900, a) == "Target");
  CHECK(rated(899, a) == "Good");
  CHECK(rated(849, a) == "Fair");
  CHECK(rated(699, a) == "Poor");
  CHECK(std::string(apdex(1.0).rating()) == "NoSample");
  CHECK_THROWS_AS(apdex_bands::named("mine"), invalid_argument);
  CHECK_THROWS_AS((apdex_bands{{0.5, 0.7, 0.9}}.validate()), invalid_argument);
}

TEST_CASE("merge adds, subtract takes a part out again, and both refuse without a trace") {
  apdex a = counted(500.0, 3, 2, 1);
  const apdex b = counted(500.0, 10, 20, 30);
  const apdex before = a;
  a += b;
  CHECK(a == counted(500.0, 13, 22, 31));
  a.subtract(b);
  CHECK(a == before);
  CHECK_THROWS_AS(a.subtract(b), invalid_argument);
  CHECK_THROWS_AS(a.merge(apdex(400.0)), invalid_argument);
  CHECK_THROWS_AS(a.merge(apdex(500.0, 500.0)), invalid_argument);
  apdex full(500.0);
  full.update(1.0, (std::uint64_t{1} << 63) - 1);
  CHECK_THROWS_AS(full.update(1.0, std::uint64_t{1}), invalid_argument);
  CHECK_THROWS_AS(a.merge(full), invalid_argument);
  CHECK(a == before);
  a.reset();
  CHECK(a == apdex(500.0));
}

TEST_CASE("bytes come back equal, and bytes that cannot be are refused") {
  const apdex a = counted(250.0, 1000, 70, 5);
  CHECK(apdex::from_bytes(a.to_bytes()) == a);
  for (std::size_t size = 0; size < a.to_bytes().size(); ++size)
    CHECK_THROWS_AS(apdex::from_bytes(a.to_bytes().substr(0, size)), bad_bytes);
  const auto forged = [](double t, double f, std::uint64_t satisfied, std::uint64_t tolerating) {
    byte_writer w(state_kind::apdex);
    w.f64(t);
    w.f64(f);
    for (std::uint64_t n : {satisfied, tolerating, std::uint64_t{0}, std::uint64_t{0}}) w.varint(n);
    return w.finish();
  };
  CHECK(apdex::from_bytes(forged(1, 4, 2, 0)).satisfied() == 2);
  CHECK_THROWS_AS(apdex::from_bytes(forged(0, 4, 2, 0)), bad_bytes);
  CHECK_THROWS_AS(apdex::from_bytes(forged(not_a_number, 4, 2, 0)), bad_bytes);
  CHECK_THROWS_AS(apdex::from_bytes(forged(5, 4, 2, 0)), bad_bytes);
  CHECK_THROWS_AS(apdex::from_bytes(forged(1, inf, 2, 0)), bad_bytes);
  CHECK_THROWS_AS(apdex::from_bytes(forged(1, 4, (std::uint64_t{1} << 63) - 1, 1)), bad_bytes);
}

TEST_CASE("limits that cannot be are refused") {
  for (double t : {0.0, -1.0, not_a_number, inf}) CHECK_THROWS_AS(apdex(t), invalid_argument);
  CHECK_THROWS_AS(apdex(500.0, 499.0), invalid_argument);
  CHECK_THROWS_AS(apdex(500.0, inf), invalid_argument);
}

TEST_CASE("a full index takes no request more, one by one or many, and its bytes can be read") {
  apdex a(500.0);
  a.update(10.0, max_count);
  const std::vector<double> one = {10.0};
  const std::vector<std::uint8_t> fine = {0};
  CHECK_THROWS_AS(a.update(10.0), invalid_argument);
  CHECK_THROWS_AS(a.update(10.0, true), invalid_argument);
  CHECK_THROWS_AS(a.update(span<const double>(one)), invalid_argument);
  CHECK_THROWS_AS(a.update(span<const double>(one), span<const std::uint8_t>(fine)), invalid_argument);
  CHECK(apdex::from_bytes(a.to_bytes()) == a);
}
