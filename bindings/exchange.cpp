// Bindings of the exchange formats of include/barograph/formats: OpenMetrics, OTLP/JSON, native histograms.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "barograph/formats/classic_histogram.hpp"
#include "barograph/formats/histogram_families.hpp"
#include "barograph/formats/native_histogram.hpp"
#include "barograph/formats/open_metrics.hpp"
#include "barograph/formats/otlp_json.hpp"
#include "state_binding.hpp"

namespace py = pybind11;
namespace bg = barograph;

namespace barograph_bindings {
namespace {

using bound_histogram = guarded<bg::quantile_histogram>;
using pairs = std::vector<std::pair<std::string, std::string>>;
using exported = std::pair<std::string, std::vector<std::string>>;

std::vector<bg::metric_label> labels_of(const pairs& given) {
  std::vector<bg::metric_label> r;
  for (const auto& [name, value] : given) r.push_back({name, value});
  return r;
}
pairs pairs_of(const std::vector<bg::metric_label>& given) {
  pairs r;
  for (const bg::metric_label& l : given) r.emplace_back(l.name, l.value);
  return r;
}

bg::quantile_histogram copy_of(const bound_histogram& h) {
  return h.with([](const bg::quantile_histogram& s) { return s; });
}

using point = std::tuple<std::string, std::string, pairs, pairs, std::int64_t, std::int64_t, bool,
                         std::unique_ptr<bound_histogram>, std::optional<double>>;
using spans = std::vector<std::pair<std::int32_t, std::uint32_t>>;

spans pairs_of(const std::vector<bg::native_span>& given) {
  spans r;
  for (const bg::native_span& s : given) r.emplace_back(s.offset, s.length);
  return r;
}
std::vector<bg::native_span> spans_of(const spans& given) {
  std::vector<bg::native_span> r;
  for (const auto& [offset, length] : given) r.push_back({offset, length});
  return r;
}

exported text_of(const bg::exported_families& e) { return {bg::write_open_metrics(e.families), e.dropped}; }

}  // namespace

void register_exchange(py::module_& m) {
  m.def(
      "write_otlp",
      [](const bound_histogram& h, const std::string& name, const std::string& unit,
         const std::string& description, const pairs& resource, const pairs& attributes, std::int64_t start,
         std::int64_t time, bool cumulative, std::optional<double> sum) -> exported {
        const py::gil_scoped_release release;
        const bg::otlp_histogram p{name,  unit, description, labels_of(resource), labels_of(attributes),
                                   start, time, cumulative,  copy_of(h),          sum};
        bg::otlp_text r = bg::write_otlp_json(bg::span<const bg::otlp_histogram>(&p, 1));
        return {std::move(r.text), std::move(r.dropped)};
      },
      py::arg("histogram"), py::arg("name"), py::arg("unit"), py::arg("description"), py::arg("resource"),
      py::arg("attributes"), py::arg("start"), py::arg("time"), py::arg("cumulative"), py::arg("sum"));
  m.def(
      "read_otlp",
      [](const std::string& text) {
        std::vector<point> points;
        std::vector<std::string> notes;
        {
          const py::gil_scoped_release release;
          bg::otlp_histograms r = bg::read_otlp_json(text);
          for (bg::otlp_histogram& p : r.histograms)
            points.emplace_back(p.name, p.unit, pairs_of(p.resource), pairs_of(p.attributes), p.start, p.time,
                                p.cumulative, std::make_unique<bound_histogram>(std::move(p.histogram)),
                                p.sum);
          notes = std::move(r.notes);
        }
        return std::pair(std::move(points), std::move(notes));
      },
      py::arg("text"));
  m.def(
      "write_open_metrics",
      [](const bound_histogram& h, const std::string& name, std::vector<double> bounds,
         const std::string& unit, const std::string& help, const pairs& labels,
         std::optional<double> sum) -> exported {
        const py::gil_scoped_release release;
        bg::exported_histogram e = bg::to_classic(copy_of(h), std::move(bounds), sum);
        e.histogram.labels = labels_of(labels);
        const bg::classic_histogram* one = &e.histogram;
        return text_of(
            {{bg::histogram_family(name, bg::span<const bg::classic_histogram>(one, 1), unit, help)},
             e.dropped});
      },
      py::arg("histogram"), py::arg("name"), py::arg("bounds"), py::arg("unit"), py::arg("help"),
      py::arg("labels"), py::arg("sum"));
  m.def(
      "summary_open_metrics",
      [](const guarded<bg::latency_summary>& s, const std::string& name, const std::string& unit,
         const std::string& help, const pairs& labels) {
        const py::gil_scoped_release release;
        const bg::latency_summary copy = s.with([](const bg::latency_summary& x) { return x; });
        return text_of(bg::summary_families(name, copy, labels_of(labels), unit, help));
      },
      py::arg("summary"), py::arg("name"), py::arg("unit"), py::arg("help"), py::arg("labels"));
  m.def(
      "read_open_metrics",
      [](const std::string& text, bool prometheus) {
        using sample = std::tuple<std::string, pairs, double, std::optional<double>>;
        std::vector<std::tuple<std::string, std::string, std::string, std::string, std::vector<sample>>> r;
        const py::gil_scoped_release release;
        for (const bg::metric_family& f : bg::read_open_metrics(
                 text, prometheus ? bg::text_dialect::prometheus : bg::text_dialect::open_metrics)) {
          std::vector<sample> samples;
          for (const bg::metric_sample& s : f.samples)
            samples.emplace_back(s.name, pairs_of(s.labels), s.value, s.timestamp);
          r.emplace_back(f.name, f.type, f.unit, f.help, std::move(samples));
        }
        return r;
      },
      py::arg("text"), py::arg("prometheus"));
  m.def(
      "histograms_of_open_metrics",
      [](const std::string& text, bool prometheus) {
        std::vector<std::tuple<std::string, pairs, std::unique_ptr<bound_histogram>, std::optional<double>>>
            r;
        const py::gil_scoped_release release;
        for (const bg::metric_family& f : bg::read_open_metrics(
                 text, prometheus ? bg::text_dialect::prometheus : bg::text_dialect::open_metrics)) {
          if (f.type != "histogram") continue;
          for (const bg::classic_histogram& h : bg::histograms_of(f))
            r.emplace_back(f.name, pairs_of(h.labels), std::make_unique<bound_histogram>(bg::from_classic(h)),
                           h.sum);
        }
        return r;
      },
      py::arg("text"), py::arg("prometheus"));
  m.def(
      "to_native",
      [](const bound_histogram& h) {
        bg::native_histogram n;
        {
          const py::gil_scoped_release release;
          n = bg::to_native(copy_of(h));
        }
        return std::make_tuple(n.schema, n.zero_threshold, n.zero_count, n.count, pairs_of(n.negative_spans),
                               n.negative_deltas, pairs_of(n.positive_spans), n.positive_deltas, n.dropped);
      },
      py::arg("histogram"));
  m.def(
      "from_native",
      [](int schema, double zero_threshold, std::uint64_t zero_count, std::uint64_t count,
         const spans& negative_spans, std::vector<std::int64_t> negative_deltas, const spans& positive_spans,
         std::vector<std::int64_t> positive_deltas) {
        const py::gil_scoped_release release;
        return std::make_unique<bound_histogram>(bg::from_native({schema,
                                                                  zero_threshold,
                                                                  zero_count,
                                                                  count,
                                                                  spans_of(negative_spans),
                                                                  std::move(negative_deltas),
                                                                  spans_of(positive_spans),
                                                                  std::move(positive_deltas),
                                                                  {}}));
      },
      py::arg("schema"), py::arg("zero_threshold"), py::arg("zero_count"), py::arg("count"),
      py::arg("negative_spans"), py::arg("negative_deltas"), py::arg("positive_spans"),
      py::arg("positive_deltas"));
}

}  // namespace barograph_bindings
