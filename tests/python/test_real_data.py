"""Reports of real logs against facts found in the files with plain pandas.

The folder of the data is named by BAROGRAPH_REAL_DATA; without it these tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import barograph as bg

ROOT = os.environ.get("BAROGRAPH_REAL_DATA")
pytestmark = pytest.mark.skipif(
    not ROOT or not Path(ROOT).is_dir(), reason="BAROGRAPH_REAL_DATA does not name a folder with the data"
)


def path(*parts):
    found = Path(ROOT, *parts)
    if not found.is_file():
        pytest.skip(f"{'/'.join(parts)} is not in BAROGRAPH_REAL_DATA")
    return found


def of_kind(report, kind):
    return [finding for finding in report.findings if finding.kind == kind]


@pytest.fixture(scope="module")
def apache_file():
    return path("access-logs", "apache_combined_first5000.log")


@pytest.fixture(scope="module")
def apache_facts(apache_file):
    client, time, path_ = (
        r"^(?P<client>\S+) \S+ \S+",
        r"\[(?P<time>[^]]+)\]",
        r'"\S+ (?P<path>\S+) [^"]*"',
    )
    pattern = rf"{client} {time} {path_} (?P<status>\d+) (?P<bytes>\S+)"
    lines = pd.Series(apache_file.read_text("utf-8", errors="replace").splitlines())
    frame = lines.str.extract(pattern)
    frame["time"] = pd.to_datetime(frame.time, format="%d/%b/%Y:%H:%M:%S %z").dt.tz_localize(None)
    return frame.assign(status=frame.status.astype(int), bytes=pd.to_numeric(frame.bytes, errors="coerce"))


@pytest.fixture(scope="module")
def apache_report(apache_file):
    return bg.analyze(apache_file)


def test_the_access_log_states_rows_and_period(apache_report, apache_facts):
    assert len(apache_facts) == 5000
    row = apache_report.tables["overall"].iloc[0]
    assert row.requests == len(apache_facts)
    assert row.start == apache_facts.time.min()
    assert row.end == apache_facts.time.max()
    assert "5,000 requests" in apache_report.subtitle


def test_the_access_log_states_the_busiest_hour(apache_report, apache_facts):
    (traffic,) = of_kind(apache_report, "traffic_peak")
    hourly = apache_facts.groupby(apache_facts.time.dt.floor("h")).size()
    by_hour = apache_facts.groupby(apache_facts.time.dt.hour).size()
    assert pd.Timestamp(traffic.figures["single_hour"]) == hourly.idxmax()
    assert traffic.figures["single_hour_requests"] == hourly.max()
    assert f"{hourly.max()} requests" in traffic.text
    assert traffic.figures["hour_with_most_requests"] == by_hour.idxmax()
    assert traffic.figures["most_requests"] == by_hour.max()
    assert f"{by_hour.idxmax()}:00-" in traffic.text


def test_the_access_log_states_the_shares_of_4xx_and_5xx(apache_report, apache_facts):
    (status,) = of_kind(apache_report, "status")
    client, server = apache_facts.status.between(400, 499), apache_facts.status.between(500, 599)
    assert status.figures["client_share"] == client.mean()
    assert status.figures["server_share"] == server.mean()
    assert f"{client.mean():.1%}".replace("%", " %") in status.text
    assert f"5xx ({server.sum()})" in status.text


def test_the_access_log_states_the_top_path(apache_report, apache_facts):
    (top,) = of_kind(apache_report, "top_endpoint")
    paths = apache_facts.path.str.split("?").str[0].value_counts()
    assert top.figures["endpoint"] == paths.index[0]
    assert top.figures["requests"] == paths.iloc[0]
    assert paths.index[0] in top.text


def test_the_access_log_states_the_largest_answer_and_when(apache_report, apache_facts):
    (largest,) = (f for f in of_kind(apache_report, "measure") if f.figures["measure"] == "bytes")
    assert largest.figures["max"] == apache_facts.bytes.max()
    assert pd.Timestamp(largest.figures["when_max"]) == apache_facts.time[apache_facts.bytes.idxmax()]
    assert f"{apache_facts.bytes.max():,.0f}" in largest.text


def test_the_access_log_states_each_status_code(apache_report, apache_facts):
    mine = apache_report.tables["status_codes"].set_index("status_code").requests
    assert mine.to_dict() == apache_facts.status.value_counts().to_dict()


@pytest.fixture(scope="module")
def azure_file():
    return path("azure-llm-requests", "AzureLLMInferenceTrace_code.csv")


@pytest.fixture(scope="module")
def azure_facts(azure_file):
    return pd.read_csv(azure_file, parse_dates=["TIMESTAMP"])


@pytest.fixture(scope="module")
def azure_report(azure_file):
    return bg.analyze(azure_file)


def test_the_azure_trace_states_rows_and_period(azure_report, azure_facts):
    row = azure_report.tables["overall"].iloc[0]
    assert row.requests == len(azure_facts)
    assert row.start == azure_facts.TIMESTAMP.min()
    assert row.end == azure_facts.TIMESTAMP.max()
    (traffic,) = of_kind(azure_report, "traffic_peak")
    assert f"{len(azure_facts):,} requests" in traffic.text


def test_the_azure_trace_states_the_busiest_hour(azure_report, azure_facts):
    (traffic,) = of_kind(azure_report, "traffic_peak")
    hours = azure_facts.groupby(azure_facts.TIMESTAMP.dt.hour).size()
    assert traffic.figures["hour_with_most_requests"] == hours.idxmax()
    assert traffic.figures["most_requests"] == hours.max()
    assert f"{hours.max():,}" in traffic.text


@pytest.mark.parametrize("name", ["ContextTokens", "GeneratedTokens"])
def test_the_azure_trace_states_the_largest_values_and_when(azure_report, azure_facts, name):
    (finding,) = (f for f in of_kind(azure_report, "measure") if f.figures["measure"] == name)
    assert finding.figures["max"] == azure_facts[name].max()
    assert pd.Timestamp(finding.figures["when_max"]) == azure_facts.TIMESTAMP[azure_facts[name].idxmax()]
    assert f"{azure_facts[name].max():,}" in finding.text


@pytest.mark.parametrize("name", ["ContextTokens", "GeneratedTokens"])
def test_the_azure_trace_states_their_quantiles(azure_report, azure_facts, name):
    row = azure_report.tables["measures"].set_index("measure").loc[name]
    assert row.p50 == azure_facts[name].quantile(0.5)
    assert row.p95 == azure_facts[name].quantile(0.95)
    assert row.p99 == azure_facts[name].quantile(0.99)
    assert row["mean"] == pytest.approx(azure_facts[name].mean(), rel=1e-14)


def test_the_azure_trace_states_the_longest_silence(azure_report, azure_facts):
    away = azure_facts.TIMESTAMP.sort_values().diff()
    end = azure_facts.TIMESTAMP[away.idxmax()]
    (gap,) = of_kind(azure_report, "gap")
    assert pd.Timestamp(gap.end) == end
    assert gap.figures["minutes"] == pytest.approx(away.max() / pd.Timedelta("1min"))
    assert "3.62 min" in gap.text


def test_the_azure_trace_states_what_it_lacks(azure_report):
    assert any("no latency" in note for note in azure_report.notes)
    assert azure_report.health is None


@pytest.fixture(scope="module")
def crash_file():
    return path("cloud-monitoring", "application-crash-rate-2", "app2-01.csv")


@pytest.fixture(scope="module")
def crash_facts(crash_file):
    return pd.read_csv(crash_file, parse_dates=["TimeStamp"]).drop_duplicates()


@pytest.fixture(scope="module")
def crash_report(crash_file):
    return bg.analyze(crash_file)


def test_the_crash_series_states_samples_and_period(crash_report, crash_facts):
    row = crash_report.tables["overall"].iloc[0]
    assert row.samples == len(crash_facts)
    assert row.start == crash_facts.TimeStamp.min()
    assert row.end == crash_facts.TimeStamp.max()


def test_the_crash_series_states_the_missing_hours(crash_report, crash_facts):
    full = pd.date_range(crash_facts.TimeStamp.min(), crash_facts.TimeStamp.max(), freq="h")
    missing = full.difference(crash_facts.TimeStamp)
    (gap,) = of_kind(crash_report, "gap")
    assert len(missing) > 0
    assert gap.figures["missing"] == len(missing)
    assert f"{len(missing)} samples are missing at a step of 1 h" in gap.text
    gaps = crash_report.tables["gaps"].sort_values("start")
    assert (gaps.start + pd.Timedelta("1h")).tolist() == missing.tolist()


def test_the_crash_series_states_the_largest_value_and_when(crash_report, crash_facts):
    (largest,) = (f for f in of_kind(crash_report, "measure") if f.figures["measure"] == "Value")
    assert largest.figures["max"] == crash_facts.Value.max()
    assert pd.Timestamp(largest.figures["when_max"]) == crash_facts.TimeStamp[crash_facts.Value.idxmax()]


def test_the_crash_series_states_the_level(crash_report, crash_facts):
    (level,) = of_kind(crash_report, "level")
    assert level.figures["mean"] == pytest.approx(crash_facts.Value.mean(), rel=1e-14)
    whole = crash_facts.Value.groupby(np.zeros(len(crash_facts)))
    assert level.figures["p50"] == whole.quantile(0.5).item()
    assert level.figures["p95"] == whole.quantile(0.95).item()


def test_the_crash_series_states_the_hour_with_the_highest_values(crash_report, crash_facts):
    (hour,) = of_kind(crash_report, "busiest_hour")
    means = crash_facts.groupby(crash_facts.TimeStamp.dt.hour).Value.mean()
    assert hour.figures["hour"] == means.idxmax()
    assert hour.figures["lowest_hour"] == means.idxmin()
    assert f"{means.idxmax():02d}:00-" in hour.text


def test_the_crash_series_states_the_means_of_days(crash_report, crash_facts):
    mine = crash_report.tables["by_day"].set_index("day")["mean"]
    theirs = crash_facts.groupby(crash_facts.TimeStamp.dt.floor("D")).Value.mean()
    assert mine.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-13)
