// metric_family: what was measured under one name, as monitoring systems exchange it.
//
// Law: none but that of a value. Source: OpenMetrics 1.0, "Data model".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

struct metric_label {
  std::string name;
  std::string value;

  friend bool operator==(const metric_label& a, const metric_label& b) {
    return a.name == b.name && a.value == b.value;
  }
};

/// One measured value that stands for those of its sample.
struct metric_exemplar {
  std::vector<metric_label> labels;
  double value = 0;
  std::optional<double> timestamp;  ///< Unix seconds
};

struct metric_sample {
  std::string name;  ///< with its suffix: latency_bucket
  std::vector<metric_label> labels;
  double value = 0;
  std::optional<double> timestamp;  ///< Unix seconds
  std::optional<metric_exemplar> exemplar;

  /// The value of a label; empty when it has none, which is the same.
  std::string label(std::string_view wanted) const {
    for (const metric_label& l : labels)
      if (l.name == wanted) return l.value;
    return {};
  }
};

struct metric_family {
  std::string name;
  std::string type = "unknown";  ///< counter, gauge, histogram, gaugehistogram, stateset, info, summary
  std::string unit;              ///< the end of the name, or empty
  std::string help;
  std::vector<metric_sample> samples;
};

BAROGRAPH_NAMESPACE_END
