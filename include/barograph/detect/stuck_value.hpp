// stuck_value: evidence that a series no longer moves: a sensor, an exporter or a cache that died.
//
// A run of equal values is judged by how often values repeated before (a beta-binomial prediction, so a short
// past counts for little), and by how long that very value stayed each time before: a usual value, as the
// zero of rare errors or a limit such as 100 %, is stuck only where so long a run is unlikely after those.
// Only what exceeds the longest run so far counts: series that rest by nature stay quiet. Class F.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

class stuck_value {
 public:
  /// -log10 of the chance of so long a run, 3 to 12, or 0 where it is above one in a thousand. At least ten
  /// values have to come first.
  double push(double x) noexcept {
    const bool repeats = rows_ != 0 && x == last_;
    ++rows_;
    const double before_it = last_;
    last_ = x;
    if (!repeats) {
      if (rows_ > 1) learn(before_it);
      longest_ = std::max(longest_, run_);
      repeated_ += run_;
      run_ = 0;
      evidence_ = 0.0;
      return 0.0;
    }
    ++run_;
    const std::uint64_t before = rows_ - run_;
    if (before < 10 || run_ <= longest_) return 0.0;
    // that one more repeats, by the ended runs and the present one: (repeats + 1) / (rows + 2), 1/10 at least
    const double any = static_cast<double>(repeated_ + run_) / static_cast<double>(before + run_ + 1);
    const double often = std::max({any, this_one(), 0.1});
    evidence_ = std::min(12.0, evidence_ - math::log(often) * 0x1.bcb7b1526e50ep-2);  // / ln 10
    return evidence_ < 3.0 ? 0.0 : evidence_;
  }

  /// Whether nine tenths of all rows so far, the newest too, have had its value.
  bool usual() const noexcept {
    const visited* const v = find(last_);
    const std::uint64_t rows = run_ + 1 + (v == nullptr ? 0 : v->runs + v->repeats);
    return static_cast<double>(rows) >= 0.9 * static_cast<double>(rows_);
  }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const {
    for (const std::uint64_t n : {rows_, run_, longest_, repeated_}) w.varint(n);
    w.f64(last_);
    w.f64(evidence_);
    for (const visited& v : known_) {
      w.f64(v.value);
      for (const std::uint64_t n : {v.runs, v.repeats}) w.varint(n);
    }
  }
  void read(byte_reader& r) {
    for (std::uint64_t* n : {&rows_, &run_, &longest_, &repeated_}) *n = r.varint();
    last_ = r.f64();
    evidence_ = r.f64();
    if (rows_ > std::uint64_t{1} << 53 || run_ > rows_ || repeated_ > rows_ - run_ || longest_ > repeated_ ||
        !std::isfinite(last_) || !(evidence_ >= 0 && evidence_ <= 12))
      raise<bad_bytes>("bytes: runs of equal values that cannot have been");
    for (visited& v : known_) {
      v.value = r.f64();
      for (std::uint64_t* n : {&v.runs, &v.repeats}) *n = r.varint();
      if (!std::isfinite(v.value) || v.runs > rows_ || v.repeats > repeated_)
        raise<bad_bytes>("bytes: runs of a value that cannot have been");
    }
  }

 private:
  /// A value and its runs that have ended.
  struct visited {
    double value = 0.0;
    std::uint64_t runs = 0, repeats = 0;
  };

  /// How likely the present value stays one row more, by how long it stayed before. Runs of a value are
  /// rarely as alike as those of independent rows (events come in bursts, at night none): so they count as
  /// their number to the power of 2/3, which makes the tail heavier.
  double this_one() const noexcept {
    const visited* const v = find(last_);
    if (v == nullptr) return 0.0;
    const double runs = static_cast<double>(v->runs), worth = math::exp(math::log(runs) * (2.0 / 3.0));
    const double stayed = static_cast<double>(v->repeats) * (worth / runs) + static_cast<double>(run_);
    return stayed / (stayed + worth);
  }

  const visited* find(double value) const noexcept {
    for (const visited& v : known_)
      if (v.runs != 0 && v.value == value) return &v;
    return nullptr;
  }

  /// A run of that value has ended. What has been there for the fewest rows makes room for another.
  void learn(double value) noexcept {
    visited* least = &known_[0];
    for (visited& v : known_) {
      if (v.runs != 0 && v.value == value) {
        ++v.runs;
        v.repeats += run_;
        return;
      }
      if (v.runs + v.repeats < least->runs + least->repeats) least = &v;
    }
    *least = {value, 1, run_};
  }

  std::array<visited, 16> known_{};
  std::uint64_t rows_ = 0;
  std::uint64_t run_ = 0, longest_ = 0;  // of repeats, so a run of two equal values has one
  std::uint64_t repeated_ = 0;           // in runs that have ended
  double last_ = 0.0;
  double evidence_ = 0.0;
};

namespace detail {

/// log10 of how many runs of a value are to be expected that repeat so often. Runs at a limit, such as 100 %,
/// are much more unlike than those of independent rows: the longest quarter of them, 3 to 20, tells how far
/// they go on, with a tail as heavy as their number leaves it. Where there are fewer than five, nothing does.
///
/// @param repeats  of the other runs; they are reordered
inline double log_expected_runs(std::vector<double>& repeats, double so_often) {
  if (repeats.size() < 5) return -std::numeric_limits<double>::infinity();
  const std::size_t m = std::min<std::size_t>(20, std::max<std::size_t>(3, repeats.size() / 4));
  const auto at = repeats.begin() + static_cast<std::ptrdiff_t>(m);
  std::nth_element(repeats.begin(), at, repeats.end(), std::greater<double>());
  double beyond = 0.5;
  for (std::size_t i = 0; i < m; ++i) beyond += repeats[i] - *at;
  const double count = static_cast<double>(m), far = std::max(0.0, so_often - *at) / beyond;
  return (math::log(count) - count * math::log(1.0 + far)) / math::log(10.0);
}

/// Evidence of values that are stuck, in all rows of a run: how much longer it is than the third longest,
/// by how often values, and this one, repeat outside of it; below one in a thousand it is none.
inline std::vector<double> stuck_runs(span<const double> x) {
  struct run {
    std::size_t begin, repeats;
  };
  std::vector<run> runs;
  std::size_t repeats = 0;
  for (std::size_t i = 1; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || x[i] != x[i - 1]) continue;
    if (i >= 2 && x[i - 1] == x[i - 2] && !runs.empty())
      ++runs.back().repeats;
    else
      runs.push_back({i - 1, 1});
    ++repeats;
  }
  std::vector<double> out(x.size(), 0.0), lengths;
  for (const run& one : runs) lengths.push_back(static_cast<double>(one.repeats));
  std::sort(lengths.begin(), lengths.end());
  const double usual = lengths.size() < 3 ? 0.0 : lengths[lengths.size() - 3];
  for (const run& one : runs) {
    const double length = static_cast<double>(one.repeats), others = static_cast<double>(x.size()) - length;
    if (length <= usual || others < 10) continue;
    const double value = x[one.begin];
    double seen = 0.0, repeated = 0.0;  // this value outside of the run, and how often the next was the same
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      if (x[i] != value || (i >= one.begin && i <= one.begin + one.repeats)) continue;
      seen += 1.0;
      repeated += x[i + 1] == value ? 1.0 : 0.0;
    }
    const double any = (static_cast<double>(repeats) - length + 1.0) / (others + 2.0);
    // how often this one repeats is known from few rows: as often as may well be
    const double often = std::min(1.0, (repeated + 2.0 * any) / (seen + 2.0));
    double evidence = 0.0;
    for (double k = usual; k < length && evidence < 12.0; k += 1.0) {
      // what was seen of the run itself counts too: values that rest begin to do so at some time
      const double of_any = (any * (others + 2.0) + k) / (others + 2.0 + k);
      const double of_this = often + 2.0 * std::sqrt(often * (1.0 - often) / (seen + 2.0));
      evidence -= math::log(std::min(std::max({of_any, of_this, 0.1}), 1.0)) / math::log(10.0);
    }
    if (evidence < 3.0) continue;
    std::vector<double> of_value;
    for (const run& other : runs)
      if (other.begin != one.begin && x[other.begin] == value)
        of_value.push_back(static_cast<double>(other.repeats));
    evidence = std::min({evidence, 12.0, -log_expected_runs(of_value, length)});
    if (evidence < 3.0) continue;
    for (std::size_t i = one.begin; i <= one.begin + one.repeats; ++i) out[i] = evidence;
  }
  return out;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
