"""bg.read: the reader is chosen by content, the columns by name, type and content."""

import codecs
import csv
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import barograph as bg
from barograph.ingest import delimited, read_table, sources
from barograph.ingest.schema import Sample, recognise

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ROWS = [
    ("2024-01-01 10:00:00.250", "auth", "/login", 120, 200, False),
    ("2024-01-01 10:00:01.500", "payments", "/checkout", 431, 500, True),
    ("2024-01-01 10:00:02.000", "auth", "/login", 88, 200, False),
]
NAMES = ["timestamp", "service", "endpoint", "response_time_ms", "status_code", "error"]


def csv_text(rows=ROWS, names=NAMES, delimiter=",", end="\n"):
    return "".join(delimiter.join(map(str, row)) + end for row in [names, *rows])


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def columns_of(dataset):
    return {name: dataset.table.array(name).tolist() for name in dataset.table.columns}


@pytest.fixture
def expected(tmp_path):
    return columns_of(bg.read(write(tmp_path / "expected.csv", csv_text()), frame="table"))


def test_a_csv_file_becomes_typed_columns(tmp_path):
    dataset = bg.read(write(tmp_path / "log.csv", csv_text()), frame="table")
    table = dataset.table
    assert table["timestamp"].dtype == "datetime64[ns]"
    assert table["timestamp"][0] == np.datetime64("2024-01-01T10:00:00.250")
    assert table["response_time_ms"].tolist() == [120, 431, 88]
    assert table["response_time_ms"].dtype == np.int64
    assert table.array("service").tolist() == ["auth", "payments", "auth"]
    assert dataset.source == "log.csv"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_and_line_ends_are_told_from_the_content(tmp_path, expected, delimiter, end):
    file = write(tmp_path / "log.txt", csv_text(delimiter=delimiter, end=end))
    assert columns_of(bg.read(file, frame="table")) == expected


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + csv_text().encode(),
        csv_text().encode("utf-16"),
        codecs.BOM_UTF16_BE + csv_text().encode("utf-16-be"),
        gzip.compress(csv_text().encode()),
        csv_text().rstrip("\n").encode(),
        ("\n\n" + csv_text()).encode(),
    ],
    ids=["utf-8 mark", "utf-16 little", "utf-16 big", "gzip", "no last line end", "blank lines above"],
)
def test_the_same_rows_in_another_dress_are_the_same_rows(tmp_path, expected, content):
    assert columns_of(bg.read(write(tmp_path / "log.dat", content), frame="table")) == expected


def test_latin_1_text_is_read_and_said(tmp_path):
    rows = [("2024-01-01 10:00:00", "café", "/menü", 120, 200, False)] * 2
    dataset = bg.read(write(tmp_path / "log.csv", csv_text(rows).encode("latin-1")), frame="table")
    assert dataset.table.array("service").tolist() == ["café", "café"]
    assert any("Windows-1252" in note for note in dataset.notes)


def test_quoted_fields_may_hold_delimiters_quotes_and_line_ends(tmp_path):
    text = 'time,service,latency_ms\n2024-01-01 10:00:00,"a,b ""c""\nd",5\n2024-01-01 10:00:01,x,6\n'
    table = bg.read(write(tmp_path / "log.csv", text), frame="table").table
    assert table.array("service").tolist() == ['a,b "c"\nd', "x"]


def test_pieces_end_at_line_ends_outside_quotes(tmp_path):
    lines = [f'2024-01-01 10:00:00,"first {i}\nsecond {i}",{i}\n' for i in range(500)]
    text = "time,service,latency_ms\n" + "".join(lines)
    source = sources.sniff(write(tmp_path / "log.csv", text))
    pieces = list(sources.chunks(source, 1000))
    assert len(pieces) > 10
    assert b"".join(pieces) == text.encode()
    assert all(piece.count(b'"') % 2 == 0 and piece.endswith(b"\n") for piece in pieces)


def test_many_pieces_give_what_one_piece_gives(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    n = 5000
    since = pd.to_timedelta(np.sort(rng.integers(0, 10**9, n)), unit="ms")
    log = pd.DataFrame({
        "timestamp": pd.Timestamp("2024-01-01") + since,
        "service": rng.choice(["auth", "events", "payments"], n),
        "latency_ms": rng.integers(1, 500, n).astype(str),
    })  # fmt: skip
    log.loc[rng.choice(n, 50), "latency_ms"] = "412ms"
    file = tmp_path / "log.csv"
    log.to_csv(file, index=False)
    whole = bg.read(file, frame="table")
    monkeypatch.setattr(sources.chunks, "__defaults__", (4096,))
    pieces = bg.read(file, frame="table")
    for name in whole.table.columns:
        np.testing.assert_array_equal(pieces.table.array(name), whole.table.array(name))
    assert pieces.odd["latency_ms"].rows.tolist() == whole.odd["latency_ms"].rows.tolist()
    assert whole.odd["latency_ms"].rows.tolist() == np.flatnonzero(log["latency_ms"] == "412ms").tolist()
    assert whole.table["timestamp"].tolist() == log["timestamp"].to_numpy("datetime64[ns]").tolist()


@pytest.mark.parametrize("piece", [4096, 1 << 20])
def test_a_column_that_turns_out_dirty_late_loses_no_cell(tmp_path, monkeypatch, piece):
    n = 6000
    log = pd.DataFrame({
        "timestamp": (pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), unit="s")).astype(str),
        "latency_ms": np.arange(n).astype(str),
        "error": np.where(np.arange(n) % 3 == 0, "true", "false"),
    })  # fmt: skip
    log.loc[5000, "timestamp"] = "soon"
    log.loc[5100, "timestamp"] = "2024-01-01T03:00:00+02:00"
    log.loc[5200, "latency_ms"] = "n/a"
    log.loc[5300, "error"] = "perhaps"
    log.to_csv(tmp_path / "log.csv", index=False)
    monkeypatch.setattr(sources.chunks, "__defaults__", (piece,))
    dataset = bg.read(tmp_path / "log.csv", frame="table")
    table = dataset.table
    assert np.flatnonzero(np.isnat(table["timestamp"])).tolist() == [5000]
    assert table["timestamp"][5100] == np.datetime64("2024-01-01T01:00:00")
    assert table["timestamp"][5101] == np.datetime64("2024-01-01T01:25:01")
    assert dataset.odd["timestamp"].texts == ("soon",)
    assert dataset.odd["latency_ms"].rows.tolist() == [5200]
    assert np.delete(table["latency_ms"], 5200).tolist() == np.delete(np.arange(n), 5200).tolist()
    assert table.array("error").tolist() == log["error"].tolist()


def test_keys_that_few_lines_have_cost_no_column_and_are_told(tmp_path):
    # As columns of all rows the keys of one piece of the file alone would be 5 GB.
    line = '{"time":"2024-01-01 10:00:%02d","service":"auth","latency_ms":%d,"k%d":%d,"once%d":1}\n'
    text = "".join(line % (i % 60, i % 97, i % 1900, i, i % 150_000) for i in range(150_000))
    log = write(tmp_path / "log.jsonl", text)
    program = (
        "import resource, sys, barograph as bg\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "data = bg.read(sys.argv[1], columns={'latency': 'latency_ms', 'bytes': 'k77'}, frame='table')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
        "print(len(data.table), 'k77' in data.table, int((data.table['k77'] >= 0).sum()))\n"
        "print(*data.notes, sep='\\n')\n"
    )
    told = subprocess.run([sys.executable, "-c", program, log], capture_output=True, text=True, check=True)
    kib, found, *notes = told.stdout.splitlines()
    assert int(kib) < 600_000
    assert found == "150000 True 79"
    assert any("left out 9,9" in note and "that few lines have (" in note for note in notes), notes
    assert any("values left out, of keys beyond the 10,000" in note for note in notes), notes
    assert sum(map(len, notes)) < 3000


def test_parquet_and_json_lines_give_the_rows_of_the_csv_file(tmp_path, expected):
    frame = pd.DataFrame(ROWS, columns=NAMES)
    lines = "".join(json.dumps(dict(zip(NAMES, row, strict=True))) + "\n" for row in ROWS)
    from_lines = columns_of(bg.read(write(tmp_path / "log.jsonl", lines), frame="table"))
    from_lines["error"] = [word == "true" for word in from_lines["error"]]
    assert from_lines == expected
    frame["timestamp"] = pd.to_datetime(frame["timestamp"])
    frame.to_parquet(tmp_path / "log.parquet")
    assert columns_of(bg.read(tmp_path / "log.parquet", frame="table")) == expected


@pytest.mark.parametrize("kind", ["s", "ms", "us", "date32", "date64", "dictionary"])
def test_parquet_times_that_nanoseconds_cannot_hold_are_set_aside_as_those_of_csv_are(tmp_path, kind):
    far = np.datetime64("9999-12-31T00:00:00")
    times = np.array(["2024-01-02", "NaT", far, "2024-01-03"], "M8[s]")
    column = pa.array(times, pa.timestamp("s", tz="UTC"))
    if kind.startswith("date"):
        column = pa.array(times.astype("M8[D]")).cast({"date32": pa.date32(), "date64": pa.date64()}[kind])
    elif kind == "dictionary":
        column = column.dictionary_encode()
    else:
        column = column.cast(pa.timestamp(kind, tz="UTC"))
    table = pa.table({"timestamp": column, "latency_ms": [1.0, 2.0, 3.0, 4.0], "service": ["a"] * 4})
    pq.write_table(table, tmp_path / "log.parquet")
    dataset = bg.read(tmp_path / "log.parquet", frame="table")
    want = ["2024-01-02", "NaT", "NaT", "2024-01-03"]
    np.testing.assert_array_equal(dataset.table["timestamp"], np.array(want, "M8[ns]"))
    odd = dataset.odd["timestamp"]
    assert odd.rows.tolist() == [2]
    assert odd.texts[0].startswith("9999-12-31T00:00:00")
    rejects = bg.clean(dataset).rejects
    assert rejects.array("rule").tolist() == ["missing_timestamp", "unparsable_timestamp"]


def test_parquet_times_beyond_those_of_python_are_set_aside_too(tmp_path):
    times = pa.array([0, 10**12], pa.timestamp("s"))
    pq.write_table(pa.table({"timestamp": times, "latency_ms": [1.0, 2.0]}), tmp_path / "log.parquet")
    dataset = bg.read(tmp_path / "log.parquet")
    assert dataset.odd["timestamp"].texts[0].startswith("33658-09-27T01:46:40")


def test_parquet_text_and_zones_go_through_the_same_doors(tmp_path):
    table = pa.table({
        "when": pa.array(["2024-01-01T10:00:00+02:00", "never"]),
        "service": pa.array(["a", None]).dictionary_encode(),
        "duration_us": pa.array([1500, None]),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "log.parquet")
    dataset = bg.read(tmp_path / "log.parquet", frame="table")
    assert dataset.table["when"][0] == np.datetime64("2024-01-01T08:00:00")
    assert np.isnat(dataset.table["when"][1])
    assert dataset.odd["when"].texts == ("never",)
    assert dataset.schema.latency_unit == "us"


COMMON = '1.2.3.4 - - [17/May/2015:10:05:{:02d} +0000] "GET /users/{}?q=1 HTTP/1.1" {} 512'


def test_access_logs_are_recognised(tmp_path):
    text = "".join(COMMON.format(i, i, 500 if i == 3 else 200) + "\n" for i in range(5)) + "what is this\n"
    dataset = bg.read(write(tmp_path / "access.log", text), frame="table")
    assert len(dataset.table) == 5
    assert dataset.table.strings("path").categories == ["/users/{id}"]
    assert dataset.table["status"].tolist() == [200, 200, 200, 500, 200]
    assert dataset.unread.array("line").tolist() == [6]
    assert any("no latency" in note for note in dataset.notes)


def test_a_log_format_of_ones_own(tmp_path):
    text = "".join(f"2024-01-01T10:00:0{i}+00:00|GET|/a|200|0.{i}50\n" for i in range(1, 5))
    dataset = bg.read(
        write(tmp_path / "own.log", text), frame="table",
        log_format="$time_iso8601|$request_method|$uri|$status|$request_time",
    )  # fmt: skip
    assert dataset.schema.latency_unit == "ms"
    assert dataset.table["latency_ms"].tolist() == [150, 250, 350, 450]


def test_a_folder_a_glob_and_a_list_are_read_in_order_of_name(tmp_path):
    for i in (2, 0, 1):
        write(tmp_path / f"log{i}.csv", csv_text([(f"2024-01-0{i + 1} 00:00:00", "a", "/x", i, 200, False)]))
    write(tmp_path / "README.md", "not a log")
    for path in (tmp_path, tmp_path / "log*.csv", [tmp_path / f"log{i}.csv" for i in range(3)]):
        dataset = bg.read(path, frame="table")
        assert dataset.table["response_time_ms"].tolist() == [0, 1, 2]
        assert dataset.starts == (0, 1, 2)


def test_several_series_are_told_apart_by_their_files(tmp_path):
    for name in ("crash-1", "crash-2"):
        write(tmp_path / f"{name}.csv", "TimeStamp,Value\n2024-01-01 00:00:00,1.5\n2024-01-01 01:00:00,2.5\n")
    dataset = bg.read(tmp_path, frame="table")
    assert dataset.table.array("file").tolist() == ["crash-1"] * 2 + ["crash-2"] * 2
    assert dataset.schema.service == "file"
    assert not [rule for rule in bg.clean(dataset).table.columns if rule == "out_of_order"]
    assert len(bg.clean(dataset).repairs["rule"]) == 0


def test_read_table_keeps_a_table_as_it_is(tmp_path):
    table = read_table(write(tmp_path / "t.csv", "row,kind,before\n3,padded, auth\n7,,x\n"))
    assert table["row"].tolist() == [3, 7]
    assert table.array("kind").tolist() == ["padded", None]


# -- columns ---------------------------------------------------------------------------------------


def sample(**cells):
    n = max(map(len, cells.values()))
    cells.setdefault("timestamp", ["2024-01-01 10:00:00"] * n)
    return Sample(cells)


@pytest.mark.parametrize(
    ("name", "cells", "unit"),
    [
        ("response_time_ms", ["0.1"], "ms"),
        ("duration_s", ["120"], "s"),
        ("elapsed_us", ["3"], "us"),
        ("duration_ns", ["120000"], "ns"),
        ("durationMs", ["0.2"], "ms"),
        ("latency_seconds", ["0.2"], "s"),
        ("request_time", ["0.005", "1.250"], "s"),
        ("latency", ["120", "95", "431"], "ms"),
        ("duration", ["0.120", "0.095", "0.431"], "s"),
        ("latency", ["120ms", "95 ms", "0.4s"], "ms"),
        ("ms", ["2", "1", "3"], "ms"),
        ("response_seconds", ["2", "1", "3"], "s"),
        ("time_micros", ["2", "1", "3"], "us"),
    ],
)
def test_the_unit_of_a_latency_is_told_by_name_or_values(name, cells, unit):
    found = recognise(sample(**{name: cells}))
    assert found.schema.latency == name
    assert found.schema.latency_unit == unit


def test_a_latency_that_holds_no_numbers_is_left_out_and_told():
    found = recognise(sample(latency_ms=["fast", "5,5,5"]))
    assert found.schema.latency is None
    (note,) = found.notes
    assert note.startswith("latency_ms is named as a latency, but holds no numbers (such as 'fast')")
    assert recognise(sample(status=["200"])).notes == []


def test_of_several_numbers_with_a_unit_of_time_none_is_the_latency():
    assert recognise(sample(request_ms=["2"], response_ms=["3"])).schema.latency is None
    assert recognise(sample(request_ms=["2"], latency=["30"])).schema.latency == "latency"
    assert recognise(sample(time_ms=["1700000000000"])).schema.latency is None
    assert recognise(sample(uptime_s=["3"], cache_age_s=["3"])).schema.latency is None


@pytest.mark.parametrize("cells", [["1.5", "3.25", "2.5"], ["150000", "90000"], ["2", "1", "3"]])
def test_a_unit_that_cannot_be_told_is_asked_for(cells):
    with pytest.raises(ValueError, match=r"unit of duration cannot be told.*duration:ms"):
        recognise(sample(duration=cells))
    assert recognise(sample(duration=cells), {"latency": "duration:us"}).schema.latency_unit == "us"


def test_how_each_role_was_found_is_a_sentence():
    found = recognise(sample(svc=["auth"], url=["/a"], response_time_ms=["12"], http_status=["200"]))
    assert found.schema.how["latency"] == "response_time_ms: latency in ms (by its name)"
    assert set(found.schema.how) == {"timestamp", "service", "endpoint", "latency", "status"}


def test_roles_are_found_by_content_when_the_name_says_nothing():
    found = recognise(Sample({"x": ["17/May/2015:10:05:03 +0000"] * 3, "http_x": ["200", "404", "500"]}))
    assert found.schema.timestamp == "x"
    assert found.schema.status == "http_x"


def test_numbers_without_a_role_are_measured_values_but_ids_and_labels_are_not():
    found = recognise(sample(ContextTokens=["4808"], user_id=["17"], Label=["0"], note=["x"]))
    assert found.schema.values == ("ContextTokens",)


def test_overrides_win_and_name_what_is_missing():
    told = recognise(sample(a=["5"], latency_ms=["7"]), {"latency": "a:s"})
    assert told.schema.latency == "a"
    assert told.schema.latency_unit == "s"
    with pytest.raises(ValueError, match=r"no column 'b' for latency; there are: a, timestamp"):
        recognise(sample(a=["5"]), {"latency": "b"})
    with pytest.raises(ValueError, match=r"role 'lat' given, expected one of timestamp"):
        recognise(sample(a=["5"]), {"lat": "a"})
    with pytest.raises(ValueError, match=r"latency unit 'hours' given, expected one of ns, us, ms, s"):
        recognise(sample(a=["5"]), {"latency": "a:hours"})


def test_a_log_without_a_time_is_asked_for_one():
    with pytest.raises(ValueError, match=r"no time recognised among a, b; name it: .*--timestamp"):
        recognise(Sample({"a": ["1"], "b": ["x"]}))


def test_a_column_of_success_is_turned_into_errors(tmp_path):
    text = "time,success\n2024-01-01 10:00:00.1,true\n2024-01-01 10:00:01.2,false\n"
    assert bg.clean(write(tmp_path / "a.csv", text), frame="table").table["error"].tolist() == [False, True]


# -- times -----------------------------------------------------------------------------------------


def times(tmp_path, *cells, **options):
    text = "when,latency_ms\n" + "".join(f"{cell},10\n" for cell in cells)
    return (
        bg.read(write(tmp_path / "log.csv", text), frame="table", **options)
        .table["when"]
        .astype(str)
        .tolist()
    )


def test_offsets_become_utc(tmp_path):
    assert times(tmp_path, "2024-01-01T10:00:00+02:00", "2024-01-01T10:00:00Z") == [
        "2024-01-01T08:00:00.000000000", "2024-01-01T10:00:00.000000000",
    ]  # fmt: skip


def test_times_without_an_offset_are_of_the_zone_given_else_utc(tmp_path):
    cells = ["2024-01-01 10:00:00", "2024-07-01 10:00:00", "2024-03-31 01:30:00"]
    berlin = pd.DatetimeIndex(cells).tz_localize("Europe/Berlin").tz_convert("UTC").tz_localize(None)
    assert (
        times(tmp_path, *cells, tz="Europe/Berlin") == berlin.to_numpy("datetime64[ns]").astype(str).tolist()
    )
    assert times(tmp_path, *cells)[0].startswith("2024-01-01T10:00:00")


def test_an_unknown_zone_is_named(tmp_path):
    with pytest.raises(ValueError, match="Mars"):
        times(tmp_path, "2024-01-01 10:00:00", tz="Mars/Olympus")


def test_the_order_of_day_and_month_is_proven_or_asked_for(tmp_path):
    assert times(tmp_path, "05/06/2024 10:00:00", "25/06/2024 10:00:00")[0].startswith("2024-06-05")
    with pytest.raises(ValueError, match=r"order of day and month cannot be told.*when:%d/%m/%Y"):
        times(tmp_path, "05/06/2024 10:00:00", "07/06/2024 10:00:00")
    for order, day in (("%d/%m/%Y %H:%M:%S", "2024-06-05"), ("%m/%d/%Y", "2024-05-06")):
        told = times(tmp_path, "05/06/2024 10:00:00", columns={"timestamp": f"when:{order}"})
        assert told[0].startswith(day)


def test_a_format_of_ones_own_is_a_strptime_format(tmp_path):
    told = times(tmp_path, "5 Jun 24 10h30", columns={"timestamp": "when:%d %b %y %Hh%M"})
    assert told == ["2024-06-05T10:30:00.000000000"]


@pytest.mark.parametrize(
    ("cell", "scale"), [("1704103200", 9), ("1704103200000", 6), ("1704103200000000", 3)]
)
def test_times_since_1970_are_read_in_their_unit(tmp_path, cell, scale):
    assert times(tmp_path, cell, columns={"timestamp": "when"}) == ["2024-01-01T10:00:00.000000000"]


# -- paths -----------------------------------------------------------------------------------------


def test_paths_are_templated_and_capped(tmp_path):
    rows = [
        (f"2024-01-01 10:00:{i % 60:02d}", "a", f"/users/{i}?page={i}", 5, 200, False) for i in range(300)
    ]
    dataset = bg.read(write(tmp_path / "a.csv", csv_text(rows)), frame="table")
    assert dataset.table.strings("endpoint").categories == ["/users/{id}"]
    assert "300 different paths became 1." in dataset.notes[-1]


def test_beyond_the_cap_paths_count_as_other(tmp_path):
    def word(i):
        return "".join(chr(97 + int(d)) for d in str(i))

    rows = [(f"2024-01-01 10:00:{i % 60:02d}", "a", f"/{word(i)}", 5, 200, False) for i in range(1500)]
    rows += [("2024-01-01 10:00:00", "a", "/often", 5, 200, False)] * 5
    dataset = bg.read(write(tmp_path / "a.csv", csv_text(rows)), frame="table")
    column = dataset.table.strings("endpoint")
    assert len(column.categories) == 1001
    assert column.to_numpy().tolist().count("other") == 501
    assert column.to_numpy().tolist().count("/often") == 5
    assert any("(501 requests)" in note for note in dataset.notes)


# -- real logs -------------------------------------------------------------------------------------

REAL = os.environ.get("BAROGRAPH_REAL_DATA")
needs_real_data = pytest.mark.skipif(not REAL, reason="BAROGRAPH_REAL_DATA names no folder of real logs")


@needs_real_data
def test_the_real_access_log_is_read_line_by_line():
    file = Path(REAL) / "access-logs/apache_combined_first5000.log"
    dataset = bg.read(file, frame="table")
    lines = file.read_text(errors="replace").splitlines()
    assert len(dataset.table) + (0 if dataset.unread is None else len(dataset.unread)) == len(lines)
    statuses = [line.split('" ')[1].split()[0] for line in lines]
    assert dataset.table["status"].astype(int).astype(str).tolist() == statuses
    cleaned = bg.clean(dataset)
    assert len(cleaned.table) == len(lines)
    assert any("no latency" in note for note in cleaned.notes)


@needs_real_data
def test_the_real_status_snapshots_are_a_table_of_values():
    file = Path(REAL) / "access-logs/nginxplus_status_first_half.jsonl"
    cleaned = bg.clean(file, frame="table")
    snapshots = [json.loads(line) for line in file.read_text().splitlines()]
    assert len(cleaned.table) == len(snapshots)
    assert cleaned.table["requests.total"].tolist() == [s["requests"]["total"] for s in snapshots]
    assert cleaned.table["timestamp"].astype("datetime64[ms]").astype(int).tolist() == [
        s["timestamp"] for s in snapshots
    ]


@needs_real_data
def test_the_real_requests_keep_their_100_ns_digits():
    file = Path(REAL) / "azure-llm-requests/AzureLLMInferenceTrace_code.csv"
    plain = pd.read_csv(file)
    cleaned = bg.clean(file, frame="table")
    assert len(cleaned.table) == len(plain)
    when = pd.to_datetime(plain["TIMESTAMP"]).to_numpy("datetime64[ns]")
    np.testing.assert_array_equal(cleaned.table["timestamp"], when)
    np.testing.assert_array_equal(cleaned.table["ContextTokens"], plain["ContextTokens"])


@needs_real_data
@pytest.mark.parametrize("folder", ["data-ingress-rate", "middle-tier-api-dependency-latency"])
def test_the_real_series_keep_every_value(folder):
    path = Path(REAL) / "cloud-monitoring" / folder
    plain = pd.concat(
        [pd.read_csv(f).assign(file=f.name.split(".")[0]) for f in sorted(path.glob("*.csv"))],
        ignore_index=True,
    )
    plain["TimeStamp"] = pd.to_datetime(plain["TimeStamp"], utc=True)
    plain = plain.sort_values("TimeStamp", kind="stable")
    cleaned = bg.clean(path, frame="table")
    np.testing.assert_array_equal(cleaned.table["Value"], plain["Value"])
    assert cleaned.table.array("service").tolist() == plain["file"].tolist()


@pytest.mark.parametrize(
    "ends",
    [["\r"], ["\r\n", "\n"], ["\n", "\r"], ["\r\n", "\r", "\n"]],
    ids=["CR", "CRLF+LF", "LF+CR", "all"],
)
def test_line_ends_may_be_mixed_in_one_file(tmp_path, ends):
    rows = [f"2024-01-01 10:{i // 60 % 60:02d}:{i % 60:02d},auth,{i}" for i in range(1000)]
    text = "time,service,latency_ms" + ends[0] + "".join(r + ends[i % len(ends)] for i, r in enumerate(rows))
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode())
    data = bg.read(path, frame="table")
    assert data.unread is None
    assert data.table["latency_ms"].tolist() == list(range(1000))
    assert data.table.strings("service").categories == ["auth"]


def test_cells_with_line_ends_are_read_without_a_loop_over_lines(tmp_path, monkeypatch):
    def never(*_):
        raise AssertionError("the text has no stray quote")

    monkeypatch.setattr(delimited, "_without_open_quotes", never)
    cell = '"one\nline, ""two""\r\n\nfour"'
    text = "time,service,latency_ms,message\n" + f"2024-01-01 10:00:00,auth,5,{cell}\n" * 2000
    data = bg.read(write(tmp_path / "log.csv", text), frame="table")
    assert len(data.table) == 2000
    assert data.unread is None


def test_quotes_that_close_by_their_parity_are_closed_by_the_slow_way_too():
    draw = np.random.default_rng(0)
    pieces = ['"a\nb"', '"x,y"', '""', '"q""q"', "plain", "", '5"', '"open', "\n", ",", "a,b\n", "1,2,3\n"]
    closed = 0
    for _ in range(4000):
        cells = draw.choice(pieces, size=draw.integers(3, 15))
        body = ",".join(cells).encode() + b"\n"
        rows = body.count(b"\n")
        for told in range(rows + 1):
            if delimited._quotes_close(body, ",", 3, told):
                kept = delimited._without_open_quotes(body, ",", 3)
                one = [len(r) for r in csv.reader(io.StringIO(body.decode(), newline="")) if r]
                if set(one) == {3}:  # else the reader sets rows aside, and the slow way is taken
                    closed += 1
                    assert kept[1] == [], body
    assert closed > 20


def test_a_frame_whose_dates_are_read_one_way_says_so_as_a_file_does():
    log = {"time": ["03/04/2024 10:00:00", "13/04/2024 10:00:01"], "latency_ms": [1, 2]}
    assert any("dates are read day first" in note for note in bg.clean(log, frame="table").notes)
