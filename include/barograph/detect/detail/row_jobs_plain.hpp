// What the kernels over blocks of rows are told: plain data, the same for every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detail {

constexpr std::int64_t block_rows = 512;  ///< rows whose products are summed about a mean of their own
constexpr std::int64_t block_stride =
    520;                                  ///< between columns of such a block; no power of two, for the cache
constexpr std::int64_t scored_rows = 64;  ///< rows scored at once
constexpr std::int64_t block_lanes = 8;   ///< sums go side by side, whatever the instruction set
constexpr double largest_cell = 1e140;    ///< squares of it can be added up

/// Doubles where they are: of the columns of `which`, from the block's first row on.
struct row_source {
  const double* data;
  std::ptrdiff_t row_stride, column_stride;
  const std::size_t* which;
  std::int64_t columns;
  std::int64_t rows;  ///< at most block_rows, or scored_rows
};

/// Means of the complete rows and the sums of products of what deviates from them.
struct comoments_job {
  row_source x;
  double* cells;     ///< room for columns * block_stride
  double* mean;      ///< a column
  double* rest;      ///< a column: what the rounding of the mean took off
  double* products;  ///< the lower triangle, row by row
};

/// Distances of rows from a plane and within it.
struct plane_distance_job {
  row_source x;
  const double* mean;      ///< a column
  const double* per_unit;  ///< a column
  std::int64_t components;
  const double* loadings;      ///< component by component
  const double* per_variance;  ///< a component
  double* cells;               ///< columns * scored_rows: what the components leave of the rows
  double* scores;              ///< components * scored_rows
  double* present;             ///< scored_rows: cells that are there
  double* t2;                  ///< scored_rows
  double* q;                   ///< scored_rows
};

}  // namespace detail
BAROGRAPH_NAMESPACE_END
