#include "barograph/formats/json_lines.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("mutated JSON lines lose no line, leave whole columns and never depend on the pieces") {
  const std::string seed =
      "{\"t\":\"2024-01-01T00:00:00Z\",\"n\":{\"a\":[1,2.5e3,-0],\"b\":{\"c\":{\"d\":null}}},\"s\":"
      "\"\\ud83d\\ude00\\n\"}\n"
      "{\"t\":null,\"ok\":true,\"v\":12}\n{\"t\":\"x\",\"v\":1e400,\"ok\":false}\n";
  std::uint64_t state = 3;
  const auto roll = [&state](std::size_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % n;
  };
  const char spice[] = "{}[]\",:\\u\n0-.eE tfn\xFF\x80";
  for (int round = 0; round < 3000; ++round) {
    std::string text = seed;
    for (std::size_t n = roll(8); n > 0; --n) {
      const std::size_t at = roll(text.size());
      if (roll(3) == 0)
        text.erase(at, roll(10));
      else
        text.insert(at, 1, spice[roll(sizeof spice - 1)]);
      if (text.empty()) text = "{";
    }
    const json_lines whole = decode_json_lines(text);
    json_lines_decoder decoder;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t n = 1 + roll(30);
      decoder.feed(std::string_view(text).substr(at, n));
      at += n;
    }
    const json_lines pieces = decoder.finish();
    REQUIRE(whole.line == pieces.line);
    REQUIRE(whole.columns.size() == pieces.columns.size());
    REQUIRE(static_cast<std::int64_t>(whole.line.size() + whole.bad.size()) + whole.blank == whole.lines);
    for (std::size_t i = 0; i < whole.columns.size(); ++i) {
      const json_column& c = whole.columns[i];
      std::string data;
      std::vector<std::int64_t> offsets;
      std::vector<std::uint8_t> validity;
      c.text(whole.rows(), data, offsets, validity);
      REQUIRE(c.name() == pieces.columns[i].name());
      REQUIRE(offsets.size() == whole.line.size() + 1);
      REQUIRE(offsets.back() == static_cast<std::int64_t>(data.size()));
      REQUIRE(is_utf8(data));
      REQUIRE(c.numbers(whole.rows()).size() == whole.line.size());
    }
  }
}

TEST_CASE("nesting is followed to its limit and not beyond") {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  CHECK(decode_json_lines(nested(63)).bad.empty());
  REQUIRE(decode_json_lines(nested(64)).bad.size() == 1);
  CHECK(decode_json_lines(nested(64)).bad[0].fault == json_fault::too_deep);
  CHECK(decode_json_lines(nested(400'000)).bad[0].fault == json_fault::too_deep);
}

TEST_CASE("numbers beyond the doubles are text of a number and NaN as a value") {
  const json_lines j = decode_json_lines("{\"v\":1e999}\n{\"v\":1}\n");
  const std::vector<double> v = j.columns[0].numbers(2);
  CHECK(v[0] != v[0]);
  CHECK(v[1] == 1);
  CHECK(j.columns[0].integers(2).empty());
}

TEST_CASE("a column holds the cells there are, keys asked for are columns whatever the limit") {
  std::string text;
  for (int i = 0; i < 300; ++i)
    text += "{\"t\":1,\"k" + std::to_string(i) + "\":2" + (i == 250 ? ",\"late\":7" : "") + "}\n";
  json_lines_limits limits;
  limits.max_columns = 100;
  json_lines_decoder decoder(limits, {"late", "never"});
  for (int again = 0; again < 2; ++again) {
    decoder.feed(text);
    const json_lines read = decoder.finish();
    REQUIRE(read.columns.size() == 100);
    CHECK(read.columns[0].name() == "late");
    CHECK(read.columns[0].cells() == 1);
    CHECK(read.columns[0].numbers(read.rows())[250] == 7);
    CHECK(read.columns[1].cells() == 0);
    CHECK(read.columns[1].type() == json_type::empty);
    CHECK(read.columns[2].cells() == 300);
    CHECK(read.columns[3].cells() == 1);
    CHECK(read.dropped == 300 - 97);
  }
}
