// Columns of text to columns of values: timestamps and numbers, with what became of each row.
//
// Law: class I; a row's value depends on its own text, the options and, for dates such as 5/7/2015, on
// which order the rest of the column proves. A bad row never stops the column. The format that fitted
// the row before is tried first, so that a column in one format costs one attempt a row.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/interrupt.hpp"
#include "../time/zone.hpp"
#include "number.hpp"
#include "timestamp.hpp"
#include "written_number.hpp"

BAROGRAPH_NAMESPACE_BEGIN

struct timestamp_options {
  time_format format = time_format::automatic;  ///< the only one tried, unless automatic
  const zone* local = nullptr;  ///< of rows that name no zone (the first of two readings); UTC when null
};

/// Timestamps of a column, int64 nanoseconds UTC; `not_a_time` where the status is not ok.
struct timestamp_column {
  std::vector<std::int64_t> ns;
  std::vector<field_status> status;
  std::array<std::int64_t, time_format_count> formats{};  ///< rows read in each format
  std::int64_t without_offset = 0;                        ///< rows that name no zone
  std::int64_t missing = 0;
  std::int64_t bad = 0;
  std::int64_t ambiguous = 0;
};

/// Numbers of a column; NaN where the status is not ok.
struct number_column {
  std::vector<double> values;
  std::vector<field_status> status;
  std::int64_t with_unit = 0;  ///< rows that had a unit and were turned into milliseconds
  std::int64_t missing = 0;
  std::int64_t bad = 0;
  number_evidence evidence;  ///< of how the numbers are written; gathered in the plain style alone
  std::vector<std::int64_t> either_point;  ///< rows such as 1.234, as long as nothing proves a decimal point
};

namespace fields_detail {

class timestamp_reader {
 public:
  explicit timestamp_reader(time_format only) : only_(only), last_(only) {}

  field_status read(std::string_view text, written_time& out) noexcept {
    if (last_ != time_format::automatic && attempt(last_, text, out)) return field_status::ok;
    if (is_missing_word(text)) return field_status::missing;
    if (only_ != time_format::automatic) return field_status::bad;
    if (parse_epoch_in(time_format::automatic, text, out)) return field_status::ok;
    if (attempt(time_format::iso8601, text, out) || attempt(time_format::common_log, text, out) ||
        attempt(time_format::rfc5322, text, out) || attempt(time_format::dotted, text, out))
      return field_status::ok;
    return slash(text, out);
  }

  time_format last() const noexcept { return last_; }

  std::int64_t proofs_of_month_first = 0;
  std::int64_t proofs_of_day_first = 0;

 private:
  bool attempt(time_format format, std::string_view text, written_time& out) noexcept {
    bool fits = false;
    slash_date seen;
    switch (format) {
      case time_format::iso8601:
        fits = parse_iso8601(text, out);
        break;
      case time_format::common_log:
        fits = parse_common_log_time(text, out);
        break;
      case time_format::rfc5322:
        fits = parse_rfc5322(text, out);
        break;
      case time_format::dotted:
        fits = parse_dotted_date(text, out);
        break;
      case time_format::month_first:
      case time_format::day_first:
        // in automatic mode each such row has to be weighed: see slash()
        fits = only_ != time_format::automatic &&
               parse_slash_date(text, format == time_format::day_first, out, seen);
        break;
      default:
        // a given unit holds for every row; a guessed one only for its own
        return parse_epoch_in(only_ == time_format::automatic ? time_format::automatic : format, text, out);
    }
    if (fits) last_ = format;
    return fits;
  }

  bool parse_epoch_in(time_format unit, std::string_view text, written_time& out) noexcept {
    if (!parse_epoch(text, unit, out)) return false;
    last_ = unit;
    return true;
  }

  field_status slash(std::string_view text, written_time& out) noexcept {
    written_time month_first;
    written_time day_first;
    slash_date seen;
    const bool m = parse_slash_date(text, false, month_first, seen);
    const bool d = parse_slash_date(text, true, day_first, seen);
    if (!m && !d) return field_status::bad;
    if (m && d && seen.first != seen.second) return field_status::ambiguous;
    proofs_of_month_first += m && !d;
    proofs_of_day_first += d && !m;
    out = m ? month_first : day_first;
    last_ = m ? time_format::month_first : time_format::day_first;
    return field_status::ok;
  }

  time_format only_;
  time_format last_;
};

}  // namespace fields_detail

/// Reads every row as a timestamp.
inline timestamp_column parse_timestamps(const text_column& text, const timestamp_options& options = {}) {
  timestamp_column out;
  const std::size_t rows = text.rows();
  out.ns.resize(rows, not_a_time);
  out.status.resize(rows, field_status::missing);
  const zone utc = zone::utc();
  zone_clock clock(options.local == nullptr ? utc : *options.local);
  const auto settle = [&](std::size_t i, field_status status, const written_time& time, time_format format) {
    std::int64_t ns = time.ns;
    if (options.local != nullptr && status == field_status::ok && !time.has_offset) {
      ns = clock.to_utc(ns);
      if (ns == not_a_time) status = field_status::bad;
    }
    out.status[i] = status;
    if (status != field_status::ok) return;
    out.ns[i] = ns;
    out.without_offset += !time.has_offset;
    ++out.formats[static_cast<std::size_t>(format)];
  };
  fields_detail::timestamp_reader reader(options.format);
  bool undecided = false;
  for (std::size_t i = 0; i < rows; ++i) {
    if (i % rows_between_checks == 0) check_interrupt();
    if (!text.present(i)) continue;
    written_time time;
    const field_status status = reader.read(trimmed(text[i]), time);
    undecided = undecided || status == field_status::ambiguous;
    settle(i, status, time, reader.last());
  }
  const bool month_first = reader.proofs_of_month_first != 0;
  if (undecided && month_first != (reader.proofs_of_day_first != 0)) {
    const time_format proven = month_first ? time_format::month_first : time_format::day_first;
    fields_detail::timestamp_reader again(proven);
    for (std::size_t i = 0; i < rows; ++i) {
      if (i % rows_between_checks == 0) check_interrupt();
      if (out.status[i] != field_status::ambiguous) continue;
      written_time time;
      const field_status status = again.read(trimmed(text[i]), time);
      settle(i, status, time, proven);
    }
  }
  for (const field_status s : out.status) {
    out.missing += s == field_status::missing;
    out.bad += s == field_status::bad;
    out.ambiguous += s == field_status::ambiguous;
  }
  return out;
}

namespace fields_detail {

/// What a cell that reads as a plain number says about the column; cheap, for most cells of most columns.
inline void weigh_plain(const number_shape& shape, bool leading_zero, std::size_t row, number_column& out) {
  number_evidence& seen = out.evidence;
  if (!shape.point) {
    ++(shape.whole > 3 || shape.exponent ? seen.long_whole : seen.short_whole);
  } else if (shape.fraction == 3 && shape.whole >= 1 && shape.whole <= 3 && !leading_zero &&
             !shape.exponent) {
    ++seen.either_point;
    if (seen.point == 0) out.either_point.push_back(static_cast<std::int64_t>(row));
  } else if (seen.point++ == 0) {
    out.either_point = {};
  }
}

}  // namespace fields_detail

/// Reads every row as a number in a style. With `time_units` a suffix s, ms or us is read too and such rows
/// become milliseconds; rows without a suffix stay as they are.
inline number_column parse_numbers(const text_column& text, bool time_units = false,
                                   number_style style = number_style::plain) {
  number_column out;
  const std::size_t rows = text.rows();
  out.values.resize(rows, std::numeric_limits<double>::quiet_NaN());
  out.status.resize(rows, field_status::missing);
  for (std::size_t i = 0; i < rows; ++i) {
    if (i % rows_between_checks == 0) check_interrupt();
    if (!text.present(i)) {
      ++out.missing;
      continue;
    }
    const std::string_view field = trimmed(text[i]);
    double value = 0;
    number_shape shape;
    if (style == number_style::plain ? parse_number(field, value, 0, &shape)
                                     : parse_written_number(field, style, value)) {
      out.values[i] = value;
      out.status[i] = field_status::ok;
      if (style == number_style::plain) {
        const char first = field[field[0] == '-' || field[0] == '+' ? 1 : 0];
        fields_detail::weigh_plain(shape, first == '0', i, out);
      }
    } else if (is_missing_word(field)) {
      ++out.missing;
    } else {
      std::string_view digits;
      int power = 0;
      if (time_units && split_time_unit(field, digits, power) &&
          parse_written_number(digits, style, value, power)) {
        out.values[i] = value;
        out.status[i] = field_status::ok;
        ++out.with_unit;
      } else {
        out.status[i] = field_status::bad;
        ++out.bad;
        if (style == number_style::plain) out.evidence.add(field);
      }
    }
  }
  return out;
}

BAROGRAPH_NAMESPACE_END
