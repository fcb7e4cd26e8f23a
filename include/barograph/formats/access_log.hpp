// Access logs of Apache and nginx: lines to columns, in pieces of any size.
//
// Law: class I; the columns do not depend on where the pieces are cut. No line is lost: one that does
// not fit becomes a bad line with its number, reason and text. A request that is no HTTP (a TLS hello,
// "-") is a row all the same, without method and path, and counted. In quoted fields \" \\ and \xHH are
// undone, except what would become a control character. `-` is missing (for bytes: 0, as Apache
// writes it). Lines end with LF or CRLF; blank ones are skipped; a UTF-8 mark at the start is dropped.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keyed_log_format.hpp"
#include "line_splitter.hpp"
#include "log_format.hpp"
#include "number.hpp"
#include "text_dictionary.hpp"
#include "timestamp.hpp"
#include "url_template.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Why a line is bad.
enum class line_fault : std::uint8_t {
  layout,  ///< does not have the format's shape
  timestamp,
  status,
  bytes,
  latency,
  too_long,
  nul_byte,
  truncated,  ///< the file ends within the line
};

inline constexpr const char* name_of(line_fault fault) noexcept {
  constexpr const char* names[] = {"does not match the format", "timestamp cannot be read",
                                   "status is not 100 to 599",  "bytes is not a whole number",
                                   "latency is not a number",   "line too long",
                                   "NUL byte in the line",      "file ends within the line"};
  return names[static_cast<int>(fault)];
}

/// Columns of the rows that could be read; a column that the format lacks is empty.
struct access_log {
  std::vector<std::int64_t> line;       ///< line number, from 1
  std::vector<std::int64_t> timestamp;  ///< ns UTC
  std::vector<std::int32_t> status;     ///< -1 missing
  std::vector<std::int64_t> bytes;      ///< -1 missing
  std::vector<double> latency_ms;       ///< NaN missing
  coded_text client, user, host, method, path, protocol, referer, agent;
  std::vector<bad_line<line_fault>> bad;
  std::int64_t lines = 0;               ///< read in all
  std::int64_t blank = 0;               ///< skipped
  std::int64_t malformed_requests = 0;  ///< rows whose request is no HTTP
  std::int64_t invalid_utf8 = 0;        ///< rows with text that is not UTF-8, shown with U+FFFD

  std::size_t rows() const noexcept { return line.size(); }
};

/// Undoes \" \\ \xHH \t \n as far as the result is printable; else leaves the text as it is.
inline std::string unescaped(std::string_view text) {
  const auto hex = [](char c) {
    return c >= '0' && c <= '9'                     ? c - '0'
           : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                    : -1;
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      if (text[i + 1] == '"' || text[i + 1] == '\\') {
        out += text[++i];
        continue;
      }
      if (text[i + 1] == 'x' && i + 3 < text.size() && hex(text[i + 2]) >= 0 && hex(text[i + 3]) >= 0) {
        const int value = hex(text[i + 2]) * 16 + hex(text[i + 3]);
        if (value >= 0x20 && value != 0x7F) {
          out += static_cast<char>(value);
          i += 3;
          continue;
        }
      }
    }
    out += text[i];
  }
  return out;
}

/// A request line's three parts; false when it is no HTTP request.
struct request_line {
  std::string_view method, target, protocol;
};
inline bool split_request(std::string_view text, request_line& out) noexcept {
  std::size_t letters = 0;
  while (letters < text.size() &&
         ((text[letters] >= 'A' && text[letters] <= 'Z') || text[letters] == '-' || text[letters] == '_'))
    ++letters;
  if (letters == 0 || letters > 32 || letters >= text.size() || text[letters] != ' ' || text == "-")
    return false;
  out.method = text.substr(0, letters);
  std::string_view rest = trimmed(text.substr(letters + 1));
  const std::size_t last = rest.rfind(' ');
  out.protocol = {};
  if (last != rest.npos && rest.substr(last + 1, 5) == "HTTP/") {
    out.protocol = rest.substr(last + 1);
    rest = trimmed(rest.substr(0, last));
  }
  out.target = rest;
  return !rest.empty();
}

/// Decodes a log in one format: `feed` pieces in order, then `finish`.
class access_log_decoder {
 public:
  explicit access_log_decoder(log_format format, std::size_t max_line = 65536)
      : format_(std::move(format)), lines_(max_line), scratch_(format_.steps().size()) {}

  void feed(std::string_view piece) {
    lines_.feed(piece, [this](std::string_view text, bool ended) { line(text, ended); });
  }

  /// The columns; the decoder is then ready for another file.
  access_log finish() {
    lines_.finish([this](std::string_view text, bool ended) { line(text, ended); });
    budget_ = bad_text_budget();
    return std::exchange(out_, {});
  }

 private:
  struct row {
    std::int64_t timestamp = not_a_time;
    std::int32_t status = -1;
    std::int64_t bytes = -1;
    double latency_ms = std::numeric_limits<double>::quiet_NaN();
    std::string_view client, user, host, method, path, protocol, referer, agent;
    bool has_request = false;
    bool malformed = false;
  };

  void line(std::string_view text, bool ended) {
    ++out_.lines;
    if (text.size() > lines_.max_line()) return refuse(text, line_fault::too_long);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    if (text.empty()) {
      ++out_.blank;
      return;
    }
    row r;
    line_fault fault = line_fault::layout;
    if (match(text, r, fault)) return accept(r);
    if (!ended && fault == line_fault::layout) fault = line_fault::truncated;
    if (std::memchr(text.data(), '\0', text.size()) != nullptr) fault = line_fault::nul_byte;
    refuse(text, fault);
  }

  void refuse(std::string_view text, line_fault fault) {
    out_.bad.push_back({out_.lines, fault, budget_.take(text)});
  }

  bool match(std::string_view text, row& r, line_fault& fault) {
    const std::string& lead = format_.lead();
    if (text.substr(0, lead.size()) != lead) return false;
    text.remove_prefix(lead.size());
    if (std::memchr(text.data(), '\0', text.size()) != nullptr) return false;
    const auto& steps = format_.steps();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const log_format::step& s = steps[i];
      std::size_t length = text.size();
      bool escapes = false;
      if (!s.stop.empty()) {
        length = s.quoted ? closing_quote(text, escapes) : stop_of(text, s);
        if (length == text.npos || text.substr(length, s.stop.size()) != s.stop) return false;
      } else if (s.field != log_field::time && s.field != log_field::agent && text.find(' ') != text.npos &&
                 s.field != log_field::upstream) {
        return false;  // a last field without quotes is one word
      }
      const std::string_view field = text.substr(0, length);
      if (escapes) scratch_[i] = unescaped(field);
      if (!store(s.field, escapes ? std::string_view(scratch_[i]) : field, r, fault)) return false;
      text.remove_prefix(length + s.stop.size());
    }
    return text.empty();
  }

  static std::size_t closing_quote(std::string_view text, bool& escapes) noexcept {
    const std::size_t first = text.find('"');
    if (first == text.npos) return first;
    const std::size_t backslash = text.substr(0, first).find('\\');
    if (backslash == text.npos) return first;
    escapes = true;
    for (std::size_t i = backslash; i < text.size(); ++i) {
      if (text[i] == '"') return i;
      if (text[i] == '\\') ++i;
    }
    return text.npos;
  }

  static std::size_t stop_of(std::string_view text, const log_format::step& s) noexcept {
    std::size_t at = s.stop.size() == 1 ? text.find(s.stop[0]) : text.find(s.stop);
    if (s.field == log_field::upstream)  // "10.0.0.1:80, 10.0.0.2:80" and "0.1 : 0.2" are one field
      while (at != text.npos && at > 0 &&
             (text[at - 1] == ',' || text[at - 1] == ':' || text.substr(at, 3) == " : "))
        at = text.find(s.stop, at + 1);
    return at;
  }

  static std::string_view or_missing(std::string_view field) noexcept {
    return field == "-" ? std::string_view() : field;
  }

  bool store(log_field what, std::string_view field, row& r, line_fault& fault) {
    switch (what) {
      case log_field::ignored:
      case log_field::upstream:
        return true;
      case log_field::client:
        if (field.empty()) return false;
        r.client = or_missing(field);
        return true;
      case log_field::user:
        r.user = or_missing(field);
        return true;
      case log_field::host:
        r.host = or_missing(field);
        return true;
      case log_field::referer:
        r.referer = or_missing(field);
        return true;
      case log_field::agent:
        r.agent = or_missing(field);
        return true;
      case log_field::protocol:
        r.protocol = or_missing(field);
        return true;
      case log_field::method:
        r.method = or_missing(field);
        return true;
      case log_field::target:
        r.path = field == "-" ? std::string_view() : path_of(field);
        return true;
      case log_field::request: {
        request_line parts;
        if (split_request(field, parts)) {
          r.method = parts.method;
          r.path = path_of(parts.target);
          r.protocol = parts.protocol;
        } else {
          r.malformed = true;
        }
        return true;
      }
      case log_field::time:
        return store_time(field, r, fault);
      case log_field::epoch_s:
        return store_epoch(field, time_format::epoch_s, r, fault);
      case log_field::epoch_ms:
        return store_epoch(field, time_format::epoch_ms, r, fault);
      case log_field::epoch_us:
        return store_epoch(field, time_format::epoch_us, r, fault);
      case log_field::status:
        fault = line_fault::status;
        if (field == "-") break;
        if (field.size() != 3 || !url_detail::all_digits(field)) return false;
        r.status = url_detail::number(field);
        if (r.status < 100 || r.status > 599) return false;
        break;
      case log_field::bytes:
        fault = line_fault::bytes;
        if (field == "-") {
          r.bytes = 0;
          break;
        }
        if (!url_detail::all_digits(field) || field.size() > 18) return false;
        r.bytes = 0;
        for (char c : field) r.bytes = r.bytes * 10 + (c - '0');
        break;
      case log_field::latency_s:
        return store_latency(field, 3, r, fault);
      case log_field::latency_ms:
        return store_latency(field, 0, r, fault);
      case log_field::latency_us:
        return store_latency(field, -3, r, fault);
    }
    fault = line_fault::layout;
    return true;
  }

  bool store_time(std::string_view field, row& r, line_fault& fault) {
    // many lines of a log share their second, so their text
    if (field != time_text_ || time_text_.empty()) {
      written_time time;
      if (!parse_common_log_time(field, time) && !parse_iso8601(field, time) && !parse_rfc5322(field, time)) {
        fault = line_fault::timestamp;
        return false;
      }
      time_text_ = field;
      time_ = time.ns;
    }
    r.timestamp = time_;
    return true;
  }

  static bool store_epoch(std::string_view field, time_format unit, row& r, line_fault& fault) noexcept {
    written_time time;
    if (!parse_epoch(field, unit, time)) {
      fault = line_fault::timestamp;
      return false;
    }
    r.timestamp = time.ns;
    return true;
  }

  static bool store_latency(std::string_view field, int power, row& r, line_fault& fault) {
    if (field == "-" || parse_number(field, r.latency_ms, power)) return true;
    fault = line_fault::latency;
    return false;
  }

  void accept(const row& r) {
    out_.line.push_back(out_.lines);
    out_.timestamp.push_back(r.timestamp);
    out_.status.push_back(r.status);
    out_.bytes.push_back(r.bytes);
    out_.latency_ms.push_back(r.latency_ms);
    out_.malformed_requests += r.malformed;
    bool valid = true;
    const auto add = [&](coded_text& column, std::string_view text) {
      std::int32_t code = -1;
      if (!text.empty()) {
        code = column.categories.code(text);
        valid = valid && column.categories.valid_utf8(code);
      }
      column.codes.push_back(code);
    };
    add(out_.client, r.client);
    add(out_.user, r.user);
    add(out_.host, r.host);
    add(out_.method, r.method);
    add(out_.path, r.path);
    add(out_.protocol, r.protocol);
    add(out_.referer, r.referer);
    add(out_.agent, r.agent);
    out_.invalid_utf8 += !valid;
  }

  log_format format_;
  line_splitter lines_;
  bad_text_budget budget_;
  access_log out_;
  std::string time_text_;
  std::int64_t time_ = 0;
  std::vector<std::string> scratch_;  // one a field, what its escapes stand for
};

/// A whole log in memory.
inline access_log decode_access_log(std::string_view text, const log_format& format) {
  access_log_decoder decoder(format);
  decoder.feed(text);
  return decoder.finish();
}

/// What a sample of lines looks like.
struct detected_log_format {
  std::string name;        ///< of `named_log_formats()`, or the text of a format with pairs such as rt=0.123
                           ///< behind; empty when none fits half of the lines
  double share = 0;        ///< of the lines that are not blank
  bool unit_known = true;  ///< false: a duration in whole numbers below 1000, seconds assumed
};

/// Which named format fits the first lines of a log (the last line of a sample may be cut off).
inline detected_log_format detect_access_log(std::string_view sample) {
  const std::size_t last = sample.rfind('\n');
  if (last != sample.npos) sample = sample.substr(0, last + 1);
  std::size_t end = 0;
  for (int n = 0; n < 200 && end < sample.size(); ++n) {
    const std::size_t next = sample.find('\n', end);
    end = next == sample.npos ? sample.size() : next + 1;
  }
  sample = sample.substr(0, end);
  detected_log_format best;
  for (const named_log_format& candidate : named_log_formats()) {
    const std::string_view name = candidate.name;
    if (name.size() > 3 && name.substr(name.size() - 3) == "_us")
      continue;  // same shape, told by values below
    const access_log log = decode_access_log(sample, log_format::compile(name));
    const auto lines = static_cast<double>(log.lines - log.blank);
    const double share = lines > 0 ? static_cast<double>(log.rows()) / lines : 0;
    if (share < 0.5 || share <= best.share) continue;
    best = {std::string(name), share, true};
    if (name != "combined_request_time" && name != "common_request_time") continue;
    // nginx writes seconds with three decimals; Apache's %D whole microseconds, %T whole seconds
    bool whole = true;
    double longest = 0;
    for (double ms : log.latency_ms) {
      whole = whole && (!(ms >= 0) || static_cast<double>(static_cast<std::int64_t>(ms / 1000)) * 1000 == ms);
      if (ms > longest) longest = ms;
    }
    if (!whole) continue;
    if (longest >= 1e6)
      best.name += "_us";  // nobody waits 1000 s
    else
      best.unit_known = false;
  }
  std::string_view rest = sample;
  while (best.name.empty() && !rest.empty()) {
    const std::size_t next = rest.find('\n');
    const std::string format = keyed_log_format(rest.substr(0, next));
    if (!format.empty()) {
      const access_log log = decode_access_log(sample, log_format::compile(format));
      const auto lines = static_cast<double>(log.lines - log.blank);
      if (static_cast<double>(log.rows()) >= 0.5 * lines)
        best = {format, static_cast<double>(log.rows()) / lines, true};
      break;
    }
    rest.remove_prefix(next == rest.npos ? rest.size() : next + 1);  // the next line may show it
  }
  return best;
}

/// One row in combined format (the counterpart of decoding; escapes as Apache does).
struct combined_line {
  std::string_view client = "-", user = "-", request = "-", referer = "-", agent = "-";
  std::int64_t timestamp = 0;
  int status = 200;
  std::int64_t bytes = 0;
};
inline void encode_combined(std::string& out, const combined_line& line) {
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto padded = [&](std::int64_t n, std::size_t width) {
    const std::string digits = std::to_string(n);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
  };
  const auto quoted = [&](std::string_view text) {
    out += '"';
    for (char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (byte < 0x20 || byte >= 0x7F) {
        constexpr const char* hex = "0123456789abcdef";
        out += "\\x";
        out += hex[byte >> 4];
        out += hex[byte & 15u];
      } else {
        out += c;
      }
    }
    out += '"';
  };
  const std::int64_t seconds = floor_div(line.timestamp, ns_per_second);
  const std::int64_t day = floor_div(seconds, 86400);
  const std::int64_t of_day = floor_mod(seconds, 86400);
  const civil_date date = civil_from_days(day);
  out.append(line.client).append(" - ").append(line.user).append(" [");
  padded(date.day, 2);
  out.append("/").append(months[date.month - 1]).append("/");
  padded(date.year, 4);
  for (const std::int64_t part : {of_day / 3600, of_day / 60 % 60, of_day % 60}) {
    out += ':';
    padded(part, 2);
  }
  out += " +0000] ";
  quoted(line.request);
  out += ' ';
  out += std::to_string(line.status);
  out += ' ';
  out += std::to_string(line.bytes);
  out += ' ';
  quoted(line.referer);
  out += ' ';
  quoted(line.agent);
  out += '\n';
}

BAROGRAPH_NAMESPACE_END
