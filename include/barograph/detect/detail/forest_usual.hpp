// What scores of an isolation forest are usual: learnt from a sample of rows, when it is first asked for.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "../../core/serial_executor.hpp"
#include "../../core/table_view.hpp"
#include "../../stats/order_statistic.hpp"
#include "forest_scorer.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// Two scores that tell how fast scores become rare.
struct usual_scores {
  double half = 0;    ///< half of the rows do not exceed it
  double tenth = -1;  ///< a tenth exceed it; below `half`: nothing is known
};

/// Any thread may ask; the first one that does learns, and the sample is let go.
class forest_usual {
 public:
  explicit forest_usual(usual_scores known) : scores_(known) {}

  /// From rows of x, at most so many; those are copied, as floats, and scored when they are needed.
  forest_usual(const table_view& x, std::shared_ptr<const forest_scorer> scorer)
      : columns_(x.columns()), scorer_(std::move(scorer)), known_(false) {
    constexpr std::size_t most_rows = 1024;
    const std::size_t rows = std::min(x.rows(), most_rows);
    const std::size_t step = x.rows() / rows;
    sample_.resize(rows * columns_);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t c = 0; c < columns_; ++c) sample_[i * columns_ + c] = x.nearest_float(i * step, c);
  }

  template <class Kernels>
  usual_scores scores() const {
    if (known_.load(std::memory_order_acquire)) return scores_;
    const std::lock_guard<std::mutex> hold(lock_);
    if (!known_.load(std::memory_order_relaxed)) {
      scores_ = learnt<Kernels>();
      sample_ = std::vector<float>();
      scorer_.reset();
      known_.store(true, std::memory_order_release);
    }
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
    const auto quantile = [&](double q) {
      const quantile_position at = position_of(q, scores.size());
      return combine(combiner::numpy_linear, scores[at.rank],
                     scores[at.rank + 1 < scores.size() ? at.rank + 1 : at.rank], at.fraction);
    };
    return {quantile(0.5), quantile(0.9)};
  }

  std::size_t columns_ = 1;
  mutable std::mutex lock_;
  mutable std::vector<float> sample_;  ///< row after row
  mutable std::shared_ptr<const forest_scorer> scorer_;
  mutable usual_scores scores_;
  mutable std::atomic<bool> known_{true};
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
