// Bindings of include/barograph/baseline: seasons, bands by slot, and the state of a season.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "band_binding.hpp"
#include "barograph/baseline/seasonal_band.hpp"
#include "barograph/baseline/seasonal_profile.hpp"
#include "barograph/baseline/seasonal_stream.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "state_binding.hpp"

namespace baseline = barograph::baseline;

namespace barograph_bindings {
namespace {

using slot_array = cast_to<std::int32_t>;

void bind_season(py::module_& m) {
  using baseline::season;
  py::class_<season>(m, "Season", "Which slot of a repeating period a row belongs to.")
      .def_static("of_rows", &season::of_rows, py::arg("period"))
      .def_static(
          "of_time",
          [](std::int64_t period, std::int64_t slot, const std::optional<py::bytes>& tzif) {
            return season::of_time(
                period, slot, tzif ? barograph::zone::from_tzif(std::string(*tzif)) : barograph::zone::utc());
          },
          py::arg("period"), py::arg("slot"), py::arg("tzif"))
      .def("__len__", [](const season& s) { return s.slots(); })
      .def("slots", [](const season& s, const integers& at) {
        slot_array out(at.size());
        const auto to = room(out);
        const py::gil_scoped_release release;
        s.slots(view(at), to);
        return out;
      });
}

void bind_stream(py::module_& m) {
  using stream = baseline::seasonal_stream;
  using bound = guarded<stream>;
  py::class_<bound> c(m, "SeasonalStream", "A baseline by slot of a season, told before each value.");
  bind_updates(c);
  c.def(py::init([](const baseline::season& of, std::int64_t rows, const baseline::estimator& how,
                    std::int64_t least,
                    bool pooled) { return std::make_unique<bound>(stream(of, rows, how, least, pooled)); }),
        py::arg("season"), py::arg("rows"), py::arg("how"), py::arg("min_periods"), py::arg("pooled"))
      .def("expected",
           [](const bound& s, std::int64_t at) {
             return tuple_of(s.with([at](const stream& r) { return r.expected(at); }));
           })
      .def("rows", [](const bound& s) { return s.with([](const stream& r) { return r.rows(); }); })
      .def("reset", [](bound& s) { s.change([](stream& r) { r.reset(); }); });
}

void bind_profile(py::module_& m) {
  using profile = baseline::seasonal_profile;
  using bound = guarded<profile>;
  auto c = bind_state<profile>(m, "SeasonalProfile");
  c.def(py::init([](std::int64_t period, std::int64_t width, const std::string& zone) {
          return std::make_unique<bound>(profile(period, width, zone));
        }),
        py::arg("period"), py::arg("width"), py::arg("zone"));
  c.def(
      "update_at",
      [](bound& self, std::int32_t slot, double x, std::uint64_t n) {
        write(self, [=](profile& s) { s.update(slot, x, n); });
      },
      py::arg("slot"), py::arg("x"), py::arg("n"));
  c.def(
      "update_many_at",
      [](bound& self, const slot_array& slots, const number_array& x) {
        write(self, [s = view(slots), &v = x.numbers](profile& p) { p.update(s, v); });
      },
      py::arg("slots"), py::arg("x"));
  c.def("period", reader(&profile::period));
  c.def("width", reader(&profile::width));
  c.def("zone", [](const bound& self) { return self.with([](const profile& p) { return p.zone(); }); });
  c.def("slots", reader(&profile::slots));
  c.def("count", reader(&profile::count));
  c.def("nan_count", reader(&profile::nan_count));
  c.def("positive_infinity_count", reader(&profile::positive_infinity_count));
  c.def("negative_infinity_count", reader(&profile::negative_infinity_count));
  c.def(
      "expected",
      [](const bound& self, const slot_array& slots, double width, std::uint64_t least) {
        baseline::band out(static_cast<std::size_t>(slots.size()));
        const auto s = view(slots);
        read(self, [&](const profile& p) { p.expected(s, width, least, out); });
        return rows_of(std::move(out));
      },
      py::arg("slots"), py::arg("width"), py::arg("min_periods"));
  c.def("counts", [](const bound& self) {
    py::array_t<std::int64_t> out(
        static_cast<py::ssize_t>(self.with([](const profile& p) { return p.slots(); })));
    std::int64_t* const to = out.mutable_data();
    self.with([&](const profile& p) {
      for (std::int32_t k = 0; k < p.slots(); ++k) to[k] = static_cast<std::int64_t>(p.at(k).count());
    });
    return out;
  });
}

}  // namespace

void register_baseline_seasonal(py::module_& m) {
  bind_season(m);
  m.def(
      "seasonal_band",
      [](const number_array& x, const slot_array& slots, std::int64_t count, bool before, std::int64_t rows,
         bool pooled, const baseline::estimator& how, std::int64_t min_periods, bool inf_propagates,
         bool nan_propagates, const std::optional<flags>& mask, std::size_t threads) {
        const auto of = options_of(min_periods, inf_propagates, nan_propagates, mask);
        const auto run = barograph::thread_executor::for_size(static_cast<std::size_t>(x.size()), threads);
        baseline::band band;
        {
          const interruptible call;
          band = baseline::seasonal_band<barograph::kernels::compiled>(x.numbers, view(slots), count,
                                                                       {before, rows, pooled}, how, of, run);
        }
        return rows_of(std::move(band));
      },
      py::arg("x"), py::arg("slots"), py::arg("count"), py::arg("before"), py::arg("rows"), py::arg("pooled"),
      py::arg("how"), py::arg("min_periods"), py::arg("inf_propagates"), py::arg("nan_propagates"),
      py::arg("mask"), py::arg("threads"));
  bind_stream(m);
  bind_profile(m);
}

}  // namespace barograph_bindings
