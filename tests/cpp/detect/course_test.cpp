#include "barograph/detect/detail/course.hpp"

#include <cmath>
#include <string>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::detail::course_judge;
using detect::detail::course_of_blocks;
using detect::detail::said_of;

namespace {

double noise(std::uint64_t seed, std::size_t i) {
  random_draws draws(seed, 0, i);
  return draws.normal();
}

}  // namespace

TEST_CASE("a figure far from those before it is told on which side it lies, and learnt drawn in") {
  course_judge<3> judge;
  for (std::size_t i = 0; i < 60; ++i) CHECK(judge.push(5 + 0.1 * noise(1, i), 0.0).evidence == 0.0);
  const auto far = judge.push(8.0, 0.0);
  CHECK(far.evidence > 6.0);
  CHECK(far.off == Approx(3.0).margin(0.1));
  CHECK(far.tame < 5.6);                        // three deviations
  CHECK(judge.push(8.0, 4.0).evidence == 0.0);  // not as far as asked for
  CHECK(judge.push(2.0, 0.0).off < -2.9);
}

TEST_CASE("of independent figures as few are told as their evidence says") {
  int told = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    course_judge<8> judge;
    for (std::size_t i = 0; i < 2000; ++i) told += judge.push(noise(seed, i), 0.0).evidence > 0 ? 1 : 0;
  }
  CHECK(told <= 40000 / 1000);  // evidence starts at 3
}

TEST_CASE("figures that wander by themselves are told no more often") {
  int told = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    course_judge<8> judge;
    double walk = 0.0;
    for (std::size_t i = 0; i < 500; ++i)
      told += judge.push(walk += noise(seed, i), 0.0).evidence > 0 ? 1 : 0;
  }
  CHECK(told <= 10000 / 1000);
}

TEST_CASE("rows that lie higher are told when the block ends, and lower ones but where only higher counts") {
  for (const double sign : {1.0, -1.0})
    for (const bool above : {false, true}) {
      course_of_blocks blocks;
      double before = 0.0, after = 0.0;
      for (std::size_t i = 0; i < 2000; ++i) {
        blocks.push(noise(7, i) + (i >= 1600 ? 2.5 * sign : 0.0), 0.5, above);
        double& most = i < 1600 ? before : after;
        most = std::max(most, blocks.now());
      }
      CHECK(before == 0.0);
      if (above && sign < 0)
        CHECK(after == 0.0);
      else
        CHECK(after > 6.0);
    }
}

TEST_CASE("what is over when its block ends is not told, nor is it in the rows after it is over") {
  for (const std::size_t end : {1612u, 1618u}) {  // blocks end with rows 1615 and 1631
    course_of_blocks blocks;
    double during = 0.0, after = 0.0;
    for (std::size_t i = 0; i < 1700; ++i) {
      blocks.push(noise(7, i) + (i >= 1600 && i < end ? 6.0 : 0.0), 0.5);
      double& most = i < end ? during : after;
      most = std::max(most, blocks.now());
    }
    CHECK((during > 6.0) == (end == 1618));
    CHECK(after <= 1.0);
  }
}

TEST_CASE("what was found is said in three rows, then as much as keeps an incident open") {
  double since = 0.0;
  for (int i = 0; i < 3; ++i) CHECK(said_of(7.0, 5.0, since) == 7.0);
  CHECK(said_of(7.0, 5.0, since) == 1.0);
  CHECK(said_of(0.0, 0.0, since) == 0.0);
}

TEST_CASE("a course goes on from its bytes with the same figures") {
  course_of_blocks a;
  for (std::size_t i = 0; i < 1001; ++i) a.push(noise(3, i), 0.5);
  byte_writer w(static_cast<state_kind>(0));
  a.write(w);
  const std::string bytes = w.finish();
  byte_reader r(bytes, static_cast<state_kind>(0), {});
  course_of_blocks b;
  b.read(r);
  r.done();
  for (std::size_t i = 1001; i < 2000; ++i) {
    a.push(noise(3, i) + 2, 0.5);
    b.push(noise(3, i) + 2, 0.5);
    REQUIRE(a.now() == b.now());
  }
}
