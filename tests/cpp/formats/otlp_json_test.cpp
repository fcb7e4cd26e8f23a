#include "barograph/formats/otlp_json.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace barograph;

namespace {

otlp_histogram point(quantile_histogram h) {
  otlp_histogram p;
  p.name = "http.server.duration";
  p.unit = "ms";
  p.description = "a \"quoted\"\n\x01 text \xC3\xA9";
  p.resource = {{"service.name", "shop"}};
  p.attributes = {{"http.route", "/a\\b"}};
  p.start = 1544712660300000000;
  p.time = 1544712660300000001;
  p.histogram = std::move(h);
  p.sum = 0.1 + 0.2;
  return p;
}

otlp_histogram through(const otlp_histogram& p) {
  const auto back = read_otlp_json(write_otlp_json(std::vector<otlp_histogram>{p}).text);
  REQUIRE(back.histograms.size() == 1);
  return back.histograms[0];
}

std::string request(const std::string& point) {
  return R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"exponentialHistogram":{"dataPoints":[)" +
         point + R"(]},"name":"h"}]}]}]})";
}

}  // namespace

TEST_CASE("every finite count, the extremes, the sum and the names come back") {
  for (int scale = -10; scale <= 6; ++scale) {
    quantile_histogram h(scale, {}, 65536, scale == 2 ? 0.01 : 0);
    for (int i = 0; i < 2000; ++i)
      h.update(std::exp(0.01 * i - 6) * (i % 7 == 0 ? -1 : 1), static_cast<std::uint64_t>(1 + i % 3));
    h.update(0.0, max_count / 4);  // above 2^53
    const otlp_histogram given = point(h);
    const otlp_histogram p = through(given);
    CHECK(p.name == given.name);
    CHECK(p.unit == given.unit);
    CHECK(p.description == given.description);
    CHECK(p.resource == given.resource);
    CHECK(p.attributes == given.attributes);
    CHECK(p.start == given.start);
    CHECK(p.time == given.time);
    CHECK(p.cumulative);
    CHECK(*p.sum == *given.sum);
    CHECK(p.histogram.scale() == h.scale());
    CHECK(p.histogram.zero_count() == h.zero_count());
    CHECK(p.histogram.min() == h.min());
    CHECK(p.histogram.max() == h.max());
    const auto a = h.buckets();
    const auto b = p.histogram.buckets();
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].lower == b[i].lower);
      CHECK(a[i].upper == b[i].upper);
      CHECK(a[i].count == b[i].count);
    }
  }
}

TEST_CASE("the default histogram comes back to the byte, an empty one too") {
  quantile_histogram h;
  for (int i = 1; i < 1000; ++i) h.update(0.37 * i);
  CHECK(through(point(h)).histogram == h);
  CHECK(through(point(quantile_histogram())).histogram == quantile_histogram());
}

TEST_CASE("64-bit integers are strings, as the mapping has it") {
  quantile_histogram h;
  h.update(1.5, 3);
  const std::string text = write_otlp_json(std::vector<otlp_histogram>{point(h)}).text;
  CHECK(text.find(R"("count":"3")") != std::string::npos);
  CHECK(text.find(R"("bucketCounts":["3"])") != std::string::npos);
  CHECK(text.find(R"("timeUnixNano":"1544712660300000001")") != std::string::npos);
}

TEST_CASE("what the format cannot say is said") {
  quantile_histogram h(6, {5.0, 20.0});
  h.update(std::numeric_limits<double>::quiet_NaN(), 2);
  h.update(HUGE_VAL);
  const auto dropped = write_otlp_json(std::vector<otlp_histogram>{point(h)}).dropped;
  REQUIRE(dropped.size() == 3);
  CHECK(dropped[0].find("2 values that are NaN") != std::string::npos);
  CHECK(dropped[2].find("2 pinned bounds") != std::string::npos);
}

TEST_CASE("scale 20 is read into the buckets of scale 6 that hold its own") {
  // Bucket 5 * 2^14 of scale 20 is the first of bucket 5 of scale 6.
  const auto r =
      read_otlp_json(request(R"({"scale":20,"count":7,"positive":{"offset":81920,"bucketCounts":["3",4]}})"));
  const auto b = r.histograms.at(0).histogram.buckets();
  REQUIRE(b.size() == 1);
  CHECK(b[0].count == 7);
  CHECK(b[0].upper == detail::upper_bound(5, 6));
}

TEST_CASE("the example of the specification: its two histograms are read, the rest is noted") {
  // opentelemetry-proto, examples/metrics.json: the values, not the text.
  const std::string text =
      R"({"resourceMetrics":[{"resource":{"attributes":[{"key":"n","value":{"intValue":"7"}}]},"scopeMetrics":[{"metrics":[)"
      R"({"name":"c","sum":{"dataPoints":[{"asDouble":5}]}},)"
      R"({"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{"count":"2","sum":2,)"
      R"("bucketCounts":["1","1"],"explicitBounds":[1],"min":0,"max":2}]}},)"
      R"({"name":"e","exponentialHistogram":{"aggregationTemporality":1,"dataPoints":[{"count":"3","sum":10,)"
      R"("scale":0,"zeroCount":"1","positive":{"offset":1,"bucketCounts":["0","2"]},"min":0,"max":5}]}}]}]}]})";
  const auto r = read_otlp_json(text);
  REQUIRE(r.histograms.size() == 2);
  CHECK(r.notes == std::vector<std::string>{"c: a sum, no histogram"});
  CHECK(r.histograms[0].name == "h");
  CHECK(r.histograms[0].histogram.count() == 2);
  CHECK_FALSE(r.histograms[0].cumulative);
  CHECK(r.histograms[0].resource == std::vector<metric_label>{{"n", "7"}});
  const quantile_histogram& e = r.histograms[1].histogram;
  CHECK(e.count() == 3);
  CHECK(e.zero_count() == 1);
  CHECK(e.scale() == 0);
  CHECK(e.buckets().back().lower == 4);  // offset 1, the second: (4, 8]
  CHECK(e.buckets().back().upper == 8);
  CHECK(e.min() == 0);
  CHECK(e.max() == 5);
}

TEST_CASE("text that is no request, and counts that cannot be, are errors") {
  for (const char* text :
       {"", "{", "[]", "{\"resourceMetrics\":{}}", "{} x", "{\"resourceMetrics\":[{\"scopeMetrics\":3}]}"})
    CHECK_THROWS_AS(read_otlp_json(text), bad_bytes);
  for (const char* p :
       {R"({"scale":21,"count":0})", R"({"scale":-12,"count":0})", R"({"scale":1.5})", R"({"count":1})",
        R"({"count":-1})", R"({"count":"99999999999999999999"})", R"({"count":"1","zeroCount":"x"})",
        R"({"scale":0,"count":1,"positive":{"offset":2000000000,"bucketCounts":[1]}})",
        R"({"scale":20,"count":2,"positive":{"offset":0,"bucketCounts":[9223372036854775807,1]}})",
        R"({"zeroThreshold":"NaN","count":0})", R"({"zeroThreshold":-1,"count":0})"}) {
    INFO(p);
    CHECK_THROWS_AS(read_otlp_json(request(p)), error);
  }
  CHECK_THROWS_WITH(read_otlp_json("{\"resourceMetrics\":[{\"scopeMetrics\":3}]}"), Catch::Contains("byte"));
}

TEST_CASE("every prefix of a request, and every request with one byte changed, is read or refused") {
  quantile_histogram h;
  h.update(3.0, 4);
  h.update(-5.0);
  const std::string text = write_otlp_json(std::vector<otlp_histogram>{point(h)}).text;
  for (std::size_t n = 0; n < text.size(); ++n) CHECK_THROWS_AS(read_otlp_json(text.substr(0, n)), bad_bytes);
  for (std::size_t i = 0; i < text.size(); ++i)
    for (const char c : {'\0', '"', '{', ']', '9', '-', '\\', '\xFF'}) {
      std::string other = text;
      other[i] = c;
      try {
        read_otlp_json(other);
      } catch (const error&) {
      }
    }
}
