// Compiled entry points (link barograph::kernels): the same results as the headers, faster, with the
// instruction set chosen at run time. The versioned namespace makes a mismatch of header and library
// fail at link time.
#pragma once

#include "config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {
inline namespace v0_1 {

/// The instruction set in use: "base", "v3" or "v4".
const char* isa() noexcept;

}  // namespace v0_1
}  // namespace kernels
BAROGRAPH_NAMESPACE_END
