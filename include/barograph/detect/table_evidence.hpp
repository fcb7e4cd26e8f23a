// table_evidence: how unlikely so much strangeness of a row of a table is, by all of its rows.
//
// Rows have two kinds of strangeness, either of which may be the one that shows something; the second counts
// from one row in ten thousand on, below which the first ranks better, by a tail as heavy as its rows show:
// columns with heavy tails give it one. `table_judge` (stream_judge.hpp) is the same for rows as they come.
// Class F; O(n log n).
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "detail/shaped_tail.hpp"
#include "detail/tail_evidence.hpp"
#include "detail/two_chances.hpp"
#include "stream_judge.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// Evidence of each row, -log10 p; 0 or more.
///
/// @param first   finite, higher is stranger; its tail is taken for at most as light as a normal one
/// @param second  the same of another kind, with a tail at most as light as an exponential one, and where few
///                rows tell it as heavy as that of the square of one; up to one row in thirteen may be
///                strange
/// @param usual   how usual each shape of a tail is in the table, by its columns (table_cells)
/// @throws invalid_argument if the two are not of one length
inline std::vector<double> table_evidence(const std::vector<double>& first, const std::vector<double>& second,
                                          const detail::shape_likelihood& usual = detail::usual_shapes()) {
  if (first.size() != second.size())
    raise<invalid_argument>("second: " + std::to_string(second.size()) + " rows given, expected " +
                            std::to_string(first.size()));
  std::vector<double> evidence = detail::tail_evidence(first, 2.0);
  std::vector<double> alone = detail::tail_evidence(second, 1.0, 0.5), sorted(second);
  std::sort(sorted.begin(), sorted.end());
  detail::shaped_tail tail;
  tail.learn(sorted, sorted.size() * 3 / 20, 0.0, 0.5);
  tail.settle(usual);
  if (tail.known())
    for (std::size_t i = 0; i < alone.size(); ++i) alone[i] = std::min(alone[i], tail.evidence(second[i]));
  for (std::size_t i = 0; i < evidence.size(); ++i)
    evidence[i] = detail::two_chances(std::max(evidence[i], alone[i] < table_judge::seldom ? 0.0 : alone[i]));
  return evidence;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
