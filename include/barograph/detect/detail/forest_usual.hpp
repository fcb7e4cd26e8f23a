// What scores of an isolation forest are usual: learnt from a sample of rows, when it is first asked for.
//
// The logarithm of the chance of a score is taken to fall along a line above the ninth decile. How steep it
// is the deciles tell, from the fifth to the ninth, which anomalies among up to a tenth of the rows do not
// hide. Scores of quiet rows become rare faster than that, farther out: so where the next segments (from a
// tenth to three, and to one in a hundred of the rows) are steeper, but not by as much as atoms and clusters
// make them, the line follows them, with their error added. A flatter one is taken for anomalies.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "../../core/once.hpp"
#include "../../core/serial_executor.hpp"
#include "../../core/table_view.hpp"
#include "../../stats/order_statistic.hpp"
#include "forest_scorer.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// Two scores that tell how fast scores become rare; the line through them has a chance of one half at one
/// and of a tenth at the other.
struct usual_scores {
  double half = 0;
  double tenth = -1;  ///< below `half`: nothing is known
};

constexpr double log10_of_2 = 0x1.34413509f79ffp-2;

/// @param s  ascending scores
inline usual_scores usual_of(const std::vector<double>& s) {
  constexpr double log10_of_3 = 0.47712125471966244, log_of_10 = 2.302585092994046;
  constexpr double least = 0.4, few = 20.0;
  const auto rows = static_cast<double>(s.size());
  const auto exceeded_by = [&](double share) {
    const quantile_position at = position_of(1.0 - share, s.size());
    return combine(combiner::numpy_linear, s[at.rank], s[at.rank + 1 < s.size() ? at.rank + 1 : at.rank],
                   at.fraction);
  };
  const auto error_of = [&](double share, double tenths) {  // of a slope from a tenth on, relative
    return std::sqrt((1.0 / share - 10.0) / rows) / (tenths * log_of_10);
  };
  const double half = exceeded_by(0.5), tenth = exceeded_by(0.1);
  const double pace = (tenth - half) / (1.0 - log10_of_2);
  double part = 1.0;  // of that pace
  if (0.03 * rows >= few && pace > 0.0) {
    const double third = exceeded_by(0.03);
    const double first = (third - tenth) / (1.0 - log10_of_3) / pace;
    if (first >= least) part = std::min(part, first * (1.0 + error_of(0.03, 1.0 - log10_of_3)));
    if (first >= least && first <= 1.0 && 0.01 * rows >= few) {
      const double hundredth = exceeded_by(0.01);
      const double second = (hundredth - third) / log10_of_3 / pace;
      if (second >= least * first && second <= 1.05 * first)
        part = std::min(part, (hundredth - tenth) / pace * (1.0 + error_of(0.01, 1.0)));
    }
  }
  if (part == 1.0) return {half, tenth};
  part = std::max(part, least);
  return {std::max(0.0, tenth - (tenth - half) * part), tenth};
}

/// Any thread may ask; the first one that does learns, and the sample is let go.
class forest_usual {
 public:
  explicit forest_usual(usual_scores known) : scores_(known), known_(true) {}

  /// From rows of x, at most so many; those are copied, as floats, and scored when they are needed.
  forest_usual(const table_view& x, std::shared_ptr<const forest_scorer> scorer)
      : columns_(x.columns()), scorer_(std::move(scorer)) {
    constexpr std::size_t most_rows = 4096, least_rows = 1024, cells = std::size_t{1} << 18;
    const std::size_t rows = std::min(x.rows(), std::min(most_rows, std::max(least_rows, cells / columns_)));
    const std::size_t step = x.rows() / rows;
    const std::vector<std::size_t> apart = x.apart();
    constexpr std::size_t ahead = 24;  // rows are all over memory: many are to be on their way
    sample_.resize(rows * columns_);
    for (std::size_t i = 0; i < rows; ++i) {
      if (i + ahead < rows)
        for (const std::size_t c : apart) x.prefetch((i + ahead) * step, c);
      for (std::size_t c = 0; c < columns_; ++c) sample_[i * columns_ + c] = x.nearest_float(i * step, c);
    }
  }

  template <class Kernels>
  usual_scores scores() const {
    known_([this] {
      scores_ = learnt<Kernels>();
      sample_ = std::vector<float>();
      scorer_.reset();
    });
    return scores_;
  }

 private:
  template <class Kernels>
  usual_scores learnt() const {
    const std::size_t rows = sample_.size() / columns_;
    std::vector<double> scores(rows);
    scorer_->score<Kernels>(table_view::of_rows(span<const float>(sample_), rows, columns_), scores,
                            serial_executor());
    std::sort(scores.begin(), scores.end());
    return usual_of(scores);
  }

  std::size_t columns_ = 1;
  mutable std::vector<float> sample_;  ///< row after row
  mutable std::shared_ptr<const forest_scorer> scorer_;
  mutable usual_scores scores_;
  mutable once known_;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
