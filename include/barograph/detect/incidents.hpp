// incidents: from scores row by row to intervals that a person is told about once.
//
// An incident begins with a finding and ends after several rows in a row whose score is below a lower level
// (hysteresis), so that it does not flicker. Its onset is where the score began to stay above that level.
// Class I: comparisons only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

struct incident_rules {
  double off = 0.5;        ///< a row below this is quiet
  std::int64_t quiet = 3;  ///< so many quiet rows end an incident, 1 at least
  std::int64_t least = 1;  ///< so many findings make one, 1 at least
};

/// Rows of an incident.
struct incident_rows {
  std::size_t onset;      ///< where the score began to stay at the lower level or above
  std::size_t alert_on;   ///< the first finding
  std::size_t peak;       ///< the first of the highest scores
  std::size_t end;        ///< the last row that was not quiet
  std::size_t alert_off;  ///< the row that ended it; the number of rows while it lasts
  std::size_t findings;
};

/// The incidents of a series of scores, in order.
///
/// @throws invalid_argument for columns of different lengths or rules outside their range
inline std::vector<incident_rows> find_incidents(span<const double> score, span<const std::uint8_t> finding,
                                                 const incident_rules& rules = {}) {
  if (finding.size() != score.size())
    raise<invalid_argument>("finding: " + std::to_string(finding.size()) + " rows given, expected " +
                            std::to_string(score.size()));
  if (rules.quiet < 1)
    raise<invalid_argument>("quiet: " + std::to_string(rules.quiet) + " given, expected 1 or more rows");
  if (rules.least < 1)
    raise<invalid_argument>("least: " + std::to_string(rules.least) + " given, expected 1 or more findings");
  std::vector<incident_rows> found;
  const auto keep = [&](const incident_rows& one) {
    if (one.findings >= static_cast<std::size_t>(rules.least)) found.push_back(one);
  };
  incident_rows now{};
  bool open = false;
  std::int64_t quiet = 0;
  std::size_t free_from = 0;  // an onset is not before the end of the incident before
  for (std::size_t i = 0; i < score.size(); ++i) {
    const bool is_finding = finding[i] != 0;
    if (!open) {
      if (!is_finding) continue;
      now = {i, i, i, i, score.size(), 0};
      while (now.onset > free_from && score[now.onset - 1] >= rules.off) --now.onset;
      open = true;
      quiet = 0;
    }
    if (is_finding || score[i] >= rules.off) {
      now.end = i;
      now.findings += is_finding ? 1 : 0;
      if (score[i] > score[now.peak]) now.peak = i;
      quiet = 0;
    } else if (++quiet == rules.quiet) {
      now.alert_off = i;
      keep(now);
      open = false;
      free_from = i;
    }
  }
  if (open) keep(now);
  return found;
}

/// For intervals [begin, end] in any order: the number of the group each belongs to. Intervals that overlap,
/// or follow each other by no more than `within`, are of one group; groups are numbered by their begin.
///
/// @throws invalid_argument for columns of different lengths
inline std::vector<std::size_t> group_intervals(span<const std::int64_t> begin, span<const std::int64_t> end,
                                                std::int64_t within) {
  if (begin.size() != end.size())
    raise<invalid_argument>("end: " + std::to_string(end.size()) + " given, expected " +
                            std::to_string(begin.size()));
  std::vector<std::size_t> order(begin.size()), group(begin.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return begin[a] < begin[b]; });
  std::size_t groups = 0;
  std::int64_t reach = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t i = order[k];
    // unsigned: the difference of two times may exceed what a signed number holds
    const bool apart = k == 0 || (begin[i] > reach &&
                                  static_cast<std::uint64_t>(begin[i]) - static_cast<std::uint64_t>(reach) >
                                      static_cast<std::uint64_t>(within));
    if (apart) ++groups;
    reach = apart ? end[i] : std::max(reach, end[i]);
    group[i] = groups - 1;
  }
  return group;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
