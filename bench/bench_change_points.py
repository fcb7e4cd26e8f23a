"""Change points of the mean, exactly, against ruptures' Pelt (C++ costs, loops in Python).

The same penalty; the segmentations are checked to cost the same before anything is timed.
"""

from __future__ import annotations

import numpy as np

import barograph as bg

from .pairs import Row, compare, named, peer

GROUP = "Detectors"


def rows(*, quick: bool = False) -> list[Row]:
    ruptures = peer(GROUP, "ruptures", "ruptures")
    if ruptures is None:
        return []
    n = 400 if quick else 2_000
    rng = np.random.default_rng(0)
    x = np.repeat(rng.normal(size=10) * 4, n // 10) + rng.normal(size=n)
    penalty = 3 * np.log(n)

    def ours() -> list[int]:
        return bg.detect.change_points(x, sigma=1.0, penalty=penalty).rows.tolist()

    def theirs() -> list[int]:
        found: list[int] = ruptures.Pelt(model="l2", min_size=1, jump=1).fit(x).predict(penalty)
        return found[:-1]

    np.testing.assert_allclose(_cost(x, ours(), penalty), _cost(x, theirs(), penalty), rtol=1e-9)
    what = f"change_points, {n:,} rows, 10 levels"
    return compare(GROUP, what, ours, {named("ruptures"): theirs}, rounds=2 if quick else 3)


def _cost(x: np.ndarray, changes: list[int], penalty: float) -> float:
    parts = np.split(x, changes)
    return float(sum(((part - part.mean()) ** 2).sum() for part in parts) + penalty * len(changes))
