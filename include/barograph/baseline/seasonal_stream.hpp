// seasonal_stream: the band of seasonal_band.hpp for a stream: what is expected, told before the value is
// seen.
//
// Law: as rolling_stream.hpp, one of which there is for each slot (and one of the residuals, where they are
// pooled): update() gives what seasonal_band gives with windows `before`. Memory: the rows of all windows.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "../core/number_span.hpp"
#include "detail/residuals.hpp"
#include "rolling_stream.hpp"
#include "season.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace baseline {

class seasonal_stream {
 public:
  /// @param of           the season
  /// @param rows         of each slot the newest so many, 1 or more
  /// @param how          location, scale and limits; of ewma `rows` is the span
  /// @param min_periods  with fewer values of a slot nothing is known
  /// @param pooled       scale and limits from the residuals of all slots
  /// @throws invalid_argument for windows of no rows, or a wrong estimator
  seasonal_stream(season of, std::int64_t rows, const estimator& how, std::int64_t min_periods, bool pooled)
      : season_(std::move(of)),
        rows_(rows),
        how_(how),
        min_periods_(min_periods),
        empty_(rolling_stream::by_count(rows, how, min_periods)),
        slots_(static_cast<std::size_t>(season_.slots())) {
    if (pooled) residuals_.emplace(pool());
  }

  /// What is expected at a time (nanoseconds), or of the row of a number where slots are rows.
  expectation expected(std::int64_t at) const {
    const std::int32_t slot = season_.slot(at);
    if (slot < 0) return {};
    const auto& known = slots_[static_cast<std::size_t>(slot)];
    return spread(known ? known->expected() : expectation());
  }

  /// What was expected of a row, before it is taken in. Where slots go by time rows may come late: they are
  /// taken as they come.
  ///
  /// @param left_out  nothing is learned from the row
  expectation update(std::int64_t at, double x, bool left_out = false) {
    const std::int32_t slot = season_.slot(at);
    expectation e;
    double residual = std::numeric_limits<double>::quiet_NaN();
    if (slot >= 0) {
      auto& known = slots_[static_cast<std::size_t>(slot)];
      if (!known) known.emplace(empty_);
      e = known->update(x, left_out);
      residual = x - e.expected;
    }
    const expectation shown = spread(e);
    if (residuals_) residuals_->update(residual, left_out);
    ++taken_;
    return shown;
  }

  /// The next row, where slots are rows.
  expectation update(double x, bool left_out = false) {
    if (season_.timed()) raise<invalid_argument>("time: none given, expected one: the season is one of time");
    return update(taken_, x, left_out);
  }

  /// Rows in order; out gets what was expected of each before it was taken in.
  ///
  /// @param times  empty where slots are rows
  /// @throws invalid_argument if sizes do not agree
  void update(span<const std::int64_t> times, const number_span& x, span<const unsigned char> left_out,
              band& out) {
    if (season_.timed() || !times.empty()) rolling::detail::check_rows("times", times.size(), x.size());
    if (!left_out.empty()) rolling::detail::check_rows("exclude", left_out.size(), x.size());
    rolling::detail::check_rows("out", out.size(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
      out.set(i, update(times.empty() ? taken_ : times[i], x[i], !left_out.empty() && left_out[i] != 0));
  }

  /// How many rows there were: the number of the next one, where slots are rows.
  std::int64_t rows() const noexcept { return taken_; }

  /// As after construction.
  void reset() {
    for (auto& s : slots_) s.reset();
    if (residuals_) residuals_->reset();
    taken_ = 0;
  }

 private:
  rolling_stream pool() const {
    const std::int64_t most = 1 << 30;
    return rolling_stream::by_count(detail::rows_pooled(rows_, season_.slots(), most),
                                    detail::of_residuals(how_), min_periods_);
  }

  expectation spread(const expectation& e) const {
    return residuals_ ? detail::around_expected(e.expected, residuals_->expected(), how_) : e;
  }

  season season_;
  std::int64_t rows_;
  estimator how_;
  std::int64_t min_periods_;
  rolling_stream empty_;
  std::vector<std::optional<rolling_stream>> slots_;
  std::optional<rolling_stream> residuals_;
  std::int64_t taken_ = 0;
};

}  // namespace baseline
BAROGRAPH_NAMESPACE_END
