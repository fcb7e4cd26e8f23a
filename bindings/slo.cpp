// slo: Apdex, latency summary, policy, health score.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
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
#include "state_binding.hpp"

using namespace barograph;

namespace barograph_bindings {
namespace {

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

/// Adds update(latency, error, n) and update_many(latencies[, errors]) for a state of requests.
template <class State>
void bind_requests(py::class_<guarded<State>>& c) {
  using bound = guarded<State>;
  using flags = array_of<bool>;
  c.def(
      "update",
      [](bound& self, double latency, bool error, std::uint64_t n) {
        write_at_once(self, [=](State& s) { s.update(latency, error, n); });
      },
      py::arg("latency"), py::arg("error"), py::arg("n"));
  c.def(
      "update_many",
      [](bound& self, const number_array& latencies) {
        const number_span& x = latencies.numbers;
        update_in_pieces(self, x.size(), [x](State& s, std::size_t begin, std::size_t end) {
          barograph::update(s, x.subspan(begin, end - begin));
        });
      },
      py::arg("latencies").noconvert());
  c.def(
      "update_many",
      [](bound& self, const number_array& latencies, const flags& errors) {
        // As bytes: an array that is a view of others may hold more than 0 and 1.
        const span<const std::uint8_t> failed(static_cast<const std::uint8_t*>(errors.request().ptr),
                                              static_cast<std::size_t>(errors.size()));
        const number_span& x = latencies.numbers;
        if (x.size() != failed.size())  // the engine's error, before anything is cut
          return write(self, [&](State& s) { s.update(x.as_doubles(), failed); });
        update_in_pieces(self, x.size(), [=](State& s, std::size_t begin, std::size_t end) {
          x.subspan(begin, end - begin).for_each_block([&](std::size_t at, span<const double> block) {
            s.update(block, failed.subspan(begin + at, block.size()));
          });
        });
      },
      py::arg("latencies").noconvert(), py::arg("errors").noconvert());
}

py::tuple pair_of(const interval& i) { return py::make_tuple(i.lower, i.upper); }

void register_apdex(py::module_& m) {
  using bound = guarded<apdex>;
  auto c = bind_state<apdex>(m, "Apdex");
  c.def(py::init([](double threshold, std::optional<double> tolerating) {
          return std::make_unique<bound>(tolerating ? apdex(threshold, *tolerating) : apdex(threshold));
        }),
        py::arg("threshold"), py::arg("tolerating") = py::none());
  bind_requests(c);
  c.def("threshold", reader(&apdex::threshold));
  c.def("tolerating_limit", reader(&apdex::tolerating_limit));
  c.def("satisfied", reader(&apdex::satisfied));
  c.def("tolerating", reader(&apdex::tolerating));
  c.def("frustrated", reader(&apdex::frustrated));
  c.def("missing", reader(&apdex::missing));
  c.def("count", reader(&apdex::count));
  c.def("score", reader(&apdex::score));
  c.def("notation", reader(&apdex::notation), py::arg("units_per_second"));
  c.def(
      "rating",
      [](const bound& self, const std::string& bands) {
        return self.copy().rating(apdex_bands::named(bands));
      },
      py::arg("bands"));
  c.def(
      "rating",
      [](const bound& self, const std::vector<double>& bands) {
        return self.copy().rating(apdex_bands{bands});
      },
      py::arg("bands"));
}

void register_latency_summary(py::module_& m) {
  using summary = latency_summary;
  using bound = guarded<summary>;
  auto c = bind_state<summary>(m, "LatencySummary");
  c.def(py::init([](const policy& p) { return std::make_unique<bound>(summary(p)); }), py::arg("policy"));
  bind_requests(c);
  c.def("count", reader(&summary::count));
  c.def("errors", reader(&summary::errors));
  c.def("missing", reader(&summary::missing));
  c.def("error_rate", reader(&summary::error_rate));
  c.def("mean", reader(&summary::mean));
  c.def("std", reader(&summary::std), py::arg("ddof"));
  c.def("min", reader(&summary::min));
  c.def("max", reader(&summary::max));
  c.def("relative_error", reader(&summary::relative_error));
  c.def("quantile", reader(&summary::quantile), py::arg("q"));
  c.def(
      "quantile_interval",
      [](const bound& self, double q, double confidence) {
        return pair_of(read(self, [=](const summary& s) { return s.quantile_interval(q, confidence); }));
      },
      py::arg("q"), py::arg("confidence"));
  c.def(
      "error_interval",
      [](const bound& self, double confidence) {
        return pair_of(read(self, [=](const summary& s) { return s.error_interval(confidence); }));
      },
      py::arg("confidence"));
  c.def("apdex", [](const bound& self) {
    return std::make_unique<guarded<apdex>>(read(self, [](const summary& s) { return s.apdex_counts(); }));
  });
  c.def("latencies", [](const bound& self) {
    return std::make_unique<guarded<quantile_histogram>>(
        read(self, [](const summary& s) { return s.latencies(); }));
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
      .def_static("check_table", &check_policy_table, py::arg("table"))
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
void register_slo(py::module_& m) {
  register_apdex(m);
  register_policy(m);
  register_latency_summary(m);
  register_health(m);
}
}  // namespace barograph_bindings
