// tail_probability: how unlikely each value of a stream is, told by the values before it.
//
// push(v) gives -log10 p, where p is the chance of a value at least as large, by the last 5,000: the
// conformal rank (at_least + 1/2) / (n + 1), and among the largest 2 % the geometric mean of that rank and
// of a power tail fitted to them (Hill, "A simple general approach to inference about the tail of a
// distribution", Annals of Statistics 3 (1975)), so that values beyond all before are told apart. The first
// 50 give 0. Class F; O(sqrt n) a value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "../core/errors.hpp"
#include "../core/math.hpp"
#include "detail/sorted_window.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class tail_probability {
 public:
  /// @param window  how many values are remembered, 100 to 1,000,000
  explicit tail_probability(std::size_t window = 5000) : recent_(window) {
    if (window < 100 || window > 1'000'000)
      raise<invalid_argument>("window: " + std::to_string(window) + " given, expected 100 to 1000000");
  }

  /// -log10 of the chance of v or more by the values before it, 0 to 12; then v is one of them.
  ///
  /// @param v  NaN says nothing: 0, and it is not remembered
  double push(double v) { return push(v, find(v)); }

  /// The same in two steps: where v stands, by the values until now, and with that the chance. So several
  /// can be looked up side by side.
  detail::sorted_blocks::place find(double v) const noexcept {
    return recent_.sorted().find(std::clamp(v, -largest, largest));
  }
  double push(double v, const detail::sorted_blocks::place& at) {
    if (v != v) return 0.0;
    v = std::clamp(v, -largest, largest);
    const double s = strangeness(v, at.below);
    recent_.push(v, at);
    return s;
  }

  /// What a share of the values exceeds; NaN while there are fewer than 50.
  double exceeded_by(double share) const noexcept {
    const std::size_t n = count();
    if (n < warm_up) return std::numeric_limits<double>::quiet_NaN();
    return recent_.sorted().from_top(static_cast<std::size_t>(share * static_cast<double>(n)));
  }

  std::size_t count() const noexcept { return recent_.sorted().size(); }
  std::size_t window() const noexcept { return recent_.window(); }

  void reset() { recent_.clear(); }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const { recent_.write(w); }
  void read(byte_reader& r) { recent_.read(r); }

 private:
  static constexpr std::size_t warm_up = 50;
  static constexpr double largest = 1e300;

  double strangeness(double v, std::size_t below) const {
    const std::size_t n = count();
    if (n < warm_up) return 0.0;
    const std::size_t at_least = n - below;
    const double rows = static_cast<double>(n) + 1.0;
    double p = (static_cast<double>(at_least) + 0.5) / rows;
    const std::size_t tail =
        std::max<std::size_t>(5, static_cast<std::size_t>(0.02 * static_cast<double>(n)));
    if (at_least <= tail) {
      const double from = recent_.sorted().from_top(tail);
      if (from > 0 && v > from) {
        const double index = mean_log(tail, from);
        if (index > 1e-9) {
          const double q = static_cast<double>(tail) / rows * math::exp(-math::log(v / from) / index);
          p = std::sqrt(p * (at_least > 0 ? q : std::min(q, p)));
        }
      }
    }
    return -math::log(std::max(p, 1e-12)) * 0x1.bcb7b1526e50ep-2;  // / ln 10
  }

  /// Mean of log(y / from) over the largest k, as the logarithm of a product: significands are multiplied
  /// (each below 2, so hundreds of them do not overflow), exponents added.
  double mean_log(std::size_t k, double from) const {
    double log_of_product = 0.0;
    recent_.sorted().largest(k, [&](const double* y, std::size_t n) {
      for (std::size_t begin = 0; begin < n; begin += 512) {
        double product = 1.0;
        std::int64_t exponents = 0;
        for (std::size_t i = begin; i < std::min(n, begin + 512); ++i) {
          const std::uint64_t bits = math::detail::to_bits(std::max(y[i], 1e-300));
          exponents += static_cast<std::int64_t>(bits >> 52) - 1023;
          product *= math::detail::from_bits((bits & 0x000FFFFFFFFFFFFFu) | 0x3FF0000000000000u);
        }
        log_of_product += math::log(product) + static_cast<double>(exponents) * 0x1.62e42fefa39efp-1;
      }
    });
    return log_of_product / static_cast<double>(k) - math::log(std::max(from, 1e-300));
  }

  detail::sorted_window recent_;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
