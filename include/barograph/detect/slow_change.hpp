// slow_change: rows of a series in which something is otherwise than before.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

enum class slow_kind : std::uint8_t { level, drift, season, spread };

/// Rows [begin, end) of a series in which something is otherwise than before.
struct slow_change {
  slow_kind kind;
  std::size_t begin, end;
  double size;  ///< of a level its shift; of a drift what it rises by until the end; of a season the share by
                ///< which it is stronger: -1 where it is gone; of spread how many times it is as large
  double evidence;  ///< -log10 of the chance, capped by the size
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
