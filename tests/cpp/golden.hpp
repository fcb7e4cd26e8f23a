// The files of tests/golden: values to feed, and the bytes that come of them, which Python reads and writes
// too.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

namespace golden {

/// Names of files and the bytes that they are to hold.
using recipes = std::vector<std::pair<std::string, std::string>>;

inline std::string path_of(const std::string& name) { return std::string(BAROGRAPH_GOLDEN_DIR) + "/" + name; }

inline std::vector<double> numbers_in(const std::string& name) {
  std::ifstream in(path_of(name));
  std::vector<double> values;
  for (std::string line; std::getline(in, line);) values.push_back(std::strtod(line.c_str(), nullptr));
  REQUIRE_FALSE(values.empty());
  return values;
}

inline void check(const recipes& all) {
  REQUIRE_FALSE(all.empty());
  for (const auto& [name, bytes] : all) {
    INFO(name);
    std::ifstream in(path_of(name), std::ios::binary);
    std::stringstream file;
    file << in.rdbuf();
    CHECK(file.str() == bytes);
  }
}

/// Writes those that do not exist; the others are kept for ever.
inline void write_missing(const recipes& all) {
  for (const auto& [name, bytes] : all)
    if (!std::ifstream(path_of(name)).good()) std::ofstream(path_of(name), std::ios::binary) << bytes;
}

}  // namespace golden
