// The passes of one call of `kpis`, in their order: see kpis.hpp.
//
// Law I, and one final rounding of each mean and quantile.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "../../core/errors.hpp"
#include "../../core/interrupt.hpp"
#include "../../core/span.hpp"
#include "../kpi_table.hpp"
#include "exact_total.hpp"
#include "rank_reader.hpp"
#include "scan_plain.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {
namespace detail {

[[noreturn]] inline void raise_changed() {
  raise<invalid_argument>("latency: the values or codes changed while they were being read");
}

inline void raise_code(std::int32_t code, std::size_t row, std::size_t groups) {
  raise<invalid_argument>("codes: given " + std::to_string(code) + " in row " + std::to_string(row) +
                          ", expected -1 (missing) to " + std::to_string(groups) + " - 1");
}

/// One call of `kpis`: the passes in their order. Rows are cut into parts, one a thread; each part has
/// tables of its own, of integers, so the cuts do not show in the results.
template <class T, class Executor>
class kpi_run {
  static constexpr std::size_t sweep_rows = 65535;
  static constexpr std::size_t gather_block = 4096;
  static constexpr std::size_t cells_in_cache = std::size_t{1} << 18;
  static constexpr std::size_t most_part_rows = std::size_t{1} << 31;  // counts in a part have 32 bits

 public:
  kpi_run(span<const T> latency, span<const unsigned char> errors, span<const std::int32_t> codes,
          std::size_t rows, std::size_t groups, const kpi_options& options, const Executor& executor)
      : latency_(latency),
        errors_(errors),
        codes_(codes),
        rows_(rows),
        groups_(groups),
        options_(options),
        executor_(executor) {
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
    part_rows_ = std::min(most_part_rows, rows / executor.threads() + 1);
    parts_ = (rows + part_rows_ - 1) / part_rows_;
  }

  kpi_table run() {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (auto* counts :
         {&out_.requests, &out_.errors, &out_.latencies, &out_.samples, &out_.satisfied, &out_.tolerating})
      counts->assign(groups_, 0);
    for (auto* values : {&out_.sum, &out_.mean, &out_.minimum, &out_.maximum}) values->assign(groups_, nan);
    out_.quantiles.assign(groups_ * options_.quantiles.size(), nan);
    if (rows_ == 0) return std::move(out_);

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

  /// f(part, begin, end) for each part of the rows.
  template <class F>
  void for_each_part(F&& f) const {
    executor_.for_each_chunk(rows_, part_rows_,
                             [&](std::size_t begin, std::size_t end) { f(begin / part_rows_, begin, end); });
  }

  void number_keys() {
    std::vector<std::vector<unsigned char>> used(parts_);
    number_of_.assign(kernel::groupby::key_count, 0);
    keys_.assign(1, kernel::groupby::missing_key);
    width_ = 1;
    if (latency_.empty()) return;
    for_each_part([&](std::size_t part, std::size_t begin, std::size_t end) {
      used[part].assign(kernel::groupby::key_count, 0);
      for (std::size_t at = begin; at < end; at += std::min(rows_between_checks, end - at)) {
        check_interrupt();
        kernel::groupby::mark_keys(latency_.data() + at, std::min(rows_between_checks, end - at),
                                   used[part].data());
      }
    });
    const auto number = [&](std::uint32_t key) {
      if (key == kernel::groupby::missing_key) return;
      for (const std::vector<unsigned char>& part : used)
        if (part[key] != 0) {
          number_of_[key] = static_cast<std::uint16_t>(keys_.size());
          keys_.push_back(key);
          return;
        }
    };
    for (std::uint32_t key = 0xFFFF; key >= 0x8000; --key) number(key);
    for (std::uint32_t key = 0; key < 0x8000; ++key) number(key);
    width_ = keys_.size();
  }

  void count() {
    cells_.resize(parts_);
    outcomes_.resize(parts_);
    for_each_part([&](std::size_t part, std::size_t begin, std::size_t end) {
      if (counted_) cells_[part].assign((groups_ + 1) * width_, cell{0, 0, 0});
      outcomes_[part].assign((groups_ + 1) * 8, 0);
      for (std::size_t at = begin; at < end;) {
        check_interrupt();
        const std::size_t n = std::min(sweep_rows, end - at);
        const std::size_t done = count_block(at, n, part);
        if (done != n) raise_code(codes_[at + done], at + done, groups_);
        kernel::groupby::sweep(cells_[part].data(), cells_[part].size());
        at += n;
      }
    });
  }

  std::size_t count_block(std::size_t at, std::size_t n, std::size_t part) {
    using kernel::groupby::tally;
    if (latency_.empty()) return count_errors<tally::errors>(at, n, part);
    return counted_ ? count_errors<tally::cells>(at, n, part) : count_errors<tally::outcomes>(at, n, part);
  }

  template <kernel::groupby::tally what>
  std::size_t count_errors(std::size_t at, std::size_t n, std::size_t part) {
    if (codes_.empty())
      return errors_.empty() ? count_with<what, false, false>(at, n, part)
                             : count_with<what, true, false>(at, n, part);
    return errors_.empty() ? count_with<what, false, true>(at, n, part)
                           : count_with<what, true, true>(at, n, part);
  }

  template <kernel::groupby::tally what, bool has_errors, bool has_codes>
  std::size_t count_with(std::size_t at, std::size_t n, std::size_t part) {
    return kernel::groupby::count_rows<what, has_errors, has_codes>(
        latency_.empty() ? nullptr : latency_.data() + at, has_errors ? errors_.data() + at : nullptr,
        has_codes ? codes_.data() + at : nullptr, n, last_code(), options_.satisfied, options_.tolerating,
        number_of_.data(), static_cast<std::uint32_t>(width_), cells_[part].data(), outcomes_[part].data());
  }

  static std::int64_t sum_of(const std::uint32_t* outcomes, std::initializer_list<int> which) {
    std::int64_t total = 0;
    for (const int i : which) total += outcomes[i];
    return total;
  }

  void read_outcomes() {
    for (const std::vector<std::uint32_t>& part : outcomes_)
      for (std::size_t g = 0; g < groups_; ++g) {
        const std::uint32_t* o = part.data() + 8 * (g + 1);
        out_.errors[g] += sum_of(o, {1, 3, 5, 7});
        out_.latencies[g] += sum_of(o, {0, 1, 2, 3, 4, 5});
        out_.requests[g] += sum_of(o, {0, 1, 2, 3, 4, 5, 6, 7});
        out_.samples[g] += sum_of(o, {0, 1, 2, 3, 4, 5, 7});
        out_.satisfied[g] += sum_of(o, {0});
        out_.tolerating[g] += sum_of(o, {2});
      }
  }

  void write_order(const rank_reader& ranks, std::size_t group) {
    out_.minimum[group] = ranks.minimum();
    out_.maximum[group] = ranks.maximum();
    ranks.write(out_.quantiles.data() + group * options_.quantiles.size());
  }

  void write_mean(std::size_t group, exact_total& total, bool above, bool below) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    const auto [rounded, scaled] = total.rounded_and_reset(64);
    double sum = rounded;
    const auto n = static_cast<double>(out_.latencies[group]);
    double mean = std::isinf(sum) ? std::ldexp(scaled / n, 64) : sum / n;
    if (above || below)
      mean = sum = above && below ? std::numeric_limits<double>::quiet_NaN() : above ? inf : -inf;
    out_.sum[group] = sum;
    out_.mean[group] = mean;
  }

  /// A (group, key) whose values are gathered: its first rank in the group, its size, and its cell.
  struct slot {
    std::size_t group, base, count, cell;
  };

  /// Sums by group, and the slots that hold the order statistics asked for.
  void place() {
    slot_of_.assign(cells_.front().size(), 0);
    slots_.assign(1, slot{});
    exact_total total;
    rank_reader ranks(options_.quantiles, options_.rule);
    for (std::size_t g = 0; g < groups_; ++g) {
      const auto n = static_cast<std::size_t>(out_.latencies[g]);
      if (n == 0) continue;
      ranks.begin(n);
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
          slots_.push_back({g, base, count, at});
          while (rank != ranks.needed().end() && *rank - base < count) ++rank;
        }
        base += count;
      }
      if (base != n) raise_changed();
      write_mean(g, total, above, below);
    }
  }

  void gather() {
    // cursor[p][s] .. end[p][s]: where part p writes the values of slot s
    std::vector<std::vector<std::size_t>> cursor(parts_, std::vector<std::size_t>(slots_.size(), 0));
    std::vector<std::vector<std::size_t>> end = cursor;
    std::vector<std::size_t> first(slots_.size(), 0);
    std::size_t at = 0;
    for (std::size_t s = 1; s < slots_.size(); ++s) {
      first[s] = at;
      for (std::size_t p = 0; p < parts_; ++p) {
        cursor[p][s] = at;
        at += cells_[p][slots_[s].cell].count;
        end[p][s] = at;
      }
    }
    std::vector<std::int64_t> keys(at);
    for_each_part([&](std::size_t part, std::size_t from, std::size_t to) {
      std::vector<kernel::groupby::picked> block(gather_block + 1);
      for (std::size_t row = from; row < to; row += gather_block) {
        check_interrupt();
        const std::size_t n = std::min(gather_block, to - row);
        const std::size_t filled = codes_.empty() ? gather_block_of<false>(row, n, block.data())
                                                  : gather_block_of<true>(row, n, block.data());
        for (std::size_t i = 0; i < filled; ++i) {
          const std::size_t s = block[i].slot;
          if (cursor[part][s] >= end[part][s]) raise_changed();
          keys[cursor[part][s]++] = block[i].ordered;
        }
      }
      if (cursor[part] != end[part]) raise_changed();
    });
    std::vector<std::size_t> groups(1, 1);  // the first slot of each group
    for (std::size_t s = 2; s <= slots_.size(); ++s)
      if (s == slots_.size() || slots_[s].group != slots_[s - 1].group) groups.push_back(s);
    executor_.for_each_chunk(groups.size() - 1, grain(groups.size()), [&](std::size_t from, std::size_t to) {
      rank_reader ranks(options_.quantiles, options_.rule);
      for (std::size_t i = from; i < to; ++i) {
        if (groups[i] >= slots_.size()) return;
        check_interrupt();
        const std::size_t g = slots_[groups[i]].group;
        ranks.begin(static_cast<std::size_t>(out_.latencies[g]));
        for (std::size_t s = groups[i]; s < groups[i + 1]; ++s)
          ranks.select(keys.data() + first[s], slots_[s].count, slots_[s].base);
        write_order(ranks, g);
      }
    });
  }

  template <bool has_codes>
  std::size_t gather_block_of(std::size_t row, std::size_t n, kernel::groupby::picked* out) const {
    return kernel::groupby::gather_rows<has_codes>(
        latency_.data() + row, has_codes ? codes_.data() + row : nullptr, n, last_code(), number_of_.data(),
        static_cast<std::uint32_t>(width_), slot_of_.data(), out);
  }

  /// Chunks of groups small enough to share the work evenly.
  std::size_t grain(std::size_t groups) const { return groups / (8 * executor_.threads()) + 1; }

  /// The other way: each group's values side by side, then summed and selected group by group.
  void distribute() {
    std::vector<std::vector<std::size_t>> cursor(parts_, std::vector<std::size_t>(groups_));
    std::vector<std::vector<std::size_t>> end = cursor;
    std::vector<std::size_t> first(groups_ + 1, 0);
    std::size_t total_rows = 0;
    for (std::size_t g = 0; g < groups_; ++g) {
      first[g] = total_rows;
      for (std::size_t p = 0; p < parts_; ++p) {
        cursor[p][g] = total_rows;
        total_rows += static_cast<std::size_t>(sum_of(outcomes_[p].data() + 8 * (g + 1), {0, 1, 2, 3, 4, 5}));
        end[p][g] = total_rows;
      }
    }
    first[groups_] = total_rows;
    std::vector<std::int64_t> keys(total_rows);
    for_each_part([&](std::size_t part, std::size_t from, std::size_t to) {
      for (std::size_t i = from; i < to; ++i) {
        if (i % rows_between_checks == 0) check_interrupt();
        const std::uint32_t group = codes_.empty() ? 0 : static_cast<std::uint32_t>(codes_[i]);
        const auto v = static_cast<double>(latency_[i]);
        if (group >= groups_ || v != v) continue;
        if (cursor[part][group] >= end[part][group]) raise_changed();
        keys[cursor[part][group]++] = kernel::groupby::ordered_bits(v);
      }
      if (cursor[part] != end[part]) raise_changed();
    });
    executor_.for_each_chunk(groups_, grain(groups_), [&](std::size_t from, std::size_t to) {
      exact_total total;
      rank_reader ranks(options_.quantiles, options_.rule);
      for (std::size_t g = from; g < to; ++g) {
        const std::size_t n = first[g + 1] - first[g];
        if (n == 0) continue;
        if (g % 64 == 0 || n >= rows_between_checks) check_interrupt();
        std::int64_t* own = keys.data() + first[g];
        add_up(g, own, n, total);
        ranks.begin(n);
        ranks.select(own, n, 0);
        write_order(ranks, g);
      }
    });
  }

  void add_up(std::size_t group, const std::int64_t* keys, std::size_t n, exact_total& total) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    bool above = false;
    bool below = false;
    for (std::size_t i = 0; i < n; ++i) {
      const double v = kernel::groupby::from_ordered_bits(keys[i]);
      if (v == inf)
        above = true;
      else if (v == -inf)
        below = true;
      else
        total.add_bits(kernel::groupby::bits_of(v));
    }
    write_mean(group, total, above, below);
  }

  span<const T> latency_;
  span<const unsigned char> errors_;
  span<const std::int32_t> codes_;
  std::size_t rows_;
  std::size_t groups_;
  const kpi_options& options_;
  const Executor& executor_;
  kpi_table out_;
  std::size_t part_rows_ = 1;
  std::size_t parts_ = 0;
  std::vector<std::uint16_t> number_of_;  // by key; 0 is missing
  std::vector<std::uint32_t> keys_;       // by number
  std::size_t width_ = 1;
  bool counted_ = false;
  std::vector<std::vector<cell>> cells_;              // by part
  std::vector<std::vector<std::uint32_t>> outcomes_;  // by part
  std::vector<std::uint32_t> slot_of_;
  std::vector<slot> slots_;
};

}  // namespace detail
}  // namespace groupby
BAROGRAPH_NAMESPACE_END
