// Compile-time configuration: the ABI namespace, the floating-point mode check and how errors leave.
//
// Every declaration stands in `barograph::v0` or `barograph::v0_noexcept`, so that two translation
// units built with different settings cannot be linked into one silently wrong program.
#pragma once

#include "version.hpp"

#if defined(__FAST_MATH__)
#pragma GCC warning "barograph: -ffast-math breaks NaN handling and the equality of bits between languages"
#endif

#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
#define BAROGRAPH_HAS_EXCEPTIONS 1
#define BAROGRAPH_ABI v0
#else
#define BAROGRAPH_HAS_EXCEPTIONS 0
#define BAROGRAPH_ABI v0_noexcept
#endif

#define BAROGRAPH_NAMESPACE_BEGIN \
  namespace barograph {           \
  inline namespace BAROGRAPH_ABI {
#define BAROGRAPH_NAMESPACE_END \
  }                             \
  }

// Hot loops live in `kernel::<instruction set>`: the headers instantiate them as `isa_inline`, each
// unit of src/kernels under the name of its own instruction set (see src/kernels/README.md).
#ifndef BAROGRAPH_ISA
#define BAROGRAPH_ISA isa_inline
#endif
#define BAROGRAPH_KERNEL_BEGIN \
  BAROGRAPH_NAMESPACE_BEGIN    \
  namespace kernel {           \
  inline namespace BAROGRAPH_ISA {
#define BAROGRAPH_KERNEL_END \
  }                          \
  }                          \
  BAROGRAPH_NAMESPACE_END
