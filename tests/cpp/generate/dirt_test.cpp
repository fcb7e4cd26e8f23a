#include "barograph/generate/dirt.hpp"

#include <set>

#include "catch.hpp"

using namespace barograph;
using namespace barograph::generate;

TEST_CASE("even rates add up to the total, up to one half") {
  CHECK(dirt_rates::even(0.02).total() == Approx(0.02));
  CHECK(dirt_rates::even(0.5).any());
  CHECK_FALSE(dirt_rates::even(0.0).any());
  CHECK_THROWS_AS(dirt_rates::even(0.51), invalid_argument);
  CHECK_THROWS_AS(dirt_rates::even(-0.1), invalid_argument);
}

TEST_CASE("every kind of dirt has a name of its own") {
  CHECK(std::set<std::string>(dirt_kind_names.begin(), dirt_kind_names.end()).size() == dirt_kinds);
  CHECK(std::string(dirt_kind_names[static_cast<std::size_t>(dirt_kind::padded)]) == "padded");
}
