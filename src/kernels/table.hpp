// The table of kernels that each instruction set fills.
#pragma once

#include "barograph/config.hpp"
#include "barograph/detect/detail/forest_jobs_plain.hpp"
#include "barograph/detect/detail/row_jobs_plain.hpp"
#include "barograph/rolling/detail/jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {

struct kernel_table {
  const char* isa;
  void (*rolling_sums)(const rolling::detail::sums_job&) noexcept;
  bool (*extent)(const double*, std::int64_t, double&, double&) noexcept;
  void (*rolling_times)(rolling::detail::times_job&) noexcept;
  void (*rolling_extrema)(const rolling::detail::extrema_job&) noexcept;
  void (*rolling_quantiles)(const rolling::detail::order_job&) noexcept;
  void (*rolling_ranks)(const rolling::detail::order_job&) noexcept;
  void (*rolling_distinct)(const rolling::detail::order_job&) noexcept;
  void (*rolling_deviations)(const rolling::detail::order_job&) noexcept;
  void (*rolling_exponential)(rolling::detail::exponential_job&) noexcept;
  void (*forest_axis)(const detect::detail::forest_axis_job&) noexcept;
  void (*forest_planes)(const detect::detail::forest_plane_job&) noexcept;
  void (*forest_ranks)(const detect::detail::forest_rank_job&) noexcept;
  void (*forest_ranked)(const detect::detail::forest_ranked_job&) noexcept;
  std::int64_t (*block_comoments)(const detail::comoments_job&) noexcept;
  void (*plane_distances)(const detail::plane_distance_job&) noexcept;
};

namespace isa_base {
const kernel_table& table() noexcept;
}
namespace isa_v3 {
const kernel_table& table() noexcept;
}
namespace isa_v4 {
const kernel_table& table() noexcept;
}

/// The table in use, chosen once.
const kernel_table& active() noexcept;

}  // namespace kernels
BAROGRAPH_NAMESPACE_END
