// top: the most frequent texts of a stream with k counters, and between which counts each one stands.
//
// Law: bounded. Whatever the order, the batches and the tree of merges: a text's true count is within
// its bounds, a text that is not kept occurred at most `error_bound()` times, and error_bound() <=
// (count() - c) / (k + 1), where c is the sum of (at_most - error_bound()) over the kept ones. So every
// text of more than count() / (k + 1) is kept. Equal input in equal order and batches gives equal bytes.
// Sources: A. Metwally, D. Agrawal, A. El Abbadi, "Efficient computation of frequent and top-k elements
// in data streams", ICDT 2005 (Space-Saving); P. K. Agarwal, G. Cormode, Z. Huang, J. Phillips, Z. Wei,
// K. Yi, "Mergeable summaries", PODS 2012, for the merge and its bound.
//
// - A text that is not kept may have occurred error_bound() times, so it comes in with that much doubt;
//   of k + 1 the weakest goes, and its upper bound is the new error bound.
// - The weakest has the smallest upper bound, then the smallest lower bound, then the last place in the
//   order of bytes: ties do not depend on chance.
// - A batch is counted exactly and merged at once: the order within it does not matter.
#pragma once

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/stable_hash.hpp"
#include "state.hpp"

BAROGRAPH_NAMESPACE_BEGIN

namespace detail {

/// Positions 0, 1, 2 ... by the hashes of what stands there; the caller compares.
class position_index {
 public:
  static constexpr std::size_t none = ~std::size_t{0};

  /// Hashes under a key of this process: nobody can choose texts that hash alike.
  static std::uint64_t hash(std::string_view text) noexcept {
    static const char anchor = 0;
    static const std::uint64_t key = mix(reinterpret_cast<std::uintptr_t>(&anchor) ^
                                         (static_cast<std::uint64_t>(std::time(nullptr)) << 20) ^
                                         static_cast<std::uint64_t>(std::clock()));
    return hash_of_text(text, key);
  }

  template <class Equal>
  std::size_t find(std::uint64_t hash, Equal equal) const {
    if (slots_.empty()) return none;
    for (std::size_t at = start(hash); slots_[at].position != none; at = next(at))
      if (slots_[at].hash == hash && equal(slots_[at].position)) return slots_[at].position;
    return none;
  }

  void insert(std::uint64_t hash, std::size_t position) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    std::size_t at = start(hash);
    while (slots_[at].position != none) at = next(at);
    slots_[at] = {hash, position};
    ++size_;
  }

  void move(std::uint64_t hash, std::size_t from, std::size_t to) { slots_[slot(hash, from)].position = to; }

  void erase(std::uint64_t hash, std::size_t position) {
    std::size_t hole = slot(hash, position);
    // Those behind the hole that a search would not find any more move into it.
    for (std::size_t at = next(hole); slots_[at].position != none; at = next(at)) {
      if (((at - start(slots_[at].hash)) & mask()) >= ((at - hole) & mask())) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole].position = none;
    --size_;
  }

 private:
  struct entry {
    std::uint64_t hash = 0;
    std::size_t position = none;
  };

  std::size_t mask() const { return slots_.size() - 1; }
  std::size_t start(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & mask(); }
  std::size_t next(std::size_t at) const { return (at + 1) & mask(); }
  std::size_t slot(std::uint64_t hash, std::size_t position) const {
    std::size_t at = start(hash);
    while (slots_[at].position != position) at = next(at);
    return at;
  }
  void grow() {
    position_index larger;
    larger.slots_.resize(slots_.empty() ? 16 : 2 * slots_.size());
    for (const entry& e : slots_)
      if (e.position != none) larger.insert(e.hash, e.position);
    *this = std::move(larger);
  }

  std::vector<entry> slots_;
  std::size_t size_ = 0;
};

}  // namespace detail

class top {
 public:
  static constexpr std::size_t largest_k = 1000000;

  /// A text and what is certain about its count.
  struct item {
    std::string text;
    std::uint64_t at_least;
    std::uint64_t at_most;
  };

  struct count_range {
    std::uint64_t at_least;
    std::uint64_t at_most;
  };

  /// k: counters to keep, 1 to 1,000,000. Ten times as many as are to be shown is a good number.
  explicit top(std::size_t k) : k_(k) {
    if (k < 1 || k > largest_k)
      raise<invalid_argument>("k: " + std::to_string(k) + " given, expected 1 to 1000000");
  }

  /// Adds a text, n times.
  void update(std::string_view text, std::uint64_t n = 1) {
    const std::uint64_t count = detail::sum_of_counts(count_, n);
    if (n == 0) return;
    const std::uint64_t hash = detail::position_index::hash(text);
    const std::size_t at = find(hash, text);
    if (at != detail::position_index::none) {
      entries_[at].at_most += n;
      sift_down(at);
    } else {
      entry e{std::string(text), error_bound_ + n, error_bound_, hash};
      if (entries_.size() < k_) {
        append(std::move(e));
      } else if (weaker(e, entries_[0])) {
        error_bound_ = e.at_most;
      } else {
        replace_weakest(std::move(e));
      }
    }
    count_ = count;
  }

  /// Adds all texts, counted exactly before they are merged.
  void update(span<const std::string_view> texts) {
    batch b;
    for (const std::string_view text : texts) b.add(text, 1);
    take(b, texts.size());
  }

  /// Adds each text as often as its count says.
  void update_counts(span<const std::string_view> texts, span<const std::int64_t> counts) {
    if (texts.size() != counts.size())
      raise<invalid_argument>("counts: " + std::to_string(counts.size()) + " given for " +
                              std::to_string(texts.size()) + " texts, expected as many");
    batch b;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (counts[i] < 0)
        raise<invalid_argument>("counts: " + std::to_string(counts[i]) + " given, expected 0 or more");
      const auto n = static_cast<std::uint64_t>(counts[i]);
      total = detail::sum_of_counts(total, n);
      if (n != 0) b.add(texts[i], n);
    }
    take(b, total);
  }

  /// Counts texts that are not there.
  void update_missing(std::uint64_t n) { missing_ = detail::sum_of_counts(missing_, n); }

  void merge(const top& other) {
    top r(std::min(k_, other.k_));
    r.count_ = detail::sum_of_counts(count_, other.count_);
    r.missing_ = detail::sum_of_counts(missing_, other.missing_);
    std::vector<entry> all = entries_;
    for (entry& e : all) {
      const std::size_t at = other.find(e.hash, e.text);
      const bool there = at != detail::position_index::none;
      e.at_most += there ? other.entries_[at].at_most : other.error_bound_;
      e.doubt += there ? other.entries_[at].doubt : other.error_bound_;
    }
    for (const entry& e : other.entries_) {
      if (find(e.hash, e.text) != detail::position_index::none) continue;
      all.push_back(e);
      all.back().at_most += error_bound_;
      all.back().doubt += error_bound_;
    }
    r.error_bound_ = error_bound_ + other.error_bound_;
    r.keep_strongest(std::move(all));
    *this = std::move(r);
  }
  top& operator+=(const top& other) {
    merge(other);
    return *this;
  }

  /// Empty again, with the k it has.
  void reset() { *this = top(k_); }

  std::size_t k() const noexcept { return k_; }
  /// Texts that were there, by weight.
  std::uint64_t count() const noexcept { return count_; }
  std::uint64_t missing() const noexcept { return missing_; }

  /// How often a text that is not kept may have occurred; no bounds of a kept one are wider apart.
  std::uint64_t error_bound() const noexcept { return error_bound_; }

  /// The first n texts (all k at most), by the upper bound of their count.
  std::vector<item> items(std::size_t n = largest_k) const {
    std::vector<item> r;
    for (const std::size_t i : strongest_first()) {
      if (r.size() == n) break;
      r.push_back({entries_[i].text, entries_[i].at_most - entries_[i].doubt, entries_[i].at_most});
    }
    return r;
  }

  /// What is certain about the count of a text, kept or not.
  count_range bounds(std::string_view text) const {
    const std::size_t at = find(detail::position_index::hash(text), text);
    if (at == detail::position_index::none) return {0, error_bound_};
    return {entries_[at].at_most - entries_[at].doubt, entries_[at].at_most};
  }

  std::string to_bytes() const {
    byte_writer w(state_kind::top);
    w.varint(k_);
    w.varint(count_);
    w.varint(missing_);
    w.varint(error_bound_);
    w.varint(entries_.size());
    for (const std::size_t i : strongest_first()) {
      w.varint(entries_[i].at_most);
      w.varint(entries_[i].doubt);
      w.nested(entries_[i].text);
    }
    return w.finish();
  }

  static top from_bytes(const std::string& bytes, byte_limits limits = {}) {
    byte_reader r(bytes, state_kind::top, limits);
    const std::uint64_t k = r.varint();
    if (k < 1 || k > largest_k) raise<bad_bytes>("bytes: a number of counters that cannot be");
    top t(static_cast<std::size_t>(k));
    t.count_ = detail::read_count(r);
    t.missing_ = detail::read_count(r);
    t.error_bound_ = detail::read_count(r);
    const std::size_t size = r.count(3);
    if (size > k || (t.error_bound_ != 0 && size != k))
      raise<bad_bytes>("bytes: a number of texts that cannot be");
    std::vector<entry> all;
    for (std::size_t i = 0; i < size; ++i) {
      entry e;
      e.at_most = detail::read_count(r);
      e.doubt = detail::read_count(r);
      e.text = r.nested();
      e.hash = detail::position_index::hash(e.text);
      if (e.at_most == 0 || e.at_most < t.error_bound_ || e.doubt > t.error_bound_ ||
          (!all.empty() && !weaker(e, all.back())))
        raise<bad_bytes>("bytes: a text with counts that cannot be, or out of order");
      all.push_back(std::move(e));
    }
    r.done();
    for (entry& e : all) {
      if (t.find(e.hash, e.text) != detail::position_index::none)
        raise<bad_bytes>("bytes: a text that is there twice");
      t.append(std::move(e));
    }
    if (!t.possible()) raise<bad_bytes>("bytes: counts that no texts can have");
    return t;
  }

  friend bool operator==(const top& a, const top& b) { return a.to_bytes() == b.to_bytes(); }
  friend bool operator!=(const top& a, const top& b) { return !(a == b); }

 private:
  struct entry {
    std::string text;
    std::uint64_t at_most = 0;
    std::uint64_t doubt = 0;  ///< at_most less what is certain
    std::uint64_t hash = 0;
  };

  /// Exact counts of a batch.
  struct batch {
    std::vector<std::pair<std::string_view, std::uint64_t>> counts;
    std::vector<std::uint64_t> hashes;
    detail::position_index index;

    void add(std::string_view text, std::uint64_t n) {
      const std::uint64_t hash = detail::position_index::hash(text);
      const std::size_t at = index.find(hash, [&](std::size_t i) { return counts[i].first == text; });
      if (at != detail::position_index::none) {
        counts[at].second += n;
      } else {
        index.insert(hash, counts.size());
        counts.emplace_back(text, n);
        hashes.push_back(hash);
      }
    }
  };

  static bool weaker(const entry& a, const entry& b) {
    if (a.at_most != b.at_most) return a.at_most < b.at_most;
    if (a.doubt != b.doubt) return a.doubt > b.doubt;
    return a.text > b.text;
  }

  std::size_t find(std::uint64_t hash, std::string_view text) const {
    return index_.find(hash, [&](std::size_t i) { return entries_[i].text == text; });
  }

  /// Merges exact counts: the other texts occurred 0 times in them.
  void take(const batch& b, std::uint64_t total) {
    top r(k_);
    r.count_ = detail::sum_of_counts(count_, total);
    r.missing_ = missing_;
    r.error_bound_ = error_bound_;
    std::vector<entry> all = entries_;
    for (std::size_t i = 0; i < b.counts.size(); ++i) {
      const auto& [text, n] = b.counts[i];
      const std::size_t at = find(b.hashes[i], text);
      if (at != detail::position_index::none)
        all[at].at_most += n;
      else
        all.push_back({std::string(text), error_bound_ + n, error_bound_, b.hashes[i]});
    }
    r.keep_strongest(std::move(all));
    *this = std::move(r);
  }

  /// Keeps k of them; what goes raises the error bound.
  void keep_strongest(std::vector<entry> all) {
    const auto stronger = [](const entry& a, const entry& b) { return weaker(b, a); };
    if (all.size() > k_) {
      const auto kth = all.begin() + static_cast<std::ptrdiff_t>(k_);
      std::nth_element(all.begin(), kth, all.end(), stronger);
      error_bound_ = std::max(error_bound_, kth->at_most);
      all.erase(kth, all.end());
    }
    for (entry& e : all) append(std::move(e));
  }

  // entries_ is a heap with the weakest on top, index_ knows where each text stands.

  void append(entry e) {
    index_.insert(e.hash, entries_.size());
    entries_.push_back(std::move(e));
    for (std::size_t at = entries_.size() - 1; at > 0 && weaker(entries_[at], entries_[(at - 1) / 2]);
         at = (at - 1) / 2)
      exchange(at, (at - 1) / 2);
  }

  void replace_weakest(entry e) {
    error_bound_ = entries_[0].at_most;
    index_.erase(entries_[0].hash, 0);
    index_.insert(e.hash, 0);
    entries_[0] = std::move(e);
    sift_down(0);
  }

  void sift_down(std::size_t at) {
    for (;;) {
      std::size_t weakest = at;
      for (std::size_t child = 2 * at + 1; child <= 2 * at + 2 && child < entries_.size(); ++child)
        if (weaker(entries_[child], entries_[weakest])) weakest = child;
      if (weakest == at) return;
      exchange(at, weakest);
      at = weakest;
    }
  }

  void exchange(std::size_t a, std::size_t b) {
    index_.move(entries_[a].hash, a, detail::position_index::none - 1);
    index_.move(entries_[b].hash, b, a);
    index_.move(entries_[a].hash, detail::position_index::none - 1, b);
    std::swap(entries_[a], entries_[b]);
  }

  std::vector<std::size_t> strongest_first() const {
    std::vector<std::size_t> order(entries_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [this](std::size_t a, std::size_t b) { return weaker(entries_[b], entries_[a]); });
    return order;
  }

  /// The invariant of the law; counts that are certain cannot be more than there are either.
  bool possible() const {
    __extension__ typedef unsigned __int128 wide;
    wide above = 0;
    wide certain = 0;
    for (const entry& e : entries_) {
      above += e.at_most - error_bound_;
      certain += e.at_most - e.doubt;
    }
    if (certain > count_ || (entries_.empty() && count_ != 0)) return false;
    if (error_bound_ == 0 && certain != count_) return false;
    return above + static_cast<wide>(error_bound_) * (k_ + 1) <= count_;
  }

  std::size_t k_;
  std::uint64_t count_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t error_bound_ = 0;
  std::vector<entry> entries_;
  detail::position_index index_;
};

BAROGRAPH_NAMESPACE_END
