"""A straight relation between two series, unmoved by outliers, with its interval.

The slope is the median of the slopes of all pairs of points (Theil 1950, Sen 1968); its interval comes
from Kendall's statistic and needs no assumption on the noise but that it is alike and independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_Z = 2.575829303548901  # 99 % of the normal distribution lies within
_MOST_POINTS = 600


@dataclass(frozen=True)
class Relation:
    """y = intercept + slope x; the slope lies in low..high with 99 % confidence."""

    slope: float
    low: float
    high: float
    intercept: float
    points: int

    @property
    def certain(self) -> bool:
        """Whether the interval leaves no doubt about the slope's sign."""
        return self.low > 0 or self.high < 0

    def at(self, x: Floats) -> Floats:
        """The line at x."""
        return self.intercept + self.slope * x


def theil_sen(x: Floats, y: Floats) -> Relation | None:
    """The relation of y to x; None from fewer than 12 points or where x does not vary.

    Points beyond 600 are thinned evenly along x.
    """
    known = ~(np.isnan(x) | np.isnan(y))
    order = np.argsort(x[known], kind="stable")
    x, y = x[known][order], y[known][order]
    if x.size > _MOST_POINTS:
        chosen = np.arange(_MOST_POINTS) * x.size // _MOST_POINTS
        x, y = x[chosen], y[chosen]
    n = x.size
    if n < 12:
        return None
    first, second = np.triu_indices(n, 1)
    run = x[second] - x[first]
    apart = run > 0
    slopes = np.sort((y[second] - y[first])[apart] / run[apart])
    if slopes.size < n:
        return None
    spread = _Z * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    low = max(0, math.floor((slopes.size - spread) / 2))
    high = min(slopes.size - 1, math.ceil((slopes.size + spread) / 2))
    slope = _middle(slopes)
    return Relation(slope, float(slopes[low]), float(slopes[high]), _middle(np.sort(y - slope * x)), n)


def _middle(ordered: Floats) -> float:
    n = ordered.size
    return (float(ordered[(n - 1) // 2]) + float(ordered[n // 2])) / 2
