// estimator: how location, scale and limits come from a set of past values.
//
// Law: class I but for the last expression of each figure. The scales are those that a normal distribution's
// standard deviation would have: 1.4826 MAD (Hampel, "The influence curve and its role in robust estimation",
// 1974), or the distance of two quantiles over that of the normal's.
#pragma once

#include <cstdint>
#include <string>

#include "../core/errors.hpp"
#include "../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

/// What a baseline is made of.
enum class method {
  median,    ///< median; 1.4826 times the median absolute deviation
  mean,      ///< mean; standard deviation (n - 1)
  quantile,  ///< a quantile between two others, which are the limits
  ewma       ///< exponentially weighted mean and standard deviation
};

/// "median", "mean", "quantile" or "ewma" as a `method`.
inline method parse_method(const std::string& text) {
  if (text == "median") return method::median;
  if (text == "mean") return method::mean;
  if (text == "quantile") return method::quantile;
  if (text == "ewma") return method::ewma;
  raise<invalid_argument>("method: '" + text + "' given, expected 'median', 'mean', 'quantile' or 'ewma'");
}

/// 1 / normal_quantile(3/4): what makes a standard deviation of a median absolute deviation.
constexpr double mad_to_deviation = 1.4826022185056018;

/// The half-life of weights with the centre of mass of a window so long in time: window * ln(2) / 2.
inline double half_life_of(std::int64_t window) noexcept {
  return static_cast<double>(window) * 0x1.62e42fefa39efp-2;
}

struct estimator {
  method what = method::median;
  double width = 3.0;                            ///< limits are expected -+ width scales; not of quantiles
  double low = 0.05, middle = 0.5, high = 0.95;  ///< quantiles: lower, expected, upper
  bool of_next = false;                          ///< quantiles of the next value, not of those in the window

  /// @throws invalid_argument unless 0 < low <= middle <= high < 1, low < high, and width is 0 or more
  void check() const {
    if (!(width >= 0.0 && width - width == 0.0))
      raise<invalid_argument>("width: " + std::to_string(width) + " given, expected 0 or more scales");
    if (!(0.0 < low && low <= middle && middle <= high && high < 1.0 && low < high))
      raise<invalid_argument>("q: " + std::to_string(low) + ", " + std::to_string(middle) + ", " +
                              std::to_string(high) +
                              " given, expected three rising quantiles between 0 and 1");
  }

  /// The standard deviation of a normal distribution whose outer quantiles are 1 apart.
  double deviation_of_unit() const noexcept {
    return 1.0 / (math::normal_quantile(high) - math::normal_quantile(low));
  }
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
