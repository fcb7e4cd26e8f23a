// missing_rows: evidence that rows which were due did not come: a series that went silent, a gap in its
// times.
//
// Due rows are those of a steady step (the median distance of times, where three of four are within a tenth
// of it), and missing are those that are not there as well as those without a value. A run of missing rows is
// judged by how often rows were missing otherwise (a beta-binomial prediction, one in ten at least), and only
// as far as it exceeds what is usual, so that nights and weekends without rows stay quiet. What is missing
// before the first value has not begun. Class F.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "../core/bytes.hpp"
#include "../core/math.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

namespace detail {

/// -log10 of the chance of a run of `length` missing rows beyond `usual`; below one in a thousand it is none.
///
/// @param missing, due  how many rows were missing outside of the run, and how many were due there
inline double evidence_of_missing(std::size_t length, std::size_t usual, double missing, double due) {
  double evidence = 0.0;
  for (std::size_t k = usual; k < length && evidence < 12.0; ++k) {
    const double run = static_cast<double>(k + 1);
    evidence -= math::log(std::max((missing + run) / (due + run + 1.0), 0.1)) * 0x1.bcb7b1526e50ep-2;
  }
  return evidence < 3.0 - 1e-9 ? 0.0 : std::min(evidence, 12.0);
}

/// The distance of times that are steady, or 0; the distances are reordered.
inline double steady_step(std::vector<double>& distances) {
  if (distances.empty()) return 0.0;
  const auto half = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::nth_element(distances.begin(), half, distances.end());
  const double median = *half;
  const auto near = std::count_if(distances.begin(), distances.end(),
                                  [median](double d) { return std::abs(d - median) <= 0.1 * median; });
  return median > 0 && static_cast<std::size_t>(near) * 4 >= distances.size() * 3 ? median : 0.0;
}

/// How many rows are missing in a distance of times; 0 without a step.
inline std::size_t rows_between(double distance, double step) {
  if (!(step > 0) || !(distance >= 1.5 * step)) return 0;
  return static_cast<std::size_t>(std::min(distance / step + 0.5, 1e6)) - 1;
}

}  // namespace detail

/// Row by row, each by the rows before it: longer than any run so far is more than usual.
class missing_rows {
 public:
  /// -log10 of the chance of the run of missing rows that ends before this row or with it, 3 to 12, or 0
  /// where it is above one in a thousand. Ten values have to come first.
  ///
  /// @param seconds  a time that goes back says nothing
  /// @param there    whether the row has a value
  double push(std::int64_t seconds, bool there) {
    std::size_t absent = 0;
    if (known_) {
      const double distance = static_cast<double>(seconds) - static_cast<double>(last_);
      if (distance > 0) {
        if (size_ >= 8 && distance >= 1.5 * *std::min_element(distances_.begin(), distances_.begin() + size_))
          absent = detail::rows_between(distance, step());
        distances_[next_] = distance;
        next_ = next_ + 1 == distances_.size() ? 0 : next_ + 1;
        size_ = std::min(size_ + 1, distances_.size());
      }
    }
    last_ = seconds;
    known_ = true;
    if (values_ == 0 && !there) return 0.0;
    run_ += absent + (there ? 0 : 1);
    double evidence = 0.0;
    if (run_ != 0 && values_ >= 10)
      evidence = detail::evidence_of_missing(run_, longest_, static_cast<double>(missing_),
                                             static_cast<double>(missing_ + values_));
    if (!there) return evidence;
    ++values_;
    missing_ += run_;
    longest_ = std::max(longest_, run_);
    run_ = 0;
    return absent != 0 ? evidence : 0.0;
  }

  /// Into the bytes of what it is part of, and back.
  void write(byte_writer& w) const {
    w.varint(size_);
    w.varint(next_);
    for (std::size_t i = 0; i < size_; ++i) w.f64(distances_[i]);
    for (const std::size_t n : {run_, longest_, missing_, values_}) w.varint(n);
    w.i64(last_);
    w.u8(known_ ? 1 : 0);
  }
  void read(byte_reader& r) {
    size_ = r.count(8);
    const std::uint64_t next = r.varint();
    bool fine = size_ <= distances_.size() && next == (size_ < distances_.size() ? size_ : next) &&
                next < distances_.size();
    next_ = static_cast<std::size_t>(next);
    for (std::size_t i = 0; fine && i < size_; ++i) {
      distances_[i] = r.f64();
      fine = distances_[i] > 0 && std::isfinite(distances_[i]);
    }
    if (!fine) raise<bad_bytes>("bytes: distances of times that cannot be");
    constexpr std::uint64_t most = std::uint64_t{1} << 40;  // of a run: evidence goes through its rows
    for (std::size_t* n : {&run_, &longest_, &missing_, &values_}) {
      const std::uint64_t v = r.varint();
      fine = fine && v <= (n == &run_ ? std::uint64_t{1} << 30 : most);
      *n = static_cast<std::size_t>(v);
    }
    last_ = r.i64();
    const std::uint8_t flag = r.u8();
    if (!fine || flag > 1 || longest_ > missing_) raise<bad_bytes>("bytes: rows that cannot be missing");
    known_ = flag == 1;
  }

 private:
  double step() const {
    std::vector<double> d(distances_.begin(), distances_.begin() + static_cast<std::ptrdiff_t>(size_));
    return detail::steady_step(d);
  }

  std::array<double, 32> distances_{};
  std::size_t size_ = 0, next_ = 0;
  std::size_t run_ = 0, longest_ = 0, missing_ = 0, values_ = 0;
  std::int64_t last_ = 0;
  bool known_ = false;
};

/// The same of a whole series, in all rows of a run and in the first after it where times have a gap: longer
/// than the third longest run by more than a quarter, or than the other of two at the same time of a day.
///
/// @param seconds  ascending, one for each value; empty where times are unknown
/// @param x        what is not finite is missing
inline std::vector<double> missing_runs(span<const std::int64_t> seconds, span<const double> x) {
  const std::size_t n = x.size();
  std::vector<double> out(n, 0.0), distances;
  const auto distance = [&](std::size_t i) {
    return static_cast<double>(seconds[i]) - static_cast<double>(seconds[i - 1]);
  };
  for (std::size_t i = 1; i < seconds.size(); ++i)
    if (distance(i) > 0) distances.push_back(distance(i));
  const double step = distances.size() < 8 ? 0.0 : detail::steady_step(distances);
  struct run {
    std::size_t begin, end, length;  // begin: the first row that says so; end: past the last one
  };
  std::vector<run> runs;
  std::size_t values = 0, missing = 0, length = 0, begin = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool there = std::isfinite(x[i]);
    if (values == 0 && !there) continue;
    const std::size_t absent = values == 0 || seconds.empty() ? 0 : detail::rows_between(distance(i), step);
    if (length == 0) begin = i;
    length += absent + (there ? 0 : 1);
    if (there) {
      if (length != 0) runs.push_back({begin, i + (absent != 0 ? 1 : 0), length});
      missing += length;
      length = 0;
      ++values;
    }
  }
  if (length != 0) runs.push_back({begin, n, length});
  missing += length;
  if (values < 10) return out;
  std::vector<std::size_t> lengths;
  for (const run& r : runs) lengths.push_back(r.length);
  std::sort(lengths.begin(), lengths.end());
  std::size_t usual = lengths.size() < 3 ? 0 : lengths[lengths.size() - 3];
  if (runs.size() == 2 && !seconds.empty()) {  // two nights
    const double apart =
        static_cast<double>(seconds[runs[1].begin]) - static_cast<double>(seconds[runs[0].begin]);
    if (std::abs(apart - 86400.0 * std::floor(apart / 86400.0 + 0.5)) <= 3600.0 && apart > 43200.0)
      usual = lengths[0];
  }
  usual += usual / 4;  // no two are quite alike
  for (const run& r : runs) {
    const double others = static_cast<double>(missing - r.length);
    const double evidence =
        detail::evidence_of_missing(r.length, usual, others, others + static_cast<double>(values));
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(r.begin),
              out.begin() + static_cast<std::ptrdiff_t>(r.end), evidence);
  }
  return out;
}

}  // namespace detect
BAROGRAPH_NAMESPACE_END
