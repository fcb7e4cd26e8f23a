// Bindings of include/barograph/detect/half_space_trees.hpp.
#include "barograph/detect/half_space_trees.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "register.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {

void register_detect_online(py::module_& m) {
  using bg::half_space_trees;
  using bound = guarded<half_space_trees>;
  py::class_<bound> c(m, "HalfSpaceTrees");
  c.def(py::init([](const std::vector<double>& low, const std::vector<double>& high, std::uint32_t trees,
                    std::uint32_t depth, std::uint32_t window, std::uint64_t seed) {
          return std::make_unique<bound>(half_space_trees(low, high, {trees, depth, window, seed}));
        }),
        py::arg("low"), py::arg("high"), py::arg("trees"), py::arg("depth"), py::arg("window"),
        py::arg("seed"));
  c.def(
      "update_many",
      [](bound& self, const double_array& x) {
        if (x.ndim() != 2) bg::raise<bg::invalid_argument>("x: expected two dimensions");
        py::array_t<double> out(x.shape(0));
        const auto rows = static_cast<std::size_t>(x.shape(0));
        const auto columns = static_cast<std::size_t>(x.shape(1));
        double* const o = out.mutable_data();
        update_in_pieces(self, rows,
                         [&, data = x.data()](half_space_trees& t, std::size_t begin, std::size_t end) {
                           t.update(bg::matrix_view{data + begin * columns, end - begin, columns,
                                                    static_cast<std::ptrdiff_t>(columns), 1},
                                    bg::span<double>(o + begin, end - begin));
                         });
        return out;
      },
      py::arg("x").noconvert());
  c.def("columns", reader(&half_space_trees::columns));
  c.def("count", reader(&half_space_trees::count));
  c.def("options", [](const bound& self) {
    const auto o = read(self, [](const half_space_trees& t) { return t.options(); });
    return py::make_tuple(o.trees, o.depth, o.window, o.seed);
  });
  c.def("reset", [](bound& self) { write(self, [](half_space_trees& t) { t.reset(); }); });
  c.def("copy", [](const bound& self) { return std::make_unique<bound>(self.copy()); });
  c.def("to_bytes", [](const bound& self) { return py::bytes(self.copy().to_bytes()); });
  c.def_static(
      "from_bytes",
      [](const py::bytes& data, std::size_t max_bytes) {
        return std::make_unique<bound>(half_space_trees::from_bytes(data, bg::byte_limits{max_bytes}));
      },
      py::arg("data"), py::arg("max_bytes") = bg::byte_limits{}.max_bytes);
}

}  // namespace barograph_bindings
