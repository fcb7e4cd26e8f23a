// The rolling 95th percentile of an array, exact, by the kernels that are chosen at run time.
#include <cstdio>
#include <vector>

#include "barograph/kernels.hpp"
#include "barograph/rolling/order_statistics.hpp"
#include "barograph/rolling/windows.hpp"

int main() {
  // A latency a second for four hours, and a minute in which every tenth request takes 480 ms.
  std::vector<double> latency_ms(4 * 3600);
  for (std::size_t i = 0; i < latency_ms.size(); ++i) {
    const bool slow = i >= 7260 && i < 7320 && i % 10 == 0;
    latency_ms[i] = slow ? 480.0 : 20.0 + static_cast<double>((i * 7919) % 101) / 10.0;
  }

  namespace rolling = barograph::rolling;
  const auto rows = static_cast<std::int64_t>(latency_ms.size());
  const rolling::windows minutes = rolling::fixed_windows(rows, /*window=*/60);
  const std::vector<double> q = {0.95};
  std::vector<double> p95(minutes.size());
  rolling::quantiles<barograph::kernels::compiled>(latency_ms, minutes, q, rolling::interpolation::linear,
                                                   rolling::options{}, p95);

  std::printf("kernels: %s\n", barograph::kernels::isa());
  for (const std::size_t row : {std::size_t{7200}, std::size_t{7300}, std::size_t{7400}})
    std::printf("row %zu: P95 of the last minute %.0f ms\n", row, p95[row]);
}
