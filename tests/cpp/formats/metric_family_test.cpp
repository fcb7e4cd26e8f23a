#include "barograph/formats/metric_family.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("a sample tells the value of a label, empty where it has none") {
  metric_sample s;
  s.labels = {{"route", "/a"}, {"le", "5"}};
  CHECK(s.label("le") == "5");
  CHECK(s.label("route") == "/a");
  CHECK(s.label("quantile").empty());
  CHECK(s.labels[0] == metric_label{"route", "/a"});
}

TEST_CASE("a family is of unknown type until it is said") {
  CHECK(metric_family().type == "unknown");
  CHECK_FALSE(metric_sample().timestamp.has_value());
}
