// A series made ready for the rolling kernels: an own copy, with what is missing told apart.
//
// The copy is what makes several passes safe when another thread writes the array meanwhile.
#pragma once

#include <cstdint>
#include <vector>

#include "../core/errors.hpp"
#include "../core/interrupt.hpp"
#include "../core/number_span.hpp"
#include "../core/span.hpp"
#include "windows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace rolling {

/// What infinities and NaN are: missing as in pandas, or values that make their windows inf or NaN.
enum class treatment { missing, propagate };

/// How a reduction is to be done.
struct options {
  std::int64_t min_periods = 1;         ///< windows with fewer values give NaN
  treatment inf = treatment::missing;   ///< infinities
  treatment nan = treatment::missing;   ///< NaN that the mask does not call missing
  span<const unsigned char> mask = {};  ///< 1 where a value is missing (null); empty: nowhere
};

namespace detail {

/// Whether row i has a value: neither null, nor a NaN or infinity that is missing.
inline bool has_value(double v, std::size_t i, const options& how) noexcept {
  if (!how.mask.empty() && how.mask[i] != 0) return false;
  if (v - v == 0.0) return true;
  return (v != v ? how.nan : how.inf) == treatment::propagate;
}

}  // namespace detail

/// The copy, its missing rows, and the rows whose NaN or infinity is to show in the results.
class series {
 public:
  /// @param filler  stands where a value is missing
  series(const number_span& x, const options& how, double filler) {
    if (!how.mask.empty() && how.mask.size() != x.size())
      raise<invalid_argument>("mask: " + std::to_string(how.mask.size()) + " rows given, expected " +
                              std::to_string(x.size()));
    const std::size_t n = x.size();
    values_.resize(n);
    bool any = false;
    for (std::size_t begin = 0; begin < n; begin += rows_between_checks) {
      check_interrupt();
      const std::size_t end = n - begin < rows_between_checks ? n : begin + rows_between_checks;
      x.read(begin, end, values_.data() + begin);
      for (std::size_t i = begin; i < end; ++i) any |= !(values_[i] - values_[i] == 0.0);
    }
    for (std::size_t i = 0; i < how.mask.size(); ++i) any |= how.mask[i] != 0;
    if (!any) return;
    missing_.resize(n);
    valid_before_.assign(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
      if (i % rows_between_checks == 0) check_interrupt();
      const double v = values_[i];
      const bool null = !how.mask.empty() && how.mask[i] != 0;
      const bool nan = v != v, inf = !nan && !(v - v == 0.0);
      const bool shown =
          !null && ((nan && how.nan == treatment::propagate) || (inf && how.inf == treatment::propagate));
      if (shown) loud_.push_back({static_cast<std::int64_t>(i), v});
      missing_[i] = null || nan || inf;
      if (missing_[i] != 0) values_[i] = filler;
    }
    for (std::size_t i = 0; i < n; ++i) valid_before_[i + 1] = valid_before_[i] + (missing_[i] == 0);
  }

  const double* values() const noexcept { return values_.data(); }
  const unsigned char* missing() const noexcept { return missing_.empty() ? nullptr : missing_.data(); }
  const std::int64_t* valid_before() const noexcept {
    return valid_before_.empty() ? nullptr : valid_before_.data();
  }

  /// NaN and infinities that are to show in the results of their windows.
  bool has_loud() const noexcept { return !loud_.empty(); }

  /// How many values window i holds, loud ones apart.
  std::int64_t quiet_in(const windows& w, std::size_t i) const noexcept {
    const std::int64_t first = w.first(i), stop = w.stop(i);
    if (valid_before_.empty()) return stop - first;
    return valid_before_[static_cast<std::size_t>(stop)] - valid_before_[static_cast<std::size_t>(first)];
  }

  /// Calls f(window, how many, their sum, least, most) for each window, about the loud values in it.
  template <class F>
  void for_each_window(const windows& w, F f) const {
    std::size_t low = 0, high = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const std::int64_t s = w.first(i), e = w.stop(i);
      while (high < loud_.size() && loud_[high].row < e) ++high;
      while (high > 0 && loud_[high - 1].row >= e) --high;
      while (low < high && loud_[low].row < s) ++low;
      while (low > 0 && loud_[low - 1].row >= s) --low;
      double least = 0.0, most = 0.0, sum = 0.0;
      for (std::size_t k = low; k < high; ++k) {
        least = loud_[k].value < least ? loud_[k].value : least;
        most = loud_[k].value > most ? loud_[k].value : most;
        sum += loud_[k].value;
      }
      f(i, low < high ? static_cast<std::int64_t>(high - low) : 0, sum, least, most);
    }
  }

 private:
  struct loud {
    std::int64_t row;
    double value;
  };
  std::vector<double> values_;
  std::vector<unsigned char> missing_;
  std::vector<std::int64_t> valid_before_;
  std::vector<loud> loud_;
};

}  // namespace rolling
BAROGRAPH_NAMESPACE_END
