"""The result of detectors: columns of one length, a finding in words, frames of any library."""

from __future__ import annotations

import numpy as np
import pytest

import barograph as bg
from barograph._detect.kinds import kind_among, kind_of

TIMES = np.datetime64("2026-03-01T00:00") + np.arange(5) * np.timedelta64(1, "m")


def test_scores_of_probabilities_grow_as_they_fall_and_stay_in_the_unit():
    p = np.array([1.0, 0.5, 1e-3, 1e-300, 5e-324, 0.0])
    scores = bg.detect.score_of_probability(p)
    assert np.all(np.diff(scores) > 0)
    assert scores[0] == 0.0
    assert scores[-1] == 1.0
    assert scores[2] == pytest.approx(0.75, abs=1e-15)  # 3 / 4
    assert np.isnan(bg.detect.score_of_probability([np.nan])[0])


def test_rows_from_the_threshold_on_are_anomalies_and_only_the_first_of_a_run_alarms():
    found = bg.detect.Detections([0.1, 0.8, 0.9, 0.3, 0.8], threshold=0.8, value=np.arange(5.0), time=TIMES)
    assert found.is_anomaly.tolist() == [False, True, True, False, True]
    assert found.alarm.tolist() == [0.1, 0.8, 0.0, 0.3, 0.8]
    assert found.severity.tolist() == ["", "MEDIUM", "HIGH", "", "MEDIUM"]
    assert len(found) == 5
    assert found.count == 3
    assert [d.row for d in found] == [1, 2, 4]
    assert [d.row for d in found.top(2)] == [2, 1]


def test_without_a_threshold_nothing_is_flagged_and_nan_scores_say_nothing():
    found = bg.detect.Detections([0.5, np.nan])
    assert found.score.tolist() == [0.5, 0.0]
    assert not found.is_anomaly.any()
    assert repr(found) == "Detections: no anomaly in 2 rows"


def test_the_finding_names_when_what_and_why():
    found = bg.detect.Detections(
        [0.1, 0.1, 0.9, 0.1, 0.1], value=[1.0, 1, 7, 1, 1], time=TIMES, threshold=0.5, lower=0.5, upper=1.5,
        kind="latency", attribution={"p95": [0, 0, 3, 0, 0], "errors": [0, 0, 1, 0, 0]}, method="z",
    )  # fmt: skip
    assert repr(found) == (
        "Detections: 1 anomaly in 5 rows; strongest 0.900 (HIGH, latency) at 2026-03-01 00:02:00: 7, "
        "expected 0.5 to 1.5; by p95, errors\nz"
    )
    assert next(iter(found)).causes == ("p95", "errors")
    assert "HIGH" in found._repr_html_()


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "table"])
def test_frames_of_each_library_have_the_same_columns(kind: str):
    if kind in ("pandas", "polars"):
        pytest.importorskip(kind)
    if kind in ("arrow", "polars"):
        pytest.importorskip("pyarrow")
    found = bg.detect.Detections(
        [0.1, 0.9], time=TIMES[:2], threshold=0.5, attribution=([[1, 2], [3, 4]], "ab")
    )
    frame = found.to_frame(kind)
    names = list(frame.column_names) if kind == "arrow" else list(frame.columns)
    assert names == ["time", "score", "alarm", "threshold", "is_anomaly", "severity", "kind",
                     "attribution_a", "attribution_b"]  # fmt: skip
    assert bg.Table.of(frame).array("is_anomaly").tolist() == [False, True]


def test_the_zone_of_the_times_is_kept():
    pandas = pytest.importorskip("pandas")
    index = pandas.date_range("2026-03-29", periods=3, freq="h", tz="Europe/Rome")
    found = bg.detect.Detections([0.0, 0.1, 0.2], time=index)
    assert found.zone == "Europe/Rome"
    assert list(found.to_frame("pandas")["time"]) == list(index)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"score": [1.5]}, "score: 1.5 to 1.5 given, expected 0 to 1"),
        ({"score": [[0.5]]}, "score: 2 dimensions given"),
        ({"score": [0.5], "value": [1, 2]}, "value: 2 rows given, expected 1"),
        ({"score": [0.5], "alarm": [0.1, 0.2]}, "alarm: 2 rows given, expected 1"),
        ({"score": [0.5], "is_anomaly": [1]}, "is_anomaly: int64"),
        ({"score": [0.5], "severity": ["BAD"]}, "severity: .'BAD'. given"),
        ({"score": [0.5], "attribution": ([[1.0]], ["a", "b"])}, "attribution: shape"),
        ({"score": [0.5], "lower": [0.5, 1]}, "lower: shape"),
    ],
)
def test_columns_that_do_not_fit_are_refused_by_name(given: dict, message: str):
    with pytest.raises(ValueError, match=message):
        bg.detect.Detections(**given)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_missing_kinds_are_empty_and_missing_flags_are_none(library: str):
    module = pytest.importorskip(library)

    def make(values: list) -> object:
        if library == "pandas":
            return module.Series(values).convert_dtypes()
        return module.Series(values) if library == "polars" else module.array(values)

    found = bg.detect.Detections([0.9, 0.9], kind=make(["cpu", None]), is_anomaly=make([True, None]))
    assert found.kind.tolist() == ["cpu", ""]
    assert found.is_anomaly.tolist() == [True, False]


def test_no_rows_are_a_result_too():
    found = bg.detect.Detections([])
    assert len(found) == 0
    assert list(found) == []
    assert "0 rows" in repr(found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("checkout_latency_p95", "latency"), ("CPUUtilization", "cpu"), ("node_memory_MemFree", "memory"),
        ("mysql_connections", "database"), ("http_5xx", "errors"), ("error_rate", "errors"),
        ("request_count", "traffic"), ("response_time_ms", "latency"), ("performance", ""),
        ("elapsed", "latency"),
        ("duration_seconds", "latency"), ("availability", "availability"), ("rps", "traffic"),
        ("x", ""), ("", ""),
    ],
)  # fmt: skip
def test_kinds_are_told_by_words_of_the_name(name: str, kind: str):
    assert kind_of(name) == kind


def test_names_of_one_kind_share_it_and_others_do_not():
    assert kind_among(["p95_latency", "latency", "x"]) == "latency"
    assert kind_among(["cpu", "memory"]) == ""
