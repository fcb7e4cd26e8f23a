// two_chances: what evidence is worth that is the better of two.
#pragma once

#include "../../core/math.hpp"

BAROGRAPH_NAMESPACE_BEGIN
namespace detect {
namespace detail {

/// -log10 of the probability that the better of two independent values of evidence reaches `evidence`, 0 or
/// more. It grows all the way from 0, so that the order of the rows below the median is kept too.
inline double two_chances(double evidence) {
  constexpr double ln_10 = 0x1.26bb1bbb55516p+1;
  return evidence - math::log(2.0 - math::exp(-ln_10 * evidence)) / ln_10;
}

}  // namespace detail
}  // namespace detect
BAROGRAPH_NAMESPACE_END
