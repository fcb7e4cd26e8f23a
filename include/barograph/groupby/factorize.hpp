// Keys to group codes: 0, 1, 2 ... in the order of the sorted distinct keys.
//
// Keys within a range not much wider than their number are looked up in a table, others in a hash
// table (open addressing, a hash seeded anew each time: no choice of keys makes it slow); the codes are
// then renumbered by rank, so they do not depend on the seed. Class I.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "../core/errors.hpp"
#include "../core/hash_seed.hpp"
#include "../core/interrupt.hpp"
#include "../core/span.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace groupby {

/// What stands for a missing key: the least integer, as numpy's NaT.
constexpr std::int64_t missing_integer = std::numeric_limits<std::int64_t>::min();

/// Writes each key's code to `codes` (-1 where missing) and returns the distinct keys, ascending.
///
/// @param missing  whether `missing_integer` is a missing key rather than a number
/// @throws invalid_argument if the sizes differ, there are 2^31 - 1 distinct keys or more, or the keys
///         changed while they were being read
inline std::vector<std::int64_t> factorize(span<const std::int64_t> keys, span<std::int32_t> codes,
                                           bool missing = false) {
  if (keys.size() != codes.size())
    raise<invalid_argument>("codes: given " + std::to_string(codes.size()) + " rows, expected " +
                            std::to_string(keys.size()));
  const auto is_missing = [missing](std::int64_t k) { return missing && k == missing_integer; };
  std::int64_t lowest = std::numeric_limits<std::int64_t>::max();
  std::int64_t highest = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % rows_between_checks == 0) check_interrupt();
    const std::int64_t k = keys[i];
    lowest = std::min(lowest, is_missing(k) ? lowest : k);
    highest = std::max(highest, k);
  }
  if (lowest > highest || (missing && highest == missing_integer)) {
    for (std::int32_t& c : codes) c = -1;
    return {};
  }
  std::vector<std::int64_t> distinct;
  const std::uint64_t range = static_cast<std::uint64_t>(highest) - static_cast<std::uint64_t>(lowest);
  if (range < 2 * keys.size() + 65536 && range < std::numeric_limits<std::int32_t>::max()) {
    std::vector<std::int32_t> code_of(range + 1, -1);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i % rows_between_checks == 0) check_interrupt();
      const std::int64_t k = keys[i];
      const std::uint64_t at = static_cast<std::uint64_t>(k) - static_cast<std::uint64_t>(lowest);
      if (at <= range) code_of[at] = 0;
    }
    for (std::uint64_t at = 0; at <= range; ++at)
      if (code_of[at] == 0) {
        code_of[at] = static_cast<std::int32_t>(distinct.size());
        distinct.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(lowest) + at));
      }
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (i % rows_between_checks == 0) check_interrupt();
      const std::uint64_t at = static_cast<std::uint64_t>(keys[i]) - static_cast<std::uint64_t>(lowest);
      codes[i] = at <= range ? code_of[at] : -1;
    }
    return distinct;
  }

  struct entry {
    std::int64_t key;
    std::int32_t code;
  };
  std::vector<entry> table(1024, entry{0, -1});
  const std::uint64_t seed = barograph::detail::hash_seed();
  const auto find = [&](std::int64_t k) -> entry& {
    std::size_t at = barograph::detail::mixed_hash(seed, static_cast<std::uint64_t>(k)) & (table.size() - 1);
    while (table[at].code >= 0 && table[at].key != k) at = (at + 1) & (table.size() - 1);
    return table[at];
  };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % rows_between_checks == 0) check_interrupt();
    const std::int64_t k = keys[i];
    if (is_missing(k)) {
      codes[i] = -1;
      continue;
    }
    entry& e = find(k);
    if (e.code < 0) {
      if (distinct.size() >= std::size_t{std::numeric_limits<std::int32_t>::max()} - 1)
        raise<invalid_argument>("keys: given 2^31 - 1 distinct keys or more, expected fewer");
      e = entry{k, static_cast<std::int32_t>(distinct.size())};
      distinct.push_back(k);
      codes[i] = e.code;
      if (2 * distinct.size() > table.size()) {
        table.assign(2 * table.size(), entry{0, -1});
        for (std::size_t d = 0; d < distinct.size(); ++d)
          find(distinct[d]) = entry{distinct[d], static_cast<std::int32_t>(d)};
      }
    } else {
      codes[i] = e.code;
    }
  }
  std::vector<std::int32_t> order(distinct.size());
  for (std::size_t d = 0; d < order.size(); ++d) order[d] = static_cast<std::int32_t>(d);
  std::size_t compared = 0;
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    if (++compared % rows_between_checks == 0) check_interrupt();
    return distinct[static_cast<std::size_t>(a)] < distinct[static_cast<std::size_t>(b)];
  });
  std::vector<std::int32_t> rank(distinct.size());
  std::vector<std::int64_t> ascending(distinct.size());
  for (std::size_t r = 0; r < order.size(); ++r) {
    rank[static_cast<std::size_t>(order[r])] = static_cast<std::int32_t>(r);
    ascending[r] = distinct[static_cast<std::size_t>(order[r])];
  }
  for (std::int32_t& c : codes)
    if (c >= 0) c = rank[static_cast<std::size_t>(c)];
  return ascending;
}

/// Two keys as one: outer * inner_groups + inner, `missing_integer` where either is missing; what
/// `factorize` then numbers.
///
/// @throws invalid_argument for unequal sizes, or a code out of its range
inline void combine_codes(span<const std::int32_t> outer, std::size_t outer_groups,
                          span<const std::int32_t> inner, std::size_t inner_groups, span<std::int64_t> out) {
  if (outer.size() != inner.size() || outer.size() != out.size())
    raise<invalid_argument>("codes: given " + std::to_string(inner.size()) + " rows, expected " +
                            std::to_string(outer.size()));
  for (std::size_t i = 0; i < outer.size(); ++i) {
    const std::int64_t a = outer[i];
    const std::int64_t b = inner[i];
    if (a >= static_cast<std::int64_t>(outer_groups) || b >= static_cast<std::int64_t>(inner_groups) ||
        a < -1 || b < -1)
      raise<invalid_argument>("codes: out of range in row " + std::to_string(i) + ", expected -1 to " +
                              std::to_string(outer_groups) + " - 1 and " + std::to_string(inner_groups) +
                              " - 1");
    out[i] = a < 0 || b < 0 ? missing_integer : a * static_cast<std::int64_t>(inner_groups) + b;
  }
}

}  // namespace groupby
BAROGRAPH_NAMESPACE_END
