// Prometheus' native histogram: spans of buckets with deltas, from a quantile_histogram and back.
//
// Law: class I. Schema s has the buckets of scale s, -4 to 8, and an index one higher than
// OpenTelemetry's: bucket i holds (base^(i-1), base^i], base = 2^(2^-s). Finite counts come back whole;
// a histogram whose scale is below -4 cannot be written. What is dropped is said.
// Source: Prometheus, prompb/types.proto, message Histogram; "Native histograms" (specification).
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../stats/quantile_histogram.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// `length` buckets in a row, `offset` after the end of the span before (the first: its index).
struct native_span {
  std::int32_t offset;
  std::uint32_t length;
};

struct native_histogram {
  int schema = 0;
  double zero_threshold = 0;
  std::uint64_t zero_count = 0;
  std::uint64_t count = 0;
  std::vector<native_span> negative_spans;
  std::vector<std::int64_t> negative_deltas;  ///< each count less the one before
  std::vector<native_span> positive_spans;
  std::vector<std::int64_t> positive_deltas;
  std::vector<std::string> dropped;  ///< what the format cannot say
};

namespace native_detail {

inline void add(std::vector<native_span>& spans, std::vector<std::int64_t>& deltas, std::int64_t& next,
                std::int64_t& before, std::int64_t index, std::uint64_t count) {
  if (spans.empty() || index != next) {
    spans.push_back({static_cast<std::int32_t>(index - next), 0});
    if (spans.size() == 1) spans.back().offset = static_cast<std::int32_t>(index);
  }
  ++spans.back().length;
  deltas.push_back(static_cast<std::int64_t>(count) - before);
  before = static_cast<std::int64_t>(count);
  next = index + 1;
}

/// Dense counts and the OpenTelemetry offset of the first.
inline std::vector<std::uint64_t> dense(const std::vector<native_span>& spans,
                                        const std::vector<std::int64_t>& deltas, std::int32_t& offset) {
  std::vector<std::uint64_t> counts;
  std::size_t used = 0;
  std::uint64_t n = 0;
  std::int64_t index = 0;
  for (const native_span& s : spans) {
    if (&s != &spans.front() && s.offset < 0)
      raise<invalid_argument>("spans: an offset of " + std::to_string(s.offset) +
                              " given, expected 0 or more");
    index += s.offset;
    if (&s == &spans.front()) {
      if (index < -600'000 || index > 600'000)
        raise<invalid_argument>("spans: buckets beyond the range of doubles given");
      offset = static_cast<std::int32_t>(index) - 1;
    }
    const std::size_t first = static_cast<std::size_t>(index - 1 - offset);
    if (first > 1'200'000 || s.length > 1'200'000)
      raise<invalid_argument>("spans: buckets beyond the range of doubles given");
    if (s.length > deltas.size() - used)
      raise<invalid_argument>("deltas: " + std::to_string(deltas.size()) + " given, expected one a bucket");
    counts.resize(first + s.length);
    for (std::size_t i = 0; i < s.length; ++i) {
      n += static_cast<std::uint64_t>(deltas[used++]);
      if (n > max_count) raise<invalid_argument>("deltas: a count below 0 or above 2^63 - 1 given");
      counts[first + i] = n;
    }
    index += s.length;
  }
  if (used != deltas.size())
    raise<invalid_argument>("deltas: " + std::to_string(deltas.size()) + " given, expected " +
                            std::to_string(used) + ", one a bucket");
  return counts;
}

}  // namespace native_detail

inline native_histogram to_native(const quantile_histogram& h) {
  if (h.scale() < -4)
    raise<invalid_argument>("histogram: scale " + std::to_string(h.scale()) +
                            " given, expected at least -4, the coarsest of native histograms");
  native_histogram r;
  r.schema = h.scale();
  r.zero_count = h.zero_count();
  r.count = h.count();
  const int shift = kernel::finest_scale - h.scale();
  if (h.zero_threshold() > 0)
    r.zero_threshold = detail::upper_bound(detail::finest_index(h.zero_threshold()) >> shift, h.scale());
  const auto buckets = h.buckets();
  std::int64_t next = 0;
  std::int64_t before = 0;
  for (const auto& b : buckets)
    if (b.lower >= 0 && b.upper > 0)
      native_detail::add(r.positive_spans, r.positive_deltas, next, before,
                         (detail::finest_index(b.upper) >> shift) + 1, b.count);
  next = before = 0;
  for (std::size_t i = buckets.size(); i-- > 0;)
    if (buckets[i].upper <= 0 && buckets[i].lower < 0)
      native_detail::add(r.negative_spans, r.negative_deltas, next, before,
                         (detail::finest_index(-buckets[i].lower) >> shift) + 1, buckets[i].count);
  if (h.nan_count() != 0) r.dropped.push_back(std::to_string(h.nan_count()) + " values that are NaN");
  const std::uint64_t infinite = h.positive_infinity_count() + h.negative_infinity_count();
  if (infinite != 0) r.dropped.push_back(std::to_string(infinite) + " infinite values");
  if (!h.pinned().empty()) r.dropped.push_back("counts at pinned bounds");
  if (h.count() != 0 && h.extremes_known()) r.dropped.push_back("smallest and largest value");
  return r;
}

inline quantile_histogram from_native(const native_histogram& given) {
  if (given.schema < -4 || given.schema > 8)
    raise<invalid_argument>("schema: " + std::to_string(given.schema) + " given, expected -4 to 8");
  exponential_counts counts;
  counts.scale = given.schema;
  const auto positive =
      native_detail::dense(given.positive_spans, given.positive_deltas, counts.positive_offset);
  const auto negative =
      native_detail::dense(given.negative_spans, given.negative_deltas, counts.negative_offset);
  counts.positive = positive;
  counts.negative = negative;
  counts.zero_count = given.zero_count;
  counts.zero_threshold = given.zero_threshold;
  quantile_histogram h = quantile_histogram::from_counts(counts);
  if (h.count() != given.count)
    raise<invalid_argument>("count: " + std::to_string(given.count) + " given, expected " +
                            std::to_string(h.count()) + ", what the buckets hold");
  return h;
}

BAROGRAPH_NAMESPACE_END
