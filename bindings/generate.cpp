// generate/: the workloads' generators, filling numpy arrays or text.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <tuple>

#include "arrays.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/generate/workloads.hpp"
#include "interruptible.hpp"

namespace gen = barograph::generate;

namespace barograph_bindings {
namespace {

using incident_fields = std::tuple<std::string, std::int64_t, std::int64_t, double, double>;

gen::incident to_incident(const incident_fields& f) {
  gen::incident i;
  std::tie(i.service, i.start_ms, i.duration_ms, i.latency_factor, i.error_added) = f;
  return i;
}

gen::requests_options to_options(std::uint64_t seed, std::int64_t start_ms, std::int64_t days, double rate,
                                 const std::vector<incident_fields>& incidents,
                                 const std::array<double, gen::dirt_kinds>& dirt) {
  gen::requests_options o;
  o.seed = seed;
  o.start_ms = start_ms;
  o.days = days;
  o.rate = rate;
  for (const incident_fields& f : incidents) o.incidents.push_back(to_incident(f));
  o.dirt.share = dirt;
  return o;
}

barograph::span<const std::int64_t> readable(const array_of<std::int64_t>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

// row, kind and column as arrays, before and after as lists.
py::tuple from_dirt(const std::vector<gen::dirt_entry>& dirt) {
  array_of<std::int64_t> row(static_cast<py::ssize_t>(dirt.size()));
  array_of<std::int32_t> kind(static_cast<py::ssize_t>(dirt.size()));
  array_of<std::int32_t> column(static_cast<py::ssize_t>(dirt.size()));
  py::list before(dirt.size());
  py::list after(dirt.size());
  for (std::size_t i = 0; i < dirt.size(); ++i) {
    row.mutable_data()[i] = dirt[i].row;
    kind.mutable_data()[i] = static_cast<std::int32_t>(dirt[i].kind);
    column.mutable_data()[i] = static_cast<std::int32_t>(dirt[i].column);
    before[i] = py::str(dirt[i].before);
    after[i] = py::str(dirt[i].after);
  }
  return py::make_tuple(row, kind, column, before, after);
}

std::size_t expected(const gen::requests_generator& log) {
  return static_cast<std::size_t>(log.expected_rows());
}

using rows_array = array_of<std::int64_t>;

py::array rows_of(const gen::requests_generator& log, std::int64_t first, std::int64_t last,
                  std::size_t threads) {
  std::vector<std::int64_t> rows;
  {
    const interruptible call;
    rows = log.rows_of(first, last, barograph::thread_executor::for_size(expected(log), threads));
  }
  return rows_array(static_cast<py::ssize_t>(rows.size()), rows.data());
}

py::tuple fill(const gen::requests_generator& log, std::int64_t first, const rows_array& rows,
               std::int64_t first_row, array_of<std::int64_t> timestamp_ns, array_of<std::int32_t> service,
               array_of<std::int32_t> endpoint, array_of<std::int64_t> response_time_ms,
               array_of<std::int64_t> status_code, array_of<std::uint8_t> error, std::size_t threads) {
  const gen::requests_spans out{room(timestamp_ns),     room(service),     room(endpoint),
                                room(response_time_ms), room(status_code), room(error)};
  const auto counts = readable(rows);
  std::vector<gen::dirt_entry> dirt;
  {
    const interruptible call;
    dirt = log.fill(first, counts, first_row, out, barograph::thread_executor::for_size(out.size(), threads));
  }
  return from_dirt(dirt);
}

template <void (*Append)(std::string&, const gen::requests_spans&, std::int64_t,
                         barograph::span<const gen::dirt_entry>)>
py::tuple text(const gen::requests_generator& log, std::int64_t first, std::int64_t last,
               std::int64_t first_row, std::size_t threads) {
  std::string out;
  gen::requests_table table;
  {
    const interruptible call;
    table = log.make(first, last, first_row, barograph::thread_executor::for_size(expected(log), threads));
    Append(out, table.spans(), first_row, table.dirt);
  }
  return py::make_tuple(py::bytes(out), table.error.size(), from_dirt(table.dirt));
}

py::list format_timestamps(const array_of<std::int64_t>& timestamp_ns) {
  py::list out(static_cast<std::size_t>(timestamp_ns.size()));
  for (py::ssize_t i = 0; i < timestamp_ns.size(); ++i)
    out[static_cast<std::size_t>(i)] = py::str(gen::format_timestamp(timestamp_ns.data()[i]));
  return out;
}

}  // namespace

void register_generate(py::module_& m) {
  m.attr("DIRT_KINDS") = py::tuple(py::cast(gen::dirt_kind_names));
  m.attr("DIRT_COLUMNS") = py::tuple(py::cast(gen::dirt_column_names));
  m.def("format_timestamps", &format_timestamps, py::arg("timestamp_ns").noconvert());

  using generator = gen::requests_generator;
  py::class_<generator>(m, "RequestsGenerator")
      .def(py::init([](std::uint64_t seed, std::int64_t start_ms, std::int64_t days, double rate,
                       const std::vector<incident_fields>& incidents,
                       const std::array<double, gen::dirt_kinds>& dirt) {
             return generator(to_options(seed, start_ms, days, rate, incidents, dirt));
           }),
           py::arg("seed"), py::arg("start_ms"), py::arg("days"), py::arg("rate"), py::arg("incidents"),
           py::arg("dirt"))
      .def_property_readonly_static("services", [](const py::object&) { return gen::requests_services(); })
      .def_property_readonly_static("endpoints", [](const py::object&) { return gen::requests_endpoints(); })
      .def_property_readonly_static("csv_header",
                                    [](const py::object&) { return gen::requests_csv_header(); })
      .def_static("expected_rows", &gen::requests_expected_rows, py::arg("start_ms"), py::arg("days"))
      .def_static(
          "default_incidents",
          [](std::int64_t start_ms, std::int64_t days) {
            std::vector<incident_fields> all;
            for (const gen::incident& i : gen::requests_default_incidents(start_ms, days))
              all.emplace_back(i.service, i.start_ms, i.duration_ms, i.latency_factor, i.error_added);
            return all;
          },
          py::arg("start_ms"), py::arg("days"))
      .def_property_readonly("blocks", &generator::blocks)
      .def_property_readonly("block_minutes", &generator::block_minutes)
      .def("rows_of", &rows_of, py::arg("first"), py::arg("last"), py::arg("threads"))
      .def("fill", &fill, py::arg("first"), py::arg("rows").noconvert(), py::arg("first_row"),
           py::arg("timestamp_ns").noconvert(), py::arg("service").noconvert(),
           py::arg("endpoint").noconvert(), py::arg("response_time_ms").noconvert(),
           py::arg("status_code").noconvert(), py::arg("error").noconvert(), py::arg("threads"))
      .def("csv", &text<&gen::append_csv>, py::arg("first"), py::arg("last"), py::arg("first_row"),
           py::arg("threads"))
      .def("json_lines", &text<&gen::append_json_lines>, py::arg("first"), py::arg("last"),
           py::arg("first_row"), py::arg("threads"));
}

}  // namespace barograph_bindings
