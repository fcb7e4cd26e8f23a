// stream_detector: how strange each value of a stream is by the values before it alone.
//
// Thirteen ways of being strange (level, steps, spread, calm, time of day, shape, ...), each turned into a
// tail probability by its own last 5,000 values; their mean (of roots, squared) is the strangeness. Of the
// mean in which those count most that lie in the row itself, and of the distance from the time of day alone,
// their own past makes evidence, online control of false discoveries makes findings of that, and a hold makes
// alarms of the strangeness itself. A value that is stuck is evidence of its own, and so are rows that did
// not come, a level or a season that is left slowly, and a spread that widens. One row at a time or many: the
// same bits. Class F; 3 to 5 us a row, 600 kB.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "../core/bytes.hpp"
#include "../core/canonical.hpp"
#include "../core/math.hpp"
#include "detail/recent_values.hpp"
#include "missing_rows.hpp"
#include "nearest_windows.hpp"
#include "seasonal_guess.hpp"
#include "slow_watch.hpp"
#include "stream_judge.hpp"
#include "stuck_value.hpp"
#include "tail_probability.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// What tells the time of rows that come without one; the detector does not look at it, its bytes carry it.
struct stream_clock {
  std::int64_t second = 0;  ///< the last one that was given
  std::uint64_t ago = 0;    ///< how many rows ago that was; 0: none was
  std::int64_t step = 1;    ///< seconds from row to row
  std::uint64_t rows = 0;   ///< so far
};

class stream_detector {
 public:
  static constexpr std::size_t ways = 18;

  /// Of each way of being strange, in the order of parts().
  static constexpr const char* way_names[ways] = {
      "level",       "recent level", "time of day",  "shape of 12", "mean of 10",      "spread of 30",
      "shape of 24", "step",         "median of 40", "mean of 30",  "spread of 10",    "time of day of 6",
      "calm",        "stuck",        "missing",      "slow level",  "season strength", "wider spread"};

  struct result : stream_verdict {
    double expected;  ///< what the value was to be by the time of day and week
    double margin;    ///< how far from that one in a thousand was; NaN while nothing is known
  };

  /// @param seconds  of event time
  /// @param x        a value that is not finite is missing, says nothing of what is slow, and for the rest
  ///                 counts as the one before
  /// @param ahead    by so many seconds the clocks are ahead of `seconds` whose days matter
  result push(std::int64_t seconds, double x, std::int64_t ahead = 0) {
    const bool there = std::isfinite(x);
    const double missing = parts_[own + 1] = missing_.push(seconds, there);
    if (!there && rows_ == 0) {  // it has not begun
      constexpr double none = std::numeric_limits<double>::quiet_NaN();
      return {judge_.push_evidence(0.0), none, none};
    }
    if (!there) x = previous_;
    const double level = level_.push(x);
    const double of_8 = std::abs(x - (eight_.empty() ? x : eight_.median()));
    const double of_40 = std::abs(x - (forty_.empty() ? x : forty_.median()));
    eight_.push(x);
    forty_.push(x);
    const double spread_level = spread_level_.push(of_8);
    result r{};
    const seasonal_guess::guess usual = season_.push(seconds + ahead, x);
    r.expected = usual.value;
    const double off_season = x - usual.value;
    values_.push(x);
    spreads_.push(of_8);
    off_seasons_.push(off_season);
    const double spread_30 = spreads_.mean(30);
    const nearest_windows::distances shape = shapes_.push(x);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    r.margin = tails_[2].exceeded_by(0.001);
    const double raw[own] = {
        std::abs(x - level),
        std::abs(x - fast_.push(x)),
        usual.known ? std::abs(off_season) : nan,  // how far a first guess is off says nothing
        shape.of_12,
        std::abs(values_.mean(10) - level),
        spread_30,
        shape.of_24,
        std::abs(x - (rows_ == 0 ? x : previous_)),
        of_40,
        std::abs(values_.mean(30) - level),
        spreads_.mean(10),
        std::abs(off_seasons_.mean(6)),
        spread_level / (spread_30 + 1e-3 * spread_level + 1e-12),
    };
    std::array<detail::sorted_blocks::place, own> places;  // searches that do not wait for each other
    for (std::size_t i = 0; i < own; ++i) places[i] = tails_[i].find(raw[i] + 1e-12);
    double sum = 0.0, weighed = 0.0, weights = 0.0;
    for (std::size_t i = 0; i < own; ++i) {
      const double root = std::sqrt(parts_[i] = tails_[i].push(raw[i] + 1e-12, places[i]));
      sum += root;
      weighed += weight[i] * root;
      weights += weight[i];
    }
    // many that agree count for more than one that cries
    const double root = sum / static_cast<double>(own), now = weighed / weights;
    const double stuck = parts_[own] = there ? stuck_.push(x) : 0.0;
    const slow_watch::evidence slow = there ? slow_.push(seconds + ahead, x) : slow_watch::evidence{};
    parts_[own + 2] = slow.level;
    parts_[own + 3] = slow.season;
    parts_[own + 4] = slow.spread;
    static_cast<stream_verdict&>(r) = judge_.push(
        root * root, now * now, usual.known ? math::log(std::abs(off_season) + 1e-12) : nan,
        std::max(stuck, missing), std::max({slow.level, slow.season, slow.spread}), stuck_.usual());
    previous_ = x;
    ++rows_;
    return r;
  }

  /// -log10 p of each way for the newest row.
  const std::array<double, ways>& parts() const noexcept { return parts_; }

  const stream_clock& clock() const noexcept { return clock_; }
  void set_clock(const stream_clock& clock) noexcept { clock_ = clock; }

  /// Everything that is remembered, so that it goes on elsewhere with the same numbers; up to 800 kB.
  std::string to_bytes() const {
    byte_writer w(kind);
    each_part(*this, [&w](const auto& part) { part.write(w); });
    for (const double p : parts_) w.f64(p);
    w.f64(previous_);
    w.varint(rows_);
    w.i64(clock_.second);
    w.varint(clock_.ago);
    w.i64(clock_.step);
    w.varint(clock_.rows);
    return w.finish();
  }

  /// @throws bad_bytes for anything `to_bytes` cannot have written
  static stream_detector from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, kind, limits);
    stream_detector d;
    each_part(d, [&r](auto& part) { part.read(r); });
    for (double& p : d.parts_) p = r.f64();
    d.previous_ = r.f64();
    d.rows_ = r.varint();
    d.clock_.second = r.i64();
    d.clock_.ago = r.varint();
    d.clock_.step = r.i64();
    d.clock_.rows = r.varint();
    r.done();
    if (d.clock_.step < 1 || d.clock_.ago > d.clock_.rows || d.clock_.rows > std::uint64_t{1} << 53)
      raise<bad_bytes>("bytes: times of rows that cannot have been");
    if (!std::isfinite(d.previous_) || (d.rows_ == 0) != d.eight_.empty() ||
        d.eight_.empty() != d.forty_.empty())
      raise<bad_bytes>("bytes: a stream that cannot have been");
    return canonical(std::move(d), bytes);
  }

  friend bool operator==(const stream_detector& a, const stream_detector& b) {
    return a.to_bytes() == b.to_bytes();
  }
  friend bool operator!=(const stream_detector& a, const stream_detector& b) { return !(a == b); }

 private:
  static constexpr state_kind kind = state_kind::stream_detector;

  /// f(part) for each part that remembers something, in the order of the bytes.
  template <class Detector, class F>
  static void each_part(Detector& d, F f) {
    f(d.level_);
    f(d.fast_);
    f(d.spread_level_);
    f(d.eight_);
    f(d.forty_);
    f(d.values_);
    f(d.spreads_);
    f(d.off_seasons_);
    f(d.season_);
    f(d.shapes_);
    for (auto& tail : d.tails_) f(tail);
    f(d.stuck_);
    f(d.missing_);
    f(d.slow_);
    f(d.judge_);
  }

  static constexpr std::size_t own = ways - 5;  // those with a mean; the last five stand alone

  /// How much a way counts for the score of a row: those that tell it from the rows about it best, most. The
  /// others lag behind or react to a change alone; for alarms, which are of what begins, all count the same.
  static constexpr double weight[own] = {1, 0.3, 1, 1, 0.3, 0.3, 1, 0.3, 0.3, 0.3, 0.3, 1, 0.3};

  /// A mean in which a value weighs the less the older it is; 1 / rate rows, all rows until there are as
  /// many.
  class slow_mean {
   public:
    explicit slow_mean(double rate) noexcept : rate_(rate) {}
    /// The mean before x; then x is learnt.
    double push(double x) noexcept {
      if (rows_ == 0) mean_ = x;
      const double before = mean_;
      mean_ += std::max(rate_, 1.0 / static_cast<double>(rows_ + 1)) * (x - mean_);
      ++rows_;
      return before;
    }
    void write(byte_writer& w) const {
      w.f64(mean_);
      w.varint(rows_);
    }
    void read(byte_reader& r) {
      mean_ = r.f64();
      rows_ = r.varint();
    }

   private:
    double rate_;
    double mean_ = 0.0;
    std::uint64_t rows_ = 0;
  };

  slow_mean level_{1.0 / 2000}, fast_{0.05}, spread_level_{1.0 / 2000};
  detail::recent_median<8> eight_;
  detail::recent_median<40> forty_;
  detail::recent_mean<32> values_, spreads_, off_seasons_;
  seasonal_guess season_;
  nearest_windows shapes_;
  std::array<tail_probability, own> tails_;
  stuck_value stuck_;
  missing_rows missing_;
  slow_watch slow_;
  stream_judge judge_;
  std::array<double, ways> parts_{};
  double previous_ = 0.0;
  std::uint64_t rows_ = 0;
  stream_clock clock_;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
