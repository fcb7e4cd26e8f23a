// OTLP/JSON: histograms in a metrics request, written as exponential histograms and read back.
//
// Law: class I. The exponential histogram's buckets are ours: every finite count comes back whole, with
// minimum and maximum; a scale above 6 (up to 20) is read into the buckets of scale 6 that hold its own.
// NaN, infinities and pinned counts have no place in the format: the writer says what it dropped.
// 64-bit integers are strings, times Unix ns, as proto3's JSON mapping has it; both forms are read.
// Explicit-bucket histograms are read as classic_histogram.hpp says; other metrics are noted.
// Sources: opentelemetry-proto 1.x, metrics.proto; OTLP specification, "JSON Protobuf Encoding".
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../core/utf8.hpp"
#include "classic_histogram.hpp"
#include "detail/open_metrics_text.hpp"
#include "json.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// One data point: a histogram, and what it is of.
struct otlp_histogram {
  std::string name;
  std::string unit;
  std::string description;
  std::vector<metric_label> resource;    ///< attributes of what sends, service.name among them
  std::vector<metric_label> attributes;  ///< values that are no text in their JSON form
  std::int64_t start = 0;                ///< Unix ns
  std::int64_t time = 0;                 ///< Unix ns
  bool cumulative = true;                ///< since `start`; else since the point before
  quantile_histogram histogram;
  std::optional<double> sum;
};

struct otlp_text {
  std::string text;
  std::vector<std::string> dropped;
};

struct otlp_histograms {
  std::vector<otlp_histogram> histograms;
  std::vector<std::string> notes;  ///< metrics that are no histograms
};

namespace otlp_detail {

inline std::string json_string(std::string_view s) {
  if (!is_utf8(s)) raise<invalid_argument>("text: given bytes that are no UTF-8");
  std::string r = "\"";
  for (const char c : s) {
    if (c == '"' || c == '\\') {
      (r += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20u) {
      constexpr const char* hex = "0123456789abcdef";
      r += "\\u00";
      r += hex[static_cast<unsigned char>(c) >> 4];
      r += hex[static_cast<unsigned char>(c) & 15u];
    } else {
      r += c;
    }
  }
  return r + '"';
}

inline std::string attributes(const std::vector<metric_label>& labels) {
  std::string r = "[";
  for (const metric_label& l : labels)
    r += (r.size() > 1 ? ",{\"key\":" : "{\"key\":") + json_string(l.name) +
         ",\"value\":{\"stringValue\":" + json_string(l.value) + "}}";
  return r + ']';
}

template <class Integer>
std::string integer(Integer n) {
  return '"' + std::to_string(n) + '"';
}

inline std::string side(const quantile_histogram& h, bool negative) {
  const int shift = kernel::finest_scale - h.scale();
  const auto buckets = h.buckets();
  std::vector<std::pair<std::int32_t, std::uint64_t>> found;
  for (const auto& b : buckets) {
    if (negative ? b.upper <= 0 && b.lower < 0 : b.lower >= 0 && b.upper > 0)
      found.emplace_back(detail::finest_index(negative ? -b.lower : b.upper) >> shift, b.count);
  }
  if (negative) std::reverse(found.begin(), found.end());
  std::string counts;
  std::int32_t next = found.empty() ? 0 : found.front().first;
  const std::int32_t offset = next;
  for (const auto& [index, n] : found) {
    for (; next < index; ++next) counts += "\"0\",";
    counts += integer(n) + ',';
    ++next;
  }
  if (!counts.empty()) counts.pop_back();
  return "{\"offset\":" + std::to_string(offset) + ",\"bucketCounts\":[" + counts + "]}";
}

inline void note_dropped(const otlp_histogram& p, std::vector<std::string>& dropped) {
  const quantile_histogram& h = p.histogram;
  const auto note = [&](std::uint64_t n, const char* what) {
    if (n != 0) dropped.push_back(p.name + ": " + std::to_string(n) + what);
  };
  note(h.nan_count(), " values that are NaN");
  note(h.positive_infinity_count() + h.negative_infinity_count(), " infinite values");
  note(h.pinned().size(), " pinned bounds and their counts");
  if (p.sum && !std::isfinite(*p.sum)) dropped.push_back(p.name + ": a sum that is not finite");
}

/// A request, read into points.
class otlp_json_reader {
 public:
  explicit otlp_json_reader(std::string_view text) : text_(text), json_(text) {}

  otlp_histograms read() {
    if (!is_utf8(text_)) raise<bad_bytes>("text: given bytes that are no UTF-8");
    const bool fine = json_.object([&](std::string_view key) {
      return key == "resourceMetrics" ? json_.array([&] { return resource(); }) : skip();
    });
    if (!fine || !json_.at_end())
      raise<bad_bytes>(std::string("text: not a metrics request in OTLP/JSON, at byte ") +
                       std::to_string(json_.position()) + ": " +
                       (fine               ? "text after the request"
                        : problem_.empty() ? name_of(json_.fault())
                                           : problem_.c_str()));
    return std::move(found_);
  }

 private:
  bool fail(const char* what) {
    if (problem_.empty()) problem_ = what;
    return false;
  }

  bool skip() {
    json_kind kind{};
    std::string_view raw;
    return json_.value(kind, raw);
  }

  /// A string or a number as it is written.
  bool scalar(std::string& out, json_kind& kind) {
    if (!json_.peek(kind)) return false;
    std::string_view s;
    std::string scratch;
    if (kind == json_kind::string ? !json_.string(s, scratch) : !json_.value(kind, s)) return false;
    out.assign(s);
    return true;
  }

  bool text(std::string& out) {
    json_kind kind{};
    return scalar(out, kind) && (kind == json_kind::string || fail("expected a string"));
  }

  template <class Integer>
  bool integer(Integer& out) {
    json_kind kind{};
    std::string s;
    if (!scalar(s, kind)) return false;
    const auto r = std::from_chars(s.data(), s.data() + s.size(), out);
    if (r.ec == std::errc() && r.ptr == s.data() + s.size()) return true;
    return fail("expected an integer");
  }

  bool number(double& out) {
    json_kind kind{};
    std::string s;
    return scalar(s, kind) && (openmetrics_detail::value(s, out) || fail("expected a number"));
  }

  bool boolean_or_text(std::string& out) {
    json_kind kind{};
    std::string_view raw;
    if (!json_.peek(kind)) return false;
    if (kind == json_kind::string) return text(out);
    if (!json_.value(kind, raw)) return false;
    out.assign(raw);
    return true;
  }

  bool attribute_list(std::vector<metric_label>& out) {
    return json_.array([&] {
      metric_label l;
      const bool fine = json_.object([&](std::string_view key) {
        if (key == "key") return text(l.name);
        if (key != "value") return skip();
        return json_.object([&](std::string_view) { return boolean_or_text(l.value); });
      });
      out.push_back(std::move(l));
      return fine;
    });
  }

  bool resource() {
    std::vector<metric_label> of;
    const std::size_t first = found_.histograms.size();
    const bool fine = json_.object([&](std::string_view key) {
      if (key == "resource")
        return json_.object(
            [&](std::string_view k) { return k == "attributes" ? attribute_list(of) : skip(); });
      if (key != "scopeMetrics") return skip();
      return json_.array([&] {
        return json_.object([&](std::string_view k) {
          return k == "metrics" ? json_.array([&] { return metric(); }) : skip();
        });
      });
    });
    for (std::size_t i = first; i < found_.histograms.size(); ++i) found_.histograms[i].resource = of;
    return fine;
  }

  bool metric() {
    otlp_histogram about;
    const std::size_t first = found_.histograms.size();
    std::string other;
    bool fine = json_.object([&](std::string_view key) {
      if (key == "name") return text(about.name);
      if (key == "unit") return text(about.unit);
      if (key == "description") return text(about.description);
      if (key == "exponentialHistogram" || key == "histogram") {
        const bool exponential = key == "exponentialHistogram";
        return json_.object([&](std::string_view k) {
          if (k == "aggregationTemporality") return temporality(about.cumulative);
          if (k != "dataPoints") return skip();
          return json_.array([&] { return exponential ? exponential_point() : explicit_point(); });
        });
      }
      if (key == "sum" || key == "gauge" || key == "summary") other = std::string(key);
      return skip();
    });
    for (std::size_t i = first; i < found_.histograms.size(); ++i) {
      otlp_histogram& p = found_.histograms[i];
      p.name = about.name;
      p.unit = about.unit;
      p.description = about.description;
      p.cumulative = about.cumulative;
    }
    if (!other.empty()) found_.notes.push_back(about.name + ": a " + other + ", no histogram");
    return fine;
  }

  bool temporality(bool& cumulative) {
    std::string s;
    if (!boolean_or_text(s)) return false;
    cumulative = s == "2" || s == "AGGREGATION_TEMPORALITY_CUMULATIVE";
    return cumulative || s == "1" || s == "AGGREGATION_TEMPORALITY_DELTA" || fail("expected a temporality");
  }

  struct buckets {
    std::int32_t offset = 0;
    std::vector<std::uint64_t> counts;
  };

  bool counts(std::vector<std::uint64_t>& out) {
    return json_.array([&] {
      out.push_back(0);
      return integer(out.back());
    });
  }

  /// What both kinds of points have; false in `known` for another key.
  bool common(std::string_view key, otlp_histogram& p, std::uint64_t& count, bool& known) {
    known = true;
    if (key == "attributes") return attribute_list(p.attributes);
    if (key == "startTimeUnixNano") return integer(p.start);
    if (key == "timeUnixNano") return integer(p.time);
    if (key == "count") return integer(count);
    if (key == "sum") {
      double sum = 0;
      if (!number(sum)) return false;
      p.sum = sum;
      return true;
    }
    known = false;
    return true;
  }

  bool exponential_point() {
    otlp_histogram p;
    std::uint64_t count = 0;
    exponential_counts given;
    given.scale = 0;
    buckets positive;
    buckets negative;
    const bool fine = json_.object([&](std::string_view key) {
      bool known = false;
      if (!common(key, p, count, known)) return false;
      if (known) return true;
      if (key == "scale") return integer(given.scale);
      if (key == "zeroCount") return integer(given.zero_count);
      if (key == "zeroThreshold") return number(given.zero_threshold);
      if (key == "min") return number(given.min);
      if (key == "max") return number(given.max);
      if (key != "positive" && key != "negative") return skip();
      buckets& b = key == "positive" ? positive : negative;
      return json_.object([&](std::string_view k) {
        if (k == "offset") return integer(b.offset);
        return k == "bucketCounts" ? counts(b.counts) : skip();
      });
    });
    if (!fine) return false;
    given.positive_offset = positive.offset;
    given.positive = positive.counts;
    given.negative_offset = negative.offset;
    given.negative = negative.counts;
    p.histogram = quantile_histogram::from_counts(given);
    if (p.histogram.count() != count) return fail("expected a count that is what the buckets hold");
    found_.histograms.push_back(std::move(p));
    return true;
  }

  bool explicit_point() {
    otlp_histogram p;
    std::uint64_t count = 0;
    classic_histogram given;
    const bool fine = json_.object([&](std::string_view key) {
      bool known = false;
      if (!common(key, p, count, known)) return false;
      if (known) return true;
      if (key == "bucketCounts") return counts(given.count);
      if (key != "explicitBounds") return skip();
      return json_.array([&] {
        given.upper.push_back(0);
        return number(given.upper.back());
      });
    });
    if (!fine) return false;
    if (given.count.empty()) given.count.push_back(count);
    p.histogram = from_classic(given);
    if (p.histogram.count() != count) return fail("expected a count that is what the buckets hold");
    found_.histograms.push_back(std::move(p));
    return true;
  }

  std::string_view text_;
  json_scanner json_;
  otlp_histograms found_;
  std::string problem_;
};

}  // namespace otlp_detail

/// A metrics request with one exponential histogram a point; points of one name and resource that follow
/// one another stand in one metric.
inline otlp_text write_otlp_json(span<const otlp_histogram> points) {
  namespace detail_ = otlp_detail;
  otlp_text r;
  r.text = "{\"resourceMetrics\":[";
  for (std::size_t i = 0; i < points.size();) {
    const otlp_histogram& first = points[i];
    r.text += (i == 0 ? "{\"resource\":{\"attributes\":" : ",{\"resource\":{\"attributes\":") +
              detail_::attributes(first.resource) +
              "},\"scopeMetrics\":[{\"scope\":{\"name\":\"barograph\"},\"metrics\":[{\"name\":" +
              detail_::json_string(first.name) + ",\"unit\":" + detail_::json_string(first.unit) +
              ",\"description\":" + detail_::json_string(first.description) +
              ",\"exponentialHistogram\":{\"aggregationTemporality\":" + (first.cumulative ? "2" : "1") +
              ",\"dataPoints\":[";
    for (const char* comma = ""; i < points.size(); ++i, comma = ",") {
      const otlp_histogram& p = points[i];
      if (p.name != first.name || p.unit != first.unit || p.description != first.description ||
          p.cumulative != first.cumulative || !(p.resource == first.resource))
        break;
      const quantile_histogram& h = p.histogram;
      detail_::note_dropped(p, r.dropped);
      r.text += comma;
      r.text += "{\"attributes\":" + detail_::attributes(p.attributes) +
                ",\"startTimeUnixNano\":" + detail_::integer(p.start) +
                ",\"timeUnixNano\":" + detail_::integer(p.time) + ",\"count\":" + detail_::integer(h.count());
      if (p.sum && std::isfinite(*p.sum)) r.text += ",\"sum\":" + decimal(*p.sum);
      r.text +=
          ",\"scale\":" + std::to_string(h.scale()) + ",\"zeroCount\":" + detail_::integer(h.zero_count());
      if (h.zero_threshold() > 0) {
        const int shift = kernel::finest_scale - h.scale();
        r.text += ",\"zeroThreshold\":" +
                  decimal(detail::upper_bound(detail::finest_index(h.zero_threshold()) >> shift, h.scale()));
      }
      r.text += ",\"positive\":" + detail_::side(h, false) + ",\"negative\":" + detail_::side(h, true);
      if (h.count() != 0 && h.extremes_known())
        r.text += ",\"min\":" + decimal(h.min()) + ",\"max\":" + decimal(h.max());
      r.text += '}';
    }
    r.text += "]}}]}]}";
  }
  r.text += "]}";
  return r;
}

/// The histograms of a metrics request. Text that is none raises bad_bytes, counts that cannot be
/// invalid_argument.
inline otlp_histograms read_otlp_json(std::string_view text) {
  return otlp_detail::otlp_json_reader(text).read();
}

BAROGRAPH_NAMESPACE_END
