// Reading one decimal number from text: sign, digits, point, exponent; no locale, no hexadecimal, no
// words for infinity.
//
// Law: class I, the double nearest to the decimal on every machine. Up to 2^53 with a power of ten up
// to 10^22 one exact operation does (W. Clinger, "How to Read Floating Point Numbers Accurately",
// 1990); std::from_chars does the rest. Overflow is bad, underflow is a signed zero.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include "text_column.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace number_detail {
inline constexpr double powers_of_ten[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                             1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                             1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// Whether a decimal that no double holds is too small rather than too large: the power of ten of its
/// first digit other than 0 tells.
inline bool is_tiny(std::string_view digits, std::int64_t exponent) noexcept {
  std::int64_t place =
      static_cast<std::int64_t>(digits.find('.') == digits.npos ? digits.size() : digits.find('.'));
  for (char c : digits) {
    if (c == '.') continue;
    --place;
    if (c != '0') break;
  }
  return place + exponent < 0;
}
}  // namespace number_detail

/// How a number is written: its digits before and behind the point, and whether there is one.
struct number_shape {
  int whole = 0;
  int fraction = 0;
  bool point = false;
  bool exponent = false;
};

/// Whole text is one number; `out` is the double nearest to it times 10^power, |power| <= 3 (1.001 s is
/// exactly 1001 ms so, where 1.001 * 1000 is not). `shape` receives how it is written, if it is asked for.
inline bool parse_number(std::string_view text, double& out, int power = 0, number_shape* shape = nullptr) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const bool negative = p != end && *p == '-';
  if (negative || (p != end && *p == '+')) ++p;
  const char* const begin = p;
  std::uint64_t mantissa = 0;
  int digits = 0;
  int fraction = 0;
  const auto is_digit = [](char c) { return static_cast<unsigned>(c) - unsigned{'0'} < 10u; };
  for (; p != end && is_digit(*p); ++p, ++digits)
    mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p - '0');
  if (p != end && *p == '.') {
    for (++p; p != end && is_digit(*p); ++p, ++digits, ++fraction)
      mantissa = mantissa * 10 + static_cast<std::uint64_t>(*p - '0');
  }
  if (digits == 0) return false;
  if (shape != nullptr) *shape = {digits - fraction, fraction, p != begin + digits, p != end};
  const int shift = power - fraction;
  if (p == end && digits <= 19 && mantissa <= (std::uint64_t{1} << 53) && shift >= -22) {
    const double whole = static_cast<double>(mantissa);
    const double value = shift < 0 ? whole / number_detail::powers_of_ten[-shift]
                                   : whole * number_detail::powers_of_ten[shift];
    out = negative ? -value : value;
    return true;
  }
  const std::string_view all(begin, static_cast<std::size_t>(p - begin));
  std::int64_t exponent = 0;
  if (p != end) {
    if (*p != 'e' && *p != 'E') return false;
    ++p;
    const bool minus = p != end && *p == '-';
    if (minus || (p != end && *p == '+')) ++p;
    if (p == end) return false;
    for (; p != end && is_digit(*p); ++p)
      if (exponent < 1'000'000'000) exponent = exponent * 10 + (*p - '0');
    if (p != end) return false;
    if (minus) exponent = -exponent;
  }
  double value = 0;
  std::from_chars_result read{};
  if (power == 0) {
    read = std::from_chars(begin, end, value);
  } else {  // rare: a long decimal or an exponent together with a unit
    const std::string scaled = std::string(all) + 'e' + std::to_string(exponent + power);
    read = std::from_chars(scaled.data(), scaled.data() + scaled.size(), value);
  }
  if (read.ec == std::errc::result_out_of_range) {
    if (!number_detail::is_tiny(all, exponent + power)) return false;
    value = 0;
  } else if (read.ec != std::errc()) {
    return false;
  }
  out = negative ? -value : value;
  return true;
}

/// A duration's unit as a suffix: s, ms, us or the micro sign and s, with or without a blank before it.
/// Sets the text without it and the power of ten that turns it into milliseconds; false when there is none.
inline bool split_time_unit(std::string_view text, std::string_view& digits, int& power) noexcept {
  constexpr struct {
    std::string_view suffix;
    int power;
  } units[] = {{"ms", 0}, {"us", -3}, {"\xC2\xB5s", -3}, {"\xCE\xBCs", -3}, {"s", 3}};
  for (const auto& unit : units) {
    const std::size_t size = unit.suffix.size();
    if (text.size() <= size || text.substr(text.size() - size) != unit.suffix) continue;
    digits = trimmed(text.substr(0, text.size() - size));
    power = unit.power;
    return true;
  }
  return false;
}

BAROGRAPH_NAMESPACE_END
