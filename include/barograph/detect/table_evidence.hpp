// table_evidence: how unlikely so much strangeness of a row of a table is, by all of its rows.
//
// Rows have two kinds of strangeness, either of which may be the one that shows something; the second counts
// from one row in ten thousand on, below which the first ranks better. `table_judge` (stream_judge.hpp) is
// the same for rows as they come. Class F; O(n log n).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "detail/tail_evidence.hpp"
#include "detail/two_chances.hpp"
#include "stream_judge.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// Evidence of each row, -log10 p; 0 or more.
///
/// @param first   finite, higher is stranger; its tail is taken for at most as light as a normal one
/// @param second  the same of another kind, with a tail at most as light as an exponential one, and where few
///                rows tell it as heavy as that of the square of one
/// @throws invalid_argument if the two are not of one length
inline std::vector<double> table_evidence(const std::vector<double>& first,
                                          const std::vector<double>& second) {
  if (first.size() != second.size())
    raise<invalid_argument>("second: " + std::to_string(second.size()) + " rows given, expected " +
                            std::to_string(first.size()));
  std::vector<double> evidence = detail::tail_evidence(first, 2.0);
  const std::vector<double> alone = detail::tail_evidence(second, 1.0, 0.5);
  for (std::size_t i = 0; i < evidence.size(); ++i)
    evidence[i] = detail::two_chances(std::max(evidence[i], alone[i] < table_judge::seldom ? 0.0 : alone[i]));
  return evidence;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
