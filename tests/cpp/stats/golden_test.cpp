// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "barograph/stats/distinct.hpp"
#include "barograph/stats/exact_sum.hpp"
#include "barograph/stats/moments.hpp"
#include "barograph/stats/proportion.hpp"
#include "barograph/stats/quantile_histogram.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {

std::string path_of(const std::string& name) { return std::string(BAROGRAPH_GOLDEN_DIR) + "/" + name; }

std::vector<double> numbers_in(const std::string& name) {
  std::ifstream in(path_of(name));
  std::vector<double> values;
  for (std::string line; std::getline(in, line);) values.push_back(std::strtod(line.c_str(), nullptr));
  REQUIRE_FALSE(values.empty());
  return values;
}

template <class State>
State fed(State s, const std::string& file = "values.txt") {
  s.update(span<const double>(numbers_in(file)));
  return s;
}

template <class State>
State less(State s) {
  State removed;
  removed.update(span<const double>(numbers_in("removed.txt")));
  s.subtract(removed);
  return s;
}

/// The whole parts of values.txt, as text where they are odd.
distinct items(distinct d) {
  for (const double x : numbers_in("values.txt")) {
    const double whole = x != x ? x : std::floor(std::min(std::max(x, -1e6), 1e6));
    if (x == x && (static_cast<long>(whole) & 1) != 0)
      d.update(std::to_string(static_cast<long>(whole)));
    else
      d.update(whole);
  }
  return d;
}

std::vector<std::pair<std::string, std::string>> recipes() {
  return {
      {"distinct_v1.bin", items(distinct()).to_bytes()},
      {"distinct_registers_v1.bin", items(distinct(6)).to_bytes()},
      {"distinct_empty_v1.bin", distinct().to_bytes()},
      {"exact_sum_v1.bin", fed(exact_sum()).to_bytes()},
      {"moments_v1.bin", fed(moments()).to_bytes()},
      {"moments_subtracted_v1.bin", less(fed(moments())).to_bytes()},
      {"quantile_histogram_v1.bin", fed(quantile_histogram()).to_bytes()},
      {"quantile_histogram_configured_v1.bin",
       fed(quantile_histogram(4, {300.0, 0.5}, 160, 1e-3)).to_bytes()},
      {"quantile_histogram_subtracted_v1.bin", less(fed(quantile_histogram())).to_bytes()},
      {"quantile_histogram_scale6_v1.bin", fed(quantile_histogram(), "removed.txt").to_bytes()},
      {"quantile_histogram_empty_v1.bin", quantile_histogram().to_bytes()},
      {"proportion_v1.bin", proportion(450, 10000).to_bytes()},
  };
}

}  // namespace

TEST_CASE("the bytes are those of the golden files") {
  for (const auto& [name, bytes] : recipes()) {
    INFO(name);
    std::ifstream in(path_of(name), std::ios::binary);
    std::stringstream file;
    file << in.rdbuf();
    CHECK(file.str() == bytes);
  }
}

TEST_CASE("write golden files that do not exist", "[.][write-golden]") {
  for (const auto& [name, bytes] : recipes()) {
    if (std::ifstream(path_of(name)).good()) continue;
    std::ofstream(path_of(name), std::ios::binary) << bytes;
  }
}
