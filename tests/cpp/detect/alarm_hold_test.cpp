#include "barograph/detect/alarm_hold.hpp"

#include "catch.hpp"

using barograph::detect::alarm_hold;

TEST_CASE("an alarm is given once while it lasts, and again for what is stranger") {
  alarm_hold hold;
  for (int i = 0; i < 100; ++i) CHECK(hold.push(0.4) == 0.0);
  CHECK(hold.push(3.0) == 3.0 / 4.0);
  CHECK(hold.held() == 3.0);
  for (int i = 0; i < 3; ++i) CHECK(hold.push(3.0) == 0.0);
  CHECK(hold.push(5.0) > 0.8);
}

TEST_CASE("what is held leaks away within a tenth of the rows, 20 at least") {
  alarm_hold hold;
  hold.push(2.0);
  for (int i = 0; i < 20; ++i) hold.push(0.0);
  CHECK(hold.held() == Approx(0.0).margin(1e-12));
  CHECK(hold.push(2.0) > 0.6);  // and weighs a little less than the first
  CHECK(hold.push(0.0) == 0.0);
}

TEST_CASE("an alarm weighs less the more earlier ones were as strange") {
  alarm_hold hold;
  double last = 1.0;
  for (int k = 0; k < 5; ++k) {
    const double alarm = hold.push(2.0);
    CHECK(alarm > 0.0);
    CHECK(alarm < last);
    last = alarm;
    for (int i = 0; i < 200; ++i) hold.push(0.0);
  }
}
