"""Rolling statistics of 1,000,000 doubles against pandas, bottleneck, numbagg, polars and numpy."""

from __future__ import annotations

from collections.abc import Callable

import bottleneck
import numbagg
import numpy as np
import pandas as pd
import polars as pl

import barograph as bg

from .pairs import Row, compare, with_reasons

TARGETS = {
    "mean": {"pandas": 8.0, "bottleneck": 1.0},
    "std": {"pandas": 5.0, "bottleneck": 1.0},
    "skew": {"pandas": 4.0},
    "kurt": {"pandas": 4.0},
    "max": {"pandas": 10.0, "bottleneck": 3.0},
    "median": {"pandas": 15.0, "bottleneck": 3.5, "polars": 3.5},
    "quantile": {"pandas": 12.0, "polars": 2.5},
    "quantiles": {"polars": 5.0},
    "rank": {"pandas": 10.0, "bottleneck": 1.0},
    "nunique": {"pandas": 10.0},
}
NAMES = {"quantile": "quantile 0.95", "quantiles": "quantiles 0.5, 0.95 and 0.99 in one pass"}


def rows(*, quick: bool = False) -> list[Row]:
    """Rows of docs/performance.md."""
    n = 20_000 if quick else 1_000_000
    x = np.random.default_rng(0).normal(100.0, 15.0, n)
    series, frame = pd.Series(x), pl.Series(x)
    found: list[Row] = []
    for window in (60, 1440, 10_000):
        rolling = series.rolling(window)
        for name, targets in TARGETS.items():
            ours, peers = _calls(name, x, window, rolling, frame)
            if name in ("mean", "std", "skew", "kurt"):
                theirs = np.asarray(peers[f"pandas {pd.__version__}"]())
                np.testing.assert_allclose(ours(), theirs, rtol=1e-9, atol=1e-9)  # skewness goes through zero
            elif f"pandas {pd.__version__}" in peers:
                np.testing.assert_array_equal(ours(), np.asarray(peers[f"pandas {pd.__version__}"]()))
            what = f"{NAMES.get(name, name)}, window {window:,}"
            group = f"Rolling, {n:,} doubles"
            found += compare(group, what, ours, peers, targets=targets, rounds=1 if quick else 3)
    found += _by_time(x, rounds=1 if quick else 3)
    found += _by_type(x, rounds=1 if quick else 3)
    return with_reasons(found, _reason)


def _by_time(x: np.ndarray, *, rounds: int) -> list[Row]:
    """Windows of ten minutes over a row each 1.4 s or so."""
    gaps = np.random.default_rng(1).integers(1, 2_800, len(x))
    index = pd.DatetimeIndex(np.cumsum(gaps).astype("M8[ms]").astype("M8[ns]"))
    series = pd.Series(x, index=index)
    found: list[Row] = []
    for name in ("mean", "std", "max", "median"):
        ours, theirs = getattr(bg, f"rolling_{name}"), getattr(series.rolling("10min"), name)
        found += compare(
            f"Rolling, {len(x):,} doubles",
            f"{name}, windows of 10 min",
            lambda ours=ours: ours(series, "10min", threads=1),
            {f"pandas {pd.__version__}": theirs},
            targets={"pandas": 5.0},
            rounds=rounds,
        )
    return found


def _by_type(x: np.ndarray, *, rounds: int) -> list[Row]:
    """float32 and int64 read where they stand, against converting them first, and pandas, which does that."""
    found: list[Row] = []
    for values in (x.astype(np.float32), (1000 * x).astype(np.int64)):
        series = pd.Series(values)
        for name in ("mean", "std", "max", "median"):
            ours, theirs = getattr(bg, f"rolling_{name}"), getattr(series.rolling(60), name)

            def run(ours=ours, values=values) -> object:
                return ours(values, 60, threads=1)

            def converted(ours=ours, values=values) -> object:
                return ours(values.astype(np.float64), 60, threads=1)

            np.testing.assert_array_equal(run(), converted())
            found += compare(
                f"Rolling, {len(x):,} float32 and int64",
                f"{name} of {values.dtype}, window 60",
                run,
                {f"pandas {pd.__version__}": theirs, "barograph, converted first": converted},
                targets={},
                rounds=rounds,
            )
    return found


def _calls(
    name: str, x: np.ndarray, window: int, rolling: pd.core.window.Rolling, frame: pl.Series
) -> tuple[Callable[[], object], dict[str, Callable[[], object]]]:
    if name == "quantile":
        return lambda: bg.rolling_quantile(x, window, 0.95, threads=1), {
            f"pandas {pd.__version__}": lambda: rolling.quantile(0.95),
            f"polars {pl.__version__}": lambda: frame.rolling_quantile(
                0.95, interpolation="linear", window_size=window
            ),
        }
    if name == "quantiles":
        return lambda: bg.rolling_quantile(x, window, [0.5, 0.95, 0.99], threads=1), {
            f"polars {pl.__version__}": lambda: [
                frame.rolling_quantile(q, interpolation="linear", window_size=window)
                for q in (0.5, 0.95, 0.99)
            ],
        }
    if name == "rank":
        # bottleneck's rank runs from -1 to 1 and takes time in proportion to the window.
        peers: dict[str, Callable[[], object]] = {f"pandas {pd.__version__}": rolling.rank}
        if window < 100:
            peers[f"bottleneck {bottleneck.__version__}"] = lambda: bottleneck.move_rank(x, window)
        return lambda: bg.rolling_rank(x, window, threads=1), peers
    if name == "nunique":
        return lambda: bg.rolling_nunique(x, window, threads=1), {f"pandas {pd.__version__}": rolling.nunique}
    function = getattr(bg, f"rolling_{name}")
    keywords = {"threads": 1}
    peers = {f"pandas {pd.__version__}": getattr(rolling, name)}
    if name in ("skew", "kurt"):
        return lambda: function(x, window, **keywords), peers
    theirs = getattr(bottleneck, f"move_{name}")
    peers[f"bottleneck {bottleneck.__version__}"] = lambda: theirs(x, window)
    peers[f"polars {pl.__version__}"] = lambda: getattr(frame, f"rolling_{name}")(window_size=window)
    if name in ("mean", "std"):
        move = getattr(numbagg, f"move_{name}")
        peers[f"numbagg {numbagg.__version__}"] = lambda: move(x, window=window, min_count=window)
    if name != "median" and window < 100:  # in proportion to the window
        views = np.lib.stride_tricks.sliding_window_view(x, window)
        peers[f"numpy {np.__version__}"] = lambda: getattr(np, name)(views, axis=1)
    return lambda: function(x, window, **keywords), peers


def _reason(row: Row) -> str:
    if "windows of" in row.what:
        return "finding each takes a third; sums are differences of exact ones, each divided by its own count"
    name = row.what.split(",")[0]
    if name in ("mean", "std"):
        return "each value is split in two so that sums are exact, which a plain running sum is not"
    if name in ("skew", "kurt"):
        return "each value is split in two so that sums of powers are exact, and moved to the mean exactly"
    return "close, and not reached in this run"
