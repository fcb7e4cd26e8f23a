// xtensor in, xtensor out: a span takes any one-dimensional tensor whose values lie side by side.
#include <cstdio>
#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/generators/xbuilder.hpp>
#else
#include <xtensor/xbuilder.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include "barograph/kernels.hpp"
#include "barograph/rolling/order_statistics.hpp"

int main() {
  namespace rolling = barograph::rolling;
  const xt::xtensor<double, 1> latency_ms = xt::arange<double>(1.0, 1001.0);
  const auto windows = rolling::fixed_windows(static_cast<std::int64_t>(latency_ms.size()), /*window=*/5);
  xt::xtensor<double, 1> median = xt::empty<double>({latency_ms.size()});
  const double half[] = {0.5};
  rolling::quantiles<barograph::kernels::compiled>(
      latency_ms, windows, half, rolling::interpolation::midpoint, rolling::options{}, median);
  std::printf("median of the last 5 of 1, 2 ... 1000: %.0f\n", median(999));
  return median(999) == 998.0 ? 0 : 1;
}
