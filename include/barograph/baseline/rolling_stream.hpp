// rolling_stream: the band of rolling_band.hpp for a stream: what is expected, told before the value is seen.
//
// Law: update() gives the bits of the batch form with closed::left for median, quantile and ewma (I, F), and
// is within 2u * sum|x| / n of it for means (F). A row costs O(log w), O(log^2 w) by median. NaN and
// infinities are missing. By event time, a row that is older than the newest one is counted and left out.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../core/number_span.hpp"
#include "../rolling/exponential.hpp"
#include "../rolling/rolling_window.hpp"
#include "band.hpp"
#include "estimator.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

class rolling_stream {
 public:
  /// The newest `rows` rows, missing ones among them; of method::ewma their span: alpha = 2 / (rows + 1).
  ///
  /// @param min_periods  with fewer values nothing is known
  /// @throws invalid_argument for a window of no rows, or a wrong estimator
  static rolling_stream by_count(std::int64_t rows, const estimator& how, std::int64_t min_periods) {
    return rolling_stream(rows, false, how, min_periods);
  }

  /// The rows of the last `width` of event time, [newest - width, newest); of method::ewma a value weighs
  /// half as much every width * ln(2) / 2, the same as by count.
  static rolling_stream by_time(std::int64_t width, const estimator& how, std::int64_t min_periods) {
    return rolling_stream(width, true, how, min_periods);
  }

  /// What is expected of the next row (by time: of one after all so far, with none of them too old).
  expectation expected() const {
    switch (how_.what) {
      case method::median: {
        const auto [median, deviation] = recent_.median_deviation();
        return expectation::within(median, deviation * mad_to_deviation, how_.width);
      }
      case method::quantile: {
        const auto place = how_.of_next ? rolling::interpolation::weibull : rolling::interpolation::linear;
        const double low = recent_.quantile(how_.low, place), high = recent_.quantile(how_.high, place);
        return {recent_.quantile(how_.middle, place), (high - low) * unit_, low, high};
      }
      case method::mean:
        return expectation::within(recent_.mean(), recent_.deviation(), how_.width);
      default:
        return expectation::within(weighted_.mean(), weighted_.deviation(), how_.width);
    }
  }

  /// What was expected of the next row, before it is taken in.
  ///
  /// @param left_out  the row is there, but nothing is learned from it
  expectation update(double x, bool left_out = false) {
    if (timed_) raise<invalid_argument>("time: none given, expected one: the window is one of time");
    const expectation e = expected();
    ++rows_;
    take(x, left_out);
    return e;
  }

  /// The same of a row at a time; rows of one time do not know each other.
  expectation update(std::int64_t time, double x, bool left_out = false) {
    if (!timed_) raise<invalid_argument>("time: given, expected none: the window is one of rows");
    if (rows_ > 0 && time < newest_) {
      ++late_;
      return expected();
    }
    if (rows_ > 0 && time > newest_) settle(time);
    const expectation e = expected();
    if (rows_ == 0) newest_ = time;
    waiting_.push_back({left_out ? std::numeric_limits<double>::quiet_NaN() : x});
    ++rows_;
    return e;
  }

  /// Rows in order; out gets what was expected of each before it was taken in.
  ///
  /// @param times     empty for a window of rows
  /// @param left_out  1 where nothing is learned from a row; empty: nowhere
  /// @throws invalid_argument if sizes do not agree
  void update(span<const std::int64_t> times, const number_span& x, span<const unsigned char> left_out,
              band& out) {
    if (timed_ || !times.empty()) rolling::detail::check_rows("times", times.size(), x.size());
    if (!left_out.empty()) rolling::detail::check_rows("exclude", left_out.size(), x.size());
    rolling::detail::check_rows("out", out.size(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const bool leave = !left_out.empty() && left_out[i] != 0;
      out.set(i, times.empty() ? update(x[i], leave) : update(times[i], x[i], leave));
    }
  }

  /// Rows by time that came after newer ones, and were left out.
  std::uint64_t late() const noexcept { return late_; }

  /// As after construction.
  void reset() { *this = rolling_stream(window_, timed_, how_, min_periods_); }

 private:
  static rolling::options missing(std::int64_t min_periods) {
    rolling::options o;
    o.min_periods = min_periods;
    return o;
  }

  static rolling::decay decay_of(std::int64_t window, bool timed) {
    return timed ? rolling::decay::from_alpha(0.5) : rolling::decay::from_span(static_cast<double>(window));
  }

  static rolling::weighting weights_of(std::int64_t min_periods) {
    rolling::weighting w;
    w.least = min_periods > 1 ? min_periods : 1;
    return w;
  }

  static rolling::rolling_window recent_of(std::int64_t window, bool timed, method what,
                                           std::int64_t min_periods) {
    auto recent = timed ? rolling::rolling_window::by_time(window, 0, missing(min_periods))
                        : rolling::rolling_window::by_count(window, missing(min_periods));
    if (what == method::mean) {
      recent.keep(rolling::reduction::mean);
      recent.keep(rolling::reduction::deviation);
    } else {
      recent.keep_order();
    }
    return recent;
  }

  rolling_stream(std::int64_t window, bool timed, const estimator& how, std::int64_t min_periods)
      : window_(window),
        timed_(timed),
        how_(how),
        min_periods_(min_periods),
        recent_(recent_of(window, timed, how.what, min_periods)),
        weighted_(decay_of(window, timed), weights_of(min_periods)) {
    how.check();
    if (min_periods < 0)
      raise<invalid_argument>("min_periods: " + std::to_string(min_periods) + " given, expected 0 or more");
    unit_ = how.deviation_of_unit();
  }

  bool present(double x, bool left_out) const noexcept { return !left_out && x - x == 0.0; }

  void take(double x, bool left_out) {
    const bool there = present(x, left_out);
    if (how_.what == method::ewma) {
      weighted_.update(x, there, 1.0);
    } else {
      recent_.push(there ? x : std::numeric_limits<double>::quiet_NaN());
    }
  }

  /// Time has come to `time`: the rows before it are in the window now, or too old for it.
  void settle(std::int64_t time) {
    for (const double x : waiting_) {
      const bool there = present(x, false);
      if (how_.what == method::ewma) {
        const auto elapsed = static_cast<std::uint64_t>(newest_) - static_cast<std::uint64_t>(last_);
        weighted_.update(x, there, seen_ ? static_cast<double>(elapsed) / half_life_of(window_) : 0.0);
        last_ = newest_;
        seen_ = true;
      } else {
        recent_.push(newest_, there ? x : std::numeric_limits<double>::quiet_NaN());
      }
    }
    waiting_.clear();
    newest_ = time;
    if (how_.what != method::ewma) {
      recent_.push(time - 1, std::numeric_limits<double>::quiet_NaN());  // lets go what is too old
    }
  }

  std::int64_t window_;
  bool timed_;
  estimator how_;
  std::int64_t min_periods_;
  double unit_ = 1.0;
  rolling::rolling_window recent_;
  rolling::exponential_moments weighted_;
  std::vector<double> waiting_;  ///< rows of the newest time
  std::int64_t rows_ = 0, newest_ = 0, last_ = 0;
  bool seen_ = false;
  std::uint64_t late_ = 0;
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
