// Bindings of include/barograph/baseline: decomposition, and level, trend and season of a stream.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "band_binding.hpp"
#include "barograph/baseline/fit_holt_winters.hpp"
#include "barograph/baseline/holt_winters.hpp"
#include "barograph/baseline/stl.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"

namespace baseline = barograph::baseline;

namespace barograph_bindings {
namespace {

using model = baseline::holt_winters;
using bound = guarded<model>;

void bind_stl(py::module_& m) {
  using baseline::stl_options;
  py::class_<stl_options>(m, "StlOptions", "How a series is decomposed.")
      .def(py::init<>())
      .def_readwrite("seasonal", &stl_options::seasonal)
      .def_readwrite("trend", &stl_options::trend)
      .def_readwrite("low_pass", &stl_options::low_pass)
      .def_readwrite("seasonal_deg", &stl_options::seasonal_deg)
      .def_readwrite("trend_deg", &stl_options::trend_deg)
      .def_readwrite("low_pass_deg", &stl_options::low_pass_deg)
      .def_readwrite("seasonal_jump", &stl_options::seasonal_jump)
      .def_readwrite("trend_jump", &stl_options::trend_jump)
      .def_readwrite("low_pass_jump", &stl_options::low_pass_jump)
      .def_readwrite("robust", &stl_options::robust)
      .def_readwrite("inner_iter", &stl_options::inner_iter)
      .def_readwrite("outer_iter", &stl_options::outer_iter);
  m.def(
      "stl",
      [](const number_array& x, std::int64_t period, const stl_options& options,
         const std::optional<flags>& mask) {
        baseline::decomposition d;
        {
          const interruptible call;
          d = baseline::stl(x.numbers, period, options, view(mask));
        }
        return py::make_tuple(copied(d.trend), copied(d.seasonal), copied(d.resid), copied(d.weights),
                              d.scale());
      },
      py::arg("x"), py::arg("period"), py::arg("options"), py::arg("mask"));
}

void bind_holt_winters(py::module_& m) {
  using baseline::holt_winters_options;
  using baseline::smoothing;
  py::class_<bound>(m, "HoltWinters", "Level, trend and season of a stream.")
      .def(py::init([](const std::string& seasonal, const std::vector<double>& by, double level, double trend,
                       std::vector<double> season, double width, double memory, bool robust) {
             return std::make_unique<bound>(model(baseline::parse_seasonality(seasonal),
                                                  smoothing{by.at(0), by.at(1), by.at(2), by.at(3)},
                                                  {level, trend, std::move(season)}, width, memory, robust));
           }),
           py::arg("seasonal"), py::arg("by"), py::arg("level"), py::arg("trend"), py::arg("season"),
           py::arg("width"), py::arg("memory"), py::arg("robust"))
      .def_static(
          "fit",
          [](const number_array& x, const std::string& seasonal, std::int64_t period, bool trend, bool damped,
             const std::vector<double>& by, double width, double memory, bool robust,
             const std::optional<flags>& mask) {
            holt_winters_options o;
            o.seasonal = baseline::parse_seasonality(seasonal);
            o.period = period;
            o.trend = trend;
            o.damped = damped;
            o.by = {by.at(0), by.at(1), by.at(2), by.at(3)};
            o.width = width;
            o.memory = memory;
            o.robust = robust;
            const interruptible call;
            return std::make_unique<bound>(baseline::fit_holt_winters(x.numbers, o, view(mask)));
          },
          py::arg("x"), py::arg("seasonal"), py::arg("period"), py::arg("trend"), py::arg("damped"),
          py::arg("by"), py::arg("width"), py::arg("memory"), py::arg("robust"), py::arg("mask"))
      .def("expected",
           [](const bound& s) { return tuple_of(s.with([](const model& h) { return h.expected(); })); })
      .def(
          "update",
          [](bound& s, double x, bool left_out) {
            return tuple_of(s.change([&](model& h) { return h.update(x, left_out); }));
          },
          py::arg("x"), py::arg("left_out"))
      .def(
          "update_many",
          [](bound& s, const number_array& x, const std::optional<flags>& left_out) {
            const auto leave = view(left_out);
            const std::size_t n = x.numbers.size();
            const bool even = leave.empty() || leave.size() == n;
            return told_in_turn(s, n, even, [&](model& h, const rows_in_turn& rows, baseline::band& out) {
              h.update(rows.of(x.numbers), rows.of(leave), out);
            });
          },
          py::arg("x"), py::arg("left_out"))
      .def(
          "ahead",
          [](const bound& s, std::int64_t rows) {
            baseline::band out(static_cast<std::size_t>(rows));
            {
              const py::gil_scoped_release release;
              s.with([&](const model& h) { h.ahead(out); });
            }
            return rows_of(std::move(out));
          },
          py::arg("rows"))
      .def("smoothing",
           [](const bound& s) {
             const smoothing by = s.with([](const model& h) { return h.by(); });
             return py::make_tuple(by.level, by.trend, by.season, by.damping);
           })
      .def("parts",
           [](const bound& s) {
             const baseline::components c = s.with([](const model& h) { return h.parts(); });
             return py::make_tuple(c.level, c.trend, copied(c.season));
           })
      .def("configuration",
           [](const bound& s) {
             return s.with([](const model& h) {
               const char* const kinds[] = {"none", "additive", "multiplicative"};
               return std::make_tuple(std::string(kinds[static_cast<int>(h.kind())]), h.width(), h.memory(),
                                      h.robust());
             });
           })
      .def("to_bytes",
           [](const bound& s) { return py::bytes(s.with([](const model& h) { return h.to_bytes(); })); })
      .def_static(
          "from_bytes",
          [](const py::bytes& data, std::size_t max_bytes) {
            return std::make_unique<bound>(
                model::from_bytes(std::string(data), barograph::byte_limits{max_bytes}));
          },
          py::arg("data"), py::arg("max_bytes"))
      .def("copy", [](const bound& s) { return std::make_unique<bound>(s.copy()); });
}

}  // namespace

void register_baseline_models(py::module_& m) {
  bind_stl(m);
  bind_holt_winters(m);
}

}  // namespace barograph_bindings
