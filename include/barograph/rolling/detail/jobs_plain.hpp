// What the rolling kernels are told: plain data, the same for every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// How a quantile between two values is made of them.
enum class interpolation : std::int32_t {
  linear,
  lower,
  higher,
  nearest,
  midpoint,
  weibull  ///< linear, but at (n + 1) q - 1 instead of (n - 1) q: the next value is below it with chance q
};

/// The rank of a value that equals others: the middle, the least or the greatest of theirs.
enum class ties : std::int32_t { average, least, greatest };

/// What to make of the values of a window.
enum class reduction : std::int32_t {
  sum,
  mean,
  variance,
  deviation,
  standard_error,
  skewness,
  kurtosis,
  covariance,
  correlation,
  minimum,
  maximum
};

namespace detail {

/// Rows of a series that are no doubles, as doubles: those from begin to end go to `out`.
using rows_reader = void (*)(const void* series, std::int64_t begin, std::int64_t end, double* out) noexcept;

/// How a kernel is told to leave, so that its results are of no use; asked where windows may lie far apart.
struct leave_asker {
  bool (*ask)(void* context) noexcept;  ///< null: it is not
  void* context;
};

/// A statistic of sums over windows of one series or two.
struct sums_job {
  reduction what;
  const double* x;            ///< values, NaN where missing
  const double* y;            ///< of covariance and correlation: the other series
  std::int64_t rows;          ///< of the series
  bool missing;               ///< whether any value is
  bool* odd;                  ///< null: what values are is known; else there is to be told that a value is
                              ///< NaN or infinite, or so large or small that all are to be scaled: then
                              ///< results are of no use
  const std::int64_t* start;  ///< windows [start[i], end[i]) within the rows; null: none of these
  const std::int64_t* end;    ///< at or before start[i]: an empty window
  const std::uint32_t* back;  ///< or windows that begin so many rows before row i step; null: fixed ones
  const std::uint32_t* held;  ///< and hold so many; null: end with that row
  std::int64_t step;          ///< of these windows
  std::int64_t length;        ///< rows of a fixed window, (i + shift - length, i + shift]; or of the longest
  std::int64_t shift;         ///< by how many rows the last row of a fixed window is past its label
  std::int64_t windows;       ///< how many results there are in all
  std::int64_t from, to;      ///< windows to do; fixed: groups of four blocks (short: of four rows)
  double min_periods;         ///< fewer values give NaN
  double ddof;                ///< of variances
  double* scratch;            ///< `sums_scratch` doubles
  double* out;                ///< one result a window
  leave_asker leave;          ///< asked by windows with bounds of their own

  constexpr bool has_bounds() const noexcept { return start != nullptr || back != nullptr; }
};

/// Windows in time: how far before its own row, i step, window i begins, and how many rows it holds.
struct times_job {
  const std::int64_t* times;  ///< of each row
  std::int64_t rows;
  bool falling;  ///< the order is that of the complements of the times
  std::int64_t step;
  std::int64_t back, ahead;  ///< of times in a window, the farthest before the row's own, and after it
  bool centred;  ///< windows end `ahead` after the row's own time; else before the first row of it
  std::int64_t first, stop;           ///< the windows to be done
  std::uint32_t* rows_back;           ///< of window i to [i]
  std::uint32_t* rows_held;           ///< the same; null: they end with their own rows
  std::int64_t most_back, most_held;  ///< told, where more than they were
  std::int64_t
      disorder;  ///< told: -1, or a row whose time is before that of the last one: then nothing else is
};

/// Windows that are done at once as differences of sums so far, and the rows that they may take in; both
/// follow from the longest window alone, so that chunks are the same for any number of threads.
constexpr std::int64_t windows_in_chunk(std::int64_t length) noexcept {
  return length < 256 ? 1024 : 4 * length;
}
constexpr std::int64_t rows_in_chunk(std::int64_t length) noexcept {
  return 2 * windows_in_chunk(length) + length;
}
/// Longer windows are not: sums of so many whole numbers would leave few bits for each.
constexpr std::int64_t longest_of_wholes = 65536;

/// Groups of windows of one length that make a chunk; a group has four blocks, or four rows where short.
constexpr std::int64_t groups_in_chunk(std::int64_t rows_of_group) noexcept {
  return rows_of_group < 1024 ? 1024 / rows_of_group : 1;
}

/// Doubles of scratch for windows of up to `length` rows.
constexpr std::int64_t sums_scratch(reduction what, std::int64_t length) noexcept {
  const std::int64_t sums = what == reduction::sum || what == reduction::mean ? 1
                            : what == reduction::skewness                     ? 3
                            : what == reduction::kurtosis                     ? 4
                            : what == reduction::covariance                   ? 3
                            : what == reduction::correlation                  ? 5
                                                                              : 2;
  const std::int64_t suffixes = 4 * (2 * sums + 1) * (length + 1);
  const std::int64_t wholes = length > longest_of_wholes ? 0 : (2 * sums + 1) * (rows_in_chunk(length) + 8);
  return suffixes > wholes ? suffixes : wholes;
}

/// Weighted means, and mean squares and products of deviations, of x and of what it is paired with.
struct exponential_figures {
  double mean, mean_y;
  double xx, xy, yy;
};

/// Exponentially weighted statistics of whole stretches of rows that all have values, a row apart. The
/// figures are those before the first row, and then after the last.
struct exponential_job : exponential_figures {
  reduction what;        ///< mean, variance, deviation, covariance or correlation
  const double* x;       ///< the first row
  const double* y;       ///< of covariance and correlation: the other series
  std::int64_t rows;     ///< at most
  int rows_of_lane;      ///< a quarter of a stretch
  double keep, fresh;    ///< what a row leaves of all weights, and the newest weight
  bool adjust, bias;     ///< as in `weighting`
  const double* powers;  ///< of `keep`: 1 to rows_of_lane
  double sum,
      pairs;     ///< of the weights, and of products of two; before the first row, and then after the last
  bool settled;  ///< the same: whether such rows no longer change them
  double* out;   ///< one result a row
  std::int64_t done;  ///< told: how many rows, up to a value that is not finite
};

/// Windows with bounds of their own that minima and maxima are made of at once, and the rows of these.
constexpr std::int64_t extrema_windows_at_once(std::int64_t longest) noexcept {
  return longest < 256 ? 2048 : 8 * longest;
}
constexpr std::int64_t extrema_rows_at_once(std::int64_t longest, std::int64_t rows) noexcept {
  return 2 * extrema_windows_at_once(longest) + longest < rows
             ? 2 * extrema_windows_at_once(longest) + longest
             : rows;
}
/// Doubles of scratch for these.
constexpr std::int64_t extrema_scratch(std::int64_t longest, std::int64_t rows) noexcept {
  return 4 * longest + extrema_rows_at_once(longest, rows);
}

/// Minima or maxima of the windows [first, stop) of a series.
struct extrema_job {
  bool maximum;
  const double* x;             ///< the series; with bounds of their own: missing values neutral
  rows_reader read;            ///< of one length: how rows are read that are no doubles, else null
  const void* series;          ///< and from where
  const unsigned char* mask;   ///< 1 where a value is missing, or null when none is
  std::int64_t rows;           ///< of the series
  bool inf_is_missing;         ///< infinities are left out
  bool nan_is_loud;            ///< a NaN makes its windows NaN; else it is left out
  const std::int64_t* start;   ///< windows [start[i], end[i]) within the rows; null: all of one length
  const std::int64_t* end;     ///< at or before start[i]: an empty window
  const std::uint32_t* back;   ///< or windows that begin so many rows before row i step; else null
  const std::uint32_t* held;   ///< and hold so many; null: end with that row
  std::int64_t step;           ///< of these windows
  std::int64_t length, shift;  ///< of one length: window i is (i + shift - length, i + shift], clipped
  std::int64_t first, stop;    ///< the windows to be done
  std::int64_t min_periods;    ///< fewer values give NaN
  double* out;                 ///< the result of window i goes to out[i]
  std::int64_t stretch;        ///< of one length: windows done at once
  double* scratch;             ///< of one length: 4 length
  double* values;              ///< scratch: stretch + length; or extrema_scratch(room, rows)
  std::int64_t* before;        ///< scratch: stretch + length; or how many values precede each row, or null
  std::int64_t* loud_before;   ///< the same of NaN that are loud
  std::int64_t room;           ///< bounds of their own: rows of the longest window
  leave_asker leave;           ///< asked by windows with bounds of their own
};

/// Order statistics of the windows [first, stop) of a series; which ones, the kernel says.
struct order_job {
  const double* x;                  ///< the series
  rows_reader read;                 ///< how rows are read that are no doubles, else null
  const void* series;               ///< and from where
  const unsigned char* mask;        ///< 1 where a value is missing, or null when none is
  std::int64_t rows;                ///< of the series
  bool inf_is_missing;              ///< infinities are left out; else they have their place in the order
  bool nan_is_loud;                 ///< a NaN makes its windows NaN; else it is left out
  const std::int64_t* start;        ///< windows [start[i], end[i]) within the rows; null: all of one length
  const std::int64_t* end;          ///< at or before start[i]: an empty window
  const std::uint32_t* back;        ///< or windows that begin so many rows before row i step; else null
  const std::uint32_t* held;        ///< and hold so many; null: end with that row
  std::int64_t step;                ///< of these windows
  std::int64_t length, shift;       ///< of one length: window i is (i + shift - length, i + shift], clipped
  std::int64_t first, stop;         ///< the windows to be done
  std::int64_t min_periods;         ///< fewer values give NaN
  std::ptrdiff_t chunk;             ///< longest stretch of rows ranked at once; every window fits
  double* out;                      ///< the result of window i goes to out[i]
  const double* q;                  ///< quantiles: each in [0, 1]
  std::ptrdiff_t quantiles;         ///< quantiles: how many
  std::int64_t out_row;             ///< quantiles: from one quantile's results to the next one's
  interpolation between;            ///< quantiles: between two values
  ties method;                      ///< ranks: of equal values
  bool falling, share;              ///< ranks: the greatest is 1; as a share of the values
  bool bounds_go_back;              ///< ranks: start or end falls somewhere
  std::int64_t keep_from;           ///< ranks: results of earlier windows are not kept
  double *value, *sorted;           ///< scratch: chunk each
  std::uint32_t *rank, *place;      ///< scratch: chunk each
  std::uint32_t *cell, *order;      ///< scratch: chunk each
  std::uint32_t* other;             ///< scratch: chunk
  std::uint64_t* wide;              ///< scratch: 3 chunk
  std::uint64_t* bits;              ///< scratch: chunk / 64 + chunk / 2048 + 16
  std::ptrdiff_t *pointer, *below;  ///< scratch: quantiles each
  leave_asker leave;                ///< asked in between
};

}  // namespace detail
}  // namespace rolling
BAROGRAPH_NAMESPACE_END
