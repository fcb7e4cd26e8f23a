// Bindings of include/barograph/stats: the states of items, which are text as well as numbers.
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include "barograph/stats/distinct.hpp"
#include "barograph/stats/top.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

/// The UTF-8 of a str; the view lives as long as the str. Lone surrogates are a UnicodeEncodeError.
std::string_view text_of(const py::handle& object) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(object.ptr(), &size);
  if (data == nullptr) throw py::error_already_set();
  return {data, static_cast<std::size_t>(size)};
}

/// What a list of objects comes to.
struct hashed {
  std::vector<std::uint64_t> hashes;
  std::uint64_t missing = 0;
};

/// Any mixture of str, bool, int, float, and None or NaN for missing.
hashed hashed_objects(const py::list& objects) {
  hashed r;
  r.hashes.reserve(objects.size());
  for (const py::handle object : objects) {
    if (PyUnicode_Check(object.ptr())) {
      r.hashes.push_back(bg::stable_hash(text_of(object)));
    } else if (object.is_none()) {
      ++r.missing;
    } else if (std::strncmp(Py_TYPE(object.ptr())->tp_name, "numpy.bool", 10) ==
               0) {  // 1.26 warns of it as an index
      r.hashes.push_back(bg::stable_hash(static_cast<long long>(PyObject_IsTrue(object.ptr()) == 1)));
    } else if (PyIndex_Check(object.ptr())) {
      const auto integer = py::reinterpret_steal<py::object>(PyNumber_Index(object.ptr()));
      if (!integer) throw py::error_already_set();
      int overflow = 0;
      const long long v = PyLong_AsLongLongAndOverflow(integer.ptr(), &overflow);
      if (overflow > 0) {
        const unsigned long long u = PyLong_AsUnsignedLongLong(integer.ptr());
        if (PyErr_Occurred() != nullptr) throw py::error_already_set();
        r.hashes.push_back(bg::stable_hash(u));
      } else if (overflow < 0) {
        PyErr_SetString(PyExc_OverflowError, "int too small to convert");
        throw py::error_already_set();
      } else {
        r.hashes.push_back(bg::stable_hash(v));
      }
    } else if (PyNumber_Check(object.ptr()) != 0 && PyComplex_Check(object.ptr()) == 0) {
      const double x = PyFloat_AsDouble(object.ptr());
      if (PyErr_Occurred() != nullptr) throw py::error_already_set();
      if (x != x)
        ++r.missing;
      else
        r.hashes.push_back(bg::stable_hash(x));
    } else {
      throw py::type_error(std::string(py::str(py::type::of(object).attr("__name__"))));
    }
  }
  return r;
}

template <class T>
void bind_numbers(py::class_<guarded<bg::distinct>>& c) {
  c.def(
      "update_numbers",
      [](guarded<bg::distinct>& self, const array_of<T>& values) {
        write(self, [v = view(values)](bg::distinct& d) { d.update(v); });
      },
      py::arg("values").noconvert());
}

void bind_distinct(py::module_& m) {
  using bg::distinct;
  using bound = guarded<distinct>;
  auto c = bind_state<distinct>(m, "Distinct");
  c.def(py::init([](int precision) { return std::make_unique<bound>(distinct(precision)); }),
        py::arg("precision"));
  bind_numbers<double>(c);
  bind_numbers<std::int64_t>(c);
  bind_numbers<std::uint64_t>(c);
  c.def(
      "update_objects",
      [](bound& self, const py::list& objects, std::uint64_t n) {
        const hashed given = hashed_objects(objects);
        write(self, [&](distinct& d) { d.update_hashes(given.hashes, given.missing, n); });
      },
      py::arg("objects"), py::arg("n") = 1);
  c.def(
      "update_texts",
      [](bound& self, const py::list& texts, const array_of<std::int64_t>& counts) {
        const hashed given = hashed_objects(texts);
        write(self, [&, n = view(counts)](distinct& d) { d.update_hashes(given.hashes, n); });
      },
      py::arg("texts"), py::arg("counts").noconvert());
  c.def(
      "update_missing",
      [](bound& self, std::uint64_t n) { write(self, [=](distinct& d) { d.update_missing(n); }); },
      py::arg("n"));
  c.def("count", reader(&distinct::count));
  c.def("missing", reader(&distinct::missing));
  c.def("precision", reader(&distinct::precision));
  c.def("exact", reader(&distinct::exact));
  c.def("standard_error", reader(&distinct::standard_error));
  c.def("estimate", reader(&distinct::estimate));
  c.def(
      "estimate_interval",
      [](const bound& self, double confidence) {
        const auto i = read(self, [=](const distinct& d) { return d.estimate_interval(confidence); });
        return std::pair(i.lower, i.upper);
      },
      py::arg("confidence"));
}

/// Views of the texts of a list that nobody changes meanwhile; None is missing.
struct viewed {
  std::vector<std::string_view> texts;
  std::uint64_t missing = 0;
};

viewed viewed_texts(const py::list& objects) {
  viewed r;
  r.texts.reserve(objects.size());
  for (const py::handle object : objects) {
    if (object.is_none() || (PyFloat_Check(object.ptr()) && std::isnan(PyFloat_AS_DOUBLE(object.ptr()))))
      ++r.missing;
    else if (PyUnicode_Check(object.ptr()))
      r.texts.push_back(text_of(object));
    else
      throw py::type_error(std::string(py::str(py::type::of(object).attr("__name__"))));
  }
  return r;
}

/// Bytes that are no UTF-8 (C++ takes any) are shown as U+FFFD.
py::object shown(const std::string& text) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

void bind_top(py::module_& m) {
  using bg::top;
  using bound = guarded<top>;
  auto c = bind_state<top>(m, "Top");
  c.def(py::init([](std::size_t k) { return std::make_unique<bound>(top(k)); }), py::arg("k"));
  c.def(
      "update",
      [](bound& self, const py::str& text, std::uint64_t n) {
        const std::string_view view = text_of(text);
        write_at_once(self, [=](top& t) { t.update(view, n); });
      },
      py::arg("text"), py::arg("n"));
  c.def(
      "update_texts",
      [](bound& self, const py::list& texts) {
        const viewed given = viewed_texts(texts);
        write(self, [&](top& t) {
          t.update(bg::span<const std::string_view>(given.texts));
          t.update_missing(given.missing);
        });
      },
      py::arg("texts"));
  c.def(
      "update_counts",
      [](bound& self, const py::list& texts, const array_of<std::int64_t>& counts) {
        const viewed given = viewed_texts(texts);
        write(self, [&, n = view(counts)](top& t) {
          t.update_counts(bg::span<const std::string_view>(given.texts), n);
        });
      },
      py::arg("texts"), py::arg("counts").noconvert());
  c.def(
      "update_missing",
      [](bound& self, std::uint64_t n) { write(self, [=](top& t) { t.update_missing(n); }); }, py::arg("n"));
  c.def("k", reader(&top::k));
  c.def("count", reader(&top::count));
  c.def("missing", reader(&top::missing));
  c.def("error_bound", reader(&top::error_bound));
  c.def(
      "items",
      [](const bound& self, std::size_t n) {
        py::list list;
        for (const auto& i : read(self, [=](const top& t) { return t.items(n); }))
          list.append(py::make_tuple(shown(i.text), i.at_least, i.at_most));
        return list;
      },
      py::arg("n"));
  c.def(
      "bounds",
      [](const bound& self, const py::str& text) {
        const std::string_view view = text_of(text);
        const auto b = read(self, [=](const top& t) { return t.bounds(view); });
        return std::pair(b.at_least, b.at_most);
      },
      py::arg("text"));
}

}  // namespace

void register_stats_items(py::module_& m) {
  bind_distinct(m);
  bind_top(m);
}

}  // namespace barograph_bindings
