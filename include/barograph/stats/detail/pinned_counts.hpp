// pinned_counts: bounds, each with the exact count of the values up to it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../../core/span.hpp"
#include "../state.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

class pinned_counts {
 public:
  static constexpr std::size_t most = 1024;

  struct pin {
    double bound;
    std::uint64_t count;
  };

  pinned_counts() = default;

  /// Finite bounds in any order; nothing is counted yet.
  explicit pinned_counts(span<const double> bounds) {
    for (const double bound : bounds) {
      if (!std::isfinite(bound)) raise<invalid_argument>("pinned: a bound that is not finite given");
      pins_.push_back({bound + 0.0, 0});
    }
    sort();
  }

  /// Ascending bounds and what was counted elsewhere.
  pinned_counts(span<const double> bounds, span<const std::uint64_t> counts) {
    if (bounds.size() != counts.size() || bounds.size() > most)
      raise<invalid_argument>("pinned: " + std::to_string(bounds.size()) + " bounds and " +
                              std::to_string(counts.size()) + " counts given, expected as many, at most " +
                              std::to_string(most));
    for (std::size_t i = 0; i < bounds.size(); ++i) {
      if (!std::isfinite(bounds[i]) || (i != 0 && !(bounds[i] > bounds[i - 1])))
        raise<invalid_argument>("pinned: bounds given that are not finite and ascending");
      pins_.push_back({bounds[i] + 0.0, counts[i]});
    }
  }

  void add(double x, std::uint64_t n) {
    for (pin& p : pins_) p.count += x <= p.bound ? n : 0;
  }
  void add(const double* x, std::size_t size) {
    for (pin& p : pins_) {
      std::uint64_t n = 0;
      for (std::size_t i = 0; i < size; ++i) n += x[i] <= p.bound ? 1 : 0;
      p.count += n;
    }
  }

  /// Those of both; a side without values knows every count (it is 0) and takes no bound away.
  pinned_counts merged(const pinned_counts& other, bool empty, bool other_empty) const {
    if (!empty && other_empty) return *this;
    if (empty && !other_empty) return other;
    pinned_counts r;
    for (const pin& p : pins_) {
      const pin* q = other.find(p.bound);
      if (q != nullptr)
        r.pins_.push_back({p.bound, p.count + q->count});
      else if (empty)
        r.pins_.push_back(p);
    }
    if (empty) {  // both sides are: nothing is lost yet
      for (const pin& q : other.pins_)
        if (find(q.bound) == nullptr) r.pins_.push_back(q);
      r.sort();
    }
    return r;
  }

  /// Without the values of `other`, of which some count may not be known.
  pinned_counts without(const pinned_counts& other, bool other_empty) const {
    pinned_counts r;
    for (const pin& p : pins_) {
      const pin* q = other.find(p.bound);
      if (q == nullptr && !other_empty) continue;
      const std::uint64_t taken = q == nullptr ? 0 : q->count;
      r.pins_.push_back({p.bound, difference_of_counts(p.count, taken, "values up to a pinned bound")});
    }
    return r;
  }

  void reset() {
    for (pin& p : pins_) p.count = 0;
  }

  const pin* find(double bound) const {
    for (const pin& p : pins_)
      if (p.bound == bound) return &p;
    return nullptr;
  }
  /// By bound, ascending.
  const std::vector<pin>& all() const noexcept { return pins_; }

  void write(byte_writer& w) const {
    w.varint(pins_.size());
    for (const pin& p : pins_) {
      w.f64(p.bound);
      w.varint(p.count);
    }
  }
  static pinned_counts read(byte_reader& r) {
    const std::size_t pins = r.count(9);
    if (pins > most) raise<bad_bytes>("bytes: more pinned bounds than a histogram takes");
    pinned_counts found;
    for (std::size_t i = 0; i < pins; ++i) {
      const double bound = r.f64();
      if (!std::isfinite(bound) || (bound == 0 && std::signbit(bound)) ||
          (!found.pins_.empty() && bound <= found.pins_.back().bound))
        raise<bad_bytes>("bytes: pinned bounds that are not in order");
      found.pins_.push_back({bound, read_count(r)});
    }
    return found;
  }

 private:
  /// Ascending, each bound once; an error when they are too many.
  void sort() {
    std::sort(pins_.begin(), pins_.end(), [](const pin& a, const pin& b) { return a.bound < b.bound; });
    pins_.erase(std::unique(pins_.begin(), pins_.end(),
                            [](const pin& a, const pin& b) { return a.bound == b.bound; }),
                pins_.end());
    if (pins_.size() > most)
      raise<invalid_argument>("pinned: " + std::to_string(pins_.size()) + " bounds given, expected at most " +
                              std::to_string(most));
  }

  std::vector<pin> pins_;
};

}  // namespace detail
BAROGRAPH_NAMESPACE_END
