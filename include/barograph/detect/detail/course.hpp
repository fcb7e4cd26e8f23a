// course: figures that come one after the other, each judged by those before it.
//
// Student's t, with as many independent ones as their correlation leaves, so that a course which wanders by
// itself proves nothing. What is strange is learnt as no more than three deviations. Means of rows are such a
// course in blocks of 16, 32, ... 4,096 rows, each length judged by its own, and told while the newest rows
// are off, too. Class F.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "../../core/bytes.hpp"
#include "../../stats/tails.hpp"

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
    double off;       ///< how far it is from the mean of those before
  };

  /// @param least  how far off it has to be to count
  verdict push(double m, double least) noexcept {
    double evidence = 0.0;
    const double off = m - mean_;
    if (count_ >= 8.0 && squares_ > 0.0) {
      const double first = products_ / squares_;
      const double correlation = std::clamp(first + (1.0 + 4.0 * first) / count_, 0.0, 0.98);
      const double independent = count_ * (1.0 - correlation) / (1.0 + correlation);
      if (independent >= 3.0) {
        const double variance = squares_ / count_ / (1.0 - 1.0 / independent);
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
    return {evidence, m, off};
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
    if (waiting_ > Apart || !(count_ >= 0))
      raise<bad_bytes>("bytes: a course of figures that cannot have been");
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

/// What was found is said in the next few rows; later as much as keeps an incident open, lest it stand before
/// what is strange by itself.
inline double said_of(double fresh, double held, double& since, double rows = 3.0) noexcept {
  since += 1.0;
  return since <= rows ? std::max(fresh, std::min(held, 1.0)) : std::min(held, 1.0);
}

class course_of_blocks {
 public:
  /// @param least     by how much a mean has to be off to count
  /// @param is_above  whether only a higher one does
  void push(double x, double least, bool is_above = false) noexcept {
    sum_ += x;
    newest_[in_block_ % newest_.size()] = x;
    if (++in_block_ < block_rows) return;
    double m = sum_ / static_cast<double>(block_rows);
    sum_ = 0.0;
    in_block_ = 0;
    fresh_ = since_ = 0.0;
    for (scale& s : scales_) {
      const auto judged = s.judge.push(m, least);
      const bool counts = (judged.off > 0.0 || !is_above) && lasts(m - judged.off, judged.off);
      s.found = counts ? judged.evidence : 0.0;
      if (s.found > fresh_) {
        fresh_ = s.found;
        usual_ = m - judged.off;
        off_ = judged.off;
      }
      m = judged.tame;
      if (!s.half) {
        s.first = m;
        s.half = true;
        break;
      }
      m = (s.first + m) / 2.0;
      s.half = false;
    }
    held_ = 0.0;
    for (const scale& s : scales_) held_ = std::max(held_, s.found);
  }

  /// The evidence of the blocks that ended, as one more row may say it.
  double now() noexcept { return said_of(lasts(usual_, off_) ? fresh_ : 0.0, held_, since_); }

  void write(byte_writer& w) const {
    for (const scale& s : scales_) {
      w.f64(s.first);
      w.u8(s.half ? 1 : 0);
      w.f64(s.found);
      s.judge.write(w);
    }
    for (const double v : {sum_, usual_, off_, fresh_, held_, since_}) w.f64(v);
    for (const double v : newest_) w.f64(v);
    w.varint(in_block_);
  }
  void read(byte_reader& r) {
    for (scale& s : scales_) {
      s.first = r.f64();
      s.half = r.u8() != 0;
      s.found = r.f64();
      s.judge.read(r);
    }
    for (double* v : {&sum_, &usual_, &off_, &fresh_, &held_, &since_}) *v = r.f64();
    for (double& v : newest_) v = r.f64();
    in_block_ = r.varint();
  }

 private:
  static constexpr std::uint64_t block_rows = 16;

  /// Whether the newest rows, too, are at least half as far off: what is over by then is told by other means.
  bool lasts(double usual, double off) const noexcept {
    const double mean = ((newest_[0] + newest_[1]) + (newest_[2] + newest_[3])) / 4.0;
    return (mean - usual) * off >= 0.5 * off * off;
  }

  struct scale {
    double first = 0.0;  // of two blocks of the scale below
    bool half = false;   // whether it is there
    double found = 0.0;  // the evidence of the last block
    course_judge<8> judge;
  };

  std::array<scale, 9> scales_{};
  std::array<double, 4> newest_{};
  double sum_ = 0.0, usual_ = 0.0, off_ = 0.0;     // what the strongest found is off, and from what
  double fresh_ = 0.0, held_ = 0.0, since_ = 0.0;  // of those that just ended, of the last ones; rows since
  std::uint64_t in_block_ = 0;
};

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
