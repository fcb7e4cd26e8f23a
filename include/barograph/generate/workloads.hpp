// The workloads: generators of synthetic telemetry with labelled incidents and dirt.
//
// Law F: the same options give the same bits in C++ and Python, in one piece or in many, in any number
// of threads. Compiled in barograph::workloads.
#pragma once

#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "../core/interrupt.hpp"
#include "../core/serial_executor.hpp"
#include "../core/span.hpp"
#include "dirt.hpp"
#include "incidents.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {

/// What log of requests is wanted.
struct requests_options {
  std::uint64_t seed = 0;
  std::int64_t start_ms = 1704067200000;  ///< 2024-01-01; a whole minute, in ms from 1970 (UTC)
  std::int64_t days = 10;
  double rate = 1.0;                ///< multiplies the traffic; latencies and errors stay as they are
  std::vector<incident> incidents;  ///< see requests_default_incidents
  dirt_rates dirt;
};

/// The degradation of `payments` on the fifth day, 13:00 to 17:00; none when there are fewer days.
std::vector<incident> requests_default_incidents(std::int64_t start_ms, std::int64_t days);

/// The rows that options with rate 1 have on average.
double requests_expected_rows(std::int64_t start_ms, std::int64_t days);

const std::vector<std::string>& requests_services();   ///< by service code
const std::vector<std::string>& requests_endpoints();  ///< by endpoint code

/// Where rows are written: equally long columns.
struct requests_spans {
  span<std::int64_t> timestamp_ns;      ///< from 1970-01-01 00:00 UTC, whole milliseconds
  span<std::int32_t> service;           ///< position in requests_services()
  span<std::int32_t> endpoint;          ///< position in requests_endpoints()
  span<std::int64_t> response_time_ms;  ///< 1 to 30,000
  span<std::int64_t> status_code;
  span<std::uint8_t> error;  ///< 1 where status_code >= 400

  std::size_t size() const noexcept { return timestamp_ns.size(); }
  requests_spans subspan(std::size_t offset, std::size_t count) const noexcept;
  bool equally_long() const noexcept;
};

/// Rows as a table that owns them. Cells that `dirt` names hold their clean values: `after` replaces
/// them when the table becomes text.
struct requests_table {
  std::vector<std::int64_t> timestamp_ns;
  std::vector<std::int32_t> service;
  std::vector<std::int32_t> endpoint;
  std::vector<std::int64_t> response_time_ms;
  std::vector<std::int64_t> status_code;
  std::vector<std::uint8_t> error;
  std::vector<dirt_entry> dirt;  ///< by row

  void resize(std::size_t rows);
  requests_spans spans();
};

/// Makes the log block by block: a block is a whole number of minutes, and any block can be made alone.
///
///     requests_generator log(requests_options{});
///     requests_table day = log.make(0, log.blocks());
class requests_generator {
 public:
  /// @throws invalid_argument naming the option that cannot be
  explicit requests_generator(requests_options options);

  const requests_options& options() const noexcept { return options_; }

  /// A divisor of 60, such that a block stays below about 250,000 rows where it can.
  std::int64_t block_minutes() const noexcept { return block_minutes_; }
  std::int64_t blocks() const noexcept { return blocks_; }

  /// The rows that the whole log has on average, without duplicates.
  double expected_rows() const {
    return options_.rate * requests_expected_rows(options_.start_ms, options_.days);
  }

  /// The rows of one block, duplicates included.
  std::int64_t rows_in(std::int64_t block) const;

  /// Makes one block into `out`, which must have rows_in(block) rows (checked); its first one is `first_row`
  /// of the whole log. Truth is appended to `dirt`, by row.
  void fill_block(std::int64_t block, std::int64_t first_row, const requests_spans& out,
                  std::vector<dirt_entry>& dirt) const;

  /// The rows of each block of [first, last).
  template <class Executor = serial_executor>
  std::vector<std::int64_t> rows_of(std::int64_t first, std::int64_t last,
                                    const Executor& executor = Executor{}) const {
    check_range(first, last);
    std::vector<std::int64_t> rows(static_cast<std::size_t>(last - first));
    executor.for_each_chunk(rows.size(), 16, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) rows[i] = rows_in(first + static_cast<std::int64_t>(i));
    });
    return rows;
  }

  /// Makes blocks [first, first + rows.size()) into `out`, which has the sum of `rows` rows.
  template <class Executor = serial_executor>
  std::vector<dirt_entry> fill(std::int64_t first, span<const std::int64_t> rows, std::int64_t first_row,
                               const requests_spans& out, const Executor& executor = Executor{}) const {
    check_range(first, first + static_cast<std::int64_t>(rows.size()));
    std::vector<std::int64_t> at(rows.size() + 1, 0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t n = rows[i];  // read once: another thread may write the array
      if (n < 0 || n > std::numeric_limits<std::int64_t>::max() - at[i])
        raise<invalid_argument>("rows: given " + std::to_string(n) + ", expected 0 or more, not 2^63 in all");
      at[i + 1] = at[i] + n;
    }
    if (static_cast<std::size_t>(at.back()) != out.size() || !out.equally_long())
      raise<invalid_argument>("out: given " + std::to_string(out.size()) + " rows, expected " +
                              std::to_string(at.back()));
    std::vector<std::vector<dirt_entry>> dirt(rows.size());
    executor.for_each_chunk(rows.size(), 4, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        check_interrupt();
        fill_block(first + static_cast<std::int64_t>(i), first_row + at[i],
                   out.subspan(static_cast<std::size_t>(at[i]), static_cast<std::size_t>(at[i + 1] - at[i])),
                   dirt[i]);
      }
    });
    std::vector<dirt_entry> all;
    for (std::vector<dirt_entry>& part : dirt)
      all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    return all;
  }

  /// Blocks [first, last) as a table; `first_row` is the position of its first row in the whole log.
  template <class Executor = serial_executor>
  requests_table make(std::int64_t first, std::int64_t last, std::int64_t first_row = 0,
                      const Executor& executor = Executor{}) const {
    const std::vector<std::int64_t> rows = rows_of(first, last, executor);
    std::int64_t total = 0;
    for (const std::int64_t n : rows) total += n;
    requests_table table;
    table.resize(static_cast<std::size_t>(total));
    table.dirt = fill(first, rows, first_row, table.spans(), executor);
    return table;
  }

 private:
  struct minute_load;
  struct scratch;

  void check_range(std::int64_t first, std::int64_t last) const;
  minute_load load_of(std::int64_t minute) const;
  std::int64_t requests_in(std::int64_t minute) const;
  std::int64_t first_minute(std::int64_t block) const noexcept {
    return start_minute_ + block * block_minutes_;
  }
  std::int64_t last_minute(std::int64_t block) const noexcept;
  std::size_t fill_minute(std::int64_t minute, const requests_spans& out, std::size_t at, scratch& s) const;

  requests_options options_;
  std::int64_t start_minute_ = 0;
  std::int64_t minutes_ = 0;
  std::int64_t block_minutes_ = 60;
  std::int64_t blocks_ = 0;
  double per_level_ = 0.0;  ///< mean requests a minute at level 1
};

/// A timestamp as the log writes it: 2024-01-05 13:00:00.250 (milliseconds; the year has four digits).
std::string format_timestamp(std::int64_t timestamp_ns);

/// Appends rows as text; cells named by `dirt` (by row, counted from `first_row`) as they are dirtied.
void append_csv(std::string& out, const requests_spans& rows, std::int64_t first_row,
                span<const dirt_entry> dirt);
void append_json_lines(std::string& out, const requests_spans& rows, std::int64_t first_row,
                       span<const dirt_entry> dirt);

/// The header line of append_csv, with its line end.
const char* requests_csv_header() noexcept;

}  // namespace generate
BAROGRAPH_NAMESPACE_END
