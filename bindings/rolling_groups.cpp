// Bindings of rolling/groups.hpp.
#include "barograph/rolling/groups.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "barograph/kernels.hpp"
#include "interruptible.hpp"

namespace py = pybind11;
namespace rolling = barograph::rolling;

namespace {

using doubles = py::array_t<double, py::array::c_style | py::array::forcecast>;
using integers = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
using flags = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>;

template <class A>
auto view(const A& array) {
  return barograph::span<const typename A::value_type>(array.data(), static_cast<std::size_t>(array.size()));
}

template <class A>
auto view(const std::optional<A>& array) {
  return array ? view(*array) : barograph::span<const typename A::value_type>();
}

rolling::options options_of(bool inf_propagates, bool nan_propagates, const std::optional<flags>& mask) {
  rolling::options how;
  how.inf = inf_propagates ? rolling::treatment::propagate : rolling::treatment::missing;
  how.nan = nan_propagates ? rolling::treatment::propagate : rolling::treatment::missing;
  how.mask = view(mask);
  return how;
}

}  // namespace

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
        return rolling::grouped_time_windows(view(ends), view(times), width, center, side);
      },
      py::arg("ends"), py::arg("times"), py::arg("width"), py::arg("center"), py::arg("closed"));
  m.def(
      "grouped_exponential",
      [](const integers& ends, const std::string& what, const doubles& x, const rolling::decay& decay,
         const rolling::weighting& weighting, bool inf_propagates, bool nan_propagates,
         const std::optional<flags>& mask, const std::optional<doubles>& elapsed) {
        const auto reduction = rolling::parse_exponential(what);
        const auto how = options_of(inf_propagates, nan_propagates, mask);
        doubles out(x.size());
        const barograph::span<double> results(out.mutable_data(), static_cast<std::size_t>(x.size()));
        const interruptible call;
        rolling::grouped_exponential<barograph::kernels::compiled>(view(ends), reduction, view(x), decay,
                                                                   weighting, how, view(elapsed), results);
        return out;
      },
      py::arg("ends"), py::arg("what"), py::arg("x"), py::arg("decay"), py::arg("weighting"),
      py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"), py::arg("elapsed"));
  m.def(
      "grouped_exponential_pairs",
      [](const integers& ends, const std::string& what, const doubles& x, const doubles& y,
         const rolling::decay& decay, const rolling::weighting& weighting, bool inf_propagates,
         bool nan_propagates, const std::optional<flags>& mask, const std::optional<flags>& mask_y,
         const std::optional<doubles>& elapsed) {
        const auto reduction = rolling::parse_exponential(what);
        const auto how = options_of(inf_propagates, nan_propagates, mask);
        const auto how_y = options_of(inf_propagates, nan_propagates, mask_y);
        doubles out(x.size());
        const barograph::span<double> results(out.mutable_data(), static_cast<std::size_t>(x.size()));
        const interruptible call;
        rolling::grouped_exponential_pairs<barograph::kernels::compiled>(
            view(ends), reduction, view(x), view(y), decay, weighting, how, how_y, view(elapsed), results);
        return out;
      },
      py::arg("ends"), py::arg("what"), py::arg("x"), py::arg("y"), py::arg("decay"), py::arg("weighting"),
      py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"), py::arg("mask_y"),
      py::arg("elapsed"));
}

}  // namespace barograph_bindings
