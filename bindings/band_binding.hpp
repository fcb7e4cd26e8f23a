// Bands out: what the bindings of baseline/ share.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "arrays.hpp"
#include "barograph/baseline/band.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"
#include "number_array.hpp"
#include "series_options.hpp"

namespace barograph_bindings {

/// The columns of a band as an array of shape (4, rows) that owns them.
inline py::array rows_of(barograph::baseline::band band) {
  const auto rows = static_cast<py::ssize_t>(band.size());
  return handed_over(band.release()).reshape({py::ssize_t{4}, rows});
}

inline py::tuple tuple_of(const barograph::baseline::expectation& e) {
  return py::make_tuple(e.expected, e.scale, e.lower, e.upper);
}

/// What a stream told of each of n rows before it took it in, by update(stream, rows, band).
template <class Stream, class F>
py::array told_in_turn(guarded<Stream>& g, std::size_t n, bool even, F update) {
  barograph::baseline::band out(n);
  change_in_turn(g, n, even, [&](Stream& s, const rows_in_turn& rows) {
    if (rows.all) return update(s, rows, out);
    barograph::baseline::band part(rows.count);
    update(s, rows, part);
    for (std::size_t i = 0; i < part.size(); ++i) out.set(rows.at + i, part[i]);
  });
  return rows_of(std::move(out));
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
      [](bound& s, const std::optional<integers>& times, const number_array& x,
         const std::optional<flags>& left_out) {
        const auto t = view(times);
        const auto leave = view(left_out);
        const std::size_t n = x.numbers.size();
        const bool even = (t.empty() || t.size() == n) && (leave.empty() || leave.size() == n);
        return told_in_turn(s, n, even, [&](Stream& r, const rows_in_turn& rows, auto& out) {
          r.update(rows.of(t), rows.of(x.numbers), rows.of(leave), out);
        });
      },
      py::arg("times"), py::arg("x"), py::arg("left_out"));
}

}  // namespace barograph_bindings
