// Bindings of detect/whole_series.hpp, missing_rows.hpp, false_discovery.hpp and incidents.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

#include "barograph/detect/false_discovery.hpp"
#include "barograph/detect/incidents.hpp"
#include "barograph/detect/missing_rows.hpp"
#include "barograph/detect/whole_series.hpp"
#include "interruptible.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

using time_array = py::array_t<std::int64_t, py::array::c_style>;
using flag_array = py::array_t<std::uint8_t, py::array::c_style>;

template <class T>
bg::span<const T> span_of(const py::array_t<T, py::array::c_style>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

template <class To, class From>
py::array_t<To> column(const std::vector<From>& v) {
  py::array_t<To> out(static_cast<py::ssize_t>(v.size()));
  std::copy(v.begin(), v.end(), out.mutable_data());
  return out;
}

py::dict whole_series(const time_array& seconds, const double_array& values, std::size_t period,
                      const time_array& clock) {
  bg::detect::series_strangeness r;
  {
    const interruptible call;
    r = bg::detect::whole_series(span_of(seconds), values_of(values), period, span_of(clock));
  }
  py::dict out;
  out["evidence"] = column<double>(r.evidence);
  out["tests"] = column<double>(r.tests);
  out["stretches"] = column<double>(r.stretches);
  out["expected"] = column<double>(r.expected);
  out["level"] = column<double>(r.level);
  out["season"] = column<double>(r.season);
  out["step"] = column<double>(r.step);
  out["stuck"] = column<double>(r.stuck);
  out["missing"] = column<double>(r.missing);
  out["shift"] = column<double>(r.shift);
  out["drift"] = column<double>(r.drift);
  out["strength"] = column<double>(r.strength);
  out["spread"] = column<double>(r.spread);
  py::list slow;
  constexpr const char* kinds[] = {"level", "drift", "season", "spread"};
  for (const bg::detect::slow_change& c : r.slow)
    slow.append(py::make_tuple(kinds[static_cast<int>(c.kind)], c.begin, c.end, c.size, c.evidence));
  out["slow"] = slow;
  out["stands_out"] = column<bool>(r.stands_out);
  out["margin"] = r.margin;
  out["cycle"] = r.cycle;
  out["period"] = r.period;
  return out;
}

py::array_t<std::int64_t> find_incidents(const double_array& score, const flag_array& finding, double off,
                                         std::int64_t quiet, std::int64_t least) {
  std::vector<bg::detect::incident_rows> found;
  {
    const interruptible call;
    found = bg::detect::find_incidents(values_of(score), span_of(finding), {off, quiet, least});
  }
  py::array_t<std::int64_t> out({static_cast<py::ssize_t>(found.size()), py::ssize_t{6}});
  std::int64_t* row = out.mutable_data();
  for (const auto& f : found)
    for (const std::size_t at : {f.onset, f.alert_on, f.peak, f.end, f.alert_off, f.findings})
      *row++ = static_cast<std::int64_t>(at);
  return out;
}

}  // namespace

void register_detect_series(py::module_& m) {
  m.def("whole_series", &whole_series, py::arg("seconds").noconvert(), py::arg("values").noconvert(),
        py::arg("period"), py::arg("clock").noconvert());
  m.def(
      "missing_runs",
      [](const time_array& seconds, const double_array& values) {
        return column<double>(bg::detect::missing_runs(span_of(seconds), values_of(values)));
      },
      py::arg("seconds").noconvert(), py::arg("values").noconvert());
  m.def("find_incidents", &find_incidents, py::arg("score").noconvert(), py::arg("finding").noconvert(),
        py::arg("off"), py::arg("quiet"), py::arg("least"));
  m.def(
      "group_intervals",
      [](const time_array& begin, const time_array& end, std::int64_t within) {
        return column<std::int64_t>(bg::detect::group_intervals(span_of(begin), span_of(end), within));
      },
      py::arg("begin").noconvert(), py::arg("end").noconvert(), py::arg("within"));
  m.def(
      "benjamini_hochberg",
      [](const double_array& p, double rate) { return bg::detect::benjamini_hochberg(values_of(p), rate); },
      py::arg("p").noconvert(), py::arg("rate"));
  m.def(
      "stretch_findings",
      [](const double_array& evidence, double rate) {
        return column<bool>(bg::detect::stretch_findings(values_of(evidence), rate));
      },
      py::arg("evidence").noconvert(), py::arg("rate"));
}

}  // namespace barograph_bindings
