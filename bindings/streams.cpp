// Bindings of the states of include/barograph/stats whose values have a time each.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>

#include "barograph/stats/counter.hpp"
#include "barograph/stats/ewma.hpp"
#include "barograph/stats/trend.hpp"
#include "interruptible.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

using time_array = array_of<std::int64_t>;

/// Counts of a timed state, and update_many_at(times, values).
template <class State>
void bind_timed(py::class_<guarded<State>>& c) {
  c.def("count", field(&State::count));
  c.def("nan_count", field(&State::nan_count));
  c.def("positive_infinity_count", field(&State::positive_infinity_count));
  c.def("negative_infinity_count", field(&State::negative_infinity_count));
  c.def(
      "update_many_at",
      [](guarded<State>& self, const time_array& times, const number_array& values) {
        const auto t = view(times);
        const auto& v = values.numbers;
        if (t.size() != v.size()) return write(self, [&](State& s) { bg::update(s, t, v); });
        update_in_pieces(self, v.size(), [&](State& s, std::size_t begin, std::size_t end) {
          bg::update(s, t.subspan(begin, end - begin), v.subspan(begin, end - begin));
        });
      },
      py::arg("times").noconvert(), py::arg("values").noconvert());
}

/// update_at(time, x, n): a value that may be counted more than once.
template <class State>
void bind_weighted(py::class_<guarded<State>>& c) {
  c.def(
      "update_at",
      [](guarded<State>& self, std::int64_t time, double x, std::uint64_t n) {
        write_at_once(self, [=](State& s) { s.update(time, x, n); });
      },
      py::arg("time"), py::arg("x"), py::arg("n"));
}

void bind_ewma(py::module_& m) {
  using bg::ewma;
  auto c = bind_state<ewma>(m, "Ewma");
  c.def(py::init([](double half_life) { return std::make_unique<guarded<ewma>>(ewma(half_life)); }),
        py::arg("half_life"));
  bind_update(c);
  bind_timed(c);
  bind_weighted(c);
  c.def("half_life", field(&ewma::half_life));
  c.def("newest", field(&ewma::newest));
  c.def("mean", field(&ewma::mean));
  c.def("variance", reader(&ewma::variance), py::arg("bias"));
  c.def("std", reader(&ewma::std), py::arg("bias"));
  c.def("effective_count", field(&ewma::effective_count));
}

void bind_counter(py::module_& m) {
  using bg::counter;
  using bound = guarded<counter>;
  auto c = bind_state<counter>(m, "Counter");
  c.def(py::init([] { return std::make_unique<bound>(counter()); }));
  bind_timed(c);
  c.def(
      "update_at",
      [](bound& self, std::int64_t time, double value) {
        write_at_once(self, [=](counter& s) { s.update(time, value); });
      },
      py::arg("time"), py::arg("value"));
  c.def("resets", reader(&counter::resets));
  c.def("late", reader(&counter::late));
  c.def("first_time", reader(&counter::first_time));
  c.def("last_time", reader(&counter::last_time));
  c.def("first", reader(&counter::first));
  c.def("last", reader(&counter::last));
  c.def("seconds", reader(&counter::seconds));
  using plain = double (counter::*)() const;
  using ranged = double (counter::*)(std::int64_t, std::int64_t) const;
  c.def("increase", reader(static_cast<plain>(&counter::increase)));
  c.def("increase", reader(static_cast<ranged>(&counter::increase)), py::arg("from_time"),
        py::arg("to_time"));
  c.def("rate", reader(static_cast<plain>(&counter::rate)));
  c.def("rate", reader(static_cast<ranged>(&counter::rate)), py::arg("from_time"), py::arg("to_time"));
}

void bind_trend(py::module_& m) {
  using bg::trend;
  using bound = guarded<trend>;
  auto c = bind_state<trend>(m, "Trend");
  c.def(py::init([](std::uint32_t points) { return std::make_unique<bound>(trend(points)); }),
        py::arg("points"));
  bind_timed(c);
  bind_weighted(c);
  c.def("points", reader(&trend::points));
  c.def("kept", reader(&trend::kept));
  c.def("sampled", reader(&trend::sampled));
  c.def("rank_error", reader(&trend::rank_error), py::arg("confidence"));
  c.def(
      "least_squares",
      [](const bound& self, std::int64_t origin) {
        const auto r = read(self, [=](const trend& t) { return t.least_squares(origin); });
        return py::make_tuple(r.slope, r.intercept, r.correlation, r.standard_error);
      },
      py::arg("origin"));
  c.def(
      "theil_sen",
      [](const bound& self, double confidence, std::int64_t origin) {
        const auto r = read(self, [=](const trend& t) { return t.theil_sen(confidence, origin); });
        return py::make_tuple(r.slope, r.range.lower, r.range.upper, r.intercept);
      },
      py::arg("confidence"), py::arg("origin"));
  c.def("mann_kendall", [](const bound& self) {
    const auto r = read(self, [](const trend& t) { return t.mann_kendall(); });
    return py::make_tuple(r.s, r.tau, r.variance, r.z, r.p_value);
  });
}

}  // namespace

void register_streams(py::module_& m) {
  bind_trend(m);
  bind_counter(m);
  bind_ewma(m);
}

}  // namespace barograph_bindings
