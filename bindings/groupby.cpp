// groupby/: figures and quantiles by group codes, keys to codes.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "arrays.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/groupby/factorize.hpp"
#include "barograph/groupby/kpis.hpp"
#include "barograph/groupby/sketch.hpp"
#include "interruptible.hpp"

namespace groupby = barograph::groupby;

namespace barograph_bindings {
namespace {

template <class T>
py::dict kpis(const array_of<T>& latency, const std::optional<array_of<unsigned char>>& errors,
              const std::optional<array_of<std::int32_t>>& codes, std::size_t rows, std::size_t groups,
              std::vector<double> qs, double satisfied, double tolerating, std::size_t threads) {
  groupby::kpi_options options;
  options.quantiles = std::move(qs);
  options.satisfied = satisfied;
  options.tolerating = tolerating;
  const auto latencies = view(latency);
  const auto failed = view(errors);
  const auto group_of = view(codes);
  groupby::kpi_table t;
  {
    const interruptible call;
    t = groupby::kpis(latencies, failed, group_of, rows, groups, options,
                      barograph::thread_executor::for_size(rows, threads));
  }
  py::dict out;
  out["requests"] = handed_over(std::move(t.requests));
  out["errors"] = handed_over(std::move(t.errors));
  out["latencies"] = handed_over(std::move(t.latencies));
  out["samples"] = handed_over(std::move(t.samples));
  out["satisfied"] = handed_over(std::move(t.satisfied));
  out["tolerating"] = handed_over(std::move(t.tolerating));
  out["sum"] = handed_over(std::move(t.sum));
  out["mean"] = handed_over(std::move(t.mean));
  out["minimum"] = handed_over(std::move(t.minimum));
  out["maximum"] = handed_over(std::move(t.maximum));
  out["quantiles"] = handed_over(std::move(t.quantiles));
  return out;
}

template <class T>
void def_kpis(py::module_& m) {
  m.def("groupby_kpis", &kpis<T>, py::arg("latency").noconvert(), py::arg("errors"), py::arg("codes"),
        py::arg("rows"), py::arg("groups"), py::arg("quantiles"), py::arg("satisfied"), py::arg("tolerating"),
        py::arg("threads") = 0);
}

}  // namespace

void register_groupby(py::module_& m) {
  def_kpis<double>(m);
  def_kpis<std::int64_t>(m);

  m.def(
      "groupby_sketch_quantiles",
      [](const array_of<double>& values, const std::optional<array_of<std::int32_t>>& codes,
         std::size_t groups, const std::vector<double>& qs) {
        array_of<double> quantiles({static_cast<py::ssize_t>(groups), static_cast<py::ssize_t>(qs.size())});
        const auto out = room(quantiles);
        const auto in = view(values);
        const auto group_of = view(codes);
        {
          const interruptible call;
          groupby::sketch_quantiles(in, group_of, groups, qs, out);
        }
        return quantiles;
      },
      py::arg("values"), py::arg("codes"), py::arg("groups"), py::arg("quantiles"));

  m.def(
      "factorize",
      [](const array_of<std::int64_t>& keys, bool missing) {
        array_of<std::int32_t> codes(keys.size());
        const auto out = room(codes);
        const auto in = view(keys);
        std::vector<std::int64_t> distinct;
        {
          const interruptible call;
          distinct = groupby::factorize(in, out, missing);
        }
        return py::make_tuple(codes, handed_over(std::move(distinct)));
      },
      py::arg("keys"), py::arg("missing") = false);

  m.def(
      "combine_codes",
      [](const array_of<std::int32_t>& outer, std::size_t outer_groups, const array_of<std::int32_t>& inner,
         std::size_t inner_groups) {
        array_of<std::int64_t> pairs(outer.size());
        const auto out = room(pairs);
        const auto a = view(outer);
        const auto b = view(inner);
        {
          const interruptible call;
          groupby::combine_codes(a, outer_groups, b, inner_groups, out);
        }
        return pairs;
      },
      py::arg("outer"), py::arg("outer_groups"), py::arg("inner"), py::arg("inner_groups"));
}

}  // namespace barograph_bindings
