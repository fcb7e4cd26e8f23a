// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.

#include "golden.hpp"
#include "barograph/baseline/holt_winters.hpp"
#include "barograph/baseline/seasonal_profile.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

/// Adds the values of a file, seven seconds apart, by the minutes of the day an hour east of Greenwich.
void add(seasonal_profile& p, const std::string& file, std::int64_t start) {
  const season minutes = season::of_time(ns_per_day, ns_per_minute, zone::fixed(3600));
  for (const double v : golden::numbers_in(file)) {
    p.update(minutes.slot(start * ns_per_second), v);
    start += 7;
  }
}

golden::recipes recipes() {
  seasonal_profile p(ns_per_day, ns_per_minute, "+01:00");
  add(p, "values.txt", 1'700'000'000);
  add(p, "removed.txt", 1'699'998'200);
  holt_winters model(seasonality::additive, {0.5, 0.25, 0.125, 0.75}, {100.0, 1.0, {8.0, 4.0, -2.0, -10.0}},
                     2.0, 63.0, true);
  for (const double v : golden::numbers_in("removed.txt")) model.follow(v);
  holt_winters plain(seasonality::none, {0.5, 0.25, 0.0, 1.0}, {100.0, 0.0, {}});
  return {{"holt_winters_v1.bin", model.to_bytes()},
          {"holt_winters_plain_v1.bin", plain.to_bytes()},
          {"seasonal_profile_v1.bin", p.to_bytes()},
          {"seasonal_profile_empty_v1.bin", seasonal_profile(7, 0, "UTC").to_bytes()}};
}

}  // namespace

TEST_CASE("the bytes of profiles and models are those of the golden files") { golden::check(recipes()); }

TEST_CASE("write golden files of profiles and models that do not exist", "[.][write-golden]") {
  golden::write_missing(recipes());
}
