"""What cannot be is refused with an error that names the argument, and what is copied is told why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import barograph as bg

X = np.arange(6.0)
DAYS = np.arange(6).astype("M8[D]")
BY = list("aabbbb")
FRAME = pd.DataFrame({"a": X, "b": X})
SMOOTHING: dict[str, Any] = {"smoothing_level": 0.1, "smoothing_trend": 0.1, "smoothing_seasonal": 0.1}


@pytest.mark.parametrize("window", [
    dt.timedelta(days=10**6), -dt.timedelta(days=10**6), pd.Timedelta(days=10**6), np.timedelta64(10**6, "D"),
    np.timedelta64("NaT"), pd.NaT, pd.offsets.MonthEnd(1),
], ids=["days", "negative", "pandas", "numpy", "nat", "pandas_nat", "month"])  # fmt: skip
def test_windows_that_are_no_length_are_refused(window: Any) -> None:
    for call in (lambda: bg.rolling_sum(X, window, on=DAYS), lambda: bg.RollingWindow(window)):
        with pytest.raises(ValueError, match=r"^window: "):
            call()
    with pytest.raises(ValueError, match=r"^halflife: "):
        bg.ewm_mean(X, halflife=window, times=DAYS)


REFUSED: list[tuple[type[Exception], str, Callable[[], Any]]] = [
    (TypeError, "out: list given", lambda: bg.rolling_sum(X, 2, out=[0.0] * 6)),  # type: ignore[arg-type]
    (ValueError, "times: a time is missing", lambda: bg.ewm_mean(
        X, halflife="1s", times=np.array(["NaT"] * 6, "M8[s]"))),
    (ValueError, "times: 3 times given", lambda: bg.ewm_mean(X, halflife="1s", times=DAYS[:3])),
    (TypeError, "ddof: 'a' given", lambda: bg.rolling_std(X, 2, ddof="a")),  # type: ignore[arg-type]
    (TypeError, "ddof: None given", lambda: bg.rolling_cov(X, X, 2, ddof=None)),  # type: ignore[arg-type]
    (TypeError, "ddof: 'a' given", lambda: bg.rolling(X, 2).std(ddof="a")),  # type: ignore[arg-type]
    (TypeError, "x: str given", lambda: bg.RollingWindow(3).push("a")),
    (TypeError, "ddof: 'a' given", lambda: bg.RollingWindow(3).std("a")),  # type: ignore[arg-type]
    (ValueError, "min_periods: 4 given, expected at most", lambda: bg.RollingWindow(3, min_periods=4)),
    (ValueError, "min_periods: 4 given, expected at most", lambda: bg.RollingPairs(3, min_periods=4)),
    (ValueError, "bounds: 1 starts given, expected 6", lambda: bg.rolling(X, bounds=([0], [1]))),
    (ValueError, "end: 7 given", lambda: bg.rolling(X, bounds=([0] * 6, [7] * 6))),
    (ValueError, "q: none given", lambda: bg.rolling_quantile(X, 2, [])),
    (TypeError, "q: 'a' given", lambda: bg.rolling_quantile(X, 2, "a")),  # type: ignore[arg-type]
    (TypeError, "causal: 'yes' given", lambda: bg.detect.auto(X, causal="yes")),  # type: ignore[arg-type]
    (TypeError, "contamination: 'auto' given", lambda: bg.detect.auto(
        X, contamination="auto")),  # type: ignore[arg-type]
    (TypeError, "contamination: 'auto' given", lambda: bg.detect.ZScore().detect(
        X, contamination="auto")),  # type: ignore[arg-type]
    (ValueError, "window: 0 given", lambda: bg.detect.ZScore(window=0)),
    (ValueError, "after: 0 given", lambda: bg.rank_causes(FRAME, 3, after=0)),
    (TypeError, "exclude: timedelta64 given", lambda: bg.rolling_baseline(
        X, 2, on=DAYS, exclude=[(np.timedelta64(1, "ns"), DAYS[1])])),
    (ValueError, "rows: 1000000000000 given, expected 1 to", lambda: bg.HoltWinters(2).forecast(10**12)),
    (ValueError, "start: 2 given", lambda: bg.HoltWinters(
        2, start=(1.0, 2.0), **SMOOTHING)),  # type: ignore[arg-type]
    (TypeError, "start: 'a' given, expected a number", lambda: bg.HoltWinters(
        seasonal=None, start=("a", 0.0, []), **SMOOTHING)),  # type: ignore[arg-type]
    (TypeError, "start: text given, expected numbers", lambda: bg.HoltWinters(
        2, start=(1.0, 0.0, ["a", "b"]), **SMOOTHING)),  # type: ignore[list-item]
    (TypeError, "least_rows: 2.0 given", lambda: bg.detect.change_points(
        X, least_rows=2.0)),  # type: ignore[arg-type]
    (ValueError, "least_rows: -1 given", lambda: bg.detect.change_points(X, least_rows=-1)),
    (ValueError, "least_rows: 1000000", lambda: bg.detect.change_points(X, least_rows=10**30)),
    (ValueError, "components: 1000000", lambda: bg.detect.PCA(10**30)),
    (TypeError, "pinned: array", lambda: bg.QuantileHistogram(pinned=np.array(300.0))),
    (ValueError, "x: 2 columns are named 'a'", lambda: bg.rolling(
        pa.table([X, X], names=["a", "a"]), 2).agg(["mean"])),
    (ValueError, "window: '0s' given", lambda: bg.detect.ZScore(window="0s")),
    (ValueError, "window: '-5min' given", lambda: bg.detect.ZScore(window="-5min")),
    (TypeError, "columns: int given", lambda: bg.read(__file__, columns=5)),  # type: ignore[arg-type]
    (TypeError, "x: str given", lambda: bg.rolling_mean("abc", 3)),
    (TypeError, "x: NoneType given", lambda: bg.ewm(None, alpha=0.5).mean()),
    (TypeError, "by: 1 given", lambda: bg.rolling(X, 2, by=1)),
    (TypeError, "exclude: object given", lambda: bg.rolling_baseline(X, 2, exclude=object())),
    (TypeError, "period: float given", lambda: bg.seasonal_baseline(X, 1.5)),
    (TypeError, "slot: None given", lambda: bg.SeasonalProfile(slot=None)),
    (TypeError, "alpha: 'a' given", lambda: bg.detect.ZScore(alpha="a")),
    (TypeError, "min_periods: 'a' given", lambda: bg.detect.ZScore(min_periods="a")),
    (TypeError, "low: 'a' given", lambda: bg.detect.QuantileThreshold(low="a")),
    (TypeError, "level: 'a' given", lambda: bg.detect.ExtremeValue(level="a")),
    (TypeError, "causal: 'yes' given", lambda: bg.detect.SeasonalBaseline(causal="yes")),
    (TypeError, "side: 1 given", lambda: bg.detect.ZScore(side=1)),
    (ValueError, "by: none given, and fit had", lambda: bg.detect.ZScore().fit(X, by=BY).score(X)),
    (ValueError, "by: given, and fit had none", lambda: bg.detect.ZScore().fit(X).score(X, by=BY)),
    (ValueError, "x: rows of unequal length", lambda: bg.detect.ZScore().score([[1, 2], [3]])),
    (TypeError, "x: objects given that are no numbers", lambda: bg.detect.PCA().fit([[10**400, 1], [2, 3]])),
    (TypeError, "x: objects given", lambda: bg.detect.EwmaChart(target=0, sigma=1).update([10**400])),
    (TypeError, "timestamps: none given", lambda: bg.detect.ZScore(window="2D").score(X)),
    (ValueError, "timestamps: row 1 goes back", lambda: bg.detect.ZScore(window="2D").score(X, DAYS[::-1])),
    (ValueError, "timestamps: row 1 goes back", lambda: bg.detect.SeasonalBaseline().score(X, DAYS[::-1])),
    (ValueError, "timestamps: row 0 has none", lambda: bg.detect.SeasonalBaseline(causal=False).score(
        X, np.full(6, "NaT", "M8[s]"))),
    (TypeError, "window: '1h' given", lambda: bg.detect.SeasonalBaseline(window="1h")),
    (TypeError, "by: 3 given", lambda: bg.detect.ZScore().score(X, by=3)),
    (TypeError, "timestamps: None given", lambda: bg.detect.gaps(None)),
    (KeyError, "\"timestamps: no column 'when'", lambda: bg.detect.PCA().detect(FRAME, "when")),
    (ValueError, "step: 'a' given", lambda: bg.detect.gaps(DAYS, step="a")),
    (TypeError, "baseline: bool given", lambda: bg.detect.EwmaChart(sigma=1.0).score(X, baseline=True)),
    (TypeError, "x: a DataFrame given", lambda: bg.detect.EwmaChart(target=0, sigma=1).update(
        pl.DataFrame({"x": X}))),
    (ValueError, "delta: 0 given", lambda: bg.detect.PageHinkley(0)),
    (ValueError, "limit: inf given", lambda: bg.detect.CusumChart(limit=np.inf)),
    (TypeError, "penalty: 'a' given", lambda: bg.detect.change_points(X, penalty="a")),
    (TypeError, "window: True given", lambda: bg.detect.PCA(window=True)),
    (TypeError, "categorical: 'a' given", lambda: bg.detect.IsolationForest(categorical="a")),
    (TypeError, "weights: str given", lambda: bg.detect.IsolationForest().fit(FRAME, weights="a")),
    (ValueError, "recent: 1 columns given, expected 2", lambda: bg.detect.IsolationForest(1).fit(
        np.ones((6, 2))).refresh(X)),
    (KeyError, "\"x: no column 'b'", lambda: bg.detect.IsolationForest(1).fit(FRAME).score(FRAME[["a"]])),
    (TypeError, "seed: 'a' given", lambda: bg.detect.HalfSpaceTrees(seed="a")),
    (TypeError, "detections: int among them", lambda: bg.detect.agreement([3])),
    (TypeError, "detections: 'a' is int", lambda: bg.detect.incidents({"a": 3})),
    (TypeError, "quiet: 2.5 given", lambda: bg.detect.incidents(bg.detect.Detections([0.5]), quiet=2.5)),
    (TypeError, "value: str given", lambda: bg.detect.Detections([0.5], value="a")),
    (ValueError, "attribution: names", lambda: bg.detect.Detections(
        [0.5], attribution=(np.ones((1, 2)), "aa"))),
    (ValueError, "kind: 'a' given", lambda: bg.detect.Detections([0.5]).to_frame("a")),
    (TypeError, "buffer: 1.5 given", lambda: bg.score_detections(X, X > 4, buffer=1.5)),
    (TypeError, "threshold: 'a' given", lambda: bg.score_detections(X, X > 4, threshold="a")),
    (TypeError, "ks: 3 given", lambda: bg.score_causes(["a"], "a", ks=3)),
    (TypeError, "given: 1.5 given", lambda: bg.lead_lag(FRAME, "a", given=1.5)),
    (KeyError, "\"time: no column 'c'", lambda: bg.lead_lag(FRAME, "a", time="c")),
    (KeyError, "\"value: no column 'c'", lambda: bg.rank_causes(FRAME, 3, value="c")),
]  # fmt: skip


@pytest.mark.parametrize(("error", "message", "call"), REFUSED, ids=[message for _, message, _ in REFUSED])
def test_the_argument_is_named(error: type[Exception], message: str, call: Callable[[], Any]) -> None:
    with pytest.raises(error, match=f"^{message}"):
        call()


Call: TypeAlias = Callable[..., Any]

#: Options by what may be given, and calls that have one of that name.
OPTIONS: list[tuple[Any, str, Call]] = [
    (value, name, call)
    for value, calls in {
        "1": {  # a number in a text is none
            "ddof": [partial(bg.rolling_std, X, 2), bg.rolling(X, 2).sem, bg.RollingWindow(2).std],
            "min_periods": [partial(bg.rolling_sum, X, 2), partial(bg.ewm_mean, X, alpha=0.5),
                            partial(bg.rolling, X, 2), partial(bg.RollingWindow, 2),
                            partial(bg.rolling_baseline, X, 2), partial(bg.RollingBaseline, 2)],
            "step": [partial(bg.rolling_max, X, 2), partial(bg.rolling_baseline, X, 2, "ewma")],
            "q": [partial(bg.rolling_quantile, X, 2), bg.expanding(X).quantile, bg.RollingWindow(2).quantile,
                  partial(bg.rolling_baseline, X, 2), partial(bg.groupby_quantile, X, X)],
            "alpha": [partial(bg.ewm_std, X)],
            "threads": [partial(bg.rolling_count, X, 2)],
            "width": [partial(bg.rolling_baseline, X, 2), partial(bg.HoltWinters, 2)],
            "smoothing_level": [partial(bg.HoltWinters, 2)],
            "seasonal": [partial(bg.decompose, X, 2)],
            "latency": [bg.health_score],
            "precision": [bg.Distinct], "k": [bg.Top], "points": [bg.Trend], "scale": [bg.QuantileHistogram],
        },
        1: {  # no number is a word
            "closed": [partial(bg.rolling_sum, X, 2), partial(bg.rolling, X, 2),
                       partial(bg.seasonal_baseline, X, 2)],
            "interpolation": [partial(bg.rolling_quantile, X, 2, 0.5),
                              partial(bg.RollingWindow(2).quantile, 0.5)],
            "method": [partial(bg.rolling_rank, X, 2), bg.RollingWindow(2).rank,
                       partial(bg.rolling_baseline, X, 2), partial(bg.RollingBaseline, 2)],
            "inf": [partial(bg.rolling_count, X, 2), partial(bg.ewm_sum, X, alpha=0.5)],
            "seasonal": [partial(bg.HoltWinters, 2)], "trend": [partial(bg.holt_winters, X, 2)],
            "freq": [partial(bg.kpis, FRAME)], "tz": [partial(bg.kpis, FRAME)],
            "state": [partial(bg.Windowed, window="1min")],
        },
        "no": {  # and no text is a truth value
            "center": [partial(bg.rolling_mean, X, 2)], "pct": [partial(bg.expanding_rank, X)],
            "ascending": [bg.RollingWindow(2).rank], "adjust": [partial(bg.ewm_mean, X, alpha=0.5)],
            "bias": [bg.ewm(X, alpha=0.5).var], "pairwise": [partial(bg.rolling_corr, FRAME, None, 2)],
            "robust": [partial(bg.decompose, X, 2)], "exact": [partial(bg.kpis, FRAME)],
        },
        10**30: {  # beyond what the engine counts with
            "min_periods": [partial(bg.expanding_mean, X)], "step": [partial(bg.rolling_sum, X, 2)],
            "window": [partial(bg.rolling_sum, X), bg.RollingWindow, bg.RollingBaseline],
            "period": [partial(bg.decompose, X), partial(bg.seasonal_baseline, X)],
        },
    }.items()
    for name, several in calls.items()
    for call in several
]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "name", "call"), OPTIONS, ids=[f"{n}_{i}" for i, (_, n, _) in enumerate(OPTIONS)]
)
def test_an_option_of_another_type_is_refused_by_its_name(value: Any, name: str, call: Call) -> None:
    with pytest.raises((TypeError, ValueError), match=rf"^{name}: .+ given") as refused:
        call(**{name: value})
    assert "incompatible" not in str(refused.value)


@pytest.mark.parametrize(("name", "make"), [
    ("weight", bg.detect.EwmaChart), ("k", bg.detect.CusumChart), ("delta", bg.detect.PageHinkley),
    ("sigma", bg.detect.OnlineChangePoint), ("zero_threshold", bg.QuantileHistogram),
    ("threshold", bg.Apdex),
])  # fmt: skip
def test_truth_values_are_no_numbers(name: str, make: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=f"^{name}: True given, expected a number"):
        make(**{name: True})


@pytest.mark.parametrize("name", ["CusumChart", "EwmaChart", "HalfSpaceTrees", "IsolationForest",
                                  "OnlineChangePoint", "PCA", "PageHinkley", "StreamDetector"])  # fmt: skip
@pytest.mark.parametrize("data", ["abc", None])
def test_what_is_not_bytes_is_refused(name: str, data: Any) -> None:
    with pytest.raises(TypeError, match=f"^data: {type(data).__name__} given, expected bytes"):
        getattr(bg.detect, name).from_bytes(data)
    with pytest.raises(TypeError, match=r"^data: "):
        bg.Moments.from_bytes(data)


@pytest.mark.parametrize(("x", "reason"), [
    (np.ma.array([1.0, 2.0], mask=[False, True]), "masked"),
    (np.ma.array([1.0, 2.0], mask=[False, True], dtype=np.float32), "masked"),
    (pd.Series([1, None], dtype="Float32"), "NA"),
    (pd.Series([1, None], dtype="Int64"), "NA"),
    (pd.Series([1, None], dtype="float[pyarrow]"), "NA"),
    (np.frombuffer(bytes(9), "u1")[1:].view("f4"), "multiple of their size"),
    (pa.array([True, None, False]), "bits of bool become float64"),
    (pl.Series([True, False]), "bits of Boolean become float64"),
], ids=["masked", "masked32", "Float32", "Int64", "arrow", "misaligned", "bool", "polars_bool"])  # fmt: skip
def test_each_copy_has_its_reason(x: Any, reason: str) -> None:
    told = bg.explain_input(x)
    assert told.copied
    assert any(reason in why for why in told.reasons)
    assert not any("the values stay" in why for why in told.reasons)
