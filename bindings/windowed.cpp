// Bindings of windows over states: include/barograph/stats/windowed.hpp and slo/burn_rate.hpp.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "barograph/slo/apdex.hpp"
#include "barograph/slo/burn_rate.hpp"
#include "barograph/slo/latency_summary.hpp"
#include "barograph/stats/counter.hpp"
#include "barograph/stats/distinct.hpp"
#include "barograph/stats/ewma.hpp"
#include "barograph/stats/exact_sum.hpp"
#include "barograph/stats/moments.hpp"
#include "barograph/stats/proportion.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "barograph/stats/top.hpp"
#include "barograph/stats/trend.hpp"
#include "barograph/stats/windowed.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

template <class T>
using array_of = py::array_t<T, py::array::c_style>;

template <class T>
bg::span<const T> span_of(const array_of<T>& a) {
  return {a.data(), static_cast<std::size_t>(a.size())};
}

/// on time, late, too late.
std::tuple<std::uint64_t, std::uint64_t, std::uint64_t> arrivals_of(const bg::event_time& clock) {
  return {clock.on_time(), clock.late(), clock.too_late()};
}

template <class State>
void bind_windowed(py::module_& m, const char* name) {
  using window = bg::windowed<State>;
  using bound = guarded<window>;
  auto c = bind_state<window>(m, name);
  c.def(py::init([](const guarded<State>& empty, std::int64_t length, std::int64_t slot,
                    std::int64_t lateness, bool rows) {
          const State e = read(empty, [](const State& s) { return s; });
          return std::make_unique<bound>(
              window(e, length, slot, lateness, rows ? bg::window_unit::rows : bg::window_unit::nanoseconds));
        }),
        py::arg("empty"), py::arg("window"), py::arg("slot"), py::arg("lateness"), py::arg("rows"));
  c.def(
      "observe",
      [](bound& self, const array_of<std::int64_t>& times) {
        array_of<bool> accepted(times.size());
        const bg::span<std::uint8_t> flags(static_cast<std::uint8_t*>(accepted.request(true).ptr),
                                           static_cast<std::size_t>(accepted.size()));
        write(self, [&, t = span_of(times)](window& w) { w.observe(t, flags); });
        return accepted;
      },
      py::arg("times").noconvert());
  c.def(
      "merge_slots",
      [](bound& self, const std::vector<std::int64_t>& indices,
         const std::vector<const guarded<State>*>& states) {
        std::vector<typename window::slot> parts;
        for (std::size_t i = 0; i < indices.size() && i < states.size(); ++i)
          parts.push_back({indices[i], read(*states[i], [](const State& s) { return s; })});
        write(self, [&](window& w) { w.merge_slots(parts); });
      },
      py::arg("indices"), py::arg("states"));
  c.def(
      "advance", [](bound& self, std::int64_t time) { write(self, [=](window& w) { w.advance(time); }); },
      py::arg("time"));
  c.def("value", [](const bound& self) {
    return std::make_unique<guarded<State>>(read(self, [](const window& w) { return w.value(); }));
  });
  c.def(
      "value",
      [](const bound& self, std::int64_t slots) {
        return std::make_unique<guarded<State>>(read(self, [=](const window& w) { return w.value(slots); }));
      },
      py::arg("slots"));
  c.def("slots", [](const bound& self) {
    const auto slots = read(self, [](const window& w) { return w.slots(); });
    std::vector<std::pair<std::int64_t, std::unique_ptr<guarded<State>>>> r;
    for (const auto& s : slots) r.emplace_back(s.index, std::make_unique<guarded<State>>(s.state));
    return r;
  });
  c.def("empty_state", [](const bound& self) {
    return std::make_unique<guarded<State>>(read(self, [](const window& w) { return w.empty_state(); }));
  });
  c.def("window", reader(&window::window));
  c.def("slot_length", reader(&window::slot_length));
  c.def("rows", [](const bound& self) {
    return read(self, [](const window& w) { return w.unit() == bg::window_unit::rows; });
  });
  c.def("started",
        [](const bound& self) { return read(self, [](const window& w) { return w.clock().started(); }); });
  c.def("newest",
        [](const bound& self) { return read(self, [](const window& w) { return w.clock().newest(); }); });
  c.def("lateness", [](const bound& self) {
    return read(self, [](const window& w) { return w.clock().allowed_lateness(); });
  });
  c.def("arrivals",
        [](const bound& self) { return read(self, [](const window& w) { return arrivals_of(w.clock()); }); });
}

void bind_burn_rate(py::module_& m) {
  using bg::burn_rate;
  using bound = guarded<burn_rate>;
  using rule = std::tuple<std::int64_t, std::int64_t, double, std::string>;
  auto c = bind_state<burn_rate>(m, "BurnRate");
  c.def(py::init([](double objective, const std::vector<rule>& given, std::int64_t period) {
          std::vector<bg::burn_rule> rules;
          for (const auto& [longer, shorter, threshold, severity] : given)
            rules.push_back({longer, shorter, threshold, severity});
          return std::make_unique<bound>(burn_rate(objective, std::move(rules), period));
        }),
        py::arg("objective"), py::arg("rules"), py::arg("period"));
  c.def_static("workbook", [] {
    std::vector<rule> rules;
    for (const bg::burn_rule& r : burn_rate::workbook())
      rules.emplace_back(r.long_window, r.short_window, r.threshold, r.severity);
    return rules;
  });
  c.def(
      "update_at",
      [](bound& self, std::int64_t time, bool error, std::uint64_t n) {
        write(self, [=](burn_rate& b) { b.update(time, error, n); });
      },
      py::arg("time"), py::arg("error"), py::arg("n"));
  c.def(
      "update_many_at",
      [](bound& self, const array_of<std::int64_t>& times, const array_of<bool>& errors) {
        // As bytes: an array that is a view of others may hold more than 0 and 1.
        const bg::span<const std::uint8_t> failed(static_cast<const std::uint8_t*>(errors.request().ptr),
                                                  static_cast<std::size_t>(errors.size()));
        write(self, [=, t = span_of(times)](burn_rate& b) { b.update(t, failed); });
      },
      py::arg("times").noconvert(), py::arg("errors").noconvert());
  c.def(
      "update_counts_at",
      [](bound& self, const array_of<std::int64_t>& times, const array_of<std::uint64_t>& errors,
         const array_of<std::uint64_t>& requests) {
        write(self, [t = span_of(times), e = span_of(errors), r = span_of(requests)](burn_rate& b) {
          b.update_counts(t, e, r);
        });
      },
      py::arg("times").noconvert(), py::arg("errors").noconvert(), py::arg("requests").noconvert());
  c.def(
      "advance", [](bound& self, std::int64_t time) { write(self, [=](burn_rate& b) { b.advance(time); }); },
      py::arg("time"));
  c.def("objective", reader(&burn_rate::objective));
  c.def("period", reader(&burn_rate::period));
  c.def("rules", [](const bound& self) {
    std::vector<rule> rules;
    for (const bg::burn_rule& r : read(self, [](const burn_rate& b) { return b.rules(); }))
      rules.emplace_back(r.long_window, r.short_window, r.threshold, r.severity);
    return rules;
  });
  c.def(
      "errors",
      [](const bound& self, std::int64_t window) {
        return std::make_unique<guarded<bg::proportion>>(
            read(self, [=](const burn_rate& b) { return b.errors(window); }));
      },
      py::arg("window"));
  c.def("burn", reader(&burn_rate::burn), py::arg("window"));
  c.def("budget_left", reader(&burn_rate::budget_left));
  c.def("newest",
        [](const bound& self) { return read(self, [](const burn_rate& b) { return b.clock().newest(); }); });
  c.def("started",
        [](const bound& self) { return read(self, [](const burn_rate& b) { return b.clock().started(); }); });
  c.def("arrivals", [](const bound& self) {
    return read(self, [](const burn_rate& b) { return arrivals_of(b.clock()); });
  });
  c.def("alerts", [](const bound& self) {
    py::list list;
    for (const bg::burn_alert& a : read(self, [](const burn_rate& b) { return b.alerts(); }))
      list.append(py::make_tuple(a.rule.severity, a.firing, a.rule.long_window, a.rule.short_window,
                                 a.rule.threshold, a.long_burn, a.short_burn, a.budget_spent, a.budget_left,
                                 a.seconds_to_exhaustion, a.text));
    return list;
  });
}

}  // namespace

void register_windowed(py::module_& m) {
  m.def("kind_in_window", [](const std::string& bytes, std::size_t max_bytes) {
    return bg::kind_in_window(bytes, bg::byte_limits{max_bytes});
  });
  bind_windowed<bg::exact_sum>(m, "WindowedExactSum");
  bind_windowed<bg::moments>(m, "WindowedMoments");
  bind_windowed<bg::quantile_histogram>(m, "WindowedQuantileHistogram");
  bind_windowed<bg::proportion>(m, "WindowedProportion");
  bind_windowed<bg::apdex>(m, "WindowedApdex");
  bind_windowed<bg::latency_summary>(m, "WindowedLatencySummary");
  bind_windowed<bg::ewma>(m, "WindowedEwma");
  bind_windowed<bg::counter>(m, "WindowedCounter");
  bind_windowed<bg::distinct>(m, "WindowedDistinct");
  bind_windowed<bg::top>(m, "WindowedTop");
  bind_windowed<bg::trend>(m, "WindowedTrend");
  bind_burn_rate(m);
}

}  // namespace barograph_bindings
