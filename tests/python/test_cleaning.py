"""bg.clean: every repair and rejection has a rule, a count and its rows; nothing is lost."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import barograph as bg
from barograph import generate
from barograph._cleaning import write_cleaned

START = np.datetime64("2024-01-01T00:00:00.000", "ns")


def log(n=200, **columns):
    """A clean log of three services, each with endpoints of its own."""
    rng = np.random.default_rng(1)
    service = rng.integers(0, 3, n)
    table = {
        "timestamp": START + np.arange(n) * np.timedelta64(1037, "ms"),
        "service": np.array(["auth", "events", "payments"])[service],
        "endpoint": np.array(["/login", "/track", "/checkout"])[service],
        "response_time_ms": rng.integers(50, 400, n),
        "status_code": np.full(n, 200),
        "error": np.zeros(n, bool),
    }
    return bg.Table({**table, **columns})


def texts(values):
    return np.array([str(v) for v in values], dtype=object)


def rules(cleaned):
    repairs = cleaned.as_kind("repairs", "table")
    return dict(zip(repairs.array("rule").tolist(), repairs["count"].tolist(), strict=True))


def rejected(cleaned, rule):
    rejects = cleaned.as_kind("rejects", "table")
    return rejects["row"][rejects.array("rule") == rule].tolist()


def with_cells(column, cells, n=200):
    values = log(n).array(column).astype(object)
    for row, value in cells.items():
        values[row] = value
    return log(n, **{column: values})


def test_a_clean_log_passes_untouched():
    cleaned = bg.clean(log(), frame="table")
    assert rules(cleaned) == {}
    assert cleaned.notes == ()
    for name in log().columns:
        np.testing.assert_array_equal(cleaned.table.array(name), log().array(name))


def test_columns_have_their_names_and_order_whatever_they_were_called():
    frame = pd.DataFrame({
        "bytes_sent": [10, 20], "Duration_S": [0.5, 1.005], "verb": ["get", "POST"], "score": [1.5, 2.5],
        "http_status": [200, 503], "url": ["/a?x=1", "/b"], "app": ["x", "x"], "ip": ["1.2.3.4", "5.6.7.8"],
        "when": ["2024-01-01 10:00:00.5", "2024-01-01 10:00:01"],
    })  # fmt: skip
    cleaned = bg.clean(frame)
    assert isinstance(cleaned.data, pd.DataFrame)
    assert list(cleaned.data) == [
        "timestamp", "service", "endpoint", "method", "response_time_ms", "status_code", "error", "client",
        "bytes", "score",
    ]  # fmt: skip
    assert cleaned.table["response_time_ms"].tolist() == [500, 1005]
    assert cleaned.table["error"].tolist() == [False, True]
    assert cleaned.table.array("method").tolist() == ["GET", "POST"]
    assert cleaned.schema.latency == "response_time_ms"
    assert cleaned.schema.values == ("score",)


@pytest.mark.parametrize(
    ("column", "cell", "rule"),
    [
        ("response_time_ms", "", "missing_latency"),
        ("response_time_ms", "N/A", "missing_latency"),
        ("response_time_ms", None, "missing_latency"),
        ("response_time_ms", -5, "negative_latency"),
        ("response_time_ms", "-5", "negative_latency"),
        ("response_time_ms", 10_000_000, "absurd_latency"),
        ("response_time_ms", "fast", "wrong_type_latency"),
        ("timestamp", "yesterday", "unparsable_timestamp"),
        ("timestamp", "2024-13-45 25:61:61", "unparsable_timestamp"),
        ("timestamp", "", "missing_timestamp"),
        ("timestamp", "2199-01-01 00:00:00", "future_timestamp"),
        ("timestamp", "1970-01-01 00:00:00", "zero_timestamp"),
        ("timestamp", "1969-12-31 19:00:00", "zero_timestamp"),
        ("status_code", "okay", "wrong_type_status"),
        ("status_code", 99, "impossible_status"),
        ("status_code", 1200, "impossible_status"),
        ("error", "perhaps", "wrong_type_error"),
        ("service", "", "missing_service"),
        ("service", None, "missing_service"),
        ("service", "Unknown", "unknown_service"),
    ],
)
def test_each_rule_rejects_its_rows_and_shows_the_cell(column, cell, rule):
    data = with_cells(column, {7: cell, 90: cell})
    cleaned = bg.clean(data, frame="table")
    assert rules(cleaned) == {rule: 2}
    assert rejected(cleaned, rule) == [7, 90]
    assert cleaned.rejects.array("value").tolist() == [str("" if cell is None else cell)] * 2
    assert len(cleaned.table) == 198


def test_integers_stay_integers_when_dirty_rows_go():
    cleaned = bg.clean(with_cells("response_time_ms", {3: "", 5: "abc", 9: "412ms"}), frame="table")
    assert cleaned.table["response_time_ms"].dtype == np.int64
    assert 412 in cleaned.table["response_time_ms"]
    assert cleaned.table["status_code"].dtype == np.int64
    assert cleaned.table["error"].dtype == bool


def test_repairs_tell_the_cell_before_and_after():
    data = with_cells("response_time_ms", {3: "412ms", 5: "0.5 s"})
    data = data.with_columns({"service": with_cells("service", {8: " AUTH ", 9: "Events"})["service"]})
    service = data.array("service")
    service[8], service[9] = " AUTH ", "Events"
    endpoint = data.array("endpoint")
    endpoint[8], endpoint[9] = "/login", "/track"
    cleaned = bg.clean(data.with_columns({"service": service, "endpoint": endpoint}), frame="table")
    repaired = list(cleaned.repaired.rows())
    assert [(r["row"], r["rule"], r["before"], r["after"]) for r in repaired] == [
        (3, "latency_with_unit", "412ms", "412 ms"),
        (5, "latency_with_unit", "0.5 s", "500 ms"),
        (8, "padded_name", " AUTH ", "auth"),
        (9, "mixed_case_name", "Events", "events"),
    ]
    assert len(cleaned.table) == 200


def test_the_spelling_that_most_rows_have_wins():
    service = np.array(["Checkout"] * 150 + ["checkout"] * 50, dtype=object)
    cleaned = bg.clean(log(service=service, endpoint=np.full(200, "/x")), frame="table")
    assert cleaned.table.strings("service").categories == ["Checkout"]
    assert rules(cleaned) == {"mixed_case_name": 50}


def test_paths_that_differ_in_case_stay_apart_unless_one_is_rare():
    endpoint = np.array(["/Blog"] * 100 + ["/blog"] * 99 + ["/BLOG"], dtype=object)
    cleaned = bg.clean(log(endpoint=endpoint, service=np.full(200, "web")), frame="table")
    assert sorted(cleaned.table.strings("endpoint").categories) == ["/Blog", "/blog"]


def test_a_name_on_the_endpoints_of_several_services_is_none_of_them():
    data = log(1000)
    service = data.array("service")
    endpoint = data.array("endpoint")
    first = [int(np.flatnonzero(endpoint == path)[0]) for path in ("/login", "/track", "/checkout")]
    service[first] = "legacy-api"
    cleaned = bg.clean(data.with_columns({"service": service}), frame="table")
    assert rejected(cleaned, "foreign_service") == sorted(first)


def test_a_canary_of_one_service_and_a_small_service_of_its_own_stay():
    data = log(1000)
    service, endpoint = data.array("service"), data.array("endpoint")
    logins = np.flatnonzero(endpoint == "/login")
    service[logins[:5]] = "auth-canary"
    service[logins[5:8]], endpoint[logins[5:8]] = "reports", "/monthly"
    cleaned = bg.clean(data.with_columns({"service": service, "endpoint": endpoint}), frame="table")
    assert rules(cleaned) == {}


def test_rows_are_sorted_and_those_behind_a_later_one_counted():
    order = np.arange(200)
    order[[10, 11, 12]] = [12, 10, 11]
    data = log().take(order)
    cleaned = bg.clean(data, frame="table")
    assert rules(cleaned) == {"out_of_order": 2}
    assert cleaned.repaired["row"].tolist() == [11, 12]
    np.testing.assert_array_equal(cleaned.table["timestamp"], log()["timestamp"])


# -- repeats ---------------------------------------------------------------------------------------


def test_repeats_of_whole_rows_are_rejected_but_rows_that_differ_in_one_cell_are_not():
    order = np.sort(np.append(np.arange(200), [20, 20, 90]))
    data = log().take(order)
    latency = data.array("response_time_ms").copy()
    latency[np.flatnonzero(order == 90)[1]] += 1
    cleaned = bg.clean(data.with_columns({"response_time_ms": latency}), frame="table")
    assert rejected(cleaned, "duplicate_row") == [21, 22]


def test_equal_lines_of_a_log_in_whole_seconds_without_measures_are_kept_and_said():
    data = bg.Table({
        "timestamp": START + np.repeat(np.arange(50), 2) * np.timedelta64(1, "s"),
        "path": np.full(100, "/a"), "status": np.full(100, 200),
    })  # fmt: skip
    cleaned = bg.clean(data, frame="table")
    assert len(cleaned.table) == 100
    assert any("50 rows equal another one and are kept" in note for note in cleaned.notes)


def test_twins_that_chance_explains_are_kept():
    rng = np.random.default_rng(0)
    n = 20_000  # 20 requests a second, ten different latencies: twins are the rule
    data = bg.Table({
        "timestamp": START + np.sort(rng.integers(0, 1000, n)) * np.timedelta64(1, "s"),
        "latency_ms": rng.integers(10, 20, n),
    })  # fmt: skip
    cleaned = bg.clean(data, frame="table")
    assert len(cleaned.table) == n
    assert any("by chance" in note for note in cleaned.notes)


# -- what a log lacks ------------------------------------------------------------------------------


def test_a_log_that_mostly_lacks_latencies_keeps_its_rows():
    latency = np.where(np.arange(200) % 3 == 0, 120.0, np.nan)
    cleaned = bg.clean(log(response_time_ms=latency), frame="table")
    assert len(cleaned.table) == 200
    assert any("have no latency" in note for note in cleaned.notes)


def test_a_missing_error_is_taken_from_the_status():
    error = np.array(["true", "false"] * 100, dtype=object)
    error[[4, 5]] = ""
    status = np.full(200, 200)
    status[4] = 503
    cleaned = bg.clean(log(error=error, status_code=status), frame="table")
    assert rules(cleaned) == {"derived_error": 2}
    assert cleaned.table["error"][[4, 5]].tolist() == [True, False]


def test_long_jobs_are_not_absurd():
    latency = np.full(200, 2_000_000)
    latency[0] = 30_000_000
    assert rules(bg.clean(log(response_time_ms=latency), frame="table")) == {}


def test_a_log_of_mostly_absurd_latencies_does_not_pass():
    latency = np.full(200, 1e153)
    latency[:50] = 20.0
    assert rules(bg.clean(log(response_time_ms=latency), frame="table")) == {"absurd_latency": 150}
    latency[:] = 1e153
    with pytest.raises(ValueError, match="all 200 rows were rejected: 200 by absurd_latency"):
        bg.analyze(log(response_time_ms=latency))


def test_when_no_row_is_left_the_rules_are_named_with_their_counts():
    latency = np.full(200, -1.0)
    latency[:3] = 1e12
    with pytest.raises(
        ValueError, match="all 200 rows were rejected: 197 by negative_latency, 3 by absurd_latency"
    ):
        bg.analyze(log(response_time_ms=latency))


NEW_YORK = np.datetime64("2024-01-15T05:00:45", "ns")


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize(
    "cell", ["2024-01-15 00:00:45", "2024-01-15T05:00:45Z", "1705294845", "2024-01-15 00:00:45-05:00"]
)
@pytest.mark.parametrize("frame", ["pandas", "polars", "table"])
def test_times_without_an_offset_are_placed_in_their_zone_once(tmp_path, suffix, cell, frame):
    if frame == "polars":
        pytest.importorskip("polars")
    raw = pd.DataFrame({"timestamp": [cell] * 3, "service": ["a"] * 3, "latency_ms": [1, 2, 3]})
    file = tmp_path / f"log.{suffix}"
    if suffix == "csv":
        raw.to_csv(file, index=False)
    elif suffix == "parquet":
        if not cell.isdigit():
            raw["timestamp"] = pd.to_datetime(raw["timestamp"])
        raw.to_parquet(file)
    else:
        raw.to_json(file, orient="records", lines=True)
    dataset = bg.read(file, tz="America/New_York", frame=frame)
    assert dataset.table.array("timestamp")[0] == NEW_YORK
    for columns in (None, {"service": "service"}):
        cleaned = bg.clean(dataset, columns=columns)
        assert cleaned.table.array("timestamp").tolist() == [NEW_YORK.astype(int)] * 3


def test_an_access_log_has_its_offsets_whatever_zone_is_told(tmp_path):
    line = '1.2.3.4 - - [15/Jan/2024:00:00:45 -0500] "GET / HTTP/1.1" 200 5\n'
    file = tmp_path / "access.log"
    file.write_text(line * 3)
    for zone in (None, "America/New_York"):
        cleaned = bg.clean(bg.read(file, tz=zone))
        assert cleaned.table.array("timestamp")[0] == NEW_YORK


def test_a_log_from_the_future_is_taken_as_it_is():
    ahead = np.datetime64(datetime.date.today() + datetime.timedelta(days=400)).astype("datetime64[ns]")
    cleaned = bg.clean(log(timestamp=ahead + np.arange(200) * np.timedelta64(1, "s")), frame="table")
    assert len(cleaned.table) == 200
    assert any("future" in note for note in cleaned.notes)


# -- laws ------------------------------------------------------------------------------------------

CELLS = {
    "timestamp": st.sampled_from(
        ["2024-01-01 10:00:00", "2024-01-01 10:00:00.5", "x", "", "2199-01-01", None]
    ),
    "service": st.sampled_from(["auth", "AUTH ", "b", "", "unknown", None, "=cmd()"]),
    "response_time_ms": st.sampled_from(["5", "5ms", "", "-1", "1e12", "x", None, "nan", "0.5"]),
    "status_code": st.sampled_from(["200", "503", "", "x", "7", None]),
    "error": st.sampled_from(["true", "False", "", "x", None]),
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=40), st.booleans())
def test_rows_in_are_rows_out_and_rejects(rows, times):
    first = {**rows[0], "timestamp": "2024-01-01 09:00:00", "status_code": "200"}
    frame = pd.DataFrame([first, *rows], dtype=object)
    if times:
        frame["timestamp"] = "2024-01-01 10:00:00"
    cleaned = bg.clean(frame, columns={
        "timestamp": "timestamp", "latency": "response_time_ms", "status": "status_code", "error": "error",
        "service": "service",
    }, frame="table")  # fmt: skip
    assert cleaned.rows_in == len(frame)
    assert len(cleaned.table) + len(cleaned.rejects) == len(frame)
    kept = cleaned.rejects["row"].tolist()
    assert kept == sorted(set(kept))
    when = cleaned.table["timestamp"].astype(np.int64)
    assert np.all(when[1:] >= when[:-1])
    repairs = cleaned.repairs
    counts = dict(
        zip(zip(repairs.array("rule"), repairs.array("column"), strict=True), repairs["count"], strict=True)
    )
    for which in ("rejects", "repaired"):
        found = cleaned.frames.raw[which]
        for rule in set(found.array("rule").tolist()):
            told = sum(count for (name, _), count in counts.items() if name == rule)
            assert told == int((found.array("rule") == rule).sum())


def test_cleaning_what_is_clean_changes_nothing():
    once = bg.clean(generate.requests(days=2, dirt=0.2, frame="table"))
    twice = bg.clean(once.table)
    assert rules(twice) == {}
    for name in once.table.columns:
        np.testing.assert_array_equal(twice.table.array(name), once.table.array(name))


@pytest.mark.parametrize(("seed", "dirt", "days"), [(0, 0.02, 10), (1, 0.5, 3), (2, 0.1, 7), (3, 0.005, 10)])
def test_generated_dirt_is_found_and_nothing_else(seed, dirt, days):
    dataset = generate.requests(days=days, seed=seed, dirt=dirt, frame="table")
    cleaned = bg.clean(dataset)
    score = bg.score_cleaning(cleaned, dataset.truth["dirt"])
    assert len(score) == len(generate.DIRT_KINDS)
    assert np.nanmin(score["precision"]) >= 0.99, score
    assert np.nanmin(score["recall"]) >= 0.99, score
    # and what is left equals the log without dirt, but for the rows that were rejected
    assert len(cleaned.table) + len(cleaned.rejects) == len(dataset.table)


def test_cleaned_values_are_those_from_before_the_dirt():
    clean = generate.requests(days=3, seed=5, dirt=0.0, frame="table").table.to_pandas()
    cleaned = bg.clean(generate.requests(days=3, seed=5, dirt=0.3, frame="table")).table.to_pandas()
    merged = cleaned.merge(clean, how="left", indicator=True)
    assert (merged["_merge"] == "both").all()


def test_a_generated_log_without_dirt_scores_nothing():
    dataset = generate.requests(days=1, frame="table")
    assert rules(bg.clean(dataset)) == {}
    assert len(bg.score_cleaning(bg.clean(dataset), dataset.truth["dirt"])) == 0


def test_a_truth_without_rows_or_of_another_kind_is_named():
    cleaned = bg.clean(log(), frame="table")
    with pytest.raises(ValueError, match="no column 'row'"):
        bg.score_cleaning(cleaned, bg.Table({"kind": ["padded"]}))
    with pytest.raises(ValueError, match="kind 'soiled' given, expected one of missing_latency"):
        bg.score_cleaning(cleaned, bg.Table({"row": [1], "kind": ["soiled"]}))


# -- doors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "table"])
def test_the_kind_that_goes_in_comes_out(kind):
    pytest.importorskip({"table": "numpy", "arrow": "pyarrow"}.get(kind, kind))
    frame = {"pandas": log().to_pandas, "polars": log().to_polars, "arrow": log().to_arrow, "table": log}[
        kind
    ]()
    cleaned = bg.clean(frame)
    assert type(cleaned.data) is type(frame)
    np.testing.assert_array_equal(cleaned.table["timestamp"], log()["timestamp"])


def test_an_empty_frame_and_foreign_things_are_refused():
    with pytest.raises(ValueError, match="without rows"):
        bg.clean(pd.DataFrame({"timestamp": []}))
    with pytest.raises(TypeError, match="data: int given"):
        bg.clean(3)


def test_written_files_read_back_and_hold_no_formula(tmp_path):
    service = log().array("service")
    service[:] = "=HYPERLINK(1)"
    latency = log().array("response_time_ms").astype(object)
    latency[3] = "-7"
    cleaned = bg.clean(log(service=service, response_time_ms=latency), frame="table")
    files = write_cleaned(cleaned, tmp_path / "processed" / "clean_logs.csv")
    assert [f.name for f in files] == ["clean_logs.csv", "repairs.csv", "repaired.csv", "rejects.csv"]
    data = pd.read_csv(files[0])
    assert set(data["service"]) == {"'=HYPERLINK(1)"}
    assert data["response_time_ms"].tolist() == cleaned.table["response_time_ms"].tolist()
    again = bg.read(files[0], frame="table")
    np.testing.assert_array_equal(again.table["timestamp"], cleaned.table["timestamp"])
    assert sorted(p.name for p in (tmp_path / "processed").iterdir()) == sorted(f.name for f in files)


def test_a_time_of_zero_does_not_hide_an_incident_and_a_log_of_1970_stays():
    table = bg.generate.requests(days=5, frame="table").tables["requests"]
    times = table["timestamp"].copy()
    times[8] = np.datetime64(0, "ns")
    report = bg.analyze(table.with_columns({"timestamp": times}))
    assert report.findings[0].kind == "incident"
    minutes = np.arange(0, 3 * 86400, 60).astype("M8[s]")
    old = {"timestamp": minutes, "status": np.full(len(minutes), 200)}
    assert len(bg.clean(old, frame="table").rejects) == 0


def test_a_policy_says_what_an_absurd_latency_is():
    log = {
        "timestamp": np.arange("2024-01-01", "2024-01-01T00:01:40", dtype="M8[s]").astype("M8[ns]"),
        "response_time_ms": np.where(np.arange(100) == 7, 5000.0, 100.0 + np.arange(100)),
    }
    assert len(bg.clean(log, frame="table").rejects) == 0
    rejects = bg.clean(log, policy=bg.Policy(absurd_latency_ms=4000), frame="table").rejects
    assert rejects["rule"].to_numpy().tolist() == ["absurd_latency"]
    assert rejects["row"].tolist() == [7]
