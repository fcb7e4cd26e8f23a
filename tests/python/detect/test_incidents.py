"""Incidents: intervals of anomalous rows, joined over series."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

import barograph as bg

MINUTES = np.datetime64("2026-03-01T00:00") + np.arange(12) * np.timedelta64(1, "m")


def found(*rows: int, kind: str = "", time=MINUTES, **more) -> bg.detect.Detections:
    score = np.full(12, 0.1)
    score[list(rows)] = 0.9
    return bg.detect.Detections(score, threshold=0.8, time=time, kind=kind, **more)


def test_an_incident_has_times_severity_and_kind():
    (one,) = found(3, 4, kind="latency").incidents()
    assert one.onset == one.alert_on == one.peak == MINUTES[3]
    assert one.end == MINUTES[4]
    assert one.alert_off == MINUTES[7]
    assert (one.findings, one.severity, one.kind, one.series) == (2, "HIGH", "latency", ())


def test_series_that_overlap_are_one_incident_and_the_strongest_comes_first():
    some = {"p95": found(3, 4), "errors": found(4, 5, 6, kind="errors"), "cpu": found(10)}
    first, second = bg.detect.incidents(some)
    assert set(first.series) == {"p95", "errors"}
    assert (first.onset, first.end) == (MINUTES[3], MINUTES[6])
    assert second.series == ("cpu",)
    assert second.alert_off is None
    for five in ("5min", np.timedelta64(5, "m"), timedelta(minutes=5)):
        (joined,) = bg.detect.incidents(some, within=five)
        assert len(joined.series) == 3
    with pytest.raises(ValueError, match="expected a length of time with times, rows without"):
        bg.detect.incidents({"a": found(1, time=None)}, within=np.timedelta64(5, "m"))
    assert repr(bg.detect.incidents(some)).startswith("Incidents: 2; worst 0.900 (HIGH")


def test_the_columns_behind_an_incident_of_a_table_are_named():
    parts = np.zeros((12, 3))
    parts[4] = [0.2, 9.0, 1.0]
    one = found(4, value=np.zeros((12, 3)), attribution=(parts, ("a", "b", "c"))).incidents()[0]
    assert one.series == ("b", "c")


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow", "table"])
def test_incidents_are_a_frame_of_each_library(kind: str):
    if kind in ("pandas", "polars"):
        pytest.importorskip(kind)
    if kind in ("arrow", "polars"):
        pytest.importorskip("pyarrow")
    table = bg.Table.of(found(3, 11).incidents().to_frame(kind))
    assert table.array("onset").tolist() == MINUTES[[3, 11]].astype("datetime64[ns]").tolist()
    assert np.isnat(table.array("alert_off")).tolist() == [False, True]
    assert found(2, time=None).incidents().table.array("onset").tolist() == [2]
    assert len(found().incidents().to_frame(kind)) == 0


def test_wrong_arguments_are_named():
    with pytest.raises(TypeError, match="detections: list given"):
        bg.detect.incidents([found(1)])
    with pytest.raises(ValueError, match="within: 3 given, expected a length of time"):
        bg.detect.incidents({"a": found(1)}, within=3)
    with pytest.raises(ValueError, match="within: '5min' given"):
        bg.detect.incidents({"a": found(1, time=None)}, within="5min")
    with pytest.raises(ValueError, match="some have times"):
        bg.detect.incidents({"a": found(1), "b": found(1, time=None)})
    with pytest.raises(ValueError, match="quiet: 0 given"):
        found(1).incidents(quiet=0)
    assert len(bg.detect.incidents({})) == 0


def test_an_incident_has_the_rows_that_are_odd_and_not_those_that_smoothing_lifts_beside_them():
    off = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x = 100 + 3 * rng.normal(size=2000)
        x[1600:1640] += 25
        (one,) = (i for i in bg.detect.auto(x).incidents() if i.onset <= 1639 and i.end >= 1600)
        assert one.onset <= one.alert_on <= one.peak <= one.end
        off += [abs(one.onset - 1600), abs(one.end - 1639)]
    assert np.median(off) <= 1


def test_rows_inside_of_an_incident_may_be_as_expected():
    score = [0.1, 0.6, 0.9, 0.6, 0.6, 0.9, 0.6, 0.1, 0.1, 0.1]
    value = [5.0, 5.0, 9.0, 5.0, 5.0, 9.0, 7.0, 5.0, 5.0, 5.0]
    found = bg.detect.Detections(score, value=value, threshold=0.8, lower=4.0, upper=6.0)
    assert found.incidents()[0][:5] == (2, 2, 2, 6, 9)
    assert bg.detect.Detections(score, value=value, threshold=0.8).incidents()[0][:5] == (1, 2, 2, 6, 9)


def test_incidents_are_those_of_time_whatever_the_order_of_rows():
    rng = np.random.default_rng(0)
    time = np.datetime64("2026-03-01T00:00", "ns") + np.arange(200) * np.timedelta64(1, "m")
    score = rng.random(200) * 0.4
    score[50:60] = 0.85 + rng.random(10) / 10
    score[120:122] = 0.9
    kind = np.where(np.arange(200) < 100, "latency", "errors")
    attribution = {"a": np.arange(200.0), "b": np.full(200, 100.0)}

    def made(order):
        return bg.detect.Detections(
            score[order], threshold=0.8, time=time[order], kind=kind[order],
            value=np.column_stack([score, score])[order],
            attribution={name: column[order] for name, column in attribution.items()},
        )  # fmt: skip

    expected = list(made(np.arange(200)).incidents())
    assert [(one.onset, one.end, one.findings) for one in expected] == [
        (time[50], time[59], 10), (time[120], time[121], 2),
    ]  # fmt: skip
    for order in (np.arange(200)[::-1], rng.permutation(200)):
        assert list(made(order).incidents()) == expected
        assert list(bg.detect.incidents({"x": made(order)}, within="1min")) == list(
            bg.detect.incidents({"x": made(np.arange(200))}, within="1min")
        )


def test_a_row_without_a_time_stays_after_the_one_before_it():
    time = MINUTES[::-1].astype("datetime64[ns]")
    time[5] = np.datetime64("NaT")
    (one,) = found(4, 6, time=time).incidents()
    assert (one.onset, one.end, one.findings) == (MINUTES[5], MINUTES[7], 2)
    assert len(found(3, time=np.full(12, np.datetime64("NaT"), "datetime64[ns]")).incidents()) == 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"off": np.nan}, ValueError, "off: nan given, expected a score, 0 to 1"),
        ({"off": 2}, ValueError, "off: 2 given"),
        ({"off": -1}, ValueError, "off: -1 given"),
        ({"off": "x"}, TypeError, "off: 'x' given"),
        ({"within": "x"}, ValueError, "within: 'x' given"),
        ({"within": -1}, ValueError, "within: -1 given"),
        ({"within": "-1h"}, ValueError, "within: '-1h' given"),
        ({"within": 1.5}, TypeError, "within: float given"),
        ({"within": True}, TypeError, "within: True given"),
    ],
)
def test_options_that_say_nothing_are_errors(options, error, message):
    for given in (found(3), {"a": found(3)}, {"a": found()}):
        with pytest.raises(error, match=message):
            bg.detect.incidents(given, **options)
    with pytest.raises(ValueError, match="within: -1 given, expected 0 or more"):
        bg.detect.incidents(found(3, time=None), within=-1)
