#include "barograph/core/utf8.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
const std::string mark = "\xEF\xBF\xBD";

/// UTF-8 by the table of RFC 3629, section 3.
std::string encoded(std::uint32_t c) {
  const auto byte = [](std::uint32_t b) { return static_cast<char>(b); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 63))};
  if (c < 0x10000) return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)),
          byte(0x80 | (c & 63))};
}
}  // namespace

TEST_CASE("every character of Unicode is valid, every surrogate and what lies beyond is not") {
  for (std::uint32_t c = 0; c < 0x110400; ++c) {
    const bool valid = !(c >= 0xD800 && c < 0xE000) && c <= 0x10FFFF;
    const std::string text = encoded(c);
    if (is_utf8(text) != valid || (valid && to_utf8(text) != text)) FAIL(c);
  }
  CHECK(is_utf8(""));
  CHECK(to_utf8("").empty());
}

TEST_CASE("two bytes: only the 1,920 characters from U+0080 to U+07FF, and pairs of ASCII") {
  int found = 0;
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b)
      found += is_utf8(std::string{static_cast<char>(a), static_cast<char>(b)}) ? 1 : 0;
  CHECK(found == 128 * 128 + 1920);
}

TEST_CASE("ill-formed text is shown as in the examples of Unicode 15, section 3.9") {
  // table 3-8: surrogates and overlong forms, each byte on its own
  CHECK(to_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") ==
        mark + mark + mark + mark + mark + mark + mark + mark + "A");
  CHECK(to_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") ==
        mark + mark + mark + mark + mark + mark + mark + mark + "A");
  CHECK(to_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") ==
        mark + mark + mark + mark + mark + "A" + mark + mark + "B");
  // table 3-11: truncated sequences, one mark each
  CHECK(to_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == mark + mark + mark + mark + "A");
}

TEST_CASE("what is shown is valid, and valid text stays, wherever the fault lies among ASCII") {
  for (std::size_t size = 1; size < 40; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      CHECK(is_utf8(text));
      text[at] = '\x80';
      CHECK_FALSE(is_utf8(text));
      CHECK(to_utf8(text) == std::string(at, 'a') + mark + std::string(size - at - 1, 'a'));
      text[at] = '\xF4';
      CHECK(is_utf8(to_utf8(text)));
    }
}
