// OpenMetrics text: metric families read from an exposition and written as one; Prometheus' text too.
//
// Law: class I. write_open_metrics gives text that read_open_metrics reads back as the same families.
// Reading is strict: text that breaks the specification is an error that names the line; Prometheus'
// older format (text_dialect::prometheus) is read as its servers do, and never written.
// Sources: OpenMetrics 1.0 (openmetrics.io, "Text format", "Metric types"); Prometheus, "Exposition
// formats", text format 0.0.4.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "../core/utf8.hpp"
#include "detail/open_metrics_reader.hpp"
#include "metric_family.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace openmetrics_detail {

inline void append_labels(std::string& out, const std::vector<metric_label>& labels) {
  for (const metric_label& l : labels) {
    if (!is_name(l.name, false))
      raise<invalid_argument>("labels: \"" + l.name + "\" given, expected letters, digits and _ for a name");
    if (!is_utf8(l.value)) raise<invalid_argument>("labels: given bytes that are no UTF-8");
    out += (&l == &labels.front() ? "" : ",") + l.name + "=\"" + escaped(l.value) + '"';
  }
}

}  // namespace openmetrics_detail

/// The families of a text, in their order. Bytes that are no such text raise bad_bytes, which names the
/// line.
inline std::vector<metric_family> read_open_metrics(std::string_view text,
                                                    text_dialect dialect = text_dialect::open_metrics) {
  return openmetrics_detail::open_metrics_reader(text, dialect).read();
}

/// The exposition of the families, `# EOF` included. What no reader would take is an error.
inline std::string write_open_metrics(span<const metric_family> families) {
  namespace detail = openmetrics_detail;
  std::string out;
  for (const metric_family& f : families) {
    if (!detail::is_name(f.name, true))
      raise<invalid_argument>("name: \"" + f.name +
                              "\" given, expected letters, digits, _ and :, no digit first");
    if (!is_utf8(f.help)) raise<invalid_argument>("help: given bytes that are no UTF-8");
    out += "# TYPE " + f.name + ' ' + f.type + '\n';
    if (!f.unit.empty()) out += "# UNIT " + f.name + ' ' + f.unit + '\n';
    if (!f.help.empty()) out += "# HELP " + f.name + ' ' + detail::escaped(f.help) + '\n';
    for (const metric_sample& s : f.samples) {
      out += s.name;
      if (!s.labels.empty()) {
        out += '{';
        detail::append_labels(out, s.labels);
        out += '}';
      }
      out += ' ' + detail::text_of(s.value);
      if (s.timestamp) out += ' ' + detail::text_of(*s.timestamp);
      if (s.exemplar) {
        out += " # {";
        detail::append_labels(out, s.exemplar->labels);
        out += "} " + detail::text_of(s.exemplar->value);
        if (s.exemplar->timestamp) out += ' ' + detail::text_of(*s.exemplar->timestamp);
      }
      out += '\n';
    }
  }
  out += "# EOF\n";
#if BAROGRAPH_HAS_EXCEPTIONS
  try {
    read_open_metrics(out);
  } catch (const bad_bytes& e) {
    raise<invalid_argument>(std::string("families: given ones that no reader takes: ") + e.what());
  }
#else
  read_open_metrics(out);
#endif
  return out;
}

BAROGRAPH_NAMESPACE_END
