// policy_toml: a policy as a TOML file, read and written.
//
// Read is a strict subset of TOML v1.0 (detail/toml_text.hpp). Everything outside it, an unknown key, a
// second definition or a wrong type is an error with its line. Python reads the same file with tomllib and
// sets the same keys through the same table.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "detail/toml_text.hpp"
#include "policy.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Calls `field(key, member)` for every key of a policy file, in the order of the file.
template <class Policy, class Field>
void for_each_policy_field(Policy& p, Field&& field) {
  field("zone", p.zone);
  field("peak_hours", p.peak_hours);
  field("detector", p.detector);
  field("contamination", p.contamination);
  field("absurd_latency_ms", p.absurd_latency_ms);
  field("apdex.threshold", p.apdex.threshold);
  field("apdex.tolerating", p.apdex.tolerating);
  field("apdex.bands", p.apdex.bands);
  field("objectives.availability", p.objectives.availability);
  field("objectives.latency_p95", p.objectives.latency_p95);
  field("health.latency_limit", p.health.latency_limit);
  field("health.latency_points", p.health.latency_points);
  field("health.error_points", p.health.error_points);
  field("health.cpu_limit", p.health.cpu_limit);
  field("health.cpu_points", p.health.cpu_points);
  field("health.memory_limit", p.health.memory_limit);
  field("health.memory_points", p.health.memory_points);
  field("health.anomaly_limit", p.health.anomaly_limit);
  field("health.anomaly_points", p.health.anomaly_points);
  field("health.apdex_limit", p.health.apdex_limit);
  field("health.apdex_points", p.health.apdex_points);
  field("health.bands", p.health.bands);
}

inline std::vector<std::string> policy_keys() {
  std::vector<std::string> keys;
  policy p;
  for_each_policy_field(p, [&keys](const char* key, auto&) { keys.emplace_back(key); });
  return keys;
}

namespace policy_toml {

/// Levenshtein's distance, for "did you mean".
inline std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t swap = diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u);
      diagonal = row[j];
      row[j] = std::min({swap, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

inline std::string described(const toml_value& v) {
  struct describe {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(const toml_number& n) const { return decimal(n.value); }
    std::string operator()(const std::string& s) const { return "\"" + s + "\""; }
    std::string operator()(const std::vector<toml_number>& a) const {
      std::string out = "[";
      for (const toml_number& n : a) out += (out.size() > 1 ? ", " : "") + decimal(n.value);
      return out + "]";
    }
  };
  return std::visit(describe{}, v);
}

[[noreturn]] inline void wrong_type(const std::string& key, const toml_value& v, const char* expected) {
  raise<invalid_argument>(key + ": given " + described(v) + ", expected " + expected);
}

inline void assign(const std::string& key, double& to, const toml_value& v) {
  if (const auto* n = std::get_if<toml_number>(&v))
    to = n->value;
  else
    wrong_type(key, v, "a number");
}
inline void assign(const std::string& key, std::optional<double>& to, const toml_value& v) {
  double x = 0.0;
  assign(key, x, v);
  to = x;
}
inline void assign(const std::string& key, std::string& to, const toml_value& v) {
  if (const auto* s = std::get_if<std::string>(&v))
    to = *s;
  else
    wrong_type(key, v, "a string");
}
inline void assign(const std::string& key, std::array<int, 2>& to, const toml_value& v) {
  const auto* a = std::get_if<std::vector<toml_number>>(&v);
  const auto hour = [](const toml_number& n) { return n.integer && n.value >= 0.0 && n.value <= 24.0; };
  if (a == nullptr || a->size() != 2 || !hour((*a)[0]) || !hour((*a)[1]))
    wrong_type(key, v, "two whole hours [from, to) from 0 to 24, such as [18, 22]");
  to = {static_cast<int>((*a)[0].value), static_cast<int>((*a)[1].value)};
}
inline void assign(const std::string& key, apdex_bands& to, const toml_value& v) {
  if (const auto* name = std::get_if<std::string>(&v)) {
    if (*name != "standard" && *name != "apm")
      wrong_type(key, v, "\"standard\", \"apm\" or a list of limits");
    to = apdex_bands::named(*name);
  } else if (const auto* a = std::get_if<std::vector<toml_number>>(&v)) {
    to.limits.clear();
    for (const toml_number& n : *a) to.limits.push_back(n.value);
  } else {
    wrong_type(key, v, "\"standard\", \"apm\" or a list of limits");
  }
}
inline void assign(const std::string& key, std::array<double, 4>& to, const toml_value& v) {
  const auto* a = std::get_if<std::vector<toml_number>>(&v);
  if (a == nullptr || a->size() != to.size()) wrong_type(key, v, "an array of 4 numbers");
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = (*a)[i].value;
}

inline std::optional<toml_value> value_of(double x) { return toml_value(toml_number{x, false}); }
inline std::optional<toml_value> value_of(const std::optional<double>& x) {
  return x ? value_of(*x) : std::nullopt;
}
inline std::optional<toml_value> value_of(const std::string& s) { return toml_value(s); }
inline std::optional<toml_value> value_of(const std::array<int, 2>& hours) {
  return toml_value(std::vector<toml_number>{{static_cast<double>(hours[0]), true},  //
                                             {static_cast<double>(hours[1]), true}});
}
inline std::optional<toml_value> value_of(const apdex_bands& bands) {
  if (bands == apdex_bands::standard()) return toml_value(std::string("standard"));
  if (bands == apdex_bands::apm()) return toml_value(std::string("apm"));
  std::vector<toml_number> limits;
  for (double x : bands.limits) limits.push_back({x, false});
  return toml_value(limits);
}
inline std::optional<toml_value> value_of(const std::array<double, 4>& bands) {
  std::vector<toml_number> limits;
  for (double x : bands) limits.push_back({x, false});
  return toml_value(limits);
}

}  // namespace policy_toml

/// The key of a policy that is written most like `key`.
inline std::string nearest_policy_key(const std::string& key) {
  std::string nearest;
  std::size_t best = 0;
  for (const std::string& candidate : policy_keys()) {
    // A key without its table, or with a wrong one, is near to the key of that name.
    const std::string tail = candidate.substr(candidate.find('.') + 1);
    const std::size_t d = std::min(policy_toml::distance(key, candidate),
                                   policy_toml::distance(key.substr(key.find('.') + 1), tail) + 1);
    if (nearest.empty() || d < best) {
      nearest = candidate;
      best = d;
    }
  }
  return nearest;
}

/// Sets one key, such as "apdex.threshold"; the value is checked for its type, `validate()` does the rest.
inline void set_policy_value(policy& p, const std::string& key, const toml_value& value) {
  bool found = false;
  for_each_policy_field(p, [&](const char* name, auto& member) {
    if (key != name) return;
    policy_toml::assign(key, member, value);
    found = true;
  });
  if (!found)
    raise<invalid_argument>("unknown key \"" + key + "\", did you mean \"" + nearest_policy_key(key) + "\"?");
}

/// The value of one key as the file would have it; nothing for an optional value that is not set.
inline std::optional<toml_value> policy_value(const policy& p, const std::string& key) {
  std::optional<toml_value> out;
  for_each_policy_field(p, [&](const char* name, const auto& member) {
    if (key == name) out = policy_toml::value_of(member);
  });
  return out;
}

/// Raises `invalid_argument` for a table that policies do not have, whether it holds keys or not.
inline void check_policy_table(const std::string& table) {
  std::string known, nearest;
  std::size_t best = 0;
  for (const std::string& key : policy_keys()) {
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos || key.substr(0, dot) == known) continue;
    known = key.substr(0, dot);
    if (known == table) return;
    const std::size_t d = policy_toml::distance(table, known);
    if (nearest.empty() || d < best) {
      nearest = known;
      best = d;
    }
  }
  raise<invalid_argument>("unknown table [" + table + "], did you mean [" + nearest + "]?");
}

/// Reads the text of a policy file; keys that are absent keep their defaults.
inline policy read_policy(const std::string& text) {
  policy p;
  policy_toml::reader reader(text);
  const auto at_line = [](std::size_t line, auto&& change) {
#if BAROGRAPH_HAS_EXCEPTIONS
    try {
      change();
    } catch (const invalid_argument& e) {
      raise<invalid_argument>("policy: line " + std::to_string(line) + ": " + e.what());
    }
#else
    (void)line;
    change();
#endif
  };
  reader.read(
      [&](const std::string& table, std::size_t line) { at_line(line, [&] { check_policy_table(table); }); },
      [&](const std::string& key, const toml_value& value, std::size_t line) {
        at_line(line, [&] { set_policy_value(p, key, value); });
      });
  p.validate();
  return p;
}

/// The policy as a file that `read_policy` reads back equal; optional values that are not set are
/// left out.
inline std::string write_policy(const policy& p) {
  std::string out = "# barograph policy: latencies in ms, rates as fractions, CPU and memory in percent\n";
  std::string table;
  for_each_policy_field(p, [&](const char* name, const auto& member) {
    const auto value = policy_toml::value_of(member);
    if (!value) return;
    const std::string key = name;
    const std::size_t dot = key.find('.');
    const std::string of = dot == std::string::npos ? std::string() : key.substr(0, dot);
    if (of != table) {
      table = of;
      out += "\n[" + table + "]\n";
    }
    out += key.substr(dot == std::string::npos ? 0 : dot + 1) + " = " + policy_toml::written(*value) + "\n";
  });
  return out;
}

BAROGRAPH_NAMESPACE_END
