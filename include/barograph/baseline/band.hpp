// band: what is normal for each row: the value expected, its scale, and the limits of what is usual.
//
// Law F: each limit and score is the one expression written here. Every method of baseline/ gives these four,
// so that whatever scores values against a baseline needs no other.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

/// How far a value is from what was expected, in scales; above it positive. Where the scale is 0 (a constant
/// past) it is 0 for the expected value and infinite for any other; NaN where anything is not known.
inline double score_of(double value, double expected, double scale) noexcept {
  const double d = value - expected;
  return d == 0.0 && scale == scale ? 0.0 : d / scale;
}

/// One row of a band. NaN: not known, for too few values came before.
struct expectation {
  double expected = std::numeric_limits<double>::quiet_NaN();
  double scale =
      std::numeric_limits<double>::quiet_NaN();  ///< as a standard deviation; 0 for a constant past
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();

  /// expected -+ width scales. With scale 0 both limits are the expected value.
  static expectation within(double expected, double scale, double width) noexcept {
    return {expected, scale, expected - width * scale, expected + width * scale};
  }

  double score(double value) const noexcept { return score_of(value, expected, scale); }

  /// Whether the value is beyond a limit; false where nothing is known.
  bool outside(double value) const noexcept { return value < lower || value > upper; }
};

/// An expectation for each row of a series, by columns that lie one after the other.
class band {
 public:
  band() = default;
  /// Of n rows, none of them known.
  explicit band(std::size_t n) : values_(4 * n, std::numeric_limits<double>::quiet_NaN()), rows_(n) {}

  std::size_t size() const noexcept { return rows_; }

  span<double> expected() noexcept { return column(0); }
  span<double> scale() noexcept { return column(1); }
  span<double> lower() noexcept { return column(2); }
  span<double> upper() noexcept { return column(3); }
  span<const double> expected() const noexcept { return column(0); }
  span<const double> scale() const noexcept { return column(1); }
  span<const double> lower() const noexcept { return column(2); }
  span<const double> upper() const noexcept { return column(3); }

  expectation operator[](std::size_t i) const noexcept {
    return {expected()[i], scale()[i], lower()[i], upper()[i]};
  }

  void set(std::size_t i, const expectation& e) noexcept {
    expected()[i] = e.expected;
    scale()[i] = e.scale;
    lower()[i] = e.lower;
    upper()[i] = e.upper;
  }

  /// Sets the limits of all rows to expected -+ width scales.
  void widen(double width) noexcept {
    const double* const middle = values_.data();
    for (std::size_t i = 0; i < rows_; ++i) {
      const double reach = width * middle[rows_ + i];
      values_[2 * rows_ + i] = middle[i] - reach;
      values_[3 * rows_ + i] = middle[i] + reach;
    }
  }

  /// The scores of values, one for each row.
  /// @throws invalid_argument if sizes do not agree
  std::vector<double> scores(span<const double> values) const {
    if (values.size() != rows_)
      raise<invalid_argument>("values: " + std::to_string(values.size()) + " rows given, expected " +
                              std::to_string(rows_));
    std::vector<double> out(rows_);
    for (std::size_t i = 0; i < rows_; ++i) out[i] = score_of(values[i], expected()[i], scale()[i]);
    return out;
  }

  /// The four columns as they lie: expected, scale, lower, upper. Leaves an empty band.
  std::vector<double> release() noexcept {
    rows_ = 0;
    return std::move(values_);
  }

 private:
  span<double> column(std::size_t k) noexcept { return {values_.data() + k * rows_, rows_}; }
  span<const double> column(std::size_t k) const noexcept { return {values_.data() + k * rows_, rows_}; }

  std::vector<double> values_;
  std::size_t rows_ = 0;
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
