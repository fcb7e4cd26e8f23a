// How a rank among equal values is counted, by windows of series and of streams alike.
#pragma once

#include <string>

#include "../core/errors.hpp"
#include "detail/jobs_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// "average", "min" or "max" as `ties`.
inline ties parse_ties(const std::string& text) {
  if (text == "average") return ties::average;
  if (text == "min") return ties::least;
  if (text == "max") return ties::greatest;
  raise<invalid_argument>("method: '" + text + "' given, expected 'average', 'min' or 'max'");
}

/// How a rank is counted.
struct rank_options {
  ties method = ties::average;  ///< of equal values
  bool ascending = true;        ///< the least value has rank 1; else the greatest
  bool pct = false;             ///< divided by the number of values in the window
};

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
