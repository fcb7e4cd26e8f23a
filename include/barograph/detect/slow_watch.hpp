// slow_watch: whether a stream has left its level for longer, or lost its season, by the rows before alone.
//
// The distance from what is usual at that half-hour (of working days and of weekends, of which two have to be
// known) is taken in blocks of 32, 64, ... 4,096 rows. Each block is judged by all blocks of its length
// before it: Student's t, with as many independent ones as their correlation leaves, so that a stream which
// wanders by itself proves nothing. The strength of the season is the slope of each last day on what is
// usual, judged the same way every half-day. What is strange is learnt as no more than three deviations.
// Class F; some ten nanoseconds a row.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "../core/bytes.hpp"
#include "../core/math.hpp"
#include "../stats/tails.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

namespace detail {

/// Judges each of a course of figures by those before it but the last few, which may be part of the same.
template <std::size_t Apart>
class course_judge {
 public:
  struct verdict {
    double evidence;  ///< -log10 of the chance that it is so far off, 0 to 12
    double tame;      ///< the figure, drawn in where it is strange
  };

  /// @param least  how far off it has to be to count
  verdict push(double m, double least) noexcept {
    double evidence = 0.0;
    if (count_ >= 8.0 && squares_ > 0.0) {
      const double first = products_ / squares_;
      const double correlation = std::clamp(first + (1.0 + 4.0 * first) / count_, 0.0, 0.98);
      const double independent = count_ * (1.0 - correlation) / (1.0 + correlation);
      if (independent >= 3.0) {
        const double variance = squares_ / count_ / (1.0 - 1.0 / independent);
        const double off = m - mean_;
        if (std::abs(off) >= least) {
          const double t = std::abs(off) / std::sqrt(variance * (1.0 + 1.0 / independent));
          const double log_p = log_t_tail(t, independent - 1.0, true);
          evidence = std::clamp(-log_p * 0x1.bcb7b1526e50ep-2 - 1.0, 0.0, 12.0);  // ten chances
          if (evidence < 3.0) evidence = 0.0;
        }
        if (evidence >= 3.0)
          m = mean_ +
              std::copysign(std::min(std::abs(off), std::max(3.0 * std::sqrt(variance), 1.25 * least)), off);
      }
    }
    const double oldest = recent_[next_];
    recent_[next_] = m;
    next_ = next_ + 1 == Apart ? 0 : next_ + 1;
    if (waiting_ < Apart)
      ++waiting_;
    else
      learn(oldest);
    return {evidence, m};
  }

  void write(byte_writer& w) const {
    for (const double v : {count_, mean_, squares_, products_, last_}) w.f64(v);
    for (const double v : recent_) w.f64(v);
    w.varint(next_);
    w.varint(waiting_);
  }
  void read(byte_reader& r) {
    for (double* v : {&count_, &mean_, &squares_, &products_, &last_}) *v = r.f64();
    for (double& v : recent_) v = r.f64();
    next_ = static_cast<std::size_t>(r.varint() % Apart);
    waiting_ = static_cast<std::size_t>(r.varint());
  }

 private:
  void learn(double m) noexcept {
    constexpr double memory = 256.0;
    if (count_ < memory) {
      count_ += 1.0;
    } else {
      squares_ *= 1.0 - 1.0 / memory;
      products_ *= 1.0 - 1.0 / memory;
    }
    const double before = m - mean_;
    mean_ += before / count_;
    const double now = m - mean_;
    squares_ += before * now;
    if (count_ > 1.0) products_ += now * (last_ - mean_);
    last_ = m;
  }

  double count_ = 0.0, mean_ = 0.0, squares_ = 0.0, products_ = 0.0, last_ = 0.0;
  std::array<double, Apart> recent_{};  // a ring, the oldest at next_
  std::size_t next_ = 0, waiting_ = 0;
};

}  // namespace detail

class slow_watch {
 public:
  struct evidence {
    double level = 0.0;   ///< -log10 of the chance, for the level
    double season = 0.0;  ///< and for the strength of the season
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
    if (known && !by_day_) {  // until now what is usual was the mean of all
      by_day_ = true;
      scales_ = {};
      sum_ = 0.0;
      in_block_ = 0;
      found_ = fresh_ = since_ = {};
    }
    const usual& nearest = known || other.visits == 0.0 ? own : other;
    const double off = x - (by_day_ && nearest.visits > 0.0 ? nearest.mean : center_);
    learn_spread(std::abs(off));
    const double reach = 8.0 * spread_;
    const double tame = std::clamp(off, -reach, reach);
    const double about = std::clamp(x - center_, -reach, reach);
    center_ += std::max(1.0 / 4096, 1.0 / static_cast<double>(rows_)) * (rows_ < 32 ? x - center_ : about);
    visit_sum_ += x;
    visit_rows_ += 1.0;
    if (by_day_ && !known) return now();  // the calendar is not known there
    block(tame);
    if (by_day_) half_.add(own.mean, own.mean + tame);
    return now();
  }

  void write(byte_writer& w) const {
    for (const auto& kind : usual_)
      for (const usual& u : kind) {
        w.f64(u.mean);
        w.f64(u.visits);
      }
    for (const scale& s : scales_) {
      w.f64(s.first);
      w.u8(s.half ? 1 : 0);
      w.f64(s.found);
      s.judge.write(w);
    }
    seasons_.write(w);
    half_.write(w);
    before_.write(w);
    for (const double v : {center_, spread_, mean_off_, sum_, visit_sum_, visit_rows_, found_.level,
                           found_.season, fresh_.level, fresh_.season, since_.level, since_.season})
      w.f64(v);
    w.varint(in_block_);
    w.varint(rows_);
    w.varint(slot_);
    w.i64(day_);
    w.u8(by_day_ ? 1 : 0);
  }
  void read(byte_reader& r) {
    for (auto& kind : usual_)
      for (usual& u : kind) {
        u.mean = r.f64();
        u.visits = r.f64();
      }
    for (scale& s : scales_) {
      s.first = r.f64();
      s.half = r.u8() != 0;
      s.found = r.f64();
      s.judge.read(r);
    }
    seasons_.read(r);
    half_.read(r);
    before_.read(r);
    for (double* v : {&center_, &spread_, &mean_off_, &sum_, &visit_sum_, &visit_rows_, &found_.level,
                      &found_.season, &fresh_.level, &fresh_.season, &since_.level, &since_.season})
      *v = r.f64();
    in_block_ = r.varint();
    rows_ = r.varint();
    slot_ = static_cast<std::size_t>(r.varint() % 48);
    day_ = r.i64();
    by_day_ = r.u8() != 0;
  }

 private:
  static constexpr std::uint64_t block_rows = 32;
  static constexpr double deviation = 1.4826;  // of medians of distances

  struct place {
    std::int64_t day;
    std::size_t slot;
    bool weekend;
  };
  struct usual {
    double mean = 0.0, visits = 0.0;
  };
  struct scale {
    double first = 0.0;  // of two blocks of the scale below
    bool half = false;   // whether it is there
    double found = 0.0;  // the evidence of the last block
    detail::course_judge<8> judge;
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

  /// What a block told is said in its next rows; later as much as keeps an incident open, lest it stand
  /// before what is strange by itself.
  evidence now() noexcept {
    const auto said = [](double fresh, double held, double& since) {
      since += 1.0;
      return since <= 8.0 ? std::max(fresh, std::min(held, 2.0)) : std::min(held, 2.0);
    };
    return {said(fresh_.level, found_.level, since_.level),
            said(fresh_.season, found_.season, since_.season)};
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
      if (by_day_ && (to.day != day_ || to.slot / 24 != slot_ / 24)) half_day(to);
    }
    day_ = to.day;
    slot_ = to.slot;
    visit_sum_ = 0.0;
    visit_rows_ = 0.0;
  }

  void half_day(const place&) noexcept {
    const regression day{half_.n + before_.n, half_.p + before_.p, half_.x + before_.x, half_.pp + before_.pp,
                         half_.px + before_.px};
    const bool whole =
        before_.n > 0.0 && half_.n > 0.0 && half_.n < 2.0 * before_.n && before_.n < 2.0 * half_.n;
    before_ = half_;
    half_ = {};
    found_.season = fresh_.season = since_.season = 0.0;
    if (!whole) return;
    const double spread = day.pp - day.p * day.p / day.n;
    const double strength = std::sqrt(std::max(0.0, spread) / day.n);
    if (!(strength > 0.5 * deviation * spread_)) return;
    const double slope = (day.px - day.p * day.x / day.n) / spread;
    found_.season = fresh_.season =
        seasons_.push(slope, std::max(0.35, deviation * spread_ / strength)).evidence;
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

  void block(double tame) noexcept {
    sum_ += tame;
    if (++in_block_ < block_rows) return;
    double m = sum_ / static_cast<double>(block_rows);
    sum_ = 0.0;
    in_block_ = 0;
    double level = 0.0;
    since_.level = 0.0;
    for (scale& s : scales_) {
      const auto judged = s.judge.push(m, 0.8 * deviation * spread_);
      level = std::max(level, s.found = judged.evidence);
      m = judged.tame;
      if (!s.half) {
        s.first = m;
        s.half = true;
        break;
      }
      m = (s.first + m) / 2.0;
      s.half = false;
    }
    fresh_.level = level;
    found_.level = 0.0;
    for (const scale& s : scales_) found_.level = std::max(found_.level, s.found);
  }

  std::array<std::array<usual, 48>, 2> usual_{};  // of working days, of weekends
  std::array<scale, 8> scales_{};
  detail::course_judge<3> seasons_;
  regression half_, before_;
  double center_ = 0.0, spread_ = 0.0, mean_off_ = 0.0;
  double sum_ = 0.0, visit_sum_ = 0.0, visit_rows_ = 0.0;
  evidence found_, fresh_, since_;  // of the last blocks, of those that just ended, rows since then
  std::uint64_t in_block_ = 0, rows_ = 0;
  std::size_t slot_ = 0;
  std::int64_t day_ = 0;
  bool by_day_ = false;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
