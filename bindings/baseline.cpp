// Bindings of include/barograph/baseline: bands of series, and what gives them row by row.
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
#include "barograph/baseline/exclusion.hpp"
#include "barograph/baseline/rolling_band.hpp"
#include "barograph/baseline/rolling_stream.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"
#include "number_array.hpp"

namespace baseline = barograph::baseline;
namespace rolling = barograph::rolling;

namespace barograph_bindings {
namespace {

baseline::estimator estimator_of(const std::string& method, double width, double low, double middle,
                                 double high, bool of_next) {
  return {baseline::parse_method(method), width, low, middle, high, of_next};
}

void bind_rolling_stream(py::module_& m) {
  using stream = baseline::rolling_stream;
  using bound = guarded<stream>;
  py::class_<bound> c(m, "RollingStream", "A rolling baseline, told before each value.");
  bind_updates(c);
  c.def(py::init([](std::int64_t window, bool timed, const baseline::estimator& how, std::int64_t least) {
          return std::make_unique<bound>(timed ? stream::by_time(window, how, least)
                                               : stream::by_count(window, how, least));
        }),
        py::arg("window"), py::arg("timed"), py::arg("how"), py::arg("min_periods"))
      .def("expected",
           [](const bound& s) { return tuple_of(s.with([](const stream& r) { return r.expected(); })); })
      .def("late", [](const bound& s) { return s.with([](const stream& r) { return r.late(); }); })
      .def("reset", [](bound& s) { s.change([](stream& r) { r.reset(); }); });
}

}  // namespace

void register_baseline(py::module_& m) {
  py::class_<baseline::estimator>(m, "Estimator", "How location, scale and limits come from past values.")
      .def(py::init(&estimator_of), py::arg("method"), py::arg("width"), py::arg("low"), py::arg("middle"),
           py::arg("high"), py::arg("of_next"));
  m.def(
      "rolling_band",
      [](const number_array& x, const rolling::windows& w, const baseline::estimator& how,
         std::int64_t min_periods, bool inf_propagates, bool nan_propagates, const std::optional<flags>& mask,
         std::size_t threads) {
        const auto of = options_of(min_periods, inf_propagates, nan_propagates, mask);
        const auto run = barograph::thread_executor::for_size(static_cast<std::size_t>(x.size()), threads);
        baseline::band band;
        {
          const interruptible call;
          band = baseline::rolling_band<barograph::kernels::compiled>(x.numbers, w, how, of, run);
        }
        return rows_of(std::move(band));
      },
      py::arg("x"), py::arg("windows"), py::arg("how"), py::arg("min_periods"), py::arg("inf_propagates"),
      py::arg("nan_propagates"), py::arg("mask"), py::arg("threads"));
  m.def(
      "exponential_band",
      [](const number_array& x, std::int64_t window, const std::optional<integers>& times, bool before,
         double width, std::int64_t min_periods, bool inf_propagates, bool nan_propagates,
         const std::optional<flags>& mask) {
        const auto of = options_of(min_periods, inf_propagates, nan_propagates, mask);
        baseline::band band;
        {
          const interruptible call;
          band = times ? baseline::exponential_band(x.numbers, view(*times), window, of, before, width)
                       : baseline::exponential_band<barograph::kernels::compiled>(x.numbers, window, of,
                                                                                  before, width);
        }
        return rows_of(std::move(band));
      },
      py::arg("x"), py::arg("window"), py::arg("times"), py::arg("before"), py::arg("width"),
      py::arg("min_periods"), py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"));
  m.def(
      "exclude_intervals",
      [](const integers& times, const integers& start, const integers& end) {
        const baseline::exclusion intervals(view(start), view(end));
        flags mask(times.size());
        const auto to = room(mask);
        std::fill(to.begin(), to.end(), std::uint8_t{0});
        intervals.mark(view(times), to);
        return mask;
      },
      py::arg("times"), py::arg("start"), py::arg("end"));
  bind_rolling_stream(m);
}

}  // namespace barograph_bindings
