import os
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from barograph import _core

OK, MISSING, BAD, AMBIGUOUS = 0, 1, 2, 3
NAT = np.iinfo(np.int64).min
COMBINED = (
    '1.2.3.4 - bob [17/May/2015:10:05:03 +0000] "GET /a/b?q=1 HTTP/1.1" 200 203 "http://x/" "Moz (X; Y)"\n'
)


def one(text, **options):
    ns, status, info = _core.parse_timestamps([text], **options)
    return int(ns[0]), int(status[0]), info


def instant(*parts):
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("2015-05-17T10:05:03Z", 0),
        ("2015-05-17t10:05:03z", 0),
        ("2015-05-17 10:05:03", 0),
        ("2015-05-17 10:05:03 +0000", 0),
        ("2015-05-17T15:35:03+05:30", 0),
        ("2015-05-17T06:05:03-0400", 0),
        ("2015-05-17T06:05:03-04", 0),
        ("2015-05-17 10:05:03 UTC", 0),
        ("20150517T100503Z", 0),
        ("2015/05/17 10:05:03", 0),
        ("  2015-05-17T10:05:03Z \r", 0),
        ("2015-05-17T10:05:03.5Z", 500_000_000),
        ("2015-05-17 10:05:03,123", 123_000_000),
        ("2015-05-17 10:05:03.0000001", 100),
        ("2015-05-17T10:05:03.123456789Z", 123_456_789),
        ("17/May/2015:10:05:03 +0000", 0),
        ("17/May/2015:12:05:03 +0200", 0),
        ("Sun, 17 May 2015 10:05:03 GMT", 0),
        ("17 May 2015 05:05:03 EST", 0),
        ("1431857103", 0),
        ("1431857103.25", 250_000_000),
        ("1431857103000", 0),
        ("1431857103000000", 0),
        ("1431857103000000001", 1),
        ("5/17/2015 10:05:03", 0),
        ("17/5/2015 10:05:03", 0),
        ("05/17/2015 10:05:03 AM", 0),
    ],
)
def test_every_spelling_of_one_instant_is_read(text, ns):
    assert one(text)[:2] == (instant(2015, 5, 17, 10, 5, 3) + ns, OK)


@pytest.mark.parametrize(
    "text",
    [
        "2015-02-30 10:00:00", "2015-02-29", "1900-02-29", "2015-13-01", "2015-00-10", "2015-05-17 24:00:00",
        "2015-05-17 10:60:00", "2015-05-17T10:05:60Z", "2015-05-17T10", "2015-5-17",
        "99/May/2015:10:05:03 +0000",
        "2015-05-17T10:05:03+99:00", "2015-05-17T10:05:03 junk", "1600-01-01", "2263-01-01", "12",
        "yesterday",
        "Foo, 17 May 2015 10:05:03 GMT", "31/31/2015", "2015-05-17 10:05:03.", "\x00", "99999999999999999999",
        "13/5/2015 13:00 PM",
    ],
)  # fmt: skip
def test_impossible_and_foreign_text_is_bad(text):
    assert one(text)[:2] == (NAT, BAD)


def test_words_for_nothing_are_missing():
    words = ["", " ", "-", "NA", "n/a", "NaN", "nat", "NULL", "None", None]
    for parse in (_core.parse_timestamps, _core.parse_numbers):
        values, status, info = parse(words)
        assert (status == MISSING).all()
        assert info["missing"] == len(words)
        assert len(values) == len(words)


def test_a_leap_second_stands_only_where_one_can():
    assert one("2016-12-31T23:59:60Z")[:2] == (instant(2017, 1, 1), OK)
    assert one("2016-12-31T18:59:60-05:00")[:2] == (instant(2017, 1, 1), OK)
    assert one("2016-11-30T23:59:60Z")[1] == BAD


def test_one_day_above_12_decides_the_column_and_nothing_else_does():
    ns, status, info = _core.parse_timestamps(["5/7/2015", "5/17/2015"])
    assert list(status) == [OK, OK]
    assert ns[0] == instant(2015, 5, 7)
    assert info["formats"] == {"month_first": 2}
    ns, status, info = _core.parse_timestamps(["5/7/2015", "17/5/2015"])
    assert ns[0] == instant(2015, 7, 5)
    assert info["formats"] == {"day_first": 2}
    ns, status, info = _core.parse_timestamps(["5/7/2015", "6/7/2015", "7/7/2015"])
    assert list(status) == [AMBIGUOUS, AMBIGUOUS, OK]
    assert info["ambiguous"] == 2
    _, status, _ = _core.parse_timestamps(["5/7/2015", "17/5/2015", "5/17/2015"])
    assert list(status) == [AMBIGUOUS, OK, OK]
    assert one("5/7/2015", format="day_first")[:2] == (instant(2015, 7, 5), OK)
    assert one("5/7/2015", format="month_first")[:2] == (instant(2015, 5, 7), OK)


def test_a_given_unit_holds_for_small_counts_and_an_unknown_one_is_named():
    assert one("12", format="epoch_s")[:2] == (12 * 10**9, OK)
    assert one("-1.5", format="epoch_ms")[:2] == (-1_500_000, OK)
    with pytest.raises(ValueError, match='format: given "epoch", expected one of auto, iso8601'):
        one("12", format="epoch")


@given(st.datetimes(datetime(1678, 1, 1), datetime(2262, 1, 1)))
def test_what_python_writes_is_read_back(moment):
    want = (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // (moment.resolution) * 1000
    assert one(moment.isoformat())[:2] == (want, OK)
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    want -= moment.microsecond * 1000
    assert one(format_datetime(whole))[:2] == (want, OK)
    assert one(format_datetime(whole, usegmt=True))[:2] == (want, OK)
    assert one(whole.strftime("%d/%b/%Y:%H:%M:%S %z"))[:2] == (want, OK)


def test_arrow_buffers_are_read_in_place_slices_and_nulls_included():
    pa = pytest.importorskip("pyarrow")
    rows = ["x", "2015-05-17", None, "1431857103", "junk"] * 5
    for kind in (pa.string(), pa.large_string()):
        array = pa.array(rows, kind)[3:]
        validity, offsets, data = array.buffers()
        width = np.int64 if kind == pa.large_string() else np.int32
        got = _core.parse_timestamps(
            np.frombuffer(data, np.uint8),
            np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1],
            np.frombuffer(validity, np.uint8),
            array.offset,
        )
        want = _core.parse_timestamps(rows[3:])
        assert np.array_equal(got[0], want[0])
        assert np.array_equal(got[1], want[1])


def test_hostile_buffers_are_refused():
    data = np.zeros(4, np.uint8)
    for offsets in ([0, 5], [0, -1], [3, 1], [-4, 0]):
        with pytest.raises(ValueError, match="offsets: row 0"):
            _core.parse_timestamps(data, np.array(offsets, np.int64))
    with pytest.raises(ValueError, match="validity: given 0 bits"):
        _core.parse_numbers(data, np.array([0, 1], np.int32), np.zeros(0, np.uint8))
    with pytest.raises(ValueError, match="offsets: given none"):
        _core.parse_numbers(data, np.array([], np.int32))
    with pytest.raises(TypeError, match="offsets: given float64"):
        _core.parse_numbers(data, np.array([0.0]))
    with pytest.raises(TypeError, match="row 1 is a int, expected str or None"):
        _core.parse_numbers(["1", 2])
    with pytest.raises(TypeError, match="given one str"):
        _core.parse_numbers("12")


decimals = st.from_regex(r"[+-]?[0-9]{1,25}\.[0-9]{0,30}(e[+-]?[0-9]{1,3})?", fullmatch=True)


@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False).map(repr), decimals))
def test_numbers_are_those_of_python(text):
    want = float(text)
    values, status, _ = _core.parse_numbers([text])
    if np.isinf(want):
        assert status[0] == BAD
    else:
        assert status[0] == OK
        assert values.tobytes() == np.array([want]).tobytes()


def test_what_is_no_plain_number_is_bad():
    texts = [
        "abc",
        "1,5",
        "0x10",
        "inf",
        "1e",
        "1e+",
        "--1",
        "+-1",
        ".",
        "e5",
        "1 2",
        "1e999",
        "12ms",
        "1_000",
    ]
    values, status, info = _core.parse_numbers(texts)
    assert (status == BAD).all()
    assert np.isnan(values).all()
    assert info["bad"] == len(texts)


def test_time_units_become_milliseconds_rounded_once():
    texts = ["12ms", "0.57s", "1.5 s", "1500us", "2\u00b5s", "7", "1e3us", "3m", "s"]
    values, status, info = _core.parse_numbers(texts, time_units=True)
    assert list(values[:7]) == [12.0, 570.0, 1500.0, 1.5, 0.002, 7.0, 1.0]
    assert list(status[7:]) == [BAD, BAD]
    assert info["with_unit"] == 6


def decode(data, name="combined", pieces=1, **limits):
    decoder = _core.AccessLogDecoder(name, **limits)
    step = max(1, -(-len(data) // pieces))
    for i in range(0, len(data), step):
        decoder.feed(data[i : i + step])
    return decoder.finish()


def text(column):
    codes, categories = column
    return [None if c < 0 else categories[c] for c in codes]


def test_a_combined_line_gives_its_columns():
    log = decode(COMBINED.encode())
    assert list(log["timestamp"]) == [instant(2015, 5, 17, 10, 5, 3)]
    assert list(log["status"]) == [200]
    assert list(log["bytes"]) == [203]
    got = {k: text(log[k])[0] for k in ("client", "user", "method", "path", "protocol", "referer", "agent")}
    assert got == {
        "client": "1.2.3.4", "user": "bob", "method": "GET", "path": "/a/b", "protocol": "HTTP/1.1",
        "referer": "http://x/", "agent": "Moz (X; Y)",
    }  # fmt: skip
    assert "latency_ms" not in log
    assert "host" not in log


def test_pieces_do_not_change_the_columns():
    data = (
        b"\xef\xbb\xbf" + (COMBINED + "junk\n\n" + COMBINED.replace("\n", "\r\n")).encode() * 5 + b"cut off"
    )
    whole = decode(data)
    reasons = ["does not match the format"] * 5 + ["file ends within the line"]
    assert whole["lines"] == 21
    for pieces in (2, 3, 7, len(data)):
        other = decode(data, pieces=pieces)
        for key in ("line", "timestamp", "bytes", "bad_line"):
            assert np.array_equal(whole[key], other[key])
        assert whole["bad_reason"] == other["bad_reason"] == reasons
        assert other["bad_text"][-1] == "cut off"
        assert text(other["client"])[0] == "1.2.3.4"


def test_the_real_log_is_read_as_a_regular_expression_reads_it():
    folder = os.environ.get("BAROGRAPH_REAL_DATA")
    if folder is None:
        pytest.skip("BAROGRAPH_REAL_DATA is not set")
    data = (Path(folder) / "access-logs" / "apache_combined_first5000.log").read_bytes()
    assert _core.detect_access_log(data[:65536]) == ("combined", 1.0, True)
    log = decode(data, pieces=3)
    line = re.compile(
        r'(\S+) \S+ (\S+) \[(.*?)\] "(.*?)" (\d+) (\S+) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"'
    )
    rows = [line.fullmatch(x).groups() for x in data.decode().splitlines()]
    assert len(log["line"]) == len(rows) == 5000
    assert text(log["client"]) == [r[0] for r in rows]
    stamps = [int(datetime.strptime(r[2], "%d/%b/%Y:%H:%M:%S %z").timestamp()) * 10**9 for r in rows]
    assert list(log["timestamp"]) == stamps
    assert list(log["status"]) == [int(r[4]) for r in rows]
    assert list(log["bytes"]) == [0 if r[5] == "-" else int(r[5]) for r in rows]
    assert text(log["path"]) == [re.split(r"[?#]", r[3].split(" ")[1])[0] for r in rows]
