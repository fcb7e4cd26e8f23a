// alarm_hold: of strangeness, row by row, when to alarm: once, and again only for what is stranger.
//
// An alarm is a strangeness above what is held plus 1/2; it is then held, and leaks away over a tenth of the
// rows so far, 20 at least and 2,000 at most. Alarms weigh less the more earlier ones were as strange. Class
// F.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class alarm_hold {
 public:
  /// The alarm of a row, 0 or s / (1 + s) of its strangeness s after weighing.
  double push(double s) {
    const double leak = std::clamp(0.1 * static_cast<double>(row_), 20.0, 2000.0);
    held_ = std::max(0.0, held_ - rate_);
    double out = 0.0;
    if (s > held_ + 0.5) {
      std::size_t as_strange = 0;
      for (const event& e : events_) as_strange += e.peak >= s ? 1 : 0;
      out = s / (1.0 + 0.1 * math::log(1.0 + static_cast<double>(as_strange)));
      if (held_ > 0 && !events_.empty() && static_cast<double>(row_ - events_.back().row) < leak) {
        events_.back().peak = std::max(events_.back().peak, s);
      } else {
        if (events_.size() == remembered) events_.erase(events_.begin());
        events_.push_back({s, row_});
      }
      held_ = s;
      rate_ = s / leak;
    }
    ++row_;
    return out / (1.0 + out);
  }

  /// What a strangeness has to exceed by 1/2.
  double held() const noexcept { return held_; }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const {
    w.f64(held_);
    w.f64(rate_);
    w.varint(row_);
    w.varint(events_.size());
    for (const event& e : events_) {
      w.f64(e.peak);
      w.varint(e.row);
    }
  }
  void read(byte_reader& r) {
    held_ = r.f64();
    rate_ = r.f64();
    row_ = r.varint();
    events_.resize(r.count(9));
    std::uint64_t before = 0;
    bool fine = events_.size() <= remembered && held_ >= 0 && rate_ >= 0;
    for (event& e : events_) {
      e.peak = r.f64();
      e.row = r.varint();
      fine = fine && e.peak >= 0.5 && e.row >= before && e.row < row_;
      before = e.row;
    }
    if (!fine) raise<bad_bytes>("bytes: alarms that cannot have been");
  }

 private:
  struct event {
    double peak;
    std::uint64_t row;
  };
  static constexpr std::size_t remembered = 1000;

  std::vector<event> events_;
  double held_ = 0.0, rate_ = 0.0;
  std::uint64_t row_ = 0;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
