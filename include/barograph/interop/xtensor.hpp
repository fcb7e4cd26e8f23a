// xtensor in and out: any one- or two-dimensional expression for states and rolling statistics.
//
// Expressions are evaluated once, a state's a block at a time. Two dimensions are rolled column by column.
// Laws are those of the state or statistic: the same bits as for a std::vector. xtensor moved its headers in
// 0.26: both places are known.
#pragma once

#include <cstdint>
#include <vector>

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include "detail/whole_windows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace xtensor {
namespace detail {

/// xtensor<double, N> where the dimension is known when compiled, else xarray<double>.
template <class E, std::size_t Rank = xt::get_rank<E>::value>
struct result_of {
  using type = xt::xtensor<double, Rank>;
};
template <class E>
struct result_of<E, SIZE_MAX> {
  using type = xt::xarray<double>;
};
template <class E>
using result = typename result_of<E>::type;

template <class E>
std::size_t dimensions(const E& x) {
  if (x.dimension() != 1 && x.dimension() != 2)
    raise<invalid_argument>("x: " + std::to_string(x.dimension()) + " dimensions given, expected 1 or 2");
  return x.dimension();
}

/// Runs roll(values, results) over one dimension, or over each column of two.
template <class E, class Roll>
result<E> by_column(const E& x, Roll roll) {
  const bool plain = dimensions(x) == 1;
  const auto rows = static_cast<std::size_t>(x.shape()[0]);
  const std::size_t columns = plain ? 1 : static_cast<std::size_t>(x.shape()[1]);
  typename result<E>::shape_type shape{};
  xt::resize_container(shape, x.dimension());
  for (std::size_t k = 0; k < x.dimension(); ++k) shape[k] = static_cast<std::size_t>(x.shape()[k]);
  result<E> out(shape);
  std::vector<double> values(rows), results(rows);
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = 0; i < rows; ++i) values[i] = static_cast<double>(plain ? x(i) : x(i, j));
    roll(span<const double>(values), span<double>(results));
    for (std::size_t i = 0; i < rows; ++i) (plain ? out(i) : out(i, j)) = results[i];
  }
  return out;
}

}  // namespace detail

/// Adds all values of an expression to a state (moments, quantile_histogram, apdex ...).
template <class State, class E>
void update(State& state, const xt::xexpression<E>& values) {
  const E& x = values.derived_cast();
  constexpr std::size_t block = 1024;
  double buffer[block];
  std::size_t filled = 0;
  for (auto it = x.cbegin(); it != x.cend(); ++it) {
    buffer[filled++] = static_cast<double>(*it);
    if (filled == block) {
      state.update(span<const double>(buffer, filled));
      filled = 0;
    }
  }
  if (filled > 0) state.update(span<const double>(buffer, filled));
}

/// A rolling statistic of n values, or of each column of n x k.
///
/// @param what    sum, mean, variance, deviation, minimum ... (rolling/reductions.hpp)
/// @param x       a one- or two-dimensional expression of numbers
/// @param window  rows of a window; windows with fewer values give NaN
/// @param ddof    of variance, deviation and standard_error
/// @return        xtensor<double, N> of the shape of x; xarray<double> for expressions of dynamic dimension
/// @throws invalid_argument for a negative window or more than two dimensions
template <class Kernels = barograph::rolling::inline_kernels, class E>
detail::result<E> rolling(barograph::rolling::reduction what, const xt::xexpression<E>& x,
                          std::int64_t window, double ddof = 1.0) {
  return detail::by_column(x.derived_cast(), [&](span<const double> values, span<double> out) {
    interop_detail::reduce<Kernels>(what, values, window, ddof, out);
  });
}

/// A rolling quantile of n values, or of each column of n x k, exact.
///
/// @param q  in [0, 1]; the median is 0.5 with interpolation::midpoint
/// @throws invalid_argument for a negative window, a q outside [0, 1] or more than two dimensions
template <class Kernels = barograph::rolling::inline_order_statistics, class E>
detail::result<E> rolling_quantile(
    const xt::xexpression<E>& x, std::int64_t window, double q,
    barograph::rolling::interpolation between = barograph::rolling::interpolation::linear) {
  return detail::by_column(x.derived_cast(), [&](span<const double> values, span<double> out) {
    interop_detail::quantile<Kernels>(values, window, q, between, out);
  });
}

}  // namespace xtensor
BAROGRAPH_NAMESPACE_END
