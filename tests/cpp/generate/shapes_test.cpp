#include "barograph/generate/shapes.hpp"

#include "catch.hpp"

using namespace barograph;
using namespace barograph::generate;

TEST_CASE("a day's shape is straight between the full hours, also over midnight") {
  std::array<double, 24> hours{};
  hours[0] = 1.0;
  hours[23] = 3.0;
  const day_shape shape(hours);
  CHECK(shape[0] == Approx(1.0 - 0.5 / 60));
  CHECK(shape[30] == Approx(1.0 - 30.5 / 60));
  CHECK(shape[23 * 60] == Approx(3.0 - 2.0 * 0.5 / 60));
  CHECK(shape[1439] == Approx(3.0 - 2.0 * 59.5 / 60));
  CHECK(shape[720] == 0.0);
}

TEST_CASE("a rush is exactly as many times the mean of the other minutes as asked for") {
  std::array<double, 24> hours{};
  for (std::size_t h = 0; h < 24; ++h) hours[h] = 1.0 + static_cast<double>(h % 5);
  day_shape shape(hours);
  shape.set_rush(18, 22, 2.5, 2.8);
  double others = 0;
  for (std::size_t m = 0; m < 1440; ++m) {
    if (m >= 1080 && m < 1320)
      CHECK(shape[m] == 2.5);
    else
      others += shape[m];
  }
  CHECK(2.5 / (others / 1200) == Approx(2.8).epsilon(1e-13));
}

TEST_CASE("a week's shape knows its days") {
  std::array<double, 24> flat;
  flat.fill(1.0);
  const week_shape week{day_shape(flat), {1, 2, 3, 4, 5, 6, 7}};
  constexpr std::int64_t monday = 28401120;  // 2024-01-01
  for (std::int64_t day = -14; day < 14; ++day)
    CHECK(week.at(monday + day * 1440 + 77) == Approx(1.0 + static_cast<double>((day + 14) % 7)));
}
