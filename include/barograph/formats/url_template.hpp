// template_path: a request's path with what varies from request to request taken out.
//
// /users/123/orders/9f8e2d0a5b7c4e1f?q=1 becomes /users/{id}/orders/{hash}. The rules, in order:
//  - scheme and host of an absolute target, the query, the fragment and ;jsessionid= go;
//  - a year, a month and perhaps a day as neighbouring segments (2015/05/17) are one {date};
//  - a segment becomes {id} (digits), {date} (2015-05-17, 20150517), {uuid} (RFC 9562 text form),
//    {hash} (12 or more hexadecimal digits with a letter and a digit among them; or 24 or more of
//    A-Z a-z 0-9 - _ with all three kinds among them), {email};
//  - file names with the extension of a static asset stay; of other files the stem follows the rules
//    (12345.json becomes {id}.json);
//  - everything else stays, letter case and slashes included.
// Law: class I; applying it twice gives what applying it once gives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "../time/civil.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace url_detail {

inline bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
inline bool is_hex(char c) noexcept { return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

inline bool all_digits(std::string_view s) noexcept {
  for (char c : s)
    if (!is_digit(c)) return false;
  return !s.empty();
}

inline int number(std::string_view digits) noexcept {
  int n = 0;
  for (char c : digits) n = n * 10 + (c - '0');
  return n;
}

inline bool is_year(std::string_view s) noexcept {
  return s.size() == 4 && all_digits(s) && number(s) >= 1900 && number(s) <= 2099;
}
inline bool is_month(std::string_view s) noexcept {
  return s.size() == 2 && all_digits(s) && number(s) >= 1 && number(s) <= 12;
}
inline bool is_day(std::string_view s) noexcept {
  return s.size() == 2 && all_digits(s) && number(s) >= 1 && number(s) <= 31;
}

inline bool is_date(std::string_view s) noexcept {
  if (s.size() == 8) return is_year(s.substr(0, 4)) && is_month(s.substr(4, 2)) && is_day(s.substr(6, 2));
  if (s.size() == 10 && s[4] == '-' && s[7] == '-')
    return is_year(s.substr(0, 4)) && is_month(s.substr(5, 2)) && is_day(s.substr(8, 2));
  return false;
}

inline bool is_uuid(std::string_view s) noexcept {
  if (s.size() != 36) return false;
  for (std::size_t i = 0; i < 36; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? s[i] != '-' : !is_hex(s[i])) return false;
  }
  return true;
}

inline bool is_hash(std::string_view s) noexcept {
  if (s.size() < 12) return false;
  bool hex = true;
  bool token = true;
  bool digit = false;
  bool lower = false;
  bool upper = false;
  for (char c : s) {
    const bool l = c >= 'a' && c <= 'z';
    const bool u = c >= 'A' && c <= 'Z';
    digit = digit || is_digit(c);
    lower = lower || l;
    upper = upper || u;
    hex = hex && is_hex(c);
    token = token && (is_digit(c) || l || u || c == '-' || c == '_');
  }
  return (hex && digit && (lower || upper)) || (s.size() >= 24 && token && digit && lower && upper);
}

inline bool is_email(std::string_view s) noexcept {
  std::size_t at = s.find('@');
  std::size_t after = 1;
  if (at == s.npos) {
    at = s.find("%40");
    after = 3;
  }
  return at != s.npos && at > 0 && s.find('.', at + after) != s.npos;
}

/// What a segment stands for, or empty when it stands for itself.
inline std::string_view placeholder(std::string_view s) noexcept {
  if (is_date(s)) return "{date}";
  if (all_digits(s)) return "{id}";
  if (is_uuid(s)) return "{uuid}";
  if (is_hash(s)) return "{hash}";
  if (is_email(s)) return "{email}";
  return {};
}

/// Whether an extension is that of an asset whose name is worth seeing.
inline bool is_static(std::string_view extension) noexcept {
  constexpr std::string_view known[] = {"css", "js",  "mjs",  "map",  "png",  "jpg",  "jpeg",  "gif",
                                        "svg", "ico", "webp", "avif", "bmp",  "woff", "woff2", "ttf",
                                        "eot", "otf", "mp3",  "mp4",  "webm", "txt"};
  for (std::string_view k : known) {
    bool same = k.size() == extension.size();
    for (std::size_t i = 0; same && i < k.size(); ++i)
      same = k[i] == (extension[i] | 0x20) || k[i] == extension[i];
    if (same) return true;
  }
  return false;
}

inline void append_segment(std::string& out, std::string_view segment) {
  const std::string_view whole = placeholder(segment);
  if (!whole.empty()) {
    out += whole;
    return;
  }
  const std::size_t dot = segment.rfind('.');
  if (dot != segment.npos && dot > 0 && segment.size() - dot <= 6 && !is_static(segment.substr(dot + 1))) {
    const std::string_view stem = placeholder(segment.substr(0, dot));
    if (!stem.empty()) {
      out += stem;
      out += segment.substr(dot);
      return;
    }
  }
  out += segment;
}

}  // namespace url_detail

/// The path of a request target: without scheme, host, query, fragment and session.
inline std::string_view path_of(std::string_view target) noexcept {
  const std::size_t scheme = target.find("://");
  // a scheme begins with a letter (RFC 3986, section 3.1), a template of ours with a brace
  const bool letter = !target.empty() && (target[0] | 0x20) >= 'a' && (target[0] | 0x20) <= 'z';
  if (letter && scheme < 8 && target.find('/') == scheme + 1) {
    const std::size_t slash = target.find_first_of("/?#", scheme + 3);
    target = slash == target.npos ? std::string_view("/") : target.substr(slash);
    if (target.front() != '/') target = "/";
  }
  target = target.substr(0, target.find_first_of("?#"));
  return target.substr(0, target.find(";jsessionid="));
}

/// The template of a request target.
inline std::string template_path(std::string_view target) {
  using namespace url_detail;
  const std::string_view path = path_of(target);
  std::string out;
  out.reserve(path.size());
  std::size_t at = 0;
  const auto segment_at = [&](std::size_t from) {
    return from > path.size() ? std::string_view() : path.substr(from, path.find('/', from) - from);
  };
  while (true) {
    const std::string_view segment = segment_at(at);
    std::size_t next = at + segment.size();
    const std::string_view month = segment_at(next + 1);
    if (is_year(segment) && is_month(month)) {
      next += 1 + month.size();
      const std::string_view day = segment_at(next + 1);
      if (is_day(day)) next += 1 + day.size();
      out += "{date}";
    } else {
      append_segment(out, segment);
    }
    if (next >= path.size()) return out;
    out += '/';
    at = next + 1;
  }
}

BAROGRAPH_NAMESPACE_END
