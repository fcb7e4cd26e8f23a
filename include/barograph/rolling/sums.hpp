// Rolling sums and what is made of them: mean, variance, standard deviation, standard error, skewness,
// kurtosis, covariance, correlation; nothing is ever subtracted from a running sum.
//
// Law F. A mean is within 2u * sum|x| / n of the exact one, in practice correctly rounded but for ties;
// higher moments are as good as if computed with 106 bits around a value of the window. Time is O(1) a
// row, for any window. Sources: see detail/sums_plain.hpp and detail/moments_plain.hpp.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "../core/number_span.hpp"
#include "../core/serial_executor.hpp"
#include "detail/job_interrupt.hpp"
#include "detail/sums_plain.hpp"
#include "series.hpp"
#include "windows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// The kernels as compiled with the caller's own flags; kernels::compiled has those chosen at run time.
struct inline_sums {
  template <class Job>
  static void sums(const Job& job) noexcept {
    kernel::run_sums(job);
  }
  static bool extent(const double* x, std::int64_t n, double& least, double& greatest) noexcept {
    return kernel::extent(x, n, least, greatest);
  }
};

namespace detail {

/// A series as the kernels of sums take it: the caller's own array where it is plain, or blocks of it as
/// doubles; else a copy with NaN where a value is missing, scaled by a power of two where its powers would
/// leave the range (which those of floats and integers do not).
class summable {
 public:
  template <class Kernels>
  summable(Kernels, const number_span& x, const options& how, bool powers) : given_(x) {
    const double infinity = std::numeric_limits<double>::infinity();
    double most = 0.0;  // of what is not missing
    bool nan = false;
    const auto look = [&](std::size_t, span<const double> block) {
      double least, greatest;
      nan |= Kernels::extent(block.data(), static_cast<std::int64_t>(block.size()), least, greatest);
      if (least <= greatest) most = std::max({most, -least, greatest});
    };
    x.for_each_block(look);
    missing_ = nan || most == infinity || !how.mask.empty();
    if (most == infinity || !how.mask.empty() || (nan && how.nan != treatment::missing)) {
      prepared_.emplace_back(x, how, std::numeric_limits<double>::quiet_NaN());
      given_ = number_span(prepared_[0].values(), x.size());
      most = 0.0;
      given_.for_each_block(look);
    }
    const int exponent = most == 0.0 ? 0 : static_cast<int>(kernel::pattern_of(most) >> 52) - 1023;
    if (powers ? exponent > 200 || exponent < -200 : exponent > 940) exponent_ = powers ? exponent : 100;
    if (exponent_ != 0) {
      scaled_.resize(x.size());
      for (std::size_t i = 0; i < x.size(); ++i) scaled_[i] = __builtin_ldexp(given_[i], -exponent_);
      given_ = scaled_;
    }
  }

  /// The values, or what they are made of block by block.
  const number_span& values() const noexcept { return given_; }
  bool missing() const noexcept { return missing_; }
  /// The values are those of the series times 2^-exponent.
  int exponent() const noexcept { return exponent_; }
  /// NaN and infinities that are to show in the results of their windows; null where there are none.
  const series* loud() const noexcept {
    return prepared_.empty() || !prepared_[0].has_loud() ? nullptr : &prepared_[0];
  }

 private:
  number_span given_;
  std::vector<series> prepared_;  // one or none
  std::vector<double> scaled_;
  bool missing_ = false;
  int exponent_ = 0;
};

inline void check_sizes(const windows& w, std::size_t rows, std::size_t results) {
  if (w.rows != static_cast<std::int64_t>(rows))
    raise<invalid_argument>("windows: made for " + std::to_string(w.rows) + " rows, the series has " +
                            std::to_string(rows));
  if (results != w.size())
    raise<invalid_argument>("out: " + std::to_string(results) + " rows given, expected " +
                            std::to_string(w.size()));
}

/// The rows of one series or two that a piece of the windows needs, as doubles; two where one is no series of
/// doubles and so converted a block at a time.
struct rows_of_job {
  number_span x, y;
  number_block block_x, block_y;

  bool converted() const noexcept { return x.doubles() == nullptr || (!y.empty() && y.doubles() == nullptr); }

  /// Lets the job find its rows from low on, up to high; those beyond the series are not there.
  void give(sums_job& job, std::int64_t low, std::int64_t high) {
    const auto begin = static_cast<std::size_t>(std::clamp<std::int64_t>(low, 0, job.rows));
    const auto end = static_cast<std::size_t>(std::clamp<std::int64_t>(high, 0, job.rows));
    job.x = block_x.rows(x, begin, end);
    if (!y.empty()) job.y = block_y.rows(y, begin, end);
  }
};

/// Rows that are converted at once, so that they stay near the processor until they are used.
constexpr std::int64_t rows_converted_at_once = 8192;

/// Runs the kernel over all windows of x (and y, where it is not empty), in pieces that follow the absolute
/// index. Sure: what values are is known; else false where it has to be, and results are of no use.
template <class Kernels, class Executor>
inline bool run_sums(sums_job job, const number_span& x, const number_span& y, const windows& w, bool sure,
                     double* out, const Executor& executor) {
  job.rows = w.rows;
  job.windows = static_cast<std::int64_t>(w.size());
  job.out = out;
  const rows_of_job rows{x, y, {}, {}};
  std::int64_t pieces = job.windows, grain = 0, group = 0, unit = 0;
  windows spelled;
  std::vector<double> whole_x, whole_y;
  const std::int64_t ends = w.rows + (w.shift > 0 ? w.shift : 0);
  if (w.length > 0 && w.length <= ends / 8) {
    job.length = w.length;
    job.shift = w.shift;
    group = 4 * (w.length <= kernel::short_window ? 1 : w.length);
    pieces = ends / group + (ends % group != 0 ? 1 : 0);
    // Groups do not depend on one another: as many at a time as the threads need.
    const auto shares = static_cast<std::int64_t>(executor.threads() > 1 ? 4 * executor.threads() : 1);
    grain = std::max<std::int64_t>(
        1, std::min(pieces / shares, static_cast<std::int64_t>(rows_between_checks) / group));
    const std::int64_t chunk = groups_in_chunk(group);  // of which a piece has whole ones
    grain += (chunk - grain % chunk) % chunk;
    unit = chunk * std::max<std::int64_t>(1, rows_converted_at_once / (group * chunk));
  } else if (w.expanding()) {  // one sum that grows, kept between the pieces
    job.length = w.length;
    job.shift = w.shift;
    double kept[64];
    job.scratch = kept;
    rows_of_job mine{x, y, {}, {}};
    const std::size_t piece = rows.converted() ? rows_converted_at_once : rows_between_checks;
    serial_executor().for_each_chunk(w.size(), piece, [&](std::size_t from, std::size_t to) {
      job.from = static_cast<std::int64_t>(from);
      job.to = static_cast<std::int64_t>(to);
      mine.give(job, from == 0 ? 0 : job.from + job.shift, job.to + job.shift);
      Kernels::sums(job);
    });
    return true;
  } else {  // too few blocks to go side by side, or none
    if (w.length > 0) spelled = w.spelled_out();
    const windows& bounds = w.length > 0 ? spelled : w;
    if (bounds.in_time()) {
      job.back = bounds.back.data();
      job.held = bounds.held.empty() ? nullptr : bounds.held.data();
      job.step = bounds.step;
    } else {
      job.start = bounds.start.data();
      job.end = bounds.end.data();
    }
    job.length = bounds.longest();
    grain = std::max<std::int64_t>(65536, 4 * job.length);
    const std::int64_t chunk = windows_in_chunk(job.length);
    grain += (chunk - grain % chunk) % chunk;
    // Stacks of sums follow each other through a piece.
    const bool stacks = !y.empty() || job.length > longest_of_wholes;
    unit = stacks ? grain : chunk * std::max<std::int64_t>(1, rows_converted_at_once / chunk);
    if (rows.converted() && !bounds.monotonic()) {  // who knows which rows are next
      whole_x = x.as_doubles();
      if (!y.empty()) whole_y = y.as_doubles();
    }
  }
  const bool plain = !rows.converted() || !whole_x.empty();
  const rows_of_job given{whole_x.empty() ? x : whole_x, whole_y.empty() ? y : whole_y, {}, {}};
  const auto room = static_cast<std::size_t>(sums_scratch(job.what, job.length) + 4);
  std::atomic<bool> odd{false};
  executor.for_each_chunk(static_cast<std::size_t>(pieces), static_cast<std::size_t>(grain),
                          [&](std::size_t from, std::size_t to) {
                            if (odd.load(std::memory_order_relaxed)) return;
                            const std::unique_ptr<double[]> scratch(new double[room]);
                            const auto address = reinterpret_cast<std::uintptr_t>(scratch.get());
                            bool here = false;
                            job_interrupt interrupt;
                            sums_job piece = job;
                            piece.leave = interrupt.asker();
                            piece.scratch = scratch.get() + (32 - address % 32) % 32 / sizeof(double);
                            piece.odd = sure ? nullptr : &here;
                            rows_of_job mine{given.x, given.y, {}, {}};
                            const auto stop = static_cast<std::int64_t>(to);
                            piece.to = static_cast<std::int64_t>(from);
                            while (piece.to < stop && !here) {
                              piece.from = piece.to;
                              piece.to = plain || stop - piece.from < unit ? stop : piece.from + unit;
                              if (group > 0)
                                mine.give(piece, piece.from * group - job.length, piece.to * group);
                              else
                                mine.give(piece, w.first(static_cast<std::size_t>(piece.from)),
                                          w.stop(static_cast<std::size_t>(piece.to - 1)));
                              Kernels::sums(piece);
                              interrupt.rethrow();
                            }
                            if (here) odd.store(true, std::memory_order_relaxed);
                          });
  return !odd.load(std::memory_order_relaxed);
}

/// Fixed windows that end before the series begins hold nothing.
inline void fill_empty(reduction what, const windows& w, const options& how, span<double> out) {
  if (w.length <= 0) return;
  const bool zero = what == reduction::sum && how.min_periods <= 0;
  const double none = zero ? 0.0 : std::numeric_limits<double>::quiet_NaN();
  for (std::int64_t i = 0; i < w.rows && i + w.shift < 0; ++i) out[static_cast<std::size_t>(i)] = none;
}

/// Below it powers of values leave the range of doubles in a series whose largest are about 2^exponent.
inline double tiny_beside(int exponent) noexcept { return __builtin_ldexp(1.0, exponent - 200); }

/// Whether values are there that are tiny and not zero; of windows of one length it is enough to look at the
/// rows around one in each length, as a window without larger values has such a row.
///
/// @param whole  whether no value but NaN is missing
inline bool has_tiny(const number_span& numbers, const windows& w, double tiny, bool whole) noexcept {
  const double* const x = numbers.doubles();  // floats and integers are not tiny
  if (x == nullptr) return false;
  const auto bits = [](double v) {
    std::int64_t b;
    std::memcpy(&b, &v, sizeof b);
    return b & 0x7FFFFFFFFFFFFFFF;
  };
  const std::int64_t bound = bits(tiny);
  const auto among = [&](std::int64_t from, std::int64_t to) {
    std::int64_t found = 0;  // its sign
    for (std::int64_t i = from; i < to; ++i) found |= (bits(x[i]) - bound) & -bits(x[i]);
    return found < 0;
  };
  const auto rows = static_cast<std::int64_t>(numbers.size()), length = w.length;
  if (!whole || length <= 8 || w.shift > 0) return among(0, rows);
  for (std::int64_t at = 0; at < rows; at += length) {
    const bool large = std::fabs(x[at]) >= tiny && std::fabs(x[at]) < std::numeric_limits<double>::infinity();
    if (!large && among(std::max<std::int64_t>(0, at - length + 1), std::min(rows, at + length))) return true;
  }
  return false;
}

/// A series without what is not tiny in it.
inline std::vector<double> only_tiny(const number_span& x, double tiny) {
  std::vector<double> rest = x.as_doubles();
  for (double& v : rest) v = std::fabs(v) < tiny ? v : std::numeric_limits<double>::quiet_NaN();
  return rest;
}

/// Windows that hold tiny values alone have the results of the series without the others: beside those, their
/// powers would vanish.
template <class Large>
inline void take_tiny(const windows& w, const Large& large, span<const double> rest, span<double> out) {
  count_in_windows(w, large, [&](std::size_t i, std::int64_t found) {
    if (found == 0) out[i] = rest[i];
  });
}

inline void scale(span<double> out, int exponent) {
  for (std::size_t i = 0; exponent != 0 && i < out.size(); ++i) out[i] = __builtin_ldexp(out[i], exponent);
}

}  // namespace detail

/// A statistic of sums over all windows of one series.
///
/// @param what      sum, mean, variance, deviation, standard_error, skewness or kurtosis
/// @param x         the series
/// @param w         its windows, made for x.size() rows
/// @param how       min_periods and what is missing
/// @param ddof      variance, deviation and standard_error divide by n - ddof
/// @param out       w.size() results, which may not overlap x;
///                  NaN where a window holds too few values
/// @param executor  runs the pieces; their number does not change the results
/// @throws invalid_argument for another reduction, or if sizes do not agree
template <class Kernels = inline_sums, class Executor = serial_executor>
inline void reduce_sums(reduction what, const number_span& x, const windows& w, const options& how,
                        double ddof, span<double> out, const Executor& executor = {}) {
  detail::check_sizes(w, x.size(), out.size());
  if (x.empty()) return;
  const bool powers = what != reduction::sum && what != reduction::mean;
  detail::sums_job job{};
  job.what = what;
  job.min_periods = static_cast<double>(how.min_periods);
  job.ddof = ddof;
  detail::fill_empty(what, w, how, out);
  // Most series are of values alone, as they stand; that they are shows on the way.
  if (how.mask.empty() && !w.expanding() &&
      detail::run_sums<Kernels>(job, x, {}, w, false, out.data(), executor) &&
      !(powers && detail::has_tiny(x, w, detail::tiny_beside(0), true)))
    return;
  const detail::summable s(Kernels{}, x, how, powers);
  job.missing = s.missing();
  detail::run_sums<Kernels>(job, s.values(), {}, w, true, out.data(), executor);
  const bool shape = what == reduction::skewness || what == reduction::kurtosis;
  detail::scale(out, shape ? 0 : what == reduction::variance ? 2 * s.exponent() : s.exponent());
  const double tiny = detail::tiny_beside(s.exponent());
  if ((powers || s.exponent() != 0) && detail::has_tiny(x, w, tiny, how.mask.empty())) {
    std::vector<double> rest(out.size());
    options few = how;
    few.nan = treatment::missing;  // what is not tiny; NaN that show do so below
    reduce_sums<Kernels>(what, detail::only_tiny(x, tiny), w, few, ddof, rest, executor);
    const auto large = [&](std::size_t row) {
      return static_cast<std::int64_t>(detail::has_value(x[row], row, how) && std::fabs(x[row]) >= tiny);
    };
    detail::take_tiny(w, large, rest, out);
  }
  if (s.loud() == nullptr) return;
  s.loud()->for_each_window(w, [&](std::size_t i, std::int64_t loud, double sum, double, double) {
    if (loud == 0) return;
    const bool enough = s.loud()->quiet_in(w, i) + loud >= how.min_periods;
    out[i] = enough && !powers ? sum : std::numeric_limits<double>::quiet_NaN();
  });
}

namespace detail {

/// reduce_pairs of sizes that agree.
///
/// @param of_x  whether tiny values of x are seen apart, too: first those of y are, beside the same x, then
///              those of x, each with its own of y. So the numbers of sizes of both multiply, and no more.
template <class Kernels, class Executor>
inline void sum_pairs(reduction what, const number_span& x, const number_span& y, const windows& w,
                      const options& how, const options& how_y, double ddof, span<double> out,
                      const Executor& executor, bool of_x) {
  const summable s(Kernels{}, x, how, true), t(Kernels{}, y, how_y, true);
  sums_job job{};
  job.what = what;
  job.missing = s.missing() || t.missing();
  job.min_periods = static_cast<double>(how.min_periods);
  job.ddof = ddof;
  fill_empty(what, w, how, out);
  run_sums<Kernels>(job, s.values(), t.values(), w, true, out.data(), executor);
  if (what == reduction::covariance) scale(out, s.exponent() + t.exponent());
  const auto apart = [&](const number_span& of, int exponent, auto reduce) {
    const double tiny = tiny_beside(exponent);
    if (!has_tiny(of, w, tiny, !job.missing)) return;
    std::vector<double> rest(out.size());
    reduce(only_tiny(of, tiny), rest);
    const auto large = [&](std::size_t row) {
      const bool pair = has_value(x[row], row, how) && has_value(y[row], row, how_y);
      return static_cast<std::int64_t>(pair && std::fabs(of[row]) >= tiny);
    };
    take_tiny(w, large, rest, out);
  };
  options few = how, few_y = how_y;
  few.nan = few_y.nan = treatment::missing;  // what is not tiny; NaN that show do so below
  apart(y, t.exponent(), [&](const number_span& tiny, span<double> rest) {
    sum_pairs<Kernels>(what, x, tiny, w, few, few_y, ddof, rest, executor, false);
  });
  if (of_x)
    apart(x, s.exponent(), [&](const number_span& tiny, span<double> rest) {
      sum_pairs<Kernels>(what, tiny, y, w, few, few_y, ddof, rest, executor, true);
    });
  for (const series* loud : {s.loud(), t.loud()})
    if (loud != nullptr)
      loud->for_each_window(w, [&](std::size_t i, std::int64_t count, double, double, double) {
        if (count > 0) out[i] = std::numeric_limits<double>::quiet_NaN();
      });
}

}  // namespace detail

/// Covariance or correlation over all windows of two series; rows where either is missing are left out.
///
/// @param what      covariance or correlation
/// @param x, y      the series, of one length
/// @param w         their windows, made for x.size() rows
/// @param how       min_periods and what is missing in x
/// @param how_y     what is missing in y
/// @param ddof      covariance divides by n - ddof
/// @param out       w.size() results, which may not overlap x or y;
///                  NaN where a window holds too few pairs, or a NaN or infinity that shows
/// @param executor  runs the pieces; their number does not change the results
/// @throws invalid_argument for another reduction, or if sizes do not agree
template <class Kernels = inline_sums, class Executor = serial_executor>
inline void reduce_pairs(reduction what, const number_span& x, const number_span& y, const windows& w,
                         const options& how, const options& how_y, double ddof, span<double> out,
                         const Executor& executor = {}) {
  if (what != reduction::covariance && what != reduction::correlation)
    raise<invalid_argument>("what: expected covariance or correlation");
  detail::check_sizes(w, x.size(), out.size());
  if (y.size() != x.size())
    raise<invalid_argument>("y: " + std::to_string(y.size()) + " rows given, expected " +
                            std::to_string(x.size()));
  if (x.empty()) return;
  detail::sum_pairs<Kernels>(what, x, y, w, how, how_y, ddof, out, executor, true);
}

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
