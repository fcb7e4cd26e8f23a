// Bindings of the rolling statistics of streams: rolling_window, rolling_pairs.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "arrays.hpp"
#include "barograph/rolling/order_statistics.hpp"
#include "barograph/rolling/rank_options.hpp"
#include "barograph/rolling/rolling_pairs.hpp"
#include "barograph/rolling/rolling_window.hpp"
#include "guarded.hpp"
#include "interruptible.hpp"
#include "number_array.hpp"
#include "series_options.hpp"

namespace rolling = barograph::rolling;

namespace barograph_bindings {
namespace {

using rolling::reduction;

/// A window of rows, or where there is a lateness of time.
template <class Window>
auto made(std::int64_t length, std::optional<std::int64_t> late, std::int64_t min_periods,
          bool inf_propagates) {
  const auto how = options_of(min_periods, inf_propagates, false, std::nullopt);
  return std::make_unique<guarded<Window>>(late ? Window::by_time(length, *late, how)
                                                : Window::by_count(length, how));
}

/// What windows of both kinds have.
template <class Window, class Bound>
void bind_stream(Bound& c) {
  using window = guarded<Window>;
  c.def(py::init(&made<Window>), py::arg("length"), py::arg("late"), py::arg("min_periods"),
        py::arg("inf_propagates"));
  c.def("arrivals", [](const window& w) {
    return w.with([](const Window& s) {
      return std::make_tuple(s.clock().on_time(), s.clock().late(), s.clock().too_late());
    });
  });
  c.def("reset", [](window& w) { w.change([](Window& s) { s.reset(); }); });
  c.def("__len__", [](const window& w) { return w.with([](const Window& s) { return s.size(); }); });
}

/// A reading that is kept ready from now on.
template <class Read>
auto kept(reduction what, Read read) {
  return [=](guarded<rolling::rolling_window>& w) {
    return w.change([&](rolling::rolling_window& s) {
      s.keep(what);
      return read(s);
    });
  };
}
/// One that divides by n - ddof.
template <class Read>
auto kept_with_ddof(reduction what, Read read) {
  return [=](guarded<rolling::rolling_window>& w, double ddof) {
    return w.change([&](rolling::rolling_window& s) {
      s.keep(what);
      return read(s, ddof);
    });
  };
}

}  // namespace

void register_rolling_online(py::module_& m) {
  using rolling::rolling_pairs;
  using rolling::rolling_window;
  using window = guarded<rolling_window>;
  using pairs = guarded<rolling_pairs>;

  py::class_<window> c(m, "RollingWindow", "Rolling statistics of the newest values of a stream.");
  bind_stream<rolling_window>(c);
  c.def("push", [](window& w, const number_array& x) {
    change_in_turn(w, x.numbers.size(), true,
                   [&](rolling_window& s, const rows_in_turn& rows) { s.push(rows.of(x.numbers)); });
  });
  c.def("push", [](window& w, const integers& times, const number_array& x) {
    std::uint64_t late = 0;
    const auto t = view(times);
    const std::size_t n = x.numbers.size();
    change_in_turn(w, n, t.size() == n, [&](rolling_window& s, const rows_in_turn& rows) {
      late += s.push(rows.of(t), rows.of(x.numbers));
    });
    return late;
  });
  c.def("count", [](const window& w) { return w.with([](const auto& s) { return s.count(); }); });
  c.def("sum", kept(reduction::sum, [](const auto& s) { return s.sum(); }));
  c.def("mean", kept(reduction::mean, [](const auto& s) { return s.mean(); }));
  c.def("var", kept_with_ddof(reduction::variance, [](const auto& s, double d) { return s.variance(d); }));
  c.def("std", kept_with_ddof(reduction::deviation, [](const auto& s, double d) { return s.deviation(d); }));
  c.def("sem", kept_with_ddof(reduction::standard_error,
                              [](const auto& s, double d) { return s.standard_error(d); }));
  c.def("skew", kept(reduction::skewness, [](const auto& s) { return s.skewness(); }));
  c.def("kurt", kept(reduction::kurtosis, [](const auto& s) { return s.kurtosis(); }));
  c.def("min", kept(reduction::minimum, [](const auto& s) { return s.minimum(); }));
  c.def("max", kept(reduction::maximum, [](const auto& s) { return s.maximum(); }));
  c.def("quantile", [](window& w, double q, const std::string& interpolation) {
    const auto between = rolling::parse_interpolation(interpolation);
    return w.change([&](rolling_window& s) {
      s.keep_order();
      return s.quantile(q, between);
    });
  });
  c.def("rank", [](window& w, const std::string& method, bool ascending, bool pct) {
    const rolling::rank_options count{rolling::parse_ties(method), ascending, pct};
    return w.change([&](rolling_window& s) {
      s.keep_order();
      return s.rank(count);
    });
  });
  c.def("nunique", [](window& w) {
    return w.change([](rolling_window& s) {
      s.keep_order();
      return s.nunique();
    });
  });
  c.def("first", [](const window& w) { return w.with([](const auto& s) { return s.first(); }); });
  c.def("last", [](const window& w) { return w.with([](const auto& s) { return s.last(); }); });

  py::class_<pairs> p(m, "RollingPairs", "Covariance and correlation of the newest pairs of a stream.");
  bind_stream<rolling_pairs>(p);
  p.def("push", [](pairs& w, const number_array& x, const number_array& y) {
    const std::size_t n = x.numbers.size();
    change_in_turn(w, n, y.numbers.size() == n, [&](rolling_pairs& s, const rows_in_turn& rows) {
      s.push(rows.of(x.numbers), rows.of(y.numbers));
    });
  });
  p.def("push", [](pairs& w, const integers& times, const number_array& x, const number_array& y) {
    std::uint64_t late = 0;
    const auto t = view(times);
    const std::size_t n = x.numbers.size();
    const bool even = t.size() == n && y.numbers.size() == n;
    change_in_turn(w, n, even, [&](rolling_pairs& s, const rows_in_turn& rows) {
      late += s.push(rows.of(t), rows.of(x.numbers), rows.of(y.numbers));
    });
    return late;
  });
  p.def("cov", [](const pairs& w, double ddof) {
    return w.with([=](const auto& s) { return s.covariance(ddof); });
  });
  p.def("corr", [](const pairs& w) { return w.with([](const auto& s) { return s.correlation(); }); });
}

}  // namespace barograph_bindings
