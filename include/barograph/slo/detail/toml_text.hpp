// TOML as policies use it: values, a reader of a strict subset of the text, and a writer.
//
// Read are comments, [tables] of one word, bare keys, basic and literal strings of one line, decimal integers
// and floats, booleans, arrays of numbers (over several lines, too); all else is an error with its line.
// Source: TOML v1.0.0 (toml.io).
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../../core/decimal.hpp"
#include "../../core/errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// A number as it was written: `integer` when it had neither fraction nor exponent.
struct toml_number {
  double value;
  bool integer;
};
using toml_value = std::variant<bool, toml_number, std::string, std::vector<toml_number>>;

namespace policy_toml {

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
BAROGRAPH_NAMESPACE_END
