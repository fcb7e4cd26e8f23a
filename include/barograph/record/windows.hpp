// recorder_windows: what a recorder saw in the last minute, five minutes and hour.
//
// No clock and no work on record: `tick(now)`, called by whoever has a clock (a timer, the handler of
// /metrics), keeps a snapshot, and a window is the difference of two. Law: commutative, class I, as
// latency_counts: the windows of threads or hosts add up.
//
// - A window of length w keeps snapshots w / 12 apart; ticks that come more often replace the newest. It
//   reaches back by w less at most one such step; when ticks come more seldom than w, to the tick
//   before. `covered` says how far. Windows begin with the first tick.
// - Memory: per window up to 13 snapshots of the cells between the shortest and the longest latency, 8
//   bytes each: for latencies from 1 ms to 1 s (640 cells) 200 KB in all; `bytes()` says it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "latency_recorder.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// The requests of one window.
struct recorder_window {
  std::chrono::nanoseconds length;   ///< as asked for
  std::chrono::nanoseconds covered;  ///< from the snapshot it begins with to the newest
  latency_counts counts;

  latency_summary summary() const { return counts.summary(); }
  /// Requests a second; NaN while nothing is covered.
  double throughput() const {
    const double seconds = std::chrono::duration<double>(covered).count();
    return seconds > 0 ? static_cast<double>(counts.count()) / seconds
                       : std::numeric_limits<double>::quiet_NaN();
  }
};

class recorder_windows {
 public:
  static constexpr std::size_t slots = 12;

  /// 1, 5 and 60 minutes unless you say otherwise; each above 0. The recorder must outlive this.
  explicit recorder_windows(const latency_recorder& recorder,
                            std::vector<std::chrono::nanoseconds> lengths = {std::chrono::minutes(1),
                                                                             std::chrono::minutes(5),
                                                                             std::chrono::hours(1)})
      : recorder_(&recorder), newest_(recorder.cells()) {
    if (lengths.empty()) raise<invalid_argument>("lengths: none given, expected at least one");
    for (const std::chrono::nanoseconds length : lengths) {
      if (length.count() <= 0)
        raise<invalid_argument>("lengths: " + std::to_string(length.count()) +
                                " ns given, expected a length above 0");
      kept_.push_back({length, {}});
    }
  }

  /// Takes a snapshot at `now`: any clock that does not go back; a time before the last one is an error.
  template <class Clock, class Duration>
  void tick(std::chrono::time_point<Clock, Duration> now) {
    tick(std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()));
  }
  void tick(std::chrono::nanoseconds now) {
    if (ticked_ && now < now_)
      raise<invalid_argument>("now: " + std::to_string(now.count()) + " ns given, expected at least " +
                              std::to_string(now_.count()) + ", the time of the tick before");
    latency_counts counts = recorder_->counts();
    for (series& s : kept_) s.add(now, counts);
    newest_ = std::move(counts);
    now_ = now;
    ticked_ = true;
  }

  /// Windows in the order of their lengths as given.
  std::size_t size() const noexcept { return kept_.size(); }
  recorder_window operator[](std::size_t i) const {
    const series& s = kept_[i];
    if (s.snapshots.empty()) return {s.length, std::chrono::nanoseconds(0), newest_.since(newest_)};
    const snapshot& begin = s.snapshots.front();
    return {s.length, now_ - begin.at, newest_.since(begin.counts)};
  }
  std::vector<recorder_window> windows() const {
    std::vector<recorder_window> r;
    for (std::size_t i = 0; i < size(); ++i) r.push_back((*this)[i]);
    return r;
  }

  /// The snapshot of the last tick: everything since the recorder began.
  const latency_counts& total() const noexcept { return newest_; }

  std::size_t bytes() const noexcept {
    std::size_t n = sizeof *this + newest_.bytes();
    for (const series& s : kept_)
      for (const snapshot& p : s.snapshots) n += p.counts.bytes() + sizeof p.at;
    return n;
  }

 private:
  struct snapshot {
    std::chrono::nanoseconds at;
    latency_counts counts;
  };

  struct series {
    std::chrono::nanoseconds length;
    std::vector<snapshot> snapshots;  ///< oldest first; the first is where the window begins

    void add(std::chrono::nanoseconds now, const latency_counts& counts) {
      const std::chrono::nanoseconds step = length / slots;
      const std::size_t n = snapshots.size();
      // The newest only holds the place until a step is full.
      if (n > 1 && now - snapshots[n - 2].at <= step)
        snapshots.back() = {now, counts};
      else
        snapshots.push_back({now, counts});
      // The window begins with the oldest snapshot that is not older than it, or else the newest before.
      std::size_t begin = 0;
      while (begin + 1 < snapshots.size() && snapshots[begin].at < now - length) ++begin;
      if (begin + 1 == snapshots.size() && begin > 0) --begin;  // ticks further apart than the window
      snapshots.erase(snapshots.begin(), snapshots.begin() + static_cast<std::ptrdiff_t>(begin));
    }
  };

  const latency_recorder* recorder_;
  std::vector<series> kept_;
  latency_counts newest_;
  std::chrono::nanoseconds now_{0};
  bool ticked_ = false;
};

BAROGRAPH_NAMESPACE_END
