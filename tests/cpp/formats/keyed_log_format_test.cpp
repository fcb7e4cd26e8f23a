#include "barograph/formats/keyed_log_format.hpp"

#include "barograph/formats/access_log.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
const std::string common = R"(1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12)";
const std::string combined = common + R"( "-" "curl/8 \"x\" rt=9.999")";
}  // namespace

TEST_CASE("pairs behind the usual fields make a format that reads the line") {
  for (const std::string& base : {common, combined, combined + " \"-\""})
    for (const char* tail : {" rt=0.250", " rt=\"0.250\"", " uct=\"0.1, 0.2\" rt=0.250 urt=\"-\"",
                             " request_time=0.250 host=x"}) {
      INFO(base + tail);
      const std::string format = keyed_log_format(base + tail);
      REQUIRE_FALSE(format.empty());
      const access_log log = decode_access_log(base + tail + "\n", log_format::compile(format));
      REQUIRE(log.rows() == 1);
      CHECK(log.latency_ms[0] == 250);
    }
}

TEST_CASE("what is no pair, and a time in no known unit, makes no request time") {
  for (const char* tail : {"", " 0.250", " rt=0.250 x", " =1", " rt", " r t=1", " rt=\"0.250"})
    CHECK(keyed_log_format(combined + tail).empty());
  CHECK(keyed_log_format("").empty());
  CHECK(keyed_log_format(std::string(10, '"')).empty());
  for (const char* tail : {" rt=250", " rt=-", " urt=0.250", " rt=0.25"}) {
    const std::string format = keyed_log_format(combined + tail);
    REQUIRE_FALSE(format.empty());
    CHECK(format.find("$request_time") == format.npos);
  }
}

TEST_CASE("detection finds the pairs, also below a line that is none and without a line end") {
  std::string text = "hello\n" + combined + " rt=0.250\n";
  for (int i = 0; i < 3; ++i) text += combined + " rt=1.250\n";
  const detected_log_format found = detect_access_log(text);
  CHECK(found.share == 0.8);
  CHECK(found.name == keyed_log_format(combined + " rt=0.250"));
  CHECK(detect_access_log(combined + " rt=0.250").name == found.name);
  CHECK(detect_access_log("hello").name.empty());
}
