// What this processor and its operating system can run, as the levels of the x86-64 psABI.
//
// A unit compiled with -march=x86-64-v3 may use any instruction of that level, so each of its features
// is asked for, and that the system saves the wide registers (XCR0). Source: x86-64 psABI, 3.1.1
// "Processor Architecture", table of micro-architecture levels; bit positions: Intel SDM, CPUID.
#pragma once

#include <cstdint>
#include <string_view>

#include "barograph/config.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {

/// The words of CPUID and XCR0 that tell a level.
struct cpu_words {
  std::uint32_t leaf1_ecx = 0;
  std::uint32_t leaf7_ebx = 0;
  std::uint32_t extended1_ecx = 0;  ///< leaf 0x80000001
  std::uint64_t xcr0 = 0;
};

constexpr std::uint32_t cpu_bits() noexcept { return 0; }
template <class... Rest>
constexpr std::uint32_t cpu_bits(int bit, Rest... rest) noexcept {
  return (std::uint32_t{1} << bit) | cpu_bits(rest...);
}

constexpr std::uint32_t v3_leaf1_ecx = cpu_bits(0, 9, 12, 13, 19, 20, 22, 23, 27, 28, 29);
// SSE3, SSSE3, FMA, CMPXCHG16B, SSE4.1, SSE4.2, MOVBE, POPCNT, OSXSAVE, AVX, F16C
constexpr std::uint32_t v3_leaf7_ebx = cpu_bits(3, 5, 8);             // BMI1, AVX2, BMI2
constexpr std::uint32_t v3_extended1_ecx = cpu_bits(0, 5);            // LAHF, LZCNT
constexpr std::uint64_t v3_xcr0 = 0x6;                                // xmm, ymm
constexpr std::uint32_t v4_leaf7_ebx = cpu_bits(16, 17, 28, 30, 31);  // AVX-512 F, DQ, CD, BW, VL
constexpr std::uint64_t v4_xcr0 = 0xE6;                               // and opmask, upper zmm, zmm16 to 31

/// 4, 3 or, for less than the third level, 2.
constexpr int level_of(const cpu_words& w) noexcept {
  const bool v3 = (w.leaf1_ecx & v3_leaf1_ecx) == v3_leaf1_ecx &&
                  (w.leaf7_ebx & v3_leaf7_ebx) == v3_leaf7_ebx &&
                  (w.extended1_ecx & v3_extended1_ecx) == v3_extended1_ecx && (w.xcr0 & v3_xcr0) == v3_xcr0;
  if (!v3) return 2;
  return (w.leaf7_ebx & v4_leaf7_ebx) == v4_leaf7_ebx && (w.xcr0 & v4_xcr0) == v4_xcr0 ? 4 : 3;
}

/// The level that a name in BAROGRAPH_ISA stands for; 0 where it is none.
constexpr int level_named(std::string_view name) noexcept {
  return name == "base" ? 2 : name == "v3" ? 3 : name == "v4" ? 4 : 0;
}

#if defined(__x86_64__)
inline cpu_words this_cpu() noexcept {
  cpu_words w;
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) != 0) w.leaf1_ecx = c;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) w.leaf7_ebx = b;
  if (__get_cpuid(0x80000001u, &a, &b, &c, &d) != 0) w.extended1_ecx = c;
  if ((w.leaf1_ecx & cpu_bits(27)) != 0) {  // XGETBV may be used
    std::uint32_t low = 0, high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    w.xcr0 = (std::uint64_t{high} << 32) | low;
  }
  return w;
}
#endif

}  // namespace kernels
BAROGRAPH_NAMESPACE_END
