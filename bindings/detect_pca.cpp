// Bindings of include/barograph/detect/pca.hpp.
#include "barograph/detect/pca.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"
#include "register.hpp"

namespace py = pybind11;
namespace bg = barograph;

namespace barograph_bindings {
namespace {

/// Doubles of any strides: rows may overlap, as windows of a series do.
using any_array = py::array_t<double, 0>;
using bound = guarded<bg::pca>;

bg::matrix_view view_of(const any_array& x) {
  if (x.ndim() != 2) bg::raise<bg::invalid_argument>("x: expected two dimensions");
  constexpr auto size = static_cast<py::ssize_t>(sizeof(double));
  if (x.strides(0) % size != 0 || x.strides(1) % size != 0)
    bg::raise<bg::invalid_argument>("x: expected strides that are whole doubles");
  return {x.data(), static_cast<std::size_t>(x.shape(0)), static_cast<std::size_t>(x.shape(1)),
          x.strides(0) / size, x.strides(1) / size};
}

bg::thread_executor executor_for(const bg::matrix_view& x, std::size_t threads) {
  return bg::thread_executor::for_size(x.rows, threads);
}

std::unique_ptr<bound> fit(const any_array& x, double share, std::size_t components, bool scale,
                           std::size_t threads) {
  const bg::matrix_view view = view_of(x);
  const interruptible call;
  return std::make_unique<bound>(
      bg::pca::fit<bg::kernels::compiled>(view, {share, components, scale}, executor_for(view, threads)));
}

/// T2 and Q by row, or by row and column.
template <class F>
py::tuple two(const bound& self, const any_array& x, bool by_column, std::size_t threads, F run) {
  const bg::matrix_view view = view_of(x);
  std::vector<py::ssize_t> shape{x.shape(0)};
  if (by_column) shape.push_back(x.shape(1));
  py::array_t<double> t2(shape), q(shape);
  const auto first = room(t2), second = room(q);
  {
    const interruptible call;
    run(self.copy(), view, first, second, executor_for(view, threads));
  }
  return py::make_tuple(t2, q);
}

py::array_t<double> replacements(const bound& self, const any_array& x, double t2_unit, double q_unit,
                                 std::size_t threads) {
  const auto view = view_of(x);
  py::array_t<double> out(std::vector<py::ssize_t>{x.shape(0), x.shape(1)});
  const auto into = room(out);
  {
    const interruptible call;
    self.copy().replacements<bg::kernels::compiled>(view, t2_unit, q_unit, into, executor_for(view, threads));
  }
  return out;
}

/// f(model, i) for each row of t2 and q, without the GIL.
py::array_t<double> log_tail(const bound& self, const array_of<double>& t2, const array_of<double>& q,
                             std::size_t threads) {
  if (t2.size() != q.size()) bg::raise<bg::invalid_argument>("q: expected as many as t2");
  py::array_t<double> out(t2.size());
  const double* const a = t2.data();
  const double* const b = q.data();
  double* const o = out.mutable_data();
  const auto n = static_cast<std::size_t>(t2.size());
  {
    const interruptible call;
    const bg::pca model = self.copy();
    bg::thread_executor::for_size(n, threads)
        .for_each_chunk(n, 4096, [&](std::size_t begin, std::size_t end) {
          for (std::size_t i = begin; i < end; ++i) o[i] = model.log_tail(a[i], b[i]);
        });
  }
  return out;
}

py::dict figures(const bound& self) {
  const bg::pca m = self.copy();
  const std::size_t used = m.used().size();
  std::vector<double> mean(used), unit(used);
  for (std::size_t j = 0; j < used; ++j) {
    mean[j] = m.center(j);
    unit[j] = m.unit(j);
  }
  py::array_t<double> loadings({m.components(), used});
  for (std::size_t c = 0; c < m.components(); ++c)
    for (std::size_t j = 0; j < used; ++j)
      loadings.mutable_at(static_cast<py::ssize_t>(c), static_cast<py::ssize_t>(j)) = m.loading(c, j);
  py::dict d;
  d["columns"] = m.columns();
  d["used"] = py::array_t<std::size_t>(static_cast<py::ssize_t>(used), m.used().data());
  d["count"] = m.rows().count();
  d["incomplete"] = m.rows().incomplete();
  d["mean"] = copied(mean);
  d["unit"] = copied(unit);
  d["variances"] = copied(m.variances());
  d["loadings"] = loadings;
  d["share"] = m.options().share;
  d["components"] = m.options().components;
  d["scale"] = m.options().scale;
  return d;
}

}  // namespace

void register_detect_pca(py::module_& m) {
  py::class_<bound> c(m, "Pca");
  c.def_static("fit", &fit, py::arg("x").noconvert(), py::arg("share"), py::arg("components"),
               py::arg("scale"), py::arg("threads") = 0);
  c.def(
      "update",
      [](bound& self, const any_array& x, std::size_t threads) {
        const bg::matrix_view view = view_of(x);
        const interruptible call;
        self.change([&](bg::pca& p) { p.update<bg::kernels::compiled>(view, executor_for(view, threads)); });
      },
      py::arg("x").noconvert(), py::arg("threads") = 0);
  c.def(
      "merge",
      [](bound& self, const bound& other) {
        const py::gil_scoped_release release;
        const bg::pca o = other.copy();
        self.change([&](bg::pca& p) { p.merge(o); });
      },
      py::arg("other"));
  c.def(
      "score",
      [](const bound& self, const any_array& x, std::size_t threads) {
        return two(self, x, false, threads, [](const auto& model, const auto&... rest) {
          model.template score<bg::kernels::compiled>(rest...);
        });
      },
      py::arg("x").noconvert(), py::arg("threads") = 0);
  c.def(
      "contributions",
      [](const bound& self, const any_array& x, std::size_t threads) {
        return two(self, x, true, threads, [](const auto& model, const auto&... rest) {
          model.template contributions<bg::kernels::compiled>(rest...);
        });
      },
      py::arg("x").noconvert(), py::arg("threads") = 0);
  c.def("replacements", &replacements, py::arg("x").noconvert(), py::arg("t2_unit"), py::arg("q_unit"),
        py::arg("threads") = 0);
  c.def("log_tail", &log_tail, py::arg("t2").noconvert(), py::arg("q").noconvert(), py::arg("threads") = 0);
  c.def(
      "limits",
      [](const bound& self, double alpha) {
        const bg::pca model = self.copy();
        return py::make_tuple(model.t2_limit(alpha), model.q_limit(alpha),
                              model.jackson_mudholkar_limit(alpha));
      },
      py::arg("alpha"));
  c.def("figures", &figures);
  c.def("copy", [](const bound& self) { return std::make_unique<bound>(self.copy()); });
  c.def("to_bytes", [](const bound& self) { return py::bytes(self.copy().to_bytes()); });
  c.def_static(
      "from_bytes",
      [](const py::bytes& data, std::size_t max_bytes) {
        const std::string bytes = data;
        const py::gil_scoped_release release;
        return std::make_unique<bound>(bg::pca::from_bytes(bytes, bg::byte_limits{max_bytes}));
      },
      py::arg("data"), py::arg("max_bytes") = bg::byte_limits{}.max_bytes);
}

}  // namespace barograph_bindings
