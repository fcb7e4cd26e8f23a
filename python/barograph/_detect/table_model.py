"""What is learnt of a table: how strange a row is by several models together."""

from __future__ import annotations

import numpy as np

from .. import _core
from .data import Doubles
from .forest import IsolationForest


class TableModel:
    """An ensemble over the rows it was made of: distances to them, and how soon a forest isolates a row.

    Parameters
    ----------
    x : ndarray, shape (rows, columns)
        At least one row.
    seed : int
        Of all draws.
    """

    METHOD = (
        "standard scores added: of the distance to the 16th nearest of 256 (twice) and Mahalanobis' (half), "
        "learnt from the three quarters least strange, and of two extended isolation forests of 2 columns, "
        "one by density and one by depth (half each)"
    )

    def __init__(self, x: Doubles, seed: int = 0) -> None:
        x = np.ascontiguousarray(x)
        self._distance = _core.TableDistance(x, seed)
        planes = min(2, x.shape[1])
        self._forests = (
            IsolationForest(ndim=planes, scoring="density", seed=seed).fit(_finite(x)),
            IsolationForest(ndim=planes, seed=seed).fit(self._distance.scaled(x)),
        )
        self._scales = [_core.standard_scale(score) for score in self._isolation(x)]

    def _isolation(self, x: Doubles) -> tuple[Doubles, Doubles]:
        density, depth = self._forests
        return density.score(_finite(x)), depth.score(self._distance.scaled(x))

    def strangeness(self, x: Doubles) -> tuple[Doubles, Doubles]:
        """Two kinds, higher is stranger: the models' sum, and Mahalanobis' distance squared."""
        x = np.ascontiguousarray(x)
        total, square = self._distance.score(x)
        for score, (mean, spread) in zip(self._isolation(x), self._scales, strict=True):
            total = total + 0.5 * (score - mean) / spread
        return total, square

    def contributions(self, x: Doubles) -> Doubles:
        """What each column adds, at least 0."""
        return self._distance.contributions(np.ascontiguousarray(x))


def _finite(x: Doubles) -> Doubles:
    """The rows with infinities as missing, which the forest knows."""
    return np.where(np.isinf(x), np.nan, x)
