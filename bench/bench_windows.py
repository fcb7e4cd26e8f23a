"""Expanding and exponentially weighted statistics, and several at once, of 1,000,000 doubles."""

from __future__ import annotations

from collections.abc import Callable

import numbagg
import numpy as np
import pandas as pd
import polars as pl

import barograph as bg

from .pairs import Row, compare

SEVERAL = ["mean", "std", "max", "p50", "p95", "p99"]


def rows(*, quick: bool = False) -> list[Row]:
    """Rows of docs/performance.md."""
    n = 20_000 if quick else 1_000_000
    x = np.random.default_rng(0).normal(100.0, 15.0, n)
    series, frame = pd.Series(x), pl.Series(x)
    pandas, polars = f"pandas {pd.__version__}", f"polars {pl.__version__}"
    growing, weighted = series.expanding(), series.ewm(span=60)
    calls: list[tuple[str, Callable[[], object], dict[str, Callable[[], object]]]] = [
        (f"expanding {name}", _ours(f"expanding_{name}", x), {pandas: getattr(growing, name)})
        for name in ("mean", "std", "skew", "kurt", "max", "count")
    ]
    calls += [
        (
            f"ewm {name}, span 60",
            _ours(f"ewm_{name}", x, span=60),
            {
                pandas: getattr(weighted, name),
                polars: lambda name=name: getattr(frame, f"ewm_{name}")(span=60),
                f"numbagg {numbagg.__version__}": lambda name=name: getattr(numbagg, f"move_exp_nan{name}")(
                    x, alpha=2 / 61
                ),
            },
        )
        for name in ("mean", "var", "std")
    ]
    calls.append(
        (
            f"agg of {', '.join(SEVERAL)}, window 1,440",
            lambda: bg.rolling(series, 1440, threads=1).agg(SEVERAL),
            {pandas: lambda: _one_by_one(series.rolling(1440))},
        )
    )
    found: list[Row] = []
    for what, ours, peers in calls:
        group = f"Expanding and weighted, {n:,} doubles"
        found += compare(group, what, ours, peers, targets={}, rounds=1 if quick else 3)
    return found


def _ours(name: str, x: np.ndarray, **keywords: float) -> Callable[[], object]:
    return lambda: getattr(bg, name)(x, **keywords)


def _one_by_one(rolling: pd.core.window.Rolling) -> list[pd.Series]:
    return [
        rolling.quantile(float(name[1:]) / 100) if name.startswith("p") else getattr(rolling, name)()
        for name in SEVERAL
    ]
