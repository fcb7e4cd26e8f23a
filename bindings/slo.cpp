// slo: Apdex, latency summary, policy, health score.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "barograph/slo/apdex.hpp"
#include "barograph/slo/health.hpp"
#include "barograph/slo/latency_summary.hpp"
#include "barograph/slo/policy.hpp"
#include "barograph/slo/policy_toml.hpp"
#include "guarded.hpp"
#include "register.hpp"

namespace py = pybind11;
using namespace barograph;

namespace {

using barograph_bindings::guarded;
using numbers = py::array_t<double, py::array::c_style | py::array::forcecast>;
using flags = py::array_t<bool, py::array::c_style | py::array::forcecast>;

template <class T, class Array>
span<T> view(const Array& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

toml_number to_number(const std::string& key, const py::handle& v) {
  if (py::isinstance<py::bool_>(v) || (!py::isinstance<py::int_>(v) && !py::isinstance<py::float_>(v)))
    raise<invalid_argument>(key + ": given " + std::string(py::repr(v)) + ", expected a number");
  return {py::float_(py::reinterpret_borrow<py::object>(v)), py::isinstance<py::int_>(v)};
}

/// What tomllib gives, as the engine's reader would have it.
toml_value to_toml_value(const std::string& key, const py::object& v) {
  if (py::isinstance<py::bool_>(v)) return v.cast<bool>();
  if (py::isinstance<py::str>(v)) return v.cast<std::string>();
  if (!py::isinstance<py::list>(v) && !py::isinstance<py::tuple>(v)) return to_number(key, v);
  std::vector<toml_number> out;
  for (const py::handle& item : v) out.push_back(to_number(key, item));
  return out;
}

py::object to_python(const std::optional<toml_value>& v) {
  struct convert {
    py::object operator()(bool b) const { return py::bool_(b); }
    py::object operator()(const toml_number& n) const {
      if (n.integer) return py::int_(static_cast<long>(n.value));
      return py::float_(n.value);
    }
    py::object operator()(const std::string& s) const { return py::str(s); }
    py::object operator()(const std::vector<toml_number>& a) const {
      py::tuple out(a.size());
      for (std::size_t i = 0; i < a.size(); ++i) out[i] = (*this)(a[i]);
      return out;
    }
  };
  if (!v) return py::none();
  return std::visit(convert{}, *v);
}

/// What every state has, by the names of DESIGN.
template <class State>
py::class_<guarded<State>> bind_state(py::module_& m, const char* name) {
  using bound = guarded<State>;
  return py::class_<bound>(m, name)
      .def("update", [](bound& self, double latency, bool error,
                        std::uint64_t n) { self.change([&](State& s) { s.update(latency, error, n); }); })
      .def("update_many",
           [](bound& self, const numbers& latencies) {
             const auto x = view<const double>(latencies);
             const py::gil_scoped_release free;
             self.change([&](State& s) { s.update(x); });
           })
      .def("update_many",
           [](bound& self, const numbers& latencies, const flags& errors) {
             const auto x = view<const double>(latencies);
             const auto e = view<const bool>(errors);
             const py::gil_scoped_release free;
             self.change([&](State& s) { s.update(x, e); });
           })
      .def("merge",
           [](bound& self, const bound& other) {
             const State part = other.copy();
             self.change([&](State& s) { s.merge(part); });
           })
      .def("subtract",
           [](bound& self, const bound& other) {
             const State part = other.copy();
             self.change([&](State& s) { s.subtract(part); });
           })
      .def("reset", [](bound& self) { self.change([](State& s) { s.reset(); }); })
      .def("copy", [](const bound& self) { return std::make_unique<bound>(self.copy()); })
      .def("equals", [](const bound& self, const bound& other) { return self.copy() == other.copy(); })
      .def("to_bytes", [](const bound& self) { return py::bytes(self.copy().to_bytes()); })
      .def_static(
          "from_bytes",
          [](const py::bytes& bytes, std::size_t max_bytes) {
            return std::make_unique<bound>(State::from_bytes(bytes, byte_limits{max_bytes}));
          },
          py::arg("data"), py::arg("max_bytes") = byte_limits{}.max_bytes);
}

/// A getter that reads the state under its lock.
template <class State, class Get>
auto read(Get get) {
  return [get](const guarded<State>& self) {
    return self.with([get](const State& s) { return std::invoke(get, s); });
  };
}

void register_apdex(py::module_& m) {
  using bound = guarded<apdex>;
  bind_state<apdex>(m, "Apdex")
      .def(py::init([](double threshold, std::optional<double> tolerating) {
             return std::make_unique<bound>(tolerating ? apdex(threshold, *tolerating) : apdex(threshold));
           }),
           py::arg("threshold"), py::arg("tolerating") = py::none())
      .def_property_readonly("threshold", read<apdex>(&apdex::threshold))
      .def_property_readonly("tolerating_limit", read<apdex>(&apdex::tolerating_limit))
      .def_property_readonly("satisfied", read<apdex>(&apdex::satisfied))
      .def_property_readonly("tolerating", read<apdex>(&apdex::tolerating))
      .def_property_readonly("frustrated", read<apdex>(&apdex::frustrated))
      .def_property_readonly("missing", read<apdex>(&apdex::missing))
      .def_property_readonly("count", read<apdex>(&apdex::count))
      .def_property_readonly("score", read<apdex>(&apdex::score))
      .def("notation",
           [](const bound& self, double units_per_second) { return self.copy().notation(units_per_second); })
      .def("rating", [](const bound& self,
                        const std::string& bands) { return self.copy().rating(apdex_bands::named(bands)); })
      .def("rating", [](const bound& self, const std::vector<double>& limits) {
        return self.copy().rating(apdex_bands{limits});
      });
}

void register_latency_summary(py::module_& m) {
  using summary = latency_summary;
  using bound = guarded<summary>;
  bind_state<summary>(m, "LatencySummary")
      .def(py::init([](const policy& p) { return std::make_unique<bound>(summary(p)); }))
      .def_property_readonly("count", read<summary>(&summary::count))
      .def_property_readonly("errors", read<summary>(&summary::errors))
      .def_property_readonly("missing", read<summary>(&summary::missing))
      .def_property_readonly("error_rate", read<summary>(&summary::error_rate))
      .def_property_readonly("mean", read<summary>(&summary::mean))
      .def_property_readonly("min", read<summary>(&summary::min))
      .def_property_readonly("max", read<summary>(&summary::max))
      .def_property_readonly("relative_error", read<summary>(&summary::relative_error))
      .def_property_readonly(
          "apdex",
          [](const bound& self) { return std::make_unique<guarded<apdex>>(self.copy().apdex_counts()); })
      .def("std", [](const bound& self, std::uint64_t ddof) { return self.copy().std(ddof); })
      .def("quantile", [](const bound& self,
                          double q) { return self.with([q](const summary& s) { return s.quantile(q); }); })
      .def("quantile_interval",
           [](const bound& self, double q, double confidence) {
             const interval i = self.copy().quantile_interval(q, confidence);
             return std::make_tuple(i.lower, i.upper);
           })
      .def("error_interval", [](const bound& self, double confidence) {
        const interval i = self.copy().error_interval(confidence);
        return std::make_tuple(i.lower, i.upper);
      });
}

void register_policy(py::module_& m) {
  py::class_<policy>(m, "Policy")
      .def(py::init<>())
      .def("set", [](policy& self, const std::string& key,
                     const py::object& value) { set_policy_value(self, key, to_toml_value(key, value)); })
      .def("get",
           [](const policy& self, const std::string& key) { return to_python(policy_value(self, key)); })
      .def("validate", &policy::validate)
      .def("to_toml", &write_policy)
      .def_static("from_toml", &read_policy)
      .def_static("keys", &policy_keys);
}

void register_health(py::module_& m) {
  m.def("health_score", [](double latency, double error_rate, double cpu, double memory, double anomaly_rate,
                           double score, const policy& p) {
    const health h = health_score({latency, error_rate, cpu, memory, anomaly_rate, score}, p.health);
    std::vector<std::tuple<std::string, double, double, double>> ledger;
    for (const ledger_entry& e : h.ledger) ledger.emplace_back(e.what, e.value, e.limit, e.points);
    return std::make_tuple(h.score, h.status, ledger);
  });
}

}  // namespace

namespace barograph_bindings {
void register_slo(py::module_& m) {
  register_apdex(m);
  register_policy(m);
  register_latency_summary(m);
  register_health(m);
}
}  // namespace barograph_bindings
