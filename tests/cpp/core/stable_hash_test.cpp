#include "barograph/core/stable_hash.hpp"

#include <limits>
#include <set>
#include <string>

#include "catch.hpp"

using namespace barograph;

namespace {
/// The definition of the header, once more, with Python's integers in mind.
std::uint64_t defined_mix(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0x6A09E667F3BCC909u;
  x ^= x >> 29;
  x *= 0xBB67AE8584CAA73Bu;
  x ^= x >> 32;
  x *= 0x3C6EF372FE94F82Bu;
  x ^= x >> 29;
  return x;
}
}  // namespace

TEST_CASE("hashes are those of the definition, for ever") {
  constexpr std::uint64_t d = 0xA54FF53A5F1D36F1u;
  CHECK(stable_hash(0) == defined_mix(d));
  CHECK(stable_hash(-1) == defined_mix(d - 1));
  CHECK(stable_hash(0.5) == defined_mix(defined_mix(0x3FE0000000000000u + d) + 2));
  std::uint64_t h = defined_mix(3 + 3 * d);
  h ^= defined_mix(0x636261);  // "abc"
  h = ((h << 27) | (h >> 37)) * 0x6A09E667F3BCC909u + 0xBB67AE8584CAA73Bu;
  CHECK(stable_hash(std::string_view("abc")) == defined_mix(h));
}

TEST_CASE("equal numbers hash alike whatever their type") {
  CHECK(stable_hash(1) == stable_hash(1.0));
  CHECK(stable_hash(true) == stable_hash(1u));
  CHECK(stable_hash(-0.0) == stable_hash(0));
  CHECK(stable_hash(std::int8_t{-3}) == stable_hash(-3.0));
  CHECK(stable_hash(0x1p63) == stable_hash(std::uint64_t{1} << 63));
  CHECK(stable_hash(-0x1p63) == stable_hash(std::numeric_limits<std::int64_t>::min()));
  CHECK(stable_hash(std::uint64_t{1} << 63) != stable_hash(std::numeric_limits<std::int64_t>::min()));
  CHECK(stable_hash(std::numeric_limits<double>::quiet_NaN()) ==
        stable_hash(-std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("text that differs in one bit, by a zero or in length hashes otherwise") {
  std::set<std::uint64_t> seen;
  std::size_t given = 0;
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string zeros(size, '\0');
    seen.insert(stable_hash(std::string_view(zeros)));
    ++given;
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      std::string text = zeros;
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
      seen.insert(stable_hash(std::string_view(text)));
      ++given;
    }
  }
  CHECK(seen.size() == given);
}

TEST_CASE("a changed bit of the value changes half of the bits of its hash") {
  for (int bit = 0; bit < 64; ++bit) {
    int changed[64] = {};
    for (std::uint64_t i = 0; i < 4096; ++i) {
      const std::uint64_t v = i * 0x9E3779B97F4A7C15u;
      const std::uint64_t difference = stable_hash(static_cast<std::int64_t>(v)) ^
                                       stable_hash(static_cast<std::int64_t>(v ^ (std::uint64_t{1} << bit)));
      for (int k = 0; k < 64; ++k) changed[k] += static_cast<int>(difference >> k & 1);
    }
    // Binomial(4096, 1/2): standard deviation 32; the two signs beyond 2^63 do not matter here.
    for (int k = 0; k < 64; ++k) {
      INFO(bit << " " << k);
      CHECK(std::abs(changed[k] - 2048) < 6 * 32);
    }
  }
}
