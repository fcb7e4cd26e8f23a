// Numbers as people and spreadsheets write them: a decimal comma or point, thousands set apart by the
// other mark, a blank (also a no-break one) or an apostrophe; and how a column tells which.
//
// Law: class I, as number.hpp. Groups have exactly three digits, the first one to three and no leading
// zero, and one mark throughout; 192.168.100.101 is an address. Which mark is the decimal one is never
// guessed from one cell: 1,234 says nothing, 1,5 and 1.234,5 do, and the cells of a column decide together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "number.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// How the numbers of a column are written.
enum class number_style : std::uint8_t {
  plain,  ///< 1234.5, as programs write it
  point,  ///< 1,234.5 and 1 234.5
  comma,  ///< 1.234,5 and 1 234,5
};
inline constexpr int number_style_count = 3;

inline constexpr const char* name_of(number_style style) noexcept {
  constexpr const char* names[number_style_count] = {"plain", "point", "comma"};
  return names[static_cast<int>(style)];
}

namespace written_number_detail {

inline constexpr std::size_t longest = 64;  ///< a text that is longer is no number that anyone wrote

inline bool is_digit(char c) noexcept { return static_cast<unsigned>(c) - unsigned{'0'} < 10u; }

inline std::size_t digits_of(std::string_view text) noexcept {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

/// The mark at the start of a text that may stand between groups; empty if there is none.
inline std::string_view group_mark(std::string_view text, char mark) noexcept {
  if (text.empty()) return {};
  if (text[0] == mark || text[0] == ' ' || text[0] == '\'') return text.substr(0, 1);
  // U+00A0 and U+202F, blanks at which no line breaks, and U+2019, an apostrophe
  for (const std::string_view wide : {"\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x99"})
    if (text.substr(0, wide.size()) == wide) return wide;
  return {};
}

inline bool is_address(std::string_view text) noexcept {
  int parts = 0;
  while (true) {
    const std::size_t n = digits_of(text);
    if (n == 0 || n > 3 || (n == 3 && text.substr(0, 3) > "255")) return false;
    ++parts;
    text.remove_prefix(n);
    if (text.empty()) return parts == 4;
    text.remove_prefix(1);
  }
}

}  // namespace written_number_detail

/// Whole text is one number of a style; `out` is the double nearest to it times 10^power, |power| <= 3.
inline bool parse_written_number(std::string_view text, number_style style, double& out, int power = 0) {
  using namespace written_number_detail;
  if (style == number_style::plain) return parse_number(text, out, power);
  if (text.size() > longest) return false;
  const char decimal = style == number_style::comma ? ',' : '.';
  const char other = style == number_style::comma ? '.' : ',';
  std::array<char, longest> plain;
  std::size_t size = 0;
  const auto keep = [&](std::string_view some) {
    for (const char c : some) plain[size++] = c;
  };
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    keep(rest.substr(0, 1));
    rest.remove_prefix(1);
  }
  const std::string_view body = rest;
  const std::size_t first = digits_of(rest);
  keep(rest.substr(0, first));
  rest.remove_prefix(first);
  const std::string_view mark = group_mark(rest, other);
  bool grouped = false;
  while (!mark.empty() && rest.substr(0, mark.size()) == mark) {
    rest.remove_prefix(mark.size());
    if (digits_of(rest) != 3) return false;
    keep(rest.substr(0, 3));
    rest.remove_prefix(3);
    grouped = true;
  }
  if (grouped && (first == 0 || first > 3 || body[0] == '0')) return false;
  if (grouped && rest.empty() && mark == "." && is_address(body)) return false;
  if (!rest.empty() && rest[0] == decimal) {
    keep(".");
    rest.remove_prefix(1);
    const std::size_t n = digits_of(rest);
    if (n == 0 && grouped) return false;
    keep(rest.substr(0, n));
    rest.remove_prefix(n);
  }
  if (grouped && !rest.empty()) return false;
  for (const char c : rest)  // an exponent, or what parse_number refuses
    if (c == '.' || c == ',') return false;
  keep(rest);
  return parse_number({plain.data(), size}, out, power);
}

/// What the cells of a column say about how its numbers are written; sums over pieces are of the whole.
struct number_evidence {
  std::int64_t point = 0;         ///< cells that only a decimal point allows, such as 1.5 and 1,234.5
  std::int64_t comma = 0;         ///< cells that only a decimal comma allows, such as 1,5 and 1.234.567
  std::int64_t either_point = 0;  ///< 1.234: a decimal point, or thousands
  std::int64_t either_comma = 0;  ///< 1,234: thousands, or a decimal comma
  std::int64_t grouped = 0;       ///< 1 234: thousands in any style
  std::int64_t short_whole = 0;   ///< at most three digits without a mark
  std::int64_t long_whole = 0;    ///< more digits, or an exponent: nobody sets thousands apart here

  number_evidence& operator+=(const number_evidence& o) noexcept {
    point += o.point;
    comma += o.comma;
    either_point += o.either_point;
    either_comma += o.either_comma;
    grouped += o.grouped;
    short_whole += o.short_whole;
    long_whole += o.long_whole;
    return *this;
  }

  /// One cell, without blanks around it; whether it is a number in some style, and which of both 1.234 is.
  bool add(std::string_view text) {
    double by_point = 0;
    double by_comma = 0;
    const bool p = parse_written_number(text, number_style::point, by_point);
    const bool c = parse_written_number(text, number_style::comma, by_comma);
    if (!p && !c) return false;
    if (p && c && by_point == by_comma) {
      const bool exponent = text.find_first_of("eE") != text.npos;
      const bool bare = exponent || text.find_first_not_of("+-0123456789") == text.npos;
      const std::size_t digits = text.size() - (text[0] == '-' || text[0] == '+' ? 1 : 0);
      ++(!bare ? grouped : digits > 3 || exponent ? long_whole : short_whole);
    } else if (p && c) {
      ++(text.find('.') != text.npos ? either_point : either_comma);
    } else {
      ++(p ? point : comma);
    }
    return true;
  }

  /// The style that the cells prove, by the majority of proofs; none where they do not tell.
  ///
  /// Without a proof, 1.234 is what programs write, unless fifty such cells stand among whole numbers below
  /// 1000 alone, where one in ten decimals would end in 0 and be shorter. A hundred of 1,234 among such
  /// numbers are thousands; a few of them, under one cell in twenty, are dirt.
  std::optional<number_style> style() const noexcept {
    if (comma > point) return number_style::comma;
    if (point > 0) return number_style::point;
    const bool among_short = short_whole > 0 && long_whole == 0;
    if (either_comma == 0) {
      if (either_point >= 50 && among_short) return std::nullopt;
      return grouped > 0 ? number_style::point : number_style::plain;
    }
    if (20 * either_comma < either_comma + either_point + grouped + short_whole + long_whole)
      return number_style::plain;
    if (either_point == 0 && among_short && either_comma >= 100) return number_style::point;
    return std::nullopt;
  }
};

BAROGRAPH_NAMESPACE_END
