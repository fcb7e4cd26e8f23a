// Exponential buckets at any scale: bounds, representatives and the counts of one sign.
//
// See exponential_plain.hpp for the index. Scales run from 6 down to -11, where two buckets hold
// every positive double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "../state.hpp"
#include "exponential_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

constexpr int coarsest_scale = -11;

/// The bucket of x > 0 at scale 6.
inline std::int32_t finest_index(double x) {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return kernel::exponential_index(bits);
}

/// The largest double that is at most 2^(index / 2^scale): x <= upper_bound(i) exactly when x's
/// bucket is at most i, and x > lower_bound(i) exactly when it is at least i.
inline double lower_bound(std::int32_t index, int scale) {
  const std::int64_t finest = std::int64_t{index} * (std::int64_t{1} << (kernel::finest_scale - scale));
  const std::int64_t exponent = finest >> 6;
  const std::uint64_t mantissa = kernel::exponential_bound[finest & 63];
  if (exponent > 1023) return std::numeric_limits<double>::max();
  if (exponent >= -1022) return std::ldexp(static_cast<double>(mantissa), static_cast<int>(exponent) - 52);
  const std::int64_t drop = -1022 - exponent;
  return drop > 52 ? 0.0 : std::ldexp(static_cast<double>(mantissa >> drop), -1074);
}

inline double upper_bound(std::int32_t index, int scale) { return lower_bound(index + 1, scale); }

/// std::ldexp, without its call where the result and the power are normal.
inline double times_power_of_two(double x, int exponent) {
  if (exponent < -1000 || exponent > 1000) return std::ldexp(x, exponent);
  const std::uint64_t bits = static_cast<std::uint64_t>(exponent + 1023) << 52;
  double power;
  std::memcpy(&power, &bits, sizeof power);
  return x * power;
}

/// 2ab / (a + b) of the bounds a and b: the same relative error at both ends.
inline double representative(std::int32_t index, int scale) {
  const std::int64_t width = std::int64_t{1} << (kernel::finest_scale - scale);
  const std::int64_t finest = index * width;
  const std::int64_t octaves = width >> 6;  // whole powers of two from a to b
  const auto significand = [](std::int64_t k) {
    return static_cast<double>(kernel::exponential_bound[k & 63]) * 0x1p-52;
  };
  const double a = significand(finest);
  const double carried = (finest & 63) + (width & 63) >= 64 ? 2.0 : 1.0;
  const double b = significand(finest + width) * carried;
  // b = b' * 2^octaves: 2ab/(a+b) = 2ab' / (a / 2^octaves + b').
  const double middle = 2 * a * b / ((octaves == 0 ? a : std::ldexp(a, -static_cast<int>(octaves))) + b);
  return times_power_of_two(middle, static_cast<int>(std::max<std::int64_t>(finest >> 6, -3000)));
}

/// (b - a) / (a + b): the largest relative distance from a representative to a value of its bucket.
inline double bucket_error(int scale) {
  if (scale <= 0) {
    const double inverse = std::ldexp(1.0, -(1 << -scale));
    return (1 - inverse) / (1 + inverse);
  }
  const auto base = static_cast<double>(kernel::exponential_bound[64 >> scale]);
  return (base - 0x1p52) / (base + 0x1p52);
}

/// A range of bucket indices, empty when high < low.
struct index_range {
  std::int32_t low = 0;
  std::int32_t high = -1;

  bool empty() const { return high < low; }
  std::int64_t span() const { return std::int64_t{high} - low + 1; }
  index_range shifted(int by) const { return empty() ? *this : index_range{low >> by, high >> by}; }
  index_range joined(index_range o) const {
    if (empty()) return o;
    return o.empty() ? *this : index_range{std::min(low, o.low), std::max(high, o.high)};
  }
};

/// Counts of one sign over the range of indices that values have touched. The range outlives the
/// counts when buckets become part of the zero bucket: the scale depends on it, and must not depend
/// on the order of merges.
class bucket_counts {
 public:
  index_range range() const { return range_; }
  std::uint64_t at(std::int32_t i) const { return count_[static_cast<std::size_t>(i - base_)]; }
  std::uint64_t& at(std::int32_t i) { return count_[static_cast<std::size_t>(i - base_)]; }
  /// Where index `range().low` is counted; valid until the range grows.
  const std::uint64_t* data() const { return count_.data() + (range_.empty() ? 0 : range_.low - base_); }
  std::uint64_t* data() { return count_.data() + (range_.empty() ? 0 : range_.low - base_); }

  /// Makes room, with some to spare: strong guarantee.
  void cover(index_range more) {
    const index_range wanted = range_.joined(more);
    if (wanted.empty()) return;
    if (count_.empty() || wanted.low < base_ ||
        wanted.high - base_ >= static_cast<std::int64_t>(count_.size())) {
      const std::int64_t spare = range_.empty() ? 0 : wanted.span() / 2;
      const auto base = static_cast<std::int32_t>(wanted.low - (wanted.low < base_ ? spare : 0));
      std::vector<std::uint64_t> grown(
          static_cast<std::size_t>(wanted.high + (wanted.low < base_ ? 0 : spare) - base + 1));
      if (!range_.empty()) std::copy(data(), data() + range_.span(), grown.begin() + (range_.low - base));
      count_.swap(grown);
      base_ = base;
    }
    range_ = wanted;
  }

  bucket_counts downscaled(int by) const {
    bucket_counts coarse;
    coarse.cover(range_.shifted(by));
    for (std::int32_t i = range_.low; i <= range_.high; ++i) coarse.at(i >> by) += at(i);
    return coarse;
  }

  /// Takes out what stands at or below `last`, and says how much it was.
  std::uint64_t take_up_to(std::int32_t last) {
    std::uint64_t taken = 0;
    for (std::int32_t i = range_.low; i <= std::min(range_.high, last); ++i) {
      taken += at(i);
      at(i) = 0;
    }
    return taken;
  }

  /// The range of the buckets that hold something.
  index_range populated() const {
    index_range r = range_;
    while (!r.empty() && at(r.low) == 0) ++r.low;
    while (!r.empty() && at(r.high) == 0) --r.high;
    return r.empty() ? index_range{} : r;
  }

  void trim() { range_ = populated(); }

  std::uint64_t total() const {
    std::uint64_t n = 0;
    for (std::int64_t i = 0; i < range_.span(); ++i) n += data()[i];
    return n;
  }

  /// The span, the lowest index, the counts; a run of empty buckets is 0 and its length less one.
  void write(byte_writer& w) const {
    w.varint(static_cast<std::uint64_t>(range_.span()));
    if (range_.empty()) return;
    w.zigzag(range_.low);
    for (std::int32_t i = range_.low; i <= range_.high; ++i) {
      w.varint(at(i));
      if (at(i) != 0) continue;
      const std::int32_t first = i;
      while (i < range_.high && at(i + 1) == 0) ++i;
      w.varint(static_cast<std::uint64_t>(i - first));
    }
  }

  static bucket_counts read(byte_reader& r, int scale, std::uint64_t budget) {
    bucket_counts b;
    const std::uint64_t span = r.varint();
    if (span == 0) return b;
    const std::int64_t low = r.zigzag();
    const int shift = kernel::finest_scale - scale;
    // No double lies outside of these at scale 6.
    if (span > budget || low < (-1075 * 64) >> shift || low > (1024 * 64) >> shift ||
        low + static_cast<std::int64_t>(span) - 1 > (1024 * 64 - 1) >> shift)
      raise<bad_bytes>("bytes: buckets that no values can have");
    b.cover({static_cast<std::int32_t>(low),
             static_cast<std::int32_t>(low + static_cast<std::int64_t>(span) - 1)});
    bool after_run = false;
    for (std::uint64_t i = 0; i < span; ++i) {
      const std::uint64_t n = read_count(r);
      b.data()[i] = n;
      if (n != 0) {
        after_run = false;
        continue;
      }
      const std::uint64_t more = r.varint();
      if (after_run || more >= span - i) raise<bad_bytes>("bytes: a run of buckets that is not canonical");
      i += more;
      after_run = true;
    }
    return b;
  }

 private:
  std::vector<std::uint64_t> count_;  ///< covers range_ and perhaps more, all zero
  std::int32_t base_ = 0;             ///< index of count_[0]
  index_range range_;
};

}  // namespace detail
BAROGRAPH_NAMESPACE_END
