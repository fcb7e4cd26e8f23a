// From a series and its windows to jobs for the kernels of order statistics, and their scratch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "../../core/number_span.hpp"
#include "../../core/serial_executor.hpp"
#include "../series.hpp"
#include "../windows.hpp"
#include "job_interrupt.hpp"
#include "jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {
namespace detail {

/// Raises `invalid_argument` unless windows, mask and results (several for each window) fit the series.
inline void check_sizes(const number_span& x, const windows& w, const options& how, std::size_t several,
                        span<double> out) {
  if (w.rows != static_cast<std::int64_t>(x.size()))
    raise<invalid_argument>("windows: made for " + std::to_string(w.rows) + " rows, the series has " +
                            std::to_string(x.size()));
  if (!how.mask.empty() && how.mask.size() != x.size())
    raise<invalid_argument>("mask: " + std::to_string(how.mask.size()) + " rows given, expected " +
                            std::to_string(x.size()));
  if (out.size() != several * w.size())
    raise<invalid_argument>("out: " + std::to_string(out.size()) + " results given, expected " +
                            std::to_string(several * w.size()));
}

/// What all kernels of order statistics are told; `x` and `w` are to outlive it.
inline order_job order_job_of(const number_span& x, const windows& w, const options& how, span<double> out) {
  order_job job{};
  job.x = x.doubles();
  if (job.x == nullptr) {
    job.read = &number_span::read_from;
    job.series = &x;
  }
  job.mask = how.mask.empty() ? nullptr : how.mask.data();
  job.rows = w.rows;
  job.inf_is_missing = how.inf == treatment::missing;
  job.nan_is_loud = how.nan == treatment::propagate;
  if (w.length > 0) {
    job.length = w.length;
    job.shift = w.shift;
  } else if (w.in_time()) {
    job.back = w.back.data();
    job.held = w.held.empty() ? nullptr : w.held.data();
    job.step = w.step;
  } else {
    job.start = w.start.data();
    job.end = w.end.data();
  }
  job.min_periods = how.min_periods;
  job.out = out.data();
  return job;
}

/// Rows to be ranked at once for windows of `longest` rows: the more, the less is ranked twice; the
/// fewer, the denser the windows lie in them.
inline std::int64_t chunk_for(std::int64_t longest) noexcept {
  return longest <= 16 ? 128 : longest <= 32 ? 256 : longest <= 128 ? 512 : 4 * longest;
}

/// Calls f(first, stop) for stretches of the windows, each a multiple of `least` long where that is more
/// than a thread's fair share. One thread does it all at once, unless it looks for interrupts in between.
template <class Executor, class F>
inline void for_each_stretch(std::size_t count, std::int64_t least, const Executor& run, const F& f) {
  if (count == 0) return;
  const std::size_t few = run.threads() <= 1 ? rows_between_checks : 65536;
  const auto unit = static_cast<std::size_t>(least > 0 ? least : 1);
  const bool whole = run.threads() <= 1 && !interruptible();
  run.for_each_chunk(count, whole ? count : unit < few ? few / unit * unit : unit, f);
}

/// Runs the kernel over all windows, in stretches where there are several threads.
template <class Executor>
inline void run_order_job(const order_job& whole, const windows& w, void (*kernel)(const order_job&) noexcept,
                          const Executor& run) {
  const std::int64_t longest = w.longest(), wanted = chunk_for(longest);
  const auto chunk = static_cast<std::size_t>(wanted < w.rows ? wanted : w.rows > 1 ? w.rows : 1);
  if (chunk >= 0x7FFFFFFFu) raise<invalid_argument>("window: more than 500 million rows in one window");
  const auto stretch = [&](std::size_t first, std::size_t stop) {
    // Not cleared: a page that is not needed is never touched.
    const std::unique_ptr<double[]> doubles(new double[2 * chunk]);
    const std::unique_ptr<std::uint32_t[]> halves(new std::uint32_t[5 * (chunk + 8)]);
    const std::unique_ptr<std::uint64_t[]> words(
        new std::uint64_t[3 * chunk + chunk / 64 + chunk / 2048 + 16]);
    const std::unique_ptr<std::ptrdiff_t[]> pointers(
        new std::ptrdiff_t[2 * static_cast<std::size_t>(whole.quantiles) + 1]);
    order_job job = whole;
    job.first = static_cast<std::int64_t>(first);
    job.stop = static_cast<std::int64_t>(stop);
    job.chunk = static_cast<std::ptrdiff_t>(chunk);
    job.value = doubles.get();
    job.sorted = job.value + chunk;
    job.rank = halves.get();
    job.place = job.rank + chunk + 8;
    job.cell = job.place + chunk + 8;
    job.order = job.cell + chunk + 8;
    job.other = job.order + chunk + 8;
    job.bits = words.get();
    job.wide = job.bits + chunk / 64 + chunk / 2048 + 16;
    job.pointer = pointers.get();
    job.below = job.pointer + whole.quantiles;
    job_interrupt interrupt;
    job.leave = interrupt.asker();
    kernel(job);
    interrupt.rethrow();
  };
  for_each_stretch(w.size(), 8 * longest, run, stretch);
}

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
