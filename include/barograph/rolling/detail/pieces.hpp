// A job of extrema in pieces, between which the caller may be interrupted; the same results as in one:
// selections may be cut anywhere.
//
// Pieces of fixed windows begin at whole blocks, and go from the last to the first, because the first
// block of a piece, which lacks the one before it, is what the next piece writes again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../core/interrupt.hpp"
#include "jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

/// The fixed windows [begin, end) of a job and, where begin > 0, a block before them to be ignored.
inline series_job part_of_fixed(const series_job& job, std::int64_t begin, std::int64_t end) {
  series_job part = job;
  const std::int64_t from = begin > 0 ? begin - job.length : 0;
  part.x += from;
  part.out += from;
  if (part.missing != nullptr) part.missing += from;
  if (part.valid_before != nullptr) part.valid_before += from;
  part.windows = end - from;
  return part;
}

/// Runs kernel(job) whole, or in pieces where this thread can be interrupted.
template <class Kernel>
void run_in_pieces(const series_job& job, Kernel kernel) {
  constexpr auto rows = static_cast<std::int64_t>(rows_between_checks);
  if (!interruptible() || job.windows < 2 * rows) return kernel(job);
  if (job.start == nullptr) {
    const std::int64_t blocks = 16;  // what the kernels take side by side, or a multiple
    const std::int64_t least = blocks * job.length;
    const std::int64_t piece = least < rows ? rows / least * least : least;
    for (std::int64_t begin = (job.windows - 1) / piece * piece; begin >= 0; begin -= piece) {
      check_interrupt();
      kernel(part_of_fixed(job, begin, begin + piece < job.windows ? begin + piece : job.windows));
    }
    return;
  }
  for (std::int64_t begin = 0; begin < job.windows; begin += rows) {
    check_interrupt();
    series_job part = job;
    part.start += begin;
    part.end += begin;
    part.out += begin;
    part.windows = begin + rows < job.windows ? rows : job.windows - begin;
    kernel(part);
  }
}

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
