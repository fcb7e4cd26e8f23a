// fixed_quantile_histogram: the buckets of quantile_histogram over a range fixed at compile time, in a
// std::array: it never allocates, grows or throws while it counts.
//
// Law: commutative, class I. Over values in [-2^Low, 2^High] `histogram()` gives the bytes of the
// growing quantile_histogram with scale `Scale` and zero threshold 2^Low that saw the same values.
// Bounds and index: detail/exponential_plain.hpp.
//
// - The range is (2^Low, 2^High]: the default, -10 to 22, holds 1 us to 1 h in milliseconds. Values
//   up to 2^Low, negative ones among them, are `underflow()`, values above 2^High are `overflow()`.
// - `histogram()` counts underflow as zero and overflow in the one bucket above the range, where an
//   upper quantile then stands too low: `overflow()` says how many such values there are.
// - `Cells` says who may look on: `unshared_cells` for one thread at a time, `one_writer_cells` for
//   one thread that updates while others read (relaxed loads and stores: a reader sees each count
//   grow, but counts may be of slightly different moments).
#pragma once

#include <array>
#include <atomic>

#include "quantile_histogram.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Numbers that one thread at a time reads and writes.
struct unshared_cells {
  template <class T>
  class cell {
   public:
    constexpr cell(T value = {}) noexcept : value_(value) {}
    T load() const noexcept { return value_; }
    void store(T value) noexcept { value_ = value; }

   private:
    T value_;
  };
};

/// Numbers that one thread writes while any thread reads. To copy them, merge into an unshared one.
struct one_writer_cells {
  template <class T>
  class cell {
   public:
    constexpr cell(T value = {}) noexcept : value_(value) {}
    T load() const noexcept { return value_.load(std::memory_order_relaxed); }
    void store(T value) noexcept { value_.store(value, std::memory_order_relaxed); }

   private:
    std::atomic<T> value_;
    static_assert(std::atomic<T>::is_always_lock_free, "counts need lock-free atomics");
  };
};

template <int Scale = 6, int Low = -10, int High = 22, class Cells = unshared_cells>
class fixed_quantile_histogram {
  static_assert(Scale >= 0 && Scale <= kernel::finest_scale, "Scale: expected 0 to 6");
  static_assert(Low >= -1022 && Low < High && High <= 1023,
                "Low, High: expected -1022 <= Low < High <= 1023");
  static_assert((High - Low) << Scale < 4096,
                "expected fewer than 4096 buckets: narrow the range or the scale");

  template <int, int, int, class>
  friend class fixed_quantile_histogram;

 public:
  /// Buckets within the range.
  static constexpr std::size_t size = static_cast<std::size_t>(High - Low) << Scale;

  fixed_quantile_histogram() = default;

  /// Adds x, n times; a count that would pass 2^63 - 1 stays there.
  void update(double x, std::uint64_t n = 1) noexcept {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    if (bits - lowest - 1 < highest - lowest) {
      const std::int32_t finest = kernel::exponential_index_of_normal(bits) - Low * 64;
      add(counts_[static_cast<std::size_t>(finest >> (kernel::finest_scale - Scale))], n);
      if (n != 0) notice(x);
    } else {
      update_outside(x, n);
    }
  }

  void update(span<const double> values) noexcept {
    for (std::size_t i = 0; i < values.size(); ++i) update(values[i]);
  }

  /// Adds what another one of the same buckets counted; it may be written meanwhile if its cells allow.
  template <class Others>
  void merge(const fixed_quantile_histogram<Scale, Low, High, Others>& other) noexcept {
    for (std::size_t i = 0; i < slots; ++i) add(counts_[i], other.counts_[i].load());
    const double smallest = other.min_.load();
    const double largest = other.max_.load();
    if (!(smallest >= min_.load())) min_.store(smallest);  // unknown if either is
    if (!(largest <= max_.load())) max_.store(largest);
  }
  template <class Others>
  fixed_quantile_histogram& operator+=(
      const fixed_quantile_histogram<Scale, Low, High, Others>& other) noexcept {
    merge(other);
    return *this;
  }

  /// Takes away an earlier reading of the same histogram, down to 0 where it holds more; minimum and
  /// maximum are then known to a bucket only.
  template <class Others>
  void subtract(const fixed_quantile_histogram<Scale, Low, High, Others>& earlier) noexcept {
    for (std::size_t i = 0; i < slots; ++i) {
      const std::uint64_t now = counts_[i].load();
      const std::uint64_t then = earlier.counts_[i].load();
      counts_[i].store(now > then ? now - then : 0);
    }
    const bool empty = count() == 0;
    min_.store(empty ? nothing : unknown);
    max_.store(empty ? -nothing : unknown);
  }

  void reset() noexcept {
    for (auto& n : counts_) n.store(0);
    min_.store(nothing);
    max_.store(-nothing);
  }

  /// Finite values: the sum over all buckets, under- and overflow.
  std::uint64_t count() const noexcept {
    std::uint64_t n = underflow() + overflow();
    for (std::size_t i = 0; i < size; ++i) n += counts_[i].load();
    return n;
  }
  /// Values up to lower_limit(), negative ones among them.
  std::uint64_t underflow() const noexcept { return counts_[under].load(); }
  /// Finite values above upper_limit().
  std::uint64_t overflow() const noexcept { return counts_[over].load(); }
  std::uint64_t nan_count() const noexcept { return counts_[not_a_number].load(); }
  std::uint64_t positive_infinity_count() const noexcept { return counts_[infinite].load(); }
  std::uint64_t negative_infinity_count() const noexcept { return counts_[minus_infinite].load(); }

  static constexpr int scale() noexcept { return Scale; }
  static double lower_limit() noexcept { return std::ldexp(1.0, Low); }
  static double upper_limit() noexcept { return std::ldexp(1.0, High); }
  static double relative_error() noexcept { return detail::bucket_error(Scale); }

  /// Count of bucket `i`, 0 to size - 1: values in (2^(Low + i / 2^Scale), 2^(Low + (i + 1) / 2^Scale)].
  std::uint64_t bucket_count(std::size_t i) const noexcept { return counts_[i].load(); }

  /// The same counts in a histogram that grows, travels as bytes and answers quantiles.
  quantile_histogram histogram() const {
    std::array<std::uint64_t, size + 1> copy;
    for (std::size_t i = 0; i < size; ++i) copy[i] = counts_[i].load();
    copy[size] = overflow();
    exponential_counts given;
    given.scale = Scale;
    given.positive_offset = Low * (1 << Scale);
    given.positive = copy;
    given.zero_count = underflow();
    given.zero_threshold = lower_limit();
    given.min = min_.load();
    given.max = max_.load();
    given.nan_count = nan_count();
    given.positive_infinity_count = positive_infinity_count();
    given.negative_infinity_count = negative_infinity_count();
    return quantile_histogram::from_counts(given);
  }

  /// As `histogram().quantile(q)`; NaN when there is no value or q is not in [0, 1].
  double quantile(double q) const { return q >= 0 && q <= 1 ? histogram().quantile(q) : unknown; }

  friend bool operator==(const fixed_quantile_histogram& a, const fixed_quantile_histogram& b) noexcept {
    for (std::size_t i = 0; i < slots; ++i)
      if (a.counts_[i].load() != b.counts_[i].load()) return false;
    const auto same = [](double x, double y) { return x == y || (x != x && y != y); };
    return same(a.min_.load(), b.min_.load()) && same(a.max_.load(), b.max_.load());
  }
  friend bool operator!=(const fixed_quantile_histogram& a, const fixed_quantile_histogram& b) noexcept {
    return !(a == b);
  }

 private:
  using counter = typename Cells::template cell<std::uint64_t>;

  static constexpr std::size_t under = size;
  static constexpr std::size_t over = size + 1;
  static constexpr std::size_t not_a_number = size + 2;
  static constexpr std::size_t infinite = size + 3;
  static constexpr std::size_t minus_infinite = size + 4;
  static constexpr std::size_t slots = size + 5;

  /// Bits of 2^Low and 2^High: as integers, the bits of positive doubles have the order of the doubles.
  static constexpr std::uint64_t lowest = static_cast<std::uint64_t>(Low + 1023) << 52;
  static constexpr std::uint64_t highest = static_cast<std::uint64_t>(High + 1023) << 52;
  static constexpr double nothing = std::numeric_limits<double>::infinity();   ///< least of no values
  static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();  ///< below and above none

  static void add(counter& c, std::uint64_t n) noexcept {
    const std::uint64_t before = c.load();
    c.store(n > max_count - before ? max_count : before + n);
  }

  void notice(double x) noexcept {
    if (x < min_.load()) min_.store(x);
    if (x > max_.load()) max_.store(x);
  }

  void update_outside(double x, std::uint64_t n) noexcept {
    if (n == 0) return;
    const double infinity = std::numeric_limits<double>::infinity();
    const std::size_t slot = x != x                       ? not_a_number
                             : x == infinity              ? infinite
                             : x == -infinity             ? minus_infinite
                             : x > 0 && x > upper_limit() ? over
                                                          : under;
    add(counts_[slot], n);
    if (slot == under || slot == over) notice(x + 0.0);
  }

  std::array<counter, slots> counts_{};
  typename Cells::template cell<double> min_{nothing};
  typename Cells::template cell<double> max_{-nothing};
};

BAROGRAPH_NAMESPACE_END
