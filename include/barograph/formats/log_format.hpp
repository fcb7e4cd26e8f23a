// log_format: the layout of an access log's lines, compiled from an Apache LogFormat or an nginx
// log_format string into a list of fields and the text between them.
//
// Sources: Apache HTTP Server 2.4, mod_log_config ("Custom Log Formats"); nginx,
// ngx_http_log_module. Directives that carry nothing we read (%l, $pid ...) are passed over; a field
// is ended by the text that follows it, so two fields need text between them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "../core/errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// What a field of a line means.
enum class log_field {
  ignored,
  upstream,  ///< passed over; a list whose items are joined by ", " or " : "
  client,
  user,
  host,
  time,
  epoch_s,
  epoch_ms,
  epoch_us,
  request,  ///< "GET /path HTTP/1.1"
  method,
  target,
  protocol,
  status,
  bytes,
  latency_s,
  latency_ms,
  latency_us,
  referer,
  agent,
};

/// A compiled format: `lead`, then each field and the text that ends it (empty: the end of the line).
class log_format {
 public:
  struct step {
    log_field field;
    std::string stop;
    bool quoted;  ///< between double quotes: ends at the first one that no backslash escapes
  };

  /// A name of `named_log_formats()`, or a format string ($ variables or % directives).
  static log_format compile(std::string_view text);

  const std::string& lead() const noexcept { return lead_; }
  const std::vector<step>& steps() const noexcept { return steps_; }

  bool has(log_field field) const noexcept {
    for (const step& s : steps_)
      if (s.field == field) return true;
    return false;
  }

 private:
  void literal(std::string_view text) { (steps_.empty() ? lead_ : steps_.back().stop) += text; }
  void field(log_field what, std::string_view written) {
    if (!steps_.empty() && steps_.back().stop.empty())
      raise<invalid_argument>("log_format: nothing stands between " + std::string(written) +
                              " and the field before it, expected at least one character");
    steps_.push_back({what, {}, false});
  }
  void compile_nginx(std::string_view text);
  void compile_apache(std::string_view text);

  std::string lead_;
  std::vector<step> steps_;
};

struct named_log_format {
  const char* name;
  const char* format;
};

/// Formats known by name; detection tries them in this order.
inline const std::vector<named_log_format>& named_log_formats() {
#define BAROGRAPH_COMMON \
  "$remote_addr $ident $remote_user [$time_local] \"$request\" $status $body_bytes_sent"
#define BAROGRAPH_COMBINED BAROGRAPH_COMMON " \"$http_referer\" \"$http_user_agent\""
  static const std::vector<named_log_format> formats = {
      {"combined", BAROGRAPH_COMBINED},
      {"common", BAROGRAPH_COMMON},
      {"combined_request_time", BAROGRAPH_COMBINED " $request_time"},
      {"combined_request_time_us", BAROGRAPH_COMBINED " $request_time_us"},
      {"common_request_time", BAROGRAPH_COMMON " $request_time"},
      {"common_request_time_us", BAROGRAPH_COMMON " $request_time_us"},
      {"nginx_main", BAROGRAPH_COMBINED " \"$http_x_forwarded_for\""},
      {"nginx_main_request_time", BAROGRAPH_COMBINED " \"$http_x_forwarded_for\" $request_time"},
      {"nginx_main_upstream",
       BAROGRAPH_COMBINED " \"$http_x_forwarded_for\" $request_time $upstream_response_time"},
      {"combined_upstream", BAROGRAPH_COMBINED " $request_time $upstream_response_time"},
      {"vhost_combined", "$host:$server_port " BAROGRAPH_COMBINED},
      {"vhost_common", "$host:$server_port " BAROGRAPH_COMMON},
  };
#undef BAROGRAPH_COMMON
#undef BAROGRAPH_COMBINED
  return formats;
}

inline void log_format::compile_nginx(std::string_view text) {
  static constexpr struct {
    std::string_view name;
    log_field field;
  } known[] = {
      {"remote_addr", log_field::client},
      {"realip_remote_addr", log_field::client},
      {"remote_user", log_field::user},
      {"host", log_field::host},
      {"http_host", log_field::host},
      {"server_name", log_field::host},
      {"time_local", log_field::time},
      {"time_iso8601", log_field::time},
      {"msec", log_field::epoch_s},
      {"request", log_field::request},
      {"request_method", log_field::method},
      {"request_uri", log_field::target},
      {"uri", log_field::target},
      {"document_uri", log_field::target},
      {"status", log_field::status},
      {"server_protocol", log_field::protocol},
      {"body_bytes_sent", log_field::bytes},
      {"bytes_sent", log_field::bytes},
      {"request_time", log_field::latency_s},
      {"request_time_us", log_field::latency_us},
      {"http_referer", log_field::referer},
      {"http_user_agent", log_field::agent},
  };
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '$') {
      const std::size_t next = text.find('$', i);
      literal(text.substr(i, next - i));
      i = next == text.npos ? text.size() : next;
      continue;
    }
    const bool braces = i + 1 < text.size() && text[i + 1] == '{';
    const std::size_t begin = i + (braces ? 2 : 1);
    std::size_t end = begin;
    while (end < text.size() && letter(text[end])) ++end;
    if (end == begin || (braces && (end == text.size() || text[end] != '}')))
      raise<invalid_argument>("log_format: \"" + std::string(text.substr(i, 20)) +
                              "\" is no variable, expected $name or ${name}");
    const std::string_view name = text.substr(begin, end - begin);
    log_field what = name.substr(0, 9) == "upstream_" ? log_field::upstream : log_field::ignored;
    for (const auto& k : known)
      if (k.name == name) what = k.field;
    field(what, text.substr(i, end - i));
    i = end + (braces ? 1 : 0);
  }
}

inline void log_format::compile_apache(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '%') {
      const std::size_t next = text.find('%', i);
      literal(text.substr(i, next - i));
      i = next == text.npos ? text.size() : next;
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '%') {
      literal("%");
      i += 2;
      continue;
    }
    std::size_t at = i + 1;
    // modifiers: status codes, negation, < original and > final request
    while (at < text.size() && (text[at] == '<' || text[at] == '>' || text[at] == '!' || text[at] == ',' ||
                                (text[at] >= '0' && text[at] <= '9')))
      ++at;
    std::string_view argument;
    if (at < text.size() && text[at] == '{') {
      const std::size_t close = text.find('}', at);
      if (close == text.npos)
        raise<invalid_argument>("log_format: \"" + std::string(text.substr(i, 20)) + "\" lacks its }");
      argument = text.substr(at + 1, close - at - 1);
      at = close + 1;
    }
    if (at >= text.size())
      raise<invalid_argument>("log_format: a % at the end, expected a directive behind it");
    std::string lower;
    for (char c : argument) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    const char directive = text[at++];
    if (directive == '^') at += 2;  // %^FB, %^ti, %^to
    const std::string_view written = text.substr(i, at > text.size() ? text.npos : at - i);
    if (at > text.size()) raise<invalid_argument>("log_format: \"" + std::string(written) + "\" is cut off");
    log_field what = log_field::ignored;
    switch (directive) {
      case 'h':
      case 'a':
        what = argument.empty() ? log_field::client : log_field::ignored;
        break;
      case 'u':
        what = log_field::user;
        break;
      case 'v':
      case 'V':
        what = log_field::host;
        break;
      case 'r':
        what = log_field::request;
        break;
      case 'm':
        what = log_field::method;
        break;
      case 'U':
        what = log_field::target;
        break;
      case 'H':
        what = log_field::protocol;
        break;
      case 's':
        what = log_field::status;
        break;
      case 'b':
      case 'B':
      case 'O':
        what = log_field::bytes;
        break;
      case 'D':
        what = log_field::latency_us;
        break;
      case 'T':
        what = lower == "ms"   ? log_field::latency_ms
               : lower == "us" ? log_field::latency_us
                               : log_field::latency_s;
        break;
      case 'i':
        what = lower == "referer"      ? log_field::referer
               : lower == "user-agent" ? log_field::agent
               : lower == "host"       ? log_field::host
                                       : log_field::ignored;
        break;
      case 't':
        if (argument.empty()) {  // the brackets belong to the directive
          literal("[");
          field(log_field::time, written);
          literal("]");
          i = at;
          continue;
        }
        if (lower.rfind("begin:", 0) == 0) lower.erase(0, 6);  // of the request, or its end
        if (lower.rfind("end:", 0) == 0) lower.erase(0, 4);
        what = lower == "sec"                                 ? log_field::epoch_s
               : lower == "msec"                              ? log_field::epoch_ms
               : lower == "usec"                              ? log_field::epoch_us
               : lower == "msec_frac" || lower == "usec_frac" ? log_field::ignored
                                                              : log_field::time;
        break;
      default:
        if (!((directive >= 'a' && directive <= 'z') || (directive >= 'A' && directive <= 'Z') ||
              directive == '^'))
          raise<invalid_argument>("log_format: \"" + std::string(written) + "\" is no directive of Apache");
    }
    field(what, written);
    i = at;
  }
}

inline log_format log_format::compile(std::string_view text) {
  for (const named_log_format& n : named_log_formats())
    if (text == n.name) text = n.format;
  std::string plain;  // a LogFormat copied from its file still has \" for "
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!(text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"')) plain += text[i];
  log_format out;
  if (plain.find('$') != plain.npos) {
    out.compile_nginx(plain);
  } else if (plain.find('%') != plain.npos) {
    out.compile_apache(plain);
  } else {
    std::string names;
    for (const named_log_format& n : named_log_formats())
      names += std::string(names.empty() ? "" : ", ") + n.name;
    raise<invalid_argument>("log_format: given \"" + plain + "\", expected one of " + names +
                            ", or a format string with $variables (nginx) or %directives (Apache)");
  }
  bool useful = false;
  for (std::size_t i = 0; i < out.steps_.size(); ++i) {
    step& s = out.steps_[i];
    const std::string& before = i == 0 ? out.lead_ : out.steps_[i - 1].stop;
    s.quoted = !before.empty() && before.back() == '"' && !s.stop.empty() && s.stop.front() == '"';
    useful = useful || (s.field != log_field::ignored && s.field != log_field::upstream);
  }
  if (!useful) raise<invalid_argument>("log_format: \"" + plain + "\" names no field that can be read");
  return out;
}

BAROGRAPH_NAMESPACE_END
