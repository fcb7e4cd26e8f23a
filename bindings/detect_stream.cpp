// Bindings of detect/stream_detector.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <string>

#include "barograph/detect/stream_detector.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

using detector = bg::detect::stream_detector;
using second_array = array_of<std::int64_t>;

/// Figures of rows, a column each: score, threshold, alarm, finding, expected, margin; parts: rows x ways.
py::tuple push_many(guarded<detector>& self, const second_array& seconds, const double_array& values,
                    const second_array& ahead) {
  const auto n = static_cast<py::ssize_t>(values.size());
  if (seconds.size() != n)
    bg::raise<bg::invalid_argument>("seconds: " + std::to_string(seconds.size()) + " given, expected " +
                                    std::to_string(n));
  if (ahead.size() != n)
    bg::raise<bg::invalid_argument>("ahead: " + std::to_string(ahead.size()) + " given, expected " +
                                    std::to_string(n));
  py::array_t<double> columns({py::ssize_t{5}, n});
  py::array_t<bool> finding(n);
  py::array_t<double> parts({n, static_cast<py::ssize_t>(detector::ways)});
  double* out = columns.mutable_data();
  double* part = parts.mutable_data();
  bool* found = finding.mutable_data();
  const std::int64_t* t = seconds.data();
  const std::int64_t* clock = ahead.data();
  const double* x = values.data();
  const auto rows = static_cast<std::size_t>(n);
  {
    const interruptible call;
    self.change([&](detector& d) {
      for (std::size_t i = 0; i < rows; ++i) {
        if (i % 16384 == 0) bg::check_interrupt();
        const detector::result r = d.push(t[i], x[i], clock[i]);
        const double column[5] = {r.score, r.threshold, r.alarm, r.expected, r.margin};
        for (std::size_t k = 0; k < 5; ++k) out[k * rows + i] = column[k];
        found[i] = r.finding;
        for (const double p : d.parts()) *part++ = p;
      }
    });
  }
  return py::make_tuple(columns, finding, parts);
}

}  // namespace

void register_detect_stream(py::module_& m) {
  py::tuple names(detector::ways);
  for (std::size_t i = 0; i < detector::ways; ++i) names[i] = detector::way_names[i];
  m.attr("STREAM_WAYS") = names;
  py::class_<guarded<detector>>(m, "StreamDetector")
      .def(py::init([] { return std::make_unique<guarded<detector>>(detector()); }))
      .def("push", &push_many, py::arg("seconds").noconvert(), py::arg("values").noconvert(),
           py::arg("ahead").noconvert())
      .def("clock",
           [](const guarded<detector>& self) {
             const bg::detect::stream_clock c = self.with([](const detector& d) { return d.clock(); });
             return py::make_tuple(c.second, c.ago, c.step, c.rows);
           })
      .def(
          "set_clock",
          [](guarded<detector>& self, std::int64_t second, std::uint64_t ago, std::int64_t step,
             std::uint64_t rows) {
            self.change([=](detector& d) { d.set_clock({second, ago, step, rows}); });
          },
          py::arg("second"), py::arg("ago"), py::arg("step"), py::arg("rows"))
      .def("to_bytes",
           [](const guarded<detector>& self) {
             return py::bytes(read(self, [](const detector& d) { return d.to_bytes(); }));
           })
      .def_static(
          "from_bytes",
          [](const py::bytes& data, std::size_t max_bytes) {
            const std::string bytes = data;
            const py::gil_scoped_release release;
            return std::make_unique<guarded<detector>>(
                detector::from_bytes(bytes, bg::byte_limits{max_bytes}));
          },
          py::arg("data"), py::arg("max_bytes"))
      .def("__copy__",
           [](const guarded<detector>& self) { return std::make_unique<guarded<detector>>(self.copy()); });
}

}  // namespace barograph_bindings
