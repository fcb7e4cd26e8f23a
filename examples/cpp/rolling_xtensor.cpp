// xtensor in, xtensor out: any one- or two-dimensional expression.
#include <cstdio>
#if __has_include(<xtensor/generators/xbuilder.hpp>)
#include <xtensor/generators/xbuilder.hpp>
#else
#include <xtensor/xbuilder.hpp>
#endif

#include "barograph/interop/xtensor.hpp"
#include "barograph/kernels.hpp"
#include "barograph/stats/quantile_histogram.hpp"

int main() {
  namespace rolling = barograph::rolling;
  using kernels = barograph::kernels::compiled;  // the instruction set of this machine, the same bits
  const xt::xtensor<double, 1> latency_ms = xt::arange<double>(1.0, 1001.0);

  const xt::xtensor<double, 1> median = barograph::xtensor::rolling_quantile<kernels>(
      latency_ms, /*window=*/5, 0.5, rolling::interpolation::midpoint);
  const xt::xtensor<double, 1> seconds =
      barograph::xtensor::rolling<kernels>(rolling::reduction::mean, latency_ms / 1000.0, 60);
  barograph::quantile_histogram h;
  barograph::xtensor::update(h, latency_ms);

  std::printf("median of the last 5 of 1, 2 ... 1000: %.0f\n", median(999));
  std::printf("mean of the last 60: %.4f s; P99 of all: %.0f ms\n", seconds(999), h.quantile(0.99));
  return 0;
}
