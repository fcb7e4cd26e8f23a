// policy_toml: a policy as a TOML file, read and written.
//
// Read is a strict subset of TOML v1.0: comments, [tables] of one word, bare keys, basic and literal
// strings of one line, decimal integers and floats, booleans, arrays of numbers (over several lines,
// too). Everything outside it, an unknown key, a second definition or a wrong type is an error with
// its line. Python reads the same file with tomllib and sets the same keys through the same table.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "policy.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// A number as it was written: `integer` when it had neither fraction nor exponent.
struct toml_number {
  double value;
  bool integer;
};
using toml_value = std::variant<bool, toml_number, std::string, std::vector<toml_number>>;

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

/// Reads one file, a character at a time; knows the line it is in.
class reader {
 public:
  explicit reader(const std::string& text) : text_(text) {}

  template <class Open, class Set>  // open(table, line); set(key, value, line): the key with its table
  void read(Open&& open, Set&& set) {
    if (text_.compare(0, 3, "\xEF\xBB\xBF") == 0) at_ = 3;
    std::string table;
    std::vector<std::string> tables;
    std::vector<std::string> keys;
    for (skip(true); at_ < text_.size(); skip(true)) {
      if (peek() == '[') {
        ++at_;
        if (peek() == '[') fail("an array of tables is not part of a policy");
        skip(false);
        table = bare_key("a table's name");
        skip(false);
        if (peek() != ']') fail("expected ] after the table's name");
        ++at_;
        once(tables, table, "table");
        open(table, line_);
        table += '.';
      } else {
        const std::string key = table + bare_key("a key");
        skip(false);
        if (peek() == '.') fail("a dotted key is not part of a policy: write a [table]");
        if (peek() != '=') fail("expected = after the key \"" + key + "\"");
        ++at_;
        skip(false);
        once(keys, key, "key");
        const std::size_t line = line_;  // an array may end in a later one
        set(key, value(), line);
      }
      skip(false);
      if (peek() != '\0' && peek() != '\n') fail("expected the end of the line");
    }
  }

  [[noreturn]] void fail(const std::string& what) const {
    raise<invalid_argument>("policy: line " + std::to_string(line_) + ": " + what);
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  /// Over blanks and comments, and over line ends when asked to.
  void skip(bool lines) {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '#') {
        while (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
          ++at_;
          const auto u = static_cast<unsigned char>(text_[at_]);
          const bool ends = u == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
          if ((u < 0x20 && u != '\t' && !ends) || u == 0x7F) fail("a control character");
        }
      } else if (c == '\n' && lines) {
        ++line_;
      } else if (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
        continue;
      } else if (c != ' ' && c != '\t') {
        if (c == '\0') fail("a control character");
        return;
      }
    }
  }

  static bool digit(char c) { return c >= '0' && c <= '9'; }
  static bool bare(char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  }

  std::string bare_key(const char* what) {
    const std::size_t from = at_;
    while (bare(peek())) ++at_;
    if (at_ == from) fail(std::string("expected ") + what + " of letters, digits, _ and -");
    return text_.substr(from, at_ - from);
  }

  void once(std::vector<std::string>& seen, const std::string& name, const char* what) const {
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      fail(std::string("the ") + what + " \"" + name + "\" stands there twice");
    seen.push_back(name);
  }

  toml_value value() {
    const char c = peek();
    if (c == '"' || c == '\'') return string(c);
    if (c == '[') return array();
    if (c == '{') fail("an inline table is not part of a policy: write a [table]");
    for (const char* word : {"true", "false"}) {
      const std::string w = word;
      if (text_.compare(at_, w.size(), w) == 0 &&
          !bare(at_ + w.size() < text_.size() ? text_[at_ + w.size()] : ' ')) {
        at_ += w.size();
        return w == "true";
      }
    }
    return number();
  }

  std::vector<toml_number> array() {
    std::vector<toml_number> out;
    ++at_;
    for (skip(true); peek() != ']'; skip(true)) {
      out.push_back(number());
      skip(true);
      if (peek() == ',')
        ++at_;
      else if (peek() != ']')
        fail("expected , or ] in an array of numbers");
    }
    ++at_;
    return out;
  }

  /// Digits with single underscores between them, taken over without the underscores.
  std::size_t digits(std::string& plain) {
    std::size_t n = 0;
    while (digit(peek()) || (peek() == '_' && n > 0 && at_ + 1 < text_.size() && digit(text_[at_ + 1]))) {
      if (peek() != '_') {
        plain += peek();
        ++n;
      }
      ++at_;
    }
    return n;
  }

  toml_number number() {
    std::string plain;
    bool integer = true;
    if (peek() == '+' || peek() == '-') {
      if (peek() == '-') plain += '-';
      ++at_;
    }
    const bool zero = peek() == '0';
    const std::size_t whole = digits(plain);
    if (whole == 0) fail("expected a number, a string in quotes, true, false or an array of numbers");
    if (zero && whole > 1) fail("a number must not start with 0");
    if (peek() == '.') {
      integer = false;
      plain += '.';
      ++at_;
      if (digits(plain) == 0) fail("expected digits after the decimal point");
    }
    if (peek() == 'e' || peek() == 'E') {
      integer = false;
      plain += 'e';
      ++at_;
      if (peek() == '+' || peek() == '-') {
        if (peek() == '-') plain += '-';
        ++at_;
      }
      if (digits(plain) == 0) fail("expected digits in the exponent");
    }
    if (bare(peek()) || peek() == '.' || peek() == ':')
      fail("a number that goes on as \"" + std::string(1, peek()) + "\"");
    double x = 0.0;
    const auto end = std::from_chars(plain.data(), plain.data() + plain.size(), x);
    if (end.ec != std::errc()) fail("the number " + plain + " is out of range");
    return {x, integer};
  }

  std::string string(char quote) {
    std::string out;
    ++at_;
    if (peek() == quote && at_ + 1 < text_.size() && text_[at_ + 1] == quote)
      fail("a string over several lines is not part of a policy");
    while (peek() != quote) {
      const auto u = static_cast<unsigned char>(peek());
      if (at_ >= text_.size() || u == '\n' || u == '\r') fail("a string that does not end in its line");
      if ((u < 0x20 && u != '\t') || u == 0x7F) fail("a control character in a string");
      if (quote == '"' && u == '\\')
        escape(out);
      else {
        out += static_cast<char>(u);
        ++at_;
      }
    }
    ++at_;
    return out;
  }

  void escape(std::string& out) {
    ++at_;
    static constexpr char from[] = "btnfr\"\\";
    static constexpr char to[] = "\b\t\n\f\r\"\\";
    const char c = peek();
    for (std::size_t i = 0; i + 1 < sizeof from; ++i) {
      if (c == from[i]) {
        out += to[i];
        ++at_;
        return;
      }
    }
    const std::size_t size = c == 'u' ? 4u : c == 'U' ? 8u : 0u;
    std::uint32_t code = 0;
    ++at_;
    if (size == 0 || at_ + size > text_.size())
      fail("an escape that is not one of \\b \\t \\n \\f \\r \\\" \\\\ \\u \\U");
    const char* first = text_.data() + at_;
    const auto end = std::from_chars(first, first + size, code, 16);
    if (end.ec != std::errc() || end.ptr != first + size || code > 0x10FFFFu ||
        (code >= 0xD800u && code < 0xE000u))
      fail("an escape that is no Unicode character");
    at_ += size;
    utf8(out, code);
  }

  static void utf8(std::string& out, std::uint32_t code) {
    const auto tail = [&out, code](unsigned shift) {
      out += static_cast<char>(0x80u | ((code >> shift) & 0x3Fu));
    };
    if (code < 0x80u) {
      out += static_cast<char>(code);
    } else if (code < 0x800u) {
      out += static_cast<char>(0xC0u | (code >> 6));
      tail(0);
    } else if (code < 0x10000u) {
      out += static_cast<char>(0xE0u | (code >> 12));
      tail(6);
      tail(0);
    } else {
      out += static_cast<char>(0xF0u | (code >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

inline std::string written(double x) {
  std::string text = decimal(x);
  if (text.find_first_of(".ein") == std::string::npos) text += ".0";
  return text;
}

inline std::string written(const toml_value& v) {
  struct write {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(const toml_number& n) const {
      return n.integer ? decimal(n.value) : written(n.value);
    }
    std::string operator()(const std::vector<toml_number>& a) const {
      std::string out = "[";
      for (const toml_number& n : a) out += (out.size() > 1 ? ", " : "") + (*this)(n);
      return out + "]";
    }
    std::string operator()(const std::string& s) const {
      static constexpr char hex[] = "0123456789ABCDEF";
      std::string out = "\"";
      for (char c : s) {
        const auto u = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
          out += '\\';
          out += c;
        } else if (u < 0x20 || u == 0x7F) {
          out += "\\u00";
          out += hex[u >> 4];
          out += hex[u & 15u];
        } else {
          out += c;
        }
      }
      return out + "\"";
    }
  };
  return std::visit(write{}, v);
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
