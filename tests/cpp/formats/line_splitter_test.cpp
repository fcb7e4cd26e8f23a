#include "barograph/formats/line_splitter.hpp"

#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {
using lines = std::vector<std::string>;

/// The lines of text, handed over in pieces of `step` bytes; one that ends with the file is marked.
lines split(std::string_view text, std::size_t step, std::size_t max_line = 64) {
  lines out;
  line_splitter splitter(max_line);
  const auto keep = [&](std::string_view line, bool ended) {
    out.push_back(std::string(line) + (ended ? "" : "$"));
  };
  for (std::size_t i = 0; i < text.size(); i += step) splitter.feed(text.substr(i, step), keep);
  splitter.finish(keep);
  return out;
}
}  // namespace

TEST_CASE("lines end with LF or CRLF, the last may lack its end") {
  CHECK(split("", 1).empty());
  CHECK(split("\n", 1) == lines{""});
  CHECK(split("a\r\n\nb", 9) == lines{"a", "", "b$"});
  CHECK(split("a\rb\r\r\n", 9) == lines{"a\rb\r"});  // one CR belongs to the end, others to the line
  CHECK(split(std::string_view("a\0b\n", 4), 9) == lines{std::string("a\0b", 3)});
  CHECK(split("a\r", 9) == lines{"a$"});
}

TEST_CASE("a mark is dropped at the start of the file alone, whole or not at all") {
  CHECK(split("\xEF\xBB\xBF"
              "a\n\xEF\xBB\xBF"
              "b",
              9) == lines{"a",
                          "\xEF\xBB\xBF"
                          "b$"});
  CHECK(split("\xEF\xBB", 9) == lines{"\xEF\xBB$"});
  CHECK(split("\n\xEF\xBB\xBF\n", 9) == lines{"", "\xEF\xBB\xBF"});
}

TEST_CASE("lines do not depend on where the pieces are cut") {
  const std::string text =
      "\xEF\xBB\xBF"
      "one\r\n\r\n\n\rtwo\r\r\nthree" +
      std::string(64, 'x').substr(5) + "\nend\r";
  const lines whole = split(text, text.size());
  CHECK(whole.size() == 6);
  for (std::size_t step = 1; step < text.size(); ++step) CHECK(split(text, step) == whole);
}

TEST_CASE("a line of the longest length passes, a longer one is told by one byte too many") {
  for (const std::string mark : {"", "\xEF\xBB\xBF"})
    for (const std::string end : {"", "\n", "\r\n"}) {
      const lines fits = split(mark + std::string(8, 'x') + end, 1, 8);
      REQUIRE(fits.size() == 1);
      CHECK(fits[0].substr(0, 8) == "xxxxxxxx");
      CHECK(fits[0].size() == (end.empty() ? 9u : 8u));
      line_splitter splitter(8);
      std::size_t longest = 0;
      const auto measure = [&](std::string_view line, bool) { longest = std::max(longest, line.size()); };
      for (char c : mark + std::string(100000, 'y') + end) splitter.feed({&c, 1}, measure);
      splitter.finish(measure);
      CHECK(longest >= 9);
      CHECK(longest <= 8 + 5);
    }
}

TEST_CASE("after finish the next file starts afresh") {
  line_splitter splitter(8);
  lines out;
  const auto keep = [&](std::string_view line, bool) { out.emplace_back(line); };
  for (int file = 0; file < 2; ++file) {
    splitter.feed(
        "\xEF\xBB\xBF"
        "ab",
        keep);
    splitter.finish(keep);
  }
  CHECK(out == lines{"ab", "ab"});
}

TEST_CASE("of bad lines 4,096 bytes of valid text are kept, until the budget is spent") {
  bad_text_budget budget(10000);
  CHECK(budget.take("\xFF\xFE") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  const std::string cut = budget.take(std::string(4095, 'x') + "\xC3\xA4");
  CHECK(cut == std::string(4095, 'x'));  // no half of a character
  const std::string grown = budget.take(std::string(4096, '\xFF'));
  CHECK(grown.size() == 4095);  // 1,365 replacements of three bytes each
  CHECK(is_utf8(grown));
  CHECK(budget.take(std::string(5000, 'z')).size() == 10000 - 6 - 4095 - 4095);
  CHECK(budget.take("z").empty());
}
