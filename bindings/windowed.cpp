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

/// on time, late, too late.
std::tuple<std::uint64_t, std::uint64_t, std::uint64_t> arrivals_of(const bg::event_time& clock) {
  return {clock.on_time(), clock.late(), clock.too_late()};
}

/// A window over any state, behind a lock of its own: what Python calls, bound once for all of them (a
/// binding for each state would take the compiler a minute).
class any_window {
 public:
  struct facts {
    std::int64_t window, slot_length, newest, lateness;
    bool rows, started;
    std::tuple<std::uint64_t, std::uint64_t, std::uint64_t> arrivals;
  };

  virtual ~any_window() = default;
  virtual void merge(const any_window& other) = 0;
  virtual void reset() = 0;
  virtual std::unique_ptr<any_window> copy() const = 0;
  virtual std::string to_bytes() const = 0;
  virtual void observe(bg::span<const std::int64_t> times, bg::span<std::uint8_t> accepted) = 0;
  virtual void merge_slots(const std::vector<std::int64_t>& indices,
                           const std::vector<py::object>& states) = 0;
  virtual void advance(std::int64_t time) = 0;
  virtual py::object value() const = 0;
  virtual py::object value(std::int64_t slots) const = 0;
  virtual std::vector<std::pair<std::int64_t, py::object>> slots() const = 0;
  virtual py::object empty_state() const = 0;
  virtual facts about() const = 0;
};

template <class State>
class window_over final : public any_window {
 public:
  using window = bg::windowed<State>;

  explicit window_over(window w) : window_(std::move(w)) {}

  void merge(const any_window& other) override {
    const auto* same = dynamic_cast<const window_over*>(&other);
    if (same == nullptr) throw py::type_error("merge: a window over another state given");
    const window w = read(same->window_, [](const window& o) { return o; });
    write(window_, [&](window& mine) { mine.merge(w); });
  }
  void reset() override {
    write(window_, [](window& w) { w.reset(); });
  }
  std::unique_ptr<any_window> copy() const override {
    return std::make_unique<window_over>(read(window_, [](const window& w) { return w; }));
  }
  std::string to_bytes() const override {
    return read(window_, [](const window& w) { return w.to_bytes(); });
  }
  void observe(bg::span<const std::int64_t> times, bg::span<std::uint8_t> accepted) override {
    write(window_, [&](window& w) { w.observe(times, accepted); });
  }
  void merge_slots(const std::vector<std::int64_t>& indices, const std::vector<py::object>& states) override {
    std::vector<typename window::slot> parts;
    for (std::size_t i = 0; i < indices.size() && i < states.size(); ++i) {
      const auto& state = py::cast<const guarded<State>&>(states[i]);
      parts.push_back({indices[i], read(state, [](const State& s) { return s; })});
    }
    write(window_, [&](window& w) { w.merge_slots(parts); });
  }
  void advance(std::int64_t time) override {
    write(window_, [=](window& w) { w.advance(time); });
  }
  py::object value() const override {
    return bound(read(window_, [](const window& w) { return w.value(); }));
  }
  py::object value(std::int64_t slots) const override {
    return bound(read(window_, [=](const window& w) { return w.value(slots); }));
  }
  std::vector<std::pair<std::int64_t, py::object>> slots() const override {
    const auto all = read(window_, [](const window& w) { return w.slots(); });
    std::vector<std::pair<std::int64_t, py::object>> r;
    for (const auto& s : all) r.emplace_back(s.index, bound(s.state));
    return r;
  }
  py::object empty_state() const override {
    return bound(read(window_, [](const window& w) { return w.empty_state(); }));
  }
  facts about() const override {
    return read(window_, [](const window& w) {
      const bg::event_time& clock = w.clock();
      return facts{w.window(),
                   w.slot_length(),
                   clock.newest(),
                   clock.allowed_lateness(),
                   w.unit() == bg::window_unit::rows,
                   clock.started(),
                   arrivals_of(clock)};
    });
  }

 private:
  static py::object bound(State s) { return py::cast(std::make_unique<guarded<State>>(std::move(s))); }

  guarded<window> window_;
};

void bind_any_window(py::module_& m) {
  py::class_<any_window> c(m, "_AnyWindow");
  c.def("merge", &any_window::merge, py::arg("other"));
  c.def("reset", &any_window::reset);
  c.def("copy", &any_window::copy);
  c.def("to_bytes", [](const any_window& w) { return py::bytes(w.to_bytes()); });
  c.def(
      "observe",
      [](any_window& w, const array_of<std::int64_t>& times) {
        array_of<bool> accepted(times.size());
        const bg::span<std::uint8_t> flags(static_cast<std::uint8_t*>(accepted.request(true).ptr),
                                           static_cast<std::size_t>(accepted.size()));
        w.observe(view(times), flags);
        return accepted;
      },
      py::arg("times").noconvert());
  c.def("merge_slots", &any_window::merge_slots, py::arg("indices"), py::arg("states"));
  c.def("advance", &any_window::advance, py::arg("time"));
  c.def("value", [](const any_window& w) { return w.value(); });
  c.def(
      "value", [](const any_window& w, std::int64_t slots) { return w.value(slots); }, py::arg("slots"));
  c.def("slots", &any_window::slots);
  c.def("empty_state", &any_window::empty_state);
  const auto fact = [&c](const char* name, auto member) {
    c.def(name, [member](const any_window& w) { return w.about().*member; });
  };
  fact("window", &any_window::facts::window);
  fact("slot_length", &any_window::facts::slot_length);
  fact("newest", &any_window::facts::newest);
  fact("lateness", &any_window::facts::lateness);
  fact("rows", &any_window::facts::rows);
  fact("started", &any_window::facts::started);
  fact("arrivals", &any_window::facts::arrivals);
}

template <class State>
void bind_windowed(py::module_& m, const char* name) {
  using over = window_over<State>;
  py::class_<over, any_window> c(m, name);
  c.def(py::init([](const guarded<State>& empty, std::int64_t length, std::int64_t slot,
                    std::int64_t lateness, bool rows) {
          const State e = read(empty, [](const State& s) { return s; });
          return std::make_unique<over>(bg::windowed<State>(
              e, length, slot, lateness, rows ? bg::window_unit::rows : bg::window_unit::nanoseconds));
        }),
        py::arg("empty"), py::arg("window"), py::arg("slot"), py::arg("lateness"), py::arg("rows"));
  c.def_static(
      "from_bytes",
      [](const py::bytes& data, std::size_t max_bytes) {
        const std::string bytes = data;
        const py::gil_scoped_release release;
        return std::make_unique<over>(bg::windowed<State>::from_bytes(bytes, bg::byte_limits{max_bytes}));
      },
      py::arg("data"), py::arg("max_bytes") = bg::byte_limits{}.max_bytes);
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
        write(self, [=, t = view(times)](burn_rate& b) { b.update(t, failed); });
      },
      py::arg("times").noconvert(), py::arg("errors").noconvert());
  c.def(
      "update_counts_at",
      [](bound& self, const array_of<std::int64_t>& times, const array_of<std::uint64_t>& errors,
         const array_of<std::uint64_t>& requests) {
        write(self, [t = view(times), e = view(errors), r = view(requests)](burn_rate& b) {
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
  bind_any_window(m);
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
