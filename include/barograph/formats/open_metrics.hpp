// OpenMetrics text: metric families read from an exposition and written as one; Prometheus' text too.
//
// Law: class I. write_open_metrics gives text that read_open_metrics reads back as the same families.
// Reading is strict: text that breaks the specification is an error that names the line; Prometheus'
// older format (text_dialect::prometheus) is read as its servers do, and never written.
// Sources: OpenMetrics 1.0 (openmetrics.io, "Text format", "Metric types"); Prometheus, "Exposition
// formats", text format 0.0.4.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "number.hpp"
#include "utf8.hpp"

BAROGRAPH_NAMESPACE_BEGIN

struct metric_label {
  std::string name;
  std::string value;

  friend bool operator==(const metric_label& a, const metric_label& b) {
    return a.name == b.name && a.value == b.value;
  }
};

/// One measured value that stands for those of its sample.
struct metric_exemplar {
  std::vector<metric_label> labels;
  double value = 0;
  std::optional<double> timestamp;  ///< Unix seconds
};

struct metric_sample {
  std::string name;  ///< with its suffix: latency_bucket
  std::vector<metric_label> labels;
  double value = 0;
  std::optional<double> timestamp;  ///< Unix seconds
  std::optional<metric_exemplar> exemplar;

  /// The value of a label; empty when it has none, which is the same.
  std::string label(std::string_view wanted) const {
    for (const metric_label& l : labels)
      if (l.name == wanted) return l.value;
    return {};
  }
};

struct metric_family {
  std::string name;
  std::string type = "unknown";  ///< counter, gauge, histogram, gaugehistogram, stateset, info, summary
  std::string unit;              ///< the end of the name, or empty
  std::string help;
  std::vector<metric_sample> samples;
};

enum class text_dialect { open_metrics, prometheus };

namespace openmetrics_detail {

inline bool is_name(std::string_view s, bool colons) {
  if (s.empty() || (s[0] >= '0' && s[0] <= '9')) return false;
  for (const char c : s)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
          (colons && c == ':')))
      return false;
  return true;
}

inline bool ends_with(std::string_view s, std::string_view end) {
  return s.size() >= end.size() && s.substr(s.size() - end.size()) == end;
}

/// What may follow a family's name in the names of its samples; null for a type that is none.
inline const std::vector<std::string_view>* suffixes(std::string_view type) {
  static const std::pair<std::string_view, std::vector<std::string_view>> known[] = {
      {"counter", {"_total", "_created"}},
      {"gauge", {""}},
      {"histogram", {"_bucket", "_count", "_sum", "_created"}},
      {"gaugehistogram", {"_bucket", "_gcount", "_gsum"}},
      {"stateset", {""}},
      {"info", {"_info"}},
      {"summary", {"", "_count", "_sum", "_created"}},
      {"unknown", {""}},
  };
  for (const auto& k : known)
    if (k.first == type) return &k.second;
  return nullptr;
}

inline bool same_word(std::string_view s, std::string_view lower) {
  if (s.size() != lower.size()) return false;
  for (std::size_t i = 0; i < s.size(); ++i)
    if ((s[i] >= 'A' && s[i] <= 'Z' ? static_cast<char>(s[i] + 32) : s[i]) != lower[i]) return false;
  return true;
}

/// A decimal, or infinity or NaN by name.
inline bool value(std::string_view s, double& out) {
  if (parse_number(s, out)) return true;
  if (same_word(s, "nan")) {
    out = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  const bool negative = !s.empty() && s[0] == '-';
  if (negative || (!s.empty() && s[0] == '+')) s.remove_prefix(1);
  if (!same_word(s, "inf") && !same_word(s, "infinity")) return false;
  out = negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return true;
}

inline std::string text_of(double value) {
  if (value != value) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return decimal(value);
}

inline std::string escaped(std::string_view s) {
  std::string r;
  for (const char c : s) {
    if (c == '\n')
      r += "\\n";
    else if (c == '\\' || c == '"')
      (r += '\\') += c;
    else
      r += c;
  }
  return r;
}

inline std::string unescaped(std::string_view s, bool quotes) {
  std::string r;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const char next = s[i] == '\\' && i + 1 < s.size() ? s[i + 1] : '\0';
    if (next == 'n')
      r += '\n';
    else if (next == '\\' || (next == '"' && quotes))
      r += next;
    else {
      r += s[i];
      continue;
    }
    ++i;
  }
  return r;
}

/// The labels that tell one metric of the family from another, in one text.
inline std::string metric_of(const metric_sample& s, const metric_family& f) {
  std::vector<std::string> parts;
  for (const metric_label& l : s.labels)
    if (!l.value.empty() && !(l.name == "le" && ends_with(s.name, "_bucket")) &&
        !(l.name == "quantile" && s.name == f.name && f.type == "summary") &&
        !(l.name == f.name && f.type == "stateset"))
      parts.push_back(l.name + '\1' + l.value + '\2');
  for (std::size_t i = 1; i < parts.size(); ++i)
    for (std::size_t j = i; j > 0 && parts[j] < parts[j - 1]; --j) std::swap(parts[j], parts[j - 1]);
  std::string all;
  for (const std::string& p : parts) all += p;
  return all;
}

class open_metrics_reader {
 public:
  open_metrics_reader(std::string_view text, text_dialect dialect)
      : text_(text), strict_(dialect == text_dialect::open_metrics) {}

  std::vector<metric_family> read() {
    bool ended = false;
    while (at_ < text_.size()) {
      const std::size_t end = text_.find('\n', at_);
      std::string_view line = text_.substr(at_, end == text_.npos ? text_.npos : end - at_);
      at_ = end == text_.npos ? text_.size() : end + 1;
      ++line_;
      if (!is_utf8(line)) fail("bytes that are no UTF-8");
      if (ended) fail("text after # EOF");
      if (!strict_) {
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        line = trimmed(line);
        if (line.empty()) continue;
      }
      if (line == "# EOF")
        ended = true;
      else if (!line.empty() && line[0] == '#')
        metadata(line);
      else
        sample(line);
    }
    ++line_;
    if (strict_ && !ended) fail("the end of the text, expected # EOF");
    finish();
    return std::move(families_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    raise<bad_bytes>("text: line " + std::to_string(line_) + ": " + what);
  }
  [[noreturn]] void fail(const char* what, std::string_view given) const {
    fail(std::string(what) + " (\"" + std::string(given.substr(0, 80)) + "\" given)");
  }

  bool within() const { return !families_.empty() && !finished_; }

  void metadata(std::string_view line) {
    std::string_view part[4];
    std::size_t parts = 0;
    std::string_view rest = line;
    while (parts < 3) {
      if (!strict_) rest = trimmed(rest);
      const std::size_t space = strict_ ? rest.find(' ') : rest.find_first_of(" \t");
      part[parts++] = rest.substr(0, space);
      if (space == rest.npos) {
        rest = {};
        break;
      }
      rest.remove_prefix(space + 1);
      if (parts == 3) part[parts++] = strict_ ? rest : trimmed(rest);
    }
    const bool known =
        part[0] == "#" && (part[1] == "HELP" || part[1] == "TYPE" || (part[1] == "UNIT" && strict_));
    if (!strict_ && !known) return;  // a comment
    if (!known || (parts < 4 && (strict_ || part[1] == "TYPE" || parts < 3)))
      fail("expected # HELP, # TYPE or # UNIT, a name and a text", line);
    if (!is_name(part[2], true)) fail("expected the name of a metric", part[2]);
    if (!within() || families_.back().name != part[2]) {
      finish();
      begin(std::string(part[2]));
    } else if (!families_.back().samples.empty()) {
      fail("expected metadata before the samples of its family", line);
    }
    metric_family& f = families_.back();
    const unsigned flag = part[1] == "HELP" ? 1u : part[1] == "TYPE" ? 2u : 4u;
    if ((seen_ & flag) != 0u) fail("expected each kind of metadata once", line);
    seen_ |= flag;
    if (flag == 1u)
      f.help = unescaped(part[3], strict_);
    else if (flag == 4u)
      f.unit = std::string(part[3]);
    else if (suffixes(part[3]) != nullptr && (strict_ || part[3] != "unknown"))
      f.type = std::string(part[3]);
    else if (strict_ || part[3] != "untyped")
      fail("expected a type of metric", part[3]);
    if (flag == 4u && !f.unit.empty() && !ends_with(f.name, '_' + f.unit))
      fail("expected a unit that is the end of the name", part[3]);
    if (!f.unit.empty() && (f.type == "info" || f.type == "stateset"))
      fail("expected no unit for info and stateset", line);
  }

  void begin(std::string name) {
    families_.push_back({});
    families_.back().name = std::move(name);
    finished_ = false;
    seen_ = 0;
    metrics_.clear();
    series_.clear();
    metric_.reset();
  }

  /// Whether a sample of this name belongs to the family that is being read.
  bool belongs(std::string_view name) const {
    if (!within()) return false;
    const metric_family& f = families_.back();
    if (name.substr(0, f.name.size()) != f.name) return false;
    const std::string_view suffix = name.substr(f.name.size());
    if (!strict_ && f.type == "counter" && suffix.empty()) return true;
    for (const std::string_view s : *suffixes(f.type))
      if (s == suffix) return true;
    return false;
  }

  bool eat(char c) {
    if (line_left_.empty() || line_left_[0] != c) return false;
    line_left_.remove_prefix(1);
    return true;
  }

  void blanks() {
    if (!strict_)
      line_left_ = line_left_.substr(std::min(line_left_.find_first_not_of(" \t"), line_left_.size()));
  }

  /// What stands before the next blank, which is taken as well.
  std::string_view word() {
    blanks();
    const std::size_t end = std::min(line_left_.find_first_of(strict_ ? " " : " \t"), line_left_.size());
    const std::string_view w = line_left_.substr(0, end);
    line_left_.remove_prefix(end);
    return w;
  }

  std::vector<metric_label> labels() {
    std::vector<metric_label> all;
    blanks();
    if (eat('}')) return all;
    do {
      blanks();
      if (!strict_ && eat('}')) return all;  // after a comma
      const std::size_t equals = std::min(line_left_.find_first_of("=} "), line_left_.size());
      const std::string_view name = line_left_.substr(0, equals);
      if (!is_name(name, false)) fail("expected the name of a label", line_left_);
      line_left_.remove_prefix(equals);
      blanks();
      if (!eat('=')) fail("expected = and a quoted value", line_left_);
      blanks();
      if (!eat('"')) fail("expected a quoted value", line_left_);
      std::size_t end = 0;
      while (end < line_left_.size() && line_left_[end] != '"') end += line_left_[end] == '\\' ? 2 : 1;
      if (end >= line_left_.size()) fail("a label's value that does not end");
      for (const metric_label& l : all)
        if (l.name == name) fail("a label given twice", name);
      all.push_back({std::string(name), unescaped(line_left_.substr(0, end), true)});
      line_left_.remove_prefix(end + 1);
      blanks();
    } while (eat(','));
    if (!eat('}')) fail("expected , or }", line_left_);
    return all;
  }

  std::optional<double> timestamp(double unit) {
    double t = 0;
    const std::string_view w = word();
    if (!parse_number(w, t)) fail("expected a timestamp", w);
    return t / unit;
  }

  void space(const char* before) {
    if (!eat(' ') && (strict_ || !eat('\t'))) fail(before, line_left_);
  }

  void sample(std::string_view line) {
    line_left_ = line;
    metric_sample s;
    const std::size_t end = std::min(line_left_.find_first_of(strict_ ? "{ " : "{ \t"), line_left_.size());
    s.name = std::string(line_left_.substr(0, end));
    if (!is_name(s.name, true)) fail("expected the name of a metric", line);
    line_left_.remove_prefix(end);
    blanks();
    if (eat('{')) {
      s.labels = labels();
      if (strict_) space("expected a blank and a value");
    } else if (strict_) {
      space("expected a blank and a value");
    }
    const std::string_view number = word();
    if (!value(number, s.value)) fail("expected a value", number);
    blanks();
    if (strict_ && !line_left_.empty()) {
      space("expected a blank");
      if (line_left_.empty() || line_left_[0] != '#') {
        s.timestamp = timestamp(1);
        if (!line_left_.empty()) space("expected a blank");
        if (line_left_.empty() && line.back() == ' ') fail("a blank at the end of the line");
      }
      if (!line_left_.empty()) s.exemplar = exemplar();
    } else if (!line_left_.empty()) {
      s.timestamp = timestamp(1000);
      blanks();
      if (!line_left_.empty()) fail("expected the end of the line", line_left_);
    }
    if (!belongs(s.name)) {
      finish();
      begin(s.name);
    }
    check(s, line);
    families_.back().samples.push_back(std::move(s));
  }

  metric_exemplar exemplar() {
    metric_exemplar e;
    if (!eat('#') || !eat(' ') || !eat('{')) fail("expected # {labels} and a value", line_left_);
    e.labels = labels();
    std::size_t size = 0;
    for (const metric_label& l : e.labels)
      for (const std::string* part : {&l.name, &l.value})
        for (const char c : *part) size += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u ? 1 : 0;
    if (size > 128)
      fail("an exemplar with " + std::to_string(size) + " characters of labels, expected at most 128");
    space("expected a blank and a value");
    const std::string_view number = word();
    if (!value(number, e.value)) fail("expected an exemplar's value", number);
    if (!line_left_.empty()) {
      space("expected a blank");
      e.timestamp = timestamp(1);
      if (!line_left_.empty()) fail("expected the end of the line", line_left_);
    }
    return e;
  }

  /// One sample against its type and the samples before.
  void check(const metric_sample& s, std::string_view line) {
    const metric_family& f = families_.back();
    const std::string_view suffix = std::string_view(s.name).substr(f.name.size());
    const auto is = [&](const char* a) { return suffix == a; };
    double number = 0;
    if (is("_bucket") && (f.type == "histogram" || f.type == "gaugehistogram")) {
      const std::string le = s.label("le");
      if (le != "+Inf" && !parse_number(le, number))
        fail("expected a label le that is a number or +Inf", line);
    }
    if (f.type == "summary" && suffix.empty() &&
        (!parse_number(s.label("quantile"), number) || !(number >= 0 && number <= 1)))
      fail("expected a label quantile from 0 to 1", line);
    if (!strict_) return;
    if (f.type == "stateset" && (s.label(f.name).empty() || (s.value != 0 && s.value != 1)))
      fail("expected a state named by a label, and 0 or 1", line);
    if (f.type == "info" && s.value != 1) fail("expected 1 for an info", line);
    if (f.type == "summary" && suffix.empty() && s.value < 0) fail("expected no negative quantile", line);
    const bool counts = f.type != "gauge" && f.type != "unknown" &&
                        (is("_total") || is("_sum") || is("_count") || is("_bucket") || is("_gcount"));
    if ((counts && !(s.value >= 0)) || (is("_gsum") && s.value != s.value))
      fail("expected a count or sum of 0 or more", line);
    if (s.exemplar && !((f.type == "histogram" || f.type == "gaugehistogram") && is("_bucket")) &&
        !(f.type == "counter" && is("_total")))
      fail("expected exemplars at counters and buckets only", line);

    const std::string metric = metric_of(s, f);
    if (!metric_ || *metric_ != metric) {
      if (!metrics_.insert(metric).second) fail("expected the samples of a metric together", line);
      series_.clear();
    } else {
      if (s.timestamp.has_value() != timestamp_.has_value())
        fail("expected timestamps at all samples of a metric or at none", line);
      if (s.timestamp && *s.timestamp < *timestamp_) fail("expected timestamps that do not go back", line);
    }
    std::string series = s.name;
    for (const char* key : {"le", "quantile"}) series += '\3' + s.label(key);
    if (f.type == "stateset") series += '\3' + s.label(f.name);
    if (!series_.insert(std::move(series)).second && !s.timestamp) fail("a sample given twice", line);
    metric_ = metric;
    timestamp_ = s.timestamp;
  }

  /// A whole family: its names, and its histograms.
  void finish() {
    if (!within()) return;
    finished_ = true;
    const metric_family& f = families_.back();
    if (strict_) {
      bool fresh = true;
      bool plain = false;  // whether the name itself is one of its samples' names
      for (const std::string_view suffix : *suffixes(f.type)) {
        fresh = taken_.insert(f.name + std::string(suffix)).second && fresh;
        plain = plain || suffix.empty();
      }
      if (!fresh || (!plain && !taken_.insert(f.name).second))
        fail("a name that an earlier family has", f.name);
    } else if (!taken_.insert(f.name).second) {
      fail("the samples of a family together", f.name);
    }
    if (strict_ && (f.type == "histogram" || f.type == "gaugehistogram")) check_histograms(f);
  }

  void check_histograms(const metric_family& f) const {
    for (std::size_t i = 0; i < f.samples.size();) {
      const std::string metric = metric_of(f.samples[i], f);
      const std::optional<double> when = f.samples[i].timestamp;
      double bound = -std::numeric_limits<double>::infinity();
      double cumulative = 0;
      std::optional<double> count;
      std::optional<double> sum;
      bool any = false;
      bool created = true;
      bool negative = false;
      for (; i < f.samples.size() && f.samples[i].timestamp == when && metric_of(f.samples[i], f) == metric;
           ++i) {
        const metric_sample& s = f.samples[i];
        created = created && ends_with(s.name, "_created");
        if (ends_with(s.name, "count")) count = s.value;
        if (ends_with(s.name, "sum")) sum = s.value;
        if (!ends_with(s.name, "_bucket")) continue;
        double le = 0;
        value(s.label("le"), le);
        if (any && !(le > bound)) fail("buckets out of order", f.name);
        if (s.value < cumulative) fail("buckets that hold less than the ones before", f.name);
        negative = negative || le < 0;
        bound = le;
        cumulative = s.value;
        any = true;
      }
      if (created) continue;
      if (!any || !std::isinf(bound)) fail("a histogram without its +Inf bucket", f.name);
      if (count && *count != cumulative) fail("a histogram whose count is not its +Inf bucket", f.name);
      if (count.has_value() != sum.has_value()) fail("a histogram with one of count and sum alone", f.name);
      if (f.type == "histogram" && negative && sum) fail("a sum beside negative buckets", f.name);
      if (f.type == "gaugehistogram" && !negative && sum && *sum < 0) fail("a negative sum", f.name);
    }
  }

  std::string_view text_;
  std::string_view line_left_;
  bool strict_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::vector<metric_family> families_;
  bool finished_ = true;
  unsigned seen_ = 0;  ///< metadata of the family: 1 help, 2 type, 4 unit
  std::set<std::string> taken_;
  std::set<std::string> metrics_;  ///< of the family
  std::set<std::string> series_;   ///< of the metric
  std::optional<std::string> metric_;
  std::optional<double> timestamp_;
};

inline void append_labels(std::string& out, const std::vector<metric_label>& labels) {
  for (const metric_label& l : labels) {
    if (!is_name(l.name, false))
      raise<invalid_argument>("labels: \"" + l.name + "\" given, expected letters, digits and _ for a name");
    if (!is_utf8(l.value)) raise<invalid_argument>("labels: given bytes that are no UTF-8");
    out += (&l == &labels.front() ? "" : ",") + l.name + "=\"" + escaped(l.value) + '"';
  }
}

}  // namespace openmetrics_detail

/// The families of a text, in their order. Bytes that are no such text raise bad_bytes, which names the
/// line.
inline std::vector<metric_family> read_open_metrics(std::string_view text,
                                                    text_dialect dialect = text_dialect::open_metrics) {
  return openmetrics_detail::open_metrics_reader(text, dialect).read();
}

/// The exposition of the families, `# EOF` included. What no reader would take is an error.
inline std::string write_open_metrics(span<const metric_family> families) {
  namespace detail = openmetrics_detail;
  std::string out;
  for (const metric_family& f : families) {
    if (!detail::is_name(f.name, true))
      raise<invalid_argument>("name: \"" + f.name +
                              "\" given, expected letters, digits, _ and :, no digit first");
    if (!is_utf8(f.help)) raise<invalid_argument>("help: given bytes that are no UTF-8");
    out += "# TYPE " + f.name + ' ' + f.type + '\n';
    if (!f.unit.empty()) out += "# UNIT " + f.name + ' ' + f.unit + '\n';
    if (!f.help.empty()) out += "# HELP " + f.name + ' ' + detail::escaped(f.help) + '\n';
    for (const metric_sample& s : f.samples) {
      out += s.name;
      if (!s.labels.empty()) {
        out += '{';
        detail::append_labels(out, s.labels);
        out += '}';
      }
      out += ' ' + detail::text_of(s.value);
      if (s.timestamp) out += ' ' + detail::text_of(*s.timestamp);
      if (s.exemplar) {
        out += " # {";
        detail::append_labels(out, s.exemplar->labels);
        out += "} " + detail::text_of(s.exemplar->value);
        if (s.exemplar->timestamp) out += ' ' + detail::text_of(*s.exemplar->timestamp);
      }
      out += '\n';
    }
  }
  out += "# EOF\n";
#if BAROGRAPH_HAS_EXCEPTIONS
  try {
    read_open_metrics(out);
  } catch (const bad_bytes& e) {
    raise<invalid_argument>(std::string("families: given ones that no reader takes: ") + e.what());
  }
#else
  read_open_metrics(out);
#endif
  return out;
}

BAROGRAPH_NAMESPACE_END
