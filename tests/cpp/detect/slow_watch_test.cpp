#include "barograph/detect/slow_watch.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::slow_watch;

namespace {

constexpr std::size_t rows = 4032, day = 288;

double noise(std::uint64_t seed, std::size_t i) {
  random_draws draws(seed, 0, i);
  return draws.normal();
}

std::int64_t at(std::size_t i) { return 4 * 86400 + static_cast<std::int64_t>(i) * 300; }  // from a Monday on

double usual(std::size_t i) {
  return 5 * std::sin(6.283185307179586 * static_cast<double>(i % day) / static_cast<double>(day));
}

/// The first row with evidence of the level, of the season and of the spread; `rows` where there is none.
struct told {
  std::size_t first, second, spread;
};

template <class F>
told first(F value, double least = 3.0) {
  slow_watch watch;
  std::size_t level = rows, season = rows, spread = rows;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto e = watch.push(at(i), value(i));
    if (e.level >= least && level == rows) level = i;
    if (e.season >= least && season == rows) season = i;
    if (e.spread >= least && spread == rows) spread = i;
  }
  return {level, season, spread};
}

}  // namespace

TEST_CASE("a level that is left is told within blocks, a leak before it is over") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const auto shift =
        first([&](std::size_t i) { return usual(i) + noise(seed, i) + (i >= 2500 ? 2.5 : 0); });
    CHECK(shift.first >= 2500);
    CHECK(shift.first < 2500 + 4 * 32);
    const auto leak = first([&](std::size_t i) {
      return usual(i) + noise(seed, i) + (i >= 2500 ? 6 * static_cast<double>(i - 2500) / 1500 : 0);
    });
    CHECK(leak.first >= 2500);
    CHECK(leak.first < 3400);
  }
}

TEST_CASE("a season that is lost is told within a day") {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    const auto lost =
        first([&](std::size_t i) { return (i >= 3000 && i < 3900 ? 0 : usual(i)) + noise(seed, i); });
    CHECK(lost.second > 3000);
    CHECK(lost.second < 3000 + day + day / 2);
  }
}

TEST_CASE("a spread that is wider is told within blocks, beside a day or not, and one by the hour is none") {
  for (const std::uint64_t seed : {1u, 2u, 3u})
    for (const double season : {0.0, 1.0}) {
      const auto wide = first([&](std::size_t i) {
        return season * usual(i) + noise(seed, i) * (i >= 3000 && i < 3300 ? 3.5 : 1);
      });
      CHECK(wide.spread >= 3000);
      CHECK(wide.spread < 3000 + 8 * 16);
      CHECK(first([&](std::size_t i) {
              return season * usual(i) + noise(seed, i) * (1.5 + 0.2 * usual(i));
            }).spread == rows);
    }
}

TEST_CASE("noise, a day, growth and weekends are quiet") {
  constexpr double finding = 5.0;
  for (std::uint64_t seed = 10; seed < 16; ++seed) {
    double slow = 0, walk = 0;
    for (const auto& found : {
             first([&](std::size_t i) { return noise(seed, i); }, finding),
             first([&](std::size_t i) { return usual(i) + noise(seed, i); }, finding),
             first([&](std::size_t i) { return 0.003 * static_cast<double>(i) + noise(seed, i); }, finding),
             first([&](std::size_t i) { return slow = 0.9 * slow + noise(seed, i); }, finding),
             first([&](std::size_t i) { return walk += noise(seed, i); }, finding),
             first([&](std::size_t i) { return (i / day % 7 < 5 ? 20 : 8) + noise(seed, i); }, finding),
             first([&](std::size_t) { return 7.0; }, finding),
         }) {
      CHECK(found.first == rows);
      CHECK(found.second == rows);
      CHECK(found.spread == rows);
    }
  }
}

TEST_CASE(
    "a job at the same time of each day is usual from its third on, wherever in a half-hour it begins") {
  for (const std::int64_t begins : {5 * 1800 + 200, 5 * 1800 + 900, 5 * 1800 + 1500}) {
    slow_watch watch;
    std::size_t told = 0;
    for (std::size_t i = 0; i < 20000; ++i) {  // steps of 60 s, a job of eight hours
      const std::int64_t second = 60 * static_cast<std::int64_t>(i), of_day = second % 86400;
      const bool runs = of_day >= begins && of_day < begins + 8 * 3600;
      const auto e = watch.push(4 * 86400 + second, noise(4, i) + (runs ? 20 : 0));
      if (i >= 2880 && (i / 1440) % 7 < 5) told += e.level >= 3.0 ? 1 : 0;
    }
    CHECK(told == 0);
  }
}

TEST_CASE("it goes on from its bytes with the same figures") {
  slow_watch a;
  for (std::size_t i = 0; i < 3000; ++i) a.push(at(i), usual(i) + noise(5, i));
  byte_writer w(static_cast<state_kind>(0));
  a.write(w);
  const std::string bytes = w.finish();
  byte_reader r(bytes, static_cast<state_kind>(0), {});
  slow_watch b;
  b.read(r);
  r.done();
  bool same = true;
  for (std::size_t i = 3000; i < rows; ++i) {
    const auto p = a.push(at(i), noise(5, i)), q = b.push(at(i), noise(5, i));
    same = same && p.level == q.level && p.season == q.season && p.spread == q.spread;
  }
  CHECK(same);
}

TEST_CASE("the largest numbers and times give finite figures") {
  slow_watch watch;
  bool finite = true;
  for (std::size_t i = 0; i < 3000; ++i) {
    const auto e = watch.push(i % 2 == 0 ? INT64_MIN : INT64_MAX, i % 3 == 0 ? 1.7e308 : -1.7e308);
    finite = finite && std::isfinite(e.level) && std::isfinite(e.season) && std::isfinite(e.spread);
  }
  CHECK(finite);
}

TEST_CASE("slow_watch: bytes with a distance or a count below 0 are refused") {
  slow_watch w;
  for (std::int64_t i = 0; i < 400; ++i) w.push(300 * i, noise(9, static_cast<std::size_t>(i)));
  byte_writer out(state_kind::stream_detector);
  w.write(out);
  const std::string good = out.finish();
  const auto read = [](const std::string& bytes) {
    byte_reader r(bytes, state_kind::stream_detector);
    slow_watch other;
    other.read(r);
    byte_writer again(state_kind::stream_detector);
    other.write(again);
    return again.finish();
  };
  CHECK(read(good) == good);
  std::size_t refused = 0;
  for (std::size_t at = 16; at + 4 < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ 0x80u);
    const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(bad.data()), bad.size() - 4);
    for (unsigned k = 0; k < 4; ++k) bad[bad.size() - 4 + k] = static_cast<char>(sum >> (8 * k) & 0xFFu);
    try {
      read(bad);
    } catch (const bad_bytes&) {
      ++refused;
    }
  }
  CHECK(refused >= 96);  // visits and moves of the 48 half-hours of working days at least
}
