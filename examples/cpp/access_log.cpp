// An access log to figures by endpoint: read, template the paths, group.
//
//   example_access_log [FILE]     without a file, a few lines of its own
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "barograph/core/decimal.hpp"
#include "barograph/formats/access_log.hpp"
#include "barograph/formats/url_template.hpp"
#include "barograph/groupby/kpis.hpp"

namespace {

/// Sixty requests, and one line that is none.
std::string own_lines() {
  std::string log;
  for (int i = 0; i < 60; ++i) {
    const std::string path = i % 3 == 0 ? "/search?q=" + std::to_string(i) : "/users/" + std::to_string(i);
    log += "203.0.113.7 - - [17/May/2015:10:05:" + std::string(i < 10 ? "0" : "") + std::to_string(i) +
           " +0000] \"GET " + path + " HTTP/1.1\" " + (i % 20 == 5 ? "503" : "200") +
           " 512 \"-\" \"curl/8.0\" 0." + std::to_string(100 + 7 * i) + "\n";
  }
  return log + "what is this\n";
}

}  // namespace

int main(int argc, char** argv) {
  try {
    // 1. The format, from the beginning of the file.
    std::ifstream file;
    if (argc > 1) file.open(argv[1], std::ios::binary);
    std::string piece = own_lines();
    const auto next_piece = [&] {
      piece.assign(std::size_t{1} << 20, '\0');
      file.read(&piece[0], static_cast<std::streamsize>(piece.size()));
      piece.resize(static_cast<std::size_t>(file.gcount()));
      return !piece.empty();
    };
    if (argc > 1 && !next_piece()) {
      std::fprintf(stderr, "%s: cannot be read, or is empty\n", argv[1]);
      return 2;
    }
    const barograph::detected_log_format format = barograph::detect_access_log(piece);
    if (format.name.empty()) {
      std::fprintf(stderr, "this is no access log of a format known by name\n");
      return 2;
    }

    // 2. The columns, a piece at a time.
    barograph::access_log_decoder decoder(barograph::log_format::compile(format.name));
    do decoder.feed(piece);
    while (argc > 1 && next_piece());
    const barograph::access_log log = decoder.finish();
    std::printf("%s: %zu requests, %zu lines that are none\n", format.name.c_str(), log.rows(),
                log.bad.size());

    // 3. Endpoints: each distinct path is templated once, then rows follow by code.
    barograph::text_dictionary endpoints;
    std::vector<std::int32_t> endpoint_of(log.path.categories.size());
    for (std::size_t i = 0; i < endpoint_of.size(); ++i)
      endpoint_of[i] =
          endpoints.code(barograph::template_path(log.path.categories[static_cast<std::int32_t>(i)]));
    std::vector<std::int32_t> codes(log.rows(), -1);
    std::vector<unsigned char> errors(log.rows());
    for (std::size_t i = 0; i < log.rows(); ++i) {
      if (log.path.codes[i] >= 0) codes[i] = endpoint_of[static_cast<std::size_t>(log.path.codes[i])];
      errors[i] = log.status[i] >= 500 ? 1 : 0;
    }

    // 4. Figures by endpoint, the busiest first; not every format has a latency.
    const auto shown = [](double ms) { return ms == ms ? barograph::decimal(ms, 3) : std::string("-"); };
    const auto table =
        barograph::groupby::kpis<double>(log.latency_ms, errors, codes, log.rows(), endpoints.size());
    std::vector<std::size_t> order(endpoints.size());
    for (std::size_t g = 0; g < order.size(); ++g) order[g] = g;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return table.requests[a] > table.requests[b]; });
    std::printf("%8s %8s %8s %8s  %s\n", "requests", "errors", "p50 ms", "p95 ms", "endpoint");
    for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), 20); ++i) {
      const std::size_t g = order[i];
      std::printf("%8lld %8lld %8s %8s  %s\n", static_cast<long long>(table.requests[g]),
                  static_cast<long long>(table.errors[g]), shown(table.quantiles[3 * g]).c_str(),
                  shown(table.quantiles[3 * g + 1]).c_str(),
                  endpoints.shown(static_cast<std::int32_t>(g)).c_str());
    }
  } catch (const barograph::error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
