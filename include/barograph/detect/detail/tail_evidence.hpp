// tail_evidence: how unlikely so much strangeness is, by the bulk of the rows.
//
// A tail between a heavy and a light one, through the quantiles .5, .8 and .9, which up to a tenth of
// anomalies do not move. Class F; O(n log n).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// The distance of two of n values in order (numbers 0 to n - 1) in an exponential tail of scale 1, in the
/// mean, and the degrees of what is divided by it: its square over its variance.
struct spacing {
  double mean = 0, degrees = 0;

  spacing(std::size_t n, std::size_t from, std::size_t to) {
    double squares = 0;
    for (std::size_t i = from + 1; i <= to; ++i) {
      const double one = 1.0 / static_cast<double>(n - i);
      mean += one;
      squares += one * one;
    }
    degrees = squares > 0 ? mean * mean / squares : 0.0;
  }
};

/// -log10 p by a tail p = exp(-((r - median) / scale)^shape) / 2; below the median p is the rank.
///
/// Scale and shape are read off the quantiles .5, .8 and .9; the fewer rows, the closer to what is believed
/// beforehand the shape stays, and the heavier is the tail of what is to come: of a scale that k degrees tell
/// (1 + z / k)^-k.
///
/// @param lightest  the largest shape that is believed: 1 is an exponential tail, 2 a normal one
/// @param before    the one that is believed where rows do not tell it
inline std::vector<double> tail_evidence(const std::vector<double>& r, double lightest, double before = 1.0) {
  if (r.empty()) return {};
  std::vector<double> sorted(r);
  std::sort(sorted.begin(), sorted.end());
  const double n = static_cast<double>(r.size());
  const auto place = [&](double q) { return static_cast<std::size_t>(q * (n - 1)); };
  const double half = sorted[place(0.5)];
  const double fifth = sorted[place(0.8)] - half, tenth = sorted[place(0.9)] - half;
  const spacing of_fifth(r.size(), place(0.5), place(0.8)), of_tenth(r.size(), place(0.5), place(0.9));
  const double ln10 = math::log(10.0);
  double shape = lightest;
  if (tenth > fifth && fifth > 0) shape = math::log(of_tenth.mean / of_fifth.mean) / math::log(tenth / fifth);
  if (shape > 1.25 * lightest) shape = 1.0;  // quantiles on one of few levels: no tail is so light
  shape = before + (std::clamp(shape, 0.4, lightest) - before) * n / (n + 200.0);
  const auto power = [](double x, double k) { return k == 1.0 ? x : math::exp(k * math::log(x)); };
  double scale = 0.0;
  if (of_tenth.mean > 0) scale = tenth / power(of_tenth.mean, 1.0 / shape);
  if (of_fifth.mean > 0) scale = std::max(scale, fifth / power(of_fifth.mean, 1.0 / shape));
  const double degrees = std::max(1.0, of_tenth.degrees / (shape * shape));
  std::vector<double> out(r.size());
  for (std::size_t i = 0; i < r.size(); ++i) {
    const auto below = std::lower_bound(sorted.begin(), sorted.end(), r[i]) - sorted.begin();
    const double rank = (n - static_cast<double>(below) + 0.5) / (n + 1.0);
    double log_p = math::log(std::min(rank, 1.0));
    // where most are equal there is no scale, and ranks are all there is
    if (r[i] > half && scale > 1e-9 * std::abs(half))
      log_p = -math::log(2.0) - degrees * math::log(1.0 + power((r[i] - half) / scale, shape) / degrees);
    out[i] = std::max(0.0, -log_p / ln10);
  }
  return out;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
