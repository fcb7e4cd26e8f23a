// Dirt: the ways in which a raw log is wrong, each with its truth: where, what, before and after.
//
// A row gets at most one kind. Dirt is drawn by (seed, stream, block, row), so it too is the same
// whether a log is made whole or in pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "../core/errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace generate {

enum class dirt_kind : std::uint8_t {
  missing_latency,       ///< the latency is empty
  duplicate,             ///< the row stands there a second time, right behind itself
  negative_latency,      ///< the latency has a minus sign
  absurd_latency,        ///< the latency is hours to weeks
  wrong_type,            ///< the latency is a word, or carries its unit
  unparsable_timestamp,  ///< the timestamp is no time
  shuffled_timestamp,    ///< the row stands behind rows that are later than it
  unknown_service,       ///< the service is one that does not exist
  mixed_case,            ///< the service is written in other letters
  padded,                ///< the service or endpoint has blanks around it
};

inline constexpr std::size_t dirt_kinds = 10;

inline constexpr std::array<const char*, dirt_kinds> dirt_kind_names{
    "missing_latency",      "duplicate",          "negative_latency", "absurd_latency", "wrong_type",
    "unparsable_timestamp", "shuffled_timestamp", "unknown_service",  "mixed_case",     "padded"};

/// What a dirt entry speaks of: a cell's column, or the row itself.
enum class dirt_column : std::uint8_t { row, timestamp, service, endpoint, response_time_ms };

inline constexpr std::array<const char*, 5> dirt_column_names{"row", "timestamp", "service", "endpoint",
                                                              "response_time_ms"};

/// The share of rows that get each kind of dirt.
struct dirt_rates {
  std::array<double, dirt_kinds> share{};

  /// `total` in [0, 0.5], the same for each kind.
  static dirt_rates even(double total) {
    dirt_rates rates;
    for (double& s : rates.share) s = total / static_cast<double>(dirt_kinds);
    rates.check();
    return rates;
  }

  double total() const noexcept {
    double sum = 0.0;
    for (const double s : share) sum += s;
    return sum;
  }

  bool any() const noexcept { return total() > 0.0; }

  void check() const {
    for (const double s : share)
      if (!(s >= 0.0))
        raise<invalid_argument>("dirt: given a share of " + std::to_string(s) + ", expected 0 to 0.5");
    if (!(total() <= 0.5 + 1e-12))
      raise<invalid_argument>("dirt: given " + std::to_string(total()) + ", expected 0 to 0.5");
  }
};

/// The truth of one dirty row. For a kind that concerns the row itself, `before` is where the row (for a
/// duplicate: its original) stands without this dirt, and `after` where it stands now.
struct dirt_entry {
  std::int64_t row = 0;  ///< position in the raw table
  dirt_kind kind = dirt_kind::missing_latency;
  dirt_column column = dirt_column::row;
  std::string before;
  std::string after;
};

}  // namespace generate
BAROGRAPH_NAMESPACE_END
