// Bindings of rolling/groups.hpp.
#include "barograph/rolling/groups.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "arrays.hpp"
#include "barograph/kernels.hpp"
#include "interruptible.hpp"
#include "number_array.hpp"
#include "series_options.hpp"

namespace rolling = barograph::rolling;

namespace barograph_bindings {
void register_rolling_groups(py::module_& m) {
  m.def(
      "grouped_windows",
      [](const integers& ends, std::int64_t rows, std::int64_t window, bool center,
         const std::string& closed) {
        const auto side = rolling::parse_closed(closed);
        const interruptible call;
        return rolling::grouped_windows(view(ends), rows, window, center, side);
      },
      py::arg("ends"), py::arg("rows"), py::arg("window"), py::arg("center"), py::arg("closed"));
  m.def(
      "grouped_time_windows",
      [](const integers& ends, const integers& times, std::int64_t width, bool center,
         const std::string& closed) {
        const auto side = rolling::parse_closed(closed);
        const interruptible call;
        return rolling::grouped_time_windows<barograph::kernels::compiled>(view(ends), view(times), width,
                                                                           center, side);
      },
      py::arg("ends"), py::arg("times"), py::arg("width"), py::arg("center"), py::arg("closed"));
  m.def(
      "grouped_exponential",
      [](const integers& ends, const std::string& what, const number_array& x, const rolling::decay& decay,
         const rolling::weighting& weighting, bool inf_propagates, bool nan_propagates,
         const std::optional<flags>& mask, const std::optional<doubles>& elapsed) {
        const auto reduction = rolling::parse_exponential(what);
        const auto how = options_of(inf_propagates, nan_propagates, mask);
        doubles out(x.size());
        const auto results = room(out);
        const interruptible call;
        rolling::grouped_exponential<barograph::kernels::compiled>(view(ends), reduction, x.numbers, decay,
                                                                   weighting, how, view(elapsed), results);
        return out;
      },
      py::arg("ends"), py::arg("what"), py::arg("x"), py::arg("decay"), py::arg("weighting"),
      py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"), py::arg("elapsed"));
  m.def(
      "grouped_exponential_pairs",
      [](const integers& ends, const std::string& what, const number_array& x, const number_array& y,
         const rolling::decay& decay, const rolling::weighting& weighting, bool inf_propagates,
         bool nan_propagates, const std::optional<flags>& mask, const std::optional<flags>& mask_y,
         const std::optional<doubles>& elapsed) {
        const auto reduction = rolling::parse_exponential(what);
        const auto how = options_of(inf_propagates, nan_propagates, mask);
        const auto how_y = options_of(inf_propagates, nan_propagates, mask_y);
        doubles out(x.size());
        const auto results = room(out);
        const interruptible call;
        rolling::grouped_exponential_pairs<barograph::kernels::compiled>(view(ends), reduction, x.numbers,
                                                                         y.numbers, decay, weighting, how,
                                                                         how_y, view(elapsed), results);
        return out;
      },
      py::arg("ends"), py::arg("what"), py::arg("x"), py::arg("y"), py::arg("decay"), py::arg("weighting"),
      py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"), py::arg("mask_y"),
      py::arg("elapsed"));
}

}  // namespace barograph_bindings
