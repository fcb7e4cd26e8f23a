// groupby/: figures and quantiles by group codes, keys to codes.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "barograph/core/executor.hpp"
#include "barograph/groupby/factorize.hpp"
#include "barograph/groupby/kpis.hpp"
#include "barograph/groupby/sketch.hpp"
#include "interruptible.hpp"

namespace py = pybind11;
namespace groupby = barograph::groupby;

namespace {

template <class T>
using array = py::array_t<T, py::array::c_style>;
template <class T>
barograph::span<const T> view(const py::array_t<T, py::array::c_style>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}
template <class T>
barograph::span<const T> view(const std::optional<array<T>>& a) {
  return a ? view(*a) : barograph::span<const T>{};
}

template <class T>
array<T> as_array(std::vector<T>&& values) {
  auto* owner = new std::vector<T>(std::move(values));
  const py::capsule free(owner, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return array<T>(static_cast<py::ssize_t>(owner->size()), owner->data(), free);
}

template <class T>
py::dict kpis(const array<T>& latency, const std::optional<array<unsigned char>>& errors,
              const std::optional<array<std::int32_t>>& codes, std::size_t rows, std::size_t groups,
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
    const barograph_bindings::interruptible call;
    t = groupby::kpis(latencies, failed, group_of, rows, groups, options,
                      barograph::thread_executor::for_size(rows, threads));
  }
  py::dict out;
  out["requests"] = as_array(std::move(t.requests));
  out["errors"] = as_array(std::move(t.errors));
  out["latencies"] = as_array(std::move(t.latencies));
  out["samples"] = as_array(std::move(t.samples));
  out["satisfied"] = as_array(std::move(t.satisfied));
  out["tolerating"] = as_array(std::move(t.tolerating));
  out["sum"] = as_array(std::move(t.sum));
  out["mean"] = as_array(std::move(t.mean));
  out["minimum"] = as_array(std::move(t.minimum));
  out["maximum"] = as_array(std::move(t.maximum));
  out["quantiles"] = as_array(std::move(t.quantiles));
  return out;
}

template <class T>
void def_kpis(py::module_& m) {
  m.def("groupby_kpis", &kpis<T>, py::arg("latency").noconvert(), py::arg("errors"), py::arg("codes"),
        py::arg("rows"), py::arg("groups"), py::arg("quantiles"), py::arg("satisfied"), py::arg("tolerating"),
        py::arg("threads") = 0);
}

}  // namespace

namespace barograph_bindings {

void register_groupby(py::module_& m) {
  def_kpis<double>(m);
  def_kpis<std::int64_t>(m);

  m.def(
      "groupby_sketch_quantiles",
      [](const array<double>& values, const std::optional<array<std::int32_t>>& codes, std::size_t groups,
         const std::vector<double>& qs) {
        array<double> quantiles({static_cast<py::ssize_t>(groups), static_cast<py::ssize_t>(qs.size())});
        const barograph::span<double> out(quantiles.mutable_data(), groups * qs.size());
        const auto in = view(values);
        const auto group_of = view(codes);
        {
          const barograph_bindings::interruptible call;
          groupby::sketch_quantiles(in, group_of, groups, qs, out);
        }
        return quantiles;
      },
      py::arg("values"), py::arg("codes"), py::arg("groups"), py::arg("quantiles"));

  m.def(
      "factorize",
      [](const array<std::int64_t>& keys, bool missing) {
        array<std::int32_t> codes(keys.size());
        const barograph::span<std::int32_t> out(codes.mutable_data(), static_cast<std::size_t>(codes.size()));
        const auto in = view(keys);
        std::vector<std::int64_t> distinct;
        {
          const barograph_bindings::interruptible call;
          distinct = groupby::factorize(in, out, missing);
        }
        return py::make_tuple(codes, as_array(std::move(distinct)));
      },
      py::arg("keys"), py::arg("missing") = false);

  m.def(
      "combine_codes",
      [](const array<std::int32_t>& outer, std::size_t outer_groups, const array<std::int32_t>& inner,
         std::size_t inner_groups) {
        array<std::int64_t> pairs(outer.size());
        const barograph::span<std::int64_t> out(pairs.mutable_data(), static_cast<std::size_t>(pairs.size()));
        const auto a = view(outer);
        const auto b = view(inner);
        {
          const barograph_bindings::interruptible call;
          groupby::combine_codes(a, outer_groups, b, inner_groups, out);
        }
        return pairs;
      },
      py::arg("outer"), py::arg("outer_groups"), py::arg("inner"), py::arg("inner_groups"));
}

}  // namespace barograph_bindings
