// Bindings of the control charts of include/barograph/detect, and of their run lengths.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <memory>

#include "barograph/detect/cusum_chart.hpp"
#include "barograph/detect/ewma_chart.hpp"
#include "barograph/detect/page_hinkley.hpp"
#include "barograph/detect/run_length.hpp"
#include "register.hpp"
#include "state_binding.hpp"

namespace bg = barograph;

namespace barograph_bindings {
namespace {

using time_array = array_of<std::int64_t>;

/// f(state, first row, doubles) for the numbers of an array, in pieces that Ctrl-C ends.
template <class Chart, class F>
void statistics_in_pieces(guarded<Chart>& g, const number_array& values, F f) {
  const bg::number_span& v = values.numbers;
  update_in_pieces(g, v.size(), [&](Chart& s, std::size_t begin, std::size_t end) {
    v.subspan(begin, end - begin).for_each_block([&](std::size_t first, bg::span<const double> block) {
      f(s, begin + first, block);
    });
  });
}

/// What every chart of timed values has.
template <class Chart>
void bind_timed_chart(py::class_<guarded<Chart>>& c) {
  bind_update(c);
  c.def(
      "update_at",
      [](guarded<Chart>& self, std::int64_t time, double x, std::uint64_t n) {
        write(self, [=](Chart& s) { s.update(time, x, n); });
      },
      py::arg("time"), py::arg("x"), py::arg("n") = 1);
  c.def(
      "update_many_at",
      [](guarded<Chart>& self, const time_array& times, const number_array& values) {
        const auto t = view(times);
        const bg::number_span& v = values.numbers;
        if (t.size() != v.size()) write(self, [&](Chart& s) { bg::update(s, t, v); });  // says what is wrong
        update_in_pieces(self, v.size(), [=](Chart& s, std::size_t begin, std::size_t end) {
          bg::update(s, t.subspan(begin, end - begin), v.subspan(begin, end - begin));
        });
      },
      py::arg("times").noconvert(), py::arg("values").noconvert());
  c.def("target", reader(&Chart::target));
  c.def("sigma", reader(&Chart::sigma));
  c.def("count", reader(&Chart::count));
  c.def("nan_count", reader(&Chart::nan_count));
  c.def("late", reader(&Chart::late));
  c.def("first_time", reader(&Chart::first_time));
  c.def("last_time", reader(&Chart::last_time));
}

void bind_ewma_chart(py::module_& m) {
  using bg::ewma_chart;
  auto c = bind_state<ewma_chart>(m, "EwmaChart");
  c.def(py::init([](double target, double sigma, double weight) {
          return std::make_unique<guarded<ewma_chart>>(ewma_chart(target, sigma, weight));
        }),
        py::arg("target"), py::arg("sigma"), py::arg("weight"));
  bind_timed_chart(c);
  c.def("weight", reader(&ewma_chart::weight));
  c.def("statistic", reader(&ewma_chart::statistic));
  c.def("mean", reader(&ewma_chart::mean));
  c.def(
      "statistics",
      [](guarded<ewma_chart>& self, const number_array& values) {
        py::array_t<double> out(values.size());
        statistics_in_pieces(self, values,
                             [o = room(out)](ewma_chart& s, std::size_t at, bg::span<const double> v) {
                               s.update(v, o.subspan(at, v.size()));
                             });
        return out;
      },
      py::arg("values").noconvert());
}

void bind_cusum_chart(py::module_& m) {
  using bg::cusum_chart;
  auto c = bind_state<cusum_chart>(m, "CusumChart");
  c.def(py::init([](double target, double sigma, double k, double cap) {
          return std::make_unique<guarded<cusum_chart>>(cusum_chart(target, sigma, k, cap));
        }),
        py::arg("target"), py::arg("sigma"), py::arg("k"), py::arg("cap"));
  bind_timed_chart(c);
  c.def("k", reader(&cusum_chart::k));
  c.def("cap", reader(&cusum_chart::cap));
  c.def("up", reader(&cusum_chart::up));
  c.def("down", reader(&cusum_chart::down));
  c.def("up_since", reader(&cusum_chart::up_since));
  c.def("down_since", reader(&cusum_chart::down_since));
  c.def(
      "statistics",
      [](guarded<cusum_chart>& self, const number_array& values) {
        py::array_t<double> up(values.size()), down(values.size());
        statistics_in_pieces(
            self, values,
            [u = room(up), d = room(down)](cusum_chart& s, std::size_t at, bg::span<const double> v) {
              s.update(v, u.subspan(at, v.size()), d.subspan(at, v.size()));
            });
        return py::make_tuple(up, down);
      },
      py::arg("values").noconvert());
}

void bind_page_hinkley(py::module_& m) {
  using bg::page_hinkley;
  using bound = guarded<page_hinkley>;
  py::class_<bound> c(m, "PageHinkley");
  c.def(py::init([](double sigma, double delta, double limit) {
          return std::make_unique<bound>(page_hinkley(sigma, delta, limit));
        }),
        py::arg("sigma"), py::arg("delta"), py::arg("limit"));
  c.def(
      "update",
      [](bound& self, double x) { return write(self, [x](page_hinkley& s) { return s.update(x); }); },
      py::arg("x"));
  c.def(
      "statistics",
      [](bound& self, const number_array& values) {
        py::array_t<double> out(values.size());
        statistics_in_pieces(self, values,
                             [o = room(out)](page_hinkley& s, std::size_t at, bg::span<const double> v) {
                               s.update(v, o.subspan(at, v.size()));
                             });
        return out;
      },
      py::arg("values").noconvert());
  c.def("sigma", reader(&page_hinkley::sigma));
  c.def("delta", reader(&page_hinkley::delta));
  c.def("limit", reader(&page_hinkley::limit));
  c.def("count", reader(&page_hinkley::count));
  c.def("nan_count", reader(&page_hinkley::nan_count));
  c.def("alarms", reader(&page_hinkley::alarms));
  c.def("alarmed", reader(&page_hinkley::alarmed));
  c.def("up", reader(&page_hinkley::up));
  c.def("down", reader(&page_hinkley::down));
  c.def("mean", reader(&page_hinkley::mean));
  c.def("reset", [](bound& self) { write(self, [](page_hinkley& s) { s.reset(); }); });
  c.def("copy", [](const bound& self) { return std::make_unique<bound>(self.copy()); });
  c.def("to_bytes", [](const bound& self) { return py::bytes(self.copy().to_bytes()); });
  c.def_static(
      "from_bytes",
      [](const py::bytes& data, std::size_t max_bytes) {
        return std::make_unique<bound>(page_hinkley::from_bytes(data, bg::byte_limits{max_bytes}));
      },
      py::arg("data"), py::arg("max_bytes") = bg::byte_limits{}.max_bytes);
}

}  // namespace

void register_detect_charts(py::module_& m) {
  bind_ewma_chart(m);
  bind_cusum_chart(m);
  bind_page_hinkley(m);
  const py::call_guard<py::gil_scoped_release> released;
  m.def("cusum_run_length", &bg::cusum_run_length, py::arg("k"), py::arg("h"), py::arg("shift"), released);
  m.def("cusum_limit", &bg::cusum_limit, py::arg("k"), py::arg("run_length"), released);
  m.def("ewma_run_length", &bg::ewma_run_length, py::arg("weight"), py::arg("limit"), py::arg("shift"),
        released);
  m.def("ewma_limit", &bg::ewma_limit, py::arg("weight"), py::arg("run_length"), released);
}

}  // namespace barograph_bindings
