#include "barograph/formats/log_format.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
/// The format as text: its lead, then |field number|stop, with ' before a quoted field.
std::string layout(std::string_view text) {
  const log_format f = log_format::compile(text);
  std::string out = f.lead();
  for (const log_format::step& s : f.steps())
    out +=
        std::string("|") + (s.quoted ? "'" : "") + std::to_string(static_cast<int>(s.field)) + '|' + s.stop;
  return out;
}
log_field only(std::string_view text) {
  const log_format f = log_format::compile(text);
  REQUIRE(f.steps().size() == 1);
  return f.steps()[0].field;
}
std::string complaint(std::string_view text) {
  try {
    log_format::compile(text);
  } catch (const invalid_argument& e) {
    return e.what();
  }
  return "";
}
}  // namespace

TEST_CASE("Apache's combined format is nginx' combined format") {
  // as Apache's manual has it, with and without the backslashes of its file
  const char* const apache = R"(%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i")";
  CHECK(layout(apache) == layout("combined"));
  CHECK(layout(R"(%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\")") == layout("combined"));
  const log_format f = log_format::compile(apache);
  REQUIRE(f.steps().size() == 9);
  CHECK(f.lead().empty());
  CHECK(f.steps()[3].field == log_field::time);
  CHECK(f.steps()[2].stop == " [");  // the brackets belong to %t
  CHECK(f.steps()[3].stop == "] \"");
  CHECK(f.steps()[4].quoted);
  CHECK_FALSE(f.steps()[5].quoted);
  CHECK(f.steps()[8].quoted);
  CHECK(f.has(log_field::agent));
  CHECK_FALSE(f.has(log_field::latency_s));
}

TEST_CASE("every named format compiles and none has the layout of another") {
  const auto& all = named_log_formats();
  for (std::size_t i = 0; i < all.size(); ++i) {
    CHECK(layout(all[i].name) == layout(all[i].format));
    for (std::size_t j = 0; j < i; ++j) CHECK(layout(all[i].name) != layout(all[j].name));
  }
}

TEST_CASE("directives of Apache with modifiers and arguments") {
  CHECK(only("%!200,304,302{Referer}i") == log_field::referer);
  CHECK(only("%<s") == log_field::status);
  CHECK(only("%D") == log_field::latency_us);
  CHECK(only("%T") == log_field::latency_s);
  CHECK(only("%{ms}T") == log_field::latency_ms);
  CHECK(only("%{UNIT}T") == log_field::latency_s);
  CHECK(only("%{us}T") == log_field::latency_us);
  CHECK(only("%{HOST}i") == log_field::host);
  CHECK(only("%{sec}t") == log_field::epoch_s);
  CHECK(only("%{begin:msec}t") == log_field::epoch_ms);
  CHECK(only("%{end:usec}t") == log_field::epoch_us);
  CHECK(only("%{%Y-%m-%dT%H:%M:%S}t") == log_field::time);
  CHECK(layout("%{msec_frac}t %s").substr(0, 3) == "|0|");
  CHECK(layout("%{c}a %s").substr(0, 3) == "|0|");  // the peer of the connection, not the client
  CHECK(layout("%^FB %s").substr(0, 4) == "|0| ");
  CHECK(layout("100%% %s") == "100% |" + std::to_string(static_cast<int>(log_field::status)) + "|");
  CHECK(layout("%t") == "[|" + std::to_string(static_cast<int>(log_field::time)) + "|]");
}

TEST_CASE("variables of nginx, in braces or not") {
  CHECK(only("${status}") == log_field::status);
  CHECK(only("$request_time_us") == log_field::latency_us);
  CHECK(layout("${status}ms $uri") == layout("${status}ms ${document_uri}"));
  CHECK(layout("$pid $status").substr(0, 4) == "|0| ");
  CHECK(layout("$upstream_addr $status").substr(0, 4) == "|1| ");
  CHECK(layout("$statusx $uri").substr(0, 3) == "|0|");  // a name is taken whole
}

TEST_CASE("what cannot be a format is refused by name") {
  for (const char* text : {"",
                           "combinedd",
                           "%",
                           "%h %",
                           "%{Referer",
                           "%{Referer}",
                           "%^F",
                           "%^",
                           "%?",
                           "%h%u",
                           "$",
                           "$ x",
                           "$$status",
                           "${status",
                           "${}",
                           "$status$uri",
                           "%l",
                           "$pid",
                           "$upstream_addr",
                           "%%"}) {
    INFO(text);
    CHECK(complaint(text).rfind("log_format: ", 0) == 0);
  }
  CHECK(complaint("combinedd").find("vhost_combined") != std::string::npos);
}
