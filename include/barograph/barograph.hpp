// All of barograph but interop/, whose headers need other libraries.
//
// Convenient, and slow to compile: a header of a folder says what it needs by itself.
#pragma once

#include "config.hpp"
#include "fwd.hpp"
#include "kernels.hpp"
#include "version.hpp"

#include "core/bytes.hpp"
#include "core/decimal.hpp"
#include "core/errors.hpp"
#include "core/executor.hpp"
#include "core/interrupt.hpp"
#include "core/math.hpp"
#include "core/random.hpp"
#include "core/span.hpp"
#include "core/stable_hash.hpp"

#include "time/civil.hpp"
#include "time/local_fields.hpp"
#include "time/posix_rule.hpp"
#include "time/truncate.hpp"
#include "time/zone.hpp"

#include "stats/distinct.hpp"
#include "stats/exact_sum.hpp"
#include "stats/fixed_quantile_histogram.hpp"
#include "stats/interval.hpp"
#include "stats/moments.hpp"
#include "stats/order_statistic.hpp"
#include "stats/proportion.hpp"
#include "stats/quantile_histogram.hpp"
#include "stats/state.hpp"

#include "slo/apdex.hpp"
#include "slo/health.hpp"
#include "slo/latency_summary.hpp"
#include "slo/policy.hpp"
#include "slo/policy_toml.hpp"

#include "rolling/order_statistics.hpp"
#include "rolling/reductions.hpp"
#include "rolling/series.hpp"
#include "rolling/windows.hpp"

#include "groupby/factorize.hpp"
#include "groupby/kpis.hpp"
#include "groupby/quantiles.hpp"
#include "groupby/sketch.hpp"

#include "formats/access_log.hpp"
#include "formats/fields.hpp"
#include "formats/json.hpp"
#include "formats/json_lines.hpp"
#include "formats/line_splitter.hpp"
#include "formats/log_format.hpp"
#include "formats/number.hpp"
#include "formats/text_column.hpp"
#include "formats/text_dictionary.hpp"
#include "formats/timestamp.hpp"
#include "formats/url_template.hpp"
#include "formats/utf8.hpp"

#include "generate/dirt.hpp"
#include "generate/incidents.hpp"
#include "generate/shapes.hpp"
#include "generate/workloads.hpp"

#include "record/latency_counts.hpp"
#include "record/latency_recorder.hpp"
#include "record/recorder_family.hpp"
#include "record/windows.hpp"
