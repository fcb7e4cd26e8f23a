#include "barograph/core/hash_seed.hpp"

#include <cstddef>
#include <set>

#include "catch.hpp"

using namespace barograph;

TEST_CASE("each bit of a word reaches about half of the bits of the hash") {
  const std::uint64_t seed = 0x0123456789ABCDEFu;
  int least = 64, most = 0;
  for (int bit = 0; bit < 64; ++bit) {
    int changed = 0;  // over 64 words
    for (std::uint64_t word = 1; word <= 64; ++word)
      changed += __builtin_popcountll(
          detail::mixed_hash(seed, word * 0x9E3779B97F4A7C15u) ^
          detail::mixed_hash(seed, word * 0x9E3779B97F4A7C15u ^ std::uint64_t{1} << bit));
    least = changed / 64 < least ? changed / 64 : least;
    most = changed / 64 > most ? changed / 64 : most;
  }
  CHECK(least >= 20);  // 32 expected; a bit that only stayed in its half would change 16
  CHECK(most <= 44);
}

TEST_CASE("words in a row fall into different places of a table") {
  const std::uint64_t seed = detail::hash_seed();
  std::set<std::uint64_t> places;
  for (std::uint64_t word = 0; word < 1000; ++word) places.insert(detail::mixed_hash(seed, word) % 65536);
  CHECK(places.size() >= 970);  // 992.4 expected, standard deviation 2.7
}

TEST_CASE("another seed puts keys into another order") {
  std::size_t equal = 0;
  for (std::uint64_t word = 0; word < 256; ++word)
    equal += detail::mixed_hash(1, word) % 256 == detail::mixed_hash(2, word) % 256;
  CHECK(equal <= 16);  // 1 expected
}
