#include "barograph/formats/text_dictionary.hpp"

#include <map>

#include "barograph/core/executor.hpp"
#include "catch.hpp"

using namespace barograph;

TEST_CASE("an empty dictionary holds nothing, not even the empty text") {
  text_dictionary d;
  CHECK(d.size() == 0);
  CHECK_FALSE(d.contains(""));
  CHECK(d.code("") == 0);
  CHECK(d.contains(std::string_view()));
  CHECK(d[0].empty());
  CHECK(d.code(std::string_view()) == 0);
}

TEST_CASE("codes agree with a map, past every growth, for texts of all short lengths") {
  text_dictionary d;
  std::map<std::string, std::int32_t> oracle;
  std::uint32_t state = 1;
  for (int i = 0; i < 30000; ++i) {
    state = state * 1664525u + 1013904223u;
    std::string text;
    for (std::uint32_t k = 0; k < (state >> 28); ++k) text += static_cast<char>((state >> (k % 20)) & 3u);
    const auto found = oracle.emplace(text, static_cast<std::int32_t>(oracle.size()));
    REQUIRE(d.code(text) == found.first->second);
  }
  CHECK(oracle.size() > 1000);
  CHECK(d.size() == oracle.size());
  for (const auto& entry : oracle) REQUIRE(d[entry.second] == entry.first);
}

TEST_CASE("zero bytes, prefixes and one another's repetitions are different texts") {
  text_dictionary d;
  for (std::size_t size = 0; size < 40; ++size)
    CHECK(d.code(std::string(size, '\0')) == static_cast<int>(size));
  CHECK(d.code("abcdefgh") == 40);
  CHECK(d.code("abcdefghabcdefgh") == 41);
  CHECK(d.code("abcdefgha") == 42);
}

TEST_CASE("ill-formed text is a key of its own and shown as valid text") {
  text_dictionary d;
  CHECK(d.code("\xFF") == 0);
  CHECK(d.code("\xFE") == 1);
  CHECK(d.code("\xEF\xBF\xBD") == 2);
  CHECK_FALSE(d.valid_utf8(0));
  CHECK(d.valid_utf8(2));
  CHECK(d[0] == "\xFF");
  CHECK(d.shown(0) == "\xEF\xBF\xBD");
  CHECK(d.shown(1) == d.shown(2));
}

TEST_CASE("a column of no rows, of nulls alone, and of fewer rows than threads") {
  const std::string bytes = "xyx";
  const std::vector<std::int32_t> offsets = {0, 1, 2, 3};
  const std::vector<std::uint8_t> none = {0};
  const text_column column{span<const char>(bytes), span<const std::int32_t>(offsets)};
  CHECK(encode_text(text_column({}, span<const std::int32_t>(offsets.data(), 1))).codes.empty());
  CHECK(encode_text(column, thread_executor(8)).codes == std::vector<std::int32_t>{0, 1, 0});
  text_column nulls = column;
  nulls.with_validity(none);
  const coded_text coded = encode_text(nulls, thread_executor(2));
  CHECK(coded.codes == std::vector<std::int32_t>{-1, -1, -1});
  CHECK(coded.categories.size() == 0);
}
