// Eigen in and out: any vector, matrix, Map, Block or expression for states and rolling statistics.
//
// Values that lie side by side (a vector, a column, a Map) are read where they are; others (a row of a
// column-major matrix, an expression) are copied, a state's a block at a time. A matrix is rolled column
// by column. Laws are those of the state or statistic: the same bits as for a std::vector.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "detail/whole_windows.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace eigen {
namespace detail {

template <class D>
constexpr bool in_memory = (static_cast<int>(D::Flags) & static_cast<int>(Eigen::DirectAccessBit)) != 0 &&
                           std::is_same_v<typename D::Scalar, double>;

/// The coefficients of anything, as numbers. Made once for all of them: a product, or what a product is part
/// of, is computed when this is made.
template <class D>
class numbers {
 public:
  explicit numbers(const Eigen::DenseBase<D>& x) : at_(x.derived()) {}
  double operator()(Eigen::Index i, Eigen::Index j) const { return static_cast<double>(at_.coeff(i, j)); }

 private:
  Eigen::internal::evaluator<D> at_;
};

/// Calls f with a span over the values of each column and its number: in place where possible, else over a
/// copy. A row vector is one column.
template <class D, class F>
void with_columns(const Eigen::DenseBase<D>& x, F f) {
  constexpr bool lies = D::RowsAtCompileTime == 1 && D::ColsAtCompileTime != 1;
  const Eigen::Index rows = lies ? x.cols() : x.rows(), columns = lies ? 1 : x.cols();
  if constexpr (in_memory<D>) {
    if (rows < 2 || (lies ? x.derived().colStride() : x.derived().rowStride()) == 1) {
      for (Eigen::Index j = 0; j < columns; ++j)
        f(j, span<const double>(x.derived().data() + j * (lies ? 0 : x.derived().colStride()),
                                static_cast<std::size_t>(rows)));
      return;
    }
  }
  const numbers<D> at(x);
  std::vector<double> copy(static_cast<std::size_t>(rows));
  for (Eigen::Index j = 0; j < columns; ++j) {
    for (Eigen::Index i = 0; i < rows; ++i) copy[static_cast<std::size_t>(i)] = lies ? at(0, i) : at(i, j);
    f(j, span<const double>(copy));
  }
}

/// What has the shape of D and owns its values, by columns where that is possible.
template <class D>
using result = Eigen::Array<double, D::RowsAtCompileTime, D::ColsAtCompileTime,
                            D::RowsAtCompileTime == 1 ? Eigen::RowMajor : Eigen::ColMajor>;

/// Runs roll(values, results) over a vector, or over each column of a matrix.
template <class D, class Roll>
result<D> by_column(const Eigen::DenseBase<D>& x, Roll roll) {
  result<D> out(x.rows(), x.cols());
  with_columns(x, [&](Eigen::Index j, span<const double> values) {
    roll(values, span<double>(out.data() + j * x.rows(), values.size()));
  });
  return out;
}

}  // namespace detail

/// Adds all values of a vector, matrix or expression to a state (moments, quantile_histogram, apdex ...).
template <class State, class D>
void update(State& state, const Eigen::DenseBase<D>& values) {
  if constexpr (detail::in_memory<D>) {
    if (barograph::detail::side_by_side(values.derived()))
      return state.update(
          span<const double>(values.derived().data(), static_cast<std::size_t>(values.size())));
  }
  const detail::numbers<D> at(values);
  constexpr std::size_t block = 1024;
  double buffer[block];
  std::size_t filled = 0;
  for (Eigen::Index j = 0; j < values.cols(); ++j)
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
      buffer[filled++] = at(i, j);
      if (filled == block) {
        state.update(span<const double>(buffer, filled));
        filled = 0;
      }
    }
  if (filled > 0) state.update(span<const double>(buffer, filled));
}

/// A rolling statistic of a vector, or of each column of a matrix.
///
/// @param what    sum, mean, variance, deviation, minimum ... (rolling/reductions.hpp)
/// @param x       n values, or n x k
/// @param window  rows of a window; windows with fewer values give NaN
/// @param ddof    of variance, deviation and standard_error
/// @return        an Array of the shape of x
/// @throws invalid_argument for a negative window
template <class Kernels = barograph::rolling::inline_kernels, class D>
detail::result<D> rolling(barograph::rolling::reduction what, const Eigen::DenseBase<D>& x,
                          std::int64_t window, double ddof = 1.0) {
  return detail::by_column(x, [&](span<const double> values, span<double> out) {
    interop_detail::reduce<Kernels>(what, values, window, ddof, out);
  });
}

/// A rolling quantile of a vector, or of each column of a matrix, exact.
///
/// @param q  in [0, 1]; the median is 0.5 with interpolation::midpoint
/// @throws invalid_argument for a negative window or a q outside [0, 1]
template <class Kernels = barograph::rolling::inline_order_statistics, class D>
detail::result<D> rolling_quantile(
    const Eigen::DenseBase<D>& x, std::int64_t window, double q,
    barograph::rolling::interpolation between = barograph::rolling::interpolation::linear) {
  return detail::by_column(x, [&](span<const double> values, span<double> out) {
    interop_detail::quantile<Kernels>(values, window, q, between, out);
  });
}

}  // namespace eigen
BAROGRAPH_NAMESPACE_END
