// A chunk of a series with each value's rank in it, and the walk of windows over such chunks (plain
// code, see src/kernels).
//
// Law I: selections and counts, no arithmetic. A chunk, a few windows long, is ranked once; a window is
// then a bitmap over the ranks, and a slide flips bits. Ranking: each value is mapped to one of up to
// 2^22 cells by a rising function that follows the data, t / (1 + |t|) with t in quartile distances from
// the median of the chunk before, cells are sorted in two radix passes, and neighbours that the cells
// could not tell apart are mended by comparison. The map decides the time it takes, never the order.
// Source: two-pass distribution sort, D. E. Knuth, The Art of Computer Programming 3, 5.2.5.
#pragma once

#include <cstddef>
#include <cstdint>

#include "jobs_plain.hpp"
#include "work_meter_plain.hpp"

BAROGRAPH_KERNEL_BEGIN

using rolling::detail::order_job;

/// A double's bits in the order of its value; -0.0 is 0.0.
inline std::uint64_t ordered_bits(double x) noexcept {
  const double plain = x + 0.0;
  std::uint64_t b;
  __builtin_memcpy(&b, &plain, 8);
  return b ^ ((b >> 63) != 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
}

/// Sorts m positions by keys[position], equal keys by position; order and other: room for m each.
/// On entry order holds the positions in rising order, on return in the order of their keys. For data
/// of any shape and size; sort_values is faster where it can be.
inline void sort_positions(const std::uint64_t* keys, std::uint64_t* order, std::uint64_t* other,
                           std::ptrdiff_t m, int position_bits) noexcept {
  if (m < 2) return;
  const std::uint64_t position_mask = (std::uint64_t{1} << position_bits) - 1;
  std::uint64_t low = keys[order[0]], high = low;
  for (std::ptrdiff_t i = 1; i < m; ++i) {
    const std::uint64_t k = keys[order[i]];
    low = k < low ? k : low;
    high = k > high ? k : high;
  }
  if (low == high) return;
  const bool small = m <= 2048;
  const int digit = small ? 8 : 11;
  int prefix_bits = small ? 32 : 33;
  const int range_bits = 64 - __builtin_clzll(high - low);
  const int shift = range_bits > prefix_bits ? range_bits - prefix_bits : 0;
  if (range_bits < prefix_bits) prefix_bits = range_bits;
  const int passes = (prefix_bits + digit - 1) / digit;
  const std::uint64_t digit_mask = (std::uint64_t{1} << digit) - 1;
  std::uint32_t counts[4][2048];
  for (int p = 0; p < passes; ++p) __builtin_memset(counts[p], 0, sizeof(std::uint32_t) << digit);
  for (std::ptrdiff_t i = 0; i < m; ++i) {
    const std::uint64_t prefix = (keys[order[i]] - low) >> shift;
    for (int p = 0; p < passes; ++p) ++counts[p][(prefix >> (p * digit)) & digit_mask];
    order[i] |= prefix << position_bits;
  }
  std::uint64_t* from = order;
  std::uint64_t* to = other;
  for (int p = 0; p < passes; ++p) {
    std::uint32_t* const c = counts[p];
    std::uint32_t sum = 0;
    for (std::uint64_t d = 0; d <= digit_mask; ++d) {
      const std::uint32_t here = c[d];
      c[d] = sum;
      sum += here;
    }
    const int at = position_bits + p * digit;
    for (std::ptrdiff_t i = 0; i < m; ++i) to[c[(from[i] >> at) & digit_mask]++] = from[i];
    std::uint64_t* const swap = from;
    from = to;
    to = swap;
  }
  if (from != order) __builtin_memcpy(order, from, static_cast<std::size_t>(m) * 8);
  // Runs of one prefix: in order of position; what the prefix could not tell apart is mended.
  for (std::ptrdiff_t a = 0; a < m;) {
    const std::uint64_t prefix = order[a] >> position_bits;
    std::ptrdiff_t b = a;
    while (b < m && (order[b] >> position_bits) == prefix) {
      order[b] &= position_mask;
      ++b;
    }
    if (shift > 0 && b - a > 1) {
      if (b - a <= 24) {
        for (std::ptrdiff_t i = a + 1; i < b; ++i) {
          const std::uint64_t moving = order[i];
          const std::uint64_t key = keys[moving];
          std::ptrdiff_t j = i;
          for (; j > a && keys[order[j - 1]] > key; --j) order[j] = order[j - 1];
          order[j] = moving;
        }
      } else {
        sort_positions(keys, order + a, other + a, b - a, position_bits);  // its range is below 2^shift
      }
    }
    a = b;
  }
}

/// The rank of a row without a value.
constexpr std::uint32_t no_rank = 0xFFFFFFFFu;
/// The rank of a NaN that makes its windows NaN.
constexpr std::uint32_t nan_rank = 0xFFFFFFFEu;

/// Chunks of so many values and more are sorted by sort_positions: positions have 21 bits here.
constexpr std::ptrdiff_t most_in_cells = std::ptrdiff_t{1} << 21;

/// The rising map of values to cells: from where, and how steep.
struct cell_map {
  double center = 0.0, scale = 0.0;  ///< scale 0: not yet known

  /// From three quartiles; where the outer two do not differ (or not by a number), from a wider spread.
  void follow(double low, double middle, double high, double least, double most) noexcept {
    double spread = high - low;
    if (!(spread > 0.0)) spread = most - least;
    const bool usable = spread > 1e-300 && spread < 1e300 && middle - middle == 0.0;
    center = usable ? middle : 0.0;
    scale = usable ? 2.0 / spread : 1.0;
  }

  /// From a few values of many.
  void sample(const double* v, std::ptrdiff_t m) noexcept {
    constexpr std::ptrdiff_t most = 33;
    double some[most];
    const std::ptrdiff_t stride = m / most + 1;
    std::ptrdiff_t n = 0;
    for (std::ptrdiff_t i = 0; i < m; i += stride) {
      std::ptrdiff_t j = n++;
      for (; j > 0 && some[j - 1] > v[i]; --j) some[j] = some[j - 1];
      some[j] = v[i];
    }
    follow(some[n / 4], some[n / 2], some[3 * n / 4], some[0], some[n - 1]);
  }
};

/// Sorts m values (no NaN), equal ones by position: gives sorted and, for each rank, its position in
/// `order`. cell, order, other: room for m each; triple: room for 3 m.
inline void sort_values(const double* v, std::ptrdiff_t m, cell_map& map, std::uint32_t* cell,
                        std::uint32_t* order, std::uint32_t* other, std::uint64_t* triple,
                        double* sorted) noexcept {
  if (m == 0) return;
  int log_m = 1;
  while ((std::ptrdiff_t{1} << log_m) < m) ++log_m;
  bool done = false;
  if (m <= most_in_cells) {
    if (map.scale == 0.0) map.sample(v, m);
    int digit = (log_m + 5) / 2;
    digit = m <= 256 ? 7 : digit < 8 ? 8 : digit > 11 ? 11 : digit;
    const double center = map.center, scale = map.scale;
    const int half = 1 << (2 * digit - 1);
    const double reach = static_cast<double>(half - 1);
    for (std::ptrdiff_t i = 0; i < m; ++i) {
      const double t = (v[i] - center) * scale;
      const double f = __builtin_copysign((1.0 - 1.0 / (1.0 + __builtin_fabs(t))) * reach, t);
      cell[i] = static_cast<std::uint32_t>(static_cast<int>(f) + half);
    }
    std::uint32_t low[2048], high[2048];
    const std::uint32_t digits = std::uint32_t{1} << digit, mask = digits - 1;
    __builtin_memset(low, 0, sizeof(std::uint32_t) << digit);
    __builtin_memset(high, 0, sizeof(std::uint32_t) << digit);
    for (std::ptrdiff_t i = 0; i < m; ++i) {
      ++low[cell[i] & mask];
      ++high[cell[i] >> digit];
    }
    std::uint32_t low_sum = 0, high_sum = 0;
    for (std::uint32_t d = 0; d < digits; ++d) {
      const std::uint32_t l = low[d], h = high[d];
      low[d] = low_sum;
      high[d] = high_sum;
      low_sum += l;
      high_sum += h;
    }
    for (std::ptrdiff_t i = 0; i < m; ++i)
      other[low[cell[i] & mask]++] = (cell[i] >> digit) << 21 | static_cast<std::uint32_t>(i);
    for (std::ptrdiff_t i = 0; i < m; ++i)
      order[high[other[i] >> 21]++] = other[i] & ((std::uint32_t{1} << 21) - 1);
    std::ptrdiff_t moves = 8 * m;  // a mend that needs more is left to the other sort
    double last = v[order[0]];
    std::ptrdiff_t r = 0;
    for (; r < m && moves >= 0; ++r) {
      const std::uint32_t i = order[r];
      const double x = v[i];
      sorted[r] = x;
      if (__builtin_expect(x < last, 0)) {
        std::ptrdiff_t j = r;
        for (; j > 0 && sorted[j - 1] > x; --j) {
          sorted[j] = sorted[j - 1];
          order[j] = order[j - 1];
        }
        moves -= r - j;
        sorted[j] = x;
        order[j] = i;
      } else {
        last = x;
      }
    }
    done = moves >= 0;
  }
  if (!done) {
    std::uint64_t* const keys = triple;
    for (std::ptrdiff_t i = 0; i < m; ++i) {
      keys[i] = ordered_bits(v[i]);
      triple[m + i] = static_cast<std::uint64_t>(i);
    }
    sort_positions(keys, triple + m, triple + 2 * m, m, log_m);
    for (std::ptrdiff_t r = 0; r < m; ++r) {
      order[r] = static_cast<std::uint32_t>(triple[m + r]);
      sorted[r] = v[order[r]];
    }
  }
  map.follow(sorted[m / 4], sorted[m / 2], sorted[3 * (m / 4)], sorted[0], sorted[m - 1]);
}

/// Ranks the rows [begin, stop) of the series; gives how many have a value, and all = whether all have.
inline std::ptrdiff_t rank_chunk(const order_job& job, cell_map& map, std::int64_t begin, std::int64_t stop,
                                 bool& all) noexcept {
  const std::ptrdiff_t n = stop - begin;
  const double* const x = job.read != nullptr ? job.value : job.x + begin;
  if (job.read != nullptr) job.read(job.series, begin, stop, job.value);
  const unsigned char* const mask = job.mask != nullptr ? job.mask + begin : nullptr;
  std::uint64_t odd = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const double v = x[i];
    job.value[i] = v;
    odd |= v - v == 0.0 ? std::uint64_t{0} : std::uint64_t{1};
  }
  if (mask != nullptr)
    for (std::ptrdiff_t i = 0; i < n; ++i) odd |= mask[i];
  all = odd == 0;
  if (all) {
    sort_values(job.value, n, map, job.rank, job.order, job.other, job.wide, job.sorted);
    for (std::ptrdiff_t r = 0; r < n; ++r) job.rank[job.order[r]] = static_cast<std::uint32_t>(r);
    return n;
  }
  std::ptrdiff_t m = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const double v = job.value[i];
    const bool null = mask != nullptr && mask[i] != 0, nan = v != v;
    if (null || nan || (job.inf_is_missing && !(v - v == 0.0))) {
      job.rank[i] = !null && nan && job.nan_is_loud ? nan_rank : no_rank;
    } else {
      job.rank[i] = 0;
      job.place[m] = static_cast<std::uint32_t>(i);
      job.value[m++] = v;
    }
  }
  sort_values(job.value, m, map, job.cell, job.order, job.other, job.wide, job.sorted);
  for (std::ptrdiff_t r = 0; r < m; ++r) job.rank[job.place[job.order[r]]] = static_cast<std::uint32_t>(r);
  return m;
}

/// The rows [first, stop) of a window.
struct row_range {
  std::int64_t first, stop;
};

inline row_range window_of(const order_job& job, std::int64_t i) noexcept {
  if (job.start != nullptr) return {job.start[i], job.end[i]};
  if (job.back != nullptr) {
    const std::int64_t row = i * job.step, first = row - job.back[i];
    return {first, job.held == nullptr ? row + 1 : first + job.held[i]};
  }
  const std::int64_t stop = i + job.shift + 1, first = stop - job.length;
  return {first < 0          ? 0
          : first > job.rows ? job.rows
                             : first,
          stop < 0          ? 0
          : stop > job.rows ? job.rows
                            : stop};
}

inline std::int64_t distance(std::int64_t a, std::int64_t b) noexcept { return a < b ? b - a : a - b; }

/// Walks the windows [job.first, job.stop) over ranked chunks. Of the state it asks
/// begin(chunk's first row, its rows, its values), insert(rank), remove(rank), clear(), none(window),
/// result(window, its last row's rank), and
/// steady(window, last): windows of one length done in one go; gives the first that is not.
/// Bounds may go back; that costs the rows between.
template <class State>
inline void walk_windows(const order_job& job, State& state) noexcept {
  cell_map map;
  work_meter meter{job.leave};
  std::int64_t i = job.first;
  while (i < job.stop) {
    // The windows i .. last, and all their rows [begin, stop), fit into one chunk.
    const row_range head = window_of(job, i);
    if (head.stop <= head.first) {
      state.none(i++);
      continue;
    }
    std::int64_t begin = head.first, stop = head.stop, last = i;
    if (job.start == nullptr && job.back == nullptr) {
      last = job.rows - begin <= job.chunk ? job.stop - 1 : begin + job.chunk - job.shift - 1;
      if (last > job.stop - 1) last = job.stop - 1;
      stop = window_of(job, last).stop;
    } else {
      for (; last + 1 < job.stop; ++last) {
        const row_range next = window_of(job, last + 1);
        if (next.stop <= next.first) continue;
        const std::int64_t b = next.first < begin ? next.first : begin;
        const std::int64_t s = next.stop > stop ? next.stop : stop;
        if (s - b > job.chunk) break;
        begin = b;
        stop = s;
      }
    }
    if (meter.leaves_after(stop - begin)) return;
    bool all = false;
    const std::ptrdiff_t m = rank_chunk(job, map, begin, stop, all);
    state.begin(begin, stop - begin, m);
    const std::uint32_t* const rank = job.rank - begin;
    std::int64_t low = begin, high = begin;
    while (i <= last) {
      const row_range w = window_of(job, i);
      if (w.stop <= w.first) {
        state.none(i++);
        continue;
      }
      if (w.first >= high || w.stop <= low) {
        if (high > low) state.clear();
        low = high = w.first;
      }
      if (meter.leaves_after(distance(low, w.first) + distance(high, w.stop))) return;
      while (low > w.first) state.insert(rank[--low]);
      while (high < w.stop) state.insert(rank[high++]);
      while (high > w.stop) state.remove(rank[--high]);
      while (low < w.first) state.remove(rank[low++]);
      state.result(i++, rank[high - 1]);
      if (job.start == nullptr && job.back == nullptr && all && high - low == job.length && high < job.rows) {
        const std::int64_t full = job.rows - job.shift - 1;  // the last window that is not cut off
        std::int64_t until = last < full ? last : full;
        if (job.leave.ask != nullptr && until > i + meter.between_looks) until = i + meter.between_looks;
        const std::int64_t next = state.steady(i, until);
        if (meter.leaves_after(next - i)) return;
        low += next - i;
        high += next - i;
        i = next;
      }
    }
  }
}

/// A set of ranks as a bitmap. Where Deep, a bit of `words` tells of each word whether it has any set,
/// so that the nearest set bit is found soon however far it is. On both sides stand words of ones.
template <bool Deep>
struct rank_set {
  std::uint64_t* bits;
  std::uint64_t* words;
  std::ptrdiff_t count;  ///< words of bits

  /// Empty, for ranks below m.
  void reset(const order_job& job, std::ptrdiff_t m) noexcept {
    bits = job.bits + 2;
    count = (m >> 6) + 1;
    words = bits + count + 2;
    bits[-2] = bits[-1] = bits[count] = bits[count + 1] = ~std::uint64_t{0};
    clear();
  }

  void clear() noexcept {
    __builtin_memset(bits, 0, static_cast<std::size_t>(count) * 8);
    if (Deep) {
      __builtin_memset(words, 0, static_cast<std::size_t>((count >> 6) + 2) * 8);
      words[count >> 6] = std::uint64_t{1} << (count & 63);  // the ones behind the last
    }
  }

  bool has(std::ptrdiff_t r) const noexcept { return (bits[r >> 6] >> (r & 63) & 1) != 0; }

  void insert(std::ptrdiff_t r) const noexcept {
    bits[r >> 6] |= std::uint64_t{1} << (r & 63);
    if (Deep) words[r >> 12] |= std::uint64_t{1} << (r >> 6 & 63);
  }

  void remove(std::ptrdiff_t r) const noexcept {
    const std::uint64_t left = bits[r >> 6] & ~(std::uint64_t{1} << (r & 63));
    bits[r >> 6] = left;
    if (Deep) words[r >> 12] &= ~(std::uint64_t{left == 0} << (r >> 6 & 63));
  }

  /// The nearest member at or after p; behind the last one m or more.
  std::ptrdiff_t at_or_after(std::ptrdiff_t p) const noexcept {
    std::ptrdiff_t word = p >> 6;
    const std::uint64_t here = bits[word] & (~std::uint64_t{0} << (p & 63)), next = bits[word + 1];
    word += here == 0;
    std::uint64_t w = here != 0 ? here : next;
    if (__builtin_expect(w == 0, 0)) {
      ++word;
      if (Deep) {
        std::ptrdiff_t group = word >> 6;
        std::uint64_t g = words[group] & (~std::uint64_t{0} << (word & 63));
        while (g == 0) g = words[++group];
        word = group * 64 + __builtin_ctzll(g);
        w = bits[word];
      } else {
        while ((w = bits[word]) == 0) ++word;
      }
    }
    return word * 64 + __builtin_ctzll(w);
  }

  /// The nearest member before p; before the first one below 0.
  std::ptrdiff_t before(std::ptrdiff_t p) const noexcept {
    std::ptrdiff_t word = (p - 1) >> 6;
    const std::uint64_t here = bits[word] & (~std::uint64_t{0} >> (63 - ((p - 1) & 63))),
                        next = bits[word - 1];
    word -= here == 0;
    std::uint64_t w = here != 0 ? here : next;
    if (__builtin_expect(w == 0, 0)) {
      if (--word < 0) return -1;
      if (Deep) {
        std::ptrdiff_t group = word >> 6;
        std::uint64_t g = words[group] & (~std::uint64_t{0} >> (63 - (word & 63)));
        while (g == 0 && group > 0) g = words[--group];
        if (g == 0) return -1;
        word = group * 64 + 63 - __builtin_clzll(g);
        w = bits[word];
      } else {
        while ((w = bits[word]) == 0) --word;
      }
    }
    return word * 64 + 63 - __builtin_clzll(w);
  }

  /// The member that has `index` members before it.
  std::ptrdiff_t select(std::int64_t index) const noexcept {
    std::ptrdiff_t word = 0;
    for (;; ++word) {
      const std::int64_t here = __builtin_popcountll(bits[word]);
      if (index < here) break;
      index -= here;
    }
    std::uint64_t w = bits[word];
    for (; index > 0; --index) w &= w - 1;
    return word * 64 + __builtin_ctzll(w);
  }
};

/// Whether a chunk of m values is wide enough for a rank_set to be Deep.
constexpr bool deep_from(std::ptrdiff_t m) noexcept { return m > 16384; }

BAROGRAPH_KERNEL_END
