// stuck_value: evidence that a series no longer moves: a sensor, an exporter or a cache that died.
//
// A run of equal values is judged by how often values repeated before (a beta-binomial prediction, so a short
// past counts for little), and only as far as it exceeds the longest run so far: series that rest by nature
// (error counts, on and off) stay quiet. Class F.
#pragma once

#include <algorithm>
#include <cstdint>

#include "../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class stuck_value {
 public:
  /// -log10 of the chance of so long a run, 3 to 12, or 0 where it is above one in a thousand. At least ten
  /// values have to come first.
  double push(double x) noexcept {
    const bool repeats = rows_ != 0 && x == last_;
    ++rows_;
    last_ = x;
    if (!repeats) {
      longest_ = std::max(longest_, run_);
      repeated_ += run_;
      run_ = 0;
      evidence_ = 0.0;
      return 0.0;
    }
    ++run_;
    const std::uint64_t before = rows_ - run_;
    if (before < 10 || run_ <= longest_) return 0.0;
    // that one more repeats, by the ended runs and the present one: (repeats + 1) / (rows + 2), 1/10 at least
    const double often = static_cast<double>(repeated_ + run_) / static_cast<double>(before + run_ + 1);
    evidence_ =
        std::min(12.0, evidence_ - math::log(std::max(often, 0.1)) * 0x1.bcb7b1526e50ep-2);  // / ln 10
    return evidence_ < 3.0 ? 0.0 : evidence_;
  }

 private:
  std::uint64_t rows_ = 0;
  std::uint64_t run_ = 0, longest_ = 0;  // of repeats, so a run of two equal values has one
  std::uint64_t repeated_ = 0;           // in runs that have ended
  double last_ = 0.0;
  double evidence_ = 0.0;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
