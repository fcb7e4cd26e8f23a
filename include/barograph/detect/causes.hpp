// causes: which metrics most likely caused what was seen at a row, most likely first.
//
// Each metric is compared before and after. Its shift is that of median and mean together, in units of
// its spread plus a tenth of its level (without such a floor a calm metric wins by a trifle), and counts
// for no more than the shift against the rows just before, so that what had drifted away earlier is no
// cause. Score: ln(1 + shift), less for a direction that does no harm, plus a part for values that have
// begun to scatter. A metric that falls silent has a score of its own. Shares of successes are looked at as
// shares of failures. Latency and errors spread from service to service, cpu and memory do not: the latter
// count for more, and latency of calls to others for less. When it began is looked for near the
// given row, by all metrics together. With a graph of calls, what a service's callees explain is taken off,
// and callers that suffer speak for the service they call.
//
// Law: class F; threads change no bit.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/serial_executor.hpp"
#include "../core/span.hpp"
#include "cause_options.hpp"
#include "detail/call_graph.hpp"
#include "detail/shift.hpp"
#include "metric_kind.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

struct cause {
  std::size_t column;
  double score;
  double shift;        ///< with its sign, in units of the metric's scale; 0: none, or too few values
  std::int64_t onset;  ///< the row in which the metric changed; -1: in none to speak of
};

struct ranked_causes {
  std::size_t begin = 0;      ///< the row in which it began, as all metrics together have it
  std::vector<cause> causes;  ///< most likely first
};

namespace detail {

/// A metric as it is before the search: its unit, its normal level, and its scale, for which the rows from
/// `after` on count as well; `values` is room to work in.
inline seen_metric see(span<const double> x, const metric_traits& traits, std::size_t normal_end,
                       std::size_t after, const cause_options& how, std::vector<double>& values) {
  seen_metric m;
  m.unit = unit_of(x);
  if (how.successes_as_failures && traits.successes) {
    double largest = 0;
    for (const double v : x)
      if (v - v == 0.0) largest = std::max(largest, v);
    m.whole = largest > 100.0 ? 0.0 : largest > 1.5 ? 100.0 : 1.0;  // 0: no share after all
  }
  finite_values(x, 0, normal_end, m, values);
  m.normal = level_of(values);
  finite_values(x, after, x.size(), m, values);
  if (m.normal.count >= 3 && !values.empty()) m.scale = scale_of(m.normal, level_of(values), m.whole, how);
  return m;
}

/// The candidate with the highest sum over all metrics (rows of `steps`), of equal ones the nearest to
/// `given`.
inline std::size_t highest_total(const std::vector<double>& steps, std::size_t candidates,
                                 std::size_t given) {
  std::size_t found = given;
  double best = 0;
  for (std::size_t k = 0; k < candidates; ++k) {
    double sum = 0;
    for (std::size_t i = k; i < steps.size(); i += candidates) sum += steps[i];
    const auto far = [given](std::size_t c) { return c > given ? c - given : given - c; };
    if (sum > best || (sum == best && far(k) < far(found))) {
      best = sum;
      found = k;
    }
  }
  return found;
}

/// Takes a share of the median score of each kind off the scores of its metrics.
inline void take_off_common(span<const metric_traits> traits, double share, std::vector<cause>& causes) {
  for (const metric_kind k : {metric_kind::other, metric_kind::cpu, metric_kind::memory, metric_kind::latency,
                              metric_kind::errors, metric_kind::traffic}) {
    std::vector<double> scores;
    for (const cause& c : causes)
      if (traits[c.column].kind == k) scores.push_back(c.score);
    if (scores.empty()) continue;
    std::size_t from = 0;
    const double median = quantile_from(scores, 0.5, from);
    for (cause& c : causes)
      if (traits[c.column].kind == k) c.score -= share * median;
  }
}

}  // namespace detail

/// Ranks metrics as causes of what began at or near row `at`.
///
/// @param columns  the metrics, of equal length; NaN and infinities are missing
/// @param traits   of each metric (`traits_of` reads them from names)
/// @param at       the first abnormal row: rows before it are normal
/// @param recent_from  rows before this one are normal but not recent (another recording); 0: all are one
/// @param how      weights
/// @param graph    services and calls; empty: none known
/// @param run      where columns are done
/// @throws invalid_argument if sizes do not agree or no row is before or after `at`
template <class Executor = serial_executor>
ranked_causes rank_causes(span<const span<const double>> columns, span<const metric_traits> traits,
                          std::size_t at, std::size_t recent_from = 0, const cause_options& how = {},
                          const service_graph& graph = {}, const Executor& run = Executor()) {
  const std::size_t rows = columns.empty() ? 0 : columns[0].size();
  for (const auto& c : columns)
    if (c.size() != rows) raise<invalid_argument>("columns: of unequal length given");
  if (traits.size() != columns.size())
    raise<invalid_argument>("traits: " + std::to_string(traits.size()) + " given, expected " +
                            std::to_string(columns.size()) + ", one a column");
  if (!graph.service.empty() && graph.service.size() != columns.size())
    raise<invalid_argument>("service: " + std::to_string(graph.service.size()) + " given, expected " +
                            std::to_string(columns.size()) + ", one a column");
  ranked_causes found;
  found.begin = at;
  if (columns.empty()) return found;
  if (at == 0 || at >= rows)
    raise<invalid_argument>("at: row " + std::to_string(at) + " given, expected 1 to " +
                            std::to_string(rows - 1) + ": rows before it are normal, the others are not");
  recent_from = std::min(recent_from, at);

  // Rows that may be on either side of the begin are left out of what is normal.
  const std::size_t margin = std::min({how.tolerance, at - recent_from, at - std::min<std::size_t>(at, 3)});
  const std::size_t normal_end = at - margin;
  const std::size_t last = std::min(rows - 1, at + how.tolerance);
  const std::size_t n = columns.size();
  std::vector<detail::seen_metric> seen(n);
  const std::size_t grain = 8;
  run.for_each_chunk(n, grain, [&](std::size_t begin, std::size_t end) {
    std::vector<double> values;
    for (std::size_t c = begin; c < end; ++c)
      seen[c] = detail::see(columns[c], traits[c], normal_end, last < rows - 1 ? last : at, how, values);
  });
  if (how.tolerance != 0) {
    const std::size_t first = normal_end;
    const std::size_t before = std::max<std::size_t>(how.recent, 1);
    const std::size_t after = std::max<std::size_t>(std::min(how.recent, rows - at), 1);
    const std::size_t candidates = last - first + 1;
    std::vector<double> steps(n * candidates, 0.0);
    run.for_each_chunk(n, grain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t c = begin; c < end; ++c)
        if (seen[c].scale > 0)
          detail::add_steps(columns[c], seen[c], first, last, before, after,
                            span<double>(steps.data() + c * candidates, candidates));
    });
    found.begin = first + detail::highest_total(steps, candidates, at - first);
  }

  // A metric is scored as of that row and, where it might make a difference, as of the given row and the
  // earliest possible one: a cause may move before what it causes, and the search may have erred.
  std::vector<std::size_t> splits{found.begin};
  for (const std::size_t row : {at, normal_end}) {
    const std::size_t off = row > found.begin ? row - found.begin : found.begin - row;
    const bool known = std::find(splits.begin(), splits.end(), row) != splits.end();
    if (!known && row > 0 && off * 50 > rows - found.begin) splits.push_back(row);
  }
  found.causes.resize(n);
  run.for_each_chunk(n, grain, [&](std::size_t begin, std::size_t end) {
    std::vector<double> values;
    for (std::size_t c = begin; c < end; ++c) {
      found.causes[c] = cause{c, 0.0, 0.0, -1};
      for (const std::size_t split : splits) {
        const std::size_t recent = std::min(how.recent, split - std::min(split, recent_from));
        const detail::stretches where{split, rows, recent, margin, recent_from};
        const detail::scored_shift s =
            detail::score_shift(columns[c], seen[c], traits[c].harmful, where, how, values);
        if (split == found.begin || s.score > found.causes[c].score)
          found.causes[c] = cause{c, s.score, s.shift, s.onset};
      }
      if (seen[c].scale != 0) continue;
      const std::int64_t silent = detail::silent_from(columns[c], normal_end, last);
      if (silent >= 0) found.causes[c] = cause{c, how.silence, 0.0, silent};
    }
  });
  if (how.common != 0) detail::take_off_common(traits, how.common, found.causes);
  if (!graph.service.empty()) {
    std::vector<double> scores(n);
    for (std::size_t c = 0; c < n; ++c) scores[c] = found.causes[c].score;
    detail::explain_by_calls(graph, traits, how, scores);
    for (std::size_t c = 0; c < n; ++c) found.causes[c].score = scores[c];
  }
  for (cause& c : found.causes) {  // only now: callers that suffer speak for a service by their latency
    const metric_traits& t = traits[c.column];
    if (t.outward) c.score *= how.outward;
    if (t.kind == metric_kind::cpu || t.kind == metric_kind::memory) c.score *= how.resources;
  }
  std::stable_sort(found.causes.begin(), found.causes.end(), [](const cause& a, const cause& b) {
    if (a.score != b.score) return a.score > b.score;
    const auto order = [](std::int64_t onset) { return static_cast<std::uint64_t>(onset); };  // -1 is last
    return order(a.onset) < order(b.onset);
  });
  return found;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
