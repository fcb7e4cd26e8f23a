// Bindings of detect/causes.hpp and lead_lag.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/detect/causes.hpp"
#include "barograph/detect/lead_lag.hpp"
#include "interruptible.hpp"

namespace detect = barograph::detect;

namespace barograph_bindings {
namespace {

using doubles = cast_to<double>;
using codes = cast_to<std::int32_t>;
using columns_of = std::vector<barograph::span<const double>>;

columns_of views(const std::vector<doubles>& arrays) {
  columns_of out;
  out.reserve(arrays.size());
  for (const doubles& a : arrays) out.push_back(view(a));
  return out;
}

std::size_t size_of(const columns_of& columns) {
  return columns.empty() ? 0 : columns.size() * columns[0].size();
}

detect::service_graph graph_of(const std::optional<codes>& service, const std::optional<codes>& calls) {
  detect::service_graph graph;
  if (service) graph.service.assign(service->data(), service->data() + service->size());
  if (calls)
    for (py::ssize_t i = 0; i + 1 < calls->size(); i += 2)
      graph.calls.emplace_back(calls->data()[i], calls->data()[i + 1]);
  return graph;
}

}  // namespace

void register_detect_causes(py::module_& m) {
  m.def(
      "metric_traits",
      [](const std::string& name) {
        static constexpr const char* kinds[] = {"", "cpu", "memory", "latency", "errors", "traffic"};
        const detect::metric_traits t = detect::traits_of(name);
        return py::make_tuple(kinds[static_cast<std::size_t>(t.kind)], t.harmful, t.successes);
      },
      py::arg("name"));
  m.def(
      "rank_causes",
      [](const std::vector<doubles>& columns, const std::vector<std::string>& names, std::size_t at,
         std::size_t recent_from, std::size_t tolerance, std::size_t recent, double scatter,
         double relative_floor, double share_floor, double harmless, double silence, bool more_scatter,
         bool successes_as_failures, double common, double explained, double suffering, double outward,
         double resources, const std::optional<codes>& service, const std::optional<codes>& calls,
         std::size_t threads) {
        detect::cause_options how;
        how.tolerance = tolerance;
        how.recent = recent;
        how.scatter = scatter;
        how.relative_floor = relative_floor;
        how.share_floor = share_floor;
        how.harmless = harmless;
        how.silence = silence;
        how.more_scatter = more_scatter;
        how.successes_as_failures = successes_as_failures;
        how.common = common;
        how.explained = explained;
        how.suffering = suffering;
        how.outward = outward;
        how.resources = resources;
        std::vector<detect::metric_traits> traits;
        for (const std::string& name : names) traits.push_back(detect::traits_of(name));
        const columns_of seen = views(columns);
        const detect::service_graph graph = graph_of(service, calls);
        const auto run = barograph::thread_executor::for_size(size_of(seen), threads);
        detect::ranked_causes found;
        {
          const interruptible call;
          found = detect::rank_causes(seen, traits, at, recent_from, how, graph, run);
        }
        const auto n = static_cast<py::ssize_t>(found.causes.size());
        py::array_t<std::int64_t> column(n), onset(n);
        py::array_t<double> score(n), shift(n);
        for (py::ssize_t i = 0; i < n; ++i) {
          const detect::cause& c = found.causes[static_cast<std::size_t>(i)];
          column.mutable_data()[i] = static_cast<std::int64_t>(c.column);
          score.mutable_data()[i] = c.score;
          shift.mutable_data()[i] = c.shift;
          onset.mutable_data()[i] = c.onset;
        }
        return py::make_tuple(found.begin, column, score, shift, onset);
      },
      py::arg("columns"), py::arg("names"), py::arg("at"), py::arg("recent_from") = 0,
      py::arg("tolerance") = 0, py::arg("recent") = 0, py::arg("scatter") = 0.6,
      py::arg("relative_floor") = 0.1, py::arg("share_floor") = 0.005, py::arg("harmless") = 0.3,
      py::arg("silence") = 1.8, py::arg("more_scatter") = true, py::arg("successes_as_failures") = true,
      py::arg("common") = 0.0, py::arg("explained") = 0.3, py::arg("suffering") = 0.2,
      py::arg("outward") = 0.7, py::arg("resources") = 1.2, py::arg("service") = py::none(),
      py::arg("calls") = py::none(), py::arg("threads") = 1);
  m.def(
      "lead_lag",
      [](const std::vector<doubles>& columns, const doubles& target, std::size_t max_lag, std::size_t given,
         bool changes, std::size_t threads) {
        detect::lead_lag_options how;
        how.max_lag = max_lag;
        how.given = given;
        how.changes = changes;
        const columns_of seen = views(columns);
        const barograph::span<const double> y(target.data(), static_cast<std::size_t>(target.size()));
        const auto run = barograph::thread_executor::for_size(size_of(seen) * (max_lag + 1), threads);
        std::vector<detect::association> found;
        {
          const interruptible call;
          found = detect::lead_lag(seen, y, how, run);
        }
        const auto n = static_cast<py::ssize_t>(found.size());
        py::array_t<std::int64_t> column(n), lag(n);
        py::array_t<double> correlation(n), p_value(n), partial(n);
        for (py::ssize_t i = 0; i < n; ++i) {
          const detect::association& a = found[static_cast<std::size_t>(i)];
          column.mutable_data()[i] = static_cast<std::int64_t>(a.column);
          lag.mutable_data()[i] = a.lag;
          correlation.mutable_data()[i] = a.correlation;
          p_value.mutable_data()[i] = a.p_value;
          partial.mutable_data()[i] = a.partial;
        }
        return py::make_tuple(column, lag, correlation, p_value, partial);
      },
      py::arg("columns"), py::arg("target"), py::arg("max_lag"), py::arg("given"), py::arg("changes"),
      py::arg("threads") = 1);
}

}  // namespace barograph_bindings
