// What C++ writes is what the files of tests/golden hold; Python reads and writes the same files.

#include "golden.hpp"
#include "barograph/slo/apdex.hpp"
#include "barograph/slo/burn_rate.hpp"
#include "barograph/slo/latency_summary.hpp"

using namespace barograph;

namespace {

/// Every third request has failed, and those of removed.txt have succeeded.
template <class State>
State requests(State s) {
  const std::vector<double> values = golden::numbers_in("values.txt");
  std::vector<std::uint8_t> errors;
  for (std::size_t i = 0; i < values.size(); ++i) errors.push_back(i % 3 == 0 ? 1 : 0);
  s.update(values, errors);
  s.update(span<const double>(golden::numbers_in("removed.txt")));
  return s;
}

/// A request a minute for each number of values.txt, every third one failed.
burn_rate failures(burn_rate b) {
  const std::size_t rows = golden::numbers_in("values.txt").size();
  for (std::size_t i = 0; i < rows; ++i)
    b.update((1'700'000'000 + 60 * static_cast<std::int64_t>(i)) * 1'000'000'000, i % 3 == 0);
  return b;
}

golden::recipes recipes() {
  latency_summary removed;
  removed.update(span<const double>(golden::numbers_in("removed.txt")));
  latency_summary rest = requests(latency_summary());
  rest.subtract(removed);
  policy one_limit;
  one_limit.apdex.threshold = 250.0;
  one_limit.apdex.tolerating = 250.0;
  return {
      {"apdex_v1.bin", requests(apdex(300.0)).to_bytes()},
      {"apdex_empty_v1.bin", apdex(0.1, 0.7).to_bytes()},
      {"burn_rate_v1.bin", failures(burn_rate(0.99)).to_bytes()},
      {"burn_rate_empty_v1.bin",
       burn_rate(0.9, {{10'000'000'000, 1'000'000'000, 2, "now"}}, burn_rate::hour).to_bytes()},
      {"latency_summary_v1.bin", requests(latency_summary()).to_bytes()},
      {"latency_summary_subtracted_v1.bin", rest.to_bytes()},
      {"latency_summary_empty_v1.bin", latency_summary(one_limit).to_bytes()},
  };
}

}  // namespace

TEST_CASE("the bytes are those of the golden files") { golden::check(recipes()); }

TEST_CASE("write golden files that do not exist", "[.][write-golden]") { golden::write_missing(recipes()); }
