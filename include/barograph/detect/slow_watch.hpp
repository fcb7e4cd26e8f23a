// slow_watch: whether a stream has left its level for longer, lost its season or begun to scatter, by the
// rows before alone.
//
// The distance from what is usual at that half-hour (of working days and of weekends, of which two have to be
// known) is taken in blocks, each judged by those before it (detail/course.hpp): a level that is left. So is
// the logarithm of how far it moves from row to row, less what is usual of that at that half-hour: a spread
// that is wider. The strength of the season is the slope of each last day on what is usual, judged the same
// way every half-day.
// Class F; some ten nanoseconds a row.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "../core/bytes.hpp"
#include "../core/math.hpp"
#include "detail/course.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class slow_watch {
 public:
  struct evidence {
    double level = 0.0;   ///< -log10 of the chance, for the level
    double season = 0.0;  ///< and for the strength of the season
    double spread = 0.0;  ///< and for a spread that is wider
  };

  /// The evidence with this row.
  ///
  /// @param seconds  by the clocks whose days matter
  /// @param x        finite
  evidence push(std::int64_t seconds, double x) noexcept {
    constexpr double largest = 1e140;  // whose squares have finite sums
    x = std::clamp(x, -largest, largest);
    const place at = place_of(seconds);
    if (rows_ == 0) center_ = x;
    ++rows_;
    if (at.day != day_ || at.slot != slot_) turn(at);
    const usual& own = usual_[at.weekend ? 1 : 0][at.slot];
    const usual& other = usual_[at.weekend ? 0 : 1][at.slot];
    const bool known = own.visits >= (at.weekend ? 2.0 : 1.0);
    const usual& nearest = known || other.visits == 0.0 ? own : other;
    const double from_mean = x - center_, from_usual = nearest.visits > 0.0 ? x - nearest.mean : from_mean;
    if (known) believe(at, std::abs(from_mean), std::abs(from_usual));
    const double off = by_day_ ? from_usual : from_mean;
    learn_spread(std::abs(off));
    const double reach = 8.0 * spread_;
    const double tame = std::clamp(from_usual, -reach, reach);
    const double about = std::clamp(from_mean, -reach, reach);
    center_ += std::max(1.0 / 4096, 1.0 / static_cast<double>(rows_)) * (rows_ < 32 ? x - center_ : about);
    visit_sum_ += x;
    visit_rows_ += 1.0;
    const double moved = moved_by(off);
    if (scatters()) {
      visit_moves_ += moved;
      visit_moved_ += 1.0;
      moves_rows_ = std::min(moves_rows_ + 1.0, 4096.0);
      moves_ += (moved - moves_) / moves_rows_;
    }
    const double least = 0.8 * deviation * spread_;
    calendar(!known && other.visits > 0.0);
    levels_.push(about, least);
    if (known) levels_by_day_.push(beyond_edges(at, x, tame), least);
    if (by_day_ && !known) return now();
    if (scatters()) spreads_.push(moved - (by_day_ ? usual_moves(at) - moves_ : 0.0), wider, true);
    if (by_day_) half_.add(own.mean, own.mean + tame);
    return now();
  }

  void write(byte_writer& w) const {
    for (const auto& kind : usual_)
      for (const usual& u : kind) {
        for (const double v : {u.mean, u.visits, u.moves, u.moved}) w.f64(v);
      }
    levels_.write(w);
    levels_before_.write(w);
    levels_by_day_.write(w);
    spreads_.write(w);
    seasons_.write(w);
    half_.write(w);
    before_.write(w);
    each_number(*this, [&w](double v) { w.f64(v); });
    w.varint(rows_);
    w.varint(slot_);
    w.i64(day_);
    w.i64(known_day_);
    for (const bool is : {by_day_, unknown_, differed_}) w.u8(is ? 1 : 0);
  }
  void read(byte_reader& r) {
    for (auto& kind : usual_)
      for (usual& u : kind) {
        for (double* v : {&u.mean, &u.visits, &u.moves, &u.moved}) *v = r.f64();
        if (!(u.visits >= 0) || !(u.moved >= 0)) refuse();
      }
    levels_.read(r);
    levels_before_.read(r);
    levels_by_day_.read(r);
    spreads_.read(r);
    seasons_.read(r);
    half_.read(r);
    before_.read(r);
    each_number(*this, [&r](double& v) { v = r.f64(); });
    rows_ = r.varint();
    slot_ = static_cast<std::size_t>(r.varint() % 48);
    day_ = r.i64();
    known_day_ = r.i64();
    for (bool* is : {&by_day_, &unknown_, &differed_}) *is = r.u8() != 0;
    for (const double v :
         {spread_, mean_off_, visit_moved_, visit_rows_, moves_rows_, known_rows_, known_days_})
      if (!(v >= 0)) refuse();
  }

 private:
  [[noreturn]] static void refuse() { raise<bad_bytes>("bytes: a course of levels that cannot have been"); }

  /// f(number) for each that is remembered beside the parts, in the order of the bytes.
  template <class Watch, class F>
  static void each_number(Watch& w, F f) {
    f(w.center_);
    f(w.spread_);
    f(w.mean_off_);
    f(w.last_off_);
    f(w.still_);
    f(w.visit_sum_);
    f(w.visit_moves_);
    f(w.visit_moved_);
    f(w.visit_rows_);
    f(w.moves_);
    f(w.moves_rows_);
    f(w.season_found_);
    f(w.season_since_);
    f(w.error_of_mean_);
    f(w.error_by_day_);
    f(w.known_rows_);
    f(w.known_days_);
  }

  static constexpr double deviation = 1.4826;            // of medians of distances
  static constexpr double wider = 0x1.e147ae147ae14p-2;  // a spread 1.6 times as large: its logarithm

  struct place {
    std::int64_t day;
    std::size_t slot;
    bool weekend;
  };
  struct usual {
    double mean = 0.0, visits = 0.0;  // of values, half-hours of them
    double moves = 0.0, moved = 0.0;  // of the logarithms of moves
  };
  /// Sums of what is usual and what was.
  struct regression {
    double n = 0.0, p = 0.0, x = 0.0, pp = 0.0, px = 0.0;
    void add(double usual, double value) noexcept {
      n += 1.0;
      p += usual;
      x += value;
      pp += usual * usual;
      px += usual * value;
    }
    void write(byte_writer& w) const {
      for (const double v : {n, p, x, pp, px}) w.f64(v);
    }
    void read(byte_reader& r) {
      for (double* v : {&n, &p, &x, &pp, &px}) *v = r.f64();
    }
  };

  static place place_of(std::int64_t seconds) noexcept {
    constexpr std::int64_t of_day = 86400;
    std::int64_t day = seconds / of_day, rest = seconds % of_day;
    if (rest < 0) {
      rest += of_day;
      --day;
    }
    const std::int64_t of_week = ((day % 7) + 7) % 7;  // 0 is a Thursday
    return {day, static_cast<std::size_t>(rest / 1800), of_week == 2 || of_week == 3};
  }

  evidence now() noexcept {
    double level = levels_.now();
    const double by_day = levels_by_day_.now();
    if (unknown_) {
      differed_ = differed_ || level >= 3.0;
      level = 0.0;
    }
    evidence e;
    // how much days differ from each other is not known from one
    e.level = !by_day_ ? level : known_days_ > 2.0 ? by_day : 0.0;
    e.season = detail::said_of(season_found_, season_found_, season_since_, 1.0);
    e.spread = spreads_.now();
    return e;
  }

  /// Where the calendar is not known yet (a first weekend) nothing is said; if it differed, it is forgotten,
  /// too.
  void calendar(bool unknown) {
    if (unknown && !unknown_) {
      levels_before_ = levels_;
      differed_ = false;
    }
    if (!unknown && unknown_ && differed_) levels_ = levels_before_;
    unknown_ = unknown;
  }

  /// Whether values are closer to what is usual at that half-hour than to the mean of all; the distances are
  /// those of a half-hour that is known.
  void believe(const place& at, double from_mean, double from_usual) noexcept {
    if (known_days_ == 0.0 || at.day != known_day_) known_days_ = std::min(known_days_ + 1.0, 1000.0);
    known_day_ = at.day;
    known_rows_ = std::min(known_rows_ + 1.0, 1000.0);
    error_of_mean_ += (from_mean - error_of_mean_) / known_rows_;
    error_by_day_ += (from_usual - error_by_day_) / known_rows_;
    const bool closer = error_by_day_ < (by_day_ ? 0.95 : 0.8) * error_of_mean_ && known_rows_ >= 48.0;
    if (closer && !by_day_) spreads_ = {};  // moves are others
    by_day_ = closer;
  }

  /// How far x is off where the level jumps at that time of day: half-hours do not tell when, so what lies
  /// between the levels before and after is not off.
  double beyond_edges(const place& at, double x, double off) const noexcept {
    const auto& kind = usual_[at.weekend ? 1 : 0];
    const double mean = kind[at.slot].mean;
    for (const std::size_t slot : {at.slot == 0 ? 47 : at.slot - 1, at.slot == 47 ? 0 : at.slot + 1}) {
      const usual& beside = kind[slot];
      if (beside.visits == 0.0 || !(std::abs(beside.mean - mean) > 2.0 * deviation * spread_)) continue;
      const double from_it = x - beside.mean;
      if ((x - mean) * from_it <= 0.0) return 0.0;
      if (std::abs(from_it) < std::abs(off)) off = from_it;
    }
    return off;
  }

  /// Whether rows move: where many are equal to the one before, how far says nothing.
  bool scatters() const noexcept { return rows_ > 32 && still_ < 0.3; }

  /// The logarithm of how far the distance moved since the last row, a tenth of what is usual at least.
  double moved_by(double off) noexcept {
    const double by = std::abs(off - last_off_);
    last_off_ = off;
    still_ += std::max(1.0 / 1000, 1.0 / static_cast<double>(rows_)) * ((by > 0.0 ? 0.0 : 1.0) - still_);
    constexpr double ln_10 = 0x1.26bb1bbb55516p+1;
    return std::max(math::log(std::max(by, 1e-300)), moves_rows_ > 0.0 ? moves_ - ln_10 : -690.0);
  }

  /// What is usual of the logarithms of moves at that time of day: their mean in the half-hours within an
  /// hour and a half, as far as days carry it, for the rest that of all.
  double usual_moves(const place& at) const noexcept {
    double sum = 0.0, count = 0.0;
    for (std::size_t k = 45; k <= 51; ++k) {
      const usual& u = usual_[at.weekend ? 1 : 0][(at.slot + k) % 48];
      sum += u.moved * (u.moves - moves_);
      count += u.moved;
    }
    return moves_ + sum / (count + 28.0);
  }

  /// Another half-hour begins: the last one is learnt.
  void turn(const place& to) noexcept {
    if (visit_rows_ > 0.0) {
      const std::int64_t of_week = ((day_ % 7) + 7) % 7;
      usual& u = usual_[of_week == 2 || of_week == 3 ? 1 : 0][slot_];
      const double reach = 8.0 * spread_;
      const double off = visit_sum_ / visit_rows_ - u.mean;
      u.visits = std::min(u.visits + 1.0, 28.0);
      u.mean += u.visits == 1.0 ? off : std::clamp(off, -reach, reach) / u.visits;
      if (visit_moved_ > 0.0) {
        u.moved = std::min(u.moved + 1.0, 28.0);
        u.moves += (visit_moves_ / visit_moved_ - u.moves) / u.moved;
      }
      if (by_day_ && (to.day != day_ || to.slot / 24 != slot_ / 24)) half_day();
    }
    day_ = to.day;
    slot_ = to.slot;
    visit_sum_ = 0.0;
    visit_moves_ = visit_moved_ = 0.0;
    visit_rows_ = 0.0;
  }

  void half_day() noexcept {
    const regression day{half_.n + before_.n, half_.p + before_.p, half_.x + before_.x, half_.pp + before_.pp,
                         half_.px + before_.px};
    const bool whole =
        before_.n > 0.0 && half_.n > 0.0 && half_.n < 2.0 * before_.n && before_.n < 2.0 * half_.n;
    before_ = half_;
    half_ = {};
    season_found_ = season_since_ = 0.0;
    if (!whole) return;
    const double spread = day.pp - day.p * day.p / day.n;
    const double strength = std::sqrt(std::max(0.0, spread) / day.n);
    if (!(strength > 0.5 * deviation * spread_)) return;
    const double slope = (day.px - day.p * day.x / day.n) / spread;
    season_found_ = seasons_.push(slope, std::max(0.35, deviation * spread_ / strength)).evidence;
  }

  /// The median of the distances: it is multiplied up and down. Where most are 0 a part of their mean.
  void learn_spread(double off) noexcept {
    const double n = static_cast<double>(rows_);
    mean_off_ += std::max(1.0 / 2000, 1.0 / n) *
                 (std::min(off, rows_ < 32 ? off : 20.0 * mean_off_ + spread_) - mean_off_);
    const double rate = std::max(0.005, 1.0 / (n + 1.0));
    spread_ *= off > spread_ ? 1.0 + rate : 1.0 - rate;
    spread_ = std::clamp(spread_, 0.05 * mean_off_, 2.0 * mean_off_);
  }

  std::array<std::array<usual, 48>, 2> usual_{};  // of working days, of weekends
  detail::course_of_blocks levels_, levels_before_, levels_by_day_, spreads_;
  detail::course_judge<3> seasons_;
  regression half_, before_;
  double center_ = 0.0, spread_ = 0.0, mean_off_ = 0.0, last_off_ = 0.0;
  double still_ = 0.0;  // the share of rows that are equal to the one before
  double visit_sum_ = 0.0, visit_moves_ = 0.0, visit_moved_ = 0.0, visit_rows_ = 0.0;
  double moves_ = 0.0, moves_rows_ = 0.0;           // the mean of the logarithms of moves, of so many at most
  double season_found_ = 0.0, season_since_ = 0.0;  // the evidence of the last day, rows since then
  std::uint64_t rows_ = 0;
  std::size_t slot_ = 0;
  double error_of_mean_ = 0.0, error_by_day_ = 0.0;  // in half-hours that are known
  double known_rows_ = 0.0, known_days_ = 0.0;
  std::int64_t day_ = 0, known_day_ = 0;
  bool by_day_ = false;
  bool unknown_ = false,
       differed_ = false;  // the calendar; of its unknown part whether the level was another
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
