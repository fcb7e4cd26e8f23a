// recorder_family: one recorder for each combination of label values, as many as were allowed.
//
// `with({"GET", "/users"})` finds or makes the recorder of these values; the reference stays valid as
// long as the family, so that a handler looks it up once and keeps it. When `most` series are there,
// values not seen before are counted in one more series, whose labels are all "other": the memory is
// bounded whatever clients send. Looking up and making take no lock (an array of pointers that are only
// ever set), are safe from any thread, and never throw: without memory the overflow series counts.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "latency_recorder.hpp"

BAROGRAPH_NAMESPACE_BEGIN

class recorder_family {
 public:
  static constexpr std::size_t default_most = 100;
  static constexpr std::size_t largest_most = 100'000;
  static constexpr const char* overflow_value = "other";

  /// One series and its label values, in the order of the family's names.
  struct series {
    std::vector<std::string> labels;
    latency_recorder recorder;

    series(std::vector<std::string> values, const latency_cells& cells)
        : labels(std::move(values)), recorder(cells) {}
  };

  /// names: at least one, none twice. most: 1 to 100,000 series beside the overflow series.
  explicit recorder_family(std::vector<std::string> names, std::size_t most = default_most,
                           const latency_cells& cells = latency_cells())
      : names_(std::move(names)),
        most_(most),
        cells_(cells),
        places_(place_count(most)),
        overflow_(std::vector<std::string>(names_.size(), overflow_value), cells) {
    if (names_.empty()) raise<invalid_argument>("names: none given, expected at least one label");
    for (std::size_t i = 0; i < names_.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (names_[i] == names_[j])
          raise<invalid_argument>("names: \"" + names_[i] + "\" given twice, expected each once");
  }
  recorder_family(const recorder_family&) = delete;
  recorder_family& operator=(const recorder_family&) = delete;
  ~recorder_family() {
    for (auto& place : places_) delete place.load(std::memory_order_relaxed);
  }

  /// The recorder of these values, one for each name; of the overflow series when the family is full, or
  /// when their number is another one.
  latency_recorder& with(std::initializer_list<std::string_view> values) noexcept {
    return find(values.begin(), values.size());
  }
  latency_recorder& with(const std::vector<std::string_view>& values) noexcept {
    return find(values.data(), values.size());
  }

  /// Counts the requests whose values found no series of their own.
  const latency_recorder& overflow() const noexcept { return overflow_.recorder; }

  const std::vector<std::string>& names() const noexcept { return names_; }
  std::size_t most() const noexcept { return most_; }

  /// Every series that there is, the overflow series last and only if it counted something.
  std::vector<const series*> all() const {
    std::vector<const series*> r;
    for (const auto& place : places_)
      if (const series* s = place.load(std::memory_order_acquire)) r.push_back(s);
    if (overflow_.recorder.bytes() > sizeof(latency_recorder)) r.push_back(&overflow_);
    return r;
  }

  /// All memory now: the table and every series with its shards.
  std::size_t bytes() const noexcept {
    std::size_t n = sizeof *this + places_.size() * sizeof places_[0] + overflow_.recorder.bytes();
    for (const auto& place : places_)
      if (const series* s = place.load(std::memory_order_acquire)) {
        n += sizeof(series) - sizeof(latency_recorder) + s->recorder.bytes();
        for (const std::string& label : s->labels) n += sizeof label + label.capacity();
      }
    return n;
  }

 private:
  /// At most half of the places are taken, so that a search ends soon.
  static std::size_t place_count(std::size_t most) {
    if (most < 1 || most > largest_most)
      raise<invalid_argument>("most: " + std::to_string(most) + " series given, expected 1 to 100,000");
    std::size_t n = 4;
    while (n < 2 * most) n *= 2;
    return n;
  }

  /// FNV-1a (Fowler, Noll, Vo) over the values and their lengths, then mixed.
  static std::uint64_t hash(const std::string_view* values, std::size_t n) noexcept {
    std::uint64_t h = 0xCBF29CE484222325u;
    const auto eat = [&h](std::uint64_t byte) { h = (h ^ byte) * 0x100000001B3u; };
    for (std::size_t i = 0; i < n; ++i) {
      for (const char c : values[i]) eat(static_cast<unsigned char>(c));
      eat(256 + values[i].size());
    }
    return h ^ (h >> 29);
  }

  bool is_of(const series& s, const std::string_view* values) const noexcept {
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (s.labels[i] != values[i]) return false;
    return true;
  }

  latency_recorder& find(const std::string_view* values, std::size_t n) noexcept {
    if (n != names_.size()) return overflow_.recorder;
    const std::size_t mask = places_.size() - 1;
    std::size_t at = hash(values, n) & mask;
    for (series* s; (s = places_[at].load(std::memory_order_acquire)) != nullptr; at = (at + 1) & mask)
      if (is_of(*s, values)) return s->recorder;
    if (taken_.load(std::memory_order_relaxed) >= most_) return overflow_.recorder;
    return make(values, at);
  }

  /// Puts a new series into the first free place from `at`, unless another thread was faster with it.
  latency_recorder& make(const std::string_view* values, std::size_t at) noexcept {
    std::unique_ptr<series> fresh = made(values);
    if (fresh == nullptr) return overflow_.recorder;
    if (taken_.fetch_add(1, std::memory_order_relaxed) >= most_) {
      taken_.fetch_sub(1, std::memory_order_relaxed);
      return overflow_.recorder;
    }
    for (const std::size_t mask = places_.size() - 1;; at = (at + 1) & mask) {
      series* there = nullptr;
      if (places_[at].compare_exchange_strong(there, fresh.get(), std::memory_order_acq_rel))
        return fresh.release()->recorder;
      if (is_of(*there, values)) {
        taken_.fetch_sub(1, std::memory_order_relaxed);
        return there->recorder;
      }
    }
  }

  std::unique_ptr<series> made(const std::string_view* values) const noexcept {
#if BAROGRAPH_HAS_EXCEPTIONS
    try {
#endif
      return std::make_unique<series>(std::vector<std::string>(values, values + names_.size()), cells_);
#if BAROGRAPH_HAS_EXCEPTIONS
    } catch (...) {
      return nullptr;
    }
#endif
  }

  std::vector<std::string> names_;
  std::size_t most_;
  latency_cells cells_;
  std::vector<std::atomic<series*>> places_;
  std::atomic<std::size_t> taken_{0};
  series overflow_;
};

BAROGRAPH_NAMESPACE_END
