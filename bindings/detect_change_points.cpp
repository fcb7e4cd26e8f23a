// Bindings of change points: the exact segmentation, and the one that goes along with a stream.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "barograph/detect/change_points.hpp"
#include "barograph/detect/online_change_point.hpp"
#include "register.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

py::array_t<std::int64_t> change_points(const double_array& x, bool variances, double penalty, double sigma,
                                        std::size_t least_rows) {
  bg::change_options options;
  options.cost = variances ? bg::change_cost::mean_and_variance : bg::change_cost::mean;
  options.penalty = penalty;
  options.sigma = sigma;
  options.least_rows = least_rows;
  std::vector<std::size_t> found;
  {
    const interruptible call;
    found = bg::change_points(view(x), options);
  }
  return copied<std::int64_t>(found);
}

void bind_online(py::module_& m) {
  using bg::online_change_point;
  using bound = guarded<online_change_point>;
  py::class_<bound> c(m, "OnlineChangePoint");
  c.def(py::init([](double sigma, double limit) {
          return std::make_unique<bound>(online_change_point(sigma, limit));
        }),
        py::arg("sigma"), py::arg("limit"));
  c.def(
      "update",
      [](bound& self, double x) { return write(self, [x](online_change_point& s) { return s.update(x); }); },
      py::arg("x"));
  c.def(
      "statistics",
      [](bound& self, const double_array& values) {
        py::array_t<double> statistics(values.size()), ages(values.size());
        const auto v = view(values);
        update_in_pieces(self, v.size(),
                         [v, o = room(statistics), a = room(ages)](online_change_point& s, std::size_t begin,
                                                                   std::size_t end) {
                           const std::size_t n = end - begin;
                           s.update(v.subspan(begin, n), o.subspan(begin, n), a.subspan(begin, n));
                         });
        return py::make_tuple(statistics, ages);
      },
      py::arg("values").noconvert());
  c.def("sigma", reader(&online_change_point::sigma));
  c.def("limit", reader(&online_change_point::limit));
  c.def("count", reader(&online_change_point::count));
  c.def("nan_count", reader(&online_change_point::nan_count));
  c.def("alarms", reader(&online_change_point::alarms));
  c.def("alarmed", reader(&online_change_point::alarmed));
  c.def("statistic", reader(&online_change_point::statistic));
  c.def("age", reader(&online_change_point::age));
  c.def("reset", [](bound& self) { write(self, [](online_change_point& s) { s.reset(); }); });
  c.def("copy", [](const bound& self) { return std::make_unique<bound>(self.copy()); });
  c.def("to_bytes", [](const bound& self) { return py::bytes(self.copy().to_bytes()); });
  c.def_static(
      "from_bytes",
      [](const py::bytes& data, std::size_t max_bytes) {
        return std::make_unique<bound>(online_change_point::from_bytes(data, bg::byte_limits{max_bytes}));
      },
      py::arg("data"), py::arg("max_bytes") = bg::byte_limits{}.max_bytes);
}

}  // namespace

void register_detect_change_points(py::module_& m) {
  bind_online(m);
  m.def("change_points", &change_points, py::arg("x").noconvert(), py::arg("variances"), py::arg("penalty"),
        py::arg("sigma"), py::arg("least_rows"));
}

}  // namespace barograph_bindings
