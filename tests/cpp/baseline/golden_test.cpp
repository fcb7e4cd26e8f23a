// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "barograph/baseline/seasonal_profile.hpp"
#include "catch.hpp"

using namespace barograph;
using namespace barograph::baseline;

namespace {

std::string path_of(const std::string& name) { return std::string(BAROGRAPH_GOLDEN_DIR) + "/" + name; }

/// Adds the values of a file, seven seconds apart, by the minutes of the day an hour east of Greenwich.
void add(seasonal_profile& p, const std::string& file, std::int64_t start) {
  const season minutes = season::of_time(ns_per_day, ns_per_minute, zone::fixed(3600));
  std::ifstream in(path_of(file));
  for (std::string line; std::getline(in, line); start += 7)
    p.update(minutes.slot(start * ns_per_second), std::strtod(line.c_str(), nullptr));
}

std::vector<std::pair<std::string, std::string>> recipes() {
  seasonal_profile p(ns_per_day, ns_per_minute, "+01:00");
  add(p, "values.txt", 1'700'000'000);
  add(p, "removed.txt", 1'699'998'200);
  return {{"seasonal_profile_v1.bin", p.to_bytes()},
          {"seasonal_profile_empty_v1.bin", seasonal_profile(7, 0, "UTC").to_bytes()}};
}

}  // namespace

TEST_CASE("the bytes of profiles are those of the golden files") {
  for (const auto& [name, bytes] : recipes()) {
    INFO(name);
    std::ifstream in(path_of(name), std::ios::binary);
    std::stringstream file;
    file << in.rdbuf();
    CHECK(file.str() == bytes);
  }
}

TEST_CASE("write golden files of profiles that do not exist", "[.][write-golden]") {
  for (const auto& [name, bytes] : recipes()) {
    if (std::ifstream(path_of(name)).good()) continue;
    std::ofstream(path_of(name), std::ios::binary) << bytes;
  }
}
