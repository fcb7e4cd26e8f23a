"""Baselines: rolling bands of 1,000,000 doubles, hours of the week, STL and Holt-Winters."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import statsmodels
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from statsmodels.tsa.seasonal import STL

import barograph as bg

from .pairs import Row, compare

PANDAS, STATSMODELS = f"pandas {pd.__version__}", f"statsmodels {statsmodels.__version__}"
MAD = 1.4826022185056018


def rows(*, quick: bool = False) -> list[Row]:
    """Rows of docs/performance.md."""
    return [*_rolling(quick), *_seasonal(quick), *_decompositions(quick), *_smoothing(quick)]


def _rolling(quick: bool) -> list[Row]:
    n = 20_000 if quick else 1_000_000
    x = pd.Series(np.random.default_rng(0).normal(100.0, 15.0, n))
    group, found = f"Baselines, {n:,} doubles", []
    for window in (60, 1440):
        rolling = x.rolling(window)
        head = x.iloc[: 3 * window]
        exact = head.rolling(window).apply(lambda w: np.median(np.abs(w - np.median(w))), raw=True)
        np.testing.assert_array_equal(bg.rolling_baseline(head, window).scale, exact * MAD)
        for row in compare(
            group, f"median and exact MAD, window {window:,}",
            lambda window=window: bg.rolling_baseline(x, window, threads=1),
            {PANDAS: lambda window=window: _twice(x, window)}, rounds=1 if quick else 3,
        ):  # fmt: skip
            found.append(_noted(row, "against two medians, which pandas has instead: no exact MAD"))
        band = bg.rolling_baseline(x, window, "mean")
        np.testing.assert_allclose(band.scale, rolling.std(), rtol=1e-9)
        found += compare(
            group, f"mean and deviation, window {window:,}",
            lambda window=window: bg.rolling_baseline(x, window, "mean", threads=1),
            {PANDAS: lambda rolling=rolling: (rolling.mean(), rolling.std())}, rounds=1 if quick else 3,
        )  # fmt: skip
    few = x.iloc[: 2_000 if quick else 20_000]
    for row in compare(
        f"Baselines, {len(few):,} doubles", "median and exact MAD, window 60",
        lambda: bg.rolling_baseline(few, 60, threads=1),
        {PANDAS: lambda: few.rolling(60).apply(lambda w: np.median(np.abs(w - np.median(w))), raw=True)},
        rounds=1,
    ):  # fmt: skip
        found.append(_noted(row, "exact in pandas, by apply"))
    return found


def _twice(x: pd.Series, window: int) -> tuple[pd.Series, pd.Series]:
    median = x.rolling(window).median()
    return median, (x - median).abs().rolling(window).median()


def _noted(row: Row, note: str) -> Row:
    return Row(**{**vars(row), "note": note})


def _seasonal(quick: bool) -> list[Row]:
    n = 20_000 if quick else 500_000
    index = pd.date_range("2023-01-01", periods=n, freq="min", tz="Europe/Rome")
    x = pd.Series(np.random.default_rng(1).normal(100.0, 15.0, n), index=index)

    def grouped() -> tuple[pd.Series, pd.Series]:
        groups = x.groupby([index.day_of_week, index.hour])
        median = groups.transform("median")
        spread = (x - median).abs().groupby([index.day_of_week, index.hour]).transform("median")
        return median, spread * MAD

    band, (median, spread) = bg.seasonal_baseline(x), grouped()
    np.testing.assert_array_equal(band.expected, median)
    np.testing.assert_array_equal(band.scale, spread)
    group = f"Hours of the week, {n:,} doubles in Europe/Rome"
    return compare(
        group, "median and MAD of each hour", lambda: bg.seasonal_baseline(x, threads=1), {PANDAS: grouped},
        rounds=1 if quick else 3,
    )  # fmt: skip


def _decompositions(quick: bool) -> list[Row]:
    found: list[Row] = []
    for n, period, robust in ((1344, 24, True), (2016, 288, False), *(() if quick else ((2016, 288, True),))):
        t = np.arange(n)
        x = 100.0 + 0.01 * t + 10.0 * np.sin(2 * np.pi * t / period)
        x += np.random.default_rng(2).normal(0.0, 1.0, n)
        ours = bg.decompose(x, period, robust=robust)
        np.testing.assert_allclose(ours.trend, _stl(x, period, robust=robust)().trend, atol=1e-8)
        what = f"STL of {n:,} rows, period {period}{', robust' if robust else ''}"
        found += compare(
            "Decomposition and smoothing", what,
            lambda x=x, period=period, robust=robust: bg.decompose(x, period, robust=robust),
            {STATSMODELS: _stl(x, period, robust=robust)}, targets={"statsmodels": 1.0},
            rounds=1 if quick or n > 2000 else 3,
        )  # fmt: skip
    return found


def _stl(x: np.ndarray, period: int, *, robust: bool) -> Callable[[], Any]:
    return lambda: STL(x, period=period, robust=robust).fit()


def _smoothing(quick: bool) -> list[Row]:
    n, period = 1_000, 24
    t = np.arange(n)
    x = 100.0 + 15.0 * np.sin(2 * np.pi * t / period) + np.random.default_rng(3).normal(0.0, 2.0, n)
    model = bg.HoltWinters(period).fit(x)
    level, trend, season = model.start

    def peer() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ExponentialSmoothing(
                x, trend="add", seasonal="add", seasonal_periods=period, initialization_method="known",
                initial_level=level, initial_trend=trend, initial_seasonal=season,
            ).fit()  # fmt: skip

    error = float(np.sum((x - model.fitted.expected) ** 2))
    if error > peer().sse * 1.001:
        raise AssertionError(f"errors of {error} where statsmodels has less")
    return compare(
        "Decomposition and smoothing", f"Holt-Winters fitted to {n:,} rows, period {period}",
        lambda: bg.HoltWinters(period).fit(x), {STATSMODELS: peer}, targets={"statsmodels": 1.0},
        rounds=1 if quick else 3,
    )  # fmt: skip
