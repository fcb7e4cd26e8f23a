// distinct: how many different values a stream has had, in a few kilobytes.
//
// Law: commutative, class I. A set of 64-bit hashes (core/stable_hash.hpp), or what HyperLogLog keeps of
// it: any order, split or tree of merges gives equal bytes, merges of unequal precisions included, which
// take the smaller one. The estimate is class F.
// Sources: P. Flajolet, E. Fusy, O. Gandouet, F. Meunier, "HyperLogLog", AofA 2007; estimator: O. Ertl,
// "New cardinality estimation algorithms for HyperLogLog sketches", arXiv:1702.01284, section 2.5: one
// formula for every size, without the bias between small and large ones.
//
// - Up to 2^precision / 8 different hashes are kept whole and counted exactly (but for two values of one
//   hash: one chance in 3.7e13 with 1,000 values). Above, each of 2^precision registers keeps the longest
//   run of zeros among its hashes, and the standard error is 1.04 / sqrt(2^precision).
// - Numbers are values, not types: 1, 1.0 and true are one value. Text "1" is another one. NaN is
//   missing; infinities are values.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/stable_hash.hpp"
#include "interval.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

/// A set of hashes, none of which is 0. Open addressing: hashes are as good as random.
class hash_set {
 public:
  std::size_t size() const noexcept { return size_; }

  /// Whether it was not there.
  bool insert(std::uint64_t hash) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = static_cast<std::size_t>(hash) & mask;; at = (at + 1) & mask) {
      if (slots_[at] == hash) return false;
      if (slots_[at] == 0) {
        slots_[at] = hash;
        ++size_;
        return true;
      }
    }
  }

  template <class F>
  void for_each(F f) const {
    for (const std::uint64_t hash : slots_)
      if (hash != 0) f(hash);
  }

  std::vector<std::uint64_t> sorted() const {
    std::vector<std::uint64_t> r;
    r.reserve(size_);
    for_each([&](std::uint64_t hash) { r.push_back(hash); });
    std::sort(r.begin(), r.end());
    return r;
  }

 private:
  void grow() {
    hash_set larger;
    larger.slots_.resize(slots_.empty() ? 16 : 2 * slots_.size());
    for_each([&](std::uint64_t hash) { larger.insert(hash); });
    *this = std::move(larger);
  }

  std::vector<std::uint64_t> slots_;
  std::size_t size_ = 0;
};

}  // namespace detail

class distinct {
 public:
  static constexpr int default_precision = 14;

  distinct() : distinct(default_precision) {}

  /// precision: 4 to 18; 2^precision registers of a byte, at most.
  explicit distinct(int precision) : precision_(precision) {
    if (precision < 4 || precision > 18)
      raise<invalid_argument>("precision: " + std::to_string(precision) + " given, expected 4 to 18");
  }

  /// Adds a value, n times (which `count` alone tells from once). NaN is missing.
  template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
  void update(Number x, std::uint64_t n = 1) {
    if constexpr (std::is_floating_point_v<Number>) {
      if (x != x) {
        missing_ = detail::sum_of_counts(missing_, n);
        return;
      }
      update_hash(stable_hash(static_cast<double>(x)), n);
    } else {
      update_hash(stable_hash(x), n);
    }
  }
  void update(std::string_view text, std::uint64_t n = 1) { update_hash(stable_hash(text), n); }

  /// Numbers, or std::string_view.
  template <class T>
  void update(span<const T> values) {
    detail::sum_of_counts(count_, values.size());
    detail::sum_of_counts(missing_, values.size());
    for (std::size_t i = 0; i < values.size(); ++i) update(values[i]);
  }

  /// Adds a value by its `stable_hash`, n times.
  void update_hash(std::uint64_t hash, std::uint64_t n = 1) {
    const std::uint64_t count = detail::sum_of_counts(count_, n);
    if (n != 0) add(hash == 0 ? 1 : hash);
    count_ = count;
  }

  /// Adds values by their hashes, each n times, beside `missing` ones that are not there n times.
  void update_hashes(span<const std::uint64_t> hashes, std::uint64_t missing = 0, std::uint64_t n = 1) {
    const std::uint64_t fits = n == 0 ? max_count : max_count / n;
    const std::uint64_t count = detail::sum_of_counts(count_, hashes.size() > fits ? ~n : hashes.size() * n);
    update_missing(missing > fits ? ~n : missing * n);
    if (n != 0)
      for (const std::uint64_t hash : hashes) add(hash == 0 ? 1 : hash);
    count_ = count;
  }

  /// The same with a count for each hash, 0 or more.
  void update_hashes(span<const std::uint64_t> hashes, span<const std::int64_t> counts) {
    std::uint64_t count = count_;
    for (const std::int64_t n : counts) {
      if (n < 0) raise<invalid_argument>("counts: " + std::to_string(n) + " given, expected 0 or more");
      count = detail::sum_of_counts(count, static_cast<std::uint64_t>(n));
    }
    if (counts.size() != hashes.size())
      raise<invalid_argument>("counts: " + std::to_string(counts.size()) + " given for " +
                              std::to_string(hashes.size()) + " values, expected as many");
    for (std::size_t i = 0; i < hashes.size(); ++i)
      update_hash(hashes[i], static_cast<std::uint64_t>(counts[i]));
    count_ = count;
  }

  /// Counts values that are not there.
  void update_missing(std::uint64_t n) { missing_ = detail::sum_of_counts(missing_, n); }

  void merge(const distinct& other) {
    distinct r = *this;
    r.count_ = detail::sum_of_counts(count_, other.count_);
    r.missing_ = detail::sum_of_counts(missing_, other.missing_);
    r.reduce(other.precision_);
    if (other.registers_.empty()) {
      other.sparse_.for_each([&](std::uint64_t hash) { r.add(hash); });
    } else {
      if (r.registers_.empty()) r.to_registers();
      const std::vector<std::uint8_t> theirs = reduced(other.registers_, other.precision_ - r.precision_);
      for (std::size_t i = 0; i < theirs.size(); ++i) r.registers_[i] = std::max(r.registers_[i], theirs[i]);
    }
    *this = std::move(r);
  }
  distinct& operator+=(const distinct& other) {
    merge(other);
    return *this;
  }

  /// Empty again, with the precision it has.
  void reset() { *this = distinct(precision_); }

  /// Values that were there, equal ones included.
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t missing() const noexcept { return missing_; }
  int precision() const noexcept { return precision_; }
  /// Whether every hash is kept: the estimate is then the number of different hashes.
  bool exact() const noexcept { return registers_.empty(); }

  /// Standard deviation of estimate / truth; 0 while the hashes are kept.
  double standard_error() const noexcept {
    return exact() ? 0 : 1.04 / std::sqrt(static_cast<double>(registers_.size()));
  }

  /// How many different values there were.
  double estimate() const {
    if (exact()) return static_cast<double>(sparse_.size());
    const auto e = std::max(raw_estimate(), static_cast<double>(at_least()));
    return std::min(e, static_cast<double>(count_));
  }

  /// Where their number lies with the given confidence: the estimate less and more its normal error, and
  /// never beyond what is certain.
  interval estimate_interval(double confidence = 0.95) const {
    detail::check_confidence(confidence);
    if (exact()) return {estimate(), estimate()};
    const double reach = -math::normal_quantile((1 - confidence) / 2) * standard_error();
    const double raw = raw_estimate();
    const auto most = static_cast<double>(count_);
    return {std::min(most, std::max(static_cast<double>(at_least()), raw / (1 + reach))),
            reach < 1 ? std::max(static_cast<double>(at_least()), std::min(most, raw / (1 - reach))) : most};
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::distinct);
    w.u8(static_cast<std::uint8_t>(precision_));
    w.varint(count_);
    w.varint(missing_);
    w.u8(exact() ? 0 : 1);
    if (exact()) {
      w.varint(sparse_.size());
      for (const std::uint64_t hash : sparse_.sorted()) w.u64(hash);
    } else {
      // Four registers of six bits in three bytes.
      for (std::size_t i = 0; i < registers_.size(); i += 4) {
        std::uint32_t four = 0;
        for (unsigned j = 0; j < 4; ++j) four |= static_cast<std::uint32_t>(registers_[i + j]) << (6 * j);
        for (unsigned j = 0; j < 3; ++j) w.u8(static_cast<std::uint8_t>(four >> (8 * j) & 0xFFu));
      }
    }
    return w.finish();
  }

  static distinct from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::distinct, limits);
    const std::uint8_t precision = r.u8();
    if (precision < 4 || precision > 18) raise<bad_bytes>("bytes: a precision that cannot be");
    distinct d(precision);
    d.count_ = detail::read_count(r);
    d.missing_ = detail::read_count(r);
    const std::uint8_t form = r.u8();
    if (form == 0)
      d.read_hashes(r);
    else if (form == 1)
      d.read_registers(r);
    else
      raise<bad_bytes>("bytes: a form of distinct values that is not known");
    r.done();
    return d;
  }

  friend bool operator==(const distinct& a, const distinct& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const distinct& a, const distinct& b) { return !(a == b); }

 private:
  /// Hashes that are kept whole: as many bytes as registers.
  std::size_t limit() const noexcept { return (std::size_t{1} << precision_) / 8; }

  /// Different values that are certain: a register that is not 0 has seen one.
  std::uint64_t at_least() const {
    const auto seen = static_cast<std::uint64_t>(registers_.size()) -
                      static_cast<std::uint64_t>(std::count(registers_.begin(), registers_.end(), 0));
    return std::max(seen, static_cast<std::uint64_t>(limit() + 1));
  }

  void add(std::uint64_t hash) {
    if (!registers_.empty()) {
      add_to_register(hash);
    } else if (sparse_.insert(hash) && sparse_.size() > limit()) {
      to_registers();
    }
  }

  void add_to_register(std::uint64_t hash) noexcept {
    const std::uint64_t rest = hash << precision_;
    const int run = rest == 0 ? 65 - precision_ : __builtin_clzll(rest) + 1;
    std::uint8_t& r = registers_[static_cast<std::size_t>(hash >> (64 - precision_))];
    if (run > r) r = static_cast<std::uint8_t>(run);
  }

  void to_registers() {
    registers_.assign(std::size_t{1} << precision_, 0);
    sparse_.for_each([this](std::uint64_t hash) { add_to_register(hash); });
    sparse_ = {};
  }

  /// The registers that 2^by times fewer would be: bits of the index that are dropped join the run.
  static std::vector<std::uint8_t> reduced(const std::vector<std::uint8_t>& registers, int by) {
    if (by <= 0) return registers;
    std::vector<std::uint8_t> r(registers.size() >> by);
    for (std::size_t i = 0; i < registers.size(); ++i) {
      if (registers[i] == 0) continue;
      const std::uint64_t dropped = i & ((std::uint64_t{1} << by) - 1);
      const int run = dropped == 0 ? by + registers[i] : by + __builtin_clzll(dropped) - 63;
      std::uint8_t& to = r[i >> by];
      if (run > to) to = static_cast<std::uint8_t>(run);
    }
    return r;
  }

  void reduce(int precision) {
    if (precision >= precision_) return;
    if (!registers_.empty()) registers_ = reduced(registers_, precision_ - precision);
    precision_ = precision;
    if (registers_.empty() && sparse_.size() > limit()) to_registers();
  }

  double raw_estimate() const {
    std::uint64_t histogram[66] = {};
    for (const std::uint8_t r : registers_) ++histogram[r];
    const auto m = static_cast<double>(registers_.size());
    const int q = 64 - precision_;
    double z = m * tau(1 - static_cast<double>(histogram[q + 1]) / m);
    for (int k = q; k >= 1; --k) z = 0.5 * (z + static_cast<double>(histogram[k]));
    z += m * sigma(static_cast<double>(histogram[0]) / m);
    return m * m / z * 0.72134752044448170368;  // 1 / (2 ln 2)
  }

  /// x + sum of x^(2^k) 2^(k-1), for the registers still at 0.
  static double sigma(double x) {
    if (x == 1) return std::numeric_limits<double>::infinity();
    double weight = 1;
    double sum = x;
    for (double before = -1; sum != before;) {
      before = sum;
      x *= x;
      sum += x * weight;
      weight += weight;
    }
    return sum;
  }

  /// (1 - x - sum of (1 - x^(2^-k))^2 2^-k) / 3, for the registers at their limit.
  static double tau(double x) {
    if (x == 0 || x == 1) return 0;
    double weight = 1;
    double sum = 1 - x;
    for (double before = -1; sum != before;) {
      before = sum;
      x = std::sqrt(x);
      weight *= 0.5;
      sum -= (1 - x) * (1 - x) * weight;
    }
    return sum / 3;
  }

  void read_hashes(byte_reader& r) {
    const std::size_t n = r.count(8);
    if (n > limit() || n > count_ || (n == 0) != (count_ == 0))
      raise<bad_bytes>("bytes: a number of distinct values that cannot be");
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint64_t hash = r.u64();
      if (hash <= before) raise<bad_bytes>("bytes: hashes that are not in order");
      before = hash;
      sparse_.insert(hash);
    }
  }

  void read_registers(byte_reader& r) {
    const std::size_t size = std::size_t{1} << precision_;
    if (r.remaining() != size / 4 * 3) raise<bad_bytes>("bytes: registers that are not as many as announced");
    registers_.assign(size, 0);
    std::uint64_t used = 0;
    for (std::size_t i = 0; i < size; i += 4) {
      std::uint32_t four = 0;
      for (unsigned j = 0; j < 3; ++j) four |= static_cast<std::uint32_t>(r.u8()) << (8 * j);
      for (unsigned j = 0; j < 4; ++j) {
        const std::uint32_t run = four >> (6 * j) & 63u;
        if (run > static_cast<std::uint32_t>(65 - precision_))
          raise<bad_bytes>("bytes: a register that no hash can set");
        registers_[i + j] = static_cast<std::uint8_t>(run);
        used += run != 0 ? 1 : 0;
      }
    }
    if (used == 0 || used > count_ || limit() >= count_)
      raise<bad_bytes>("bytes: registers that no values can have");
  }

  int precision_;
  std::uint64_t count_ = 0;
  std::uint64_t missing_ = 0;
  detail::hash_set sparse_;
  std::vector<std::uint8_t> registers_;  ///< empty while hashes are kept
};

BAROGRAPH_NAMESPACE_END
