#include "barograph/formats/histogram_families.hpp"

#include <vector>

#include "barograph/formats/open_metrics.hpp"
#include "catch.hpp"

using namespace barograph;

TEST_CASE("families of histograms go through text and back") {
  latency_summary s;
  for (int i = 0; i < 300; ++i) s.update(1.0 + 7.3 * i, i % 3 == 0);
  const exported_families e =
      summary_families("request_milliseconds", s, {{"route", "/a"}}, "milliseconds", "What");
  const auto back = read_open_metrics(write_open_metrics(e.families));
  REQUIRE(back.size() == 2);
  CHECK(back[0].unit == "milliseconds");
  const auto histograms = histograms_of(back[0]);
  REQUIRE(histograms.size() == 1);
  CHECK(histograms[0].labels == std::vector<metric_label>{{"route", "/a"}});
  const classic_histogram direct = to_classic(s.latencies()).histogram;
  CHECK(histograms[0].upper == direct.upper);
  CHECK(histograms[0].count == direct.count);
  CHECK(*histograms[0].sum == s.latency_moments().sum());
  CHECK(back[1].samples[0].name == "request_milliseconds_errors_total");
  CHECK(back[1].samples[0].value == static_cast<double>(s.errors()));
  CHECK_NOTHROW(write_open_metrics(summary_families("empty", latency_summary()).families));
}

TEST_CASE("several metrics of a family are told apart by their labels, of timestamps the last one counts") {
  const auto f = read_open_metrics(
      "# TYPE a histogram\n"
      "a_bucket{x=\"1\",le=\"1\"} 1 10\na_bucket{x=\"1\",le=\"+Inf\"} 1 10\n"
      "a_bucket{x=\"1\",le=\"1\"} 2 20\na_bucket{x=\"1\",le=\"+Inf\"} 5 20\n"
      "a_bucket{x=\"2\",le=\"+Inf\"} 7 10\n# EOF\n");
  const auto h = histograms_of(f[0]);
  REQUIRE(h.size() == 2);
  CHECK(h[0].count == std::vector<std::uint64_t>{2, 3});
  CHECK(h[1].count == std::vector<std::uint64_t>{7});
}

TEST_CASE("families that are no histograms are errors") {
  CHECK_THROWS_AS(histograms_of(metric_family{}), invalid_argument);
  metric_family f;
  f.name = "a";
  f.type = "histogram";
  f.samples.push_back({"a_bucket", {{"le", "1"}}, 0.5, {}, {}});
  CHECK_THROWS_AS(histograms_of(f), invalid_argument);
  f.samples[0].value = 1;
  CHECK_THROWS_AS(histograms_of(f), invalid_argument);  // no +Inf
  f.samples[0].labels[0].value = "x";
  CHECK_THROWS_AS(histograms_of(f), invalid_argument);
}
