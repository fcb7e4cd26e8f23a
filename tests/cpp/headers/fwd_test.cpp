#include "barograph/fwd.hpp"

// Declarations alone name every type; the definitions come after.
namespace {
struct uses_only_names {
  const barograph::quantile_histogram* latencies;
  const barograph::policy* limits;
  barograph::span<const double>* values;
  barograph::rolling::closed ends;
  barograph::generate::dirt_kind dirt;
};
}  // namespace

#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "barograph/barograph.hpp"
#include "catch.hpp"

namespace {

std::string content(const std::string& path) {
  std::ifstream file(std::string(BAROGRAPH_INCLUDE_DIR) + "/barograph/" + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Names that `text` declares at the outer level of its namespaces: class, struct, enum.
std::vector<std::string> types_of(const std::string& text) {
  static const std::regex declared("\n(?:enum )?(?:class|struct) ([a-z_0-9]+)[^;{(<]*[;{]");
  std::vector<std::string> names;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), declared); at != std::sregex_iterator(); ++at)
    names.push_back((*at)[1]);
  return names;
}

/// The included paths of barograph.hpp, in their order.
std::vector<std::string> headers() {
  static const std::regex include("#include \"([^\"]+)\"");
  const std::string text = content("barograph.hpp");
  std::vector<std::string> paths;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), include); at != std::sregex_iterator(); ++at)
    paths.push_back((*at)[1]);
  return paths;
}

}  // namespace

TEST_CASE("pointers and enumerations need the forward declarations alone") {
  const barograph::quantile_histogram h;
  const uses_only_names names{&h, nullptr, nullptr, barograph::rolling::closed::left,
                              barograph::generate::dirt_kind::padded};
  CHECK(names.latencies->count() == 0);
}

TEST_CASE("every public type is in fwd.hpp, and everything in fwd.hpp is defined") {
  const std::string fwd = content("fwd.hpp");
  const std::vector<std::string> known = types_of(fwd);
  REQUIRE(known.size() > 60);
  std::vector<std::string> defined;
  for (const std::string& path : headers()) {
    if (path == "fwd.hpp") continue;
    std::string text = content(path);
    REQUIRE_FALSE(text.empty());
    // What stands in a namespace called detail, x_detail or the like is not public.
    static const std::regex inner("\nnamespace (?:detail|[a-z]+_detail|policy_toml|policy_check) \\{");
    for (std::smatch found; std::regex_search(text, found, inner);) {
      const std::string name = found.str().substr(11, found.str().size() - 13);
      const auto begin = static_cast<std::size_t>(found.position(0));
      const std::size_t end = text.find("\n}  // namespace " + name, begin);
      REQUIRE(end != std::string::npos);
      text.erase(begin, end - begin);
    }
    for (const std::string& name : types_of(text)) {
      if (name.rfind("is_", 0) == 0) continue;  // a trait: it has to be seen to be asked
      defined.push_back(name);
      INFO(path << " defines " << name);
      CHECK(std::find(known.begin(), known.end(), name) != known.end());
    }
  }
  for (const std::string& name : known) {
    if (name == "interpolation" || name == "reduction" || name == "ties")
      continue;  // defined in detail/jobs_plain.hpp
    INFO("fwd.hpp names " << name);
    CHECK(std::find(defined.begin(), defined.end(), name) != defined.end());
  }
}
