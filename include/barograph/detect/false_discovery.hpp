// false_discovery: how many of many tail probabilities are findings, so that few of the findings are false.
//
// For all at once: Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Statist. Soc. B 57
// (1995). One after the other: LORD++ (Ramdas, Yang, Wainwright and Jordan, "Online control of the false
// discovery rate with decaying memory", NIPS 2017) with a memory of 4,096 tests and a floor that never is
// spent, so that a detector that runs for years stays awake. Class F.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/errors.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// The largest probability that is a finding; 0 where none is.
///
/// @param p     probabilities; NaN is none
/// @param rate  the expected share of false findings among all, above 0 and below 1
/// @throws invalid_argument for a rate outside
inline double benjamini_hochberg(span<const double> p, double rate) {
  if (!(rate > 0 && rate < 1))
    raise<invalid_argument>("rate: " + std::to_string(rate) + " given, expected above 0 and below 1");
  std::vector<double> sorted;
  sorted.reserve(p.size());
  for (const double q : p)
    if (q == q) sorted.push_back(q);
  std::sort(sorted.begin(), sorted.end());
  const double tests = static_cast<double>(sorted.size());
  for (std::size_t k = sorted.size(); k != 0; --k)
    if (sorted[k - 1] <= rate * static_cast<double>(k) / tests) return sorted[k - 1];
  return 0.0;
}

/// Which rows of a series are findings, where what goes wrong lasts: 1 for those.
///
/// The rate is of stretches, not of rows, or a long one would pay for many false short ones: those rows that
/// Benjamini and Hochberg let pass make stretches (three others end one), and a stretch is a finding if they
/// let its strongest row pass among the strongest of all.
///
/// @param evidence  -log10 of a probability a row, finite
/// @param rate      as above
inline std::vector<std::uint8_t> stretch_findings(span<const double> evidence, double rate) {
  const std::size_t n = evidence.size();
  std::vector<double> p(n);
  for (std::size_t i = 0; i < n; ++i) p[i] = math::exp(evidence[i] * -0x1.26bb1bbb55516p+1);  // ln 10
  const double limit = benjamini_hochberg(p, rate);
  std::vector<std::uint8_t> finding(n, 0);
  struct stretch {
    std::size_t begin, end;
    double least;
  };
  std::vector<stretch> stretches;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(p[i] <= limit)) continue;
    if (stretches.empty() || i - stretches.back().end >= 3) stretches.push_back({i, i, p[i]});
    stretches.back().end = i + 1;
    stretches.back().least = std::min(stretches.back().least, p[i]);
  }
  std::vector<double> least;
  for (const stretch& s : stretches) least.push_back(s.least);
  std::sort(least.begin(), least.end());
  double needed = 0.0;
  for (std::size_t k = least.size(); k != 0 && needed == 0.0; --k)
    if (least[k - 1] <= rate * static_cast<double>(k) / static_cast<double>(n)) needed = least[k - 1];
  for (const stretch& s : stretches)
    if (s.least <= needed)
      for (std::size_t i = s.begin; i < s.end; ++i) finding[i] = p[i] <= limit ? 1 : 0;
  return finding;
}

class online_false_discovery {
 public:
  /// @param rate  the expected share of false findings among all, above 0 and below 1
  explicit online_false_discovery(double rate = 0.1) : rate_(rate) {
    if (!(rate > 0 && rate < 1))
      raise<invalid_argument>("rate: " + std::to_string(rate) + " given, expected above 0 and below 1");
  }

  /// What the probability of the next test has to be at most.
  double level() const noexcept {
    // half of the rate for the first finding, spread over tests as j^-2; the floor is a test of ten
    // thousand's
    double sum = 0.5 * share(test_ + 1) + 1e-4;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::uint64_t age = test_ + 1 - found_[i];
      sum += (first_ && i == 0 ? 0.5 : 1.0) * share(age);
    }
    return std::min(rate_ * sum, 1e-3);
  }

  /// Whether the next test, of probability p, is a finding.
  bool push(double p) noexcept {
    const bool finding = p <= level();
    ++test_;
    if (finding) {
      if (count_ == found_.size()) {
        std::copy(found_.begin() + 1, found_.end(), found_.begin());
        --count_;
        first_ = false;
      }
      found_[count_++] = test_;
    }
    while (count_ != 0 && test_ - found_[0] > memory) {
      std::copy(found_.begin() + 1, found_.begin() + static_cast<std::ptrdiff_t>(count_), found_.begin());
      --count_;
      first_ = false;
    }
    return finding;
  }

  /// Into the bytes of what it is part of, and back; the rate is the same there.
  void write(byte_writer& w) const {
    w.varint(test_);
    w.varint(count_);
    for (std::size_t i = 0; i < count_; ++i) w.varint(found_[i]);
    w.u8(first_ ? 1 : 0);
  }
  void read(byte_reader& r) {
    test_ = r.varint();
    count_ = r.count(1);
    bool fine = count_ <= found_.size();
    for (std::size_t i = 0; fine && i < count_; ++i) {
      found_[i] = r.varint();
      fine = found_[i] > (i == 0 ? 0 : found_[i - 1]) && found_[i] <= test_ && test_ - found_[i] <= memory;
    }
    if (!fine) raise<bad_bytes>("bytes: findings that cannot have been");
    const std::uint8_t flag = r.u8();
    if (flag > 1) raise<bad_bytes>("bytes: a flag that is none");
    first_ = flag == 1;
  }

 private:
  static constexpr std::uint64_t memory = 4096;

  /// Of what is to be spent, the part of the j-th test since: 6 / (pi j)^2.
  static double share(std::uint64_t j) noexcept {
    const double x = static_cast<double>(j);
    return 0x1.37423899a1558p-1 / (x * x);
  }

  double rate_;
  std::uint64_t test_ = 0;
  std::array<std::uint64_t, 64> found_{};  // the newest findings, the oldest first
  std::size_t count_ = 0;
  bool first_ = true;  // found_[0] is the first finding of all
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
