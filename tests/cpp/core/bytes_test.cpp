#include "barograph/core/bytes.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
std::string sample() {
  byte_writer w(state_kind::moments);
  w.u8(7);
  w.varint(300);
  w.zigzag(-3);
  w.f64(0.5);
  return w.finish();
}
}  // namespace

TEST_CASE("crc32 is that of IEEE 802.3") {
  const unsigned char check[] = "123456789";
  CHECK(crc32(check, 9) == 0xCBF43926u);
}

TEST_CASE("what was written is read back") {
  const std::string frame = sample();
  byte_reader r(frame, state_kind::moments);
  CHECK(r.u8() == 7);
  CHECK(r.varint() == 300);
  CHECK(r.zigzag() == -3);
  CHECK(r.f64() == 0.5);
  CHECK_NOTHROW(r.done());
}

TEST_CASE("every truncation and every flipped bit is refused") {
  const std::string frame = sample();
  for (std::size_t n = 0; n < frame.size(); ++n)
    CHECK_THROWS_AS(byte_reader(frame.data(), n, state_kind::moments), bad_bytes);
  for (std::size_t i = 0; i < frame.size() * 8; ++i) {
    std::string bad = frame;
    bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
    CHECK_THROWS_AS(byte_reader(bad, state_kind::moments), bad_bytes);
  }
}

TEST_CASE("another kind is refused by name") {
  CHECK_THROWS_WITH(byte_reader(sample(), state_kind::apdex), Catch::Contains("kind 2"));
}

TEST_CASE("reading past the end is an error, and so are bytes left over") {
  const std::string frame = sample();
  byte_reader r(frame, state_kind::moments);
  CHECK_THROWS_AS(r.done(), bad_bytes);
  r.u8();
  r.varint();
  r.zigzag();
  r.f64();
  CHECK_THROWS_AS(r.u8(), bad_bytes);
}
