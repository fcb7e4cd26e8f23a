// The module file: one register_<folder>() per folder of include/barograph.
#include "register.hpp"

#include <pybind11/pybind11.h>

#include <Eigen/Core>
#include <cstring>
#include <string>

#include "barograph/core/errors.hpp"
#include "barograph/kernels.hpp"
#include "barograph/version.hpp"

namespace py = pybind11;

PYBIND11_MODULE(_core, m) {
  m.doc() = "The engine of barograph: private, see the barograph package.";
  m.attr("__version__") = BAROGRAPH_VERSION;
  py::register_exception_translator([](std::exception_ptr p) {
    try {
      if (p) std::rethrow_exception(p);
    } catch (const barograph::error& e) {
      // a message may quote bytes that are no UTF-8
      const py::object text = py::reinterpret_steal<py::object>(
          PyUnicode_DecodeUTF8(e.what(), static_cast<py::ssize_t>(std::strlen(e.what())), "replace"));
      PyErr_SetObject(PyExc_ValueError, text.ptr());
    }
  });
  if (const char* given = barograph::kernels::unknown_isa())
    throw py::import_error("BAROGRAPH_ISA: '" + std::string(given) + "' given, expected base, v3 or v4");
  m.def("build_info", [] {
    py::dict info;
    info["version"] = BAROGRAPH_VERSION;
    info["isa"] = barograph::kernels::isa();
    info["compiler"] = BAROGRAPH_COMPILER;
    info["eigen"] = std::to_string(EIGEN_WORLD_VERSION) + "." + std::to_string(EIGEN_MAJOR_VERSION) + "." +
                    std::to_string(EIGEN_MINOR_VERSION);
    return info;
  });
  barograph_bindings::register_arrow(m);
  barograph_bindings::register_detect_forest(m);
  barograph_bindings::register_formats(m);
  barograph_bindings::register_groupby(m);
  barograph_bindings::register_rolling(m);
  barograph_bindings::register_rolling_exponential(m);
  barograph_bindings::register_rolling_groups(m);
  barograph_bindings::register_rolling_online(m);
  barograph_bindings::register_baseline(m);
  barograph_bindings::register_baseline_models(m);
  barograph_bindings::register_baseline_seasonal(m);
  barograph_bindings::register_slo(m);
  barograph_bindings::register_time(m);
  barograph_bindings::register_stats(m);
  barograph_bindings::register_stats_items(m);
  barograph_bindings::register_detect_charts(m);
  barograph_bindings::register_detect_pca(m);
  barograph_bindings::register_detect_change_points(m);
  barograph_bindings::register_detect_online(m);
  barograph_bindings::register_detect_thresholds(m);
  barograph_bindings::register_streams(m);
  barograph_bindings::register_windowed(m);
  barograph_bindings::register_detect_series(m);
  barograph_bindings::register_detect_stream(m);
  barograph_bindings::register_detect_table(m);
  barograph_bindings::register_generate(m);
  barograph_bindings::register_detect_causes(m);
  barograph_bindings::register_direct_method(m);
  barograph_bindings::register_exchange(m);
}
