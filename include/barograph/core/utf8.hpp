// UTF-8 (RFC 3629): is text valid, and what to show when it is not.
//
// Law: class I. A maximal ill-formed piece becomes one U+FFFD (Unicode 15, section 3.9, "substitution
// of maximal subparts"), as Python's errors="replace" does.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Bytes of the well-formed character at the front, or 0; `bad` then receives the length of the piece
/// to replace. `text` is not empty.
inline std::size_t utf8_length(std::string_view text, std::size_t& bad) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const unsigned lead = byte(0);
  bad = 1;
  if (lead < 0x80u) return 1;
  if (lead < 0xC2u || lead > 0xF4u) return 0;
  const std::size_t length = lead < 0xE0u ? 2 : lead < 0xF0u ? 3 : 4;
  // the second byte's range shuts out overlong forms, surrogates and what lies beyond U+10FFFF
  const unsigned low = lead == 0xE0u ? 0xA0u : lead == 0xF0u ? 0x90u : 0x80u;
  const unsigned high = lead == 0xEDu ? 0x9Fu : lead == 0xF4u ? 0x8Fu : 0xBFu;
  if (text.size() < 2 || byte(1) < low || byte(1) > high) return 0;
  for (bad = 2; bad < length; ++bad)
    if (bad >= text.size() || (byte(bad) & 0xC0u) != 0x80u) return 0;
  return length;
}

inline bool is_utf8(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size()) {
    std::uint64_t eight = 0;
    if (text.size() - i >= 8) {
      std::memcpy(&eight, text.data() + i, 8);
      if ((eight & 0x8080808080808080u) == 0) {
        i += 8;
        continue;
      }
    }
    std::size_t bad = 0;
    const std::size_t length = utf8_length(text.substr(i), bad);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

/// The text with each ill-formed piece as U+FFFD.
inline std::string to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t bad = 0;
    const std::size_t length = utf8_length(text.substr(i), bad);
    if (length == 0)
      out += "\xEF\xBF\xBD";
    else
      out.append(text.substr(i, length));
    i += length == 0 ? bad : length;
  }
  return out;
}

BAROGRAPH_NAMESPACE_END
