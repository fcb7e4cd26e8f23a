// Arrow's C stream interface for tables of numpy columns: buffers are lent, not copied.
//
// Python lays the buffers out (validity bits, values, offsets); here they are put into the structures
// of the Arrow C data and C stream interfaces (arrow.apache.org/docs/format/CDataInterface.html and
// CStreamInterface.html) and kept alive until the consumer releases them.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace py = pybind11;

namespace {

struct arrow_schema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  arrow_schema** children;
  arrow_schema* dictionary;
  void (*release)(arrow_schema*);
  void* private_data;
};

struct arrow_array {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  arrow_array** children;
  arrow_array* dictionary;
  void (*release)(arrow_array*);
  void* private_data;
};

struct arrow_stream {
  int (*get_schema)(arrow_stream*, arrow_schema* out);
  int (*get_next)(arrow_stream*, arrow_array* out);
  const char* (*get_last_error)(arrow_stream*);
  void (*release)(arrow_stream*);
  void* private_data;
};

/// A column, or a struct of columns, with what keeps its buffers alive.
struct field {
  std::string name, format;
  std::int64_t length = 0, nulls = 0;
  std::vector<const void*> buffers;
  std::vector<std::shared_ptr<const field>> children;
  std::shared_ptr<const field> dictionary;
  py::list owners;  // destroyed with the GIL, see shared()
};

/// Consumers release from any thread.
std::shared_ptr<const field> shared(field&& f) {
  return {new field(std::move(f)), [](const field* p) {
            if (Py_IsInitialized() == 0) return;  // the interpreter is gone, and with it the arrays
            const py::gil_scoped_acquire gil;
            delete p;
          }};
}

constexpr std::int64_t nullable = 2;

/// What an exported structure owns: its field and the structures below it.
template <class Structure>
struct exported {
  std::shared_ptr<const field> of;
  std::vector<Structure> below;  // children, and the dictionary last
  std::vector<Structure*> children;
  std::vector<const void*> buffers;
};

template <class Structure>
void release(Structure* s) {
  auto* own = static_cast<exported<Structure>*>(s->private_data);
  for (Structure& b : own->below)
    if (b.release != nullptr) b.release(&b);  // null where the consumer has moved it out
  s->release = nullptr;
  delete own;
}

void fill(arrow_schema& out, const field& f) {
  out.format = f.format.c_str();
  out.name = f.name.c_str();
  out.metadata = nullptr;
  out.flags = nullable;
}
void fill(arrow_array& out, const field& f) {
  out.length = f.length;
  out.null_count = f.nulls;
  out.offset = 0;
  out.n_buffers = static_cast<std::int64_t>(f.buffers.size());
}
void set_buffers(arrow_schema&, exported<arrow_schema>&) {}
void set_buffers(arrow_array& out, exported<arrow_array>& own) {
  own.buffers = own.of->buffers;
  out.buffers = own.buffers.data();
}

template <class Structure>
void export_field(const std::shared_ptr<const field>& f, Structure* out) {
  auto own = std::make_unique<exported<Structure>>();
  own->of = f;
  own->below.resize(f->children.size() + (f->dictionary ? 1 : 0));
  for (std::size_t i = 0; i < f->children.size(); ++i) {
    export_field(f->children[i], &own->below[i]);
    own->children.push_back(&own->below[i]);
  }
  if (f->dictionary) export_field(f->dictionary, &own->below.back());
  *out = Structure{};
  fill(*out, *f);
  set_buffers(*out, *own);
  out->n_children = static_cast<std::int64_t>(f->children.size());
  out->children = own->children.data();
  out->dictionary = f->dictionary ? &own->below.back() : nullptr;
  out->release = &release<Structure>;
  out->private_data = own.release();
}

/// The table as a stream of one batch.
struct stream_state {
  std::shared_ptr<const field> table;
  bool done = false;
};

template <class F>
int without_exceptions(F&& f) noexcept {
  try {
    f();
    return 0;
  } catch (...) {  // memory
    return ENOMEM;
  }
}

int get_schema(arrow_stream* s, arrow_schema* out) {
  return without_exceptions([&] { export_field(static_cast<stream_state*>(s->private_data)->table, out); });
}

int get_next(arrow_stream* s, arrow_array* out) {
  auto& state = *static_cast<stream_state*>(s->private_data);
  return without_exceptions([&] {
    *out = arrow_array{};  // released: the end
    if (!state.done) export_field(state.table, out);
    state.done = true;
  });
}

const char* get_last_error(arrow_stream*) { return nullptr; }

void release_stream(arrow_stream* s) {
  delete static_cast<stream_state*>(s->private_data);
  s->release = nullptr;
}

/// (name, format, length, nulls, buffers, dictionary or None); a buffer is a contiguous array or None.
field field_of(const py::tuple& t) {
  field f;
  f.name = t[0].cast<std::string>();
  f.format = t[1].cast<std::string>();
  f.length = t[2].cast<std::int64_t>();
  f.nulls = t[3].cast<std::int64_t>();
  for (const py::handle& b : t[4].cast<py::list>()) {
    if (b.is_none()) {
      f.buffers.push_back(nullptr);
      continue;
    }
    const auto array = py::cast<py::array>(b);
    if ((array.flags() & py::array::c_style) == 0)
      throw py::type_error("buffers: a contiguous array expected");
    f.owners.append(array);
    f.buffers.push_back(array.data());
  }
  if (!t[5].is_none()) f.dictionary = shared(field_of(t[5].cast<py::tuple>()));
  return f;
}

py::capsule arrow_stream_of(const py::list& columns, std::int64_t rows) {
  field table;
  table.format = "+s";
  table.length = rows;
  table.buffers = {nullptr};
  for (const py::handle& c : columns) table.children.push_back(shared(field_of(c.cast<py::tuple>())));
  auto state = std::make_unique<stream_state>();
  state->table = shared(std::move(table));
  auto stream = std::make_unique<arrow_stream>(
      arrow_stream{&get_schema, &get_next, &get_last_error, &release_stream, state.release()});
  PyObject* capsule = PyCapsule_New(stream.get(), "arrow_array_stream", [](PyObject* c) {
    auto* s = static_cast<arrow_stream*>(PyCapsule_GetPointer(c, "arrow_array_stream"));
    if (s->release != nullptr) s->release(s);  // null where a consumer has taken it
    delete s;
  });
  if (capsule == nullptr) {
    stream->release(stream.get());
    throw py::error_already_set();
  }
  (void)stream.release();
  return py::reinterpret_steal<py::capsule>(capsule);
}

}  // namespace

namespace barograph_bindings {

void register_arrow(py::module_& m) {
  m.def("arrow_stream", &arrow_stream_of, py::arg("columns"), py::arg("rows"));
}

}  // namespace barograph_bindings
