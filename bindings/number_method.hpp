// A method of one number that loops call for every value of a stream: CPython calls it directly, in half
// the time that pybind11 needs to look for an overload and its keywords.
//
// What it does must be quick: it keeps the GIL unless somebody else holds the state's lock.
#pragma once

#include <pybind11/pybind11.h>

#include "guarded.hpp"

namespace barograph_bindings {

namespace py = pybind11;

/// Adds `name(x)` to the class, x a number: Call gives the result, or throws.
template <class State, py::object (*Call)(guarded<State>&, double)>
void bind_number_method(py::class_<guarded<State>>& c, const char* name, const char* signature) {
  static const auto method = [](PyObject* self, PyObject* number) -> PyObject* {
    // The descriptor has checked the type of self; one that was never initialised holds nothing.
    auto* const state = static_cast<guarded<State>*>(reinterpret_cast<py::detail::instance*>(self)
                                                         ->get_value_and_holder()
                                                         .template value_ptr<guarded<State>>());
    if (state == nullptr) {
      PyErr_SetString(PyExc_TypeError, "__init__() must be called first");
      return nullptr;
    }
    const double x = PyFloat_AsDouble(number);
    if (x == -1.0 && PyErr_Occurred() != nullptr) return nullptr;
    try {
      return Call(*state, x).release().ptr();
    } catch (py::error_already_set& error) {
      error.restore();
    } catch (...) {
      py::detail::try_translate_exceptions();
    }
    return nullptr;
  };
  static PyMethodDef definition{name, +method, METH_O, signature};
  auto* const type = reinterpret_cast<PyTypeObject*>(c.ptr());
  c.attr(name) = py::reinterpret_steal<py::object>(PyDescr_NewMethod(type, &definition));
}

}  // namespace barograph_bindings
