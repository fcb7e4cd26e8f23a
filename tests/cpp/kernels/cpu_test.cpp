#include "../../../src/kernels/cpu.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

#include "barograph/kernels.hpp"
#include "catch.hpp"

using namespace barograph::kernels;

namespace {
cpu_words everything() { return {~0u, ~0u, ~0u, ~std::uint64_t{0}}; }
}  // namespace

TEST_CASE("each feature of the third level is needed for it, lzcnt, movbe and f16c among them") {
  CHECK(level_of(everything()) == 4);
  for (const int bit : {0, 9, 12, 13, 19, 20, 22, 23, 27, 28, 29}) {
    cpu_words w = everything();
    w.leaf1_ecx &= ~(1u << bit);
    INFO("leaf 1, ecx, bit " << bit);
    CHECK(level_of(w) == 2);
  }
  for (const int bit : {3, 5, 8}) {
    cpu_words w = everything();
    w.leaf7_ebx &= ~(1u << bit);
    CHECK(level_of(w) == 2);
  }
  for (const int bit : {0, 5}) {
    cpu_words w = everything();
    w.extended1_ecx &= ~(1u << bit);
    CHECK(level_of(w) == 2);
  }
}

TEST_CASE("what the operating system does not save is not used") {
  cpu_words w = everything();
  w.xcr0 = 0x3;  // xmm alone
  CHECK(level_of(w) == 2);
  w.xcr0 = 0x7;  // no AVX-512 state
  CHECK(level_of(w) == 3);
}

TEST_CASE("the fourth level needs all five parts of AVX-512") {
  for (const int bit : {16, 17, 28, 30, 31}) {
    cpu_words w = everything();
    w.leaf7_ebx &= ~(1u << bit);
    CHECK(level_of(w) == 3);
  }
}

TEST_CASE("a level has one name, and no other name has a level") {
  CHECK(level_named("base") == 2);
  CHECK(level_named("v3") == 3);
  CHECK(level_named("v4") == 4);
  for (const char* name : {"", "v2", "V3", "avx2", "base ", "isa_v3"}) CHECK(level_named(name) == 0);
}

TEST_CASE("a name in the environment that is no instruction set is told") {
  const char* kept = std::getenv("BAROGRAPH_ISA");
  const std::string before = kept == nullptr ? "" : kept;
  REQUIRE(setenv("BAROGRAPH_ISA", "avx2", 1) == 0);
  CHECK(std::string(unknown_isa()) == "avx2");
  for (const char* name : {"", "base", "v3", "v4"}) {
    REQUIRE(setenv("BAROGRAPH_ISA", name, 1) == 0);
    CHECK(unknown_isa() == nullptr);
  }
  REQUIRE((kept == nullptr ? unsetenv("BAROGRAPH_ISA") : setenv("BAROGRAPH_ISA", before.c_str(), 1)) == 0);
}

#if defined(__x86_64__)
TEST_CASE("the processor at hand is read as the compiler's own check reads it") {
  const int level = level_of(this_cpu());
  if (level >= 3) CHECK((__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")));
  if (level >= 4) CHECK(__builtin_cpu_supports("avx512bw"));
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) CHECK(level >= 3);
  if (std::strcmp(isa(), "v4") == 0) CHECK(level == 4);
  if (std::strcmp(isa(), "v3") == 0) CHECK(level >= 3);
}
#endif
