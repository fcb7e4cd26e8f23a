// canonical: bytes that were read are those that would be written.
//
// Readers refuse what no state can be; what is left are other spellings of the same state (a column listed
// twice, a number that is never written so). States are equal when their bytes are, so there is one spelling
// only.
#pragma once

#include <string>
#include <utility>

#include "errors.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// The state itself.
/// @throws bad_bytes unless its `to_bytes` gives `bytes`
template <class State>
inline State canonical(State read, const std::string& bytes) {
  if (read.to_bytes() != bytes)
    raise<bad_bytes>("bytes: not as they are written: the state that they spell has other ones");
  return read;
}

BAROGRAPH_NAMESPACE_END
