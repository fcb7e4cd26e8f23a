"""Rolling statistics of 1,000,000 doubles against pandas, bottleneck and polars."""

from __future__ import annotations

from collections.abc import Callable

import bottleneck
import numpy as np
import pandas as pd
import polars as pl

import barograph as bg

from .pairs import Row, compare

TARGETS = {
    "mean": {"pandas": 8.0, "bottleneck": 1.0},
    "std": {"pandas": 5.0, "bottleneck": 1.0},
    "max": {"pandas": 10.0, "bottleneck": 3.0},
    "median": {"pandas": 15.0, "bottleneck": 3.5, "polars": 3.5},
    "quantile": {"pandas": 12.0, "polars": 2.5},
}
NOTE = "first algorithms, not yet tuned per instruction set"


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
            np.testing.assert_allclose(ours(), np.asarray(peers[f"pandas {pd.__version__}"]()), rtol=1e-9)
            what = f"{name}{' 0.95' if name == 'quantile' else ''}, window {window:,}"
            group = f"Rolling, {n:,} doubles"
            found += compare(group, what, ours, peers, targets=targets, rounds=1 if quick else 3)
    return [_noted(row) for row in found]


def _calls(
    name: str, x: np.ndarray, window: int, rolling: pd.core.window.Rolling, frame: pl.Series
) -> tuple[Callable[[], object], dict[str, Callable[[], object]]]:
    if name == "quantile":
        return lambda: bg.rolling_quantile(x, window, 0.95), {
            f"pandas {pd.__version__}": lambda: rolling.quantile(0.95),
            f"polars {pl.__version__}": lambda: frame.rolling_quantile(
                0.95, interpolation="linear", window_size=window
            ),
        }
    function, theirs = getattr(bg, f"rolling_{name}"), getattr(bottleneck, f"move_{name}")
    peers: dict[str, Callable[[], object]] = {
        f"pandas {pd.__version__}": getattr(rolling, name),
        f"bottleneck {bottleneck.__version__}": lambda: theirs(x, window),
        f"polars {pl.__version__}": lambda: getattr(frame, f"rolling_{name}")(window_size=window),
    }
    return lambda: function(x, window), peers


def _noted(row: Row) -> Row:
    missed = row.target is not None and row.ratio < row.target
    return Row(**{**vars(row), "note": NOTE}) if missed else row
