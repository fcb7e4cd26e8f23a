// Bindings of detect/table_distance.hpp, table_cells.hpp and stream_judge.hpp, the missing rows of the
// columns of a table, and table_evidence.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "barograph/detect/missing_rows.hpp"
#include "barograph/detect/stream_judge.hpp"
#include "barograph/detect/table_cells.hpp"
#include "barograph/detect/table_distance.hpp"
#include "barograph/detect/table_evidence.hpp"
#include "interruptible.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

using distance = bg::detect::table_distance;
using cells = bg::detect::table_cells;
using judge = bg::detect::table_judge;

/// A figure of each cell.
template <class Model, void (Model::*Figure)(bg::span<const double>, bg::span<double>) const>
py::array_t<double> of_cells(const Model& self, const double_array& x) {
  py::array_t<double> out({x.shape(0), x.shape(1)});
  const bg::span<double> into = room(out);
  {
    const interruptible call;
    (self.*Figure)(view(x), into);
  }
  return out;
}

/// score, threshold, alarm as rows of a matrix, and findings.
py::tuple judge_many(guarded<judge>& self, const double_array& first, const double_array& second,
                     const double_array& other) {
  const py::ssize_t n = first.size();
  if (second.size() != n)
    bg::raise<bg::invalid_argument>("second: " + std::to_string(second.size()) + " rows given, expected " +
                                    std::to_string(n));
  if (other.size() != n)
    bg::raise<bg::invalid_argument>("other: " + std::to_string(other.size()) + " rows given, expected " +
                                    std::to_string(n));
  py::array_t<double> columns({py::ssize_t{3}, n});
  py::array_t<bool> finding(n);
  double* out = columns.mutable_data();
  bool* found = finding.mutable_data();
  const double* a = first.data();
  const double* b = second.data();
  const double* c = other.data();
  const auto rows = static_cast<std::size_t>(n);
  {
    const interruptible call;
    self.change([&](judge& j) {
      for (std::size_t i = 0; i < rows; ++i) {
        if (i % 16384 == 0) bg::check_interrupt();
        const bg::detect::stream_verdict v = j.push(a[i], b[i], c[i]);
        out[i] = v.score;
        out[rows + i] = v.threshold;
        out[2 * rows + i] = v.alarm;
        found[i] = v.finding;
      }
    });
  }
  return py::make_tuple(columns, finding);
}

/// Of each cell the evidence that rows of its column are missing, by the rows before it.
py::array_t<double> missing_so_far(const array_of<std::int64_t>& seconds, const double_array& x) {
  const auto rows = static_cast<std::size_t>(x.shape(0)), columns = static_cast<std::size_t>(x.shape(1));
  if (static_cast<std::size_t>(seconds.size()) != rows)
    bg::raise<bg::invalid_argument>("seconds: " + std::to_string(seconds.size()) + " given, expected " +
                                    std::to_string(rows));
  py::array_t<double> out({x.shape(0), x.shape(1)});
  const bg::span<double> evidence = room(out);
  const std::int64_t* t = seconds.data();
  const double* v = x.data();
  {
    const interruptible call;
    std::vector<bg::detect::missing_rows> of_column(columns);
    for (std::size_t i = 0; i < rows; ++i) {
      if (i % 16384 == 0) bg::check_interrupt();
      for (std::size_t c = 0; c < columns; ++c) {
        const std::size_t at = i * columns + c;
        evidence[at] = of_column[c].push(t[i], std::isfinite(v[at]));
      }
    }
  }
  return out;
}

}  // namespace

void register_detect_table(py::module_& m) {
  py::class_<distance>(m, "TableDistance")
      .def(py::init([](const double_array& x, std::uint64_t seed, const double_array& known) {
             if (x.ndim() != 2) bg::raise<bg::invalid_argument>("x: expected 2 dimensions");
             const auto columns = static_cast<std::size_t>(x.shape(1));
             const interruptible call;
             return std::make_unique<distance>(view(x), columns, seed, view(known));
           }),
           py::arg("x").noconvert(), py::arg("seed"), py::arg("known").noconvert())
      .def(
          "score",
          [](const distance& self, const double_array& x) {
            py::array_t<double> near(x.shape(0)), far(x.shape(0)), square(x.shape(0));
            const bg::span<double> a = room(near), b = room(far), c = room(square);
            {
              const interruptible call;
              self.score(view(x), a, b, c);
            }
            return py::make_tuple(near, far, square);
          },
          py::arg("x").noconvert())
      .def("scaled", &of_cells<distance, &distance::scaled>, py::arg("x").noconvert())
      .def("contributions", &of_cells<distance, &distance::contributions>, py::arg("x").noconvert());
  py::class_<cells>(m, "TableCells")
      .def(py::init([](const double_array& x) {
             if (x.ndim() != 2) bg::raise<bg::invalid_argument>("x: expected 2 dimensions");
             const auto columns = static_cast<std::size_t>(x.shape(1));
             const interruptible call;
             return std::make_unique<cells>(view(x), columns);
           }),
           py::arg("x").noconvert())
      .def("evidence", &of_cells<cells, &cells::evidence>, py::arg("x").noconvert())
      .def(
          "rows",
          [](const cells& self, const double_array& first, const double_array& second) {
            std::vector<double> evidence;
            {
              const interruptible call;
              const bg::span<const double> a = view(first), b = view(second);
              evidence = bg::detect::table_evidence({a.begin(), a.end()}, {b.begin(), b.end()}, self.usual());
            }
            return copied(evidence);
          },
          py::arg("first").noconvert(), py::arg("second").noconvert());
  py::class_<guarded<judge>>(m, "TableJudge")
      .def(py::init([] { return std::make_unique<guarded<judge>>(judge()); }))
      .def("push", &judge_many, py::arg("first").noconvert(), py::arg("second").noconvert(),
           py::arg("other").noconvert());
  m.attr("TableJudge").attr("seldom") = judge::seldom;
  m.def("missing_so_far", &missing_so_far, py::arg("seconds").noconvert(), py::arg("x").noconvert());
  m.attr("TableDistance").attr("enough") = std::size_t{distance::enough};
  m.def(
      "drawn_rows",
      [](std::size_t rows, std::size_t most, std::uint64_t seed) {
        return copied<std::int64_t>(bg::detect::drawn_rows(rows, most, seed));
      },
      py::arg("rows"), py::arg("most"), py::arg("seed"));
  m.def(
      "standard_scale",
      [](const double_array& v) {
        const bg::span<const double> values = view(v);
        const auto scale = bg::detect::standard_scale::of({values.begin(), values.end()});
        return py::make_tuple(scale.mean, scale.spread);
      },
      py::arg("values").noconvert());
}

}  // namespace barograph_bindings
