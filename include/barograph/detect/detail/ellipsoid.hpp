// ellipsoid: where rows of a table lie, by their mean and a covariance shrunk towards a multiple of the
// identity.
//
// Shrunk by a tenth, and more the fewer rows there are for each column, so it can always be inverted (Ledoit
// and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004, have the idea).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// Where rows lie: their mean and a covariance shrunk towards a multiple of the identity.
class ellipsoid {
 public:
  void learn(const std::vector<double>& z, std::size_t columns, const std::vector<std::size_t>& rows);

  /// The square of Mahalanobis' distance of a row.
  double square(const double* z) const noexcept {
    double sum = 0.0;
    for (std::size_t a = 0; a < mean_.size(); ++a) sum += (z[a] - mean_[a]) * pull(a, z);
    return std::max(sum, 0.0);
  }
  double mean(std::size_t a) const noexcept { return mean_[a]; }
  /// What a column adds to it, at least 0.
  double part(std::size_t a, const double* z) const noexcept {
    return std::max((z[a] - mean_[a]) * pull(a, z), 0.0);
  }

 private:
  double pull(std::size_t a, const double* z) const noexcept {
    double sum = 0.0;
    for (std::size_t b = 0; b < mean_.size(); ++b)
      sum += precision_[a * mean_.size() + b] * (z[b] - mean_[b]);
    return sum;
  }
  void invert(std::vector<double>& s);

  std::vector<double> mean_, precision_;
};

inline void ellipsoid::learn(const std::vector<double>& z, std::size_t columns,
                             const std::vector<std::size_t>& kept) {
  const double n = static_cast<double>(kept.size());
  mean_.assign(columns, 0.0);
  for (const std::size_t i : kept)
    for (std::size_t c = 0; c < columns; ++c) mean_[c] += z[i * columns + c];
  for (double& v : mean_) v /= n;
  std::vector<double> covariance(columns * columns, 0.0), d(columns);
  for (const std::size_t i : kept) {
    for (std::size_t c = 0; c < columns; ++c) d[c] = z[i * columns + c] - mean_[c];
    for (std::size_t a = 0; a < columns; ++a)
      for (std::size_t b = 0; b <= a; ++b) covariance[a * columns + b] += d[a] * d[b];
  }
  double trace = 0.0;
  for (std::size_t a = 0; a < columns; ++a) trace += covariance[a * columns + a] / n;
  const double identity = trace > 0 ? trace / static_cast<double>(columns) : 1.0;
  // a tenth, and more the fewer rows there are for each column
  const double shrink = std::min(1.0, 0.1 + static_cast<double>(columns) / n);
  for (std::size_t a = 0; a < columns; ++a)
    for (std::size_t b = 0; b <= a; ++b)
      covariance[a * columns + b] =
          covariance[a * columns + b] / n * (1 - shrink) + (a == b ? shrink * identity : 0.0);
  invert(covariance);
}

/// The inverse by Cholesky; the diagonal is at least shrink * identity, so it exists.
inline void ellipsoid::invert(std::vector<double>& s) {
  const std::size_t k = mean_.size();
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      double sum = s[a * k + b];
      for (std::size_t c = 0; c < b; ++c) sum -= s[a * k + c] * s[b * k + c];
      s[a * k + b] = a == b ? std::sqrt(std::max(sum, 1e-300)) : sum / s[b * k + b];
    }
  std::vector<double> inverse(k * k, 0.0);  // of the triangle
  for (std::size_t b = 0; b < k; ++b)
    for (std::size_t a = b; a < k; ++a) {
      double sum = a == b ? 1.0 : 0.0;
      for (std::size_t c = b; c < a; ++c) sum -= s[a * k + c] * inverse[c * k + b];
      inverse[a * k + b] = sum / s[a * k + a];
    }
  precision_.assign(k * k, 0.0);
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b < k; ++b) {
      double sum = 0.0;
      for (std::size_t c = std::max(a, b); c < k; ++c) sum += inverse[c * k + a] * inverse[c * k + b];
      precision_[a * k + b] = sum;
    }
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
