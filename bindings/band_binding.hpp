// Arrays in and bands out: what the bindings of baseline/ share.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "barograph/baseline/band.hpp"
#include "barograph/core/span.hpp"
#include "barograph/rolling/series.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"

namespace barograph_bindings {
namespace arrays {

namespace py = pybind11;

using doubles = py::array_t<double, py::array::c_style | py::array::forcecast>;
using integers = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
using flags = py::array_t<std::uint8_t, py::array::c_style | py::array::forcecast>;

template <class A>
auto view(const A& array) {
  return barograph::span<const typename A::value_type>(array.data(), static_cast<std::size_t>(array.size()));
}

inline barograph::span<const unsigned char> mask_of(const std::optional<flags>& mask) {
  return mask ? view(*mask) : barograph::span<const unsigned char>();
}

inline barograph::rolling::options options_of(std::int64_t min_periods, bool inf_propagates,
                                              bool nan_propagates, const std::optional<flags>& mask) {
  barograph::rolling::options how;
  how.min_periods = min_periods;
  how.inf =
      inf_propagates ? barograph::rolling::treatment::propagate : barograph::rolling::treatment::missing;
  how.nan =
      nan_propagates ? barograph::rolling::treatment::propagate : barograph::rolling::treatment::missing;
  how.mask = mask_of(mask);
  return how;
}

/// The columns of a band as an array of shape (4, rows) that owns them.
inline py::array_t<double> array_of(barograph::baseline::band band) {
  const auto rows = static_cast<py::ssize_t>(band.size());
  auto owned = std::make_unique<std::vector<double>>(band.release());
  double* const data = owned->data();
  const py::capsule owner(owned.release(), [](void* v) { delete static_cast<std::vector<double>*>(v); });
  return py::array_t<double>({py::ssize_t{4}, rows}, data, owner);
}

inline py::tuple tuple_of(const barograph::baseline::expectation& e) {
  return py::make_tuple(e.expected, e.scale, e.lower, e.upper);
}

/// Registers `update` and `update_many` of a baseline that is told before each value, by time or by row.
template <class Stream>
void bind_updates(py::class_<guarded<Stream>>& c) {
  using bound = guarded<Stream>;
  c.def(
      "update",
      [](bound& s, std::optional<std::int64_t> time, double x, bool left_out) {
        return tuple_of(
            s.change([&](Stream& r) { return time ? r.update(*time, x, left_out) : r.update(x, left_out); }));
      },
      py::arg("time"), py::arg("x"), py::arg("left_out"));
  c.def(
      "update_many",
      [](bound& s, const std::optional<integers>& times, const doubles& x,
         const std::optional<flags>& left_out) {
        barograph::baseline::band out(static_cast<std::size_t>(x.size()));
        {
          const interruptible call;
          const auto t = times ? view(*times) : barograph::span<const std::int64_t>();
          s.change([&](Stream& r) { r.update(t, view(x), mask_of(left_out), out); });
        }
        return array_of(std::move(out));
      },
      py::arg("times"), py::arg("x"), py::arg("left_out"));
}

}  // namespace arrays
}  // namespace barograph_bindings
