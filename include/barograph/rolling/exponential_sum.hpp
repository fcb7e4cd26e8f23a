// Exponentially weighted sum of a stream: each row keeps a share of all before it.
//
// Law F. The definition is that of pandas' ewm with `adjust`: the newest value counts once, older ones less
// by 1 - alpha a row, or by half in each half-life of time. A decaying total, such as of errors or of bytes.
#pragma once

#include <cstdint>
#include <limits>

#include "../core/errors.hpp"
#include "exponential_weights.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

class exponential_sum {
 public:
  /// @throws invalid_argument without adjust, as a sum is not divided by weights
  explicit exponential_sum(const decay& d, const weighting& how = {}) : fading_(d), how_(how) {
    if (!how.adjust)
      raise<invalid_argument>("adjust: false given, expected true: a sum is not divided by weights");
  }

  /// The next row; without a value its time passes all the same, unless such rows are ignored.
  void update(double x, bool present = true, double elapsed = 1.0) noexcept {
    if (!present && (count_ == 0 || how_.ignore_na)) return;
    if (count_ > 0) sum_ *= fading_.over(elapsed);
    if (!present) return;
    sum_ += x;
    ++count_;
  }

  std::int64_t count() const noexcept { return count_; }
  double sum() const noexcept {
    return count_ > 0 && count_ >= how_.least ? sum_ : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  detail::fading fading_;
  weighting how_;
  double sum_ = 0.0;
  std::int64_t count_ = 0;
};

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
