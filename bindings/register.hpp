// What each file of bindings/ gives the module; a binding converts, releases the GIL, makes one call. Only
// module.cpp includes this, so a new file of bindings compiles no other one again.
#pragma once

#include <pybind11/pybind11.h>

namespace barograph_bindings {
void register_arrow(pybind11::module_& m);
void register_baseline(pybind11::module_& m);
void register_detect_causes(pybind11::module_& m);
void register_baseline_models(pybind11::module_& m);
void register_baseline_seasonal(pybind11::module_& m);
void register_detect_forest(pybind11::module_& m);
void register_direct_method(pybind11::module_& m);
void register_exchange(pybind11::module_& m);
void register_formats(pybind11::module_& m);
void register_groupby(pybind11::module_& m);
void register_rolling(pybind11::module_& m);
void register_rolling_exponential(pybind11::module_& m);
void register_rolling_groups(pybind11::module_& m);
void register_rolling_online(pybind11::module_& m);
void register_slo(pybind11::module_& m);
void register_time(pybind11::module_& m);
void register_stats(pybind11::module_& m);
void register_stats_items(pybind11::module_& m);
void register_detect_charts(pybind11::module_& m);
void register_detect_pca(pybind11::module_& m);
void register_detect_change_points(pybind11::module_& m);
void register_detect_online(pybind11::module_& m);
void register_detect_thresholds(pybind11::module_& m);
void register_streams(pybind11::module_& m);
void register_windowed(pybind11::module_& m);
void register_detect_series(pybind11::module_& m);
void register_detect_stream(pybind11::module_& m);
void register_detect_table(pybind11::module_& m);
void register_generate(pybind11::module_& m);

}  // namespace barograph_bindings
