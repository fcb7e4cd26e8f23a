#include "barograph/formats/text_column.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
const std::string bytes = "abcde";
span<const char> data() { return span<const char>(bytes); }
}  // namespace

TEST_CASE("rows run from offset to offset, in both widths of Arrow") {
  const std::vector<std::int32_t> narrow = {1, 3, 3, 5};  // a slice does not begin at 0
  const std::vector<std::int64_t> wide = {1, 3, 3, 5};
  for (const text_column& c : {text_column(data(), narrow), text_column(data(), wide)}) {
    REQUIRE(c.rows() == 3);
    CHECK(c[0] == "bc");
    CHECK(c[1].empty());
    CHECK(c[2] == "de");
    CHECK(c.present(1));
  }
  const std::vector<std::int32_t> one = {0};
  CHECK(text_column({}, one).rows() == 0);
  CHECK_THROWS_AS(text_column(data(), span<const std::int32_t>()), invalid_argument);
}

TEST_CASE("offsets that point outside of the bytes are refused, not followed") {
  for (const std::vector<std::int64_t>& offsets :
       {std::vector<std::int64_t>{-1, 2}, {3, 2}, {0, 6}, {6, 6}, {INT64_MIN, 0}, {0, INT64_MAX}, {-2, -1}}) {
    const text_column c(data(), offsets);
    CHECK_THROWS_AS(c[0], invalid_argument);
  }
  const std::vector<std::int64_t> end = {5, 5};
  CHECK(text_column(data(), end)[0].empty());
}

TEST_CASE("the bitmap is read from the lowest bit, after its offset") {
  const std::vector<std::int32_t> offsets = {0, 1, 2, 3};
  const std::vector<std::uint8_t> bitmap = {0x40, 0x01};  // bits 6 and 8
  text_column c(data(), offsets);
  c.with_validity(bitmap, 6);
  CHECK(c.present(0));
  CHECK_FALSE(c.present(1));
  CHECK(c.present(2));
  CHECK_NOTHROW(c.with_validity(bitmap, 13));
  CHECK_THROWS_AS(c.with_validity(bitmap, 14), invalid_argument);
  CHECK_THROWS_AS(c.with_validity(bitmap, SIZE_MAX), invalid_argument);
  CHECK_THROWS_AS(c.with_validity({}, 0), invalid_argument);
}

TEST_CASE("blanks go from both sides and from nowhere else") {
  CHECK(trimmed(" \t\r\n\v\f a b \n") == "a b");
  CHECK(trimmed(" \t ").empty());
  CHECK(trimmed("").empty());
  CHECK(trimmed("\xC2\xA0x") == "\xC2\xA0x");  // a no-break space is text
  CHECK(trimmed(std::string_view("\0", 1)).size() == 1);
}

TEST_CASE("words for no value in any case, and nothing that only looks like one") {
  for (const char* word :
       {"", "-", "NA", "na", "N/A", "n/a", "NaN", "nan", "NaT", "null", "NULL", "None", "nOnE"})
    CHECK(is_missing_word(word));
  for (const char* word : {"0", "--", "n", "nil", "nanx", "nones", "n.a", "no", "-1", "NaN ",
                           "N\x0F"
                           "A",
                           ".NA"})
    CHECK_FALSE(is_missing_word(word));
}
