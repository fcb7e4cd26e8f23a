#include "barograph/groupby/kpi_table.hpp"

#include "catch.hpp"

using namespace barograph;

TEST_CASE("figures are asked for as pandas has them, without Apdex, unless told otherwise") {
  const groupby::kpi_options options;
  CHECK(options.quantiles == std::vector<double>{0.5, 0.95, 0.99});
  CHECK(options.rule == combiner::pandas_linear);
  CHECK(options.satisfied != options.satisfied);
  CHECK(options.tolerating != options.tolerating);
}
