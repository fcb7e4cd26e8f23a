// proportion: successes out of trials, with an interval that says how little a small sample knows.
//
// Law: commutative, class I (two counts). Interval: E. B. Wilson, "Probable inference, the law of
// succession, and statistical inference", J. Amer. Statist. Assoc. 22 (1927), 209-212; class F.
#pragma once

#include "interval.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class proportion {
 public:
  proportion() = default;
  proportion(std::uint64_t successes, std::uint64_t trials) { update_counts(successes, trials); }

  /// One trial (n equal ones), a success or not. Only bool: a number here is a mistake.
  template <class Bool, class = std::enable_if_t<std::is_same_v<Bool, bool>>>
  void update(Bool success, std::uint64_t n = 1) {
    update_counts(success ? n : 0, n);
  }

  void update(span<const bool> successes) { update_all(successes); }
  /// Bytes, of which every one but 0 is a success.
  void update(span<const std::uint8_t> successes) { update_all(successes); }

  /// Trials that were counted elsewhere.
  void update_counts(std::uint64_t successes, std::uint64_t trials) {
    if (successes > trials)
      raise<invalid_argument>("successes: " + std::to_string(successes) + " of " + std::to_string(trials) +
                              " trials given, expected at most as many");
    trials_ = detail::sum_of_counts(trials_, trials);
    successes_ += successes;
  }

  void merge(const proportion& other) { update_counts(other.successes_, other.trials_); }
  proportion& operator+=(const proportion& other) {
    merge(other);
    return *this;
  }

  /// Takes trials away that are in this state; an error (and no change) when they are not.
  void subtract(const proportion& other) {
    const std::uint64_t successes = detail::difference_of_counts(successes_, other.successes_, "successes");
    const std::uint64_t failures = detail::difference_of_counts(failed(), other.failed(), "failures");
    successes_ = successes;
    trials_ = successes + failures;
  }

  void reset() { *this = proportion(); }

  std::uint64_t successes() const noexcept { return successes_; }
  std::uint64_t trials() const noexcept { return trials_; }
  std::uint64_t count() const noexcept { return trials_; }

  /// NaN when there was no trial.
  double rate() const noexcept {
    if (trials_ == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(successes_) / static_cast<double>(trials_);
  }

  /// Wilson's score interval; 0 to 1 when there was no trial.
  interval wilson(double confidence = 0.95) const {
    detail::check_confidence(confidence);
    if (trials_ == 0) return {0, 1};
    const double z = -math::normal_quantile((1 - confidence) / 2);
    const auto n = static_cast<double>(trials_);
    const auto s = static_cast<double>(successes_);
    const auto f = static_cast<double>(failed());
    const double z2 = z * z;
    const double half = z * std::sqrt(s * f / n + z2 / 4);
    const double divisor = n + z2;
    // At the ends the bound is known exactly; the formula would leave a rounding error there.
    const double lower = successes_ == 0 ? 0 : std::max(0.0, (s + z2 / 2 - half) / divisor);
    const double upper = failed() == 0 ? 1 : std::min(1.0, (s + z2 / 2 + half) / divisor);
    return {lower, upper};
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::proportion);
    w.varint(trials_);
    w.varint(successes_);
    return w.finish();
  }

  static proportion from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::proportion, limits);
    proportion p;
    p.trials_ = detail::read_count(r);
    p.successes_ = detail::read_count(r);
    r.done();
    if (p.successes_ > p.trials_) raise<bad_bytes>("bytes: more successes than trials");
    return p;
  }

  friend bool operator==(const proportion& a, const proportion& b) {
    return a.successes_ == b.successes_ && a.trials_ == b.trials_;
  }
  friend bool operator!=(const proportion& a, const proportion& b) { return !(a == b); }

 private:
  template <class Flag>
  void update_all(span<const Flag> successes) {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < successes.size(); ++i) n += successes[i] != Flag{} ? 1 : 0;
    update_counts(n, successes.size());
  }

  std::uint64_t failed() const noexcept { return trials_ - successes_; }

  std::uint64_t successes_ = 0;
  std::uint64_t trials_ = 0;
};

BAROGRAPH_NAMESPACE_END
