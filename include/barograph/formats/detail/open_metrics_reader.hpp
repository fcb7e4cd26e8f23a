// The reader of OpenMetrics text and, less strictly, of Prometheus' older text.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/errors.hpp"
#include "../../core/utf8.hpp"
#include "open_metrics_text.hpp"

BAROGRAPH_NAMESPACE_BEGIN

enum class text_dialect { open_metrics, prometheus };

namespace openmetrics_detail {

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

}  // namespace openmetrics_detail
BAROGRAPH_NAMESPACE_END
