// Histograms as OpenMetrics families and back: classic ones, and a latency_summary with its errors.
//
// Law: class I. A family keeps the counts at its bounds and the sum; see classic_histogram.hpp for the way
// from and to a quantile_histogram. Source: OpenMetrics 1.0, "Histogram".
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../slo/latency_summary.hpp"
#include "classic_histogram.hpp"
#include "detail/open_metrics_text.hpp"

BAROGRAPH_NAMESPACE_BEGIN

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
