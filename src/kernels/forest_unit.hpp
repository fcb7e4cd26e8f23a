// The kernels of isolation forests, in a unit of their own for each instruction set: it compiles quickly.
#pragma once

#include "barograph/detect/detail/forest_jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {
namespace BAROGRAPH_ISA {

void forest_axis(const detect::detail::forest_axis_job& job) noexcept;
void forest_planes(const detect::detail::forest_plane_job& job) noexcept;
void forest_ranks(const detect::detail::forest_rank_job& job) noexcept;
void forest_ranked(const detect::detail::forest_ranked_job& job) noexcept;

}  // namespace BAROGRAPH_ISA
}  // namespace kernels
BAROGRAPH_NAMESPACE_END
