#include "barograph/core/errors.hpp"

#include <type_traits>

#include "catch.hpp"

using namespace barograph;

namespace {
/// Which handler an error of type E reaches when the specific ones stand first.
template <class E>
std::string reached() {
  try {
    raise<E>("n: given 0, expected 1");
  } catch (const invalid_argument& e) {
    return std::string("argument ") + e.what();
  } catch (const bad_bytes& e) {
    return std::string("bytes ") + e.what();
  } catch (const schema_error& e) {
    return std::string("schema ") + e.what();
  } catch (const std::runtime_error& e) {
    return std::string("runtime ") + e.what();
  }
}
}  // namespace

TEST_CASE("each error reaches its own handler, with the message as given") {
  CHECK(reached<invalid_argument>() == "argument n: given 0, expected 1");
  CHECK(reached<bad_bytes>() == "bytes n: given 0, expected 1");
  CHECK(reached<schema_error>() == "schema n: given 0, expected 1");
  CHECK(reached<error>() == "runtime n: given 0, expected 1");
}

TEST_CASE("one handler catches all of barograph's errors and nothing else of the standard library's") {
  CHECK_THROWS_AS(raise<invalid_argument>(""), error);
  CHECK_THROWS_AS(raise<bad_bytes>(""), error);
  CHECK_THROWS_AS(raise<schema_error>(""), error);
  STATIC_REQUIRE_FALSE(std::is_base_of_v<std::invalid_argument, invalid_argument>);
  STATIC_REQUIRE_FALSE(std::is_base_of_v<invalid_argument, bad_bytes>);
  STATIC_REQUIRE_FALSE(std::is_base_of_v<invalid_argument, schema_error>);
}

TEST_CASE("errors can be kept after what raised them is gone") {
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<invalid_argument>);
  const auto kept = [] {
    std::string message = "a message too long for the small buffer of a string, on the heap";
    const invalid_argument e(message);
    message.assign(message.size(), '?');
    return e;
  }();
  CHECK(std::string(kept.what()) == "a message too long for the small buffer of a string, on the heap");
}
