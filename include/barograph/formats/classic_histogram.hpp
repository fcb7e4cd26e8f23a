// Classic histograms, counts at bounds of one's own: from a quantile_histogram, and back.
//
// Law: class I. Counts at powers of two and at pinned bounds are exact; at other bounds the values of the
// bucket that the bound cuts are taken to lie evenly. Each writer says what it dropped. Reading back
// keeps the count at every bound, as from_buckets.hpp does.
// Sources: OpenMetrics 1.0, "Histogram"; OpenTelemetry metrics data model, "Histogram": both have bounds
// whose upper side is inclusive, as ours.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "../core/decimal.hpp"
#include "../stats/from_buckets.hpp"
#include "../stats/quantile_histogram.hpp"
#include "metric_family.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Counts between bounds: count[i] values in (upper[i - 1], upper[i]], the last above all bounds.
struct classic_histogram {
  std::vector<metric_label> labels;
  std::vector<double> upper;         ///< finite, ascending
  std::vector<std::uint64_t> count;  ///< one more than bounds
  std::optional<double> sum;
};

/// What an exporter made, and sentences on what it could not say.
struct exported_histogram {
  classic_histogram histogram;
  std::vector<std::string> dropped;
};

/// Counts of `h` at `bounds`; without any, at the powers of two around its values and at its pinned bounds.
inline exported_histogram to_classic(const quantile_histogram& h, std::vector<double> bounds = {},
                                     std::optional<double> sum = {}) {
  exported_histogram r;
  if (bounds.empty()) {
    bounds = h.pinned();
    const auto buckets = h.buckets();
    double low = HUGE_VAL;
    double high = 0;
    for (const auto& b : buckets)
      if (b.upper > 0 && b.lower >= 0) {
        low = std::min(low, b.upper);
        high = std::max(high, b.upper);
      }
    const int first = low <= high ? std::ilogb(low) : 0;
    const int last = low <= high ? std::ilogb(high) + 1 : -1;
    for (int e = std::max(first, -1022); e <= std::min(last, 1023); ++e) bounds.push_back(std::ldexp(1.0, e));
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  }
  for (std::size_t i = 0; i < bounds.size(); ++i)
    if (!std::isfinite(bounds[i]) || (i > 0 && !(bounds[i] > bounds[i - 1])))
      raise<invalid_argument>("bounds: " + decimal(bounds[i]) + " given, expected finite ascending bounds");
  std::uint64_t before = 0;
  std::string cut;
  for (const double bound : bounds) {
    const auto certain = h.count_bounds(bound);
    if (certain.at_least != certain.at_most) cut += (cut.empty() ? "" : ", ") + decimal(bound);
    const std::uint64_t at_most = std::max(before, h.count_at_most(bound));
    r.histogram.upper.push_back(bound);
    r.histogram.count.push_back(at_most - before);
    before = at_most;
  }
  r.histogram.count.push_back(h.count() - before);
  r.histogram.sum = sum;
  const auto note = [&r](std::uint64_t n, const char* what) {
    if (n != 0) r.dropped.push_back(std::to_string(n) + what);
  };
  note(h.nan_count(), " values that are NaN");
  note(h.positive_infinity_count() + h.negative_infinity_count(), " infinite values");
  if (!cut.empty()) r.dropped.push_back("exact counts at bounds that cut a bucket: " + cut);
  r.dropped.push_back("buckets between " + std::to_string(bounds.size()) + " bounds");
  if (h.count() != 0 && h.extremes_known()) r.dropped.push_back("smallest and largest value");
  return r;
}

/// The values of a classic histogram as `from_buckets::prometheus` takes them: its bounds are pinned, between
/// them (from 0 below the first) values lie evenly, those above the last bound count right above it. Bounds
/// below 0 are an error.
inline quantile_histogram from_classic(const classic_histogram& given) {
  if (given.count.size() != given.upper.size() + 1)
    raise<invalid_argument>("count: " + std::to_string(given.count.size()) + " buckets given, expected " +
                            std::to_string(given.upper.size() + 1) + ", one more than bounds");
  std::vector<std::uint64_t> cumulative;
  std::uint64_t total = 0;
  for (const std::uint64_t n : given.count) cumulative.push_back(total = detail::sum_of_counts(total, n));
  for (std::size_t i = 0; i < given.upper.size(); ++i)
    if (!(given.upper[i] >= 0) || !std::isfinite(given.upper[i]) ||
        (i > 0 && !(given.upper[i] > given.upper[i - 1])))
      raise<invalid_argument>("upper: " + decimal(given.upper[i]) +
                              " given, expected finite ascending bounds of 0 or more");
  std::vector<double> le = given.upper;
  if (le.empty()) {  // nothing but how many
    le.push_back(0.0);
    cumulative.insert(cumulative.begin(), 0);
  }
  le.push_back(std::numeric_limits<double>::infinity());
  return from_buckets::prometheus(le, cumulative).histogram;
}

BAROGRAPH_NAMESPACE_END
