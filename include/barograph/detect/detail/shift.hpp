// shift: how far a metric lies from where it was, in units of its own scale, and in which row it moved.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../core/math.hpp"
#include "../cause_options.hpp"
#include "level.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

namespace detail {

/// A column on its way: its unit, and the whole of which its complement is taken (0: it is not).
struct seen_metric {
  double unit = 1, whole = 0;
  double scale = 0;  ///< spread of the normal rows and floors; 0: too few values
  level normal;

  double at(double x) const noexcept { return whole != 0 ? whole - x : x * unit; }
};

inline void finite_values(span<const double> x, std::size_t begin, std::size_t end, const seen_metric& m,
                          std::vector<double>& out) {
  out.clear();
  for (std::size_t i = begin; i < end; ++i)
    if (x[i] - x[i] == 0.0) out.push_back(m.at(x[i]));
}

inline double scale_of(const level& a, const level& b, double whole, const cause_options& how) noexcept {
  const double spread = (a.p75 - a.p25) / 1.349;
  const double largest = std::max(std::max(std::fabs(a.median), std::fabs(a.mean)),
                                  std::max(std::fabs(b.median), std::fabs(b.mean)));
  return std::sqrt((spread * spread + a.deviation * a.deviation) / 2) + how.relative_floor * largest + 1e-12 +
         how.share_floor * whole;
}

inline double shift_between(const level& a, const level& b, double scale) noexcept {
  return 0.5 * ((b.median - a.median) + (b.mean - a.mean)) / scale;
}

/// What the search for the begin adds for each candidate row: squares of the metric's step there, of
/// values in units of its scale, cut at 5.
inline void add_steps(span<const double> x, const seen_metric& m, std::size_t first, std::size_t last,
                      std::size_t before, std::size_t after, span<double> out) {
  const std::size_t from = first > before ? first - before : 0;
  const std::size_t to = std::min(x.size(), last + after);
  std::vector<double> sums(to - from + 1, 0.0), counts(to - from + 1, 0.0);
  for (std::size_t i = from; i < to; ++i) {
    const bool here = x[i] - x[i] == 0.0;
    const double u = here ? (m.at(x[i]) - m.normal.median) / m.scale : 0.0;
    sums[i - from + 1] = sums[i - from] + std::min(5.0, std::max(-5.0, u));
    counts[i - from + 1] = counts[i - from] + (here ? 1.0 : 0.0);
  }
  for (std::size_t k = first; k <= last; ++k) {
    const std::size_t lo = (k > before ? k - before : 0) - from;
    const std::size_t mid = k - from;
    const std::size_t hi = std::min(x.size(), k + after) - from;
    const double n1 = counts[mid] - counts[lo], n2 = counts[hi] - counts[mid];
    if (n1 == 0 || n2 == 0) continue;
    const double d = (sums[hi] - sums[mid]) / n2 - (sums[mid] - sums[lo]) / n1;
    out[k - first] += d * d;
  }
}

/// The row from `from` on at which the metric's values are best cut in two (least squares, of values in
/// units of its scale, cut at 5); -1 where the step is within what noise does.
inline std::int64_t onset_of(span<const double> x, const seen_metric& m, std::size_t from) {
  double total = 0, n = 0, squares = 0;
  const auto scaled = [&](std::size_t i) {
    return std::min(5.0, std::max(-5.0, (m.at(x[i]) - m.normal.median) / m.scale));
  };
  for (std::size_t i = from; i < x.size(); ++i)
    if (x[i] - x[i] == 0.0) {
      const double u = scaled(i);
      total += u;
      squares += u * u;
      n += 1;
    }
  double best = 0, left = 0, k = 0;
  std::int64_t row = -1;
  for (std::size_t i = from; i < x.size(); ++i) {
    if (x[i] - x[i] != 0.0) continue;
    if (k > 0) {
      const double d = left / k - (total - left) / (n - k);
      const double gain = k * (n - k) / n * d * d;
      if (gain > best) {
        best = gain;
        row = static_cast<std::int64_t>(i);
      }
    }
    left += scaled(i);
    k += 1;
  }
  // a step has to carry a fair share of all there is, and be more than a spread or so high
  return best > 0.25 * (squares - total * total / n) && best > 4 ? row : -1;
}

/// The row from which a metric that was nearly always there has no values any more, where that is within
/// normal_end to last; else -1.
inline std::int64_t silent_from(span<const double> x, std::size_t normal_end, std::size_t last) {
  std::size_t there = 0, end = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] - x[i] != 0.0) continue;
    if (i < normal_end) ++there;
    end = i + 1;
  }
  const bool fell = end >= normal_end && end <= last && x.size() - end >= 2;
  return fell && there * 10 >= normal_end * 9 ? static_cast<std::int64_t>(end) : -1;
}

/// Which rows are what: abnormal from `split` to `rows`; `recent` rows before it are looked at once more.
struct stretches {
  std::size_t split, rows, recent, margin, recent_from;
};

struct scored_shift {
  double score = 0, shift = 0;
  std::int64_t onset = -1;
};

/// The shift of one metric and what it scores; `values` is room to work in.
inline scored_shift score_shift(span<const double> x, const seen_metric& m, int harmful, const stretches& w,
                                const cause_options& how, std::vector<double>& values) {
  scored_shift s;
  if (m.scale == 0) return s;
  finite_values(x, w.split, w.rows, m, values);
  if (values.empty()) return s;
  const level after = level_of(values);
  const double scale = scale_of(m.normal, after, m.whole, how);
  double shift = shift_between(m.normal, after, scale);
  if (w.recent != 0) {
    finite_values(x, w.split - w.recent, w.split, m, values);
    if (!values.empty()) {
      const double lately = shift_between(level_of(values), after, scale);
      if (shift * lately <= 0)
        shift = 0;
      else if (std::fabs(lately) < std::fabs(shift))
        shift = lately;
    }
  }
  if (m.whole != 0) harmful = 1;
  const double weight = harmful != 0 && shift * harmful < 0 ? how.harmless : 1.0;
  if (shift != 0) {
    const std::size_t before = std::max({w.margin, w.recent, w.rows - w.split});
    s.onset = onset_of(x, m, std::max(w.recent_from, w.split - std::min(w.split, before)));
  }
  double scatter = after.p90 - after.p10;
  // A step in the midst of the rows is no scatter, where enough rows follow to tell the two apart: else a
  // metric that moved later, an effect, would count for more than its cause.
  constexpr std::int64_t enough = 8;
  const auto split = static_cast<std::int64_t>(w.split), rows = static_cast<std::int64_t>(w.rows);
  if (s.onset > split && rows - s.onset >= enough) {
    finite_values(x, static_cast<std::size_t>(s.onset), w.rows, m, values);
    const level moved = level_of(values);
    scatter = std::min(scatter, moved.p90 - moved.p10);
  }
  if (how.more_scatter) scatter = std::max(0.0, scatter - (m.normal.p90 - m.normal.p10));
  s.score = log(1.0 + weight * std::fabs(shift)) + how.scatter * log(1.0 + scatter / scale);
  s.shift = m.whole != 0 ? -shift : shift;
  return s;
}

}  // namespace detail

}  // namespace detect
BAROGRAPH_NAMESPACE_END
