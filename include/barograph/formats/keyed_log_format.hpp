// Lines of an access log that end in key=value pairs, such as rt=0.123 urt="0.120": their format, told
// from one line.
//
// nginx users append such pairs to the combined format (nginx blog, "Using NGINX Logging for Application
// Performance Monitoring"). Read is the request time; other pairs are passed over. Law: class I.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "log_format.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace keyed_log_format_detail {

/// Where the n-th field in double quotes ends, past the quote; npos if there are fewer.
inline std::size_t after_quoted(std::string_view line, int n) noexcept {
  bool inside = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (inside && line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      if (inside && --n == 0) return i + 1;
      inside = !inside;
    }
  }
  return line.npos;
}

inline bool is_key(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
      return false;
  return true;
}

/// Whether a pair is the request's time in seconds, which nginx writes with three decimals.
inline bool is_request_time(std::string_view key, std::string_view value) noexcept {
  bool known = false;
  for (const std::string_view name : {"rt", "request_time", "req_time", "reqtime", "rtime", "response_time"})
    known = known || key == name;
  const std::size_t point = value.find('.');
  return known && point != value.npos && value.size() == point + 4 &&
         value.find_first_not_of("0123456789.") == value.npos;
}

/// The pairs of a line's tail as the text of a format; empty if anything else stands there.
inline std::string pairs_format(std::string_view tail) {
  std::string out;
  bool timed = false;
  while (!tail.empty()) {
    const std::size_t blanks = tail.find_first_not_of(' ');
    const std::size_t equals = tail.find('=');
    if (blanks == 0 || blanks == tail.npos || equals == tail.npos || equals < blanks) return {};
    const std::string_view key = tail.substr(blanks, equals - blanks);
    if (!is_key(key)) return {};
    out.append(tail.substr(0, equals + 1));
    tail.remove_prefix(equals + 1);
    const bool quoted = !tail.empty() && tail[0] == '"';
    const std::size_t end = quoted ? after_quoted(tail, 1) : tail.find(' ');
    if (quoted && end == tail.npos) return {};
    const std::string_view written = tail.substr(0, end);
    const std::string_view value = quoted ? written.substr(1, written.size() - 2) : written;
    const bool time = !timed && is_request_time(key, value);
    timed = timed || time;
    const char* const field = time ? "$request_time" : "$upstream_other";
    out.append(quoted ? "\"" : "").append(field).append(quoted ? "\"" : "");
    tail = end >= tail.size() ? std::string_view() : tail.substr(end);
  }
  return out;
}

}  // namespace keyed_log_format_detail

/// The format of a line in common, combined or nginx' main format with key=value pairs behind it; empty if
/// the line has no such pairs.
inline std::string keyed_log_format(std::string_view line) {
  using namespace keyed_log_format_detail;
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
    line.remove_suffix(1);
  constexpr struct {
    int quoted;
    const char* name;
  } bases[] = {{1, "common"}, {3, "combined"}, {4, "nginx_main"}};
  for (const auto& base : bases) {
    const std::size_t end = after_quoted(line, base.quoted);
    if (end == line.npos) continue;
    std::string_view tail = line.substr(end);
    if (base.quoted == 1) {  // status and bytes stand behind the request
      for (int word = 0; word < 2; ++word) {
        if (tail.empty() || tail[0] != ' ') break;
        const std::size_t next = tail.find(' ', 1);
        tail = next == tail.npos ? std::string_view() : tail.substr(next);
      }
    }
    const std::string pairs = pairs_format(tail);
    if (pairs.empty()) continue;
    for (const named_log_format& n : named_log_formats())
      if (std::string_view(n.name) == base.name) return n.format + pairs;
  }
  return {};
}

BAROGRAPH_NAMESPACE_END
