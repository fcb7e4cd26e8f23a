// Bindings of rolling/exponential.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "arrays.hpp"
#include "barograph/kernels.hpp"
#include "barograph/rolling/exponential.hpp"
#include "interruptible.hpp"
#include "number_array.hpp"
#include "series_options.hpp"

namespace rolling = barograph::rolling;

namespace barograph_bindings {
void register_rolling_exponential(py::module_& m) {
  py::class_<rolling::decay>(m, "Decay", "How fast exponential weights fall.")
      .def_static("from_alpha", &rolling::decay::from_alpha, py::arg("alpha"))
      .def_static("from_com", &rolling::decay::from_com, py::arg("com"))
      .def_static("from_span", &rolling::decay::from_span, py::arg("span"))
      .def_static("from_half_life", &rolling::decay::from_half_life, py::arg("half_life"))
      .def_property_readonly("alpha", [](const rolling::decay& d) { return d.alpha; });
  py::class_<rolling::weighting>(m, "Weighting", "How exponential weights are counted.")
      .def(py::init([](bool adjust, bool ignore_na, bool fills, bool bias, std::int64_t least) {
             return rolling::weighting{adjust, ignore_na, fills, bias, least};
           }),
           py::arg("adjust"), py::arg("ignore_na"), py::arg("fills"), py::arg("bias"), py::arg("least"));
  m.def(
      "exponential",
      [](const std::string& what, const number_array& x, const rolling::decay& decay,
         const rolling::weighting& weighting, bool inf_propagates, bool nan_propagates,
         const std::optional<flags>& mask, const std::optional<doubles>& elapsed) {
        const auto reduction = rolling::parse_exponential(what);
        const auto how = options_of(inf_propagates, nan_propagates, mask);
        doubles out(x.size());
        const auto results = room(out);
        const interruptible call;
        rolling::exponential<barograph::kernels::compiled>(reduction, x.numbers, decay, weighting, how,
                                                           view(elapsed), results);
        return out;
      },
      py::arg("what"), py::arg("x"), py::arg("decay"), py::arg("weighting"), py::arg("inf_propagates"),
      py::arg("nan_propagates"), py::arg("mask"), py::arg("elapsed"));
  m.def(
      "exponential_pairs",
      [](const std::string& what, const number_array& x, const number_array& y, const rolling::decay& decay,
         const rolling::weighting& weighting, bool inf_propagates, bool nan_propagates,
         const std::optional<flags>& mask, const std::optional<flags>& mask_y,
         const std::optional<doubles>& elapsed) {
        const auto reduction = rolling::parse_exponential(what);
        const auto how = options_of(inf_propagates, nan_propagates, mask);
        const auto how_y = options_of(inf_propagates, nan_propagates, mask_y);
        doubles out(x.size());
        const auto results = room(out);
        const interruptible call;
        rolling::exponential_pairs<barograph::kernels::compiled>(
            reduction, x.numbers, y.numbers, decay, weighting, how, how_y, view(elapsed), results);
        return out;
      },
      py::arg("what"), py::arg("x"), py::arg("y"), py::arg("decay"), py::arg("weighting"),
      py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"), py::arg("mask_y"),
      py::arg("elapsed"));
}

}  // namespace barograph_bindings
