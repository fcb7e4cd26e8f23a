import json
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
from barograph._zones import tzif

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


def test_rows_without_an_offset_take_the_zone_that_is_given():
    rows = ["2024-07-01 12:00:00", "2024-07-01T12:00:00Z", "2024-10-27 02:30:00", "1719835200"]
    ns, status, info = _core.parse_timestamps(rows, tzif=tzif("Europe/Rome"))
    assert list(status) == [OK] * 4
    assert list(ns) == [
        instant(2024, 7, 1, 10),
        instant(2024, 7, 1, 12),
        instant(2024, 10, 27, 0, 30),
        instant(2024, 7, 1, 12),
    ]
    assert info["without_offset"] == 2


def json_lines(data, pieces=1):
    decoder = _core.JsonLinesDecoder()
    step = max(1, -(-len(data) // pieces))
    for i in range(0, len(data), step):
        decoder.feed(data[i : i + step])
    return decoder.finish()


def columns_of(log):
    return {name: log["columns"][name] for name in log["columns"]}


def cells(column, rows):
    """What a column says in each row, None where it says nothing."""
    if column["type"] == "empty":
        return [None] * rows
    if column["type"] == "boolean":
        return [None if v < 0 else bool(v) for v in column["values"]]
    if column["type"] == "number":
        if column["integers"] is not None:
            return column["integers"].tolist()
        return [None if np.isnan(v) else v for v in column["values"]]
    codes, categories = _core.encode_text(column["data"], column["offsets"], column["validity"])
    return [None if c < 0 else categories[c] for c in codes]


def test_json_lines_become_columns_by_first_appearance():
    log = json_lines(
        b'{"b": 1, "a": "x\\u00e9\\n", "n": {"deep": {"er": {"est": 1}, "x": null}}}\n'
        b'{"a": null, "t": true, "b": 9007199254740993, "list": [1, {"z": 2}]}\r\n\n'
        b'{"a": "", "m": 1, "b": -2, "e": {}}\n{"m": "one", "b": 1, "b": 7}'
    )
    got = {name: cells(column, 4) for name, column in columns_of(log).items()}
    assert got == {
        "b": [1, 9007199254740993, -2, 7],
        "a": ["x\u00e9\n", None, "", None],
        "n.deep.er": ['{"est": 1}', None, None, None],
        "n.deep.x": [None] * 4,
        "t": [None, True, None, None],
        "list": [None, '[1, {"z": 2}]', None, None],
        "m": [None, None, "1", "one"],
    }
    assert list(got) == ["b", "a", "n.deep.er", "n.deep.x", "t", "list", "m"]
    assert [log["columns"][c]["type"] for c in ("n.deep.x", "m", "list")] == ["empty", "mixed", "mixed"]
    assert list(log["line"]) == [1, 2, 4, 5]
    assert (log["lines"], log["blank"]) == (5, 1)


NOT_JSON = "not JSON (RFC 8259)"
JSON_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=10,
)


def flattened(value, prefix="", depth=1):
    out = {}
    for key, inner in value.items():
        path = f"{prefix}.{key}" if prefix else key
        if isinstance(inner, dict) and depth < 3:
            out |= flattened(inner, path, depth + 1)
        else:
            out[path] = inner
    return out


@given(st.dictionaries(st.text(min_size=1), JSON_VALUES, max_size=4), st.booleans(), st.integers(1, 9))
def test_what_json_dumps_writes_is_read_back(value, ascii_only, pieces):
    data = json.dumps(value, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    log = json_lines(data + b"\n", pieces)
    assert not log["bad_text"]
    want = {}
    for k, v in flattened(value).items():
        want[mended(k)] = v
    assert set(log["columns"]) == set(want)
    for name, inner in want.items():
        got = cells(log["columns"][name], 1)[0]
        if isinstance(inner, list | dict):
            assert json.loads(got) == json.loads(json.dumps(inner).encode("utf-8", "replace"))
        elif isinstance(inner, str):
            assert got == mended(inner)
        elif isinstance(inner, int | float) and not isinstance(inner, bool):
            assert got == pytest.approx(float(inner), rel=0, abs=0) or int(got) == inner
        else:
            assert got == inner


def mended(value):
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{'a': 1}", NOT_JSON),
        ('{"a": 1,}', NOT_JSON),
        ('{"a": 01}', NOT_JSON),
        ('{"a": .5}', NOT_JSON),
        ('{"a": 5.}', NOT_JSON),
        ('{"a": NaN}', NOT_JSON),
        ('{"a": tru}', NOT_JSON),
        ('{"a": 1} x', NOT_JSON),
        ('{"a" 1}', NOT_JSON),
        ('{"a": "\x01"}', NOT_JSON),
        ('{"a": "\\x"}', NOT_JSON),
        ('{"a": 1', NOT_JSON),
        ('{"a": "\\u12"}', NOT_JSON),
        ("\x00", "not an object"),
        ("[1]", "not an object"),
        ("7", "not an object"),
        ('{"a": ' + "[" * 100 + "]" * 100 + "}", "nested too deeply"),
        ('{"a":' * 70 + "1" + "}" * 70, "nested too deeply"),
        ('{"a": "' + "x" * 1_000_001 + '"}', "line too long"),
    ],
)
def test_a_line_that_is_no_json_object_is_kept_with_its_reason_and_leaves_no_column(line, reason):
    log = json_lines(b'{"ok": 1}\n' + line.encode() + b'\n{"ok": 2}\n', pieces=3)
    assert log["bad_reason"] == [reason]
    assert log["bad_text"] == [line[:4096]]
    assert list(log["bad_line"]) == [2]
    assert cells(log["columns"]["ok"], 2) == [1, 2]
    assert list(log["columns"]) == ["ok"]


def test_json_that_the_file_cuts_off_says_so():
    for tail in (b'{"a": 1', b'{"a"', b'{"a": "x', b'{"a": tr', b'{"a": "\\u1', b"{"):
        assert json_lines(b'{"a": 1}\n' + tail)["bad_reason"] == ["file ends within the line"]
    assert json_lines(b'{"a": 1}\n{"a": 2}')["bad_reason"] == []


def test_json_with_bytes_that_are_no_utf8_is_mended_and_counted():
    log = json_lines(b'\xef\xbb\xbf{"a": "x\xff\xfey"}\n{"a": "\\ud800!"}\n')
    assert cells(log["columns"]["a"], 2) == ["x\ufffd\ufffdy", "\ufffd!"]
    assert log["invalid_utf8"] == 1


def test_keys_without_end_are_dropped_and_counted():
    log = json_lines(b"".join(b'{"id": 1, "k%d": 1}\n' % i for i in range(11_000)))
    assert len(log["columns"]) == 10_000
    assert log["dropped"] == 1001


def test_the_real_status_log_is_read_as_python_reads_it():
    folder = os.environ.get("BAROGRAPH_REAL_DATA")
    if folder is None:
        pytest.skip("BAROGRAPH_REAL_DATA is not set")
    data = (Path(folder) / "access-logs" / "nginxplus_status_first_half.jsonl").read_bytes()
    log = json_lines(data, pieces=5)
    want = [flattened(json.loads(line)) for line in data.splitlines()]
    assert log["bad_text"] == []
    assert set(log["columns"]) == {k for row in want for k in row}
    for name, column in columns_of(log).items():
        for got, row in zip(cells(column, len(want)), want, strict=True):
            inner = row.get(name)
            assert (json.loads(got) if isinstance(inner, list | dict) else got) == inner


# ---- access logs, continued ----
LINE = '9.9.9.9 - - [01/Jan/2024:00:00:00 +0000] "{}" 200 5 "-" "{}"'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x" * 65537, "line too long"),
        ("y" * 1_000_000, "line too long"),
        ("binary \x00 junk", "NUL byte in the line"),
        (COMBINED.strip().replace(" 200 ", " 999 "), "status is not 100 to 599"),
        (COMBINED.strip().replace(" 200 ", " 2OO "), "status is not 100 to 599"),
        (COMBINED.strip().replace(" 203 ", " -5 "), "bytes is not a whole number"),
        (COMBINED.strip().replace("17/May", "31/Feb"), "timestamp cannot be read"),
        (COMBINED.strip() + " 0.5", "does not match the format"),
        (COMBINED.strip()[:-5], "does not match the format"),
        ('{"json": true}', "does not match the format"),
    ],
)
def test_a_line_that_does_not_fit_is_kept_with_its_reason(line, reason):
    data = (COMBINED + line + "\n" + COMBINED).encode()
    for pieces in (1, 13):
        log = decode(data, pieces=pieces)
        assert log["bad_reason"] == [reason]
        assert list(log["bad_line"]) == [2]
        assert log["bad_text"] == [line[:4096]]
        assert list(log["line"]) == [1, 3]


def test_junk_requests_are_rows_without_a_path():
    requests = ["\\x16\\x03\\x01\\x00", "-", "", "GET", "\\n", "get / HTTP/1.1", "\\xff\\xfe GET / HTTP/1.1"]
    log = decode("\n".join(LINE.format(r, "-") for r in requests).encode())
    assert len(log["line"]) == log["malformed_requests"] == len(requests)
    assert text(log["path"]) == [None] * len(requests)
    log = decode(LINE.format("GET /old", "-").encode())
    assert (text(log["path"]), text(log["protocol"]), log["malformed_requests"]) == (["/old"], [None], 0)


def test_escapes_are_undone_unless_they_would_become_control_characters():
    agents = [r"a \"b\" c", r"back\\slash", r"\xd0\x96", r"tab\t\x00\x1b", r"bad\xff", "\u0416", r"end\\"]
    log = decode("\n".join(LINE.format("GET / HTTP/1.1", a) for a in agents).encode())
    want = ['a "b" c', "back\\slash", "\u0416", r"tab\t\x00\x1b", "bad\ufffd", "\u0416", "end\\"]
    assert text(log["agent"]) == want
    assert log["invalid_utf8"] == 1
    raw = LINE.format("GET /", "?").encode().replace(b"?", b"x\xfe\xffy")
    log = decode(raw)
    assert text(log["agent"]) == ["x\ufffd\ufffdy"]
    assert log["invalid_utf8"] == 1


@pytest.mark.parametrize(
    ("layout", "line", "want"),
    [
        (
            '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent rt=$request_time',
            '2001:db8::1 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/2.0" 503 0 rt=0.570',
            {"client": "2001:db8::1", "path": "/a", "status": 503, "latency_ms": 570.0},
        ),
        (
            '%h %l %u %t "%r" %>s %b %D',
            '::1 - j doe [17/May/2015:10:05:03 +0000] "PUT /b HTTP/1.1" 201 - 1500',
            {"client": "::1", "user": "j doe", "method": "PUT", "bytes": 0, "latency_ms": 1.5},
        ),
        (
            r"%a [%{%Y-%m-%dT%H:%M:%S%z}t] \"%m %U\" %s %{ms}T",
            '1.1.1.1 [2015-05-17T12:05:03+0200] "GET /c" 200 17',
            {"method": "GET", "path": "/c", "latency_ms": 17.0},
        ),
        (
            "$time_iso8601|$request_method|${request_uri}|$status|$request_time",
            "2015-05-17T10:05:03+00:00|GET|/d e?x|200|1",
            {"path": "/d e", "latency_ms": 1000.0},
        ),
        (
            "$msec $host $status $upstream_addr $upstream_response_time",
            "1431857103.000 example.org 200 10.0.0.1:80, 10.0.0.2:80 0.001, 0.002",
            {"host": "example.org"},
        ),
        ("%{sec}t %v %s %T", "1431857103 example.org 404 -", {"host": "example.org", "status": 404}),
    ],
)
def test_formats_are_compiled_from_what_servers_are_configured_with(layout, line, want):
    log = decode(line.encode(), layout)
    assert log["bad_text"] == []
    assert list(log["timestamp"]) == [instant(2015, 5, 17, 10, 5, 3)]
    for name, value in want.items():
        assert (text(log[name]) if isinstance(log[name], tuple) else list(log[name])) == [value]


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("combinde", 'given "combinde", expected one of combined, common'),
        ("$status$request", "nothing stands between"),
        ("%s%b", "nothing stands between"),
        ("$", "is no variable"),
        ("%", "a % at the end"),
        ("%{Referer", "lacks its }"),
        ("%5", "a % at the end"),
        ("$pid $connection", "names no field"),
        ("", "expected one of combined"),
    ],
)
def test_a_format_that_cannot_be_compiled_is_refused(layout, message):
    with pytest.raises(ValueError, match="log_format: ") as refusal:
        _core.AccessLogDecoder(layout)
    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("tail", "name", "unit_known"),
    [
        ("", "combined", True),
        (" 0.123", "combined_request_time", True),
        (" 1234567", "combined_request_time_us", True),
        (" 2", "combined_request_time", False),
        (' "10.1.1.1"', "nginx_main", True),
        (' "-" 0.123 0.120', "nginx_main_upstream", True),
    ],
)
def test_formats_are_told_from_their_lines(tail, name, unit_known):
    sample = (COMBINED.strip() + tail + "\n") * 20 + "junk\n" * 5
    assert _core.detect_access_log(sample.encode() + b"cut of") == (name, 0.8, unit_known)


def test_what_is_no_access_log_is_not_taken_for_one():
    for sample in (b"", b"\n\n", b"a,b\n1,2\n", b'{"a": 1}\n', b"\x00" * 1000, bytes(range(256)) * 9):
        assert _core.detect_access_log(sample)[0] == ""


def test_a_common_log_has_no_agent():
    line = COMBINED.split(' "http', maxsplit=1)[0]
    assert _core.detect_access_log(line.encode())[0] == "common"
    assert "agent" not in decode(line.encode(), "common")


def test_an_empty_log_has_no_rows():
    log = decode(b"")
    assert (len(log["line"]), log["lines"], log["bad_text"]) == (0, 0, [])
    assert len(json_lines(b"")["columns"]) == 0


@pytest.mark.parametrize(
    ("target", "want"),
    [
        ("/users/123/orders/9f8e2d0a5b7c4e1f?q=1", "/users/{id}/orders/{hash}"),
        ("/a/3b241101-e2bb-4255-8caf-4136c566a962/", "/a/{uuid}/"),
        ("/blog/2015/05/17/a-post", "/blog/{date}/a-post"),
        ("/blog/2015/05", "/blog/{date}"),
        ("/report/2015-05-17.csv", "/report/{date}.csv"),
        ("/d/20150517", "/d/{date}"),
        ("/item/12345.json", "/item/{id}.json"),
        ("/img/12345.png", "/img/12345.png"),
        ("/js/main.3f2a1b9c8d7e.js", "/js/main.3f2a1b9c8d7e.js"),
        ("/u/bob@example.org/x", "/u/{email}/x"),
        ("/t/eyJhbGciOiJIUzI1NiIsInR5cCI6", "/t/{hash}"),
        ("/v1/login", "/v1/login"),
        ("/deadbeefcafe", "/deadbeefcafe"),
        ("/s;jsessionid=1A2B", "/s"),
        ("http://example.org/a/1#top", "/a/{id}"),
        ("http://example.org", "/"),
        ("http://example.org?x", "/"),
        ("/go?to=http://x/1", "/go"),
        ("/2015/99", "/{id}/{id}"),
        ("/", "/"),
        ("*", "*"),
        ("", ""),
        ("//1//", "//{id}//"),
    ],
)
def test_paths_lose_what_varies(target, want):
    assert _core.template_paths([target]) == [want]
    assert _core.template_paths([want]) == [want]


@given(st.text(alphabet="/a1-.?#;@%Zf{}", max_size=40))
def test_a_template_is_its_own_template(target):
    once = _core.template_paths([target])
    assert _core.template_paths(once) == once


@given(st.binary(max_size=300), st.integers(1, 50))
def test_no_bytes_break_the_decoders_and_no_line_is_lost(data, pieces):
    data = COMBINED.encode() + data
    for log in (decode(data, pieces=pieces), json_lines(data, pieces)):
        assert len(log["line"]) + len(log["bad_line"]) + log["blank"] == log["lines"]
    assert text(decode(data, pieces=pieces)["agent"])[0] == "Moz (X; Y)"
