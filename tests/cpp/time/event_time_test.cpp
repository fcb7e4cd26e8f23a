#include "barograph/time/event_time.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("rows are on time, late or too late, and all are counted") {
  event_time e(10);
  CHECK(e.observe(100) == arrival::on_time);
  CHECK(e.observe(100) == arrival::on_time);
  CHECK(e.observe(95) == arrival::late);
  CHECK(e.observe(90) == arrival::late);  // the watermark itself is taken
  CHECK(e.observe(89, 3) == arrival::too_late);
  CHECK(e.observe(95, 1, 96) == arrival::too_late);
  CHECK(e.watermark() == 90);
  CHECK(e.newest() == 100);
  CHECK(e.on_time() == 2);
  CHECK(e.late() == 2);
  CHECK(e.too_late() == 4);
}

TEST_CASE("the watermark stays within int64") {
  event_time e(std::numeric_limits<std::int64_t>::max());
  e.observe(-5);
  CHECK(e.watermark() == event_time::beginning);
  CHECK(e.observe(event_time::beginning) == arrival::late);
  CHECK_THROWS_WITH(event_time(-1), Catch::Contains("allowed_lateness"));
}

TEST_CASE("merging takes the newest and adds what was counted") {
  event_time a(10), b(10);
  a.observe(100);
  b.observe(120);
  b.observe(1);
  a.merge(b);
  CHECK(a.newest() == 120);
  CHECK(a.on_time() == 2);
  CHECK(a.too_late() == 1);
  CHECK_THROWS_WITH(a.merge(event_time(11)), Catch::Contains("lateness"));
}
