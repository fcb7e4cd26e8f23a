#include "barograph/detect/stream_detector.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "barograph/core/math.hpp"
#include "barograph/core/random.hpp"
#include "catch.hpp"

using namespace barograph;
using detect::stream_detector;

namespace {

double noise(std::size_t i) {
  const double u = (static_cast<double>((i * 2654435761u) % 1000003u) + 0.5) / 1000003.0;
  return math::normal_quantile(u);
}

std::int64_t minute(std::size_t i) { return static_cast<std::int64_t>(i) * 300; }

}  // namespace

TEST_CASE("a spike, a shift and a value that is stuck are found, the quiet before is not") {
  for (const int what : {0, 1, 2}) {
    stream_detector d;
    std::size_t before = 0, after = 0;
    for (std::size_t i = 0; i < 4100; ++i) {
      double x = 10 + noise(i);
      if (what == 0 && i == 4000) x += 9;
      if (what == 1 && i >= 4000) x += 5;
      if (what == 2 && i >= 4000) x = 10.25;
      const auto r = d.push(minute(i), x);
      (i < 4000 ? before : after) += r.finding ? 1 : 0;
    }
    CHECK(before == 0);
    CHECK(after > 0);
  }
}

TEST_CASE("scores, thresholds and alarms are in the unit, and a copy goes on with the same bits") {
  stream_detector d;
  stream_detector copy;
  bool within = true, same = true;
  for (std::size_t i = 0; i < 1500; ++i) {
    if (i == 700) copy = d;
    const double x = i % 211 == 0 ? 50.0 : noise(i);
    const auto r = d.push(minute(i), x);
    for (const double v : {r.score, r.threshold, r.alarm}) within = within && v >= 0 && v < 1;
    if (i < 700) continue;
    const auto q = copy.push(minute(i), x);
    same = same && q.score == r.score && q.alarm == r.alarm && q.threshold == r.threshold &&
           q.expected == r.expected && copy.parts() == d.parts();
  }
  CHECK(within);
  CHECK(same);
}

TEST_CASE("values that are not finite count as the one before") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  stream_detector a, b;
  bool same = true;
  double last = 0;
  for (std::size_t i = 0; i < 600; ++i) {
    const bool missing = i % 50 == 3;
    if (!missing) last = noise(i);
    const auto r = a.push(minute(i), missing ? (i % 100 == 3 ? nan : inf) : last),
               q = b.push(minute(i), last);
    same = same && r.score == q.score && r.alarm == q.alarm;
  }
  CHECK(same);
}

TEST_CASE("constant series and the largest numbers give finite figures") {
  stream_detector constant, large;
  bool fine = true, quiet = true;
  for (std::size_t i = 0; i < 400; ++i) {
    const auto r = constant.push(minute(i), 3.0);
    quiet = quiet && !r.finding && r.alarm == 0.0;
    const auto q = large.push(minute(i), i % 2 == 0 ? 1.7e308 : -1.7e308);
    fine = fine && std::isfinite(q.score) && std::isfinite(q.alarm) && std::isfinite(q.strangeness);
  }
  CHECK(quiet);
  CHECK(fine);
}

namespace {

/// A day in steps of five minutes, some rows missing or without a value, spikes, and a stretch that is stuck.
double value_at(std::size_t i) {
  const std::uint64_t h = (i + 1) * 0x9E3779B97F4A7C15u;
  const double noise = static_cast<double>((h ^ (h >> 29)) % 10007) / 10007.0;
  if (i % 701 == 3) return std::numeric_limits<double>::quiet_NaN();
  if (i % 2500 > 2480) return 5.0;
  return 10 * std::sin(static_cast<double>(i) / 45.8) + noise * (i % 997 == 0 ? 50 : 1);
}
std::int64_t second_at(std::size_t i) { return 300 * static_cast<std::int64_t>(i + i / 1500 * 12); }

detect::stream_detector after(std::size_t rows) {
  detect::stream_detector d;
  for (std::size_t i = 0; i < rows; ++i) d.push(second_at(i), value_at(i));
  return d;
}

}  // namespace

TEST_CASE("stream_detector: read from its bytes it goes on with the same numbers") {
  for (const std::size_t rows : {0u, 1u, 9u, 60u, 700u, 7000u}) {
    detect::stream_detector here = after(rows);
    here.set_clock({second_at(rows), rows == 0 ? 0u : 1u, 300, rows});
    detect::stream_detector there = detect::stream_detector::from_bytes(here.to_bytes());
    CHECK(there == here);
    CHECK(there.clock().rows == rows);
    std::size_t different = 0;
    for (std::size_t i = rows; i < rows + 3000; ++i) {
      const auto a = here.push(second_at(i), value_at(i)), b = there.push(second_at(i), value_at(i));
      different += a.score != b.score || a.threshold != b.threshold || a.alarm != b.alarm ||
                           a.finding != b.finding || a.strangeness != b.strangeness ||
                           std::memcmp(&a.expected, &b.expected, 8) != 0 ||
                           std::memcmp(&a.margin, &b.margin, 8) != 0 || here.parts() != there.parts()
                       ? 1
                       : 0;
    }
    CHECK(different == 0);
    CHECK(there == here);
  }
}

TEST_CASE("stream_detector: hostile bytes are an error, or a stream that goes on") {
  const std::string good = after(200).to_bytes();
  for (std::size_t size = 0; size < good.size(); size += 997)
    CHECK_THROWS_AS(detect::stream_detector::from_bytes(good.substr(0, size)), bad_bytes);
  const auto changed = [&](std::size_t at, unsigned flip) {
    std::string bad = good;
    bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
    const std::uint32_t sum = crc32(reinterpret_cast<const unsigned char*>(bad.data()), bad.size() - 4);
    for (unsigned k = 0; k < 4; ++k) bad[bad.size() - 4 + k] = static_cast<char>(sum >> (8 * k) & 0xFFu);
    return bad;
  };
  int misread = 0, refused = 0;
  const auto look = [&](const std::string& bad) {
    try {
      detect::stream_detector read = detect::stream_detector::from_bytes(bad);
      misread += read.to_bytes() != bad ? 1 : 0;
      for (std::size_t i = 200; i < 230; ++i) read.push(second_at(i), value_at(i));
    } catch (const bad_bytes&) {
      ++refused;
    }
  };
  // all of what comes before the rings of shapes and behind them, and parts of those
  for (std::size_t at = 12; at + 4 < good.size(); at += at > 9000 && at < 118'000 ? 5003 : 97)
    for (const unsigned flip : {0x01u, 0x80u, 0xFFu}) look(changed(at, flip));
  CHECK(misread == 0);
  CHECK(refused > 0);  // most bytes are of numbers, of which any is possible
}
