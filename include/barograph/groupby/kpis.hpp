// Reliability figures by group: requests, errors, mean, exact quantiles and Apdex in one go over
// integer group codes, without sorting the rows.
//
// Quantiles are exact order statistics. One pass counts the values by (group, sign and exponent and
// top four mantissa bits) and adds up the remaining mantissa bits as integers; that places every
// order statistic in one such class, and a second pass gathers only these classes, inside which
// std::nth_element selects. Where groups are so many, or values so spread, that this table would not
// stay in cache, the rows are distributed to their groups instead (a counting sort). Both give the
// same bits.
//
// Sums are exact until one final rounding, so the mean is the correctly rounded sum over the count.
// Class I: counts, order statistics, sums; the combiner's few operations are class F. Threads do not
// change bits. Missing latencies (NaN) are left out of mean, quantiles and Apdex; an error without a
// latency still counts as frustrated.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/span.hpp"
#include "../stats/order_statistic.hpp"
#include "detail/exact_total.hpp"
#include "detail/scan_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {

/// What `kpis` computes besides counts and mean.
struct kpi_options {
  std::vector<double> quantiles = {0.5, 0.95, 0.99};  ///< each in [0, 1]
  combiner rule = combiner::pandas_linear;
  double satisfied = std::numeric_limits<double>::quiet_NaN();   ///< Apdex T, in the latency's unit
  double tolerating = std::numeric_limits<double>::quiet_NaN();  ///< Apdex F, in the latency's unit
};

/// One value per group each; `quantiles` is row-major, groups by options.quantiles.
struct kpi_table {
  std::vector<std::int64_t> requests;    ///< rows
  std::vector<std::int64_t> errors;      ///< rows with an error
  std::vector<std::int64_t> latencies;   ///< rows whose latency is not missing
  std::vector<std::int64_t> samples;     ///< rows that Apdex judges: with a latency or an error
  std::vector<std::int64_t> satisfied;   ///< no error, latency <= T
  std::vector<std::int64_t> tolerating;  ///< no error, T < latency <= F
  std::vector<double> sum, mean, minimum, maximum;
  std::vector<double> quantiles;
};

namespace detail {

/// How rows are cut for threads; a part stays short enough for 32-bit counts.
struct row_range {
  std::size_t begin, end;
};

[[noreturn]] inline void raise_changed() {
  raise<invalid_argument>("latency: the values or codes changed while they were being read");
}

inline void raise_code(std::int32_t code, std::size_t row, std::size_t groups) {
  raise<invalid_argument>("codes: given " + std::to_string(code) + " in row " + std::to_string(row) +
                          ", expected -1 (missing) to " + std::to_string(groups) + " - 1");
}

/// Selects order statistics of one group, given as ordered bits, and combines them.
class rank_reader {
 public:
  /// The ranks that the quantiles (and the extremes) of n values need, ascending and distinct.
  rank_reader(const kpi_options& options, std::size_t n) : options_(options), n_(n) {
    needed_.push_back(0);
    needed_.push_back(n - 1);
    for (const double q : options.quantiles) {
      const quantile_position p = position_of(q, n);
      needed_.push_back(p.rank);
      if (p.fraction != 0.0) needed_.push_back(p.rank + 1);
    }
    std::sort(needed_.begin(), needed_.end());
    needed_.erase(std::unique(needed_.begin(), needed_.end()), needed_.end());
    values_.resize(needed_.size());
  }

  const std::vector<std::size_t>& needed() const noexcept { return needed_; }

  /// Reads the needed ranks in [base, base + count) from the `count` values with these ranks.
  void select(std::int64_t* keys, std::size_t count, std::size_t base) {
    std::size_t done = 0;
    for (std::size_t i = first_at(base); i < needed_.size() && needed_[i] - base < count; ++i) {
      const std::size_t k = needed_[i] - base;
      if (done > 0 && k == done) {  // the successor of what was selected last
        std::iter_swap(keys + k, std::min_element(keys + k, keys + count));
      } else {
        std::nth_element(keys + done, keys + k, keys + count);
      }
      values_[i] = kernel::groupby::from_ordered_bits(keys[k]);
      done = k + 1;
    }
  }

  void write(kpi_table& out, std::size_t group) const {
    out.minimum[group] = values_.front();
    out.maximum[group] = values_.back();
    double* row = out.quantiles.data() + group * options_.quantiles.size();
    for (const double q : options_.quantiles) {
      const quantile_position p = position_of(q, n_);
      const std::size_t i = first_at(p.rank);
      const double a = values_[i];
      *row++ = combine(options_.rule, a, p.fraction != 0.0 ? values_[i + 1] : a, p.fraction);
    }
  }

 private:
  std::size_t first_at(std::size_t rank) const {
    return static_cast<std::size_t>(std::lower_bound(needed_.begin(), needed_.end(), rank) - needed_.begin());
  }

  const kpi_options& options_;
  std::size_t n_;
  std::vector<std::size_t> needed_;
  std::vector<double> values_;
};

/// One call of `kpis`: the passes in their order.
template <class T>
class kpi_run {
  static constexpr std::size_t sweep_rows = 65535;
  static constexpr std::size_t gather_block = 4096;
  static constexpr std::size_t cells_in_cache = std::size_t{1} << 18;

 public:
  kpi_run(span<const T> latency, span<const unsigned char> errors, span<const std::int32_t> codes,
          std::size_t rows, std::size_t groups, const kpi_options& options)
      : latency_(latency), errors_(errors), codes_(codes), rows_(rows), groups_(groups), options_(options) {
    for (const double q : options.quantiles) check_quantile(q);
    if (groups > std::size_t{std::numeric_limits<std::int32_t>::max()} - 1)
      raise<invalid_argument>("n_groups: given " + std::to_string(groups) + ", expected less than 2^31 - 1");
    const auto check_size = [&](const char* name, std::size_t size) {
      if (size != 0 && size != rows)
        raise<invalid_argument>(std::string(name) + ": given " + std::to_string(size) + " rows, expected " +
                                std::to_string(rows) + " as the others have");
    };
    check_size("latency", latency.size());
    check_size("errors", errors.size());
    check_size("codes", codes.size());
    if (codes.empty() && rows > 0 && groups != 1)
      raise<invalid_argument>("n_groups: given " + std::to_string(groups) + ", expected 1 without codes");
    constexpr std::size_t part_rows = std::size_t{1} << 31;
    for (std::size_t at = 0; at < rows; at += part_rows)
      parts_.push_back({at, std::min(rows, at + part_rows)});
  }

  kpi_table run() {
    const std::size_t wide = options_.quantiles.size();
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (auto* counts :
         {&out_.requests, &out_.errors, &out_.latencies, &out_.samples, &out_.satisfied, &out_.tolerating})
      counts->assign(groups_, 0);
    for (auto* values : {&out_.sum, &out_.mean, &out_.minimum, &out_.maximum}) values->assign(groups_, nan);
    out_.quantiles.assign(groups_ * wide, nan);

    number_keys();
    const std::size_t cells = (groups_ + 1) * width_;
    counted_ = !latency_.empty() && cells <= cells_in_cache && cells <= 4 * rows_;
    count();
    read_outcomes();
    if (latency_.empty()) return std::move(out_);
    if (counted_) {
      place();
      gather();
    } else {
      distribute();
    }
    return std::move(out_);
  }

 private:
  using cell = kernel::groupby::cell;

  std::uint32_t last_code() const noexcept { return static_cast<std::uint32_t>(groups_); }

  void number_keys() {
    std::vector<unsigned char> used(kernel::groupby::key_count, 0);
    kernel::groupby::mark_keys(latency_.data(), latency_.size(), used.data());
    used[kernel::groupby::missing_key] = 0;
    number_of_.assign(kernel::groupby::key_count, 0);
    keys_.assign(1, kernel::groupby::missing_key);
    const auto number = [&](std::uint32_t key) {
      if (used[key] == 0) return;
      number_of_[key] = static_cast<std::uint16_t>(keys_.size());
      keys_.push_back(key);
    };
    for (std::uint32_t key = 0xFFFF; key >= 0x8000; --key) number(key);
    for (std::uint32_t key = 0; key < 0x8000; ++key) number(key);
    width_ = keys_.size();
  }

  void count() {
    cells_.resize(parts_.size());
    outcomes_.resize(parts_.size());
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      if (counted_) cells_[p].assign((groups_ + 1) * width_, cell{0, 0, 0});
      outcomes_[p].assign((groups_ + 1) * 8, 0);
      std::size_t at = parts_[p].begin;
      while (at < parts_[p].end) {
        const std::size_t n = std::min(sweep_rows, parts_[p].end - at);
        const std::size_t done = counted_ ? count_block<true>(at, n, p) : count_outcomes(at, n, p);
        if (done != n) raise_code(codes_[at + done], at + done, groups_);
        kernel::groupby::sweep(cells_[p].data(), cells_[p].size());
        at += n;
      }
    }
  }

  template <bool has_values>
  std::size_t count_block(std::size_t at, std::size_t n, std::size_t p) {
    if (codes_.empty())
      return errors_.empty() ? count_with<has_values, false, false>(at, n, p)
                             : count_with<has_values, true, false>(at, n, p);
    return errors_.empty() ? count_with<has_values, false, true>(at, n, p)
                           : count_with<has_values, true, true>(at, n, p);
  }

  template <bool has_values, bool has_errors, bool has_codes>
  std::size_t count_with(std::size_t at, std::size_t n, std::size_t p) {
    return kernel::groupby::count_rows<has_values, has_errors, has_codes>(
        has_values ? latency_.data() + at : nullptr, has_errors ? errors_.data() + at : nullptr,
        has_codes ? codes_.data() + at : nullptr, n, last_code(), options_.satisfied, options_.tolerating,
        number_of_.data(), static_cast<std::uint32_t>(width_), cells_[p].data(), outcomes_[p].data());
  }

  /// As count_block, but only the outcomes: for rows that `distribute` handles, or without latencies.
  std::size_t count_outcomes(std::size_t at, std::size_t n, std::size_t p) {
    if (latency_.empty()) return count_block<false>(at, n, p);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t group = code_at(at + i) + 1u;
      if (group > last_code()) return i;
      const bool is_error = !errors_.empty() && errors_[at + i] != 0;
      const auto v = static_cast<double>(latency_[at + i]);
      ++outcomes_[p][8 * std::size_t{group} +
                     kernel::groupby::outcome_of(v, options_.satisfied, options_.tolerating, is_error)];
    }
    return n;
  }

  std::uint32_t code_at(std::size_t row) const noexcept {
    return codes_.empty() ? 0u : static_cast<std::uint32_t>(codes_[row]);
  }

  void read_outcomes() {
    for (const std::vector<std::uint32_t>& part : outcomes_)
      for (std::size_t g = 0; g < groups_; ++g) {
        const std::uint32_t* o = part.data() + 8 * (g + 1);
        const auto sum = [&](std::initializer_list<int> which) {
          std::int64_t total = 0;
          for (const int i : which) total += o[i];
          return total;
        };
        out_.errors[g] += sum({1, 3, 5, 7});
        out_.latencies[g] += sum({0, 1, 2, 3, 4, 5});
        out_.requests[g] += sum({0, 1, 2, 3, 4, 5, 6, 7});
        out_.samples[g] += sum({0, 1, 2, 3, 4, 5, 7});
        out_.satisfied[g] += sum({0});
        out_.tolerating[g] += sum({2});
      }
  }

  void write_mean(std::size_t group, exact_total& total, bool above, bool below) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const double finite = total.round_and_reset();
    double sum = finite;
    if (above || below) sum = above && below ? std::numeric_limits<double>::quiet_NaN() : above ? inf : -inf;
    out_.sum[group] = sum;
    out_.mean[group] = sum / static_cast<double>(out_.latencies[group]);
  }

  /// A (group, key) whose values are gathered: their first rank in the group and their number.
  struct slot {
    std::size_t group, base, count;
  };

  /// Sums by group, and the slots that hold the order statistics asked for.
  void place() {
    slot_of_.assign(cells_.front().size(), 0);
    slots_.assign(1, slot{});
    exact_total total;
    for (std::size_t g = 0; g < groups_; ++g) {
      const auto n = static_cast<std::size_t>(out_.latencies[g]);
      if (n == 0) continue;
      const rank_reader ranks(options_, n);
      auto rank = ranks.needed().begin();
      std::size_t base = 0;
      bool above = false;
      bool below = false;
      for (std::size_t k = 1; k < width_; ++k) {
        const std::size_t at = (g + 1) * width_ + k;
        std::uint64_t count = 0;
        uint128 low = 0;
        for (const std::vector<cell>& part : cells_) {
          count += part[at].count;
          low += (static_cast<uint128>(part[at].carry) << 48) + part[at].low;
        }
        if (count == 0) continue;
        const std::uint32_t biased = (keys_[k] >> 4) & 0x7FFu;
        const bool negative = (keys_[k] & 0x8000u) != 0;
        if (biased == 0x7FFu) {
          (negative ? below : above) = true;
        } else {
          const std::uint64_t top = (keys_[k] & 15u) + (biased != 0 ? 16u : 0u);
          total.add((static_cast<uint128>(count) * top << 48) + low, biased != 0 ? biased - 1 : 0, negative);
        }
        if (rank != ranks.needed().end() && *rank - base < count) {
          slot_of_[at] = static_cast<std::uint32_t>(slots_.size());
          slots_.push_back({g, base, count});
          while (rank != ranks.needed().end() && *rank - base < count) ++rank;
        }
        base += count;
      }
      if (base != n) raise_changed();
      write_mean(g, total, above, below);
    }
  }

  void gather() {
    std::vector<std::size_t> ends(slots_.size() + 1, 0);
    for (std::size_t s = 1; s < slots_.size(); ++s) ends[s + 1] = ends[s] + slots_[s].count;
    std::vector<std::size_t> cursor(ends.begin(), ends.end() - 1);
    const std::size_t expected = ends.back();
    std::vector<std::int64_t> keys(expected);
    std::vector<kernel::groupby::picked> block(gather_block + 1);
    for (const row_range& part : parts_)
      for (std::size_t at = part.begin; at < part.end; at += gather_block) {
        const std::size_t n = std::min(gather_block, part.end - at);
        const std::size_t filled =
            codes_.empty()
                ? kernel::groupby::gather_rows<false>(
                      latency_.data() + at, static_cast<const std::int32_t*>(nullptr), n, last_code(),
                      number_of_.data(), static_cast<std::uint32_t>(width_), slot_of_.data(), block.data())
                : kernel::groupby::gather_rows<true>(latency_.data() + at, codes_.data() + at, n, last_code(),
                                                     number_of_.data(), static_cast<std::uint32_t>(width_),
                                                     slot_of_.data(), block.data());
        for (std::size_t i = 0; i < filled; ++i) {
          std::size_t& to = cursor[block[i].slot];
          if (to >= ends[block[i].slot + 1]) raise_changed();
          keys[to++] = block[i].ordered;
        }
      }
    for (std::size_t s = 1; s < slots_.size();) {
      const std::size_t g = slots_[s].group;
      rank_reader ranks(options_, static_cast<std::size_t>(out_.latencies[g]));
      for (; s < slots_.size() && slots_[s].group == g; ++s) {
        if (cursor[s] != ends[s + 1]) raise_changed();
        ranks.select(keys.data() + ends[s], slots_[s].count, slots_[s].base);
      }
      ranks.write(out_, g);
    }
  }

  /// The other way: each group's values side by side, then summed and selected group by group.
  void distribute() {
    std::vector<std::size_t> ends(groups_ + 1, 0);
    for (std::size_t g = 0; g < groups_; ++g)
      ends[g + 1] = ends[g] + static_cast<std::size_t>(out_.latencies[g]);
    std::vector<std::size_t> cursor(ends.begin(), ends.end() - 1);
    std::vector<std::int64_t> keys(ends.back());
    for (std::size_t i = 0; i < rows_; ++i) {
      const std::uint32_t group = code_at(i);
      const auto v = static_cast<double>(latency_[i]);
      if (group >= groups_ || v != v) continue;
      std::size_t& to = cursor[group];
      if (to >= ends[group + 1]) raise_changed();
      keys[to++] = kernel::groupby::ordered_bits(v);
    }
    exact_total total;
    constexpr double inf = std::numeric_limits<double>::infinity();
    for (std::size_t g = 0; g < groups_; ++g) {
      if (cursor[g] != ends[g + 1]) raise_changed();
      const std::size_t n = ends[g + 1] - ends[g];
      if (n == 0) continue;
      std::int64_t* own = keys.data() + ends[g];
      bool above = false;
      bool below = false;
      for (std::size_t i = 0; i < n; ++i) {
        const double v = kernel::groupby::from_ordered_bits(own[i]);
        if (v == inf)
          above = true;
        else if (v == -inf)
          below = true;
        else
          total.add_bits(kernel::groupby::bits_of(v));
      }
      write_mean(g, total, above, below);
      rank_reader ranks(options_, n);
      ranks.select(own, n, 0);
      ranks.write(out_, g);
    }
  }

  span<const T> latency_;
  span<const unsigned char> errors_;
  span<const std::int32_t> codes_;
  std::size_t rows_;
  std::size_t groups_;
  const kpi_options& options_;
  kpi_table out_;
  std::vector<row_range> parts_;
  std::vector<std::uint16_t> number_of_;  // by key; 0 is missing
  std::vector<std::uint32_t> keys_;       // by number
  std::size_t width_ = 0;
  bool counted_ = false;
  std::vector<std::vector<cell>> cells_;  // by part
  std::vector<std::vector<std::uint32_t>> outcomes_;
  std::vector<std::uint32_t> slot_of_;
  std::vector<slot> slots_;
};

}  // namespace detail

/// Reliability figures of each group.
///
/// @param latency  one value a row (double, float, std::int64_t or std::int32_t), NaN = missing; empty:
///                 counts only
/// @param errors   one byte a row, not 0 = an error; empty: none
/// @param codes    one group a row, -1 = none (the row is left out); empty: all rows are group 0
/// @param rows     number of rows; the arrays that are not empty have it
/// @param groups   number of groups
/// @throws invalid_argument for a code outside -1..groups-1, a quantile outside [0, 1], unequal sizes,
///         or arrays that another thread changed while they were being read
template <class T>
kpi_table kpis(span<const T> latency, span<const unsigned char> errors, span<const std::int32_t> codes,
               std::size_t rows, std::size_t groups, const kpi_options& options = {}) {
  return detail::kpi_run<T>(latency, errors, codes, rows, groups, options).run();
}

}  // namespace groupby
BAROGRAPH_NAMESPACE_END
