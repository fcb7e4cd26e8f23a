// Errors: everything barograph throws derives from `barograph::error`, through one hook.
//
// A build without exceptions calls `BAROGRAPH_ERROR_HOOK(message)`, which must not return; the
// default prints the message and aborts.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "../config.hpp"

BAROGRAPH_NAMESPACE_BEGIN

/// Base of all errors; `what()` names the argument, what was given and what would be accepted.
class error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A parameter or a value that the function cannot take.
class invalid_argument : public error {
 public:
  using error::error;
};

/// Bytes that are truncated, damaged, foreign or of a newer version.
class bad_bytes : public error {
 public:
  using error::error;
};

/// Data whose columns or types are not what was asked for.
class schema_error : public error {
 public:
  using error::error;
};

/// Leaves with an error of type E. The only place that throws.
template <class E>
[[noreturn]] inline void raise(const std::string& message) {
#if BAROGRAPH_HAS_EXCEPTIONS
  throw E(message);
#elif defined(BAROGRAPH_ERROR_HOOK)
  BAROGRAPH_ERROR_HOOK(message.c_str());
  std::abort();
#else
  std::fprintf(stderr, "barograph: %s\n", message.c_str());
  std::abort();
#endif
}

BAROGRAPH_NAMESPACE_END
