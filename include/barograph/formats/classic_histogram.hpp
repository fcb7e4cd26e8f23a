// Classic histograms, counts at bounds of one's own: from a quantile_histogram or a latency_summary, to
// OpenMetrics families, and back.
//
// Law: class I. Counts at powers of two and at pinned bounds are exact; at other bounds the values of the
// bucket that the bound cuts are taken to lie evenly. Each writer says what it dropped. Reading back
// keeps the count at every bound; between bounds values are taken to lie evenly, as Prometheus'
// histogram_quantile does, so that relative_error() does not hold there.
// Sources: OpenMetrics 1.0, "Histogram"; OpenTelemetry metrics data model, "Histogram": both have bounds
// whose upper side is inclusive, as ours.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "../slo/latency_summary.hpp"
#include "../stats/quantile_histogram.hpp"
#include "open_metrics.hpp"

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

/// The values of a classic histogram, taken to lie evenly between its bounds (from 0 below the first);
/// those above the last bound count in the bucket after it. Bounds below 0 are an error.
inline quantile_histogram from_classic(const classic_histogram& given) {
  if (given.count.size() != given.upper.size() + 1)
    raise<invalid_argument>("count: " + std::to_string(given.count.size()) + " buckets given, expected " +
                            std::to_string(given.upper.size() + 1) + ", one more than bounds");
  std::uint64_t total = 0;
  for (const std::uint64_t n : given.count) total = detail::sum_of_counts(total, n);
  for (std::size_t i = 0; i < given.upper.size(); ++i)
    if (!(given.upper[i] >= 0) || !std::isfinite(given.upper[i]) ||
        (i > 0 && !(given.upper[i] > given.upper[i - 1])))
      raise<invalid_argument>("upper: " + decimal(given.upper[i]) +
                              " given, expected finite ascending bounds of 0 or more");
  quantile_histogram h;
  double low = 0;
  for (std::size_t i = 0; i < given.upper.size(); ++i) {
    const double high = given.upper[i];
    std::uint64_t left = given.count[i];
    if (left != 0 && high == 0) h.update(0.0, left);
    if (left != 0 && high > 0) {
      // From the top: the share of each bucket of ours, by what still lies below it.
      std::int32_t at = detail::finest_index(high);
      const auto n = static_cast<double>(left);
      while (left != 0) {
        const double edge = std::max(detail::lower_bound(at, kernel::finest_scale), low);
        const bool last = edge <= low || high - edge >= (high - low) * (1 - 0.25 / n);
        const auto below =
            last ? 0 : std::min(left, static_cast<std::uint64_t>((edge - low) / (high - low) * n + 0.5));
        const double value = std::min(detail::upper_bound(at, kernel::finest_scale), high);
        if (left != below) h.update(value, left - below);
        left = below;
        --at;
      }
    }
    low = high;
  }
  if (given.count.back() != 0) {
    const double beyond =
        low > 0 ? detail::upper_bound(detail::finest_index(low) + 1, kernel::finest_scale) : 0.0;
    h.update(beyond, given.count.back());
  }
  if (total != 0) {  // values were made up: the smallest and the largest are not known
    quantile_histogram one;
    one.update(low);
    h.update(low);
    h.subtract(one);
  }
  return h;
}

/// The family of one or more classic histograms. Without a sum there are buckets alone, as the
/// specification has it. name: ends with the unit, if there is one.
inline metric_family histogram_family(std::string name, span<const classic_histogram> histograms,
                                      std::string unit = {}, std::string help = {}) {
  metric_family f;
  f.name = std::move(name);
  f.type = "histogram";
  f.unit = std::move(unit);
  f.help = std::move(help);
  for (const classic_histogram& h : histograms) {
    if (h.count.size() != h.upper.size() + 1)
      raise<invalid_argument>("count: " + std::to_string(h.count.size()) + " buckets given, expected " +
                              std::to_string(h.upper.size() + 1) + ", one more than bounds");
    double cumulative = 0;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < h.count.size(); ++i) {
      total += h.count[i];
      cumulative = static_cast<double>(total);
      metric_sample s{f.name + "_bucket", h.labels, cumulative, {}, {}};
      s.labels.push_back({"le", i < h.upper.size() ? openmetrics_detail::text_of(h.upper[i]) : "+Inf"});
      f.samples.push_back(std::move(s));
    }
    const bool negative = !h.upper.empty() && h.upper[0] < 0;
    if (h.sum && !negative && *h.sum >= 0) {
      f.samples.push_back({f.name + "_count", h.labels, cumulative, {}, {}});
      f.samples.push_back({f.name + "_sum", h.labels, *h.sum, {}, {}});
    }
  }
  return f;
}

/// The histograms of a family, one for each set of labels; of several timestamps the last one.
inline std::vector<classic_histogram> histograms_of(const metric_family& f) {
  if (f.type != "histogram")
    raise<invalid_argument>("family: " + f.name + " of type " + f.type + " given, expected a histogram");
  const auto whole = [&f](double n) {
    if (!(n >= 0 && n < 0x1p63) || n != std::floor(n))
      raise<invalid_argument>("family: " + f.name + " with a bucket of " + decimal(n) +
                              " given, expected counts");
    return static_cast<std::uint64_t>(n);
  };
  std::vector<classic_histogram> all;
  std::string metric;
  std::optional<double> when;
  std::uint64_t before = 0;
  for (const metric_sample& s : f.samples) {
    const std::string of = openmetrics_detail::metric_of(s, f);
    if (all.empty() || of != metric || s.timestamp != when) {
      if (all.empty() || of != metric) all.emplace_back();
      all.back() = {};
      for (const metric_label& l : s.labels)
        if (l.name != "le") all.back().labels.push_back(l);
      metric = of;
      when = s.timestamp;
      before = 0;
    }
    classic_histogram& h = all.back();
    if (s.name == f.name + "_sum") h.sum = s.value;
    if (s.name != f.name + "_bucket") continue;
    const std::string le = s.label("le");
    double bound = 0;
    if (le != "+Inf") {
      if (!parse_number(le, bound))
        raise<invalid_argument>("family: " + f.name + " with the bound \"" + le +
                                "\" given, expected a number");
      h.upper.push_back(bound);
    }
    const std::uint64_t n = whole(s.value);
    if (n < before || h.count.size() >= h.upper.size() + 1)
      raise<invalid_argument>("family: " + f.name + " with buckets out of order given");
    h.count.push_back(n - before);
    before = n;
  }
  for (const classic_histogram& h : all)
    if (h.count.size() != h.upper.size() + 1)
      raise<invalid_argument>("family: " + f.name + " without its +Inf bucket given");
  return all;
}

/// A summary as families: the histogram NAME (bounds as in `to_classic`, T and F among them, its sum) and
/// the counter NAME_errors.
struct exported_families {
  std::vector<metric_family> families;
  std::vector<std::string> dropped;
};

inline exported_families summary_families(const std::string& name, const latency_summary& summary,
                                          const std::vector<metric_label>& labels = {},
                                          const std::string& unit = {}, const std::string& help = {}) {
  exported_histogram h = to_classic(summary.latencies(), {}, summary.latency_moments().sum());
  h.histogram.labels = labels;
  exported_families r;
  r.dropped = std::move(h.dropped);
  r.families.push_back(histogram_family(name, span<const classic_histogram>(&h.histogram, 1), unit, help));
  metric_family errors;
  errors.name = name + "_errors";
  errors.type = "counter";
  errors.help = "Requests that failed";
  errors.samples.push_back({errors.name + "_total", labels, static_cast<double>(summary.errors()), {}, {}});
  r.families.push_back(std::move(errors));
  return r;
}

BAROGRAPH_NAMESPACE_END
