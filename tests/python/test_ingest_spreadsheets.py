"""Files as spreadsheets and people write them: marks of numbers, dates, lines above the names."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

import barograph as bg
from barograph import cli
from barograph.ingest import delimited, read_table, sources

START = dt.datetime(2024, 1, 30, 10, tzinfo=dt.UTC)
TIMES = [START + dt.timedelta(minutes=17 * i) for i in range(200)]
VALUES = [1.5 + 37 * i for i in range(200)]


def csv_text(cells, *, delimiter=";", when="%Y-%m-%d %H:%M", name="latency_ms"):
    rows = (f"{time.strftime(when)}{delimiter}{cell}\n" for time, cell in zip(TIMES, cells, strict=True))
    return f"time{delimiter}{name}\n" + "".join(rows)


def read(tmp_path, text, **options):
    file = tmp_path / "log.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return bg.read(file, frame="table", **options)


def latencies(tmp_path, text, **options):
    dataset = read(tmp_path, text, **options)
    assert dataset.schema.latency == "latency_ms"
    return dataset.table["latency_ms"].tolist()


def grouped(value, group, decimal, digits=1):
    return f"{value:,.{digits}f}".translate({ord(","): group, ord("."): decimal})


# -- numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "decimal", "delimiter"),
    [
        ("", ",", ";"), (".", ",", ";"), (" ", ",", ";"), ("\N{NO-BREAK SPACE}", ",", "\t"),
        ("\N{NARROW NO-BREAK SPACE}", ",", ";"), ("'", ".", ","), (",", ".", ";"), (" ", ".", ","),
        ("\N{RIGHT SINGLE QUOTATION MARK}", ".", "|"),
    ],
)  # fmt: skip
def test_the_marks_of_numbers_are_told_by_the_column(tmp_path, group, decimal, delimiter):
    cells = [grouped(value, group, decimal) for value in VALUES]
    text = csv_text(cells, delimiter=delimiter)
    assert latencies(tmp_path, text) == VALUES
    table = read_table(tmp_path / "log.csv")
    assert table["latency_ms"].tolist() == VALUES


def test_quoted_numbers_between_commas_are_told_too(tmp_path):
    for group, decimal in ((",", "."), (".", ",")):
        cells = [f'"{grouped(value, group, decimal)}"' for value in VALUES]
        assert latencies(tmp_path, csv_text(cells, delimiter=",")) == VALUES


def test_a_proof_late_in_the_file_turns_what_was_read_before(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "CHUNK", 256)
    monkeypatch.setattr(sources.chunks, "__defaults__", (256,))
    monkeypatch.setattr(delimited, "_BLOCK", 256)
    values = [5.0, 1234.0, 2000.0] * 66 + [7.5, 1000000.0]
    cells = ["5", "1.234", "2.000"] * 66 + ["7,5", "1.000.000"]
    assert latencies(tmp_path, csv_text(cells)) == values


def test_whole_numbers_stay_whole(tmp_path):
    cells = [grouped(value, ",", ".", 0) for value in np.arange(200) * 37]
    dataset = read(tmp_path, csv_text(cells))
    assert dataset.table["latency_ms"].dtype == np.int64
    assert dataset.table["latency_ms"].tolist() == (np.arange(200) * 37).tolist()


@pytest.mark.parametrize("cell", ["1,234", "1.234"])
def test_marks_that_nothing_decides_are_asked_for(tmp_path, cell):
    text = csv_text([cell, "1"] * 100 if "." in cell else [cell] * 200)
    with pytest.raises(
        ValueError, match=r"latency_ms holds numbers such as '1.234'.*decimal=',' or decimal='.'"
    ):
        read(tmp_path, text)
    for decimal, value in ((",", 1.234), (".", 1234.0)) if "," in cell else ((",", 1234.0), (".", 1.234)):
        assert latencies(tmp_path, text, decimal=decimal)[0] == value


def test_a_column_beside_the_latency_that_does_not_tell_its_mark_stops_nothing(tmp_path):
    text = "time;latency_ms;amount\n" + "2024-01-30 10:00;5,5;1,234\n" * 20
    dataset = read(tmp_path, text)
    assert dataset.table["latency_ms"].tolist() == [5.5] * 20
    assert any(note.startswith("amount holds numbers such as '1,234'") for note in dataset.notes)
    assert bg.analyze(dataset, frame="table").tables["overall"]["requests"][0] == 20
    assert read(tmp_path, text, decimal=",").table["amount"].tolist() == [1.234] * 20
    frame = {"time": ["2024-01-30 10:00"] * 20, "latency_ms": [5.5] * 20, "amount": ["1,234"] * 20}
    assert bg.clean(frame, frame="table").rows_in == 20
    assert read_table(tmp_path / "log.csv").array("amount").tolist() == ["1,234"] * 20
    with pytest.raises(ValueError, match="amount holds numbers"):
        read(tmp_path, "time;amount\n" + "2024-01-30 10:00;1,234\n" * 20)


def test_the_decimal_mark_is_an_option_of_the_command_line(tmp_path, capsys):
    file = tmp_path / "log.csv"
    file.write_text(csv_text(["1,234"] * 200), encoding="utf-8")
    assert cli.main(["analyze", str(file)]) == 2
    assert "--decimal" in capsys.readouterr().err
    assert cli.main(["analyze", str(file), "--decimal", "."]) == 0
    assert "1,234 ms" in capsys.readouterr().out
    with pytest.raises(ValueError, match="decimal: ';' given, expected"):
        bg.read(file, decimal=";")


def test_a_stray_cell_of_another_style_turns_no_column(tmp_path):
    cells = [f"{value}" for value in VALUES]
    cells[7] = "12,5"
    dataset = read(tmp_path, csv_text(cells))
    assert dataset.odd["latency_ms"].texts == ("12,5",)
    whole = ["7"] * 200
    whole[7] = "1,234"
    assert read(tmp_path, csv_text(whole)).odd["latency_ms"].texts == ("1,234",)


def test_addresses_are_no_numbers(tmp_path):
    text = "time,client,latency_ms\n" + "2024-01-30 10:00:00,192.168.100.101,5\n" * 20
    assert read(tmp_path, text).schema.client == "client"


def test_json_lines_and_frames_hold_such_text_too(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text('{"time": "2024-01-30T10:00:00Z", "latency_ms": "1.234,5"}\n' * 20, encoding="utf-8")
    assert bg.read(file, frame="table").table["latency_ms"].tolist() == [1234.5] * 20
    frame = {"time": ["2024-01-30T10:00:00Z"] * 20, "latency_ms": ["1.234,5"] * 20}
    assert bg.clean(frame, frame="table").table["response_time_ms"].tolist() == [1234.5] * 20


# -- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "when",
    [
        "%d.%m.%Y %H:%M", "%d.%m.%Y, %H:%M:%S", "%Y.%m.%d %H:%M", "%d-%m-%Y %H:%M", "%d-%b-%Y %H:%M",
        "%Y%m%dT%H%M%SZ", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%S+0000", "%Y%m%d%H%M%S", "%m-%d-%Y %H:%M",
    ],
)  # fmt: skip
def test_dates_are_read_as_people_write_them(tmp_path, when):
    table = read(tmp_path, csv_text(["5"] * 200, when=when)).table
    assert table["time"].tolist() == [int(time.timestamp()) * 10**9 for time in TIMES]


def test_dashed_dates_that_fit_both_orders_are_asked_for(tmp_path):
    text = "time;latency_ms\n" + "05-06-2024 10:00;5\n" * 3
    with pytest.raises(ValueError, match=r"order of day and month cannot be told.*--timestamp time:%d/%m/%Y"):
        read(tmp_path, text)


def test_a_date_beside_a_time_of_day_is_told(tmp_path):
    notes = read(tmp_path, "date,time,latency_ms\n" + "2024-01-30,10:05:00,5\n" * 20).notes
    assert any(
        note.startswith("date holds days alone; the times of day in time are not read") for note in notes
    )


# -- above the rows --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "above",
    [
        "sep=;\n", '"sep=;"\r\n', "SEP=;\r\n", "# made by a tool\n# on a day, in a year\n", "sep=;\n#\n",
        "\ufeffsep=;\n", "\n# one, two\n\n", '# a "quote\n',
    ],
)  # fmt: skip
def test_lines_above_the_names_are_passed_over(tmp_path, above):
    text = csv_text([f"{value}" for value in VALUES])
    assert latencies(tmp_path, above + text) == VALUES
    ragged = read(tmp_path, above + text + "1;2;3\n").unread
    lines = len([line for line in (above + text).splitlines() if line.strip("\ufeff")])
    assert ragged["line"].tolist() == [lines + 1]


def test_a_separator_of_ones_own_is_told_by_the_first_line(tmp_path):
    text = csv_text([f"{value}" for value in VALUES], delimiter="^")
    assert latencies(tmp_path, "sep=^\n" + text) == VALUES


def test_names_may_stand_in_a_comment(tmp_path):
    text = csv_text([f"{value}" for value in VALUES], delimiter=",")
    assert latencies(tmp_path, "# a tool, of ours\n# " + text) == VALUES
    assert latencies(tmp_path, "#" + text) == VALUES


@pytest.mark.parametrize("text", ["sep=;\n", "# nothing else\n#\n", "sep=;\ntime;latency_ms\n"])
def test_a_file_that_holds_only_such_lines_has_no_rows(tmp_path, text):
    with pytest.raises(ValueError, match="no rows"):
        read(tmp_path, text)


def test_a_single_column_is_a_table(tmp_path):
    dataset = read(tmp_path, "time\n" + "".join(f"{time:%d.%m.%Y %H:%M}\n" for time in TIMES))
    assert len(dataset.table) == 200
    assert dataset.notes == ("The log has a time alone: the report covers traffic only.",)
    with pytest.raises(ValueError, match="no time recognised among latency_ms"):
        read(tmp_path, "latency_ms\n5\n6\n")
    with pytest.raises(ValueError, match="first line holds values"):
        read(tmp_path, "5\n6\n")
    with pytest.raises(ValueError, match="no columns recognised in 'Dear reader'"):
        read(tmp_path, "Dear reader\nthis is a letter\nof three lines\n")


# -- access logs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["rt=0.123", 'rt="0.123" urt="0.120"', "urt=0.120 request_time=0.123"])
def test_pairs_behind_the_combined_format_tell_the_latency(tmp_path, tail):
    line = f'1.2.3.4 - - [30/Jan/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "curl/8" {tail}\n'
    file = tmp_path / "access.log"
    file.write_text(line * 5, encoding="utf-8")
    dataset = bg.read(file, frame="table")
    assert dataset.table["latency_ms"].tolist() == [123.0] * 5
    assert "is the request time in seconds" in dataset.notes[0]


def test_a_request_time_in_whole_numbers_is_told_to_be_seconds(tmp_path):
    line = '1.2.3.4 - - [30/Jan/2024:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "curl/8" 3\n'
    file = tmp_path / "access.log"
    file.write_text(line * 5, encoding="utf-8")
    dataset = bg.read(file, frame="table")
    assert dataset.table["latency_ms"].tolist() == [3000.0] * 5
    assert any("is read as seconds; if it is not" in note for note in dataset.notes)
