// number_array: an array of Python's that the engine reads where it stands: float64, float32 or int64.
//
// An argument of this type takes such arrays, contiguous, aligned and of the machine's byte order; others
// become float64 first, unless it is noconvert().
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "barograph/core/number_span.hpp"

namespace barograph_bindings {

namespace py = pybind11;

struct number_array {
  py::array held;
  barograph::number_span numbers;

  py::ssize_t size() const { return held.size(); }
};

template <class T>
bool reads_as(const py::array& a, number_array& to) {
  if (!py::dtype::of<T>().equal(a.dtype())) return false;
  to = {a, {static_cast<const T*>(a.data()), static_cast<std::size_t>(a.size())}};
  return true;
}

}  // namespace barograph_bindings

namespace pybind11::detail {

template <>
struct type_caster<barograph_bindings::number_array> {
  PYBIND11_TYPE_CASTER(barograph_bindings::number_array, const_name("numpy.ndarray"));

  bool load(handle source, bool convert) {
    using barograph_bindings::reads_as;
    if (isinstance<array>(source)) {
      auto given = reinterpret_borrow<array>(source);
      constexpr int wanted = npy_api::NPY_ARRAY_C_CONTIGUOUS_ | npy_api::NPY_ARRAY_ALIGNED_;
      if ((given.flags() & wanted) == wanted &&
          (reads_as<double>(given, value) || reads_as<float>(given, value) ||
           reads_as<std::int64_t>(given, value)))
        return true;
    }
    if (!convert) return false;
    auto doubles = array_t<double, array::c_style | array::forcecast>::ensure(source);
    if (!doubles) {
      PyErr_Clear();
      return false;
    }
    return reads_as<double>(doubles, value);
  }
};

}  // namespace pybind11::detail
