// DirectMethod: a method of a Python class whose common call, one float, goes to the engine at once.
//
// A method in Python costs a frame, in which CPython does nothing here but look at its arguments and call
// on: 40 ns or so, as much as what the engine does in a call. All other calls go to the Python method that
// this one was made of, and so do its name, signature and documentation.
#include <pybind11/pybind11.h>
#include <structmember.h>

#include <cstddef>

#include "register.hpp"

namespace py = pybind11;

namespace {

struct direct_method {
  PyObject_HEAD          // NOLINT: CPython's macro
      PyObject* python;  ///< what takes all other calls
  PyObject* engine;      ///< the name of the engine's method
  PyObject* attributes;  ///< __dict__
  bool returns_self;     ///< instead of the None that the engine gives
  vectorcallfunc call;
  // What the last call found out, and holds again for objects of the same types.
  PyTypeObject *type, *engine_type;
  Py_ssize_t place;      ///< of the engine in such an object
  PyCFunction function;  ///< of the engine
};

PyObject* name_of_engine() {
  static PyObject* const name = PyUnicode_InternFromString("_engine");
  return name;
}

/// Where objects of the type keep their engine, and what its method is; false if it is not found.
bool look_up(direct_method* method, PyObject* self) {
  const auto type_of = [](PyObject* object) { return reinterpret_cast<PyObject*>(Py_TYPE(object)); };
  const auto slot = py::reinterpret_steal<py::object>(PyObject_GetAttr(type_of(self), name_of_engine()));
  const auto engine = py::reinterpret_steal<py::object>(PyObject_GetAttr(self, name_of_engine()));
  if (!slot || !engine) return false;
  const auto found =
      py::reinterpret_steal<py::object>(PyObject_GetAttr(type_of(engine.ptr()), method->engine));
  if (!found || !Py_IS_TYPE(slot.ptr(), &PyMemberDescr_Type) || !Py_IS_TYPE(found.ptr(), &PyMethodDescr_Type))
    return false;
  const PyMethodDef* const definition = reinterpret_cast<PyMethodDescrObject*>(found.ptr())->d_method;
  if (definition->ml_flags != METH_O) return false;
  Py_XSETREF(method->type, reinterpret_cast<PyTypeObject*>(Py_NewRef(type_of(self))));
  Py_XSETREF(method->engine_type, reinterpret_cast<PyTypeObject*>(Py_NewRef(type_of(engine.ptr()))));
  method->place = reinterpret_cast<PyMemberDescrObject*>(slot.ptr())->d_member->offset;
  method->function = definition->ml_meth;
  return true;
}

PyObject* call_directly(PyObject* self, PyObject* const* arguments, std::size_t flags, PyObject* keywords) {
  auto* const method = reinterpret_cast<direct_method*>(self);
  if (PyVectorcall_NARGS(flags) != 2 || keywords != nullptr || !PyFloat_CheckExact(arguments[1]))
    return PyObject_Vectorcall(method->python, arguments, flags, keywords);
  if (Py_TYPE(arguments[0]) != method->type && !look_up(method, arguments[0])) {
    PyErr_Clear();
    return PyObject_Vectorcall(method->python, arguments, flags, keywords);
  }
  char* const object = reinterpret_cast<char*>(arguments[0]);
  PyObject* const engine = *reinterpret_cast<PyObject**>(object + method->place);
  if (engine == nullptr || Py_TYPE(engine) != method->engine_type)
    return PyObject_Vectorcall(method->python, arguments, flags, keywords);
  Py_INCREF(engine);  // another thread may give the object another one meanwhile
  PyObject* const result = method->function(engine, arguments[1]);
  Py_DECREF(engine);
  if (result == nullptr || !method->returns_self) return result;
  Py_DECREF(result);
  return Py_NewRef(arguments[0]);
}

PyObject* make(PyTypeObject* type, PyObject* arguments, PyObject* keywords) {
  static const char* names[] = {"python", "engine", "returns_self", nullptr};
  PyObject *python = nullptr, *engine = nullptr;
  int returns_self = 0;
  if (PyArg_ParseTupleAndKeywords(arguments, keywords, "OU|p", const_cast<char**>(names), &python, &engine,
                                  &returns_self) == 0)
    return nullptr;
  PyObject* const made = type->tp_alloc(type, 0);
  if (made == nullptr) return nullptr;
  auto* const method = reinterpret_cast<direct_method*>(made);
  method->python = Py_NewRef(python);
  method->engine = Py_NewRef(engine);
  PyUnicode_InternInPlace(&method->engine);
  method->returns_self = returns_self != 0;
  method->call = &call_directly;
  return made;
}

int visit_all(PyObject* self, visitproc visit, void* arg) {
  const auto* const method = reinterpret_cast<direct_method*>(self);
  Py_VISIT(method->python);
  Py_VISIT(method->attributes);
  Py_VISIT(method->type);
  Py_VISIT(method->engine_type);
  Py_VISIT(Py_TYPE(self));
  return 0;
}

int clear(PyObject* self) {
  auto* const method = reinterpret_cast<direct_method*>(self);
  Py_CLEAR(method->python);
  Py_CLEAR(method->engine);
  Py_CLEAR(method->attributes);
  Py_CLEAR(method->type);
  Py_CLEAR(method->engine_type);
  return 0;
}

void destroy(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* bound_to(PyObject* self, PyObject* object, PyObject*) {
  return object == nullptr ? Py_NewRef(self) : PyMethod_New(self, object);
}

PyMemberDef members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(direct_method, attributes), READONLY, nullptr},
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(direct_method, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};

PyGetSetDef dictionary[] = {
    {"__dict__", &PyObject_GenericGetDict, &PyObject_GenericSetDict, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(&make)},
                       {Py_tp_call, reinterpret_cast<void*>(&PyVectorcall_Call)},
                       {Py_tp_descr_get, reinterpret_cast<void*>(&bound_to)},
                       {Py_tp_traverse, reinterpret_cast<void*>(&visit_all)},
                       {Py_tp_clear, reinterpret_cast<void*>(&clear)},
                       {Py_tp_dealloc, reinterpret_cast<void*>(&destroy)},
                       {Py_tp_members, members},
                       {Py_tp_getset, dictionary},
                       {0, nullptr}};

PyType_Spec spec = {
    "barograph._core.DirectMethod", sizeof(direct_method), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    slots};

}  // namespace

namespace barograph_bindings {

void register_direct_method(py::module_& m) {
  m.attr("DirectMethod") = py::reinterpret_steal<py::object>(PyType_FromSpec(&spec));
}

}  // namespace barograph_bindings
