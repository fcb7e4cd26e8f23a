// from_buckets: a quantile_histogram of values that come in buckets already, and what it does not know.
//
// Law: class I for otlp and values; prometheus divides counts by floating point: class F. Sources:
// Prometheus, "Histograms" (classic: cumulative counts up to `le`); OpenTelemetry metrics data model,
// "ExponentialHistogram"; HdrHistogram, whose output is values with counts.
//
// - otlp: the buckets are ours, so nothing is approximated. Finer scales than 6 are joined.
// - values: as if each value had been added count times; how far the source has moved values before is
//   its `precision`.
// - prometheus: the counts at the bounds stay exact, as pinned bounds, through any merge with histograms
//   of the same bounds. Between two bounds the values are taken to lie evenly, as histogram_quantile
//   does; values above the last finite bound are counted right above it.
#pragma once

#include <string>
#include <vector>

#include "quantile_histogram.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// What `from_buckets` gives.
struct bucketed_histogram {
  quantile_histogram histogram;
  /// Whether every value stands in the bucket it would stand in had it been added itself.
  bool exact = true;
  /// The largest distance of a value from the representative it is counted as, relative to the value;
  /// infinite when a bucket reaches down to 0 or has no end.
  double relative_error = 0;
  /// Values that may stand in another bucket than their own.
  std::uint64_t spread = 0;
  /// Values above the last finite bound.
  std::uint64_t open = 0;
};

namespace from_buckets {

/// OTLP's exponential histogram data point (the fields of `exponential_counts`).
inline bucketed_histogram otlp(const exponential_counts& point) {
  bucketed_histogram r;
  r.histogram = quantile_histogram::from_counts(point);
  r.relative_error = r.histogram.relative_error();
  return r;
}

/// Values and how often each occurred, as HdrHistogram gives them. precision: how far, at most, a value of
/// the source may be from the true one, relative to the true one; 0 when the values are themselves.
inline bucketed_histogram values(span<const double> values, span<const std::int64_t> counts,
                                 double precision = 0) {
  if (!(precision >= 0 && precision < 1))
    raise<invalid_argument>("precision: " + decimal(precision) + " given, expected 0 <= precision < 1");
  bucketed_histogram r;
  r.histogram.update(values, counts);
  r.exact = precision == 0;
  r.spread = r.exact ? 0 : r.histogram.count();
  const double e = r.histogram.relative_error();
  r.relative_error = e + precision + e * precision;
  return r;
}

namespace detail {

/// Our buckets along the line of numbers: 0 holds (-cut, 0], above it buckets from that of the cut on
/// (with what lies below the cut), below it those of the negative side.
class number_line {
 public:
  number_line(int scale, double cut) : shift_(kernel::finest_scale - scale), scale_(scale), cut_(cut) {
    first_ = index(cut);
  }

  std::int64_t cell(double x) const {
    if (x > 0) return std::int64_t{index(std::max(x, cut_))} - first_ + 1;
    return x > -cut_ ? 0 : first_ - std::int64_t{index(-x)} - 1;
  }

  /// The upper end of a cell.
  double end(std::int64_t cell) const {
    namespace buckets = BAROGRAPH_ABI::detail;
    if (cell == 0) return 0;
    if (cell > 0) return buckets::upper_bound(static_cast<std::int32_t>(first_ + cell - 1), scale_);
    return -buckets::lower_bound(static_cast<std::int32_t>(first_ - cell - 1), scale_);
  }

  std::int32_t first() const { return first_; }

 private:
  std::int32_t index(double x) const { return BAROGRAPH_ABI::detail::finest_index(x) >> shift_; }

  int shift_;
  int scale_;
  double cut_;
  std::int32_t first_;
};

/// Buckets of Prometheus as they are put into ours.
struct spread_counts {
  explicit spread_counts(const number_line& l, double lowest, double highest)
      : line(l),
        positive(static_cast<std::size_t>(std::max<std::int64_t>(0, l.cell(highest)))),
        negative(static_cast<std::size_t>(std::max<std::int64_t>(0, -l.cell(lowest)))) {}

  std::uint64_t& at(std::int64_t cell) {
    if (cell == 0) return zero;
    return cell > 0 ? positive[static_cast<std::size_t>(cell - 1)]
                    : negative[static_cast<std::size_t>(-cell - 1)];
  }

  /// n values in (lower, upper], taken to lie evenly.
  void add(double lower, double upper, std::uint64_t n) {
    const std::int64_t first = line.cell(std::nextafter(lower, upper));
    const std::int64_t last = line.cell(upper);
    // Halves where upper - lower may be beyond the largest double.
    const double by = std::max(-lower, upper) > 1 ? 0.5 : 1;
    const double width = upper * by - lower * by;
    std::uint64_t before = 0;
    for (std::int64_t c = first; c <= last; ++c) {
      const double share = c == last ? 1 : (line.end(c) * by - lower * by) / width;
      const double part = static_cast<double>(n) * std::max(share, 0.0);
      const std::uint64_t all = c == last || part >= static_cast<double>(n)
                                    ? n
                                    : std::max(before, static_cast<std::uint64_t>(part));
      at(c) += all - before;
      before = all;
    }
  }

  number_line line;
  std::uint64_t zero = 0;
  std::vector<std::uint64_t> positive;
  std::vector<std::uint64_t> negative;
};

inline void check_le(span<const double> le, span<const std::uint64_t> cumulative) {
  if (le.size() != cumulative.size())
    raise<invalid_argument>("cumulative: " + std::to_string(cumulative.size()) + " counts given for " +
                            std::to_string(le.size()) + " bounds, expected as many");
  if (le.empty() || (le.size() == 1 && !std::isfinite(le[0])))
    raise<invalid_argument>("le: no finite bound given, expected at least one");
  for (std::size_t i = 0; i < le.size(); ++i) {
    const bool last = i + 1 == le.size() && le[i] == std::numeric_limits<double>::infinity();
    if ((!std::isfinite(le[i]) && !last) || (i != 0 && !(le[i] > le[i - 1])))
      raise<invalid_argument>("le: " + decimal(le[i]) + " given at position " + std::to_string(i) +
                              ", expected ascending bounds, the last of which may be +Inf");
    if (i != 0 && cumulative[i] < cumulative[i - 1])
      raise<invalid_argument>("cumulative: " + std::to_string(cumulative[i]) + " given after " +
                              std::to_string(cumulative[i - 1]) + ", expected counts that never fall");
  }
}

}  // namespace detail

/// A classic histogram of Prometheus: counts of values <= each bound of `le`, ascending, the last of
/// which may be +Inf.
inline bucketed_histogram prometheus(span<const double> le, span<const std::uint64_t> cumulative) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  detail::check_le(le, cumulative);
  const std::size_t finite = le.size() - (std::isfinite(le[le.size() - 1]) ? 0 : 1);
  if (finite > quantile_histogram::largest_pins)
    raise<invalid_argument>("le: " + std::to_string(finite) + " bounds given, expected at most " +
                            std::to_string(quantile_histogram::largest_pins));
  double smallest = infinity;
  for (std::size_t i = 0; i < finite; ++i)
    if (le[i] != 0) smallest = std::min(smallest, std::fabs(le[i]));
  // Values in a bucket that reaches 0 are taken to be no smaller than this.
  const double cut = std::max(smallest == infinity ? 1 : smallest / 256, 0x1p-1074);
  const double highest =
      std::min(std::nextafter(le[finite - 1], infinity), std::numeric_limits<double>::max());
  int scale = kernel::finest_scale;
  const auto fits = [&] {
    const detail::number_line l(scale, cut);
    return l.cell(highest) <= quantile_histogram::default_budget &&
           -l.cell(le[0]) <= quantile_histogram::default_budget;
  };
  while (!fits()) --scale;
  const detail::number_line line(scale, cut);
  detail::spread_counts counts(line, le[0], highest);

  bucketed_histogram r;
  const double bucket_error = BAROGRAPH_ABI::detail::bucket_error(scale);
  const auto note = [&r](double relative_error) {
    r.relative_error = std::max(r.relative_error, relative_error);
  };
  for (std::size_t i = 0; i < finite; ++i) {
    const std::uint64_t n = cumulative[i] - (i == 0 ? 0 : cumulative[i - 1]);
    if (n == 0) continue;
    if (i == 0 && le[0] <= 0) {  // no lower end is known
      counts.at(line.cell(le[0])) += n;
      r.open += n;
      note(infinity);
      continue;
    }
    const double lower = i == 0 ? 0 : le[i - 1];
    counts.add(lower, le[i], n);
    if (line.cell(std::nextafter(lower, infinity)) == line.cell(le[i]) && line.cell(le[i]) != 0 &&
        lower != 0) {
      note(bucket_error);
      continue;
    }
    r.spread += n;
    if (lower > 0)
      note((line.end(line.cell(le[i])) - lower) / lower);
    else if (le[i] < 0)
      note((le[i] - line.end(line.cell(std::nextafter(lower, infinity)) - 1)) / -le[i]);
    else
      note(infinity);
  }
  const std::uint64_t above = finite == le.size() ? 0 : cumulative[finite] - cumulative[finite - 1];
  if (above != 0) {
    counts.at(line.cell(highest)) += above;
    r.open += above;
    note(infinity);
  }
  r.exact = r.spread == 0 && r.open == 0;
  exponential_counts given;
  given.scale = scale;
  given.positive_offset = given.negative_offset = line.first();
  given.positive = counts.positive;
  given.negative = counts.negative;
  given.zero_count = counts.zero;
  given.pinned = span<const double>(le.data(), finite);
  given.pinned_counts = span<const std::uint64_t>(cumulative.data(), finite);
  r.histogram = quantile_histogram::from_counts(given);
  return r;
}

}  // namespace from_buckets

BAROGRAPH_NAMESPACE_END
