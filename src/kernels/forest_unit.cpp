// One instruction set's kernels of isolation forests: see README.md for what may be included here.
#include "forest_unit.hpp"

#include "barograph/detect/detail/forest_planes_plain.hpp"
#include "barograph/detect/detail/forest_score_plain.hpp"
#include "barograph/detect/detail/forest_words_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {
namespace BAROGRAPH_ISA {

void forest_axis(const detect::detail::forest_axis_job& job) noexcept {
  kernel::BAROGRAPH_ISA::forest_axis(job);
}
void forest_planes(const detect::detail::forest_plane_job& job) noexcept {
  kernel::BAROGRAPH_ISA::forest_planes(job);
}
void forest_ranks(const detect::detail::forest_rank_job& job) noexcept {
  kernel::BAROGRAPH_ISA::forest_ranks(job);
}
void forest_ranked(const detect::detail::forest_ranked_job& job) noexcept {
#if defined(BAROGRAPH_FOREST_WORDS)
  kernel::BAROGRAPH_ISA::forest_ranked_by_words(job);
#elif defined(BAROGRAPH_FOREST_PLANES)
  kernel::BAROGRAPH_ISA::forest_ranked_fast(job);
#else
  kernel::BAROGRAPH_ISA::forest_ranked(job);
#endif
}

}  // namespace BAROGRAPH_ISA
}  // namespace kernels
BAROGRAPH_NAMESPACE_END
