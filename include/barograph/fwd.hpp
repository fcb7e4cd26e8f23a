// Every public type, declared and not defined: for headers that only name them.
//
// tests/cpp/headers holds this file to the definitions.
#pragma once

#include <cstdint>

#include "config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

// core/
class number_block;
class number_span;
template <class T>
class span;
class error;
class invalid_argument;
class bad_bytes;
class schema_error;
enum class state_kind : std::uint16_t;
struct byte_limits;
class byte_writer;
class byte_reader;
class random_draws;
class interrupt_scope;
class once;
class serial_executor;
class thread_executor;
class table_view;

// time/
struct civil_date;
struct iso_week;
struct zone_interval;
class posix_rule;
class zone;
class zone_clock;
enum class ambiguous_time;
enum class nonexistent_time;
struct frequency;
struct local_field_columns;
enum class arrival : std::uint8_t;
class event_time;

// stats/
struct interval;
struct rank_interval;
enum class combiner;
struct quantile_position;
class counter;
class ewma;
struct fitted_line;
struct theil_sen_slope;
struct mann_kendall_test;
class trend;
enum class window_unit : std::uint8_t;
template <class State>
class windowed;
class exact_sum;
class moments;
class proportion;
class top;
class distinct;
class quantile_histogram;
struct exponential_counts;
struct bucketed_histogram;
struct unshared_cells;
struct one_writer_cells;
template <int Scale, int Low, int High, class Cells>
class fixed_quantile_histogram;

// slo/
struct apdex_bands;
class apdex;
struct burn_rule;
struct burn_alert;
class burn_rate;
class latency_summary;
struct health_policy;
struct apdex_policy;
struct objectives_policy;
struct policy;
struct health_inputs;
struct ledger_entry;
struct health;

namespace rolling {
enum class closed;
enum class interpolation : std::int32_t;
enum class reduction : std::int32_t;
enum class ties : std::int32_t;
enum class treatment;
enum class window_end;
struct windows;
struct options;
class series;
struct inline_extrema;
struct inline_sums;
struct inline_times;
struct decay;
struct weighting;
class exponential_moments;
class exponential_comoments;
class exponential_sum;
struct inline_deviations;
struct inline_exponential;
struct inline_kernels;
struct inline_order_statistics;
struct inline_ranks;
class rolling_pairs;
class rolling_window;
struct rank_options;
}  // namespace rolling

namespace baseline {
struct expectation;
class band;
enum class method;
struct estimator;
struct inline_baselines;
class exclusion;
class rolling_stream;
class season;
struct seasonal_window;
class seasonal_stream;
class seasonal_profile;
enum class seasonality;
struct smoothing;
struct components;
class holt_winters;
struct holt_winters_options;
struct stl_options;
struct decomposition;
}  // namespace baseline

namespace groupby {
struct kpi_options;
struct kpi_table;
}  // namespace groupby

namespace detect {
enum class metric_kind : std::uint8_t;
struct metric_traits;
struct cause_options;
struct service_graph;
struct cause;
struct ranked_causes;
struct lead_lag_options;
struct association;
enum class forest_scoring : std::uint8_t;
struct forest_options;
struct forest_columns;
struct tree_arrays;
class isolation_forest;
}  // namespace detect
struct matrix_view;
enum class change_cost;
struct change_options;
struct inline_rows;
class comoments;
class cusum_chart;
class ewma_chart;
class extreme_value;
struct half_space_options;
class half_space_trees;
class online_change_point;
struct pareto_tail;
class page_hinkley;
class predictive_tail;

// formats/
class text_column;
enum class field_status : std::uint8_t;
class text_dictionary;
struct coded_text;
template <class Fault>
struct bad_line;
class bad_text_budget;
class line_splitter;
enum class time_format : std::uint8_t;
enum class number_style : std::uint8_t;
struct number_evidence;
struct number_shape;
struct written_time;
struct slash_date;
struct timestamp_options;
struct timestamp_column;
struct number_column;
enum class json_kind : std::uint8_t;
enum class json_fault : std::uint8_t;
class json_scanner;
enum class json_type : std::uint8_t;
class json_column;
struct json_lines;
struct json_lines_limits;
class json_lines_decoder;
enum class log_field;
class log_format;
struct named_log_format;
enum class line_fault : std::uint8_t;
struct access_log;
struct request_line;
class access_log_decoder;
struct metric_label;
struct metric_exemplar;
struct metric_sample;
struct metric_family;
struct classic_histogram;
struct exported_histogram;
struct exported_families;
struct native_span;
struct native_histogram;
struct otlp_histogram;
struct otlp_text;
struct otlp_histograms;
struct detected_log_format;
struct combined_line;

namespace detect {
class alarm_hold;
struct incident_rows;
struct incident_rules;
class missing_rows;
class nearest_windows;
class online_false_discovery;
class seasonal_guess;
struct series_strangeness;
struct slow_change;
class slow_watch;
enum class slow_kind : std::uint8_t;
class strangeness_calibration;
struct stream_clock;
class stream_detector;
class stream_judge;
struct stream_verdict;
struct standard_scale;
class stuck_value;
class table_cells;
class table_distance;
class table_judge;
class tail_probability;
}  // namespace detect

// record/
struct latency_range;
class latency_cells;
class latency_counts;
class latency_recorder;
class recorder_family;
struct recorder_window;
class recorder_windows;

namespace generate {
class day_shape;
struct week_shape;
struct incident;
struct incident_effect;
enum class dirt_kind : std::uint8_t;
enum class dirt_column : std::uint8_t;
struct dirt_rates;
struct dirt_entry;
struct requests_options;
struct requests_spans;
struct requests_table;
class requests_generator;
}  // namespace generate

namespace kernels {
inline namespace v0_1 {
struct compiled;
}
}  // namespace kernels

BAROGRAPH_NAMESPACE_END
