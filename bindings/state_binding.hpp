// How a state is bound: behind a lock of its own, with the operations every state has.
//
// The GIL is released before the lock is taken, so a thread that waits for a state never holds up
// the interpreter; an operation on two states copies the second first and never holds two locks.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <utility>

#include "arrays.hpp"
#include "barograph/core/bytes.hpp"
#include "barograph/core/span.hpp"
#include "barograph/stats/state.hpp"
#include "barograph/stats/update.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"
#include "number_array.hpp"
#include "number_method.hpp"

namespace barograph_bindings {

namespace py = pybind11;

/// Contiguous float64; the caller (Python) has already said what it accepts.
using double_array = array_of<double>;

/// f(state) under the state's lock, without the GIL.
template <class State, class F>
auto read(const guarded<State>& g, F f) {
  const py::gil_scoped_release release;
  return g.with(f);
}
template <class State, class F>
auto write(guarded<State>& g, F f) {
  const py::gil_scoped_release release;
  return g.change(f);
}

/// The same of what takes less time than to give the GIL away and get it back, which takes microseconds on
/// a busy machine: a lock that is free is taken at once, and only one that is held is waited for without
/// the GIL.
template <class State, class F>
auto read_at_once(const guarded<State>& g, F f) {
  if (const auto hold = g.try_lock()) return f(g.held());
  return read(g, f);
}
template <class State, class F>
auto write_at_once(guarded<State>& g, F f) {
  if (const auto hold = g.try_lock()) return f(g.change_held());
  return write(g, f);
}

/// A member function without arguments as a bound method that reads one field.
template <class State, class R>
auto field(R (State::*member)() const) {
  return [member](const guarded<State>& g) {
    return read_at_once(g, [&](const State& s) { return (s.*member)(); });
  };
}
template <class State, class R>
auto field(R (State::*member)() const noexcept) {
  return [member](const guarded<State>& g) {
    return read_at_once(g, [&](const State& s) { return (s.*member)(); });
  };
}

/// A member function without arguments (or with one or two numbers) as a bound method.
template <class State, class R, class... A>
auto reader(R (State::*member)(A...) const) {
  return [member](const guarded<State>& g, A... a) {
    return read(g, [&](const State& s) { return (s.*member)(a...); });
  };
}
template <class State, class R, class... A>
auto reader(R (State::*member)(A...) const noexcept) {
  return [member](const guarded<State>& g, A... a) {
    return read(g, [&](const State& s) { return (s.*member)(a...); });
  };
}

/// Registers merge, subtract where there is one, reset, copy, equality and bytes; the caller adds
/// construction, update and figures.
template <class State>
py::class_<guarded<State>> bind_state(py::module_& m, const char* name) {
  using bound = guarded<State>;
  py::class_<bound> c(m, name);
  c.def(
      "merge",
      [](bound& self, const bound& other) {
        const State o = read(other, [](const State& s) { return s; });
        write(self, [&](State& s) { s.merge(o); });
      },
      py::arg("other"));
  if constexpr (barograph::is_subtractable_v<State>) {
    c.def(
        "subtract",
        [](bound& self, const bound& other) {
          const State o = read(other, [](const State& s) { return s; });
          write(self, [&](State& s) { s.subtract(o); });
        },
        py::arg("other"));
  }
  c.def("reset", [](bound& self) { write(self, [](State& s) { s.reset(); }); });
  c.def("copy", [](const bound& self) {
    return std::make_unique<bound>(read(self, [](const State& s) { return s; }));
  });
  c.def("to_bytes",
        [](const bound& self) { return py::bytes(read(self, [](const State& s) { return s.to_bytes(); })); });
  c.def_static(
      "from_bytes",
      [](const py::bytes& data, std::size_t max_bytes) {
        const std::string bytes = data;
        const py::gil_scoped_release release;
        return std::make_unique<bound>(State::from_bytes(bytes, barograph::byte_limits{max_bytes}));
      },
      py::arg("data"), py::arg("max_bytes") = barograph::byte_limits{}.max_bytes);
  return c;
}

template <class State>
py::object add_one(guarded<State>& g, double x) {
  write_at_once(g, [x](State& s) { s.update(x); });
  return py::none();
}

/// Adds update_one(x), update(x, n) and update_many(array) for a state of numbers.
template <class State>
void bind_update(py::class_<guarded<State>>& c) {
  using bound = guarded<State>;
  bind_number_method<State, &add_one<State>>(c, "update_one", "update_one($self, x, /)\n--\n\n");
  c.def(
      "update",
      [](bound& self, double x, std::uint64_t n) { write_at_once(self, [&](State& s) { s.update(x, n); }); },
      py::arg("x"), py::arg("n") = 1);
  c.def(
      "update_many",
      [](bound& self, const number_array& values) {
        const barograph::number_span& v = values.numbers;
        update_in_pieces(self, v.size(), [v](State& s, std::size_t begin, std::size_t end) {
          barograph::update(s, v.subspan(begin, end - begin));
        });
      },
      py::arg("values").noconvert());
}

}  // namespace barograph_bindings
