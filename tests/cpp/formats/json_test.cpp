#include "barograph/formats/json.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
/// The fault of a whole text; what stands behind its value is no JSON.
json_fault fault_of(std::string_view text, int depth = 64) {
  json_scanner s(text, depth);
  json_kind kind{};
  std::string_view raw;
  if (!s.value(kind, raw)) return s.fault();
  return s.at_end() ? json_fault::none : json_fault::not_json;
}
std::string said(std::string_view text) {
  json_scanner s(text);
  std::string_view out;
  std::string scratch;
  return s.string(out, scratch) ? std::string(out) : "?";
}
}  // namespace

TEST_CASE("the grammar of RFC 8259: what is JSON") {
  for (const char* text :
       {"0", "-0", "1e5", "1E+5", "-0.5e-10", "\"\"", "null", "true", "false", "[]", "{}", " [ 1 , \"a\" ] ",
        "{\"a\":{\"b\":[1,2,{}]},\"\":null}", "\t\r\n1\n", "[[[]]]", "\"\x7F\""})
    CHECK(fault_of(text) == json_fault::none);
}

TEST_CASE("what only looks like JSON is refused") {
  for (const char* text :
       {"01",        "+1",       ".5",          "1.e5",      "-a",         "NaN",   "nulx",    "True",
        "trux",      "[1,]",     "[1 2]",       "{\"a\" 1}", "{\"a\":1,}", "{a:1}", "{'a':1}", "[1}",
        "{\"a\":1]", "\"\\x0\"", "\"\\u12G4\"", "\"a\nb\"",  "1 2",        "// c",  "]",       "\v1"}) {
    INFO(text);
    CHECK(fault_of(text) == json_fault::not_json);
  }
}

TEST_CASE("a text that is cut off anywhere is told from one that is wrong") {
  const std::string_view whole = R"({"key": [1.5e-3, true, null, "a\u00e4\n", {"b": false}]})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(whole.substr(0, size));
    CHECK(fault_of(whole.substr(0, size)) == json_fault::truncated);
  }
  CHECK(fault_of(whole) == json_fault::none);
}

TEST_CASE("escapes say what RFC 8259 says, lone surrogates are U+FFFD") {
  CHECK(said(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(said(R"("\u0041\u00e4\u20AC")") == "A\xC3\xA4\xE2\x82\xAC");
  CHECK(said(R"("\uD834\uDD1E")") == "\xF0\x9D\x84\x9E");  // the G clef of section 7
  CHECK(said(R"("\u0000")") == std::string(1, '\0'));
  CHECK(said(R"("\uD834")") == "\xEF\xBF\xBD");
  CHECK(said(R"("\uDD1Ex")") == "\xEF\xBF\xBDx");
  CHECK(said(R"("\uD834\u0041")") ==
        "\xEF\xBF\xBD"
        "A");
  CHECK(said(R"("\uD834\uD834\uDD1E")") == "\xEF\xBF\xBD\xF0\x9D\x84\x9E");
  CHECK(said("x") == "?");
}

TEST_CASE("nesting is counted, neighbours are not") {
  CHECK(fault_of("[[[]]]", 3) == json_fault::none);
  CHECK(fault_of("[[[]]]", 2) == json_fault::too_deep);
  CHECK(fault_of("{\"a\":{\"b\":1}}", 1) == json_fault::too_deep);
  CHECK(fault_of("[[],[],[{}],[]]", 3) == json_fault::none);
  CHECK(fault_of(std::string(100000, '[')) == json_fault::too_deep);
}

TEST_CASE("members come in order with their values, and the raw text is exactly the value") {
  json_scanner s(" {\"a\" : 1.50 , \"\\u0062\":[ 2 ]} x");
  std::string seen;
  CHECK(s.object([&](std::string_view key) {
    json_kind kind{};
    std::string_view raw;
    seen += std::string(key) + '=';
    const bool fine = s.value(kind, raw);
    seen += std::string(raw) + ';';
    return fine;
  }));
  CHECK(seen == "a=1.50;b=[ 2 ];");
  CHECK_FALSE(s.at_end());
  CHECK(s.position() == 31);  // at the x
  json_scanner number("1");
  CHECK_FALSE(number.object([](std::string_view) { return true; }));
  CHECK(number.fault() == json_fault::not_object);
}
