#include "barograph/formats/fields.hpp"

#include "barograph/core/executor.hpp"
#include "barograph/formats/text_dictionary.hpp"
#include "catch.hpp"

using namespace barograph;

namespace {
struct rows {
  std::string data;
  std::vector<std::int32_t> offsets{0};
  rows(std::initializer_list<std::string_view> texts) {
    for (std::string_view t : texts) {
      data += t;
      offsets.push_back(static_cast<std::int32_t>(data.size()));
    }
  }
  text_column column() const {
    return text_column(span<const char>(data), span<const std::int32_t>(offsets));
  }
};
}  // namespace

TEST_CASE("a column of mixed formats is read row by row") {
  const rows r{
      "2015-05-17T10:05:03Z", "17/May/2015:10:05:03 +0000", "1431857103", "2015-05-17T10:05:03Z", "", "?"};
  const timestamp_column c = parse_timestamps(r.column());
  for (std::size_t i = 0; i < 4; ++i) CHECK(c.ns[i] == 1431857103 * ns_per_second);
  CHECK(c.formats[static_cast<std::size_t>(time_format::iso8601)] == 2);
  CHECK(c.formats[static_cast<std::size_t>(time_format::common_log)] == 1);
  CHECK(c.formats[static_cast<std::size_t>(time_format::epoch_s)] == 1);
  CHECK(c.missing == 1);
  CHECK(c.bad == 1);
}

TEST_CASE("a column of 14 digits is one of dates whatever stood before") {
  const rows r{"1431857103000", "20150517100503", "17.05.2015 10:05:03"};
  const timestamp_column c = parse_timestamps(r.column());
  for (std::size_t i = 0; i < 3; ++i) CHECK(c.ns[i] == 1431857103 * ns_per_second);
  CHECK(c.formats[static_cast<std::size_t>(time_format::dotted)] == 1);
}

TEST_CASE("numbers are read in a style, and plain ones tell what a column says of it") {
  const rows r{"1,234", "1.234", "5",     "1,5", " 6.25 ms ", "12345",
               "",      "x",     "1 234", "1e3", "1.234e5",   "-0.5"};
  const number_column plain = parse_numbers(r.column());
  CHECK(plain.bad == 5);
  // a plain number is weighed as any other cell is
  number_evidence each;
  for (std::size_t i = 0; i < r.column().rows(); ++i) each.add(trimmed(r.column()[i]));
  for (const auto field : {&number_evidence::point, &number_evidence::comma, &number_evidence::either_point,
                           &number_evidence::either_comma, &number_evidence::grouped,
                           &number_evidence::short_whole, &number_evidence::long_whole})
    CHECK(plain.evidence.*field == each.*field);
  CHECK(plain.either_point.empty());  // -0.5 proves a point
  const rows undecided{"5", "1.234", "-1.234"};
  CHECK(parse_numbers(undecided.column()).either_point == std::vector<std::int64_t>{1, 2});
  const number_column comma = parse_numbers(r.column(), true, number_style::comma);
  CHECK(comma.values[0] == 1.234);
  CHECK(comma.values[1] == 1234);
  CHECK(comma.values[3] == 1.5);
  CHECK(comma.values[8] == 1234);
  CHECK(comma.evidence.comma == 0);  // told, not asked
  const rows timed{"6,25 ms"};
  CHECK(parse_numbers(timed.column(), true, number_style::comma).values[0] == 6.25);
}

TEST_CASE("the ends of int64 nanoseconds are read, what lies beyond is bad") {
  const rows r{"2262-04-11T23:47:15.999999999Z", "2262-04-11T23:47:17Z", "1677-09-21T00:12:44Z",
               "1677-09-21T00:12:43Z",           "9223372036854775806",  "9999999999999999999"};
  const timestamp_column c = parse_timestamps(r.column());
  CHECK(c.ns[0] == 9223372035999999999);
  CHECK(c.status[1] == field_status::bad);
  CHECK(c.ns[2] == -9223372036 * ns_per_second);
  CHECK(c.status[3] == field_status::bad);
  CHECK(c.ns[4] == INT64_MAX - 1);
  CHECK(c.status[5] == field_status::bad);
}

TEST_CASE("invalid UTF-8 is shown as Unicode says") {
  CHECK(to_utf8("a\xF0\x9F\x98z") == "a\xEF\xBF\xBDz");  // a cut-off character is one piece
  CHECK(to_utf8("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate is three
  CHECK(to_utf8("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  CHECK(is_utf8("eight ascii bytes and \xE2\x82\xAC \xF0\x9F\x98\x80"));
  CHECK_FALSE(is_utf8("eight ascii bytes and \xFF"));
}

TEST_CASE("a dictionary gives codes in order of appearance and finds them again") {
  text_dictionary d;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 10000; ++i) REQUIRE(d.code("key" + std::to_string(i)) == i);
  CHECK(d.size() == 10000);
  CHECK(d[4711] == "key4711");
  CHECK(d.contains("key9999"));
  CHECK_FALSE(d.contains("key10000"));
  CHECK(d.code("") == 10000);
  CHECK(d.code(std::string_view("\0", 1)) == 10001);
}

TEST_CASE("text is coded in order of first appearance, and threads change no code") {
  std::string bytes;
  std::vector<std::int32_t> offsets = {0};
  std::vector<std::uint8_t> validity(2501, 0xFF);
  validity[1] = 0xFE;  // row 8 - 3 = 5 is missing
  for (int i = 0; i < 20000; ++i) {
    bytes += "service-" + std::to_string((i * 7919) % 3001);
    offsets.push_back(static_cast<std::int32_t>(bytes.size()));
  }
  text_column column(span<const char>(bytes.data(), bytes.size()), span<const std::int32_t>(offsets));
  column.with_validity(validity, 3);
  const coded_text one = encode_text(column);
  const coded_text three = encode_text(column, thread_executor(3));
  CHECK(one.categories.size() == 3001);
  CHECK(one.categories[0] == "service-0");
  CHECK(one.codes[1] == 1);
  CHECK(one.codes[5] == -1);
  CHECK(one.codes == three.codes);
  bool same = three.categories.size() == 3001;
  for (std::int32_t c = 0; same && c < 3001; ++c) same = one.categories[c] == three.categories[c];
  CHECK(same);
}

TEST_CASE("texts that differ in one byte, at any length and place, differ in code") {
  text_dictionary d;
  for (std::size_t size = 1; size < 30; ++size)
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'x');
      text[at] = 'y';
      d.code(text);
    }
  CHECK(d.size() == 29 * 30 / 2);
}
