// json_scanner: one JSON text, checked strictly and handed on piece by piece.
//
// Source: RFC 8259; no comments, no trailing commas, no NaN. A nesting limit keeps hostile text from
// deep recursion. Text must be valid UTF-8 (the caller's part); a lone surrogate escape is read as
// U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

enum class json_kind : std::uint8_t { absent, null, boolean, number, string, array, object };

enum class json_fault : std::uint8_t {
  none,
  not_json,
  not_object,
  too_deep,
  too_long,
  truncated,  ///< ends within a value
};

inline constexpr const char* name_of(json_fault fault) noexcept {
  constexpr const char* names[] = {"",
                                   "not JSON (RFC 8259)",
                                   "not an object",
                                   "nested too deeply",
                                   "line too long",
                                   "file ends within the line"};
  return names[static_cast<int>(fault)];
}

/// A cursor over one JSON text. Every reader returns false on a fault, which `fault()` then tells.
class json_scanner {
 public:
  explicit json_scanner(std::string_view text, int max_depth = 64) : text_(text), depth_left_(max_depth) {}

  json_fault fault() const noexcept { return fault_; }
  std::size_t position() const noexcept { return at_; }

  void skip_blanks() noexcept {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }

  bool at_end() noexcept {
    skip_blanks();
    return at_ == text_.size();
  }

  /// The kind of the value that comes next; not_json when there is none.
  bool peek(json_kind& kind) noexcept {
    skip_blanks();
    if (at_ == text_.size()) return fail(json_fault::truncated);
    switch (text_[at_]) {
      case '{':
        kind = json_kind::object;
        return true;
      case '[':
        kind = json_kind::array;
        return true;
      case '"':
        kind = json_kind::string;
        return true;
      case 't':
      case 'f':
        kind = json_kind::boolean;
        return true;
      case 'n':
        kind = json_kind::null;
        return true;
      default:
        kind = json_kind::number;
        return true;
    }
  }

  /// A string; `out` is what it says: a part of the text, or of `scratch` when it has escapes.
  bool string(std::string_view& out, std::string& scratch) {
    skip_blanks();
    if (!eat('"')) return fail(json_fault::not_json);
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' && !is_control(text_[at_])) ++at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      out = text_.substr(begin, at_++ - begin);
      return true;
    }
    scratch.assign(text_.substr(begin, at_ - begin));
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') {
        out = scratch;
        return true;
      }
      if (is_control(c)) return fail(json_fault::not_json);
      if (c != '\\')
        scratch += c;
      else if (!escape(scratch))
        return false;
    }
    return fail(json_fault::truncated);
  }

  /// Any value, checked; `raw` is its text.
  bool value(json_kind& kind, std::string_view& raw) {
    if (!peek(kind)) return false;
    const std::size_t begin = at_;
    bool fine = false;
    if (kind == json_kind::object || kind == json_kind::array) {
      fine = container(kind);
    } else if (kind == json_kind::string) {
      std::string_view unused;
      fine = string(unused, skipped_);
    } else if (kind == json_kind::number) {
      fine = number();
    } else {
      fine = kind == json_kind::null ? word("null") : text_[at_] == 't' ? word("true") : word("false");
    }
    raw = text_.substr(begin, at_ - begin);
    return fine;
  }

  /// An object: calls on_member(key) before each value, which on_member must read (or return false).
  template <class F>
  bool object(F&& on_member) {
    skip_blanks();
    if (!eat('{')) return fail(json_fault::not_object);
    if (depth_left_ == 0) return fail(json_fault::too_deep);
    --depth_left_;
    skip_blanks();
    if (!eat('}')) {
      std::string scratch;
      do {
        std::string_view key;
        skip_blanks();
        if (at_ == text_.size()) return fail(json_fault::truncated);
        if (!string(key, scratch)) return false;
        skip_blanks();
        if (!eat(':')) return fail(json_fault::not_json);
        if (!on_member(key)) return false;
        skip_blanks();
      } while (eat(','));
      if (!eat('}')) return fail(json_fault::not_json);
    }
    ++depth_left_;
    return true;
  }

  /// An array: calls on_element() before each value, which on_element must read (or return false).
  template <class F>
  bool array(F&& on_element) {
    skip_blanks();
    if (!eat('[')) return fail(json_fault::not_json);
    if (depth_left_ == 0) return fail(json_fault::too_deep);
    --depth_left_;
    skip_blanks();
    if (!eat(']')) {
      do {
        if (!on_element()) return false;
        skip_blanks();
      } while (eat(','));
      if (!eat(']')) return fail(json_fault::not_json);
    }
    ++depth_left_;
    return true;
  }

 private:
  static bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20u; }
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  bool eat(char c) noexcept {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool fail(json_fault fault) noexcept {
    if (fault_ == json_fault::none)
      fault_ = at_ >= text_.size() && fault == json_fault::not_json ? json_fault::truncated : fault;
    return false;
  }

  bool word(std::string_view expected) noexcept {
    const std::string_view found = text_.substr(at_, expected.size());
    if (found != expected.substr(0, found.size())) return fail(json_fault::not_json);
    at_ += found.size();
    return found == expected || fail(json_fault::truncated);
  }

  bool digits() noexcept {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return at_ > begin || fail(json_fault::not_json);
  }

  bool number() noexcept {
    eat('-');
    if (!eat('0') && !digits()) return false;
    if (eat('.') && !digits()) return false;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (!eat('+')) eat('-');
      if (!digits()) return false;
    }
    return true;
  }

  bool container(json_kind kind) {
    if (kind == json_kind::object) {
      return object([this](std::string_view) {
        json_kind inner{};
        std::string_view raw;
        return value(inner, raw);
      });
    }
    return array([this] {
      json_kind inner{};
      std::string_view raw;
      return value(inner, raw);
    });
  }

  bool four_hex(std::uint32_t& out) noexcept {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (at_ == text_.size()) return fail(json_fault::truncated);
      const char c = text_[at_];
      const char low = static_cast<char>(c | 0x20);
      if (is_digit(c))
        out = out * 16 + static_cast<std::uint32_t>(c - '0');
      else if (low >= 'a' && low <= 'f')
        out = out * 16 + static_cast<std::uint32_t>(low - 'a' + 10);
      else
        return fail(json_fault::not_json);
    }
    return true;
  }

  bool escape(std::string& out) {
    if (at_ == text_.size()) return fail(json_fault::truncated);
    const char c = text_[at_++];
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    if (const std::size_t i = names.find(c); i != names.npos) {
      out += values[i];
      return true;
    }
    if (c != 'u') return fail(json_fault::not_json);
    std::uint32_t code = 0;
    if (!four_hex(code)) return false;
    if (code >= 0xD800u && code < 0xDC00u && text_.substr(at_, 2) == "\\u") {
      const std::size_t back = at_;
      at_ += 2;
      std::uint32_t low = 0;
      if (!four_hex(low)) return false;
      if (low >= 0xDC00u && low < 0xE000u)
        code = 0x10000u + ((code - 0xD800u) << 10) + (low - 0xDC00u);
      else
        at_ = back;  // not its other half: a character of its own
    }
    if (code >= 0xD800u && code < 0xE000u) code = 0xFFFDu;
    append_utf8(out, code);
    return true;
  }

  static void append_utf8(std::string& out, std::uint32_t code) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (code < 0x80u) {
      put(code);
    } else if (code < 0x800u) {
      put(0xC0u | code >> 6);
      put(0x80u | (code & 0x3Fu));
    } else if (code < 0x10000u) {
      put(0xE0u | code >> 12);
      put(0x80u | (code >> 6 & 0x3Fu));
      put(0x80u | (code & 0x3Fu));
    } else {
      put(0xF0u | code >> 18);
      put(0x80u | (code >> 12 & 0x3Fu));
      put(0x80u | (code >> 6 & 0x3Fu));
      put(0x80u | (code & 0x3Fu));
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_left_;
  json_fault fault_ = json_fault::none;
  std::string skipped_;
};

BAROGRAPH_NAMESPACE_END
