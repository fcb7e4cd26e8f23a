// libFuzzer target: all readers of text from outside, on the same bytes. The first byte chooses the
// access log format. Built with clang when BAROGRAPH_BUILD_FUZZERS is on; run by `make test-all`.
#include <cstdint>
#include <string_view>
#include <vector>

#include "barograph/formats/access_log.hpp"
#include "barograph/formats/fields.hpp"
#include "barograph/formats/json_lines.hpp"

using namespace barograph;

namespace {
void require(bool claim) {
  if (!claim) __builtin_trap();
}
template <class Log>
void require_no_lost_line(const Log& log) {
  require(static_cast<std::int64_t>(log.line.size() + log.bad.size()) + log.blank == log.lines);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto& formats = named_log_formats();
  const log_format format = log_format::compile(formats[data[0] % formats.size()].name);

  const access_log whole = decode_access_log(text, format);
  access_log_decoder decoder(format);
  for (std::size_t i = 0; i < text.size(); i += 7) decoder.feed(text.substr(i, 7));
  const access_log pieces = decoder.finish();
  require_no_lost_line(whole);
  require(whole.line == pieces.line && whole.timestamp == pieces.timestamp &&
          whole.bad.size() == pieces.bad.size());

  require_no_lost_line(decode_json_lines(text));
  require(is_utf8(to_utf8(text)));
  const std::string path = template_path(text);
  require(template_path(path) == path);

  std::vector<std::int64_t> offsets{0};
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') offsets.push_back(static_cast<std::int64_t>(i));
  const text_column column(span<const char>(text.data(), text.size()), span<const std::int64_t>(offsets));
  parse_timestamps(column);
  parse_numbers(column, true);
  parse_numbers(column, true, number_style::comma);

  try {
    log_format::compile(text);
  } catch (const error&) {
  }
  try {
    const zone z = zone::from_tzif(text);
    zone_clock clock(z);
    for (std::int64_t t = -(std::int64_t{1} << 62); t < (std::int64_t{1} << 61); t += std::int64_t{1} << 57)
      clock.to_utc(clock.to_local(t));
  } catch (const error&) {
  }
  return 0;
}
