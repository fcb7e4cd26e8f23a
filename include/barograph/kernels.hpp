// Compiled entry points (link barograph::kernels): the same results as the headers, faster, with the
// instruction set chosen at run time. The versioned namespace makes a mismatch of header and library
// fail at link time.
#pragma once

#include "config.hpp"
#include "detect/detail/forest_jobs_plain.hpp"
#include "detect/detail/row_jobs_plain.hpp"
#include "rolling/detail/jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {
inline namespace v0_1 {

/// The instruction set in use: "base", "v3" or "v4". It is chosen on first use: the best that the machine
/// can run, and none above the one that BAROGRAPH_ISA in the environment names. A name there that is none
/// of the three is passed over; see unknown_isa().
const char* isa() noexcept;

/// What BAROGRAPH_ISA says where that is none of base, v3 and v4, for a program that wants to complain of
/// it; null where it is one of them, empty or not set.
const char* unknown_isa() noexcept;

/// The kernels, for the Kernels parameter of rolling::reduce, reduce_pairs, quantiles, exponential,
/// time_windows and grouped_time_windows, of detect::isolation_forest and of pca:
/// `rolling::reduce<kernels::compiled>(...)` gives the bits that `rolling::reduce(...)` gives.
struct compiled {
  static void sums(const rolling::detail::sums_job& job) noexcept;
  static bool extent(const double* x, std::int64_t n, double& least, double& greatest) noexcept;
  static void times(rolling::detail::times_job& job) noexcept;
  static void extrema(const rolling::detail::extrema_job& job) noexcept;
  static void quantiles(const rolling::detail::order_job& job) noexcept;
  static void ranks(const rolling::detail::order_job& job) noexcept;
  static void distinct(const rolling::detail::order_job& job) noexcept;
  static void deviations(const rolling::detail::order_job& job) noexcept;
  static void exponential(rolling::detail::exponential_job& job) noexcept;
  static void forest_axis(const detect::detail::forest_axis_job& job) noexcept;
  static void forest_planes(const detect::detail::forest_plane_job& job) noexcept;
  static void forest_ranks(const detect::detail::forest_rank_job& job) noexcept;
  static void forest_ranked(const detect::detail::forest_ranked_job& job) noexcept;
  static std::int64_t block_comoments(const detail::comoments_job& job) noexcept;
  static void plane_distances(const detail::plane_distance_job& job) noexcept;
};

}  // namespace v0_1
}  // namespace kernels
BAROGRAPH_NAMESPACE_END
