// Bindings of what thresholds need: tails of distributions, and the law of extreme values.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>

#include "barograph/detect/extreme_value.hpp"
#include "barograph/stats/tails.hpp"
#include "register.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

/// f of each value, without the GIL.
template <class F>
py::array_t<double> each(const double_array& values, F f) {
  py::array_t<double> out(values.size());
  double* const o = out.mutable_data();
  const auto v = view(values);
  {
    const interruptible call;
    for (std::size_t i = 0; i < v.size(); ++i) {
      if (i % bg::rows_between_checks == 0) bg::check_interrupt();
      o[i] = f(v[i]);
    }
  }
  return out;
}

void bind_extreme_value(py::module_& m) {
  using bg::extreme_value;
  using bound = guarded<extreme_value>;
  py::class_<bound> c(m, "ExtremeValue");
  c.def(py::init([](const double_array& values, double level) {
          const auto v = view(values);
          const interruptible call;
          return std::make_unique<bound>(extreme_value(v, level));
        }),
        py::arg("values").noconvert(), py::arg("level"));
  c.def(
      "log_tails",
      [](const bound& self, const double_array& values) {
        const extreme_value e = read(self, [](const extreme_value& now) { return now; });
        return each(values, [&](double x) { return e.log_tail(x); });
      },
      py::arg("values").noconvert());
  c.def(
      "update_many",
      [](bound& self, const double_array& values, double q) {
        py::array_t<double> out(values.size());
        constexpr std::size_t piece = 4096;  // the law is fitted anew again and again
        update_in_pieces(
            self, static_cast<std::size_t>(values.size()),
            [x = values.data(), o = out.mutable_data(), q](extreme_value& s, std::size_t begin,
                                                           std::size_t end) {
              for (std::size_t i = begin; i < end; ++i) o[i] = s.update(x[i], q);
            },
            piece);
        return out;
      },
      py::arg("values").noconvert(), py::arg("q"));
  c.def(
      "limit",
      [](const bound& self, double q) {
        return read(self, [q](const extreme_value& e) { return e.limit(q); });
      },
      py::arg("q"));
  c.def("threshold", reader(&extreme_value::threshold));
  c.def("count", reader(&extreme_value::count));
  c.def("beyond", reader(&extreme_value::beyond));
  c.def("shape",
        [](const bound& self) { return read(self, [](const extreme_value& e) { return e.tail().shape; }); });
  c.def("scale",
        [](const bound& self) { return read(self, [](const extreme_value& e) { return e.tail().scale; }); });
  c.def("copy", [](const bound& self) {
    return std::make_unique<bound>(read(self, [](const extreme_value& now) { return now; }));
  });
}

}  // namespace

void register_detect_thresholds(py::module_& m) {
  bind_extreme_value(m);
  m.def(
      "log_t_tails",  // log P(|T| > |t|) of Student's t; infinite degrees: the normal distribution
      [](const double_array& t, const double_array& degrees, bool both_sides) {
        if (t.size() != degrees.size()) bg::raise<bg::invalid_argument>("degrees: expected as many as t");
        const double* const d = degrees.data();
        std::size_t row = 0;
        return each(t, [&, d](double v) { return bg::log_t_tail(v, d[row++], both_sides); });
      },
      py::arg("t").noconvert(), py::arg("degrees").noconvert(), py::arg("both_sides"));
}

}  // namespace barograph_bindings
