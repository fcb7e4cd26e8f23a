// Chooses a kernel table at run time and defines the entry points of barograph/kernels.hpp.
#include <algorithm>
#include <cstdlib>

#include "barograph/kernels.hpp"
#include "cpu.hpp"
#include "table.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace kernels {
namespace {

/// What the environment asks for; null where it asks for nothing.
const char* asked_isa() noexcept {
  const char* name = std::getenv("BAROGRAPH_ISA");
  return name == nullptr || *name == '\0' ? nullptr : name;
}

const kernel_table& choose() noexcept {
#ifdef BAROGRAPH_KERNELS_X86
  const char* asked = asked_isa();
  const int most = asked == nullptr || level_named(asked) == 0 ? 4 : level_named(asked);
  const int level = std::min(level_of(this_cpu()), most);
  if (level >= 4) return isa_v4::table();
  if (level >= 3) return isa_v3::table();
#endif
  return isa_base::table();
}

}  // namespace

const kernel_table& active() noexcept {
  static const kernel_table& t = choose();
  return t;
}

inline namespace v0_1 {

const char* isa() noexcept { return active().isa + 4; }  // without "isa_"

const char* unknown_isa() noexcept {
  const char* asked = asked_isa();
  return asked == nullptr || level_named(asked) != 0 ? nullptr : asked;
}

void compiled::sums(const rolling::detail::sums_job& job) noexcept { active().rolling_sums(job); }
bool compiled::extent(const double* x, std::int64_t n, double& least, double& greatest) noexcept {
  return active().extent(x, n, least, greatest);
}
void compiled::times(rolling::detail::times_job& job) noexcept { active().rolling_times(job); }
void compiled::extrema(const rolling::detail::extrema_job& job) noexcept { active().rolling_extrema(job); }
void compiled::quantiles(const rolling::detail::order_job& job) noexcept { active().rolling_quantiles(job); }
void compiled::ranks(const rolling::detail::order_job& job) noexcept { active().rolling_ranks(job); }
void compiled::distinct(const rolling::detail::order_job& job) noexcept { active().rolling_distinct(job); }
void compiled::deviations(const rolling::detail::order_job& job) noexcept {
  active().rolling_deviations(job);
}
void compiled::exponential(rolling::detail::exponential_job& job) noexcept {
  active().rolling_exponential(job);
}
void compiled::forest_axis(const detect::detail::forest_axis_job& job) noexcept { active().forest_axis(job); }
void compiled::forest_planes(const detect::detail::forest_plane_job& job) noexcept {
  active().forest_planes(job);
}
void compiled::forest_ranks(const detect::detail::forest_rank_job& job) noexcept {
  active().forest_ranks(job);
}
void compiled::forest_ranked(const detect::detail::forest_ranked_job& job) noexcept {
  active().forest_ranked(job);
}
std::int64_t compiled::block_comoments(const detail::comoments_job& job) noexcept {
  return active().block_comoments(job);
}
void compiled::plane_distances(const detail::plane_distance_job& job) noexcept {
  active().plane_distances(job);
}

}  // namespace v0_1
}  // namespace kernels
BAROGRAPH_NAMESPACE_END
