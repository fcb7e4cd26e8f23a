// One instruction set's kernels: see README.md for what may be included here.
#include "table.hpp"

#define BAROGRAPH_STRINGIZE_(x) #x
#define BAROGRAPH_STRINGIZE(x) BAROGRAPH_STRINGIZE_(x)

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {
namespace BAROGRAPH_ISA {

const kernel_table& table() noexcept {
  static constexpr kernel_table t{
      /*isa=*/BAROGRAPH_STRINGIZE(BAROGRAPH_ISA),
  };
  return t;
}

}  // namespace BAROGRAPH_ISA
}  // namespace kernels
BAROGRAPH_NAMESPACE_END
