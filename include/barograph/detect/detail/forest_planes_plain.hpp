// Path sums over the perfect layout by shuffles of bytes: as many rows at once as a register has bytes
// (plain code of x86-64-v2 and up, see src/kernels; the same bits as forest_score_plain.hpp).
//
// A tree's 256 words become two planes of bytes in chunks of 16, the size of a shuffle's table. Levels 0 to
// 3 are in the first chunk, level 4 in the second, and so on; the upper bits of a row's place choose among
// the results of a level's chunks, the upper bits of the word found choose among the columns of the row.
#pragma once

#include "forest_score_plain.hpp"

#if defined(__SSE4_1__) && defined(__SSSE3__)
#define BAROGRAPH_FOREST_PLANES 1

BAROGRAPH_KERNEL_BEGIN

#if defined(__AVX2__)
constexpr int forest_bytes = 32;
typedef unsigned char forest_plane __attribute__((vector_size(32)));
typedef char forest_plane_signed __attribute__((vector_size(32)));
#define BAROGRAPH_SHUFFLE __builtin_ia32_pshufb256
#define BAROGRAPH_BLEND __builtin_ia32_pblendvb256
#else
constexpr int forest_bytes = 16;
typedef unsigned char forest_plane __attribute__((vector_size(16)));
typedef char forest_plane_signed __attribute__((vector_size(16)));
#define BAROGRAPH_SHUFFLE __builtin_ia32_pshufb128
#define BAROGRAPH_BLEND __builtin_ia32_pblendvb128
#endif
#define BAROGRAPH_PLANES static inline __attribute__((always_inline))

/// table[index] for each byte; only the lower four bits of an index below 128 count.
BAROGRAPH_PLANES forest_plane looked_up(forest_plane table, forest_plane index) {
  return reinterpret_cast<forest_plane>(BAROGRAPH_SHUFFLE(reinterpret_cast<forest_plane_signed>(table),
                                                          reinterpret_cast<forest_plane_signed>(index)));
}

/// b where the upper bit of the byte is set, else a.
BAROGRAPH_PLANES forest_plane either(forest_plane a, forest_plane b, forest_plane bit) {
  return reinterpret_cast<forest_plane>(BAROGRAPH_BLEND(reinterpret_cast<forest_plane_signed>(a),
                                                        reinterpret_cast<forest_plane_signed>(b),
                                                        reinterpret_cast<forest_plane_signed>(bit)));
}

/// The one of `count` chunks, or of columns, that the bits say, the highest of them first.
template <int Bits>
BAROGRAPH_PLANES forest_plane selected(const forest_plane* from, const forest_plane* bit) {
  if constexpr (Bits == 0) {
    return from[0];
  } else {
    constexpr int half = 1 << (Bits - 1);
    return either(selected<Bits - 1>(from, bit + 1), selected<Bits - 1>(from + half, bit + 1), bit[0]);
  }
}

struct forest_tables {
  alignas(32) forest_plane low[16];
  alignas(32) forest_plane high[16];
};

/// Both planes of a level's words, for places whose upper bits are in `bit`.
template <int Level>
BAROGRAPH_PLANES void words_of_level(const forest_tables& tables, forest_plane at, forest_plane& low,
                                     forest_plane& high) {
  constexpr int bits = Level < 5 ? 0 : Level - 4, chunks = 1 << bits, first = Level < 4 ? 0 : chunks;
  const forest_plane index = at & 15;
  forest_plane l[chunks], h[chunks], bit[3];
  forest_plane shifted = at + at;  // bit 6 of the place is the upper one now, then bit 5, then 4
  for (int k = 0; k < 3; ++k) {
    bit[k] = shifted;
    shifted = shifted + shifted;
  }
  for (int c = 0; c < chunks; ++c) {
    l[c] = looked_up(tables.low[first + c], index);
    h[c] = looked_up(tables.high[first + c], index);
  }
  low = selected<bits>(l, bit + (3 - bits));
  high = selected<bits>(h, bit + (3 - bits));
}

template <int Level, int TagBits>
BAROGRAPH_PLANES void step_down(const forest_tables& tables, const forest_plane* mine_low,
                                const forest_plane* mine_high, forest_plane& at) {
  forest_plane low, high, tag[3];
  words_of_level<Level>(tables, at, low, high);
  tag[0] = high;
  tag[1] = high + high;
  tag[2] = tag[1] + tag[1];
  const forest_plane l = selected<TagBits>(mine_low, tag), h = selected<TagBits>(mine_high, tag);
  const auto right = (h > high) | ((h == high) & (l > low));
  at = at + at - reinterpret_cast<forest_plane>(right);  // true is all ones, minus one
}

/// The leaf of each row.
template <int TagBits>
BAROGRAPH_PLANES void leaves_by_planes(const std::uint16_t* words, const unsigned char (*low)[forest_block],
                                       const unsigned char (*high)[forest_block], std::int64_t rows,
                                       unsigned char* leaf) {
  constexpr int columns = 1 << TagBits;
  forest_tables tables;
  for (int c = 0; c < 16; ++c) {
    alignas(32) unsigned char l[forest_bytes], h[forest_bytes];
    for (int k = 0; k < forest_bytes; ++k) {
      const std::uint16_t word = words[16 * c + (k & 15)];
      l[k] = static_cast<unsigned char>(word & 255u);
      h[k] = static_cast<unsigned char>(word >> 8);
    }
    __builtin_memcpy(&tables.low[c], l, sizeof l);
    __builtin_memcpy(&tables.high[c], h, sizeof h);
  }
  for (std::int64_t i = 0; i < rows; i += forest_bytes) {
    forest_plane mine_low[columns], mine_high[columns];
    for (int c = 0; c < columns; ++c) {
      __builtin_memcpy(&mine_low[c], &low[c][i], sizeof mine_low[c]);
      __builtin_memcpy(&mine_high[c], &high[c][i], sizeof mine_high[c]);
    }
    forest_plane at = forest_plane{} + 1;
    step_down<0, TagBits>(tables, mine_low, mine_high, at);
    step_down<1, TagBits>(tables, mine_low, mine_high, at);
    step_down<2, TagBits>(tables, mine_low, mine_high, at);
    step_down<3, TagBits>(tables, mine_low, mine_high, at);
    step_down<4, TagBits>(tables, mine_low, mine_high, at);
    step_down<5, TagBits>(tables, mine_low, mine_high, at);
    step_down<6, TagBits>(tables, mine_low, mine_high, at);
    step_down<7, TagBits>(tables, mine_low, mine_high, at);
    __builtin_memcpy(leaf + i, &at, sizeof at);
  }
}

template <int TagBits>
static void ranked_by_planes(const forest_ranked_job& job) {  // compilers see that nothing is thrown
  alignas(32) unsigned char low[8][forest_block], high[8][forest_block];
  const int columns = 1 << TagBits;
  for (int c = 0; c < columns; ++c) {
    const int from = c < job.columns ? c : 0;  // no word asks for a column that is not there
    for (std::int64_t i = 0; i < job.rows; ++i) {
      const std::uint16_t word = job.ranks[from * forest_block + i];
      low[c][i] = static_cast<unsigned char>(word & 255u);
      high[c][i] = static_cast<unsigned char>(word >> 8);
    }
  }
  unsigned char leaf[4][forest_block];
  add_trees<0>(job, leaf, [&](std::int64_t t, unsigned char* leaves) {
    leaves_by_planes<TagBits>(job.words + 256 * t, low, high, job.rows, leaves);
  });
}

inline void forest_ranked_fast(const forest_ranked_job& job) noexcept {
  switch (16 - job.rank_bits) {
    case 0:
      return ranked_by_planes<0>(job);
    case 1:
      return ranked_by_planes<1>(job);
    case 2:
      return ranked_by_planes<2>(job);
    default:
      return ranked_by_planes<3>(job);
  }
}

#undef BAROGRAPH_SHUFFLE
#undef BAROGRAPH_BLEND
#undef BAROGRAPH_PLANES

BAROGRAPH_KERNEL_END

#endif
