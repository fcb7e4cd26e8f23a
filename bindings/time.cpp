// Bindings of include/barograph/time: truncation and calendar fields of int64 nanoseconds.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "arrays.hpp"
#include "barograph/time/local_fields.hpp"
#include "barograph/time/truncate.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

using int64_array = array_of<std::int64_t>;

bg::zone zone_of(const std::optional<py::bytes>& tzif) {
  return tzif.has_value() ? bg::zone::from_tzif(std::string(*tzif)) : bg::zone::utc();
}

int64_array truncate_array(const int64_array& ns, const std::string& freq,
                           const std::optional<py::bytes>& tzif) {
  const bg::frequency f = bg::parse_frequency(freq);
  const bg::zone z = zone_of(tzif);
  int64_array out(ns.size());
  const auto to = room(out);
  py::gil_scoped_release release;
  bg::truncate(view(ns), f, z, to);
  return out;
}

py::tuple local_fields(const int64_array& ns, const std::optional<py::bytes>& tzif) {
  const bg::zone z = zone_of(tzif);
  bg::local_field_columns f;
  {
    py::gil_scoped_release release;
    f = bg::local_fields(view(ns), z);
  }
  return py::make_tuple(copied(f.hour), copied(f.weekday), copied(f.hour_of_week), copied(f.day));
}

int64_array to_local(const int64_array& ns, const std::optional<py::bytes>& tzif) {
  const bg::zone z = zone_of(tzif);
  int64_array out(ns.size());
  std::int64_t* to = out.mutable_data();
  py::gil_scoped_release release;
  bg::zone_clock clock(z);
  for (const std::int64_t t : view(ns)) *to++ = clock.to_local(t);
  return out;
}

int64_array to_utc(const int64_array& local, const std::optional<py::bytes>& tzif,
                   const std::string& ambiguous, const std::string& nonexistent) {
  const bg::zone z = zone_of(tzif);
  const auto twice = bg::ambiguous_time_named(ambiguous);
  const auto never = bg::nonexistent_time_named(nonexistent);
  int64_array out(local.size());
  std::int64_t* to = out.mutable_data();
  py::gil_scoped_release release;
  bg::zone_clock clock(z);
  for (const std::int64_t t : view(local)) *to++ = clock.to_utc(t, twice, never);
  return out;
}

}  // namespace

void register_time(py::module_& m) {
  m.def("truncate", &truncate_array, py::arg("ns"), py::arg("freq"), py::arg("tzif") = py::none());
  m.def("local_fields", &local_fields, py::arg("ns"), py::arg("tzif") = py::none());
  m.def("to_local", &to_local, py::arg("ns"), py::arg("tzif") = py::none());
  m.def("to_utc", &to_utc, py::arg("local"), py::arg("tzif") = py::none(), py::kw_only(),
        py::arg("ambiguous") = "earliest", py::arg("nonexistent") = "next");
}

}  // namespace barograph_bindings
