// online_change_point: after each value, the best single change of mean in all that was seen, exactly.
//
// The statistic is the root of the log likelihood ratio for a change at the best of all earlier rows, mean
// before and after unknown: max over c of |mean after - mean before| sqrt(c (n - c) / n) / sigma. Only
// corners of the convex hull of the points (i, sum of the first i values) can be the best, about 2 log n of
// them (Romano, Eckley, Fearnhead and Rigaill, "Fast online changepoint detection via functional pruning
// CUSUM statistics", JMLR 24, 2023; Pishchagina et al., arXiv:2302.04743). That is every window length of a
// moving sum and every memory of an EWMA at once, which is why it was chosen over Bayesian online detection,
// whose memory grows with n, or is cut, and which needs a prior of run lengths.
//
// Law: ordered, bounded. There is no merge: two hulls do not tell what both together would have kept.
// Statistics are within 1e-9 of the exact ones, relatively, for up to 1e9 values. After an alarm everything
// begins anew with the next value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/canonical.hpp"
#include "../core/decimal.hpp"
#include "../stats/state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class online_change_point {
 public:
  /// @param sigma  deviation of the values about their mean, > 0
  /// @param limit  of the statistic; above it is an alarm
  explicit online_change_point(double sigma = 1, double limit = 5) : sigma_(sigma), limit_(limit) {
    if (!possible())
      raise<invalid_argument>("sigma, limit: " + decimal(sigma) + " and " + decimal(limit) +
                              " given, expected sigma > 0 and 0 < limit <= 1e6");
  }

  /// Takes a value; NaN is counted apart. Gives the statistic, also where it is an alarm.
  double update(double x) {
    if (x != x) {
      nan_ = detail::sum_of_counts(nan_, 1);
      return x;
    }
    if (alarmed_) begin_anew();
    const double z = std::min(std::max(x / sigma_, -1e100), 1e100);
    count_ = detail::sum_of_counts(count_, 1);
    if (n_ == 0) pivot_ = z;
    push(upper_, {static_cast<double>(n_), sum_}, 1);
    push(lower_, {static_cast<double>(n_), sum_}, -1);
    ++n_;
    sum_ += z - pivot_;
    find_best();
    if (best_ > limit_) {
      alarmed_ = true;
      ++alarms_;
    }
    return best_;
  }
  void update(span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) update(values[i]);
  }
  /// The statistic after each value, and how many values ago the best change was; NaN for NaN.
  void update(span<const double> values, span<double> statistics, span<double> ages) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      statistics[i] = update(values[i]);
      ages[i] = static_cast<double>(age());
    }
  }

  void reset() { *this = online_change_point(sigma_, limit_); }

  double sigma() const noexcept { return sigma_; }
  double limit() const noexcept { return limit_; }
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t nan_count() const noexcept { return nan_; }
  std::uint64_t alarms() const noexcept { return alarms_; }
  bool alarmed() const noexcept { return alarmed_; }  ///< by the newest value
  double statistic() const noexcept { return best_; }
  /// How many values have come since the best change; 0 where there is none.
  std::uint64_t age() const noexcept { return best_at_ == 0 ? 0 : n_ - best_at_; }
  std::size_t corners() const noexcept { return upper_.size() + lower_.size(); }

  std::string to_bytes() const {
    byte_writer w(state_kind::online_change_point);
    for (const double v : {sigma_, limit_, pivot_, sum_}) w.f64(v);
    for (const std::uint64_t n : {count_, nan_, alarms_, n_}) w.varint(n);
    for (const auto* hull : {&upper_, &lower_}) {
      w.varint(hull->size());
      for (const corner& c : *hull) {
        w.varint(static_cast<std::uint64_t>(c.at));
        w.f64(c.sum);
      }
    }
    w.u8(alarmed_ ? 1 : 0);
    return w.finish();
  }

  static online_change_point from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::online_change_point, limits);
    online_change_point s;
    for (double* v : {&s.sigma_, &s.limit_, &s.pivot_, &s.sum_}) *v = r.f64();
    for (std::uint64_t* n : {&s.count_, &s.nan_, &s.alarms_, &s.n_}) *n = detail::read_count(r);
    bool fine = s.possible() && std::isfinite(s.pivot_) && std::isfinite(s.sum_) && s.n_ <= s.count_ &&
                s.n_ < (std::uint64_t{1} << 53);
    for (auto* hull : {&s.upper_, &s.lower_}) {
      hull->resize(r.count(9));
      double before = -1;
      for (corner& c : *hull) {
        c.at = static_cast<double>(r.varint());
        c.sum = r.f64();
        fine = fine && c.at > before && c.at < static_cast<double>(s.n_) && std::isfinite(c.sum);
        before = c.at;
      }
      fine = fine && hull->size() <= most_corners && hull->empty() == (s.n_ == 0);
    }
    const std::uint8_t flag = r.u8();
    r.done();
    if (!fine || flag > 1) raise<bad_bytes>("bytes: sums that no values can have");
    s.alarmed_ = flag == 1;
    s.find_best();
    return canonical(std::move(s), bytes);
  }

  friend bool operator==(const online_change_point& a, const online_change_point& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const online_change_point& a, const online_change_point& b) { return !(a == b); }

 private:
  struct corner {
    double at;   // values before
    double sum;  // of them, less the pivot each
  };
  static constexpr std::size_t most_corners = 8192;  // random values have about log n; a curve might have n

  bool possible() const noexcept {
    return sigma_ > 0 && std::isfinite(sigma_) && limit_ > 0 && limit_ <= 1e6;
  }

  /// Adds a point to a hull; `side` 1: the upper one.
  static void push(std::vector<corner>& hull, corner p, double side) {
    while (hull.size() >= 2) {
      const corner& a = hull[hull.size() - 2];
      const corner& b = hull.back();
      const double turn = (b.at - a.at) * (p.sum - b.sum) - (p.at - b.at) * (b.sum - a.sum);
      if (side * turn < 0) break;
      hull.pop_back();
    }
    if (hull.size() == most_corners) {  // every other one: a statistic that is a little smaller at worst
      std::size_t kept = 0;
      for (std::size_t i = 0; i < hull.size(); i += 2) hull[kept++] = hull[i];
      hull.resize(kept);
    }
    hull.push_back(p);
  }

  void find_best() noexcept {
    const auto n = static_cast<double>(n_);
    double most = 0;
    double at = 0;
    for (const auto* hull : {&upper_, &lower_})
      for (const corner& c : *hull) {
        const double off = sum_ * c.at - c.sum * n;  // n c (n - c) times the difference of means, over n - c
        const double gain = off * off / (c.at * (n - c.at));
        if (gain > most) {  // NaN for c = 0
          most = gain;
          at = c.at;
        }
      }
    best_ = n > 0 ? std::sqrt(most / n) : 0;
    best_at_ = static_cast<std::uint64_t>(at);
  }

  void begin_anew() noexcept {
    upper_.clear();
    lower_.clear();
    n_ = 0;
    pivot_ = sum_ = best_ = 0;
    best_at_ = 0;
    alarmed_ = false;
  }

  double sigma_, limit_;
  double pivot_ = 0;  // the first value: sums of what differs from it lose less
  double sum_ = 0;
  std::uint64_t count_ = 0;
  std::uint64_t nan_ = 0;
  std::uint64_t alarms_ = 0;
  std::uint64_t n_ = 0;  // values since the last alarm
  std::vector<corner> upper_, lower_;
  double best_ = 0;
  std::uint64_t best_at_ = 0;
  bool alarmed_ = false;
};

BAROGRAPH_NAMESPACE_END
