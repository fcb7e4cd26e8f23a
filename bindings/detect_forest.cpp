// Bindings of detect/isolation_forest.hpp and detect/forest_import.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/detect/forest_import.hpp"
#include "barograph/detect/isolation_forest.hpp"
#include "barograph/kernels.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"
#include "register.hpp"
#include "table_of.hpp"

namespace detect = barograph::detect;

namespace barograph_bindings {
namespace {

using detect::isolation_forest;
using doubles = array_of<double>;
using integers = array_of<std::int64_t>;
using flags = array_of<unsigned char>;

/// Long calls read the forest that was there when they began; what changes it puts another in its place.
using shared = std::shared_ptr<const isolation_forest>;
using bound = guarded<shared>;

shared now(const bound& b) {
  const py::gil_scoped_release released;
  return b.copy();
}

std::unique_ptr<bound> made(isolation_forest&& forest) {
  return std::make_unique<bound>(std::make_shared<const isolation_forest>(std::move(forest)));
}

/// A changed copy takes the place of the forest.
template <class F>
void change(bound& b, F f) {
  const interruptible call;
  b.change([&](shared& forest) {
    isolation_forest next = *forest;
    f(next);
    forest = std::make_shared<const isolation_forest>(std::move(next));
  });
}

detect::forest_options options_of(std::size_t trees, std::size_t samples, std::size_t max_depth,
                                  std::size_t features, std::size_t dimensions, bool bootstrap,
                                  std::uint64_t seed, bool density, std::vector<std::size_t> categorical,
                                  bool like_scikit_learn) {
  detect::forest_options o;
  o.trees = trees;
  o.samples = samples;
  o.max_depth = max_depth;
  o.features = features;
  o.dimensions = dimensions;
  o.bootstrap = bootstrap;
  o.seed = seed;
  o.scoring = density ? detect::forest_scoring::density : detect::forest_scoring::depth;
  o.categorical = std::move(categorical);
  o.like_scikit_learn = like_scikit_learn;
  return o;
}

}  // namespace

void register_detect_forest(py::module_& m) {
  py::class_<bound>(m, "IsolationForest")
      .def_static(
          "fit",
          [](const py::object& x, std::size_t trees, std::size_t samples, std::size_t max_depth,
             std::size_t features, std::size_t dimensions, bool bootstrap, std::uint64_t seed, bool density,
             std::vector<std::size_t> categorical, bool like_scikit_learn,
             const std::optional<doubles>& weights, std::size_t threads) {
            const auto table = table_of(x);
            const auto options = options_of(trees, samples, max_depth, features, dimensions, bootstrap, seed,
                                            density, std::move(categorical), like_scikit_learn);
            const auto w = view(weights);
            const interruptible call;
            const auto work = trees * std::min(samples, table.rows());
            return made(isolation_forest::fit(table, options, w,
                                              barograph::thread_executor::for_size(work, threads)));
          },
          py::arg("x"), py::arg("trees"), py::arg("samples"), py::arg("max_depth"), py::arg("features"),
          py::arg("dimensions"), py::arg("bootstrap"), py::arg("seed"), py::arg("density"),
          py::arg("categorical"), py::arg("like_scikit_learn"), py::arg("weights"), py::arg("threads"))
      .def_static(
          "from_arrays",
          [](const std::vector<integers>& left, const std::vector<integers>& right,
             const std::vector<integers>& feature, const std::vector<doubles>& threshold,
             const std::vector<integers>& rows, const std::vector<flags>& missing_goes_left,
             std::size_t columns, std::uint32_t samples) {
            std::vector<detect::detail::forest_tree> trees;
            for (std::size_t t = 0; t < left.size(); ++t)
              trees.push_back(detect::tree_from_arrays(
                  {view(left.at(t)), view(right.at(t)), view(feature.at(t)), view(threshold.at(t)),
                   view(rows.at(t)), view(missing_goes_left.at(t))},
                  columns, samples, t));
            detect::forest_options options;
            options.samples = samples;
            return made(isolation_forest::from_trees(std::move(trees), columns, options));
          },
          py::arg("left"), py::arg("right"), py::arg("feature"), py::arg("threshold"), py::arg("rows"),
          py::arg("missing_goes_left"), py::arg("columns"), py::arg("samples"))
      .def(
          "score",
          [](const bound& self, const py::object& x, std::size_t threads) {
            const shared forest = now(self);
            const auto table = table_of(x);
            doubles out(static_cast<py::ssize_t>(table.rows()));
            const auto results = room(out);
            const interruptible call;
            forest->score<barograph::kernels::compiled>(
                table, results, barograph::thread_executor::for_size(table.rows(), threads));
            return out;
          },
          py::arg("x"), py::arg("threads"))
      .def(
          "attributions",
          [](const bound& self, const py::object& x, std::size_t threads) {
            const shared forest = now(self);
            const auto table = table_of(x);
            doubles out({static_cast<py::ssize_t>(table.rows()), static_cast<py::ssize_t>(table.columns())});
            const auto results = room(out);
            const interruptible call;
            forest->attributions(table, results,
                                 barograph::thread_executor::for_size(10 * table.rows(), threads));
            return out;
          },
          py::arg("x"), py::arg("threads"))
      .def(
          "calibrate",
          [](bound& self, const py::object& x, double contamination, std::size_t threads) {
            const auto table = table_of(x);
            change(self, [&](isolation_forest& forest) {
              forest.calibrate<barograph::kernels::compiled>(
                  table, contamination, barograph::thread_executor::for_size(table.rows(), threads));
            });
          },
          py::arg("x"), py::arg("contamination"), py::arg("threads"))
      .def(
          "learn_usual",
          [](bound& self, const py::object& x) {
            const auto table = table_of(x);
            change(self, [&](isolation_forest& forest) { forest.learn_usual(table); });
          },
          py::arg("x"))
      .def("knows_usual", [](const bound& self) { return now(self)->knows_usual(); })
      .def(
          "evidence",
          [](const bound& self, const doubles& scores) {
            const shared forest = now(self);
            const auto from = view(scores);
            doubles out(scores.size());
            double* const to = out.mutable_data();
            const interruptible call;
            for (std::size_t i = 0; i < from.size(); ++i)
              to[i] = forest->evidence<barograph::kernels::compiled>(from[i]);
            return out;
          },
          py::arg("scores").noconvert())
      .def(
          "refresh",
          [](bound& self, const py::object& recent, std::size_t count, const std::optional<doubles>& weights,
             std::size_t threads) {
            const auto table = table_of(recent);
            const auto w = view(weights);
            change(self, [&](isolation_forest& forest) {
              forest.refresh(table, count, w,
                             barograph::thread_executor::for_size(
                                 forest.trees().size() * forest.options().samples, threads));
            });
          },
          py::arg("recent"), py::arg("count"), py::arg("weights"), py::arg("threads"))
      .def(
          "extend",
          [](bound& self, const py::object& x, std::size_t count, const std::optional<doubles>& weights,
             std::size_t threads) {
            const auto table = table_of(x);
            const auto w = view(weights);
            change(self, [&](isolation_forest& forest) {
              forest.extend(table, count, w,
                            barograph::thread_executor::for_size(count * forest.options().samples, threads));
            });
          },
          py::arg("x"), py::arg("count"), py::arg("weights"), py::arg("threads"))
      .def(
          "describe",
          [](bound& self, std::vector<std::string> names, std::vector<std::vector<std::string>> labels) {
            change(self, [&](isolation_forest& forest) {
              forest.describe({std::move(names), std::move(labels)});
            });
          },
          py::arg("names"), py::arg("labels"))
      .def(
          "set_threshold",
          [](bound& self, double threshold) {
            change(self, [&](isolation_forest& forest) { forest.set_threshold(threshold); });
          },
          py::arg("threshold"))
      .def("threshold", [](const bound& self) { return now(self)->threshold(); })
      .def("columns", [](const bound& self) { return now(self)->columns(); })
      .def("names", [](const bound& self) { return now(self)->described().names; })
      .def("labels", [](const bound& self) { return now(self)->described().labels; })
      .def("options",
           [](const bound& self) {
             const shared forest = now(self);
             const detect::forest_options& o = forest->options();
             py::dict d;
             d["trees"] = o.trees;
             d["samples"] = o.samples;
             d["max_depth"] = o.max_depth;
             d["features"] = o.features;
             d["dimensions"] = o.dimensions;
             d["bootstrap"] = o.bootstrap;
             d["seed"] = o.seed;
             d["density"] = o.scoring == detect::forest_scoring::density;
             d["categorical"] = o.categorical;
             d["like_scikit_learn"] = o.like_scikit_learn;
             return d;
           })
      .def("copy", [](const bound& self) { return std::make_unique<bound>(now(self)); })
      .def("to_bytes",
           [](const bound& self) { return py::bytes(now(self)->to_bytes<barograph::kernels::compiled>()); })
      .def_static(
          "from_bytes",
          [](const py::bytes& data, std::size_t max_bytes) {
            const std::string bytes = data;
            const py::gil_scoped_release released;
            return made(isolation_forest::from_bytes(bytes, barograph::byte_limits{max_bytes}));
          },
          py::arg("data"), py::arg("max_bytes") = barograph::byte_limits{}.max_bytes);
}

}  // namespace barograph_bindings
