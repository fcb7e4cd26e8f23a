// A zone that says nothing but its rule, so that tests need no zone database.
#pragma once

#include <string>

#include "barograph/time/zone.hpp"

/// Read from a TZif file of version 2 without changes.
inline barograph::zone zone_of_rule(const std::string& rule) {
  const auto block = [] {
    std::string out = "TZif2" + std::string(15, '\0');
    for (int n : {0, 0, 0, 0, 1, 4}) out += std::string(3, '\0') + static_cast<char>(n);
    return out + std::string(6, '\0') + std::string("ABC\0", 4);
  };
  return barograph::zone::from_tzif(block() + block() + "\n" + rule + "\n");
}
