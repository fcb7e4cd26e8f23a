#include "barograph/formats/timestamp.hpp"

#include "catch.hpp"

using namespace barograph;

namespace {
constexpr std::int64_t may_17 = 1431857103 * ns_per_second;  // 2015-05-17T10:05:03Z: date -u -d @1431857103

using reader = bool (*)(std::string_view, written_time&) noexcept;
std::int64_t by(reader read, std::string_view text) {
  written_time t;
  return read(text, t) ? t.ns : not_a_time;
}
std::int64_t iso(std::string_view text) { return by(parse_iso8601, text); }
std::int64_t epoch(std::string_view text, time_format unit = time_format::automatic) {
  written_time t;
  return parse_epoch(text, unit, t) ? t.ns : not_a_time;
}
std::int64_t slash(std::string_view text, bool day_first = false) {
  written_time t;
  slash_date seen;
  return parse_slash_date(text, day_first, t, seen) ? t.ns : not_a_time;
}
}  // namespace

TEST_CASE("one instant in every way that ISO 8601 and RFC 3339 write it") {
  for (const char* text :
       {"2015-05-17T10:05:03Z", "2015-05-17 10:05:03 UTC", "2015-05-17t10:05:03z", "2015/05/17 10:05:03",
        "20150517T100503Z", "2015.05.17 10:05:03", "20150517100503", "2015-05-17T12:05:03+02:00",
        "2015-05-17T12:05:03+0200", "2015-05-17T12:05:03+02", "2015-05-17T04:35:03-05:30",
        "2015-05-17T10:05:03.000", "2015-05-17T10:05:03,0Z", "20150517T120503.0+02"})
    CHECK(iso(text) == may_17);
  CHECK(iso("2015-05-17") == may_17 - (10 * 3600 + 5 * 60 + 3) * ns_per_second);
  CHECK(iso("2015-05-17T10:05") == may_17 - 3 * ns_per_second);
  // the examples of RFC 3339, section 5.8
  CHECK(iso("1985-04-12T23:20:50.52Z") == 482196050520000000);
  CHECK(iso("1996-12-19T16:39:57-08:00") == iso("1996-12-20T00:39:57Z"));
  CHECK(iso("1937-01-01T12:00:27.87+00:20") == iso("1937-01-01T11:40:27.87Z"));
}

TEST_CASE("an offset makes an instant of a wall clock") {
  written_time t;
  REQUIRE(parse_iso8601("2015-05-17T10:05:03", t));
  CHECK_FALSE(t.has_offset);
  REQUIRE(parse_iso8601("2015-05-17T10:05:03+00:00", t));
  CHECK(t.has_offset);
}

TEST_CASE("fractions keep nanoseconds and drop what is below, before 1970, too") {
  CHECK(iso("1970-01-01T00:00:00.1234567899999") == 123456789);
  CHECK(iso("1969-12-31T23:59:59.999999999Z") == -1);
  CHECK(iso("1970-01-01T00:00:00.") == not_a_time);
}

TEST_CASE("leap seconds pass where one can stand, impossible dates and times nowhere") {
  CHECK(iso("1990-12-31T23:59:60Z") == iso("1991-01-01T00:00:00Z"));
  CHECK(iso("1990-12-31T15:59:60-08:00") == iso("1991-01-01T00:00:00Z"));
  CHECK(iso("2016-02-29") != not_a_time);
  for (const char* text : {"1990-12-30T23:59:60Z",
                           "2015-05-17T10:05:60Z",
                           "1990-12-31T23:59:60+01:00",
                           "2015-02-29",
                           "2100-02-29",
                           "2015-04-31",
                           "2015-00-10",
                           "2015-13-10",
                           "2015-99-99",
                           "2015-05-00",
                           "2015-05-17T24:00:00",
                           "2015-05-17T10:60:00",
                           "2015-05-17T10:05:61",
                           "2015-05-17T10:05:03+24:00",
                           "2015-05-17T10:05:03+01:60",
                           "2015-5-17",
                           "2015-05/17",
                           "2015-05-17Z",
                           "2015-05-17T10",
                           "2015-05-17T10:05:03Zx",
                           "2015-05-17T10:05:03 BST",
                           "0000-01-01",
                           "9999-12-31",
                           "",
                           "2015",
                           "2015-05-17T10:05:03+",
                           "20150517T1005",
                           "+2015-05-17"})
    CHECK(iso(text) == not_a_time);
}

TEST_CASE("cut off anywhere, a timestamp is refused or a shorter way of writing") {
  const std::string_view whole = "2015-05-17T12:05:03.250+02:00";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(whole.substr(0, size));
    const bool shorter = size == 10 || size == 16 || size == 19 || (size >= 21 && size <= 23) || size == 26;
    CHECK((iso(whole.substr(0, size)) != not_a_time) == shorter);
  }
}

TEST_CASE("logs and mail write the month's name") {
  CHECK(by(parse_common_log_time, "17/May/2015:10:05:03 +0000") == may_17);
  CHECK(by(parse_common_log_time, "17/May/2015:03:05:03 -0700") == may_17);
  CHECK(by(parse_common_log_time, "17/may/2015:10:05:03") == may_17);
  for (const char* text :
       {"7/May/2015:10:05:03", "17/Mai/2015:10:05:03", "31/Apr/2015:10:05:03", "17/May/2015",
        "17/May/2015 10:05:03", "17/May/15:10:05:03", "17/Ma", "17/May/2015:10:05:03 +00000"})
    CHECK(by(parse_common_log_time, text) == not_a_time);
  CHECK(by(parse_rfc5322, "Sun, 17 May 2015 10:05:03 GMT") == may_17);
  CHECK(by(parse_rfc5322, "17 May 2015 06:05:03 EDT") == may_17);
  CHECK(by(parse_rfc5322, "Fri, 21 Nov 1997 09:55:06 -0600") == 880127706 * ns_per_second);  // appendix A.1.1
  for (const char* text : {"Xxx, 17 May 2015 10:05:03 GMT", "Sun 17 May 2015 10:05:03", "17 May 2015", "Sun,",
                           "17 May 2015 10:05:03 CEST"})
    CHECK(by(parse_rfc5322, text) == not_a_time);
}

TEST_CASE("5/7/2015 is a day in May or July as it is asked for, AM and PM tell noon from midnight") {
  CHECK(slash("5/7/2015") == iso("2015-05-07"));
  CHECK(slash("5/7/2015", true) == iso("2015-07-05"));
  CHECK(slash("5/17/2015", true) == not_a_time);
  CHECK(slash("5/17/2015 12:00 AM") == iso("2015-05-17"));
  CHECK(slash("5/17/2015 12:00 pm") == iso("2015-05-17T12:00"));
  CHECK(slash("05/17/2015 1:05:03.5PM") == iso("2015-05-17T13:05:03.5"));
  for (const char* text :
       {"5/17/2015 0:30 AM", "5/17/2015 13:00 PM", "5/17/15", "5/17", "5/17/2015 10", "5/17/2015 10:00 XM"})
    CHECK(slash(text) == not_a_time);
}

TEST_CASE("dates with points are day first") {
  for (const char* text : {"17.05.2015 10:05:03", "17.5.2015 10:05:03", "17.05.2015, 10:05:03",
                           "17.05.2015T10:05:03.0", "17.05.2015 12:05:03 +02:00"})
    CHECK(by(parse_dotted_date, text) == may_17);
  CHECK(by(parse_dotted_date, "05.07.2015") == iso("2015-07-05"));
  CHECK(by(parse_dotted_date, "05.07.2015 9:05") == iso("2015-07-05T09:05"));
  for (const char* text :
       {"05.17.2015", "29.02.2015", "00.05.2015", "17.05.15", "17.05.2015,", "17.05.2015 10",
        "17.05.2015 24:00", "17.05/2015", "17.13.2015", "1.2.3.4", "10.20.3000.4"})
    CHECK(by(parse_dotted_date, text) == not_a_time);
}

TEST_CASE("dashes stand for slashes, but not among them") {
  CHECK(slash("5-17-2015 10:05") == iso("2015-05-17T10:05"));
  CHECK(slash("17-5-2015", true) == iso("2015-05-17"));
  CHECK(slash("5-17/2015") == not_a_time);
}

TEST_CASE("digits since the epoch: the magnitude tells the unit") {
  for (const char* text :
       {"1431857103", "1431857103000", "1431857103000000", "1431857103000000000", "+1431857103.0"})
    CHECK(epoch(text) == may_17);
  CHECK(epoch("99999999") == not_a_time);
  CHECK(epoch("20150517100503") == not_a_time);  // a date and a time, no instant of int64
  CHECK(epoch("99999999", time_format::epoch_s) == 99999999 * ns_per_second);
  CHECK(epoch("-1.5", time_format::epoch_s) == -1500000000);
  CHECK(epoch("1.5", time_format::epoch_ms) == 1500000);
  CHECK(epoch("1.0019", time_format::epoch_us) == 1001);  // below a nanosecond nothing is kept
  CHECK(epoch("9223372036", time_format::epoch_s) == not_a_time);
  CHECK(epoch("9223372035.999999999", time_format::epoch_s) == 9223372035999999999);
  for (const char* text :
       {"", "-", ".5", "1.", "1e9", "1431857103s", "99999999999999999999", "9223372036854775808"})
    CHECK(epoch(text, time_format::epoch_ns) == not_a_time);
}

TEST_CASE("formats have names") {
  CHECK(std::string_view(name_of(time_format::automatic)) == "auto");
  CHECK(std::string_view(name_of(time_format::day_first)) == "day_first");
  CHECK(std::string_view(name_of(time_format::dotted)) == "dotted");
}
