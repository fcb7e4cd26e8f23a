// decimal: a double as the shortest text that reads back to the same bits, whatever the locale.
//
// Law: class I. Source: std::to_chars (C++17, [charconv.to.chars]), which never asks the locale.
#pragma once

#include <charconv>
#include <string>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// The shortest decimal of `value` that round-trips: 0.1, 500, 1e+22, nan, inf.
inline std::string decimal(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value);
  return std::string(text, end.ptr);
}

/// `value` rounded to `digits` significant digits, trailing zeros off: 0.3333, 500.
inline std::string decimal(double value, int digits) {
  char text[800];  // a double has at most 767 significant digits
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits);
  return std::string(text, end.ptr);
}

BAROGRAPH_NAMESPACE_END
