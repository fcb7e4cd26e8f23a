"""What is accepted: a value of numpy, pandas or Python's own types gives what the plain value gives."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

import barograph as bg

X = np.tile([1.0, 4.0, 2.0, 7.0, 3.0], 20)
HOURS = pd.date_range("2024-03-30", periods=len(X), freq="h", tz="UTC")
TABLE = np.column_stack([X, X[::-1]])
LOG = {"t": HOURS, "ms": X}


class Word(enum.StrEnum):
    left = "left"
    pooled = "pooled"


CASES: dict[str, tuple[Callable[[Any], Any], Any, list[Any]]] = {
    "window": (lambda v: bg.rolling_sum(X, v), 3, [np.int8(3), np.uint64(3), np.array(3)]),
    "window of time": (lambda v: bg.rolling_sum(X, v, on=HOURS), "3h", [
        dt.timedelta(hours=3), pd.Timedelta("3h"), np.timedelta64(3, "h"), np.array(3, "m8[h]"),
        pd.offsets.Hour(3)]),
    "min_periods": (lambda v: bg.rolling_sum(X, 3, min_periods=v), 2, [np.int64(2), np.array(2)]),
    "center": (lambda v: bg.rolling_sum(X, 3, center=v), True, [
        1, np.bool_(True), np.int64(1), np.array(True)]),
    "center none": (lambda v: bg.rolling_sum(X, 3, center=v), False, [None, 0, np.array(0)]),
    "closed": (lambda v: bg.rolling_sum(X, 3, closed=v), "left", [Word.left, np.str_("left")]),
    "threads": (lambda v: bg.rolling_sum(X, 3, threads=v), 2, [np.int64(2), np.array(2)]),
    "q": (lambda v: bg.rolling_quantile(X, 3, v), 0.5, [Decimal("0.5"), Fraction(1, 2), np.array(0.5)]),
    "streamed": (lambda v: bg.RollingBaseline(v).update(X), 4, [np.int64(4), np.array(4)]),
    "ewma": (lambda v: bg.rolling_baseline(X, v, method="ewma"), 4, [np.int64(4), np.array(4)]),
    "period": (lambda v: bg.seasonal_baseline(X, v), 5, [np.int64(5), np.array(5)]),
    "zone of a season": (lambda v: bg.seasonal_baseline(X, "day", tz=v, on=HOURS), "Europe/Rome", [
        ZoneInfo("Europe/Rome")]),
    "fixed zone": (lambda v: bg.seasonal_baseline(X, "day", tz=v, on=HOURS), "+02:00", [
        dt.timezone(dt.timedelta(hours=2))]),
    "zone of a stream": (lambda v: bg.RollingBaseline(5, period="day", tz=v).update(X, times=HOURS),
        "Europe/Rome", [ZoneInfo("Europe/Rome")]),
    "zone of a detector": (lambda v: bg.detect.SeasonalBaseline("day", tz=v).score(X, HOURS),
        "Europe/Rome", [ZoneInfo("Europe/Rome")]),
    "zone of figures": (lambda v: bg.kpis(LOG, timestamp="t", latency="ms", freq="1D", tz=v)["t"],
        "Europe/Rome", [ZoneInfo("Europe/Rome")]),
    "UTC": (lambda v: bg.kpis(LOG, timestamp="t", latency="ms", freq="1D", tz=v)["t"], "UTC", [
        dt.UTC, ZoneInfo("UTC"), None]),
    "contamination": (lambda v: bg.detect.ZScore().detect(X, contamination=v).is_anomaly, 0.25, [
        Decimal("0.25"), Fraction(1, 4), np.float32(0.25), np.array(0.25)]),
    "samples": (lambda v: bg.detect.IsolationForest(5, v).fit(TABLE).score(TABLE), 0.5, [
        Decimal("0.5"), np.array(0.5)]),
    "components": (lambda v: bg.detect.PCA(v).fit(TABLE).score(TABLE), 1, [np.int64(1), np.array(1)]),
    "share of components": (lambda v: bg.detect.PCA(v).fit(TABLE).score(TABLE), 0.5, [
        Decimal("0.5"), np.float32(0.5)]),
    "scale": (lambda v: bg.detect.PCA(1, scale=v).fit(TABLE).score(TABLE), False, [
        0, np.False_, np.array(0)]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("call", "plain", "given"),
    [(call, plain, given) for call, plain, several in CASES.values() for given in several],
    ids=[f"{name} {type(given).__name__}" for name, (_, _, several) in CASES.items() for given in several],
)
def test_values_of_other_types_are_taken_as_the_plain_ones(
    call: Callable[[Any], Any], plain: Any, given: Any
) -> None:
    np.testing.assert_array_equal(call(given), call(plain))


@pytest.mark.parametrize("given", [2, -1, np.timedelta64(1, "s"), np.array([True]), "yes", 1.0])
def test_what_is_no_truth_value_is_refused(given: Any) -> None:
    with pytest.raises(TypeError, match=r"^center: .+ given, expected True or False"):
        bg.rolling_sum(X, 3, center=given)
