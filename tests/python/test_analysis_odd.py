"""What a report says of odd logs: constant, far-off times, too many paths, no finite figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

import barograph as bg
from barograph import cli
from barograph._dataset import Cleaned, Schema
from barograph._frames import Frames, Strings, Table
from barograph._policy import Policy
from barograph.analysis.requests import analyze_requests

START = np.datetime64("2024-01-01", "ns")
STEP = np.timedelta64(1, "s")


def report_of(table, notes=()):
    nothing = Table({"row": np.zeros(0, dtype=np.int64)})
    frames = {"data": table, "repairs": nothing, "repaired": nothing, "rejects": nothing}
    cleaned = Cleaned(Frames(frames, "table"), Schema(), tuple(notes), len(table), "log.csv")
    return analyze_requests(cleaned, Policy())


def of_kind(report, kind):
    return [finding for finding in report.findings if finding.kind == kind]


def irregular(rows, seed=0):
    draw = np.random.default_rng(seed)
    return START + np.cumsum(draw.exponential(5e9, rows)).astype(np.int64).astype("m8[ns]")


def test_a_constant_series_is_said_to_be_constant():
    table = Table({"timestamp": START + np.arange(200) * STEP, "value": np.full(200, 11.0)})
    report = report_of(table)
    (level,) = of_kind(report, "level")
    assert level.text == "value is 11 in every sample."
    assert not of_kind(report, "measure")


@pytest.mark.parametrize("high", [1, 6, 50])
def test_the_share_above_p95_is_told_only_where_it_is_one(high):
    values = np.full(200, 11.0)
    values[:high] = 12
    (level,) = of_kind(
        report_of(Table({"timestamp": START + np.arange(200) * STEP, "value": values})), "level"
    )
    assert "5 % of samples" not in level.text
    assert "the largest is 12" in level.text


@pytest.mark.parametrize("regular", [True, False])
@pytest.mark.parametrize(("when", "years"), [("1700-01-01", 324), ("1970-01-01", 54)])
def test_one_row_of_a_far_off_year_is_named_and_breaks_nothing(when, years, regular):
    times = START + np.arange(2000) * STEP if regular else irregular(2000)
    times = np.append(np.datetime64(when, "ns"), times)
    begin = time.process_time()
    report = report_of(Table({"timestamp": times, "response_time_ms": np.arange(2001) % 97}))
    assert time.process_time() - begin < 15
    assert any(f"1 of 2,001 rows lies {years} years before all others" in note for note in report.notes)
    (traffic,) = of_kind(report, "traffic_peak")
    assert "only" not in traffic.text
    assert " 0.0 requests" not in traffic.text
    gaps = report.tables["gaps"]
    assert all(minutes > 0 for minutes in gaps["minutes"])
    if regular:
        missing = (int(times[1].astype(int)) - int(times[0].astype(int))) // 10**9 - 1
        assert of_kind(report, "gap")[0].figures["missing"] == missing > 0
        assert gaps["missing_samples"].tolist() == [missing]


def test_a_row_of_a_far_off_future_is_named_too():
    times = np.append(irregular(500), np.datetime64("2250-01-01", "ns"))
    report = report_of(Table({"timestamp": times, "response_time_ms": np.arange(501)}))
    assert any("1 of 501 rows lies 226 years after all others" in note for note in report.notes)


def test_paths_taken_together_are_no_endpoint(tmp_path):
    draw = np.random.default_rng(0)
    frame = {
        "timestamp": irregular(20_000),
        "path": [f"/x{i}y" if i % 4 else "/start" for i in range(20_000)],
        "latency_ms": np.where(np.arange(20_000) % 4, 900, 10) + draw.integers(1, 100, 20_000),
    }
    report = bg.analyze(frame, frame="table")
    assert any('count as "other"' in note for note in report.notes)
    (top,) = of_kind(report, "top_endpoint")
    assert top.figures["endpoint"] == "/start"
    assert top.figures["endpoints"] == 15_001
    assert "15,001 endpoints in total" in top.text
    by_endpoint = report.tables["by_endpoint"]
    assert by_endpoint["endpoint"][0] == "/start"
    assert by_endpoint["endpoint"][-1] == "other"
    assert "other" not in list(report.tables["slowest_endpoints"]["endpoint"])
    assert not any(finding.figures.get("endpoint") == "other" for finding in report.findings)


def test_an_endpoint_that_is_named_other_stays_one():
    endpoint = Strings(np.arange(1000) % 4 // 3, ["other", "/b"])
    table = Table({"timestamp": irregular(1000), "endpoint": endpoint, "response_time_ms": np.arange(1000)})
    assert of_kind(report_of(table), "top_endpoint")[0].figures["endpoint"] == "other"


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf, 1e300])
def test_rows_without_a_status_are_left_out_of_the_codes_and_counted(odd):
    status = np.full(1000, odd)
    status[:30], status[30:40] = 200.0, 500.0
    table = Table({"timestamp": irregular(1000), "status_code": status, "error": status == 500})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = report_of(table)
    assert report.tables["status_codes"]["status_code"].tolist() == [200, 500]
    assert report.tables["status_codes"]["requests"].tolist() == [30, 10]
    assert any("960 requests have no status" in note for note in report.notes)


def test_no_finite_latency_is_no_latency():
    report = report_of(Table({"timestamp": irregular(300), "response_time_ms": np.full(300, np.inf)}))
    assert "mean" not in report.tables["overall"]
    assert any("300 requests have an infinite latency" in note for note in report.notes)


def test_a_few_infinite_latencies_are_left_out():
    latency = np.full(300, 20.0)
    latency[::50] = np.inf
    report = report_of(Table({"timestamp": irregular(300), "response_time_ms": latency}))
    assert report.tables["overall"]["mean"].tolist() == [20.0]
    assert report.tables["overall"]["requests"].tolist() == [300]
    assert any("6 requests have an infinite latency" in note for note in report.notes)


def test_infinite_values_of_another_column_are_left_out_and_told():
    value = np.arange(300.0)
    value[::50] = np.inf
    columns = {"timestamp": irregular(300), "response_time_ms": np.full(300, 20.0), "queue": value}
    report = report_of(Table(columns))
    (row,) = report.tables["measures"].rows()
    assert (row["count"], row["max"]) == (294, 299)
    assert "6 values of queue are infinite and left out." in report.notes
    columns["queue"] = np.full(300, np.inf)
    assert "measures" not in report_of(Table(columns)).tables


@pytest.mark.parametrize("off_peak", [0.0, np.nan])
def test_a_peak_against_hours_without_latency_is_told_by_its_traffic(off_peak):
    log = bg.generate.requests(days=3, frame="table").tables["requests"]
    hour = (log["timestamp"] - log["timestamp"].astype("datetime64[D]")) // np.timedelta64(1, "h")
    latency = np.where((hour >= 18) & (hour < 22), 10.0, off_peak)
    (peak,) = of_kind(report_of(log.with_columns({"response_time_ms": latency})), "peak")
    assert "slower" not in peak.text
    assert peak.figures["traffic_ratio"] > 2


def test_an_incident_over_a_baseline_of_zero_is_told_in_figures():
    log = bg.generate.requests(days=5, frame="table").tables["requests"]
    slow = log["response_time_ms"] > 1000
    report = report_of(log.with_columns({"response_time_ms": np.where(slow, 1000.0, 0.0)}))
    (incident,) = of_kind(report, "incident")
    assert incident.figures["service"] == "payments"
    (chart,) = (c for c in report.charts if c.name == "latency_over_time")
    assert "against 0 ms on Fri 5 Jan" in chart.title


def test_times_that_nobody_understands_are_asked_for_their_format():
    table = {"when": ["01.05.24 10h00", "02.05.24 10h00"], "status": [200, 200]}
    with pytest.raises(
        ValueError, match=r"2 by unparsable_timestamp; .*--timestamp 'COLUMN:%d\.%m\.%Y %H:%M'"
    ):
        bg.analyze(table, columns={"timestamp": "when"})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"policy": "x"}, "policy: given str, expected a Policy"),
        ({"columns": ["timestamp"]}, "columns: given list, expected a mapping"),
    ],
)
def test_arguments_of_a_wrong_type_are_named(options, message):
    with pytest.raises(TypeError, match=message):
        bg.analyze({"timestamp": irregular(10)}, **options)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_verdict_stands_when_nobody_reads_the_output(tmp_path, form):
    rows = [
        {"timestamp": str(START + i * 20 * STEP), "latency_ms": 900 if 6000 < i < 6600 else 20 + i % 7}
        for i in range(17_280)
    ]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "barograph", "analyze", str(path), "--fail-on", "info", *form]
    try:
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(write)
    assert done.returncode == 1
    assert done.stderr == b""


@pytest.mark.parametrize("seed", [7, 8])
@pytest.mark.parametrize("service", [None, "payments"])
@pytest.mark.parametrize("hours", [48, 96])
def test_an_incident_of_days_is_told(hours, service, seed):
    there = bg.generate.Incident(
        start="2024-01-04", duration=f"{hours}h", service=service, latency=3, errors=0.2
    )
    report = bg.analyze(bg.generate.requests(seed=seed, incidents=[there]), frame="table")
    (incident,) = of_kind(report, "incident")
    begin = np.datetime64("2024-01-04T00")
    assert abs(np.datetime64(incident.start) - begin) <= np.timedelta64(3, "h")
    assert abs(np.datetime64(incident.end) - begin - np.timedelta64(hours, "h")) <= np.timedelta64(1, "h")
    assert set(incident.figures["services"]) == ({service} if service else {"auth", "events", "payments"})
    assert incident.figures["latency_ratio"] == pytest.approx(2.9, rel=0.1)


def several(*parts):
    """Incidents on given days of January 2024: (day and hour, hours, service, latency, errors)."""
    return [
        bg.generate.Incident(start=f"2024-01-{start}", duration=f"{hours}h", service=service, latency=latency,
                             errors=errors)
        for start, hours, service, latency, errors in parts
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize(
    "there",
    [
        several(("02", 48, "payments", 2.5, 0.1), ("07", 48, "payments", 2.5, 0.1)),
        several(("02", 24, None, 2.5, 0.1), ("05", 24, None, 2.5, 0.1), ("09", 24, None, 2.5, 0.1)),
        several(*((f"{day} 08:00", 12, "auth", 2.5, 0.1) for day in ("01", "03", "05", "07", "09"))),
        several(("02", 60, "payments", 2.0, 0.0), ("06 12:00", 60, "auth", 1.0, 0.1)),
        several(("01 10:00", 6, "auth", 2.5, 0.1), ("03 20:00", 10, "events", 2.5, 0.1),
                ("05 05:00", 19, "payments", 2.5, 0.1), ("07 08:00", 36, None, 2.0, 0.05),
                ("10 09:00", 5, "payments", 2.5, 0.1)),
        several(("05", 144, "payments", 2.0, 0.0)),
        several(("05", 144, None, 2.0, 0.05)),
        several(("01", 150, "events", 1.0, 0.1)),
        several(("03 06:00", 168, "payments", 2.5, 0.1)),
    ],
)  # fmt: skip
def test_several_long_incidents_or_one_over_half_the_log_are_told(there, seed):
    report = bg.analyze(bg.generate.requests(seed=seed, incidents=there), frame="table")
    found = sorted(of_kind(report, "incident"), key=lambda f: f.start)
    assert len(found) == len(there)
    for finding, truth in zip(found, there, strict=True):
        begin = np.datetime64(truth.start.replace(" ", "T"), "s")
        end = begin + np.timedelta64(int(truth.duration[:-1]), "h")
        quiet = np.timedelta64(8, "h")  # at night nothing tells where one begins or ends
        assert abs(np.datetime64(finding.start) - begin) <= quiet
        assert abs(np.datetime64(finding.end) - end) <= quiet
        assert set(finding.figures["services"]) == (
            {truth.service} if truth.service else {"auth", "events", "payments"}
        )


@pytest.mark.parametrize("days", [20, 35])
def test_an_incident_of_weeks_is_one(days):
    there = several(("26", 24 * days, "auth", 1.8, 0.05))
    log = bg.generate.requests(days=60, seed=2, rate=0.2, incidents=there)
    (incident,) = of_kind(bg.analyze(log, frame="table"), "incident")
    assert incident.figures["services"] == ["auth"]
    assert incident.figures["hours"] == pytest.approx(24 * days, abs=8)


@pytest.mark.parametrize("days", [4, 5, 7, 8, 9])
@pytest.mark.parametrize("seed", range(4))
def test_a_quieter_weekend_is_no_better_part(days, seed):
    start = f"2024-02-0{seed + 1}"  # a Thursday, a Friday, a Saturday, a Sunday
    log = bg.generate.requests(days=days, seed=seed, rate=0.1, start=start, incidents=[])
    assert not of_kind(bg.analyze(log, frame="table"), "incident")


def test_a_slow_weekend_between_incidents_of_other_days_is_no_incident():
    draw = np.random.default_rng(0)
    times = START + np.sort(draw.integers(0, 28 * 86_400_000, 60_000)) * np.timedelta64(1, "ms")
    day = times.astype("M8[D]").astype(int)
    slow = np.where((day + 3) % 7 >= 5, 2.0, np.where(np.isin(day - day[0], (9, 10, 22)), 3.0, 1.0))
    latency = np.rint(100 * slow * np.exp(draw.normal(0, 0.5, times.size)))
    found = of_kind(report_of(Table({"timestamp": times, "response_time_ms": latency})), "incident")
    days_of = {(f.start[:10], round(f.figures["hours"])) for f in found}
    first = np.datetime64(START, "D")
    assert days_of == {(str(first + np.timedelta64(9, "D")), 48), (str(first + np.timedelta64(22, "D")), 24)}


def test_days_that_come_back_every_week_are_no_incident():
    draw = np.random.default_rng(0)
    times = START + np.sort(draw.integers(0, 28 * 86_400_000, 60_000)) * np.timedelta64(1, "ms")
    weekend = (times.astype("M8[D]").astype(int) + 3) % 7 >= 5
    latency = np.rint(np.where(weekend, 200, 100) * np.exp(draw.normal(0, 0.5, times.size)))
    assert not of_kind(report_of(Table({"timestamp": times, "response_time_ms": latency})), "incident")


def counters(rows=60):
    """A status page that is read every ten seconds: counters, a constant, and a level."""
    draw = np.random.default_rng(0)
    return Table(
        {
            "timestamp": START + np.arange(rows) * np.timedelta64(10, "s"),
            "generation": np.full(rows, 11),
            "accepted": 9000 + np.cumsum(draw.integers(0, 9, rows)),
            "active": draw.integers(1, 9, rows),
        }
    )


def test_a_series_is_of_a_value_that_tells_something():
    report = report_of(counters())
    assert report.title.startswith("active over time")
    largest = next(card for card in report.cards if card.label == "Largest")
    assert largest.exact == counters()["active"].max()
    assert any(f.text.startswith("accepted never falls: it counts from ") for f in report.findings)


def test_a_short_log_says_nothing_on_hours_of_the_day():
    report = report_of(counters())
    assert {c.name for c in report.charts} == {"value_over_time"}
    assert "peak_offpeak" not in report.tables
    assert not {"Highest hour", "Busiest hour"} & {c.label for c in report.cards}


def test_one_missing_sample_is_told_in_one_sentence_and_needs_no_advice():
    keep = np.arange(60) != 30
    report = report_of(counters().take(keep))
    (gap,) = of_kind(report, "gap")
    assert gap.text.startswith("1 sample is missing at a step of 10 s, between ")
    assert not of_kind(report, "advice")


def test_one_failure_makes_no_worst_period():
    rows = 5000
    times = START + np.arange(rows) * np.timedelta64(30, "s")
    error = np.arange(rows) == 2500
    report = report_of(Table({"timestamp": times, "error": error}))
    assert len(report.tables["worst_periods"]) == 0


def test_hours_are_told_in_the_zone_that_the_log_was_read_in(tmp_path, capsys):
    file = tmp_path / "log.csv"
    file.write_text("time,latency_ms\n" + "2024-07-01 18:00:00,5\n2024-07-01 18:30:00,7\n" * 60)
    dataset = bg.read(file, tz="Europe/Berlin", frame="table")
    report = bg.analyze(dataset, frame="table")
    assert report.tables["by_hour"]["hour"][0] == 18
    assert report.charts[0].x_title == "time (Europe/Berlin)"
    in_utc = bg.analyze(dataset, policy=bg.Policy(), frame="table")
    assert in_utc.tables["by_hour"]["hour"][0] == 16
    assert cli.main(["analyze", str(file), "--tz", "Europe/Berlin"]) == 0
    assert "times in Europe/Berlin" in capsys.readouterr().out
    policy = tmp_path / "policy.toml"
    policy.write_text("zone = 'Asia/Tokyo'")
    assert cli.main(["analyze", str(file), "--tz", "Europe/Berlin", "--policy", str(policy)]) == 0
    assert "times in Asia/Tokyo" in capsys.readouterr().out
