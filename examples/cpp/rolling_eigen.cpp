// Eigen in, Eigen out: a matrix of metrics, one column each, rolled and summed up without copies.
#include <Eigen/Core>
#include <cstdio>

#include "barograph/interop/eigen.hpp"
#include "barograph/kernels.hpp"
#include "barograph/stats/moments.hpp"

int main() {
  using barograph::rolling::reduction;
  using kernels = barograph::kernels::compiled;  // the instruction set of this machine, the same bits

  Eigen::MatrixXd metrics(48, 2);  // hours x (cpu %, memory %)
  for (Eigen::Index hour = 0; hour < metrics.rows(); ++hour) {
    metrics(hour, 0) = hour % 24 < 12 ? 40.0 : 60.0;
    metrics(hour, 1) = 50.0 + static_cast<double>(hour) / 10.0;
  }
  const Eigen::ArrayXXd mean = barograph::eigen::rolling<kernels>(reduction::mean, metrics, /*window=*/24);
  const Eigen::ArrayXd most = barograph::eigen::rolling<kernels>(
      reduction::maximum, metrics.col(0) + 5.0 * Eigen::VectorXd::Ones(48), 6);
  barograph::moments cpu;
  barograph::eigen::update(cpu, metrics.col(0));  // in place: a column lies side by side
  barograph::moments busy;
  barograph::eigen::update(busy, metrics.row(30));  // a row does not: copied a block at a time

  std::printf("hour 30, mean of a day: cpu %.0f %%, memory %.2f %%\n", mean(30, 0), mean(30, 1));
  std::printf("cpu over all hours %.1f %%, at most %.0f %% of late; hour 30 over all metrics %.1f\n",
              cpu.mean(), most(30), busy.mean());
  return 0;
}
