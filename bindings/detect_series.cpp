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

using time_array = array_of<std::int64_t>;
using flag_array = array_of<std::uint8_t>;

py::dict whole_series(const time_array& seconds, const double_array& values, std::size_t period,
                      const time_array& clock) {
  bg::detect::series_strangeness r;
  {
    const interruptible call;
    r = bg::detect::whole_series(view(seconds), view(values), period, view(clock));
  }
  py::dict out;
  out["evidence"] = copied(r.evidence);
  out["tests"] = copied(r.tests);
  out["stretches"] = copied(r.stretches);
  out["expected"] = copied(r.expected);
  out["level"] = copied(r.level);
  out["season"] = copied(r.season);
  out["step"] = copied(r.step);
  out["stuck"] = copied(r.stuck);
  out["missing"] = copied(r.missing);
  out["shift"] = copied(r.shift);
  out["drift"] = copied(r.drift);
  out["strength"] = copied(r.strength);
  out["spread"] = copied(r.spread);
  py::list slow;
  constexpr const char* kinds[] = {"level", "drift", "season", "spread"};
  for (const bg::detect::slow_change& c : r.slow)
    slow.append(py::make_tuple(kinds[static_cast<int>(c.kind)], c.begin, c.end, c.size, c.evidence));
  out["slow"] = slow;
  out["stands_out"] = copied<bool>(r.stands_out);
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
    found = bg::detect::find_incidents(view(score), view(finding), {off, quiet, least});
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
        return copied(bg::detect::missing_runs(view(seconds), view(values)));
      },
      py::arg("seconds").noconvert(), py::arg("values").noconvert());
  m.def("find_incidents", &find_incidents, py::arg("score").noconvert(), py::arg("finding").noconvert(),
        py::arg("off"), py::arg("quiet"), py::arg("least"));
  m.def(
      "group_intervals",
      [](const time_array& begin, const time_array& end, std::int64_t within) {
        return copied<std::int64_t>(bg::detect::group_intervals(view(begin), view(end), within));
      },
      py::arg("begin").noconvert(), py::arg("end").noconvert(), py::arg("within"));
  m.def(
      "benjamini_hochberg",
      [](const double_array& p, double rate) { return bg::detect::benjamini_hochberg(view(p), rate); },
      py::arg("p").noconvert(), py::arg("rate"));
  m.def(
      "stretch_findings",
      [](const double_array& evidence, double rate) {
        return copied<bool>(bg::detect::stretch_findings(view(evidence), rate));
      },
      py::arg("evidence").noconvert(), py::arg("rate"));
}

}  // namespace barograph_bindings
