// latency_summary: what a service's requests were like: count, errors, latencies, Apdex, in one state.
//
// Law: commutative, class I: it is a quantile_histogram (T and F pinned), moments, an apdex and a
// proportion of errors that see the same requests, so any split, order or tree of merges gives equal
// bytes. Apdex is exact after any merge; quantiles are within the histogram's relative_error().
// A missing latency (NaN) or an infinite one is a request, but enters no quantile and no mean.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

#include "../stats/moments.hpp"
#include "../stats/proportion.hpp"
#include "../stats/quantile_histogram.hpp"
#include "../stats/state.hpp"
#include "apdex.hpp"
#include "policy.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class latency_summary {
 public:
  /// Apdex T and F (ms) come from the policy.
  explicit latency_summary(const policy& p = policy()) : latency_summary(p.apdex) {}
  explicit latency_summary(const apdex_policy& p)
      : latency_summary(p.tolerating ? apdex(p.threshold, *p.tolerating) : apdex(p.threshold)) {}

  /// The four parts, of the same requests: an error when that cannot be. T and F are the index's, and
  /// pinned in the histogram, which is otherwise as by default.
  latency_summary(quantile_histogram latencies, moments of_latencies, const apdex& index,
                  const proportion& errors)
      : latencies_(std::move(latencies)), moments_(std::move(of_latencies)), apdex_(index), errors_(errors) {
    if (!consistent()) raise<invalid_argument>("parts: given ones that cannot be of the same requests");
  }

  /// One request: its latency in ms, and whether it failed. Errors' latencies count like others.
  void update(double latency) { update(latency, false, 1); }
  template <class Error, class = std::enable_if_t<std::is_same_v<Error, bool>>>
  void update(double latency, Error error) {
    update(latency, error, 1);
  }
  void update(double latency, std::uint64_t n) { update(latency, false, n); }
  void update(double latency, bool error, std::uint64_t n) {
    check_room(n);
    latencies_.update(latency, n);
    moments_.update(latency, n);
    apdex_.update(latency, error, n);
    errors_.update(error, n);
  }

  void update(span<const double> latencies) { add_all(latencies, span<const bool>()); }
  void update(span<const double> latencies, span<const bool> errors) { add_flagged(latencies, errors); }
  void update(span<const double> latencies, span<const std::uint8_t> errors) {
    add_flagged(latencies, errors);
  }

  /// Adds the requests of a summary with the same T and F; otherwise throws and changes nothing.
  void merge(const latency_summary& other) {
    latency_summary both = *this;
    both.apdex_.merge(other.apdex_);
    both.errors_.merge(other.errors_);
    both.moments_.merge(other.moments_);
    both.latencies_.merge(other.latencies_);
    *this = std::move(both);
  }
  latency_summary& operator+=(const latency_summary& other) {
    merge(other);
    return *this;
  }

  /// Takes out requests that are in this state, else throws and changes nothing; smallest and largest
  /// latency are then known to a bucket only.
  void subtract(const latency_summary& other) {
    latency_summary rest = *this;
    rest.apdex_.subtract(other.apdex_);
    rest.errors_.subtract(other.errors_);
    rest.moments_.subtract(other.moments_);
    rest.latencies_.subtract(other.latencies_);
    if (!rest.consistent())
      raise<invalid_argument>("subtract: other has requests that are not contained in this summary");
    *this = std::move(rest);
  }

  /// subtract() where nothing is lost by it, see quantile_histogram; false, and nothing is done, where
  /// something would be.
  bool subtract_within(const latency_summary& other) {
    latency_summary rest = *this;
    if (!rest.latencies_.subtract_within(other.latencies_) || !rest.moments_.subtract_within(other.moments_))
      return false;
    rest.apdex_.subtract(other.apdex_);
    rest.errors_.subtract(other.errors_);
    *this = std::move(rest);
    return true;
  }

  void reset() {
    latencies_.reset();
    moments_.reset();
    apdex_.reset();
    errors_.reset();
  }

  std::uint64_t count() const noexcept { return errors_.trials(); }  ///< all requests
  std::uint64_t errors() const noexcept { return errors_.successes(); }
  std::uint64_t missing() const noexcept { return latencies_.nan_count(); }  ///< NaN latencies

  /// errors / count, NaN when empty; `error_interval` is Wilson's, 0 to 1 when empty.
  double error_rate() const noexcept { return errors_.rate(); }
  interval error_interval(double confidence = 0.95) const { return errors_.wilson(confidence); }

  double mean() const { return moments_.mean(); }  ///< of the finite latencies, rounded once
  double std(std::uint64_t ddof = 1) const { return moments_.std(ddof); }
  double min() const { return latencies_.min(); }
  double max() const { return latencies_.max(); }

  /// NaN when there is no finite latency.
  double quantile(double q) const { return latencies_.quantile(q); }
  double p50() const { return quantile(0.50); }
  double p95() const { return quantile(0.95); }
  double p99() const { return quantile(0.99); }
  interval quantile_interval(double q, double confidence = 0.95) const {
    return latencies_.quantile_interval(q, confidence);
  }
  double relative_error() const { return latencies_.relative_error(); }

  double apdex_score() const noexcept { return apdex_.score(); }

  /// The parts, for what only they can tell.
  const apdex& apdex_counts() const noexcept { return apdex_; }
  const quantile_histogram& latencies() const noexcept { return latencies_; }
  const moments& latency_moments() const noexcept { return moments_; }
  const proportion& error_proportion() const noexcept { return errors_; }

  std::string to_bytes() const {
    byte_writer w(state_kind::latency_summary);
    w.nested(apdex_.to_bytes());
    w.nested(errors_.to_bytes());
    w.nested(moments_.to_bytes());
    w.nested(latencies_.to_bytes());
    return w.finish();
  }

  static latency_summary from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::latency_summary, limits);
    latency_summary s(apdex::from_bytes(r.nested(), limits));
    s.errors_ = proportion::from_bytes(r.nested(), limits);
    s.moments_ = moments::from_bytes(r.nested(), limits);
    s.latencies_ = quantile_histogram::from_bytes(r.nested(), limits);
    r.done();
    if (!s.consistent()) raise<bad_bytes>("bytes: a latency summary that no requests can have");
    return s;
  }

  friend bool operator==(const latency_summary& a, const latency_summary& b) {
    return a.apdex_ == b.apdex_ && a.errors_ == b.errors_ && a.moments_ == b.moments_ &&
           a.latencies_ == b.latencies_;
  }
  friend bool operator!=(const latency_summary& a, const latency_summary& b) { return !(a == b); }

 private:
  explicit latency_summary(const apdex& index)
      : latencies_(quantile_histogram::default_scale, {index.threshold(), index.tolerating_limit()}),
        apdex_(index) {}

  void check_room(std::uint64_t n) const { detail::sum_of_counts(count(), n); }

  template <class Flag>
  void add_flagged(span<const double> latencies, span<const Flag> errors) {
    if (latencies.size() != errors.size())
      raise<invalid_argument>("errors: given " + std::to_string(errors.size()) + " values, expected " +
                              std::to_string(latencies.size()) + ", one for each latency");
    add_all(latencies, errors);
  }

  /// In blocks that are copied first: every part sees the same values, whatever writes the arrays.
  template <class Flag>
  void add_all(span<const double> latencies, span<const Flag> errors) {
    check_room(latencies.size());
    constexpr std::size_t block = 2048;
    double x[block];
    bool failed[block];
    for (std::size_t i = 0; i < latencies.size(); i += block) {
      const std::size_t size = std::min(latencies.size() - i, block);
      std::copy_n(latencies.data() + i, size, x);
      const span<const double> values(x, size);
      latencies_.update(values);
      moments_.update(values);
      if (errors.empty()) {
        apdex_.update(values);
        errors_.update_counts(0, size);
      } else {
        for (std::size_t j = 0; j < size; ++j) failed[j] = errors[i + j] != Flag{};
        const span<const bool> flags(failed, size);
        apdex_.update(values, flags);
        errors_.update(flags);
      }
    }
  }

  /// Whether the parts are the whole; their sum might not fit.
  static bool adds_up(std::uint64_t whole, std::initializer_list<std::uint64_t> parts) {
    for (const std::uint64_t part : parts) {
      if (part > whole) return false;
      whole -= part;
    }
    return whole == 0;
  }

  /// Whether four parts can have seen the same requests.
  bool consistent() const {
    const std::uint64_t above = latencies_.positive_infinity_count();
    const std::uint64_t below = latencies_.negative_infinity_count();
    const std::uint64_t missing = latencies_.nan_count();
    quantile_histogram empty = latencies_;
    empty.reset();
    if (empty != latency_summary(apdex(apdex_.threshold(), apdex_.tolerating_limit())).latencies_ ||
        !adds_up(count(), {latencies_.count(), above, below, missing}) ||
        apdex_.count() + apdex_.missing() != count() || moments_.count() != latencies_.count() ||
        moments_.nan_count() != missing || moments_.positive_infinity_count() != above ||
        moments_.negative_infinity_count() != below)
      return false;
    if (latencies_.count() != 0) {
      const bool known = moments_.min() == moments_.min();
      if (known != latencies_.extremes_known() ||
          (known && (moments_.min() != latencies_.min() || moments_.max() != latencies_.max())))
        return false;
    }
    // The errors of each zone are those that Apdex does not count in it; the rest lies beyond F.
    const std::uint64_t within_t = latencies_.pinned_count(apdex_.threshold()) + below;
    const std::uint64_t within_f = latencies_.pinned_count(apdex_.tolerating_limit()) + below;
    if (apdex_.satisfied() > within_t || apdex_.tolerating() > within_f - within_t ||
        apdex_.missing() > missing)
      return false;
    const std::uint64_t failed =
        within_f - apdex_.satisfied() - apdex_.tolerating() + (missing - apdex_.missing());
    return failed <= errors() && errors() - failed <= count() - within_f - missing;
  }

  quantile_histogram latencies_;
  moments moments_;
  apdex apdex_;
  proportion errors_;
};

BAROGRAPH_NAMESPACE_END
