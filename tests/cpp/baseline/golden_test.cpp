// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.

#include "golden.hpp"
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
  return {{"seasonal_profile_v1.bin", p.to_bytes()},
          {"seasonal_profile_empty_v1.bin", seasonal_profile(7, 0, "UTC").to_bytes()}};
}

}  // namespace

TEST_CASE("the bytes of profiles are those of the golden files") { golden::check(recipes()); }

TEST_CASE("write golden files of profiles that do not exist", "[.][write-golden]") {
  golden::write_missing(recipes());
}
