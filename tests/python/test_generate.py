"""The generators: figures, truth, pieces, files. Figures are those the workload promises, by numpy."""

from __future__ import annotations

import csv
import datetime
import json
import signal
import subprocess
import sys
import textwrap
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

from barograph import Strings, Table, generate, read
from barograph.generate import DIRT_KINDS, Incident

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "generate_requests.txt"
# Kinds after which a row has lost a value that nobody can know.
LOST = {
    "missing_latency",
    "duplicate",
    "negative_latency",
    "absurd_latency",
    "wrong_type",
    "unparsable_timestamp",
    "unknown_service",
}


def requests(**options):
    return generate.requests(frame="table", **options)


def hour_of(table):
    return table["timestamp"].view(np.int64) // 3_600_000_000_000 % 24


def figures(table):
    """The promised figures of a clean table, with numpy alone."""
    latency = table["response_time_ms"].astype(float)
    rush = (hour_of(table) >= 18) & (hour_of(table) < 22)
    services, endpoints = table["service"], table["endpoint"]
    endpoint_mean = {
        name: latency[endpoints.codes == code].mean() for code, name in enumerate(endpoints.categories)
    }
    by_service = {
        name: (int((services.codes == code).sum()), table["error"][services.codes == code].mean())
        for code, name in enumerate(services.categories)
    }
    return {
        "rows": len(table),
        "mean": latency.mean(),
        "p95": np.quantile(latency, 0.95),
        "slowest": max(endpoint_mean, key=lambda name: endpoint_mean[name]),
        "checkout": endpoint_mean["/checkout"],
        "rush_ratio": (rush.sum() / 4) / ((~rush).sum() / 20),
        "rush_slower": latency[rush].mean() / latency[~rush].mean(),
        "errors": table["error"].mean(),
        "most_errors": max(by_service, key=lambda name: by_service[name][1]),
        "most_traffic": max(by_service, key=lambda name: by_service[name][0]),
    }


def hold(f):
    """The tolerances of the workload."""
    assert 82_000 <= f["rows"] <= 88_000
    assert f["mean"] == pytest.approx(153, rel=0.05)
    assert f["p95"] == pytest.approx(380, rel=0.07)
    assert f["slowest"] == "/checkout"
    assert f["checkout"] == pytest.approx(400, rel=0.08)
    assert f["rush_ratio"] == pytest.approx(2.8, abs=0.3)
    assert f["rush_slower"] == pytest.approx(1.5, abs=0.1)
    assert f["errors"] == pytest.approx(0.045, abs=0.003)
    assert f["most_errors"] == "payments"
    assert f["most_traffic"] == "auth"


@pytest.mark.parametrize("seed", range(20))
def test_every_seed_keeps_the_promised_figures(seed):
    hold(figures(requests(seed=seed).table))


@pytest.mark.parametrize("seed", range(0, 20, 4))
def test_figures_hold_when_every_dirty_row_is_thrown_away(seed):
    # The harshest cleaning: rows that could be repaired are lost too.
    data = requests(seed=seed, dirt=0.02)
    keep = np.ones(len(data.table), dtype=bool)
    keep[data.truth["dirt"]["row"]] = False
    dirty = data.table.take(keep)
    clean = {
        "timestamp": np.array(dirty["timestamp"].tolist(), dtype="datetime64[ns]"),
        "service": dirty["service"].compact(),
        "endpoint": dirty["endpoint"].compact(),
        "response_time_ms": np.array([int(v) for v in dirty["response_time_ms"].to_numpy()]),
        "status_code": dirty["status_code"],
        "error": dirty["error"],
    }
    hold(figures(Table(clean)))


def test_figures_are_exact_where_chance_is_small():
    # Two million rows: the standard error of each figure is below a fifth of its tolerance here.
    f = figures(requests(rows=2_000_000).table)
    assert f["mean"] == pytest.approx(153, rel=0.003)
    assert f["p95"] == pytest.approx(380, rel=0.005)
    assert f["checkout"] == pytest.approx(400, rel=0.01)
    assert f["rush_ratio"] == pytest.approx(2.8, rel=0.01)
    assert f["rush_slower"] == pytest.approx(1.5, rel=0.01)
    assert f["errors"] == pytest.approx(0.045, abs=0.001)


def test_nights_are_still_weekends_quieter_and_payments_slower_than_auth():
    table = requests(seed=1).table
    share = np.bincount(hour_of(table), minlength=24) / len(table)
    assert share[1:6].sum() < 0.02
    days = np.bincount(
        (table["timestamp"].view(np.int64) - table["timestamp"].view(np.int64)[0]) // 86_400_000_000_000
    )
    # 2024-01-06 and 07 are Saturday and Sunday.
    assert days[5:7].max() < 0.8 * np.delete(days, [5, 6]).min()
    mean = {
        name: table["response_time_ms"][table["service"].codes == code].mean()
        for code, name in enumerate(table["service"].categories)
    }
    assert mean["payments"] > 1.5 * mean["auth"]


def test_latency_and_errors_rise_with_load():
    # No incident, one endpoint: load is the traffic of the minute's hour.
    table = requests(seed=2, incidents=[], rows=500_000).table
    hours = hour_of(table)
    login = table["endpoint"].codes == table["endpoint"].categories.index("/login")
    traffic = np.bincount(hours, minlength=24)
    latency = np.bincount(hours[login], table["response_time_ms"][login], minlength=24)
    latency /= np.bincount(hours[login], minlength=24)
    errors = np.bincount(hours, table["error"], minlength=24) / traffic
    quiet, day, rush = slice(1, 6), slice(10, 16), slice(18, 22)
    assert latency[quiet].mean() < latency[day].mean() < 0.75 * latency[rush].mean()
    assert errors[quiet].mean() < errors[day].mean() < 0.75 * errors[rush].mean()


def test_the_fifth_day_shows_its_incident_and_the_truth_names_it():
    data = requests(seed=3)
    truth = data.truth["incidents"]
    assert len(truth) == 1
    start, end = truth["start"][0], truth["end"][0]
    assert (str(start)[:19], str(end)[:19]) == ("2024-01-05T13:00:00", "2024-01-05T17:00:00")
    assert truth["service"][0] == "payments"
    table = data.table
    during = (table["timestamp"] >= start) & (table["timestamp"] < end)
    day_before = (table["timestamp"] >= start - np.timedelta64(1, "D")) & (
        table["timestamp"] < end - np.timedelta64(1, "D")
    )
    payments = table["service"].codes == table["service"].categories.index("payments")
    latency, error = table["response_time_ms"], table["error"]
    ratio = latency[during & payments].mean() / latency[day_before & payments].mean()
    assert ratio == pytest.approx(truth["latency_factor"][0], rel=0.15)
    more = error[during & payments].mean() - error[day_before & payments].mean()
    assert more == pytest.approx(truth["error_added"][0], abs=0.09)
    others = latency[during & ~payments].mean() / latency[day_before & ~payments].mean()
    assert others == pytest.approx(1.0, abs=0.1)


def test_the_incident_moves_with_the_start_and_needs_five_days():
    assert str(requests(start="2025-03-10").truth["incidents"]["start"][0])[:16] == "2025-03-14T13:00"
    assert len(requests(days=4).truth["incidents"]) == 0
    assert len(requests(days=5).truth["incidents"]) == 1


def test_other_incidents_are_made_as_asked_for():
    asked = Incident(start=datetime.timedelta(hours=30), duration="90min", latency=5.0, errors=0.5)
    data = requests(days=3, incidents=[asked])
    truth = data.truth["incidents"].to_dict()
    assert str(truth["start"][0])[:16] == "2024-01-02T06:00"
    assert truth["end"][0] - truth["start"][0] == np.timedelta64(90, "m")
    assert (truth["service"], truth["latency_factor"], truth["error_added"]) == (["all"], [5.0], [0.5])
    table = data.table
    during = (table["timestamp"] >= truth["start"][0]) & (table["timestamp"] < truth["end"][0])
    assert table["error"][during].mean() > 0.4
    quiet = requests(days=3, incidents=[]).table
    # Nothing else changes: the same requests, slower.
    assert np.array_equal(table["timestamp"], quiet["timestamp"])
    assert np.array_equal(table["response_time_ms"][~during], quiet["response_time_ms"][~during])
    assert (table["response_time_ms"][during] >= quiet["response_time_ms"][during]).all()


def test_status_codes_agree_with_errors():
    table = requests().table
    assert np.array_equal(table["error"], table["status_code"] >= 400)
    assert {200, 201, 202, 204, 401, 429, 500, 503, 504} <= set(table["status_code"].tolist())


@pytest.mark.parametrize("rate", [0.02, 0.5])
def test_dirt_of_each_kind_is_what_its_truth_says(rate):
    clean, data = requests(seed=4).table, requests(seed=4, dirt=rate)
    table, truth = data.table, data.truth["dirt"]
    kinds, columns = truth["kind"].to_numpy(), truth["column"].to_numpy()
    before, after = truth["before"].to_numpy(), truth["after"].to_numpy()
    rows = truth["row"]
    assert set(kinds) == set(DIRT_KINDS)
    # Each clean row is dirtied with this chance: five standard errors of a share.
    spread = 5 * np.sqrt(rate * (1 - rate) / len(clean))
    assert len(rows) / len(clean) == pytest.approx(rate, abs=spread)
    assert (np.diff(rows) > 0).all()
    assert len(table) == len(clean) + (kinds == "duplicate").sum()
    # Undo all of it from the truth alone: what comes out is the clean log.
    text = {name: table.array(name).astype(object) for name in table.columns}
    for row, column, value, now in zip(rows, columns, before, after, strict=True):
        if column != "row":
            assert text[column][row] == now
            text[column][row] = value
    keep = np.ones(len(table), dtype=bool)
    keep[rows[kinds == "duplicate"]] = False
    times = np.array(text["timestamp"][keep].tolist(), dtype="datetime64[ns]")
    order = np.argsort(times, kind="stable")
    assert np.array_equal(times[order], clean["timestamp"])
    latency = np.array([int(v) for v in text["response_time_ms"][keep][order]])
    # Rows of the same millisecond may have changed places: compare them as sets.
    assert sorted(zip(times[order].tolist(), latency.tolist(), strict=True)) == sorted(
        zip(clean["timestamp"].tolist(), clean["response_time_ms"].tolist(), strict=True)
    )
    assert set(text["service"]) == set(clean["service"].categories)
    assert set(text["endpoint"]) == set(clean["endpoint"].categories)


def test_dirt_looks_as_it_is_called():
    truth = requests(seed=6, dirt=0.3).truth["dirt"]
    after, kinds = truth["after"].to_numpy(), truth["kind"].to_numpy()
    known = {"auth", "events", "payments"}
    assert set(after[kinds == "missing_latency"]) == {""}
    assert all(int(v) < 0 for v in after[kinds == "negative_latency"])
    assert all(int(v) > 3_600_000 for v in after[kinds == "absurd_latency"])
    assert not any(v.lstrip("-").isdigit() for v in after[kinds == "wrong_type"])
    for value in set(after[kinds == "unparsable_timestamp"]):
        with pytest.raises(ValueError, match=r"."):
            datetime.datetime.fromisoformat(value)
    assert not {v.strip().lower() for v in after[kinds == "unknown_service"]} & known
    assert {v.lower() for v in after[kinds == "mixed_case"]} == known
    assert not set(after[kinds == "mixed_case"]) & known
    assert all(v != v.strip() for v in after[kinds == "padded"])


def test_kinds_of_dirt_can_be_chosen():
    truth = requests(dirt={"duplicate": 0.1, "padded": 0.0}).truth["dirt"]
    assert set(truth["kind"].to_numpy()) == {"duplicate"}
    assert len(requests(dirt={"padded": 0.0}).truth["dirt"]) == 0


def test_without_dirt_columns_are_typed_and_with_it_they_are_text():
    clean, dirty = requests(days=1).table, requests(days=1, dirt=0.1).table
    assert clean["timestamp"].dtype == "datetime64[ns]"
    assert clean["response_time_ms"].dtype == np.int64
    assert clean["error"].dtype == np.bool_
    assert isinstance(dirty["response_time_ms"], Strings)
    assert all(isinstance(v, str) for v in dirty["timestamp"].tolist())


def test_the_log_is_that_of_the_golden_file(tmp_path):
    golden = dict(line.split() for line in GOLDEN.read_text().splitlines())
    options = {"clean": {}, "dirty": {"dirt": 0.02}, "filthy": {"dirt": 0.5, "seed": 2**64 - 1}}
    for name, given in options.items():
        file, *_ = generate.write("requests", tmp_path / f"{name}.csv", **given)
        body = file.read_bytes().split(b"\n", 1)[1]
        assert f"{zlib.crc32(body):08x}" == golden[name], name


def same(a, b):
    assert a.columns == b.columns
    for name in a.columns:
        assert np.array_equal(a.array(name), b.array(name)), name


@pytest.mark.parametrize("dirt", [0.0, 0.2])
def test_threads_and_batches_do_not_change_rows(dirt):
    whole = requests(seed=8, dirt=dirt, threads=1).table
    same(whole, requests(seed=8, dirt=dirt, threads=3).table)
    for batch_rows in (999, 40_000, 10**6):
        parts = list(generate.batches("requests", seed=8, dirt=dirt, batch_rows=batch_rows))
        assert [len(p) for p in parts[:-1]] == [batch_rows] * (len(parts) - 1)
        joined = {name: np.concatenate([p.array(name) for p in parts]) for name in whole.columns}
        same(whole.with_columns({n: whole.array(n) for n in whole.columns}), Table(joined))


def test_rate_and_rows_change_the_traffic_only():
    busy = figures(requests(rate=3.0).table)
    assert busy["rows"] == pytest.approx(255_000, rel=0.01)
    assert busy["mean"] == pytest.approx(153, rel=0.02)
    asked = requests(rows=10_000).table
    assert len(asked) == pytest.approx(10_000, abs=5 * 100)
    assert len(requests(rows=0).table) == 0
    assert len(requests(rows=0, dirt=0.1).table) == 0
    # ... of the days asked for, weekends among them.
    assert len(requests(rows=50_000, start="2024-01-06", days=2).table) == pytest.approx(50_000, rel=0.03)


def test_starts_are_taken_in_every_usual_form():
    first = requests(days=1).table
    for start in (
        datetime.date(2024, 1, 1),
        datetime.datetime(2024, 1, 1),
        datetime.datetime(2024, 1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
        np.datetime64("2024-01-01"),
        "2024-01-01 00:00",
    ):
        same(first, requests(days=1, start=start).table)


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "table"])
def test_frames_come_as_asked_for(kind):
    module = {"pandas": "pandas", "polars": "polars", "arrow": "pyarrow", "table": "barograph"}[kind]
    pytest.importorskip(module)
    data = generate.requests(days=1, dirt=0.1, frame=kind)
    for frame in (data.tables["requests"], data.truth["dirt"], data.truth["incidents"]):
        assert type(frame).__module__.split(".")[0] == module


def test_a_missing_frame_library_is_named_with_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ImportError, match=r'pip install "barograph\[polars\]"'):
        generate.requests(days=1, frame="polars")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"days": 0}, ValueError, "days: 0 given"),
        ({"days": 1.5}, TypeError, "days: 1.5 given"),
        ({"days": 10**6}, ValueError, "days: given 1000000"),
        ({"seed": -1}, ValueError, "seed: -1 given"),
        ({"seed": 2**64}, ValueError, "seed: 18446744073709551616 given"),
        ({"seed": "0"}, TypeError, "seed: '0' given"),
        ({"start": "someday"}, ValueError, "start: 'someday' given"),
        ({"start": "2024-01-01 00:00:01"}, ValueError, "start: .* whole minute"),
        ({"start": "9999-01-01"}, ValueError, "start: given"),
        ({"start": 5}, TypeError, "start: 5 given"),
        ({"dirt": 0.6}, ValueError, "dirt: 0.6 given"),
        ({"dirt": -0.1}, ValueError, "dirt: -0.1 given"),
        ({"dirt": float("nan")}, ValueError, "dirt: nan given"),
        ({"dirt": "much"}, TypeError, "dirt: 'much' given"),
        ({"dirt": {"mud": 0.1}}, ValueError, "dirt: kind 'mud' given, expected some of missing_latency"),
        ({"dirt": {"padded": -0.1}}, ValueError, "dirt: given a share"),
        ({"dirt": {"padded": 0.4, "duplicate": 0.4}}, ValueError, "dirt: given 0.8"),
        ({"rate": -1.0}, ValueError, "rate: given -1"),
        ({"rate": float("inf")}, ValueError, "rate: given inf"),
        ({"rate": 2.0, "rows": 5}, ValueError, "rate, rows: both given"),
        ({"rows": -1}, ValueError, "rows: -1 given"),
        ({"threads": 0}, ValueError, "threads: 0 given"),
        ({"frame": "excel"}, ValueError, "frame: 'excel' given"),
        ({"incidents": ["Friday"]}, TypeError, "incidents: 'Friday' given"),
        ({"incidents": [Incident(start="2024-02-01")]}, ValueError, "incidents: one from 2024-02-01"),
        ({"incidents": [Incident(start="2024-01-02", service="mail")]}, ValueError, "service: 'mail' given"),
        (
            {"incidents": [Incident(start="2024-01-02", duration="soon")]},
            ValueError,
            "duration: 'soon' given",
        ),
        ({"incidents": [Incident(start="2024-01-02", duration=3)]}, TypeError, "duration: 3 given"),
        ({"incidents": [Incident(start="2024-01-02", latency=0)]}, ValueError, "latency: given"),
        ({"incidents": [Incident(start="2024-01-02", errors=2)]}, ValueError, "errors: given"),
    ],
)
def test_what_cannot_be_is_refused_by_name(options, error, message):
    with pytest.raises(error, match=message):
        generate.requests(**options)


# ---- files ----


def test_a_csv_file_holds_the_table_and_its_truth(tmp_path):
    data = requests(days=5, seed=9, dirt=0.05)
    files = generate.write("requests", tmp_path / "deep" / "log.csv", days=5, seed=9, dirt=0.05)
    assert [f.name for f in files] == ["log.csv", "truth_incidents.csv", "truth_dirt.csv"]
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == sorted(f.name for f in files)
    with files[0].open(newline="", encoding="utf-8") as lines:
        header, *rows = csv.reader(lines)
    assert header == data.table.columns
    expected = [[str(v) for v in column] for column in data.table.to_dict().values()]
    assert [list(column) for column in zip(*rows, strict=True)] == expected
    with files[2].open(newline="", encoding="utf-8") as lines:
        header, *rows = csv.reader(lines)
    assert header == data.truth["dirt"].columns
    truth = [[str(v) for v in column] for column in data.truth["dirt"].to_dict().values()]
    assert [list(column) for column in zip(*rows, strict=True)] == truth
    incident = files[1].read_text().splitlines()[1]
    assert incident == "2024-01-05 13:00:00.000,2024-01-05 17:00:00.000,payments,3.0,0.2"


def test_parquet_and_json_lines_hold_the_same_rows(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    for dirt in (0.0, 0.1):
        table = requests(days=2, dirt=dirt).table
        options = {"days": 2, "dirt": dirt, "batch_rows": 5000}
        file, *_ = generate.write("requests", tmp_path / "log.parquet", **options)
        assert parquet.ParquetFile(file).metadata.num_row_groups == -(-len(table) // 5000)
        same(
            table.with_columns({n: table.array(n) for n in table.columns}),
            plain(Table.of(parquet.read_table(file))),
        )
        file, *_ = generate.write("requests", tmp_path / "log.jsonl", **options)
        read = [json.loads(line) for line in file.read_text().splitlines()]
        for name in ("service", "endpoint", "status_code", "error"):
            assert [row[name] for row in read] == table.array(name).tolist(), name
        if dirt:
            assert [row["timestamp"] for row in read] == table["timestamp"].tolist()
            latency = [str(row["response_time_ms"] or "") for row in read]
            assert latency == table.array("response_time_ms").tolist()


def plain(table):
    return table.with_columns({name: table.array(name) for name in table.columns})


def test_an_unknown_format_or_workload_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"path: ending '.xlsx' given, expected csv, parquet or jsonl"):
        generate.write("requests", tmp_path / "log.xlsx")
    with pytest.raises(ValueError, match="format: 'xml' given"):
        generate.write("requests", tmp_path / "log.csv", format="xml")
    with pytest.raises(ValueError, match="workload: 'weather' given"):
        generate.write("weather", tmp_path / "log.csv")
    with pytest.raises(ValueError, match="batch_rows: 0 given"):
        generate.batches("requests", batch_rows=0)
    assert list(tmp_path.iterdir()) == []


def test_a_failure_half_way_leaves_nothing_and_keeps_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "log.csv").write_text("of yesterday")
    real = generate.Requests.groups

    def fails(self, batch_rows):
        yield next(iter(real(self, 20_000)))
        raise KeyboardInterrupt

    monkeypatch.setattr(generate.Requests, "groups", fails)
    for name in ("log.csv", "log.parquet"):
        with pytest.raises(KeyboardInterrupt):
            generate.write("requests", tmp_path / name, dirt=0.1)
    assert [p.name for p in tmp_path.iterdir()] == ["log.csv"]
    assert (tmp_path / "log.csv").read_text() == "of yesterday"


def test_ctrl_c_stops_a_long_write_and_leaves_nothing(tmp_path):
    code = (
        f"from barograph import generate; generate.write('requests', {str(tmp_path / 'x.csv')!r}, rows=10**9)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not any(p.stat().st_size for p in tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert b"KeyboardInterrupt" in errors
    assert list(tmp_path.iterdir()) == []


def peak_memory_mb(tmp_path, rows, ending):
    code = f"""
        import resource
        from barograph import generate
        generate.write("requests", {str(tmp_path / ("log." + ending))!r}, rows={rows}, batch_rows=200_000)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_memory_does_not_grow_with_the_rows(tmp_path, ending):
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    small = peak_memory_mb(tmp_path, 400_000, ending)
    large = peak_memory_mb(tmp_path, 2_400_000, ending)
    # Two million more rows of 37 bytes are 74 MB; an allocator's slack is less than half of that.
    assert large < small + 35


@pytest.mark.slow
def test_hundred_million_rows_stream_to_parquet_in_bounded_memory(tmp_path):
    pytest.importorskip("pyarrow")
    small = peak_memory_mb(tmp_path, 1_000_000, "parquet")
    assert peak_memory_mb(tmp_path, 100_000_000, "parquet") < small + 250


def test_a_log_without_dirt_leaves_no_truth_on_dirt_of_an_older_one(tmp_path):
    generate.write("requests", tmp_path / "log.csv", days=1, dirt=0.02)
    files = generate.write("requests", tmp_path / "log.csv", days=1, dirt=0)
    assert sorted(tmp_path.iterdir()) == sorted(files)
    assert not (tmp_path / "truth_dirt.csv").exists()


def test_the_folder_of_a_generated_log_is_read_without_its_truth(tmp_path):
    pytest.importorskip("pyarrow")
    generate.write("requests", tmp_path / "log.csv", days=1, dirt=0.02)
    dataset = read(tmp_path, frame="table")
    assert len(dataset.table) == len(read(tmp_path / "log.csv", frame="table").table)
    assert any("truth_dirt.csv, truth_incidents.csv" in note for note in dataset.notes)
