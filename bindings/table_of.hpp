// table_of: numpy's columns as the engine's table_view, nothing copied.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <vector>

#include "barograph/core/errors.hpp"
#include "barograph/core/table_view.hpp"

namespace barograph_bindings {

/// A matrix, or a list of equally long columns; of float64 or float32, with any strides. The arrays must
/// outlive the view.
inline barograph::table_view table_of(const pybind11::object& x) {
  namespace py = pybind11;
  std::vector<barograph::table_view::column> columns;
  const auto wide = [](const py::array& a) {
    const bool is_double = py::isinstance<py::array_t<double>>(a);
    if (!is_double && !py::isinstance<py::array_t<float>>(a))
      barograph::raise<barograph::invalid_argument>(
          "x: an array of another type, expected float64 or float32");
    return is_double;
  };
  if (py::isinstance<py::array>(x)) {
    const auto a = py::reinterpret_borrow<py::array>(x);
    if (a.ndim() != 2)
      barograph::raise<barograph::invalid_argument>("x: " + std::to_string(a.ndim()) +
                                                    " dimensions given, expected 2");
    for (py::ssize_t c = 0; c < a.shape(1); ++c)
      columns.push_back(
          {static_cast<const unsigned char*>(a.data()) + c * a.strides(1), a.strides(0), wide(a)});
    return {std::move(columns), static_cast<std::size_t>(a.shape(0))};
  }
  std::size_t rows = 0;
  for (const py::handle& item : py::reinterpret_borrow<py::list>(x)) {
    const auto a = py::reinterpret_borrow<py::array>(item);
    const auto size = static_cast<std::size_t>(a.size());
    if (a.ndim() != 1 || (!columns.empty() && size != rows))
      barograph::raise<barograph::invalid_argument>("x: columns of unequal length given");
    rows = size;
    columns.push_back({static_cast<const unsigned char*>(a.data()), a.strides(0), wide(a)});
  }
  return {std::move(columns), rows};
}

}  // namespace barograph_bindings
