// JSON lines: one object a line to columns, in pieces of any size.
//
// Columns are the union of the keys in order of first appearance; nested objects become columns with
// dotted names down to depth 3, deeper ones and arrays keep their JSON text. Of a key that comes twice
// in a line the last one wins. No line is lost: one that is not a JSON object becomes a bad line with
// its number, reason and text, and leaves nothing else behind. Bytes that are not UTF-8 become U+FFFD
// and the line is counted. A column keeps the cells there are: memory goes with the text, however many
// keys come once. Law: class I.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json.hpp"
#include "line_splitter.hpp"
#include "number.hpp"
#include "text_dictionary.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// What all the values of a column are (null and absent apart).
enum class json_type : std::uint8_t { empty, boolean, number, string, mixed };

inline constexpr const char* name_of(json_type type) noexcept {
  constexpr const char* names[] = {"empty", "boolean", "number", "string", "mixed"};
  return names[static_cast<int>(type)];
}

/// The values of one key, in the rows that have it.
class json_column {
 public:
  explicit json_column(std::string name) : name_(std::move(name)) {}

  const std::string& name() const noexcept { return name_; }

  /// Rows that have the key (null included): what memory goes with, until values are read out.
  std::size_t cells() const noexcept { return rows_.size(); }

  void set(std::int64_t row, json_kind kind, std::string_view text) {
    if (!rows_.empty() && rows_.back() == row) {  // the key came twice: the last one wins
      rows_.pop_back();
      kinds_.pop_back();
      ends_.pop_back();
      data_.resize(ends_.empty() ? 0 : ends_.back());
    }
    rows_.push_back(row);
    kinds_.push_back(kind);
    data_.append(text);
    ends_.push_back(data_.size());
  }

  json_type type() const noexcept {
    json_type out = json_type::empty;
    for (const json_kind k : kinds_) {
      if (k == json_kind::null) continue;
      const json_type t = k == json_kind::boolean  ? json_type::boolean
                          : k == json_kind::number ? json_type::number
                          : k == json_kind::string ? json_type::string
                                                   : json_type::mixed;
      if (out != json_type::empty && out != t) return json_type::mixed;
      out = t;
    }
    return out;
  }

  /// Text in Arrow's layout over `rows` rows: offsets, and a bit a row for values other than null.
  void text(std::int64_t rows, std::string& data, std::vector<std::int64_t>& offsets,
            std::vector<std::uint8_t>& validity) const {
    data.clear();
    offsets.assign(static_cast<std::size_t>(rows) + 1, 0);
    validity.assign(static_cast<std::size_t>(rows) / 8 + 1, 0);
    std::size_t row = 0;
    each([&](std::size_t r, json_kind kind, std::string_view value) {
      for (; row < r; ++row) offsets[row + 1] = static_cast<std::int64_t>(data.size());
      if (kind == json_kind::null) return;
      data.append(value);
      validity[r / 8] = static_cast<std::uint8_t>(validity[r / 8] | 1u << (r % 8));
    });
    for (; row < static_cast<std::size_t>(rows); ++row)
      offsets[row + 1] = static_cast<std::int64_t>(data.size());
  }

  /// Doubles, NaN where there is no number (or one beyond the doubles).
  std::vector<double> numbers(std::int64_t rows) const {
    std::vector<double> out(static_cast<std::size_t>(rows), std::numeric_limits<double>::quiet_NaN());
    each([&](std::size_t row, json_kind kind, std::string_view value) {
      double number = 0;
      if (kind == json_kind::number && parse_number(value, number)) out[row] = number;
    });
    return out;
  }

  /// The same as int64 when every row has a whole number that fits; else empty.
  std::vector<std::int64_t> integers(std::int64_t rows) const {
    if (rows_.size() != static_cast<std::size_t>(rows)) return {};
    std::vector<std::int64_t> out(rows_.size());
    bool fits = true;
    each([&](std::size_t row, json_kind kind, std::string_view value) {
      const auto [stop, code] = std::from_chars(value.data(), value.data() + value.size(), out[row]);
      fits = fits && kind == json_kind::number && code == std::errc() && stop == value.data() + value.size();
    });
    if (!fits) out.clear();
    return out;
  }

  /// 1, 0, or -1 where there is neither true nor false.
  std::vector<std::int8_t> booleans(std::int64_t rows) const {
    std::vector<std::int8_t> out(static_cast<std::size_t>(rows), -1);
    each([&](std::size_t row, json_kind kind, std::string_view value) {
      if (kind == json_kind::boolean) out[row] = value == "true" ? 1 : 0;
    });
    return out;
  }

 private:
  template <class F>
  void each(F&& f) const {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      f(static_cast<std::size_t>(rows_[i]), kinds_[i],
        std::string_view(data_).substr(begin, ends_[i] - begin));
      begin = ends_[i];
    }
  }

  std::string name_;
  std::vector<std::int64_t> rows_;
  std::vector<json_kind> kinds_;
  std::string data_;
  std::vector<std::size_t> ends_;
};

struct json_lines {
  std::vector<std::int64_t> line;  ///< line number of each row, from 1
  std::vector<json_column> columns;
  std::vector<bad_line<json_fault>> bad;
  std::int64_t lines = 0;
  std::int64_t blank = 0;
  std::int64_t invalid_utf8 = 0;  ///< lines that held bytes that are not UTF-8
  std::int64_t dropped = 0;       ///< values of keys beyond the limit of columns

  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(line.size()); }
};

struct json_lines_limits {
  std::size_t max_line = 1'000'000;  ///< bytes
  int max_depth = 64;
  std::size_t max_columns = 10'000;  ///< further keys are dropped and counted
};

/// Decodes JSON lines: `feed` pieces in order, then `finish`.
class json_lines_decoder {
 public:
  static constexpr int flatten_depth = 3;

  /// @param names  keys that are columns from the start, whether they come or not, whatever the limit
  explicit json_lines_decoder(json_lines_limits limits = {}, std::vector<std::string> names = {})
      : limits_(limits), wanted_(std::move(names)), lines_(limits.max_line) {
    begin();
  }

  void feed(std::string_view piece) {
    lines_.feed(piece, [this](std::string_view text, bool ended) { line(text, ended); });
  }

  json_lines finish() {
    lines_.finish([this](std::string_view text, bool ended) { line(text, ended); });
    names_ = text_dictionary();
    budget_ = bad_text_budget();
    json_lines done = std::exchange(out_, {});
    begin();
    return done;
  }

 private:
  struct cell {
    std::string_view path;
    json_kind kind;
    std::string_view text;
  };

  void begin() {
    for (const std::string& name : wanted_) column_of(name);
  }

  json_column& column_of(std::string_view name) {
    const auto column = static_cast<std::size_t>(names_.code(name));
    if (column == out_.columns.size()) out_.columns.emplace_back(std::string(name));
    return out_.columns[column];
  }

  void line(std::string_view text, bool ended) {
    ++out_.lines;
    if (text.size() > limits_.max_line) return refuse(text, json_fault::too_long);
    std::string mended;
    const bool valid = is_utf8(text);
    if (!valid) {
      mended = to_utf8(text);
      text = mended;
    }
    json_scanner scan(text, limits_.max_depth);
    if (scan.at_end()) {
      ++out_.blank;
      return;
    }
    cells_.clear();
    kept_.clear();
    json_fault fault = json_fault::none;
    if (!members(scan, {}, 1))
      fault = scan.fault();
    else if (!scan.at_end())
      fault = json_fault::not_json;
    // a line that its line end closes was written so: broken, not cut off
    if (fault == json_fault::truncated && ended) fault = json_fault::not_json;
    if (fault != json_fault::none) return refuse(text, fault);
    const std::int64_t row = out_.rows();
    for (const cell& c : cells_) commit(row, c);
    out_.line.push_back(out_.lines);
    out_.invalid_utf8 += !valid;
  }

  bool members(json_scanner& scan, std::string_view prefix, int depth) {
    return scan.object([&](std::string_view key) {
      json_kind kind{};
      if (!scan.peek(kind)) return false;
      std::string_view path = kept(prefix, key);
      if (kind == json_kind::object && depth < flatten_depth) return members(scan, path, depth + 1);
      std::string_view text;
      if (kind == json_kind::string) {
        kept_.emplace_back();
        if (!scan.string(text, kept_.back())) return false;
      } else if (!scan.value(kind, text)) {
        return false;
      }
      cells_.push_back({path, kind, text});
      return true;
    });
  }

  /// The dotted name, at an address that holds until the line is done.
  std::string_view kept(std::string_view prefix, std::string_view key) {
    kept_.emplace_back();
    std::string& out = kept_.back();
    out.reserve(prefix.size() + 1 + key.size());
    if (!prefix.empty()) out.append(prefix).append(".");
    out.append(key);
    return out;
  }

  void commit(std::int64_t row, const cell& c) {
    if (names_.size() >= limits_.max_columns && !names_.contains(c.path)) {
      ++out_.dropped;
      return;
    }
    column_of(c.path).set(row, c.kind, c.text);
  }

  void refuse(std::string_view text, json_fault fault) {
    out_.bad.push_back({out_.lines, fault, budget_.take(text)});
  }

  json_lines_limits limits_;
  std::vector<std::string> wanted_;
  line_splitter lines_;
  bad_text_budget budget_;
  json_lines out_;
  text_dictionary names_;
  std::vector<cell> cells_;
  std::deque<std::string> kept_;
};

/// JSON lines in memory.
inline json_lines decode_json_lines(std::string_view text, json_lines_limits limits = {}) {
  json_lines_decoder decoder(limits);
  decoder.feed(text);
  return decoder.finish();
}

BAROGRAPH_NAMESPACE_END
