// Bindings of rolling/: windows, reductions, order statistics.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>
#include <string>

#include "arrays.hpp"
#include "barograph/core/executor.hpp"
#include "barograph/kernels.hpp"
#include "barograph/rolling/first_last.hpp"
#include "barograph/rolling/order_statistics.hpp"
#include "barograph/rolling/ranks.hpp"
#include "barograph/rolling/reductions.hpp"
#include "interruptible.hpp"
#include "number_array.hpp"
#include "series_options.hpp"

namespace rolling = barograph::rolling;

namespace barograph_bindings {
namespace {

rolling::reduction parse_reduction(const std::string& text) {
  if (text == "sum") return rolling::reduction::sum;
  if (text == "mean") return rolling::reduction::mean;
  if (text == "var") return rolling::reduction::variance;
  if (text == "std") return rolling::reduction::deviation;
  if (text == "sem") return rolling::reduction::standard_error;
  if (text == "skew") return rolling::reduction::skewness;
  if (text == "kurt") return rolling::reduction::kurtosis;
  if (text == "cov") return rolling::reduction::covariance;
  if (text == "corr") return rolling::reduction::correlation;
  if (text == "min") return rolling::reduction::minimum;
  if (text == "max") return rolling::reduction::maximum;
  barograph::raise<barograph::invalid_argument>(
      "what: '" + text +
      "' given, expected sum, mean, var, std, sem, skew, kurt, cov, corr, "
      "min or max");
}

/// Where results go: an array of the caller's, float64 and contiguous as it stands, or a new one.
using results_array = array_of<double>;

doubles results_in(const std::optional<results_array>& into, std::size_t size) {
  if (!into) return doubles(static_cast<py::ssize_t>(size));
  if (into->ndim() != 1 || static_cast<std::size_t>(into->size()) != size)
    barograph::raise<barograph::invalid_argument>("out: " + std::to_string(into->size()) +
                                                  " results given, expected " + std::to_string(size));
  return doubles(*into);
}

barograph::thread_executor executor_for(const number_array& x, std::size_t threads) {
  return barograph::thread_executor::for_size(x.numbers.size(), threads);
}

}  // namespace

void register_rolling(py::module_& m) {
  py::class_<rolling::windows>(m, "Windows", "Which rows each window of a series holds.")
      .def("__len__", &rolling::windows::size)
      .def("bounds", [](const rolling::windows& w) {
        const rolling::windows s = w.spelled_out();
        return py::make_tuple(integers(static_cast<py::ssize_t>(s.start.size()), s.start.data()),
                              integers(static_cast<py::ssize_t>(s.end.size()), s.end.data()));
      });
  m.def(
      "fixed_windows",
      [](std::int64_t rows, std::int64_t window, bool center, const std::string& closed, std::int64_t step) {
        return rolling::fixed_windows(rows, window, center, rolling::parse_closed(closed), step);
      },
      py::arg("rows"), py::arg("window"), py::arg("center"), py::arg("closed"), py::arg("step"));
  m.def(
      "time_windows",
      [](const integers& times, std::int64_t width, bool center, const std::string& closed,
         std::int64_t step) {
        const auto ends = rolling::parse_closed(closed);
        const interruptible call;
        return rolling::time_windows<barograph::kernels::compiled>(view(times), width, center, ends, step);
      },
      py::arg("times"), py::arg("width"), py::arg("center"), py::arg("closed"), py::arg("step"));
  m.def("default_threads", &barograph::default_threads, py::arg("rows"));
  m.def(
      "too_few",
      [](const rolling::windows& w, const std::optional<flags>& mask, std::int64_t least) {
        flags out(static_cast<py::ssize_t>(w.size()));
        const auto results = room(out);
        const auto missing = view(mask);
        const interruptible call;
        rolling::too_few(w, missing, least, results);
        return out;
      },
      py::arg("windows"), py::arg("mask"), py::arg("least"));
  m.def(
      "bounded_windows",
      [](std::int64_t rows, const integers& start, const integers& end) {
        return rolling::bounded_windows(rows, view(start), view(end));
      },
      py::arg("rows"), py::arg("start"), py::arg("end"));
  m.def(
      "rolling_reduce",
      [](const std::string& what, const number_array& x, const rolling::windows& w, std::int64_t min_periods,
         double ddof, bool inf_propagates, bool nan_propagates, const std::optional<flags>& mask,
         std::size_t threads, const std::optional<results_array>& into) {
        const auto reduction = parse_reduction(what);
        const auto how = options_of(min_periods, inf_propagates, nan_propagates, mask);
        doubles out = results_in(into, w.size());
        const auto results = room(out);
        const interruptible call;
        rolling::reduce<barograph::kernels::compiled>(reduction, x.numbers, w, how, ddof, results,
                                                      executor_for(x, threads));
        return out;
      },
      py::arg("what"), py::arg("x"), py::arg("windows"), py::arg("min_periods"), py::arg("ddof"),
      py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"), py::arg("threads") = 1,
      py::arg("into").noconvert() = py::none());
  m.def(
      "rolling_pairs",
      [](const std::string& what, const number_array& x, const number_array& y, const rolling::windows& w,
         std::int64_t min_periods, double ddof, bool inf_propagates, bool nan_propagates,
         const std::optional<flags>& mask, const std::optional<flags>& mask_y, std::size_t threads,
         const std::optional<results_array>& into) {
        const auto reduction = parse_reduction(what);
        const auto how = options_of(min_periods, inf_propagates, nan_propagates, mask);
        const auto how_y = options_of(min_periods, inf_propagates, nan_propagates, mask_y);
        doubles out = results_in(into, w.size());
        const auto results = room(out);
        const interruptible call;
        rolling::reduce_pairs<barograph::kernels::compiled>(reduction, x.numbers, y.numbers, w, how, how_y,
                                                            ddof, results, executor_for(x, threads));
        return out;
      },
      py::arg("what"), py::arg("x"), py::arg("y"), py::arg("windows"), py::arg("min_periods"),
      py::arg("ddof"), py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"),
      py::arg("mask_y"), py::arg("threads") = 1, py::arg("into").noconvert() = py::none());
  m.def(
      "rolling_count",
      [](const number_array& x, const rolling::windows& w, std::int64_t min_periods,
         const std::optional<flags>& mask, const std::optional<results_array>& into) {
        const auto how = options_of(min_periods, true, false, mask);
        doubles out = results_in(into, w.size());
        const auto results = room(out);
        const interruptible call;
        rolling::count(x.numbers, w, how, results);
        return out;
      },
      py::arg("x"), py::arg("windows"), py::arg("min_periods"), py::arg("mask"),
      py::arg("into").noconvert() = py::none());
  m.def(
      "rolling_quantiles",
      [](const number_array& x, const rolling::windows& w, const doubles& q, const std::string& interpolation,
         std::int64_t min_periods, bool inf_propagates, bool nan_propagates, const std::optional<flags>& mask,
         std::size_t threads) {
        const auto between = rolling::parse_interpolation(interpolation);
        const auto how = options_of(min_periods, inf_propagates, nan_propagates, mask);
        doubles out({q.size(), static_cast<py::ssize_t>(w.size())});
        const auto results = room(out);
        const interruptible call;
        rolling::quantiles<barograph::kernels::compiled>(x.numbers, w, view(q), between, how, results,
                                                         executor_for(x, threads));
        return out;
      },
      py::arg("x"), py::arg("windows"), py::arg("q"), py::arg("interpolation"), py::arg("min_periods"),
      py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"), py::arg("threads"));
  m.def(
      "rolling_rank",
      [](const number_array& x, const rolling::windows& w, const std::string& method, bool ascending,
         bool pct, std::int64_t min_periods, bool inf_propagates, bool nan_propagates,
         const std::optional<flags>& mask, std::size_t threads, const std::optional<results_array>& into) {
        const rolling::rank_options count{rolling::parse_ties(method), ascending, pct};
        const auto how = options_of(min_periods, inf_propagates, nan_propagates, mask);
        doubles out = results_in(into, w.size());
        const auto results = room(out);
        const interruptible call;
        rolling::rank<barograph::kernels::compiled>(x.numbers, w, how, count, results,
                                                    executor_for(x, threads));
        return out;
      },
      py::arg("x"), py::arg("windows"), py::arg("method"), py::arg("ascending"), py::arg("pct"),
      py::arg("min_periods"), py::arg("inf_propagates"), py::arg("nan_propagates"), py::arg("mask"),
      py::arg("threads"), py::arg("into").noconvert() = py::none());
  m.def(
      "rolling_nunique",
      [](const number_array& x, const rolling::windows& w, std::int64_t min_periods, bool inf_propagates,
         bool nan_propagates, const std::optional<flags>& mask, std::size_t threads,
         const std::optional<results_array>& into) {
        const auto how = options_of(min_periods, inf_propagates, nan_propagates, mask);
        doubles out = results_in(into, w.size());
        const auto results = room(out);
        const interruptible call;
        rolling::nunique<barograph::kernels::compiled>(x.numbers, w, how, results, executor_for(x, threads));
        return out;
      },
      py::arg("x"), py::arg("windows"), py::arg("min_periods"), py::arg("inf_propagates"),
      py::arg("nan_propagates"), py::arg("mask"), py::arg("threads"),
      py::arg("into").noconvert() = py::none());
  m.def(
      "rolling_value_at",
      [](const std::string& which, const number_array& x, const rolling::windows& w, std::int64_t min_periods,
         bool inf_propagates, bool nan_propagates, const std::optional<flags>& mask, std::size_t threads,
         const std::optional<results_array>& into) {
        const auto end = rolling::parse_window_end(which);
        const auto how = options_of(min_periods, inf_propagates, nan_propagates, mask);
        doubles out = results_in(into, w.size());
        const auto results = room(out);
        const interruptible call;
        rolling::value_at(end, x.numbers, w, how, results, executor_for(x, threads));
        return out;
      },
      py::arg("which"), py::arg("x"), py::arg("windows"), py::arg("min_periods"), py::arg("inf_propagates"),
      py::arg("nan_propagates"), py::arg("mask"), py::arg("threads"),
      py::arg("into").noconvert() = py::none());
}

}  // namespace barograph_bindings
