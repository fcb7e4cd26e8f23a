// One instruction set's kernels: see README.md for what may be included here.
#include "barograph/detect/detail/row_block_plain.hpp"
#include "barograph/rolling/detail/exponential_plain.hpp"
#include "barograph/rolling/detail/extrema_plain.hpp"
#include "barograph/rolling/detail/median_deviation_plain.hpp"
#include "barograph/rolling/detail/order_statistics_plain.hpp"
#include "barograph/rolling/detail/ranks_plain.hpp"
#include "barograph/rolling/detail/sums_plain.hpp"
#include "barograph/rolling/detail/times_plain.hpp"
#include "forest_unit.hpp"
#include "table.hpp"

#define BAROGRAPH_STRINGIZE_(x) #x
#define BAROGRAPH_STRINGIZE(x) BAROGRAPH_STRINGIZE_(x)

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {
namespace BAROGRAPH_ISA {

const kernel_table& table() noexcept {
  static constexpr kernel_table t{
      /*isa=*/BAROGRAPH_STRINGIZE(BAROGRAPH_ISA),
      /*rolling_sums=*/kernel::BAROGRAPH_ISA::run_sums,
      /*extent=*/kernel::BAROGRAPH_ISA::extent,
      /*rolling_times=*/kernel::BAROGRAPH_ISA::find_windows,
      /*rolling_extrema=*/kernel::BAROGRAPH_ISA::run_extrema,
      /*rolling_quantiles=*/kernel::BAROGRAPH_ISA::moving_quantiles,
      /*rolling_ranks=*/kernel::BAROGRAPH_ISA::moving_ranks,
      /*rolling_distinct=*/kernel::BAROGRAPH_ISA::moving_distinct,
      /*rolling_deviations=*/kernel::BAROGRAPH_ISA::moving_deviations,
      /*rolling_exponential=*/kernel::BAROGRAPH_ISA::run_exponential,
      /*forest_axis=*/forest_axis,
      /*forest_planes=*/forest_planes,
      /*forest_ranks=*/forest_ranks,
      /*forest_ranked=*/forest_ranked,
      /*block_comoments=*/kernel::BAROGRAPH_ISA::block_comoments,
      /*plane_distances=*/kernel::BAROGRAPH_ISA::plane_distances,
  };
  return t;
}

}  // namespace BAROGRAPH_ISA
}  // namespace kernels
BAROGRAPH_NAMESPACE_END
