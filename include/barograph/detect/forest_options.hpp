// What an isolation forest is to be like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {

/// What the leaves of a forest say.
enum class forest_scoring : std::uint8_t {
  depth,    ///< how few splits it took to get there
  density,  ///< how few training rows there are for the space they could fill
};

struct forest_options {
  std::size_t trees = 100;
  std::size_t samples = 256;   ///< rows drawn for a tree; all where there are fewer
  std::size_t max_depth = 0;   ///< of a tree; 0: the logarithm of samples to base 2, rounded up
  std::size_t features = 0;    ///< columns drawn for a tree; 0: all
  std::size_t dimensions = 1;  ///< columns in a split; above 1: the extended forest's random planes
  bool bootstrap = false;      ///< rows are drawn with replacement
  std::uint64_t seed = 0;
  forest_scoring scoring = forest_scoring::depth;
  std::vector<std::size_t> categorical;  ///< columns whose values are categories, not numbers

  /// In two odd cases do as scikit-learn does: a range of a column up to 1e-7 counts as none, and an
  /// infinity is not cut off at once (a positive one splits at the least value, a negative one not).
  bool like_scikit_learn = false;
};

}  // namespace detect
BAROGRAPH_NAMESPACE_END
