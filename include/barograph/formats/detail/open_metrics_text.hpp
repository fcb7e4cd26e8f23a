// The words of OpenMetrics text: names, values, escapes, and which samples belong to which family.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../../core/decimal.hpp"
#include "../metric_family.hpp"
#include "../number.hpp"

BAROGRAPH_NAMESPACE_BEGIN
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

}  // namespace openmetrics_detail
BAROGRAPH_NAMESPACE_END
