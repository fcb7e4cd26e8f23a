// recurring: which values far from what is usual are usual all the same, for the like comes again and again.
//
// A job that runs each hour or each night, a rare count that is 1 now and then: medians know nothing of it,
// and by smoothed distances it is strange each time. It recurs if as much, to the same side, was at that time
// of three quarters of the other cycles, and not halfway between; or if as much is all over the series, a row
// or two each time, more often than rows may be flagged where all is well. Class F; O(n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "../../config.hpp"
#include "order.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// How often at least half as much as in a row, to the same side, was some cycles before or after it.
struct recurrence {
  static constexpr std::size_t most = 100;  // cycles to either side
  std::size_t cycles = 0, like = 0;

  /// @param beside  and so many rows later
  recurrence(const std::vector<double>& off, std::size_t row, std::size_t cycle, std::size_t beside = 0) {
    for (std::size_t k = 1; k <= most && k * cycle <= row; ++k) look(off, off[row], row - k * cycle + beside);
    for (std::size_t k = 1; k <= most && row + k * cycle + beside < off.size(); ++k)
      look(off, off[row], row + k * cycle + beside);
  }

 private:
  void look(const std::vector<double>& off, double as, std::size_t at) {
    ++cycles;
    for (std::size_t i = at - std::min<std::size_t>(at, 1); i <= at + 1 && i < off.size(); ++i)
      if (off[i] / as >= 0.5) {
        ++like;
        return;
      }
  }
};

/// Whether as much was at that place of a quarter of the other cycles or more.
inline bool recurs(const std::vector<double>& off, std::size_t row, std::size_t cycle) {
  if (cycle < 2) return false;
  const recurrence r(off, row, cycle);
  return r.like != 0 && 4 * r.like >= r.cycles;
}

/// Whether as much was at that place of three quarters of the other cycles, and of a quarter at most halfway
/// between, where what lasts, and what comes at any time, would be as well.
inline bool comes_each(const std::vector<double>& off, std::size_t row, std::size_t cycle) {
  if (cycle < 4) return false;
  const recurrence there(off, row, cycle);
  if (there.like < 2 || 4 * there.like < 3 * there.cycles) return false;
  const recurrence between(off, row, cycle, cycle / 2);
  return 4 * between.like <= between.cycles;
}

/// Of one side: whether what is beyond comes alone, often, and everywhere.
class comes_anywhere {
 public:
  explicit comes_anywhere(const std::vector<double>& off, double sign) : off_(off), sign_(sign) {}

  bool at(double size) {
    // beyond 0.7 of it, rounded down to one of few levels, so that each is looked at once
    int exponent = 0;
    const double fraction = std::frexp(0.7 * size, &exponent);
    const double level = std::ldexp(std::floor(16.0 * fraction) / 16.0, exponent);
    for (const auto& known : known_)
      if (known.first == level) return known.second;
    known_.push_back({level, look(level)});
    return known_.back().second;
  }

 private:
  bool look(double limit) const {
    const std::size_t n = off_.size();
    std::size_t rows = 0, stretches = 0, first = n, last = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (!(sign_ * off_[i] >= limit)) continue;
      if (stretches == 0 || i - last > 1) ++stretches;
      if (first == n) first = i;
      last = i;
      ++rows;
    }
    return stretches >= std::max<std::size_t>(6, n / 200) && rows <= 2 * stretches && 2 * (last - first) >= n;
  }

  const std::vector<double>& off_;
  double sign_;
  std::vector<std::pair<double, bool>> known_;
};

/// Where four standard deviations are, by the median of distances.
inline double far_off(const std::vector<double>& off) {
  std::vector<double> size(off.size());
  for (std::size_t i = 0; i < off.size(); ++i) size[i] = std::abs(off[i]);
  return off.empty() ? 0.0 : 4 * 1.4826 * median(size);
}

/// Of values far off those at the same place of most cycles: 1 for those.
///
/// @param off     distances from what is usual, with their sign
/// @param cycles  in rows
inline std::vector<std::uint8_t> recurring(const std::vector<double>& off,
                                           const std::vector<std::size_t>& cycles) {
  std::vector<std::uint8_t> out(off.size(), 0);
  const double far = far_off(off);
  for (std::size_t i = 0; i < off.size(); ++i) {
    if (!(std::abs(off[i]) > far)) continue;
    bool again = false;
    for (const std::size_t cycle : cycles) again = again || comes_each(off, i, cycle);
    out[i] = again ? 1 : 0;
  }
  return out;
}

/// Evidence of what comes anywhere is drawn in below one row in a thousand, and that of rows beside it.
inline void spare_what_is_anywhere(const std::vector<double>& off, std::vector<double>& evidence) {
  constexpr double usual = 2.0;
  const double far = far_off(off);
  comes_anywhere up(off, 1.0), down(off, -1.0);
  const std::vector<double> found(evidence);
  for (std::size_t i = 0; i < off.size(); ++i) {
    if (!(found[i] > usual) || !(std::abs(off[i]) > far)) continue;
    if (!(off[i] > 0 ? up : down).at(std::abs(off[i]))) continue;
    for (std::size_t k = i - std::min<std::size_t>(i, 3); k <= i + 3 && k < off.size(); ++k)
      if (evidence[k] > usual && std::abs(off[k]) <= std::abs(off[i]))
        evidence[k] = usual + (evidence[k] - usual) / (1.0 + (evidence[k] - usual));
  }
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
