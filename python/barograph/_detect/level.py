"""The level and scale of all rows together, as a baseline gives them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .. import _core
from .data import Doubles


class Level(NamedTuple):
    """What is normal: location, scale (as a standard deviation), lower and upper limit."""

    expected: float
    scale: float
    lower: float
    upper: float


def level_of(
    values: Doubles, method: str = "median", q: tuple[float, float, float] = (0.05, 0.5, 0.95),
    of_next: bool = False,
) -> Level:  # fmt: skip
    """The baseline of one window that has all rows.

    Parameters
    ----------
    values : ndarray of float64
        NaN and infinities are missing.
    method : {"median", "mean", "quantile"}
        As of :func:`barograph.rolling_baseline`.
    of_next : bool
        Quantiles of the next value instead of those of the values: it is beyond one as often as that says.

    Raises
    ------
    ValueError
        If no value is there.
    """
    n = values.size
    if not np.isfinite(values).any():
        raise ValueError(f"x: no finite value in {n} rows, expected some")
    whole = _core.bounded_windows(n, np.zeros(1, dtype=np.int64), np.full(1, n, dtype=np.int64))
    how = _core.Estimator(method, 0.0, *q, of_next)
    band = _core.rolling_band(values, whole, how, 1, False, False, None, 1)
    return Level(*band[:, 0].tolist())
