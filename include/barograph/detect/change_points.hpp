// change_points: the segmentation of a series with the least cost, exactly.
//
// The cost of a segmentation is the sum of its segments' costs and a penalty for each change:
//   mean:               squared distances from the segment's mean, in units of sigma^2;
//   mean_and_variance:  n log of the segment's variance (twice the negative normal log likelihood).
// For means the functions of the last level are pruned (FPOP: Maidstone, Hocking, Rigaill and Fearnhead, "On
// optimal multiple changepoint algorithms for large data", Statistics and Computing 27, 2017): about
// O(n log n), with or without changes. For variances candidates are (PELT: Killick, Fearnhead and Eckley,
// "Optimal detection of changepoints with a linear computational cost", JASA 107, 2012): O(n times the
// distance of changes), O(n^2) at worst.
//
// Law: bounded. The segmentation costs no more than any other, up to 1e-9 of the total sum of squares.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../core/decimal.hpp"
#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN

enum class change_cost { mean, mean_and_variance };

struct change_options {
  change_cost cost = change_cost::mean;
  double penalty = 0;          ///< of a change; 0: 3 log n for means, 4 log n with variances
  double sigma = 1;            ///< deviation of the values about their means; for change_cost::mean
  std::size_t least_rows = 2;  ///< of a segment with a variance of its own; at least 2
};

namespace detail {

/// Sums of values and of squares before each row, about the mean of all.
struct running_sums {
  explicit running_sums(span<const double> x, double unit) : first(x.size() + 1), second(x.size() + 1) {
    double mean = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(std::fabs(x[i]) <= 1e140))
        raise<invalid_argument>("x: row " + std::to_string(i) + " is " + decimal(x[i]) +
                                ", expected finite values below 1e140");
      mean += (x[i] - mean) / static_cast<double>(i + 1);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double z = (x[i] - mean) / unit;
      first[i + 1] = first[i] + z;
      second[i + 1] = second[i] + z * z;
    }
  }

  double squares_about_mean(std::size_t from, std::size_t to) const noexcept {
    const double s = first[to] - first[from];
    const double q = second[to] - second[from] - s * s / static_cast<double>(to - from);
    return q > 0 ? q : 0;
  }

  std::vector<double> first, second;
};

/// The starts of segments but the first, from each end's best start.
inline std::vector<std::size_t> traced_back(const std::vector<std::size_t>& best_start) {
  std::vector<std::size_t> changes;
  for (std::size_t end = best_start.size() - 1; end > 0; end = best_start[end])
    if (best_start[end] != 0) changes.push_back(best_start[end]);
  std::reverse(changes.begin(), changes.end());
  return changes;
}

/// A stretch of levels on which the segmentation whose last segment begins at `start` is the cheapest.
struct level_range {
  double low, high;
  std::size_t start;
};

inline std::vector<std::size_t> changes_of_mean(span<const double> x, double penalty, double sigma) {
  const std::size_t n = x.size();
  const running_sums sums(x, sigma);
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (std::size_t i = 0; i < n; ++i) {
    const double z = sums.first[i + 1] - sums.first[i];
    low = std::min(low, z);
    high = std::max(high, z);
  }
  low -= 1e-9 * (std::fabs(low) + 1);
  high += 1e-9 * (std::fabs(high) + 1);
  std::vector<double> cost(n + 1,
                           0);  // of the best segmentation of the first rows, each segment with a penalty
  std::vector<std::size_t> best_start(n + 1, 0);
  std::vector<level_range> ranges{{low, high, 0}}, next;
  for (std::size_t t = 1; t <= n; ++t) {
    if (t % 65536 == 0) check_interrupt();
    cost[t] = HUGE_VAL;
    for (const level_range& r : ranges) {
      const double c = cost[r.start] + penalty + sums.squares_about_mean(r.start, t);
      if (c < cost[t]) {
        cost[t] = c;
        best_start[t] = r.start;
      }
    }
    if (t == n) break;
    // A new segment from here on costs cost[t] + penalty at any level: it takes the levels where each of the
    // others costs more. What q(level) = length level^2 - 2 sum level + ... leaves is an interval.
    next.clear();
    const auto add = [&](double from, double to, std::size_t start) {
      if (!(from < to)) return;
      if (!next.empty() && next.back().start == start && next.back().high == from)
        next.back().high = to;
      else
        next.push_back({from, to, start});
    };
    for (const level_range& r : ranges) {
      const auto length = static_cast<double>(t - r.start);
      const double middle = (sums.first[t] - sums.first[r.start]) / length;
      const double room = cost[t] - cost[r.start] - sums.squares_about_mean(r.start, t);
      if (!(room >= 0)) {
        add(r.low, r.high, t);
        continue;
      }
      const double reach = std::sqrt(room / length);
      const double from = std::min(r.high, std::max(r.low, middle - reach));
      const double to = std::min(r.high, std::max(r.low, middle + reach));
      add(r.low, from, t);
      add(from, to, r.start);
      add(to, r.high, t);
    }
    ranges.swap(next);
  }
  return traced_back(best_start);
}

inline std::vector<std::size_t> changes_of_variance(span<const double> x, double penalty, std::size_t least) {
  const std::size_t n = x.size();
  const running_sums sums(x, 1);
  // A constant segment has the variance that rounding may have hidden.
  const double floor = std::max(1e-300, 1e-12 * sums.squares_about_mean(0, n) / static_cast<double>(n));
  const auto segment = [&](std::size_t from, std::size_t to) {
    const auto length = static_cast<double>(to - from);
    return length * math::log(std::max(floor, sums.squares_about_mean(from, to) / length));
  };
  struct candidate {
    std::size_t start;
    std::size_t dies;  // from this end on it cannot be the best
  };
  std::vector<double> cost(n + 1, HUGE_VAL);
  cost[0] = -penalty;
  std::vector<std::size_t> best_start(n + 1, 0);
  std::vector<candidate> candidates{{0, n + 1}};
  std::size_t work = 0;
  for (std::size_t t = least; t <= n; ++t) {
    if ((work += candidates.size()) > rows_between_checks) {
      work = 0;
      check_interrupt();
    }
    if (t >= 2 * least) candidates.push_back({t - least, n + 1});
    candidates.erase(
        std::remove_if(candidates.begin(), candidates.end(), [t](const candidate& c) { return c.dies <= t; }),
        candidates.end());
    for (const candidate& c : candidates) {
      const double total = cost[c.start] + segment(c.start, t) + penalty;
      if (total < cost[t]) {
        cost[t] = total;
        best_start[t] = c.start;
      }
    }
    // What costs more up to t than the best does is never the best again once a segment from t fits.
    for (candidate& c : candidates)
      if (c.dies > n && cost[c.start] + segment(c.start, t) > cost[t]) c.dies = t + least;
  }
  return traced_back(best_start);
}

}  // namespace detail

/// The rows at which a new segment begins, rising; none where one segment is the cheapest.
inline std::vector<std::size_t> change_points(span<const double> x, const change_options& options = {}) {
  if (!(options.sigma > 0 && std::isfinite(options.sigma)))
    raise<invalid_argument>("sigma: " + decimal(options.sigma) + " given, expected a finite number above 0");
  if (!(options.penalty >= 0 && std::isfinite(options.penalty)))
    raise<invalid_argument>("penalty: " + decimal(options.penalty) + " given, expected 0 or more");
  if (options.least_rows < 2)
    raise<invalid_argument>("least_rows: " + std::to_string(options.least_rows) +
                            " given, expected at least 2");
  if (x.size() < 2) return {};
  const bool means = options.cost == change_cost::mean;
  const double penalty =
      options.penalty > 0 ? options.penalty : (means ? 3 : 4) * math::log(static_cast<double>(x.size()));
  if (means) return detail::changes_of_mean(x, penalty, options.sigma);
  if (x.size() < 2 * options.least_rows) return {};
  return detail::changes_of_variance(x, penalty, options.least_rows);
}

BAROGRAPH_NAMESPACE_END
