#include "barograph/formats/access_log.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
/// Deterministic choices, independent of the library's own generator.
struct dice {
  std::uint64_t state;
  std::size_t roll(std::size_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state >> 33) % n;
  }
};

std::string written(const combined_line& line) {
  std::string out;
  encode_combined(out, line);
  return out;
}
}  // namespace

TEST_CASE("what encode_combined writes is read back") {
  const char* texts[] = {"plain", "with \"quotes\"", "back\\slash", "\xD0\x96\xE2\x82\xAC", "a  b",
                         "x\\",   "[0] - \" 200"};
  dice d{1};
  std::string log;
  std::vector<std::pair<combined_line, std::string>> want;
  std::vector<std::string> targets;
  targets.reserve(500);
  for (int i = 0; i < 500; ++i) {
    combined_line line;
    targets.push_back("GET /p/" + std::to_string(d.roll(40)) + " HTTP/1.1");
    line.client = "2001:db8::7";
    line.request = targets.back();
    line.referer = texts[d.roll(7)];
    line.agent = texts[d.roll(7)];
    line.timestamp = (static_cast<std::int64_t>(d.roll(2'000'000'000)) * 3 - 1'000'000'000) * ns_per_second;
    line.status = 100 + static_cast<int>(d.roll(500));
    line.bytes = static_cast<std::int64_t>(d.roll(1'000'000));
    encode_combined(log, line);
    want.emplace_back(line, "/p/");
  }
  const access_log got = decode_access_log(log, log_format::compile("combined"));
  REQUIRE(got.bad.empty());
  REQUIRE(got.rows() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    const combined_line& line = want[i].first;
    CHECK(got.timestamp[i] == line.timestamp);
    CHECK(got.status[i] == line.status);
    CHECK(got.bytes[i] == line.bytes);
    CHECK(got.agent.categories[got.agent.codes[i]] == line.agent);
    CHECK(got.referer.categories[got.referer.codes[i]] == line.referer);
    CHECK("GET " + std::string(got.path.categories[got.path.codes[i]]) + " HTTP/1.1" == line.request);
  }
}

TEST_CASE("control characters cannot be smuggled through escapes") {
  combined_line line;
  line.request = "GET / HTTP/1.1";
  line.agent = "a\x1b[31m\n\x7F";
  const access_log got = decode_access_log(written(line), log_format::compile("combined"));
  REQUIRE(got.rows() == 1);
  CHECK(got.agent.categories[0] == "a\\x1b[31m\\x0a\\x7f");
}

TEST_CASE("mutated logs lose no line and never depend on the pieces") {
  const std::string seed = [] {
    std::string out;
    combined_line line;
    for (int i = 0; i < 8; ++i) {
      line.request = i % 2 == 0 ? "GET /a?b HTTP/1.1" : "\x16\x03\x01";
      line.agent = "Mozilla \"5\"";
      line.timestamp = i * ns_per_day;
      encode_combined(out, line);
    }
    return out;
  }();
  dice d{7};
  const char spice[] = "\"\\\n\r[] -x\0\xFF\xEF\xBB\xBF%";
  for (const named_log_format& named : named_log_formats()) {
    const log_format format = log_format::compile(named.name);
    for (int round = 0; round < 150; ++round) {
      std::string text = seed;
      for (std::size_t n = d.roll(12); n > 0; --n) {
        const std::size_t at = d.roll(text.size());
        if (d.roll(3) == 0)
          text.erase(at, d.roll(20));
        else if (d.roll(2) == 0)
          text.insert(at, 1, spice[d.roll(sizeof spice - 1)]);
        else
          text[at] = static_cast<char>(d.roll(256));
        if (text.empty()) text = "x";
      }
      const access_log whole = decode_access_log(text, format);
      access_log_decoder decoder(format);
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t n = 1 + d.roll(40);
        decoder.feed(std::string_view(text).substr(at, n));
        at += n;
      }
      const access_log pieces = decoder.finish();
      REQUIRE(whole.rows() + whole.bad.size() + static_cast<std::size_t>(whole.blank) ==
              static_cast<std::size_t>(whole.lines));
      REQUIRE(whole.line == pieces.line);
      REQUIRE(whole.timestamp == pieces.timestamp);
      REQUIRE(whole.agent.codes == pieces.agent.codes);
      REQUIRE(whole.bad.size() == pieces.bad.size());
      for (std::size_t i = 0; i < whole.bad.size(); ++i) REQUIRE(is_utf8(whole.bad[i].text));
    }
  }
}

TEST_CASE("a line of any length takes no more memory than the limit and is one bad line") {
  access_log_decoder decoder(log_format::compile("common"), 100);
  for (int i = 0; i < 1000; ++i) decoder.feed(std::string(1000, 'x'));
  decoder.feed("\n");
  const access_log got = decoder.finish();
  REQUIRE(got.bad.size() == 1);
  CHECK(got.bad[0].fault == line_fault::too_long);
  CHECK(got.bad[0].text.size() < 200);
}

TEST_CASE("a decoder that has finished reads the next file from its start") {
  access_log_decoder decoder(log_format::compile("combined"));
  combined_line line;
  line.request = "GET / HTTP/1.0";
  for (int file = 0; file < 2; ++file) {
    decoder.feed("\xEF\xBB\xBF" + written(line) + "cut");
    const access_log got = decoder.finish();
    CHECK(got.rows() == 1);
    CHECK(got.lines == 2);
    REQUIRE(got.bad.size() == 1);
    CHECK(got.bad[0].fault == line_fault::truncated);
  }
}
