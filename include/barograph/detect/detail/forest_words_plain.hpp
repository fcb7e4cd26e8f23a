// Path sums over the perfect layout by permutations of words: 32 rows at once (plain code of x86-64-v4, see
// src/kernels; the same bits as forest_score_plain.hpp).
//
// A tree's 256 words are eight registers. Levels 0 to 4 are in the first one, level 5 in the second, level 6
// in two, level 7 in four. Which columns the first three levels look at is the same for all rows, but for the
// branch; from the fourth on the upper bits of the word found choose among the columns of the row.
#pragma once

#include "forest_score_plain.hpp"

#if defined(__AVX512BW__)
#define BAROGRAPH_FOREST_WORDS 1
#include <immintrin.h>

BAROGRAPH_KERNEL_BEGIN

#define BAROGRAPH_WORDS static inline __attribute__((always_inline))

/// One column of the block, 32 rows from row i on.
BAROGRAPH_WORDS __m512i ranks_of(const forest_ranked_job& job, std::int64_t column, std::int64_t i) {
  return _mm512_load_si512(job.ranks + column * forest_block + i);
}

BAROGRAPH_WORDS __mmask32 greater(__m512i a, __m512i b) {
  return _mm512_cmp_epu16_mask(a, b, _MM_CMPINT_NLE);
}

/// Of the columns From, From + 2^Bits, ... the one that the tag says, whose lowest bit of interest is `bit`;
/// no tag asks for a column that is not there.
template <int Columns, int From, int Step>
BAROGRAPH_WORDS __m512i column_by_tag(const __m512i* mine, const __mmask32* bit) {
  if constexpr (Step >= Columns) {
    return mine[From];
  } else {
    const __m512i zero = column_by_tag<Columns, From, 2 * Step>(mine, bit + 1);
    if constexpr (From + Step >= Columns) {
      return zero;
    } else {
      const __m512i one = column_by_tag<Columns, From + Step, 2 * Step>(mine, bit + 1);
      return _mm512_mask_blend_epi16(bit[0], zero, one);
    }
  }
}

/// Twice the place, and one more where the row goes right.
BAROGRAPH_WORDS __m512i child_of(__m512i at, __mmask32 right) {
  at = _mm512_add_epi16(at, at);
  return _mm512_mask_add_epi16(at, right, at, _mm512_set1_epi16(1));
}

template <int Columns>
BAROGRAPH_WORDS __m512i one_level(const __m512i* mine, int rank_bits, __m512i word, __m512i at) {
  __mmask32 bit[3] = {0, 0, 0};
  for (int k = 0; (1 << k) < Columns; ++k)
    bit[k] = _mm512_test_epi16_mask(word, _mm512_set1_epi16(static_cast<short>(1u << (rank_bits + k))));
  return child_of(at, greater(column_by_tag<Columns, 0, 1>(mine, bit), word));
}

/// The leaf of each row, from 256 on.
template <int Columns>
BAROGRAPH_WORDS void leaves_of(const forest_ranked_job& job, const std::uint16_t* words,
                               std::uint16_t* leaves) {
  constexpr int rank_bits = Columns == 1 ? 16 : Columns == 2 ? 15 : Columns <= 4 ? 14 : 13;
  __m512i table[8];
  for (int k = 0; k < 8; ++k) table[k] = _mm512_loadu_si512(words + 32 * k);
  std::int64_t column[8];
  for (int k = 1; k < 8; ++k) column[k] = words[k] >> rank_bits;
  const auto all = [words](int k) { return _mm512_set1_epi16(static_cast<short>(words[k])); };
  const __m512i root = all(1), left = all(2), right = all(3);
  for (std::int64_t i = 0; i < job.rows; i += 32) {
    __m512i mine[Columns];
    for (int c = 0; c < Columns; ++c) mine[c] = ranks_of(job, c, i);
    const __mmask32 first = greater(ranks_of(job, column[1], i), root);
    const __mmask32 second =
        greater(_mm512_mask_blend_epi16(first, ranks_of(job, column[2], i), ranks_of(job, column[3], i)),
                _mm512_mask_blend_epi16(first, left, right));
    __m512i at = _mm512_mask_blend_epi16(first, _mm512_set1_epi16(2), _mm512_set1_epi16(3));
    at = child_of(at, second);
    const __m512i third = _mm512_mask_blend_epi16(
        first, _mm512_mask_blend_epi16(second, ranks_of(job, column[4], i), ranks_of(job, column[5], i)),
        _mm512_mask_blend_epi16(second, ranks_of(job, column[6], i), ranks_of(job, column[7], i)));
    at = child_of(at, greater(third, _mm512_permutexvar_epi16(at, table[0])));
    at = one_level<Columns>(mine, rank_bits, _mm512_permutexvar_epi16(at, table[0]), at);
    at = one_level<Columns>(mine, rank_bits, _mm512_permutexvar_epi16(at, table[0]), at);
    at = one_level<Columns>(mine, rank_bits, _mm512_permutexvar_epi16(at, table[1]), at);
    at = one_level<Columns>(mine, rank_bits, _mm512_permutex2var_epi16(table[2], at, table[3]), at);
    const __mmask32 upper = _mm512_test_epi16_mask(at, _mm512_set1_epi16(64));
    const __m512i low = _mm512_permutex2var_epi16(table[4], at, table[5]);
    const __m512i high = _mm512_permutex2var_epi16(table[6], at, table[7]);
    at = one_level<Columns>(mine, rank_bits, _mm512_mask_blend_epi16(upper, low, high), at);
    _mm512_store_si512(leaves + i, at);
  }
}

template <int Columns>
static void ranked_by_words(const forest_ranked_job& job) {
  alignas(64) std::uint16_t leaf[4][forest_block];
  add_trees<256>(job, leaf, [&job](std::int64_t t, std::uint16_t* leaves) {
    leaves_of<Columns>(job, job.words + 256 * t, leaves);
  });
}

inline void forest_ranked_by_words(const forest_ranked_job& job) noexcept {
  switch (job.columns) {
    case 1:
      return ranked_by_words<1>(job);
    case 2:
      return ranked_by_words<2>(job);
    case 3:
      return ranked_by_words<3>(job);
    case 4:
      return ranked_by_words<4>(job);
    case 5:
      return ranked_by_words<5>(job);
    case 6:
      return ranked_by_words<6>(job);
    case 7:
      return ranked_by_words<7>(job);
    default:
      return ranked_by_words<8>(job);
  }
}

#undef BAROGRAPH_WORDS

BAROGRAPH_KERNEL_END

#endif
