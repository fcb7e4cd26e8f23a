#include "barograph/formats/open_metrics.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

std::vector<metric_family> read(const std::string& body) { return read_open_metrics(body + "# EOF\n"); }

metric_family histogram() {
  metric_family f;
  f.name = "latency_milliseconds";
  f.type = "histogram";
  f.unit = "milliseconds";
  f.help = "A \"quoted\" help\nof two lines, and a \\";
  const std::vector<metric_label> labels{{"route", "/a\"b\\c\n"}};
  const auto sample = [&](const char* suffix, const char* le, double value) {
    metric_sample s{f.name + suffix, labels, value, 12.5, {}};
    if (le != nullptr) s.labels.push_back({"le", le});
    f.samples.push_back(s);
  };
  sample("_bucket", "0.1", 3);
  f.samples.back().exemplar = metric_exemplar{{{"trace_id", "abc"}}, 0.05, 1.25};
  sample("_bucket", "+Inf", 5);
  sample("_sum", nullptr, 0.1 + 0.2);
  sample("_count", nullptr, 5);
  return f;
}

}  // namespace

TEST_CASE("families are read with their type, unit, help, labels, timestamps and exemplars") {
  const auto families = read(
      "# TYPE a_seconds counter\n# UNIT a_seconds seconds\n# HELP a_seconds what\\nit is\n"
      "a_seconds_total{x=\"1\",y=\"a\\\"\\\\\\n\"} 4 1.5 # {id=\"7\"} 0.5 9\n"
      "b{} NaN\n"
      "c -Inf\n");
  REQUIRE(families.size() == 3);
  const metric_family& a = families[0];
  CHECK(a.name == "a_seconds");
  CHECK(a.type == "counter");
  CHECK(a.unit == "seconds");
  CHECK(a.help == "what\nit is");
  REQUIRE(a.samples.size() == 1);
  CHECK(a.samples[0].name == "a_seconds_total");
  CHECK(a.samples[0].label("y") == "a\"\\\n");
  CHECK(a.samples[0].value == 4);
  CHECK(*a.samples[0].timestamp == 1.5);
  REQUIRE(a.samples[0].exemplar);
  CHECK(a.samples[0].exemplar->labels == std::vector<metric_label>{{"id", "7"}});
  CHECK(a.samples[0].exemplar->value == 0.5);
  CHECK(*a.samples[0].exemplar->timestamp == 9);
  CHECK(families[1].samples[0].value != families[1].samples[0].value);
  CHECK(families[2].samples[0].value == -HUGE_VAL);
  CHECK(families[2].type == "unknown");
}

TEST_CASE("what is written is read back as it was, and written alike again") {
  const std::vector<metric_family> given{histogram()};
  const std::string text = write_open_metrics(given);
  const auto back = read_open_metrics(text);
  REQUIRE(back.size() == 1);
  CHECK(back[0].help == given[0].help);
  REQUIRE(back[0].samples.size() == 4);
  CHECK(back[0].samples[0].labels == given[0].samples[0].labels);
  CHECK(back[0].samples[2].value == 0.1 + 0.2);
  CHECK(write_open_metrics(back) == text);
}

TEST_CASE("text that breaks the specification is an error that names the line") {
  for (const char* body : {"\n",
                           "a 1\n\n",
                           "a  1\n",
                           " a 1\n",
                           "a 1 \n",
                           "a 1 2 \n",
                           "a 1 2 3\n",
                           "a{} 1 # {} 1\n",
                           "0a 1\n",
                           "a{b=\"1\",} 1\n",
                           "a{b=\"1\"c=\"2\"} 1\n",
                           "a{b='1'} 1\n",
                           "a{b=\"1} 1\n",
                           "a{b=\"1\",b=\"2\"} 1\n",
                           "a 0x1\n",
                           "a 1_0\n",
                           "a\n",
                           "# TYPE a counter\na 1\n",
                           "# TYPE a counter\na_total -1\n",
                           "# TYPE a gauge\n# TYPE a gauge\n",
                           "# TYPE a gauge\na 1\n# HELP a x\n",
                           "# TYPE a_created gauge\n# TYPE a counter\n",
                           "# UNIT a s\n",
                           "# TYPE a_u info\n# UNIT a_u u\n",
                           "# TYPE a gauge\na 1\nb 1\na 2\n",
                           "# TYPE a gauge\na 1\na 1\n",
                           "# TYPE a gauge\na 1 2\na 1 1\n",
                           "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n",
                           "# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\n",
                           "# TYPE a histogram\na_bucket{le=\"1\"} 1\n",
                           "# TYPE a histogram\na_count 1\na_sum 1\na_bucket{le=\"+Inf\"} 2\n",
                           "# TYPE a histogram\na_bucket{le=\"NaN\"} 1\na_bucket{le=\"+Inf\"} 1\n",
                           "# TYPE a summary\na 1\n",
                           "# TYPE a stateset\na{a=\"x\"} 2\n",
                           "# TYPE a info\na_info 2\n",
                           "# TYPE a gauge\na \xFF\n",
                           "# TYPE a gauge\na 1\n# EOF\n"}) {
    INFO(body);
    CHECK_THROWS_AS(read(body), bad_bytes);
  }
  CHECK_THROWS_AS(read_open_metrics(""), bad_bytes);
  CHECK_THROWS_AS(read_open_metrics("a 1\n"), bad_bytes);
  CHECK_THROWS_WITH(read("a 1\nb x\n"), Catch::Contains("line 2"));
}

TEST_CASE("every prefix of a text, and every text with one byte changed, is read or refused") {
  const std::string text = write_open_metrics(std::vector<metric_family>{histogram()});
  for (std::size_t n = 0; n + 1 < text.size(); ++n)
    CHECK_THROWS_AS(read_open_metrics(text.substr(0, n)), bad_bytes);
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char c : {'\0', '"', '{', ' ', '\n', '\\', '#', '\xFF'}) {
      std::string other = text;
      other[i] = c;
      try {
        read_open_metrics(other);
      } catch (const bad_bytes&) {
      }
    }
}

TEST_CASE("Prometheus' older text is read as its servers do") {
  const auto families = read_open_metrics(
      "# just a comment\n\n# TYPE http_requests_total counter\n"
      "http_requests_total{method=\"post\",code=\"200\",} 1027 1395066363000\n"
      "  metric_without_timestamp_and_labels 12.47\n"
      "# TYPE rpc untyped\nrpc { a = \"b\" }\t+Inf\r\n",
      text_dialect::prometheus);
  REQUIRE(families.size() == 3);
  CHECK(families[0].samples[0].labels.size() == 2);
  CHECK(*families[0].samples[0].timestamp == 1395066363.0);
  CHECK(families[2].type == "unknown");
  CHECK(families[2].samples[0].value == HUGE_VAL);
  CHECK_THROWS_AS(read_open_metrics("a\n", text_dialect::prometheus), bad_bytes);
}

TEST_CASE("families that no reader would take are not written") {
  metric_family f = histogram();
  f.samples.pop_back();
  CHECK_THROWS_AS(write_open_metrics(std::vector<metric_family>{f}), invalid_argument);
  f = histogram();
  f.name = "a b";
  CHECK_THROWS_AS(write_open_metrics(std::vector<metric_family>{f}), invalid_argument);
  f = histogram();
  f.samples[0].labels[0].name = "le-x";
  CHECK_THROWS_AS(write_open_metrics(std::vector<metric_family>{f}), invalid_argument);
}
